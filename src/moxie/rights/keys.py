"""The studio's keys: made on first use, kept private, renewed, rotated and revoked.

Content Credentials are signed by a leaf under an intermediate under a root (ES256); statements,
such as checkpoints of the registry, by an Ed25519 key. A key is *used* for a year and *valid* for
ten, so that signatures outlive the key's use. What it is worth is told by its standing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from moxie.errors import BadInput
from moxie.rights import certificates, keyfiles
from moxie.rights.certificates import Authority
from moxie.rights.keyfiles import CHAIN, Key, Kind, Private, Write
from moxie.rights.signing import Ed25519, key_id

NAME = "moxie-studio"
"""What keys are called where nothing else is asked for; nothing personal."""

YEAR = timedelta(days=365)
USED = {"root": 20 * YEAR, "intermediate": 5 * YEAR, "leaf": YEAR, "statements": YEAR}
"""How long a key signs before the next one is made."""

VALID = {"root": 40 * YEAR, "intermediate": 20 * YEAR, "leaf": 10 * YEAR, "statements": 10 * YEAR}
"""How long what it signed counts."""

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What Content Credentials are signed with. Its text never shows the key."""

    key: Key
    chain: bytes  # PEM: the leaf, then the intermediate; the root is left out
    private: EllipticCurvePrivateKey = field(repr=False)


class Keyring:
    """All keys of a studio, past and present, in one folder."""

    def __init__(
        self,
        files: keyfiles.Files,
        *,
        lock: Callable[[], AbstractContextManager[object]],
        now: Callable[[], datetime],
        name: str,
    ) -> None:
        self._files = files
        self._lock, self._now, self._name = lock, now, name
        self._within = threading.RLock()
        self._keys = self._files.load()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        write: Write,
        passphrase: Callable[[], str | None] = lambda: None,
        prompt: Callable[[], str | None] = lambda: None,
        lock: Callable[[], AbstractContextManager[object]] = nullcontext,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        name: str = NAME,
    ) -> Keyring:
        """The keys in `folder`; none are made yet.

        `write(path, data, mode)` replaces a file atomically, `lock` keeps other processes out
        while keys are made. `passphrase` is asked when keys are made or opened, and where it
        says None, `prompt` when keys that are under one are opened. Raises BadInput for a keyring
        that cannot be read, which is never made anew over an old one.
        """
        files = keyfiles.Files(folder, write, passphrase, prompt)
        return cls(files, lock=lock, now=now, name=name)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys, the oldest first."""
        return tuple(self._keys.values())

    def find(self, name: str) -> Key:
        """A key by its id or how that begins; raises BadInput."""
        found = [key for key in self.keys if name and key.id.startswith(name)]
        if len(found) != 1:
            raise BadInput(
                "There is no one key {name}; `moxie keys` lists them with their ids.", name=name
            )
        return found[0]

    def signer(self) -> Ed25519:
        """Who signs statements; the key is made on first use, and anew after a year."""
        key = self._ensure("statements")
        private = self._files.private(key)
        assert isinstance(private, Ed25519PrivateKey)
        return Ed25519.from_seed(self._name, private.private_bytes_raw())

    def credential(self) -> Credential:
        """What to sign Content Credentials with; made on first use, the leaf anew after a year."""
        leaf = self._ensure("leaf")
        above = self._keys[leaf.issuer]
        chain = b"".join(certificates.pem(_certified(key)) for key in (leaf, above))
        private = self._files.private(leaf)
        assert isinstance(private, EllipticCurvePrivateKey)
        return Credential(leaf, chain, private)

    def anchors(self) -> bytes:
        """The certificates of all roots there have been, as PEM: whom this studio believes."""
        roots = [key for key in self.keys if key.kind == "root"]
        return b"".join(certificates.pem(_certified(key)) for key in roots)

    def rotate(self, *kinds: Kind) -> list[Key]:
        """Put keys out of use and make their successors; those below in the chain go with them.

        What the old keys signed stays as good as it was.
        """
        with self._alone():
            moment = self._moment()
            going = {below for kind in kinds for below in _below(kind)}
            for key in self.keys:
                if key.kind in going and key.in_use(moment):
                    self._keys[key.id] = replace(key, retired_at=moment)
            ends: tuple[Kind, ...] = ("leaf", "statements")
            made = [self._make(kind, moment) for kind in ends if kind in going]
            self._files.save(self.keys)
            return made

    def revoke(self, key: Key, reason: str) -> Key:
        """Say that a key is no longer to be believed, from now on.

        What it signed before counts only where the registry proves that it was before. Raises
        BadInput where there is no reason.
        """
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise BadInput("Say in a few words why the key is revoked: --reason TEXT.")
        with self._alone():
            present = self._keys[key.id]
            if present.revoked_at is None:
                at = self._moment()
                self._keys[key.id] = replace(present, revoked_at=at, reason=reason.strip())
                self._files.save(self.keys)
            return self._keys[key.id]

    def protect(self, passphrase: str | None) -> None:
        """Keep all private keys under this passphrase from now on; None is no passphrase."""
        with self._alone():
            self._keys = {key.id: key for key in self._files.protect(self.keys, passphrase)}

    def revocation(self, key: Key) -> Key | None:
        """The key itself or the first above it that was revoked, if any was."""
        at: Key | None = self._keys.get(key.id, key)  # as it is by now
        while at is not None and at.revoked_at is None:
            at = self._keys.get(at.issuer)
        return at

    def _ensure(self, kind: Kind) -> Key:
        with self._within:
            found = self._in_use(kind, self._moment())
            if found is not None:
                return found
            with self._alone():
                moment = self._moment()
                made = self._in_use(kind, moment) or self._make(kind, moment)
                self._files.save(self.keys)
                return made

    def _in_use(self, kind: Kind, moment: datetime) -> Key | None:
        """The newest key of a kind that signs, and that nothing above it forbids."""
        fit = [
            key
            for key in self.keys
            if key.kind == kind and key.in_use(moment) and self.revocation(key) is None
        ]
        return fit[-1] if fit else None

    def _make(self, kind: Kind, moment: datetime) -> Key:
        private: Private
        if kind == "statements":
            private = Ed25519PrivateKey.generate()
            key = Key(
                id=key_id(private.public_key().public_bytes_raw()),
                kind=kind,
                public=private.public_key().public_bytes_raw(),
                made_at=moment,
                used_until=moment + USED[kind],
                valid_until=moment + VALID[kind],
            )
        else:
            private = certificates.generate()
            key = self._certify(kind, private, moment)
        self._keys[key.id] = self._files.keep(key, private)
        return self._keys[key.id]

    def _certify(self, kind: Kind, private: EllipticCurvePrivateKey, moment: datetime) -> Key:
        """The public side of a new key of the chain, under the one above it."""
        assert kind != "statements"
        above, issuer = None, None
        if kind != "root":
            parent = CHAIN[CHAIN.index(kind) - 1]
            above = self._in_use(parent, moment) or self._make(parent, moment)
            signing = self._files.private(above)
            assert isinstance(signing, EllipticCurvePrivateKey)
            issuer = Authority(_certified(above), signing)
        certificate = certificates.issue(
            kind, private, name=self._name, issuer=issuer, start=moment, lasts=VALID[kind]
        )
        public = certificates.spki(private.public_key())
        return Key(
            id=key_id(public),
            kind=kind,
            public=public,
            made_at=moment,
            used_until=moment + USED[kind],
            valid_until=certificate.not_valid_after_utc,
            certificate=certificates.der(certificate),
            issuer=above.id if above is not None else "",
        )

    def _moment(self) -> datetime:
        """Now; raises BadInput where keys were made later than that."""
        moment = certificates.whole_seconds(self._now())
        latest = max((key.made_at for key in self.keys), default=moment)
        if moment < latest:
            raise BadInput(
                "The clock says {now}, but a key was made at {made}: it was turned back. Set the "
                "clock right, and do the same again.",
                now=moment.isoformat(),
                made=latest.isoformat(),
            )
        return moment

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else changes the keys meanwhile, and what others changed is known.

        What could not be finished is as if it had not begun.
        """
        with self._within, self._lock():
            before = self._files.load()
            self._keys = dict(before)
            try:
                yield
            except BaseException:
                self._keys = before
                raise


def _certified(key: Key) -> x509.Certificate:
    return x509.load_der_x509_certificate(key.certificate)


def _below(kind: Kind) -> tuple[Kind, ...]:
    """A kind and what stands below it in the chain."""
    return CHAIN[CHAIN.index(kind) :] if kind in CHAIN else (kind,)
