"""Passages that two pieces have in common, and how much each of them tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.originality.lines import Ints, Lines

Bools: TypeAlias = NDArray[np.bool_]
Bits: TypeAlias = NDArray[np.float64]

RUN, FORMULA = 8, 20.0
"""Fewer notes, or fewer bits than a cadence formula has, cover nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Notes of a piece, in order of time, of which most are notes of a work."""

    work: int
    bits: float
    notes: Ints  # [k], indices into the piece's notes
    agree: Bools  # [k]
    there: Ints  # [k], onsets in the work, in ticks
    shift: int  # semitones from the work up to the piece

    @property
    def covers(self) -> Ints:
        """The notes that are the work's, where there are enough of them to say so."""
        enough = self.bits >= FORMULA and int(self.agree.sum()) >= RUN
        return self.notes[self.agree] if enough else self.notes[:0]


@dataclass(frozen=True, slots=True)
class Span:
    """Where a passage lies: bars counted from 1, both ends included."""

    first: int
    last: int
    there_first: int
    there_last: int
    notes: int


def stretch(worth: Bits) -> tuple[Bits, Ints, Ints]:
    """The best run of each row of `worth` [d, n]: its sum, first and last index, each [d].

    Kadane's algorithm; n must be at least 1.
    """
    sums = np.cumsum(worth, axis=1)
    before = np.concatenate([np.zeros((len(worth), 1)), sums[:, :-1]], axis=1)
    lowest = np.minimum.accumulate(before, axis=1)
    places = np.where(before <= lowest, np.arange(worth.shape[1]), 0)
    first = np.maximum.accumulate(places, axis=1)
    rows = np.arange(len(worth))
    last = (sums - lowest).argmax(axis=1)
    return (sums - lowest)[rows, last], first[rows, last], last


def span(passage: Passage, piece: Lines, bars: Ints) -> Span:
    """The bars it fills, here and in the work whose bars begin at `bars`.

    A bar at either end that agrees in less than half of the passage's notes is left out.
    """
    bar = _bar(piece.bars, piece.onset[passage.notes])
    first, last = 0, len(bar) - 1
    while bar[first] < bar[last] and passage.agree[bar == bar[first]].mean() < 0.5:
        first = int(np.searchsorted(bar, bar[first], side="right"))
    while bar[first] < bar[last] and passage.agree[bar == bar[last]].mean() < 0.5:
        last = int(np.searchsorted(bar, bar[last])) - 1
    kept = slice(first, last + 1)
    agree = passage.agree[kept]
    there = _bar(bars, passage.there[kept][agree])
    return Span(
        int(bar[first]) + 1,
        int(bar[last]) + 1,
        int(there.min()) + 1,
        int(there.max()) + 1,
        int(agree.sum()),
    )


def _bar(bars: Ints, onsets: Ints) -> Ints:
    found = np.searchsorted(bars, onsets, side="right") - 1
    return np.asarray(np.clip(found, 0, max(0, len(bars) - 1)), np.int64)
