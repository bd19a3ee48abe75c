"""A composer's files as the flow has them: read, cleaned, split by work, looked at by judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from build_music_bank import GROUPS
from build_music_bank import files as corpus_files
from moxie.art import Judge
from moxie.arts.music import Music
from moxie.arts.music.originality.copies import ScoreIndex
from moxie.arts.music.score import Score
from moxie.errors import UnreadableWork
from moxie.flow import statistics
from moxie.flow.collect import Found, collect
from moxie.flow.evaluate import strangers
from moxie.flow.prepare import prepare
from moxie.flow.statistics import Estimate, Grouped, Space
from moxie.studio.scoring import FEW_HELD_OUT
from moxie.work import Part, Prepared, Rights

ART = Music()
MOST_LOOKED_AT = 120
"""Works of a side that a judge looks at; `moxie.flow.evaluate` takes as many."""

RIVALS = ("haydn", "beethoven", "bach", "schumann")
"""Composers that the classifier is asked about besides, where others are not given."""

MOST_RIVAL_WORKS = 40
SURE = 0.8
"""From here on a work is one of the corpus."""

T = TypeVar("T")


@dataclass(frozen=True)
class Corpus:
    """Works after cleaning, and where `prepare` put them."""

    places: tuple[Prepared, ...]
    contents: tuple[Score, ...]
    threshold: float
    typical: float

    @classmethod
    def read(cls, folder: Path, *, seed: int, most: int | None = None) -> Corpus:
        """The works of a folder, split by the seed; `most` of them at most, drawn by it too."""
        found = [one for one in collect([folder], ART, rights=Rights(), known={})
                 if isinstance(one, Found)]  # fmt: skip
        found.sort(key=lambda one: one.work.id)
        drawn = np.random.default_rng([seed, 3]).permutation(len(found))[:most]
        found = [found[i] for i in sorted(drawn.tolist())]
        contents = [ART.read(one.data, one.work.id) for one in found]
        works = [one.work for one in found]
        dataset, blobs = prepare(works, contents, ART, seed=seed, on_step=lambda *_: None)
        cleaned = [
            content if place.blob not in blobs else ART.read(blobs[place.blob], place.blob)
            for place, content in zip(dataset.places, contents, strict=True)
        ]
        return cls(dataset.places, tuple(cleaned), dataset.threshold, dataset.typical_similarity)

    def part(self, *parts: Part) -> list[Score]:
        """The works on some sides of the split."""
        return [
            content
            for place, content in zip(self.places, self.contents, strict=True)
            if place.part in parts
        ]

    @property
    def held_out(self) -> list[Score]:
        """What creations are measured against: with few test works the validation works too."""
        test = self.part("test")
        return test if len(test) >= FEW_HELD_OUT else self.part("test", "validation")

    @property
    def names(self) -> list[str]:
        """Work ids in the order of `contents`."""
        return [place.work for place in self.places]

    @cached_property
    def index(self) -> ScoreIndex:
        """Finds near-copies of any of the works."""
        return ScoreIndex(self.contents)


def others(folders: Sequence[Path]) -> dict[str, list[Score]]:
    """The cleaned works of other composers, by the name of their folder."""
    return {folder.name: usable(folder) for folder in folders}


def usable(folder: Path) -> list[Score]:
    """What can be learnt from in a folder."""
    found = []
    for one in collect([folder], ART, rights=Rights(), known={}):
        if isinstance(one, Found):
            cleaned = ART.clean(ART.read(one.data, one.work.id))
            found += [cleaned.content] if cleaned.usable else []
    return found


def rivals(given: Mapping[str, Sequence[Score]], corpus: Corpus) -> dict[str, list[Score]]:
    """Three other composers: those given, and as many as are missing from music21's corpus."""
    found = {name: evenly_chosen(works, MOST_RIVAL_WORKS) for name, works in given.items() if works}
    for name in RIVALS:
        if len(found) < 3 and name not in found:
            works = _of_corpus(name)
            found |= {} if same(works, corpus) else {name: works}
    return dict(list(found.items())[:3])


def same(works: Sequence[Score], corpus: Corpus) -> bool:
    """Whether a composer is the corpus' own: several of his works are in it."""
    some = evenly_chosen(works, 12)
    near = [corpus.index.nearest(work) for work in some]
    return sum(n is not None and n.similarity >= SURE for n in near) * 4 >= len(some)


def _of_corpus(name: str) -> list[Score]:
    """Works of a composer in music21's corpus."""
    found = []
    for file, data in evenly_chosen(corpus_files(GROUPS[name]), MOST_RIVAL_WORKS):
        with suppress(UnreadableWork):
            cleaned = ART.clean(ART.read(data, Path(file).name))
            found += [cleaned.content] if cleaned.usable else []
    return found


def evenly_chosen(values: Sequence[T], most: int) -> list[T]:
    """At most so many of some values."""
    places = np.unique(np.linspace(0, len(values) - 1, min(most, len(values))).astype(int))
    return [values[place] for place in places]


class Yardstick:
    """One judge's view of a composer between groups of others.

    `alike` are those that `moxie run` would take for the composer himself and leave out.
    """

    def __init__(
        self, judge: Judge[Score], corpus: Corpus, more: Mapping[str, Sequence[Score]]
    ) -> None:
        self.judge = judge
        own, held = self._look(corpus.part("train")), self._look(corpus.held_out)
        whole = own.join(held)
        groups = dict(judge.others())
        groups |= {name: judge.embed(middles(works)) for name, works in more.items()}
        known, self.alike = strangers(whole, groups)
        self.space = Space.fit(whole, list(known.values()))
        self.own, self.held_out = self.space.project(own), self.space.project(held)
        self.groups = {
            name: self.space.project(Grouped.singles(rows)) for name, rows in groups.items()
        }

    def against(self, made: Sequence[Score], group: str) -> Estimate:
        """The style score of some pieces, 0 as that group's works, 1 as the composer's own."""
        seen = self.space.project(self._look(made))
        found = statistics.score(seen, self.own, self.held_out, self.groups[group], seed=0)
        return found.score

    def nearest(self, names: Sequence[str]) -> str | None:
        """Of some groups the one that is most like the composer."""
        known = [name for name in names if name in self.groups]
        far = {n: statistics.distance(self.groups[n], self.held_out) for n in known}
        return min(known, key=lambda name: far[name], default=None)

    def _look(self, works: Sequence[Score]) -> Grouped:
        drawn = np.random.default_rng(0).permutation(len(works))[:MOST_LOOKED_AT]
        pieces = [ART.split(works[i]) for i in sorted(drawn.tolist())]
        owners = np.repeat(np.arange(len(pieces)), [len(some) for some in pieces])
        return Grouped(self.judge.embed([piece for some in pieces for piece in some]), owners)


def middles(works: Sequence[Score]) -> list[Score]:
    """The middle passage of every work."""
    split = [ART.split(work) for work in works]
    return [pieces[len(pieces) // 2] for pieces in split]
