"""Where in its line and its paragraph each place of a text stands, as contexts.

Lines of verse are about as long as those before them; and a paragraph begins as those before it
began, or, where two people speak by turns, as the last but one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import FEED
from moxie.arts.literature.models.tables import Hashes, Ints
from moxie.arts.literature.models.tracks import (
    BASE,
    START,
    WHOLE,
    hashed_runs,
    joined,
    roomy,
    stretches,
)
from moxie.arts.literature.models.words import Marks

LINES = 6
"""Contexts: how long the line is; with its last symbol; with how long the line before was. And how
the paragraph has begun; with the first word of the one before; with that of the last but one."""

LONG = 70
"""Symbols of a line that are counted."""

OPENING = 16
"""Symbols in which a paragraph begins."""


class Stand(NamedTuple):
    """Where a place stands, or all places of a text."""

    column: Hashes  # symbols of the line
    last: Hashes  # the symbol before it, from 1; 0 at the beginning
    line: Hashes  # symbols of the line before
    opening: Hashes  # the hash of the paragraph so far
    length: Hashes  # symbols of the paragraph
    first: Hashes  # the hash of its first word, so far
    phase: Hashes  # 0 before that word, 1 in it, 2 after it
    before: Hashes  # the first word of the paragraph before
    second: Hashes  # that of the last but one


@dataclass(slots=True)
class Lines:
    """The lines and paragraphs of a text that may go on: a `Track`."""

    marks: Marks
    keys: Hashes
    at: int
    now: tuple[int, ...]
    within: tuple[int, ...] = (-1, 0, 1, -1, 3, 4)

    @classmethod
    def of(cls, past: NDArray[np.int32], marks: Marks) -> Self:
        """Those of a whole text; a paragraph ends with an empty line, or where a text does."""
        stand = _standing(past.astype(np.int64), marks)
        return cls(marks, _keys(stand), len(past), tuple(int(each[-1]) for each in stand))

    def read(self, symbol: int) -> None:
        """See `Track.read`."""
        column, last, line, opening, length, first, phase, before, second = self.now
        mark = int(self.marks[symbol])
        told = symbol + 1
        if told == len(self.marks):
            self.now = (0, told, 0, 0, 0, 0, 0, 0, 0)
        elif mark == FEED and last and int(self.marks[last - 1]) == FEED:
            self.now = (0, told, line, 0, 0, 0, 0, first, before)
        else:
            if mark > 0 and phase < 2:
                first, phase = (first * BASE + mark) & WHOLE, 1
            elif phase == 1:
                phase = 2
            opening, length = (opening * BASE + told) & WHOLE, length + 1
            column, line = (0, column or line) if mark == FEED else (column + 1, line)
            self.now = (column, told, line, opening, length, first, phase, before, second)
        self.at += 1
        self.keys = roomy(self.keys, self.at)
        stand = Stand(*(np.array([each], np.uint64) for each in self.now))
        self.keys[:, self.at] = _keys(stand)[:, 0]

    def copy(self) -> Lines:
        """See `Track.copy`."""
        return Lines(self.marks, self.keys[:, : self.at + 1].copy(), self.at, self.now)


def _standing(symbols: Ints, marks: Marks) -> Stand:
    """Where all places of a text stand, each [symbols + 1]."""
    n, end = len(symbols), len(marks) - 1
    places, mark = np.arange(n + 1), marks[symbols]
    feeds, ends = mark == FEED, symbols == end
    column = places - _latest(feeds | ends)
    line_ends = _latest((feeds & (column[:-1] > 0)) | ends)
    line = np.where(line_ends > 0, column[np.maximum(line_ends - 1, 0)], 0)
    line[np.append(True, ends)[line_ends]] = 0
    empty = feeds & np.append(False, feeds[:-1])[:n]
    start = _latest(empty | ends)  # where the paragraph of a place begins
    length = places - start
    starts = np.unique(start)
    opening = hashed_runs(symbols + 1, starts[starts < n])
    opening[length == 0] = 0
    words, begins, over = _first_words(mark, starts, n)
    which = np.searchsorted(starts, start)
    runs = _letter_runs(mark)
    phase = np.where(places <= begins[which], 0, np.where(places <= over[which], 1, 2))
    first = np.where(phase == 1, runs, np.where(phase == 2, words[which], np.uint64(0)))
    whole = np.append(True, ends)[starts]  # paragraphs that begin a text
    texts = whole.cumsum()

    def before(back: int) -> Hashes:
        earlier = which - back
        there = (earlier >= 0) & (texts[which] == texts[np.maximum(earlier, 0)])
        return np.where(there, words[np.maximum(earlier, 0)], np.uint64(0))

    last = np.append(0, symbols + 1)
    told = column, last, line, opening, length, first, phase, before(1), before(2)
    return Stand(*(some.astype(np.uint64) for some in told))


def _latest(told: NDArray[np.bool_]) -> Ints:
    """For each place of a text the one after the latest symbol that is told, or 0."""
    return np.maximum.accumulate(np.append(0, np.where(told, np.arange(1, len(told) + 1), 0)))


def _letter_runs(mark: Ints) -> Hashes:
    letters = mark > 0
    changes = np.flatnonzero(np.append(True, letters[1:] != letters[:-1])[: len(mark)])
    return hashed_runs(mark.clip(0), changes)


def _first_words(mark: Ints, starts: Ints, n: int) -> tuple[Hashes, Ints, Ints]:
    """By paragraph the hash of its first word, and the places where that begins and is over."""
    first, last = stretches(mark > 0)
    runs = np.append(_letter_runs(mark)[last], np.uint64(0))
    which = np.searchsorted(first, starts)
    begins, over = (np.append(some, n + 1)[which] for some in (first, last))
    there = begins < np.append(starts[1:], n + 1)
    nowhere = np.int64(n + 1)
    return (
        np.where(there, runs[which], np.uint64(0)),
        np.where(there, begins, nowhere),
        np.where(there, over, nowhere),
    )


def _keys(stand: Stand) -> Hashes:
    """The contexts of lines, uint64 [LINES, places]."""
    start = np.full_like(stand.column, START)
    column = joined(np.minimum(stand.column, LONG), start)
    last = joined(column, stand.last)
    opening = joined(~np.where(stand.length > OPENING, np.uint64(0), stand.opening), start)
    before = joined(opening, stand.before)
    line = joined(last, np.minimum(stand.line, LONG))
    return np.stack((column, last, line, opening, before, joined(before, stand.second)))
