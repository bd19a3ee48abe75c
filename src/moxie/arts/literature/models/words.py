"""The words before each place of a text, as contexts: the one begun and those before it.

A new work has new sentences of known words. What comes next is foretold by the word that has begun
with one or two before it, also where the symbols between differ. Capital letters count as small
ones. A context is a 64-bit hash; those of a text are kept, so that the same can be found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Hashes, Ints

Marks: TypeAlias = NDArray[np.int64]
"""For each symbol 0 if no word is made of it, else 1 and the symbol of its small letter."""

PHRASES = 4
"""Contexts of words: what has begun; with the word before; with two; with the second before."""

LATEST = 512
"""Latest places of a text after the same words, or the same symbols, that count."""

BASE, WHOLE = 0x100000001B3, (1 << 64) - 1
START, MIXING = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


@dataclass(slots=True)
class Words:
    """The words before each place of a text that may go on.

    `keys` uint64 [PHRASES, room] has the contexts of the places up to `at`, which are counted as
    the symbols are. `latest` are the hashes of the word that has begun, of what has come since one
    ended, and of the two words before; 0 is none.
    """

    marks: Marks
    keys: Hashes
    at: int
    latest: tuple[int, int, int, int]

    @classmethod
    def of(cls, past: NDArray[np.int32], marks: Marks) -> Self:
        """Those of a whole text; the last symbol of the alphabet ends a text, and all words."""
        latest = _before(past.astype(np.int64), marks)
        begun, since, before, second = (int(each[-1]) for each in latest)
        return cls(marks, _keys(*latest), len(past), (begun, since, before, second))

    def read(self, symbol: int) -> None:
        """Go on by one symbol."""
        begun, since, before, second = self.latest
        if symbol == len(self.marks) - 1:
            self.latest = (0, 0, 0, 0)
        elif mark := int(self.marks[symbol]):
            self.latest = ((begun * BASE + mark) & WHOLE, 0, before, second)
        else:
            before, second = (begun, before) if begun else (before, second)
            self.latest = (0, (since * BASE + symbol + 1) & WHOLE, before, second)
        self.at += 1
        if self.at == self.keys.shape[1]:
            more = np.zeros((PHRASES, self.at), np.uint64)
            self.keys = np.concatenate((self.keys, more), 1)
        latest = np.array(self.latest, np.uint64)[:, None]
        self.keys[:, self.at] = _keys(*latest)[:, 0]

    def copy(self) -> Words:
        """The same, that goes on by itself."""
        return Words(self.marks, self.keys[:, : self.at + 1].copy(), self.at, self.latest)

    def earlier(self, at: int, first: int) -> list[Ints]:
        """By context the latest places from `first` on, before `at`, that are after the same."""
        places = np.flatnonzero(self.keys[0, first:at] == self.keys[0, at]) + first
        found = [places]
        for context, within in ((1, 0), (2, 1), (3, 0)):
            some = found[within]
            found.append(some[self.keys[context, some] == self.keys[context, at]])
        return [some[-LATEST:] for some in found]


def _before(symbols: Ints, marks: Marks) -> tuple[Hashes, Hashes, Hashes, Hashes]:
    """The hashes of `Words.latest` at all places of a text, each uint64 [symbols + 1]."""
    n, end = len(symbols), len(marks) - 1
    mark = marks[symbols]
    kind = np.where(symbols == end, 2, (mark > 0).astype(np.int64))
    starts = np.flatnonzero(np.append(True, kind[1:] != kind[:-1])) if n else np.zeros(0, int)
    runs = _hashed(np.where(kind == 1, mark, symbols + 1), starts)
    ends = np.append(starts[1:], n).astype(np.int64)[: len(starts)]
    of_words = kind[starts] == 1
    first, last = starts[of_words], ends[of_words]
    ended = np.maximum.accumulate(np.append(-1, np.where(kind == 2, np.arange(n), -1)))
    place = np.searchsorted(last, np.arange(n + 1)) - 1  # of the latest word that is over
    kinds = np.append(2, kind)

    def word(back: int) -> Hashes:
        which = place - back
        there = which >= 0
        found = np.zeros(n + 1, np.uint64)
        some = which[there]
        found[there] = np.where(first[some] > ended[there], runs[last[some]], np.uint64(0))
        return found

    none = np.uint64(0)
    return np.where(kinds == 1, runs, none), np.where(kinds == 0, runs, none), word(0), word(1)


def _hashed(values: Ints, starts: Ints) -> Hashes:
    """Runs of values to hashes of each as far as it has come, uint64 [values + 1].

    As if multiplied by BASE and added to one after another, modulo 2^64, where BASE has an inverse.
    """
    n = len(values)
    powers = np.full(n + 1, BASE, np.uint64)
    inverse = np.full(n + 1, pow(BASE, -1, 1 << 64), np.uint64)
    powers[0] = inverse[0] = 1
    powers, inverse = powers.cumprod(), inverse.cumprod()
    sums = np.append(np.uint64(0), (values.astype(np.uint64) * inverse[1:]).cumsum())
    begins = np.zeros(n + 1, np.int64)
    begins[starts + 1] = starts
    begins = np.maximum.accumulate(begins)
    return np.asarray((sums - sums[begins]) * powers, np.uint64)


def _keys(begun: Hashes, since: Hashes, before: Hashes, second: Hashes) -> Hashes:
    """The contexts of words, uint64 [PHRASES, places]."""
    here = _joined(_joined(begun, np.full_like(begun, START)), since)
    one = _joined(here, before)
    return np.stack((here, one, _joined(one, second), _joined(~here, second)))


def _joined(key: Hashes, value: Hashes) -> Hashes:
    key = (key ^ value) * MIXING
    return key ^ (key >> np.uint64(29))
