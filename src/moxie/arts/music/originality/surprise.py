"""How much each note of a line tells, in bits, given the two before it.

A scale, an Alberti bass or a repeated note tells next to nothing, and eight notes of it in common
are no evidence of copying; an unusual turn is. Counts of the indexed lines are interpolated with
those of shorter contexts and, where there are few, with what is usual in any music (small
intervals, even rhythm). What a line has said before in the same words tells nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.originality.lines import (
    INTERVALS,
    LONGEST,
    RHYTHMS,
    WIDEST,
    Ints,
    Lines,
    grams,
)

Bits = NDArray[np.float64]

PRIOR, BACKING = 2000.0, 20.0
"""How many steps the usual is worth against those seen, and a shorter context against a longer."""

SMALL, EVEN = 0.75, 0.35
"""How much rarer the next larger interval is, and the next less even rhythm, in any music."""

AGAIN, SAID = 4, 0.05
"""After so many steps in the same words a note tells only this share of its bits."""

MOST = 8.0
"""No step tells more: a leap that these works never make may be usual elsewhere."""

LEAPING = 0.8
"""A line of the whole leaps from part to part, which tells less than a leap in a melody."""

_WIDE = INTERVALS * RHYTHMS
"""Steps are below this."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often each number was seen."""

    keys: Ints
    counts: Ints

    @classmethod
    def of(cls, keys: Ints) -> Self:
        return cls(*np.unique(keys, return_counts=True))

    def __call__(self, keys: Ints) -> Bits:
        if not len(self.keys):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.counts[at], 0).astype(np.float64)


class Surprise:
    """Learnt from lines; with `rhythm` a step is an interval and a rhythm, else an interval."""

    def __init__(self, pieces: Sequence[Lines], *, rhythm: bool) -> None:
        self._rhythm = rhythm
        self._usual = _usual(rhythm)
        seen: list[list[Ints]] = [[], [], []]
        for piece in pieces:
            for order, keys in enumerate(self._keys(piece)):
                seen[order].append(keys[piece.place > order])
        joined = [np.concatenate([*keys, np.zeros(0, np.int64)]).astype(np.int64) for keys in seen]
        self._seen = [_Counts.of(keys) for keys in joined]
        # a context is what remains of a key without its last step
        self._contexts = [_Counts.of(keys // _WIDE) for keys in joined]

    def bits(self, piece: Lines) -> Bits:
        """What each note of the lines tells, float64 [m]; 0 for the first of a line."""
        keys = self._keys(piece)
        chance = self._usual[keys[0]]
        for order in range(3):
            weight = PRIOR if order == 0 else BACKING
            seen, context = (
                self._seen[order](keys[order]),
                self._contexts[order](keys[order] // _WIDE),
            )
            longer = (seen + weight * chance) / (context + weight)
            chance = np.where(piece.place > order, longer, chance)
        bits = np.where(piece.place > 0, -np.log2(chance), 0.0)
        bits[self._repeated(piece)] *= SAID
        return np.where(piece.line >= piece.whole, LEAPING, 1.0) * np.minimum(bits, MOST)

    def _keys(self, piece: Lines) -> list[Ints]:
        """Steps with none, one and two of the steps before them, each as one number."""
        step = piece.steps if self._rhythm else piece.interval
        before = np.concatenate([[0], step])[: len(step)]
        earlier = np.concatenate([[0], before])[: len(step)]
        return [step, before * _WIDE + step, (earlier * _WIDE + before) * _WIDE + step]

    def _repeated(self, piece: Lines) -> Ints:
        """Where a line has just said `AGAIN` steps that it has said before."""
        hashes, begin = grams(piece, AGAIN, rhythm=self._rhythm)
        named = hashes ^ (piece.line[begin].astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93))
        again = np.ones(len(begin), np.bool_)
        again[np.unique(named, return_index=True)[1]] = False
        return begin[again] + AGAIN


def _usual(rhythm: bool) -> Bits:
    """The chance of each step in any music."""
    intervals = SMALL ** np.abs(np.arange(INTERVALS) - WIDEST)
    rhythms = EVEN ** np.abs(np.arange(RHYTHMS) - LONGEST)
    table = np.outer(intervals, rhythms).ravel() if rhythm else intervals
    return np.asarray(table / table.sum(), np.float64)
