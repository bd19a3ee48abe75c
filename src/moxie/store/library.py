"""`Library`: everything the studio has stored, as the nouns of `work.py`.

Facts are in a database, bytes in content-addressed blobs. Bytes are stored before the fact that
names them, so that a crash leaves at most a blob that nothing names, never a fact without its
blob. SQLAlchemy and what else is heavy is imported when a library is opened, not before.
"""

from __future__ import annotations

import hashlib
import unicodedata
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from moxie.errors import BadInput, Missing
from moxie.settings import Settings
from moxie.store import atomic, locks
from moxie.work import Corpus, Creation, Evaluation, Run, Work

if TYPE_CHECKING:
    from moxie.store.answers import Answers
    from moxie.store.blobs import Blobs
    from moxie.store.codec import Codec
    from moxie.store.database import Database, Records
    from moxie.store.events import Events
    from moxie.store.listing import Listing
    from moxie.store.looks import Looks
    from moxie.store.market import Market
    from moxie.store.registry import Registry

T = TypeVar("T")

SHORT, LONG = 5.0, 120.0
"""Seconds to wait for a lock: on what a person started elsewhere, and on a step of our own."""

LONGEST_NAME = 200
"""Characters in a corpus' name."""


class Library:
    """What survives a restart. Open it in a `with` statement, or `close` it.

    Every method is one transaction: it is kept wholly or not at all. All raise StoreError when
    the store is damaged or held, and CannotWrite when the disk refuses.
    """

    def __init__(self, home: Path, database: Database, blobs: Blobs, codec: Codec) -> None:
        self._home = home
        self._database = database
        self._blobs = blobs
        self._codec = codec

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """Open the store, making it or bringing it to this version where needed.

        Raises StoreTooNew, StoreError, CannotWrite, and BadInput or Missing for a URL that
        cannot be used.
        """
        from moxie.store.blobs import Blobs
        from moxie.store.codec import Codec
        from moxie.store.database import Database, where
        from moxie.store.upgrading import upgrade

        home = atomic.make_folder(settings.home)
        url = where(home, settings.database)
        with locks.hold(home / "locks", "the store", wait=LONG):
            upgrade(url)
            blobs = Blobs(home / "blobs", settings.blobs)
        return cls(home, Database(url), blobs, Codec())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._database.close()
        self._blobs.close()

    def lock(self, name: str, *, wait: float = SHORT) -> AbstractContextManager[None]:
        """Keep other processes of this machine out while a block runs; StoreBusy after `wait` s."""
        return locks.hold(self._home / "locks", name, wait=wait)

    @property
    def events(self) -> Events:
        """The records of creations, step by step."""
        from moxie.store.events import Events

        return Events(self._database)

    @property
    def answers(self) -> Answers:
        """What people said of creations."""
        from moxie.store.answers import Answers

        return Answers(self._database, self._codec)

    @property
    def looks(self) -> Looks:
        """Features of creations and works."""
        from moxie.store.looks import Looks

        return Looks(self._database)

    @property
    def listing(self) -> Listing:
        """Counts, and pages of works and creations."""
        from moxie.store.listing import Listing

        return Listing(self._database, self._codec)

    @property
    def market(self) -> Market:
        """Licenses and their ledger."""
        from moxie.store.market import Market

        return Market(self._database)

    @property
    def registry(self) -> Registry:
        """The rows of the registry's log."""
        from moxie.store.registry import Registry

        return Registry(self._database)

    # Blobs

    def put(self, data: bytes) -> str:
        """Store bytes and return their sha256."""
        return self._blobs.put(data)

    def get(self, sha256: str) -> bytes:
        """The bytes of that sha256; raises Missing, or StoreError when they are damaged."""
        return self._blobs.get(sha256)

    def has(self, sha256: str) -> bool:
        """Whether there are bytes of that sha256."""
        return self._blobs.has(sha256)

    def erase(self, sha256: str) -> None:
        """Remove bytes for good; whoever still names them finds them missing."""
        self._blobs.erase(sha256)

    # Corpora and their works

    def corpora(self) -> list[Corpus]:
        """All corpora, by name."""
        with self._database.reading() as records:
            rows = records.find("corpora")
        return sorted((Corpus(**row) for row in rows), key=lambda corpus: corpus.name)

    def corpus(self, name: str) -> Corpus:
        """The corpus of that name; raises Missing."""
        with self._database.reading() as records:
            return _corpus(records, name)

    def add_corpus(self, corpus: Corpus) -> None:
        """Make a corpus, once. Raises BadInput for a name of another art's corpus, or no name."""
        if not _can_be_named(corpus.name):
            raise BadInput(
                "A corpus cannot be called {name}: use up to {n} characters, none of them a "
                "control character.",
                name=repr(corpus.name),
                n=LONGEST_NAME,
            )
        with self._database.writing() as records:
            records.add("corpora", name=corpus.name, art=corpus.art)
            there = _corpus(records, corpus.name)
        if there.art != corpus.art:
            raise BadInput(
                "There is a corpus {name} already, of another art: {art}.",
                name=there.name,
                art=there.art,
            )

    def add_work(self, corpus: str, work: Work, data: bytes) -> bool:
        """Add a work and its normalised blob; False when the corpus has it already.

        Rights declared now replace those recorded before; "undeclared" replaces nothing.
        Raises Missing, and BadInput when `work.id` is not the sha256 of `data`.
        """
        self._store(work.id, data)
        document = self._codec.encode(work)
        with self._database.writing() as records:
            _corpus(records, corpus)
            if records.add(
                "works", corpus=corpus, id=work.id, original=work.original, document=document
            ):
                return True
            if work.rights.basis != "undeclared":
                [row] = records.find("works", corpus=corpus, id=work.id)
                known = replace(self._codec.decode(row["document"], Work), rights=work.rights)
                values = {"document": self._codec.encode(known)}
                records.change("works", values, corpus=corpus, id=work.id)
            return False

    def works(self, corpus: str) -> list[Work]:
        """The works of a corpus in the order they were added; raises Missing."""
        with self._database.reading() as records:
            _corpus(records, corpus)
            return [
                self._codec.decode(row["document"], Work)
                for row in records.find("works", corpus=corpus)
            ]

    def originals(self, corpus: str) -> dict[str, str]:
        """The sha256 of each file as it was given, to the id of its work; raises Missing."""
        with self._database.reading() as records:
            _corpus(records, corpus)
            return {row["original"]: row["id"] for row in records.find("works", corpus=corpus)}

    def remove_work(self, corpus: str, work_id: str) -> None:
        """Take a work out of a corpus; its blob stays, others may name it. Raises Missing."""
        with self._database.writing() as records:
            _corpus(records, corpus)
            if not records.remove("works", corpus=corpus, id=work_id):
                raise Missing("There is no work {work} in {corpus}.", work=work_id, corpus=corpus)

    # What was found out about a corpus

    def save(self, corpus: str, key: str, value: object) -> None:
        """Keep a dataclass of facts under a key, in place of what was there; raises Missing."""
        document = self._codec.encode(value)
        with self._database.writing() as records:
            _corpus(records, corpus)
            records.put("documents", corpus=corpus, key=key, document=document)

    def drop(self, corpus: str, key: str) -> None:
        """Forget what was kept under a key, if anything was."""
        with self._database.writing() as records:
            records.remove("documents", corpus=corpus, key=key)

    def load(self, corpus: str, key: str, kind: type[T]) -> T | None:
        """What was kept under a key, or None."""
        if not _can_be_named(corpus):
            return None
        with self._database.reading() as records:
            rows = records.find("documents", corpus=corpus, key=key)
        return self._codec.decode(rows[0]["document"], kind) if rows else None

    # Runs, their models and evaluations

    def add_run(self, run: Run) -> None:
        """Enter a run, once. Raises Missing, and BadInput when another has its id."""
        with self._database.writing() as records:
            _corpus(records, run.corpus)
            document = self._codec.encode(run)
            records.add("runs", id=run.id, corpus=run.corpus, document=document)
            if _run_document(records, run.id) != document:
                raise BadInput("There is another run {run} in the store.", run=run.id)

    def update_run(self, run: Run) -> None:
        """Record what has become of a run; raises Missing."""
        with self._database.writing() as records:
            _run_document(records, run.id)
            records.change("runs", {"document": self._codec.encode(run)}, id=run.id)

    def run(self, run_id: str) -> Run:
        """The run of that id; raises Missing."""
        with self._database.reading() as records:
            return self._codec.decode(_run_document(records, run_id), Run)

    def runs(self, corpus: str) -> list[Run]:
        """The runs of a corpus, newest first; raises Missing."""
        with self._database.reading() as records:
            _corpus(records, corpus)
            rows = records.find("runs", newest_first=True, corpus=corpus)
        return [self._codec.decode(row["document"], Run) for row in rows]

    def run_folder(self, run_id: str) -> Path:
        """A folder of this machine for a run's checkpoints, made when first asked for."""
        return atomic.make_folder(self._home / "runs" / locks.file_name(run_id))

    def save_model(self, folder: Path) -> str:
        """Store the files of a model; returns its hash. Raises BadInput for an empty folder."""
        from moxie.store import models

        return models.save(self._blobs, folder)

    def open_model(self, model: str) -> Path:
        """A local folder with a model's files, not to be changed. Raises Missing, StoreError."""
        from moxie.store import models

        with self.lock(f"model {model}", wait=LONG):
            return models.materialise(self._blobs, model, self._home / "models")

    def save_evaluation(self, run_id: str, evaluation: Evaluation) -> None:
        """Keep what was measured of a run, in place of what was there; raises Missing."""
        document = self._codec.encode(evaluation)
        with self._database.writing() as records:
            _run_document(records, run_id)
            records.put("evaluations", run=run_id, document=document)

    def evaluation(self, run_id: str) -> Evaluation | None:
        """What was measured of a run, or None."""
        with self._database.reading() as records:
            rows = records.find("evaluations", run=run_id)
        return self._codec.decode(rows[0]["document"], Evaluation) if rows else None

    # Creations

    def add_creation(self, creation: Creation, data: bytes) -> None:
        """Keep a creation and its bytes; the same one again, made at another time, is one.

        Raises Missing, and BadInput when `creation.id` is not the sha256 of `data`.
        """
        self._store(creation.id, data)
        timeless = self._codec.encode(replace(creation, made_at=""))
        with self._database.writing() as records:
            _run_document(records, creation.run)
            records.add(
                "creations",
                id=creation.id,
                run=creation.run,
                fingerprint=hashlib.sha256(timeless.encode()).hexdigest(),
                document=self._codec.encode(creation),
            )

    def creations(self, run_id: str) -> list[Creation]:
        """The creations of a run, in the order they were made."""
        with self._database.reading() as records:
            rows = records.find("creations", run=run_id)
        return [self._codec.decode(row["document"], Creation) for row in rows]

    def extent(self, corpus: str) -> tuple[int, int]:
        """How many creations a corpus has, and the number of the last: other after each new one."""
        with self._database.reading() as records:
            runs = [row["id"] for row in records.find("runs", corpus=corpus)]
            found = [records.extent("creations", run=run) for run in runs]
        return sum(n for n, _ in found), max((last for _, last in found), default=0)

    def alike(self, creation_id: str) -> list[Creation]:
        """All creations with exactly these bytes: the same may be made twice, of other works."""
        with self._database.reading() as records:
            rows = records.find("creations", id=creation_id)
        return [self._codec.decode(row["document"], Creation) for row in rows]

    def creation(self, creation_id: str) -> Creation:
        """A creation by its id, or by enough of its beginning. Raises Missing, BadInput."""
        with self._database.reading() as records:
            rows = records.starting("creations", "id", creation_id) if creation_id else []
        if not rows:
            raise Missing("There is no creation {creation} in the store.", creation=creation_id)
        if len({row["id"] for row in rows}) > 1:
            raise BadInput(
                "More than one creation begins with {creation}: write more of it.",
                creation=creation_id,
            )
        return self._codec.decode(rows[0]["document"], Creation)

    def _store(self, name: str, data: bytes) -> None:
        """Store bytes that are said to have this sha256."""
        if hashlib.sha256(data).hexdigest() != name:
            raise BadInput("{name} is not the sha256 of the content given with it.", name=name)
        self._blobs.put(data)


def _corpus(records: Records, name: str) -> Corpus:
    rows = records.find("corpora", name=name) if _can_be_named(name) else []
    if not rows:
        raise Missing("There is no corpus {corpus} in the store.", corpus=repr(name))
    return Corpus(**rows[0])


def _run_document(records: Records, run_id: str) -> str:
    rows = records.find("runs", id=run_id)
    if not rows:
        raise Missing("There is no run {run} in the store.", run=run_id)
    document: str = rows[0]["document"]
    return document


def _can_be_named(name: str) -> bool:
    """Whether this may be a corpus' name: any words, but no control or broken characters."""
    broken = any(unicodedata.category(char) in {"Cc", "Cs"} for char in name)
    return 0 < len(name) <= LONGEST_NAME and bool(name.strip()) and not broken
