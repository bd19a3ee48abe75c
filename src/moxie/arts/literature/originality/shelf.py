"""Works on a shelf, and the passages that a text shares with them, word by word or nearly so.

A text is the row of its units: Han characters, and words of alphabets, without punctuation, case
or traditional forms. Three units in a row that stand in a work as well are a seed. Seeds that lie
on one diagonal, or near it, belong to one passage, and along it every unit that agrees counts for
what it tells. So a passage is found whole though characters in it were changed, left out or put
in; and sentences that were put into another order are found one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.characters import Units

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Bits: TypeAlias = NDArray[np.float64]

SEED = 3
"""Units in a row that are looked up: of five characters with one changed, three are left."""

MOST_HITS = 256
"""What stands in the works more often than this is everybody's, and no seed."""

BAND = 8
"""So many units may have been put in or left out along a passage."""

BANDS = 12
"""Diagonals that are looked at closely, the most promising ones."""

REACH = 60
"""Units before and after the seeds of a diagonal that may still belong to the passage."""

MOST = 12.0
"""No unit tells more bits than this."""

MISSED = -3.0
"""What a unit that does not agree takes from its passage, in bits."""

OWN = 0.5
"""Weight of what follows a unit in other works against how frequent it is by itself."""

LARGE, KEPT = 4_000_000, 4
"""From so many units on only every fourth seed is kept, which the passages' length makes up for."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Units of a text, first to last, of which most are units of a work from `there` on."""

    work: int
    bits: float
    first: int
    last: int  # included
    there: int  # the unit of the work that the first agreeing one is
    there_last: int
    agree: Bools  # [last - first + 1]

    @property
    def units(self) -> Ints:
        """The units that agree, by place in the text."""
        return self.first + np.flatnonzero(self.agree)


@dataclass(frozen=True, slots=True)
class Diagonal:
    """Which units of a text agree with a work, at each small shift about one diagonal."""

    work: int
    first: int  # the unit of the text that column 0 is
    base: int  # the unit of the work that column 0 is, at shift 0
    agree: Bools  # [2 * BAND + 1, columns]

    def line(self, first: int, last: int) -> float:
        """The largest share of the units first..last that agree at one shift."""
        low, high = first - self.first, last + 1 - self.first
        if low < 0 or high > self.agree.shape[1]:
            return 0.0
        return float(self.agree[:, low:high].mean(axis=1).max())


class Shelf:
    """An index of works' units: about 20 bytes of each."""

    def __init__(self, works: Sequence[Units]) -> None:
        self._vocabulary: dict[str, int] = {}
        rows = [self._learn(work) for work in works]
        self.lengths = np.array([len(row) for row in rows], np.int64)
        # a unit that is nowhere else lies between two works, so that nothing goes across
        parts = [part for row in rows for part in (row, np.array([-2], np.int32))]
        self._units = np.concatenate([*parts, np.zeros(0, np.int32)])
        self._starts = np.concatenate([[0], np.cumsum(self.lengths + 1)])[:-1].astype(np.int64)
        self._kept = KEPT if len(self._units) > LARGE else 1
        grams = self._grams(self._units)
        places = np.flatnonzero(self._sown(grams) & self._inside(self._units)).astype(np.int32)
        order = np.argsort(grams[places], kind="stable")
        self._seeds, self._places = grams[places][order], places[order]
        self._learn_bits(rows)

    def _learn(self, work: Units) -> NDArray[np.int32]:
        known = self._vocabulary
        return np.array([known.setdefault(word, len(known)) for word in work.words], np.int32)

    def read(self, text: Units) -> Ints:
        """The units of a text as numbers; -1 for what no work has."""
        return np.array([self._vocabulary.get(word, -1) for word in text.words], np.int64)

    @staticmethod
    def _grams(row: NDArray[np.integer]) -> NDArray[np.uint64]:
        wide = row.astype(np.int64).astype(np.uint64)
        mixed = np.zeros(max(0, len(row) - SEED + 1), np.uint64)
        for step in range(SEED):
            part = wide[step : step + len(mixed)]
            mixed = (mixed ^ part) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        return mixed

    def _sown(self, grams: NDArray[np.uint64]) -> Bools:
        return np.asarray(grams % np.uint64(self._kept) == 0, np.bool_)

    @staticmethod
    def _inside(row: NDArray[np.integer]) -> Bools:
        """Where `SEED` known units of one work begin."""
        known = row >= 0
        number = max(0, len(row) - SEED + 1)
        return np.asarray(
            np.all([known[step : step + number] for step in range(SEED)], axis=0), np.bool_
        )

    def _learn_bits(self, rows: Sequence[NDArray[np.int32]]) -> None:
        """How often units are, and in how many works pairs of them are."""
        size = len(self._vocabulary) + 1
        self._counts = np.bincount(self._units[self._units >= 0], minlength=size) + 0.5
        pairs = [np.unique(row[:-1].astype(np.int64) * size + row[1:]) for row in rows]
        keys, users = np.unique(np.concatenate([*pairs, np.zeros(0, np.int64)]), return_counts=True)
        self._pairs, self._users = keys[users > 1], users[users > 1]
        singles = [np.unique(row) for row in rows]
        self._spread = np.bincount(
            np.concatenate([*singles, np.zeros(0, np.int32)]), minlength=size
        )

    def bits(self, row: Ints) -> Bits:
        """What each unit of a text tells, float64 [n]: little where it often follows the last.

        A pair that only one work has is that work's own and makes nothing likelier.
        """
        size = len(self._counts)
        alone = self._counts[row] / self._counts.sum()
        pairs = np.concatenate([[-1], row[:-1] * size + row[1:]]) if len(row) else row
        users = np.zeros(len(row))
        if len(self._pairs):
            at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
            users = np.where(self._pairs[at] == pairs, self._users[at] - 1.0, 0.0)
        before = np.concatenate([[1], self._spread[row[:-1]]]) if len(row) else users
        chance = OWN * users / np.maximum(before, 1.0) + (1 - OWN) * alone
        return np.minimum(-np.log2(np.maximum(chance, 2.0**-MOST)), MOST)

    def diagonals(self, row: Ints, weights: Bits, allowed: Bools) -> list[Diagonal]:
        """The most promising places in the works for a text, at most `BANDS`."""
        query, there = self._hits(row)
        if not len(query):
            return []
        work = np.searchsorted(self._starts, there, side="right") - 1
        kept = allowed[work]
        query, there, work = query[kept], there[kept], work[kept]
        found: dict[tuple[int, int], float] = {}
        seeds = np.convolve(weights, np.ones(SEED))[SEED - 1 :]
        wide = 2 * BAND
        for half in (0, BAND):  # bands that overlap: none is cut in two by an edge
            band = (there - query + half + len(row)) // wide
            keys = band * len(self.lengths) + work
            # a seed counts once in its band, however often it stands there
            once = np.unique(np.stack([keys, query]), axis=1)
            names, place = np.unique(once[0], return_inverse=True)
            sums = np.bincount(place, seeds[once[1]])
            for best in np.argsort(-sums, kind="stable")[:BANDS]:
                inside = keys == names[best]
                near = int(np.median(there[inside] - query[inside]))
                found[int(names[best]) % len(self.lengths), near] = float(sums[best])
        chosen: list[Diagonal] = []
        for one, shift in sorted(found, key=lambda key: (-found[key], key)):
            if any(one == d.work and abs(shift - d.base + d.first) <= BAND for d in chosen):
                continue
            on = query[(work == one) & (np.abs(there - query - shift) <= BAND)]
            chosen.append(self._diagonal(row, one, shift, int(on.min()), int(on.max())))
            if len(chosen) == BANDS:
                break
        return chosen

    def _hits(self, row: Ints) -> tuple[Ints, Ints]:
        """Seeds: places in the text, and in all works one after another."""
        grams = self._grams(row)
        where = np.flatnonzero(self._sown(grams) & self._inside(row))
        low = np.searchsorted(self._seeds, grams[where])
        number = np.searchsorted(self._seeds, grams[where], side="right") - low
        number[number > MOST_HITS] = 0
        query = np.repeat(where, number)
        within = np.arange(len(query)) - np.repeat(np.cumsum(number) - number, number)
        return query, self._places[np.repeat(low, number) + within].astype(np.int64)

    def _diagonal(self, row: Ints, work: int, shift: int, low: int, high: int) -> Diagonal:
        first, last = max(0, low - REACH), min(len(row), high + SEED + REACH)
        begin, end = self._starts[work], self._starts[work] + self.lengths[work]
        columns = np.arange(first, last) + shift + np.arange(-BAND, BAND + 1)[:, None]
        known = (columns >= begin) & (columns < end)
        agree = known & (
            self._units[np.clip(columns, begin, max(begin, end - 1))] == row[first:last]
        )
        return Diagonal(work, first, first + shift, agree)

    def passage(self, on: Diagonal, weights: Bits) -> Passage | None:
        """The strongest passage along a diagonal; None where nothing agrees."""
        number = on.agree.shape[1]
        beside = np.zeros_like(on.agree)
        for step in (1, 2):  # by itself a unit agrees by chance
            beside[:, step:] |= on.agree[:, :-step]
            beside[:, :-step] |= on.agree[:, step:]
        firm = on.agree & beside
        told = weights[on.first : on.first + number]
        worth = np.where(firm.any(axis=0), told, MISSED)
        sums = np.concatenate([[0.0], np.cumsum(worth)])
        lowest = np.minimum.accumulate(sums[:-1])
        last = int((sums[1:] - lowest).argmax())
        bits = float(sums[last + 1] - lowest[last])
        if bits <= 0:
            return None
        begin = int(np.flatnonzero(sums[: last + 1] <= lowest[last])[-1])
        agree = firm[:, begin : last + 1].any(axis=0)
        start = self._starts[on.work]
        ends = []
        for column in (begin, last):
            shifts = np.flatnonzero(firm[:, column]) - BAND
            nearest = int(shifts[np.abs(shifts).argmin()]) if len(shifts) else 0
            ends.append(int(on.base + column + nearest - start))
        first = on.first + begin
        return Passage(on.work, bits, first, on.first + last, ends[0], ends[1], agree)


def longest_run(agree: Bools) -> int:
    """Units in a row that agree."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], agree.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def likely(bits: float, chance: float, half: float) -> float:
    """0..1: nothing up to `chance` bits; every `half` more halve the doubt."""
    return 1.0 - math.pow(2.0, -max(0.0, bits - chance) / half)
