"""What a page shows, read without holding anything: while a job works on a corpus, reading goes on.

Nothing here changes the store, and nothing reads more of it than is shown.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from moxie import arts
from moxie.errors import Missing
from moxie.flow.export import lossless_suffix
from moxie.flow.report.drawing import thumbnail
from moxie.rights.signals import Beside
from moxie.store import Library
from moxie.store.listing import Wanted
from moxie.studio import calibrating
from moxie.studio.desk import works_key
from moxie.text import Message
from moxie.work import (
    Choice,
    Corpus,
    Creation,
    Dataset,
    Evaluation,
    Prepared,
    Run,
    Sufficiency,
    Work,
)

if TYPE_CHECKING:
    from moxie.art import Art, Preview

KEPT = 4
"""Datasets that stay in memory; one of 10,000 works takes some ten megabytes."""

GOOD = 4
"""Stars that mean that somebody likes it."""

Which: TypeAlias = Literal["all", "train", "validation", "test", "left_out", "flagged", "repeated"]
"""Which works to list: all, those on one side of the split, flagged ones, near duplicates."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A corpus and how far it has come. `id` is what addresses are made of."""

    id: str
    corpus: Corpus
    works: int
    creations: int
    runs: int
    trained: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A work, its place after preparing (None before), and the others of its group."""

    work: Work
    place: Prepared | None
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """How something looks large and small, and sounds."""

    large: Preview
    small: Preview
    sound: Preview | None


@dataclass(frozen=True, slots=True)
class Trained:
    """A run, what was measured of it, and how many creations it made."""

    run: Run
    current: bool
    evaluation: Evaluation | None
    creations: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a corpus has come. None is what has not been done with its present works."""

    dataset: Dataset | None
    sufficiency: Sufficiency | None
    choice: Choice | None
    runs: tuple[Trained, ...]
    dial: Message | None = None  # what novelty does for the run in use


@dataclass(frozen=True)
class Sorted:
    """A dataset, ready to be asked for one work."""

    dataset: Dataset

    @cached_property
    def places(self) -> Mapping[str, Prepared]:
        """By work."""
        return {place.work: place for place in self.dataset.places}

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The works of each group."""
        found: dict[str, list[str]] = {}
        for place in self.dataset.places:
            found.setdefault(place.group, []).append(place.work)
        return {group: tuple(works) for group, works in found.items()}

    def duplicates(self, work: str) -> tuple[str, ...]:
        """The others of its group."""
        place = self.places.get(work)
        group = self.groups[place.group] if place else ()
        return tuple(other for other in group if other != work)

    def ids(self, which: Which) -> list[str]:
        """The works of one kind, in the order of the dataset."""
        return [place.work for place in self.dataset.places if self._is(place, which)]

    def _is(self, place: Prepared, which: Which) -> bool:
        if which == "flagged":
            return bool(place.flags)
        if which == "repeated":
            return len(self.groups[place.group]) > 1
        return place.part == which


@dataclass
class Views:
    """Pages of a store's contents, for any number of readers at once."""

    library: Library
    _kept: OrderedDict[str, Sorted] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find_art(self, name: str) -> Art[Any]:
        """The art of that name; raises Missing."""
        return arts.find(name)

    def art(self, corpus: Corpus) -> Art[Any]:
        """The art of a corpus; raises Missing where its plugin is gone."""
        return arts.find(corpus.art)

    def arts(self) -> list[Art[Any]]:
        """Every art that can be used."""
        return arts.usable()

    def corpora(self) -> list[Overview]:
        """Every corpus, by name."""
        found = self.library.corpora()
        works = self.library.listing.works_by_corpus([corpus.name for corpus in found])
        return [self._overview(corpus, works.get(corpus.name, 0)) for corpus in found]

    def corpus(self, corpus_id: str) -> Corpus:
        """The corpus of that id; raises Missing."""
        for corpus in self.library.corpora():
            if id_of(corpus.name) == corpus_id:
                return corpus
        raise Missing("There is no corpus {corpus} in the store.", corpus=repr(corpus_id))

    def overview(self, corpus: Corpus) -> Overview:
        """How far one corpus has come."""
        works = self.library.listing.works_by_corpus([corpus.name])
        return self._overview(corpus, works.get(corpus.name, 0))

    def works(
        self, corpus: Corpus, offset: int, limit: int, which: Which = "all"
    ) -> tuple[int, list[Placed]]:
        """How many works there are of that kind, and some of them."""
        listing, found = self.library.listing, self.sorted(corpus)
        if which == "all":
            total, works = listing.works(corpus.name, offset, limit)
        else:
            ids = found.ids(which) if found else []
            total, ids = len(ids), ids[offset : offset + limit]
            there = listing.works_of([corpus.name], ids)
            works = [there[name] for name in ids if name in there]
        return total, [_placed(work, found) for work in works]

    def work(self, corpus: Corpus, work_id: str) -> Placed:
        """One work; raises Missing."""
        return _placed(self.library.listing.work(corpus.name, work_id), self.sorted(corpus))

    def check_work(self, corpus: Corpus, work_id: str) -> None:
        """Raise Missing for what is no work of a corpus."""
        self.library.listing.work(corpus.name, work_id)

    def titles(self, ids: Sequence[str]) -> dict[str, str]:
        """The titles of works, of whichever corpus; a forgotten one has none."""
        corpora = [corpus.name for corpus in self.library.corpora()]
        found = self.library.listing.works_of(corpora, list(dict.fromkeys(ids)))
        return {name: work.title for name, work in found.items()}

    def creations(
        self,
        corpus: Corpus,
        offset: int,
        limit: int,
        *,
        run: str | None = None,
        flagged: bool | None = None,
        liked_by: str | None = None,
        novelty: tuple[float, float] | None = None,
    ) -> tuple[int, list[Creation]]:
        """How many creations of a corpus are so, and some of them, the newest first."""
        runs = [one.id for one in self.library.runs(corpus.name) if run in (None, one.id)]
        ids = None if liked_by is None else self.liked(corpus, liked_by)
        wanted = Wanted(runs, ids, flagged, novelty)
        return self.library.listing.creations(wanted, offset, limit)

    def liked(self, corpus: Corpus, who: str) -> set[str]:
        """The creations that a person likes: said so last, gave four stars, or put first."""
        found: dict[str, bool] = {}
        for said in self.library.answers.find(corpus.name, who):
            if said.kind in ("like", "stars"):
                found[said.shown[0]] = said.value >= (1 if said.kind == "like" else GOOD)
            elif said.kind in ("order", "pick"):
                found[said.order[0]] = found.get(said.order[0], True)
        return {creation for creation, liked in found.items() if liked}

    def creation(self, creation_id: str, corpus: Corpus | None = None) -> tuple[Corpus, Creation]:
        """A creation and the corpus it belongs to, which may be given; raises Missing."""
        for made in reversed(self.library.alike(creation_id)):
            home = self.library.corpus(self.library.run(made.run).corpus)
            if corpus in (None, home):
                return home, made
        raise Missing("There is no creation {creation} in the store.", creation=creation_id)

    def standing(self, corpus: Corpus) -> Standing:
        """How far a corpus has come with its present works."""
        load, key = self.library.load, self._key(corpus)
        found = self.sorted(corpus)
        current = load(corpus.name, f"trained-{key}", Run)
        measured = calibrating.known(self.library, corpus, current) if current else None
        return Standing(
            dataset=found.dataset if found else None,
            sufficiency=load(corpus.name, f"sufficiency-{key}", Sufficiency),
            choice=load(corpus.name, f"choice-{key}", Choice),
            runs=tuple(self._trained(corpus, current)),
            dial=calibrating.told(measured) if measured else None,
        )

    def evaluation(self, run_id: str) -> Evaluation | None:
        """What was measured of a run."""
        return self.library.evaluation(run_id)

    def blob(self, name: str) -> bytes:
        """A work or creation in its art's lossless form; raises Missing."""
        return self.library.get(name)

    def small(self, art: str, data: bytes, name: str) -> Preview:
        """How something looks among many; costly, so not for a process that serves."""
        found = arts.find(art)
        return thumbnail(found.preview(found.read(data, name), small=True))

    def shown(self, art: str, data: bytes, name: str) -> Shown:
        """How something looks and sounds; costly, so not for a process that serves."""
        found = arts.find(art)
        preview = found.preview(found.read(data, name))
        return Shown(replace(preview, sound=None), thumbnail(preview), preview.sound)

    def foreign(self, art: str, names: Sequence[str]) -> list[str]:
        """Which of these files hold neither works of an art nor a word about their rights."""
        known = {"", ".zip", *arts.find(art).suffixes}
        others = [name for name in names if PurePosixPath(name).suffix.lower() not in known]
        return [name for name in others if not Beside.wanted(name)]

    def undoable(self, art: str, data: bytes, name: str) -> Mapping[str, Message]:
        """What can be undone in a work as a whole, by name, with its title."""
        restorer = arts.find(art).restorer(data, name)
        return {} if restorer is None else restorer.undoable()

    def suffix(self, art: str, data: bytes, name: str) -> str:
        """The ending of the format in which the art keeps everything of a file, such as ".png"."""
        found = arts.find(art)
        return lossless_suffix(found.write(found.read(data, name)), found)

    def sorted(self, corpus: Corpus) -> Sorted | None:
        """The dataset of a corpus' present works, if they have been prepared."""
        key = self._key(corpus)
        name = f"{key} {corpus.name}"
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        dataset = self.library.load(corpus.name, f"dataset-{key}", Dataset)
        if dataset is None:
            return None
        found = Sorted(dataset)
        with self._lock:
            self._kept[name] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _overview(self, corpus: Corpus, works: int) -> Overview:
        runs = self.library.runs(corpus.name)
        made = self.library.listing.creations_by_run([run.id for run in runs])
        trained = self.library.load(corpus.name, f"trained-{self._key(corpus)}", Run)
        return Overview(
            id_of(corpus.name), corpus, works, sum(made.values()), len(runs), trained is not None
        )

    def _trained(self, corpus: Corpus, current: Run | None) -> list[Trained]:
        runs = self.library.runs(corpus.name)
        made = self.library.listing.creations_by_run([run.id for run in runs])
        now = current.id if current else None
        return [
            Trained(run, run.id == now, self.evaluation(run.id), made.get(run.id, 0))
            for run in runs
        ]

    def _key(self, corpus: Corpus) -> str:
        return works_key(corpus.art, self.library.listing.work_ids(corpus.name))


def id_of(name: str) -> str:
    """What stands for a corpus' name in addresses: 16 hexadecimal digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def parts(dataset: Dataset) -> dict[str, int]:
    """How many works are on each side of the split."""
    return dict(Counter(place.part for place in dataset.places))


def _placed(work: Work, found: Sorted | None) -> Placed:
    if found is None:
        return Placed(work, None)
    return Placed(work, found.places.get(work.id), found.duplicates(work.id))
