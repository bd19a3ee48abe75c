"""Texts as they are read: symbols, words, and where the like was said before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Ints
from moxie.arts.literature.models.tracks import LATEST, Track, earlier

DEPTH = 24
"""Symbols before a place that are looked at; ends stand before the beginning."""

LONGEST = 16
"""Symbols that a likeness is followed back at most."""

TABLED = 3
"""Symbols of the longest likenesses that a whole text has tables of: longer ones are among few."""

Past = NDArray[np.int32]
"""The symbols of a text so far, after DEPTH ends."""


def opened(end: int, symbols: Sequence[int] = ()) -> Past:
    """A text after the ends that stand before it."""
    past = np.full(DEPTH + len(symbols), end, np.int32)
    past[DEPTH:] = symbols
    return past


@dataclass(frozen=True, slots=True)
class Earlier:
    """The places of a text by what is before them, so that the like is found without a search."""

    order: NDArray[np.int32]  # [places], those after the same together, from first to last
    first: NDArray[np.int32]  # [places], where those after the same begin in `order`
    rank: NDArray[np.int32]  # [places], where the place itself is in it

    @classmethod
    def of(cls, keys: NDArray[np.generic]) -> Earlier:
        """Of what is before each place from DEPTH on, [places]."""
        order = np.argsort(keys, kind="stable")
        heads = np.append(True, keys[order[1:]] != keys[order[:-1]])[: len(keys)]
        begins = np.maximum.accumulate(np.where(heads, np.arange(len(keys)), 0))
        first, rank = np.empty((2, len(keys)), np.int32)
        first[order], rank[order] = begins, np.arange(len(keys))
        return cls((order + DEPTH).astype(np.int32), first, rank)

    def before(self, at: int) -> Ints:
        """The places before `at` that are after the same."""
        return self.order[self.first[at - DEPTH] : self.rank[at - DEPTH]].astype(np.int64)


@dataclass(slots=True)
class Known:
    """Of each symbol of a text, the longest context after which it came in the works as well.

    `levels` int8 [room] has the symbols of that context; those before the place `at` are known.
    """

    levels: NDArray[np.int8] = field(default_factory=lambda: np.zeros(DEPTH, np.int8))
    at: int = DEPTH

    def add(self, levels: NDArray[np.int8]) -> None:
        """Those of the symbols that come next."""
        last = self.at + len(levels)
        if last > len(self.levels):
            self.levels = np.concatenate((self.levels, np.zeros(last, np.int8)))
        self.levels[self.at : last] = levels
        self.at = last

    def copy(self) -> Known:
        """The same, that goes on by itself."""
        return Known(self.levels.copy(), self.at)


@dataclass(frozen=True, slots=True)
class Text:
    """A text: its symbols, and what follows it where that is counted.

    Of one that is known whole there are tables: of what 1, 2, ... symbols are before its places,
    and of each context of a track. In others, which are shorter, the like is searched for.
    """

    past: Past
    tracks: tuple[Track, ...] = ()
    known: Known = field(default_factory=Known)
    tables: tuple[Earlier, ...] = ()
    tracked: tuple[Earlier, ...] = ()

    @classmethod
    def whole(cls, past: Past, tracks: tuple[Track, ...]) -> Text:
        """A text that is known whole, with its tables."""
        size = int(past.max(initial=0)) + 1
        keys, tables = np.zeros(len(past) - DEPTH, np.int64), []
        for back in range(1, TABLED + 1):
            keys = keys * size + past[DEPTH - back : len(past) - back]
            tables.append(Earlier.of(keys))
        contexts = (some for track in tracks for some in track.keys[:, DEPTH : len(past)])
        tracked = tuple(Earlier.of(some) for some in contexts)
        return cls(past, tracks, Known(), tuple(tables), tracked)

    def alike(self, at: int) -> Iterator[Ints]:
        """The places before `at` that are after the same last 1, 2, ... symbols."""
        past, after = self.past, np.zeros(0, np.int64)
        for length in range(1, min(LONGEST, at - 1) + 1):
            if length <= len(self.tables):
                after = self.tables[length - 1].before(at)
            elif length == 1:
                after = np.flatnonzero(past[DEPTH - 1 : at - 1] == past[at - 1]) + DEPTH
            else:
                after = after[past[np.maximum(after - length, 0)] == past[at - length]]
            if not len(after):
                return
            yield after

    def again(self, at: int) -> list[Ints]:
        """By context of its tracks the latest places before `at` that are after the same."""
        if self.tracked:
            return [some.before(at)[-LATEST:] for some in self.tracked]
        return [places for track in self.tracks for places in earlier(track, at, DEPTH)]
