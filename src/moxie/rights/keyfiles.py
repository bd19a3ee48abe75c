"""Keys as files: what is public in `keyring.json`, each private key in a file of its own.

Private keys are PKCS 8 in PEM, readable by their owner alone (mode 0600), under a passphrase where
there is one. Names of files come from here, never from what was read.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moxie.errors import BadInput, Missing
from moxie.rights.certificates import spki
from moxie.rights.signing import key_id

Kind: TypeAlias = Literal["root", "intermediate", "leaf", "statements"]
CHAIN: tuple[Kind, ...] = ("root", "intermediate", "leaf")
KINDS: tuple[Kind, ...] = (*CHAIN, "statements")

Private: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey
Write: TypeAlias = Callable[[Path, bytes, int], None]
"""Replaces a file atomically, with these permission bits."""

PUBLIC_MODE, PRIVATE_MODE = 0o644, 0o600
LARGEST = 4_000_000
"""Bytes of a keyring that is read."""

KEYRING = "keyring.json"
VERSION = 1


_DAMAGED = (OSError, ValueError, TypeError, KeyError, RecursionError, x509.InvalidVersion)
"""What reading a damaged keyring may stumble over."""


@dataclass(frozen=True, slots=True)
class Key:
    """The public side of a key, and what became of it. Times are UTC."""

    id: str  # `signing.key_id` of `public`
    kind: Kind
    public: bytes  # raw for Ed25519, SubjectPublicKeyInfo for ES256
    made_at: datetime
    used_until: datetime  # signs no longer than that
    valid_until: datetime  # what it signed counts until then
    certificate: bytes = b""  # DER; none for statements
    issuer: str = ""  # the id of the key that certified it
    retired_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""  # why it was revoked
    folding: int = 0  # how often its file was written anew, under another passphrase

    def in_use(self, moment: datetime) -> bool:
        """Whether it signs at that time."""
        ended = self.retired_at is not None or self.revoked_at is not None
        return not ended and self.made_at <= moment < self.used_until

    @property
    def file(self) -> str:
        """The name of the file with its private side."""
        return f"{self.id}-{self.folding}.pem"


@dataclass(slots=True)
class Files:
    """The folder of keys."""

    folder: Path
    write: Write
    ask: Callable[[], str | None]
    prompt: Callable[[], str | None] = lambda: None
    _passphrase: str | None = field(default=None, repr=False)

    def load(self) -> dict[str, Key]:
        """All keys by id. Raises BadInput for a keyring that is damaged or gone."""
        path = self.folder / KEYRING
        if not path.exists():
            if self.folder.is_dir() and any(self.folder.glob("*.pem")):
                raise BadInput(
                    "{path} is gone, but keys are there: put it back from a copy. Moxie makes no "
                    "new keys over old ones.",
                    path=str(path),
                )
            return {}
        try:
            keys = _read(json.loads(_small(path)))
        except _DAMAGED as error:
            raise BadInput(
                "The keys cannot be read: {path} is damaged. Put it back from a copy; Moxie makes "
                "no new keys over old ones.",
                path=str(path),
            ) from error
        return {key.id: key for key in keys}

    def save(self, keys: Iterable[Key]) -> None:
        """Write what is public of all keys."""
        facts = {"version": VERSION, "keys": [_written(key) for key in keys]}
        data = (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode()
        self.write(self.folder / KEYRING, data, PUBLIC_MODE)

    def keep(self, key: Key, private: Private) -> Key:
        """Write a private key, under the passphrase if there is one; returns the key.

        Where others are under a passphrase this one is too, and under the same: raises BadInput
        where that is not known.
        """
        hidden = next((path for path in self._private() if _is_hidden(path.read_bytes())), None)
        if hidden is not None:
            self._opened(hidden.read_bytes(), hidden)
        elif self._passphrase is None:
            self._passphrase = self.ask()
        if not (self.folder / KEYRING).exists():
            self.save(())  # before any key, so that keys without it were left by a loss
        data = _encoded(private, self._passphrase)
        self.write(self.folder / key.file, data, PRIVATE_MODE)
        return key

    def private(self, key: Key) -> Private:
        """The private side of a key.

        Raises Missing where it is lost, BadInput where others may read it, where it is another
        one, or where the passphrase does not open it.
        """
        path = self.folder / key.file
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise Missing(
                "The private key {path} is lost. Put it back from a copy, or make another with "
                "`moxie keys rotate {kind}`; what it signed stays good.",
                path=str(path),
                kind=key.kind,
            ) from error
        except OSError as error:
            raise BadInput("The private key {path} cannot be read.", path=str(path)) from error
        _check_mode(path)
        found = self._opened(data, path)
        if key_id(_public(found)) != key.id:
            raise BadInput("{path} holds another key than it should.", path=str(path))
        return found

    def protect(self, keys: Iterable[Key], passphrase: str | None) -> list[Key]:
        """Write all private keys anew under a passphrase, or under none; returns the keys.

        The old files are there until the keyring names the new ones: whenever this is stopped,
        the keys can be opened.
        """
        before = list(keys)
        opened = {key.id: self.private(key) for key in before if (self.folder / key.file).exists()}
        after = [
            replace(key, folding=key.folding + 1) if key.id in opened else key for key in before
        ]
        for key in after:
            if key.id in opened:
                data = _encoded(opened[key.id], passphrase)
                self.write(self.folder / key.file, data, PRIVATE_MODE)
        self.save(after)
        self._passphrase = passphrase
        for key in before:
            if key.id in opened:
                with suppress(OSError):
                    (self.folder / key.file).unlink()
        return after

    def _private(self) -> list[Path]:
        return sorted(self.folder.glob("*.pem"))

    def _secret(self) -> bytes:
        """The passphrase, asked for once; raises BadInput where there is none."""
        if self._passphrase is None:
            self._passphrase = self.ask() or self.prompt()
        if self._passphrase is None:
            raise BadInput(
                "The studio's keys are under a passphrase: set MOXIE_PASSPHRASE, or run this "
                "where it can be asked for."
            )
        return self._passphrase.encode()

    def _opened(self, data: bytes, path: Path) -> Private:
        secret = self._secret() if _is_hidden(data) else None
        try:
            found = serialization.load_pem_private_key(data, secret)
        except (ValueError, TypeError) as error:
            self._passphrase = None
            raise BadInput(
                "The private key {path} does not open: the passphrase is another one, or the file "
                "is damaged.",
                path=str(path),
            ) from error
        if not isinstance(found, EllipticCurvePrivateKey | Ed25519PrivateKey):
            raise BadInput("{path} holds another key than it should.", path=str(path))
        return found


def _is_hidden(data: bytes) -> bool:
    """Whether a private key is under a passphrase."""
    return b"ENCRYPTED" in data[:64]


def _check_mode(path: Path) -> None:
    """Raise BadInput where others than the owner may read a private key."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadInput(
            "Others may read the private key {path}: run `chmod 600` on it, and rotate the keys "
            "if someone has.",
            path=str(path),
        )


def _encoded(private: Private, passphrase: str | None) -> bytes:
    hidden: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        hidden = serialization.BestAvailableEncryption(passphrase.encode())
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden
    )


def _public(private: Private) -> bytes:
    if isinstance(private, Ed25519PrivateKey):
        return private.public_key().public_bytes_raw()
    return spki(private.public_key())


def _written(key: Key) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": key.id,
        "kind": key.kind,
        "public": base64.b64encode(key.public).decode(),
        "certificate": base64.b64encode(key.certificate).decode(),
        "issuer": key.issuer,
        "reason": key.reason,
        "folding": key.folding,
    }
    for name in _TIMES:
        moment: datetime | None = getattr(key, name)
        facts[name] = moment.isoformat() if moment is not None else None
    return facts


_TIMES = ("made_at", "used_until", "valid_until", "retired_at", "revoked_at")


def _small(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise ValueError("too large")
    return path.read_bytes()


def _read(facts: Any) -> list[Key]:  # noqa: ANN401  whatever the file holds
    if facts["version"] != VERSION:
        raise ValueError("another version")
    keys: list[Key] = []
    for each in facts["keys"]:
        key = _key(each)
        if key.issuer and key.issuer not in {earlier.id for earlier in keys}:
            raise ValueError("certified by no key before it")  # and so by no circle of keys
        keys.append(key)
    return keys


def _key(facts: dict[str, Any]) -> Key:
    public = base64.b64decode(facts["public"], validate=True)
    certificate = base64.b64decode(facts["certificate"], validate=True)
    made, used, valid, retired, revoked = (_moment(facts[name]) for name in _TIMES)
    kind, folding = facts["kind"], facts["folding"]
    known = kind in KINDS and isinstance(folding, int) and folding >= 0
    if not known or facts["id"] != key_id(public) or None in (made, used, valid):
        raise ValueError("not a key")
    if kind in CHAIN and spki(x509.load_der_x509_certificate(certificate).public_key()) != public:
        raise ValueError("the certificate of another key")
    assert made is not None
    assert used is not None
    assert valid is not None
    return Key(
        id=facts["id"],
        kind=kind,
        public=public,
        made_at=made,
        used_until=used,
        valid_until=valid,
        certificate=certificate,
        issuer=str(facts["issuer"]),
        retired_at=retired,
        revoked_at=revoked,
        reason=str(facts["reason"]),
        folding=folding,
    )


def _moment(text: str | None) -> datetime | None:
    """A time with its zone; raises ValueError for one without."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)
