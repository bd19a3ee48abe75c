"""`Protection`: the verbs about rights, which `Studio` has besides those about works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from moxie.settings import Settings
from moxie.store import Library
from moxie.studio import claiming, copying, labelling, likeness, recording, registering, verifying
from moxie.studio.copying import Searched
from moxie.studio.keyring import Keeper
from moxie.studio.labelling import Looked
from moxie.studio.progress import Clock, Progress
from moxie.studio.proving import Clerk
from moxie.studio.recording import Recorded
from moxie.studio.selling import Market
from moxie.studio.verifying import Verified
from moxie.text import Catalogue

PathLike: TypeAlias = str | Path


class Protection:
    """Labels, records, registry, licenses, copies, keys and verdicts, on the studio's store."""

    settings: Settings
    progress: Progress
    _library: Library

    def labels(self, *files: PathLike) -> list[Looked]:
        """What labels there are in files, whoever made them: see `moxie.rights.labels`."""
        return list(labelling.look(files))

    def record(
        self, creation: str, *, note: str | None = None, file: PathLike | None = None
    ) -> Recorded:
        """The record of a creation (by its id or how that begins), checked.

        `note` first adds what a person did: chosen, rejected, or edited into `file`, and
        enters that into the log.
        """
        subject = recording.find(self._library, creation)
        registrar = registering.registrar(self._library, self.settings.home)
        if note is not None:
            edited = None if file is None else Path(file)
            recording.by_person(self._library, subject, note, edited)
            head = registering.head_of(self._library, subject)
            registrar.register("record", subject, {}, head)
        found = recording.recorded(self._library, subject)
        return replace(found, receipt=registrar.last_proof(found.registered))

    @property
    def registry(self) -> Clerk:
        """The registry's desk: register, give and check receipts, audit the log."""
        return Clerk(registering.registrar(self._library, self.settings.home))

    def search_copies(
        self,
        suspect: PathLike,
        *,
        corpus: str | None = None,
        against: Sequence[PathLike] = (),
        evidence: PathLike | None = None,
    ) -> tuple[Searched, list[Path]]:
        """What a file was copied from: in a corpus or all of the store, and in files `against`.

        With `evidence`, a folder, all that a person needs to judge it is laid out there; the
        files written are handed back.
        """
        searcher = copying.Searcher(self._library, self.settings.home, Clock(self.progress))
        files = [Path(path) for path in against]
        found = searcher.search(Path(suspect), corpus=corpus, against=files)
        if evidence is None:
            return found, []
        catalogue = Catalogue.load(self.settings.language)
        found = claiming.closer(searcher, found)
        prove = claiming.prover(self._library, self.settings.home)
        return found, claiming.lay_out(searcher, found, Path(evidence), catalogue, prove)

    @property
    def market(self) -> Market:
        """The desk of licenses: offer, list, agree, start, end, and the ledger."""
        return Market(registering.registrar(self._library, self.settings.home))

    @property
    def keys(self) -> Keeper:
        """The desk of the studio's keys: list, rotate, revoke, protect; looking makes none."""
        registrar = registering.registrar(self._library, self.settings.home)
        return Keeper(registrar.keys, registrar)

    def verify(
        self, file: PathLike, *, sidecar: PathLike | None = None, trust: PathLike | None = None
    ) -> Verified:
        """What can be known of a file, as separate verdicts.

        `sidecar` are credentials that lie elsewhere than beside it; `trust` is a file of root
        certificates (PEM) to believe besides this studio's.
        """
        believed = b"" if trust is None else verifying.read_trust(Path(trust))
        beside = None if sidecar is None else Path(sidecar)
        registrar = registering.registrar(self._library, self.settings.home)
        searcher = copying.Searcher(self._library, self.settings.home, Clock(self.progress))
        near = likeness.nearest(searcher, registrar)
        looks = replace(verifying.looks(registrar), near=near)
        return verifying.verify(Path(file), registrar.keys, looks, sidecar=beside, trust=believed)
