"""The words before each place of a text, as contexts: the one begun and those before it.

A new work has new sentences of known words. What comes next is foretold by the word that has begun
with one or two before it, also where the symbols between differ; and by the kinds of the three
before it, where those words never stood together. Capital letters count as small ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.kinds import Kinds
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

Marks: TypeAlias = NDArray[np.int64]
"""For each symbol 0 if no word is made of it, else 1 and the symbol of its small letter; that of a
line feed is -1."""

PHRASES, KINDRED = 4, 3
"""Contexts of words: what has begun; with the word before; with two; with the second before. And of
kinds: what has begun with those of one, two, three words before."""


class Latest(NamedTuple):
    """What stands before a place, or before all places of a text, as hashes; 0 is none."""

    begun: Hashes  # the word that has begun
    since: Hashes  # what has come since one ended
    before: Hashes  # the word before
    second: Hashes  # the word before that
    ending: Hashes  # the last two letters of the word begun
    kind: Hashes  # the kind of the word before
    second_kind: Hashes
    third_kind: Hashes


@dataclass(slots=True)
class Words:
    """The words before each place of a text that may go on: a `Track`.

    `keys` has the contexts of the places up to `at`, which are counted as the symbols are.
    """

    marks: Marks
    kinds: Kinds | None
    keys: Hashes
    at: int
    now: tuple[int, ...]
    within: tuple[int, ...]

    @classmethod
    def of(cls, past: NDArray[np.int32], marks: Marks, kinds: Kinds | None = None) -> Self:
        """Those of a whole text; the last symbol of the alphabet ends a text, and all words."""
        latest = standing(past.astype(np.int64), marks, kinds)
        within = (-1, 0, 1, 0) if kinds is None else (-1, 0, 1, 0, 0, 4, 5)
        last = tuple(int(each[-1]) for each in latest)
        return cls(marks, kinds, _keys(latest, kinds), len(past), last, within)

    def read(self, symbol: int) -> None:
        """See `Track.read`."""
        begun, since, before, second, ending, *kinds = self.now
        if symbol == len(self.marks) - 1:
            self.now = (0,) * 8
        elif (mark := int(self.marks[symbol])) > 0:
            ending = (ending % len(self.marks) if begun else 0) * len(self.marks) + mark
            self.now = ((begun * BASE + mark) & WHOLE, 0, before, second, ending, *kinds)
        else:
            if begun:
                before, second = begun, before
                kinds = [self._kind(begun, ending), *kinds[:2]]
            since = (since * BASE + symbol + 1) & WHOLE
            self.now = (0, since, before, second, 0, *kinds)
        self.at += 1
        self.keys = roomy(self.keys, self.at)
        latest = Latest(*(np.array([each], np.uint64) for each in self.now))
        self.keys[:, self.at] = _keys(latest, self.kinds)[:, 0]

    def copy(self) -> Words:
        """See `Track.copy`."""
        keys = self.keys[:, : self.at + 1].copy()
        return Words(self.marks, self.kinds, keys, self.at, self.now, self.within)

    def _kind(self, word: int, ending: int) -> int:
        if self.kinds is None:
            return 0
        return int(self.kinds.of(np.array([word], np.uint64), np.array([ending]))[0])


def standing(symbols: Ints, marks: Marks, kinds: Kinds | None) -> Latest:
    """What stands before all places of a text, each [symbols + 1]."""
    n, end = len(symbols), len(marks) - 1
    mark = marks[symbols]
    sort = np.where(symbols == end, 2, (mark > 0).astype(np.int64))
    starts = np.flatnonzero(np.append(True, sort[1:] != sort[:-1])) if n else np.zeros(0, int)
    runs = hashed_runs(np.where(sort == 1, mark, symbols + 1), starts)
    ends = np.append(starts[1:], n).astype(np.int64)[: len(starts)]
    of_words = sort[starts] == 1
    first, last = starts[of_words], ends[of_words]
    ended = np.maximum.accumulate(np.append(-1, np.where(sort == 2, np.arange(n), -1)))
    place = np.searchsorted(last, np.arange(n + 1)) - 1  # of the latest word that is over
    sorts = np.append(2, sort)
    inner = np.append(0, mark[:-1])[:n]
    inner[starts] = 0
    endings = np.append(0, np.where(sort == 1, inner * len(marks) + mark, 0))
    each = np.zeros(len(last), np.uint64)
    if kinds is not None:
        each = kinds.of(runs[last], endings[last]).astype(np.uint64)

    def word(back: int, told: Hashes) -> Hashes:
        which = place - back
        there = which >= 0
        found = np.zeros(n + 1, np.uint64)
        some = which[there]
        found[there] = np.where(first[some] > ended[there], told[some], np.uint64(0))
        return found

    none = np.uint64(0)
    return Latest(
        np.where(sorts == 1, runs, none),
        np.where(sorts == 0, runs, none),
        word(0, runs[last]),
        word(1, runs[last]),
        endings.astype(np.uint64),
        *(word(back, each) for back in range(KINDRED)),
    )


def learn_kinds(past: NDArray[np.int32], marks: Marks) -> Kinds:
    """The kinds of the words of texts, one after another; marks between them are neighbours."""
    symbols = past.astype(np.int64)
    known = standing(symbols, marks, None)
    first, last = stretches(marks[symbols] > 0)
    words, between = known.begun[last], known.since[first]
    if not len(words):
        return Kinds.learn(words, words, words)
    met, often = np.unique(between, return_counts=True)
    usual = met[often.argmax()]  # a space
    beside = np.where(between == usual, known.before[first], ~between)
    return Kinds.learn(
        words, beside, np.append(np.where(between[1:] == usual, words[1:], ~between[1:]), usual)
    )


def _keys(latest: Latest, kinds: Kinds | None) -> Hashes:
    """The contexts of words, uint64 [contexts, places]."""
    here = joined(joined(latest.begun, np.full_like(latest.begun, START)), latest.since)
    one = joined(here, latest.before)
    found = [here, one, joined(one, latest.second), joined(~here, latest.second)]
    if kinds is not None:
        key = here ^ START
        for kind in (latest.kind, latest.second_kind, latest.third_kind):
            key = joined(key, kind)
            found.append(key)
    return np.stack(found)
