"""Signs what leaves the studio: Content Credentials, or a signature beside it where they cannot be.

It comes after the label, which it signs too, and before anything is written or registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import moxie
from moxie.errors import CannotWrite
from moxie.rights import credentials, detached
from moxie.rights.credentials import Claim, Engine, corpus_manifest
from moxie.rights.credentials.claims import Permission
from moxie.rights.keyfiles import Key
from moxie.studio.desk import LOOSE
from moxie.studio.keyring import keyring
from moxie.work import Creation, Work

if TYPE_CHECKING:
    from moxie.rights.keys import Keyring
    from moxie.studio.desk import Desk
    from moxie.studio.publishing import Release


class Stamp:
    """Signs releases of one corpus; keys and corpora are asked for when first needed."""

    def __init__(self, desk: Desk[Any], open_keys: Callable[[], Keyring] | None = None) -> None:
        self._desk = desk
        self._open = open_keys or (lambda: keyring(desk.home))
        self._corpora: dict[tuple[str, ...], bytes] = {}

    def __call__(self, release: Release) -> Release:
        """The step: the release signed. Raises BadInput or Missing where the keys refuse."""
        if not credentials.available():
            return self._beside(release)
        suffix = release.path.suffix.lower()
        engine, key = self._engine
        signed = engine.sign(release.data, suffix, self._claim(release), moxie.__version__)
        if not engine.check(signed.data, suffix, signed.beside).trusted:
            raise _unverified(release)
        files = release.beside
        if signed.beside is not None:
            name = release.path.name + credentials.BESIDE
            files = (*files, (release.path.with_name(name), signed.beside))
        told = _told(key, "C2PA", inside=signed.beside is None)
        return replace(release, data=signed.data, beside=files).noting(credentials=told)

    def _beside(self, release: Release) -> Release:
        """Without c2pa-python: the file as it is, and a signed statement beside it."""
        signer = self._keys.signer()
        sealed = detached.seal(release.data, self._claim(release), signer, moxie.__version__)
        found = detached.check(release.data, sealed, [signer.public])
        if not found.trusted:
            raise _unverified(release)
        name = release.path.name + detached.BESIDE
        files = (*release.beside, (release.path.with_name(name), sealed))
        told = _told(self._keys.find(found.key), "DSSE", inside=False)
        return replace(release, beside=files).noting(credentials=told)

    @cached_property
    def _keys(self) -> Keyring:
        return self._open()

    @cached_property
    def _engine(self) -> tuple[Engine, Key]:
        credential = self._keys.credential()
        return Engine(self._keys.anchors(), credential), credential.key

    def _claim(self, release: Release) -> Claim:
        label = release.label
        return Claim(
            source=label.source,
            work=label.produce_id,
            parents=release.parents,
            corpus=self._corpus(release.creation),
            license=label.license or "",
            mining=_permission(label.mining),
            changed=release.changed,
        )

    def _corpus(self, creation: Creation | None) -> bytes:
        """The manifest of all that the model, or the models blended, learnt from."""
        parts = (creation.record.get("blend") if creation is not None else None) or ()
        assert isinstance(parts, Iterable)
        names = tuple(sorted({self._desk.corpus.name, *(str(part["corpus"]) for part in parts)}))
        if names not in self._corpora:
            library = self._desk.library
            works = [work for name in names if name != LOOSE for work in library.works(name)]
            self._corpora[names] = _manifest(works)
        return self._corpora[names]


def _manifest(works: list[Work]) -> bytes:
    """Each work once, by its hash, on the grounds it is used on."""
    grounds = [str(work.rights) for work in works]
    return corpus_manifest(sorted({work.id for work in works}), grounds)


def _permission(mining: str) -> Permission | None:
    """What a label's data mining code allows, in CAWG's words; None where it says nothing."""
    if mining == "DMI-ALLOWED":
        return "allowed"
    return "notAllowed" if mining.startswith("DMI-PROHIBITED") else None


def _told(key: Key, standard: str, *, inside: bool) -> dict[str, object]:
    return {"standard": standard, "key": key.id, "inside": inside}


def _unverified(release: Release) -> CannotWrite:
    return CannotWrite(
        "The signature of {path} does not verify, so it was not handed out: export it again, and "
        "please report it.",
        path=str(release.path),
    )
