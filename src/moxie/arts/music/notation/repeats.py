"""The order in which written bars are played: repeat signs, endings, da capo and dal segno."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

MOST_TIMES = 8
"""A section repeated more often than this is a mistake or an attack; it is played as often."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a written bar says about the order of playing.

    `times` is how often the section that ends here is played (0: no repeat sign), `endings` the
    numbers of the volta bracket over the bar. `marks` are of "segno", "coda" (at the beginning)
    and "tocoda", "fine", "dacapo", "dalsegno" (at the end).
    """

    begins: bool = False
    times: int = 0
    endings: frozenset[int] = frozenset()
    marks: frozenset[str] = frozenset()


def unroll(signs: Sequence[Signs]) -> list[int]:
    """Indices of the bars in the order they are played.

    A da capo or dal segno is followed once, without the repeats, and only where a fine or a coda
    says how it ends: a minuet's "da capo" without a fine would play the trio twice.
    """
    return _Player(_sound(signs)).play()


def _sound(signs: Sequence[Signs]) -> list[Signs]:
    """With volta brackets that can be played.

    Those that no repeat leads back from are taken away; those whose numbers are no count from 1
    (files have two second endings, or none with a number) are numbered as they come.
    """
    kept = list(signs)
    for first, last in _groups(signs):
        run = kept[first:last]
        if not any(sign.times for sign in run):
            numbers = [frozenset[int]()] * len(run)
        else:
            numbers = _numbers(run)
        kept[first:last] = [replace(s, endings=n) for s, n in zip(run, numbers, strict=True)]
    return kept


def _numbers(run: Sequence[Signs]) -> list[frozenset[int]]:
    """The endings of each bar in a group of brackets."""
    bracket, brackets = 0, [0]
    for before, sign in pairwise(run):
        bracket += bool(before.times) or before.endings != sign.endings
        brackets.append(bracket)
    labels = {number: sign.endings for number, sign in zip(brackets, run, strict=True)}
    said = sorted(chain(*labels.values()))
    if said == [*range(1, len(said) + 1)]:
        return [sign.endings for sign in run]
    return [frozenset({number + 1}) for number in brackets]


def _groups(signs: Sequence[Signs]) -> list[tuple[int, int]]:
    """Volta brackets that follow each other: (first bar, last bar + 1) of each group."""
    found: list[tuple[int, int]] = []
    for index, sign in enumerate(signs):
        if not sign.endings:
            continue
        joins = found and found[-1][1] == index and not sign.begins
        # a bracket that counts from the beginning again belongs to the next repeat
        if joins and not min(sign.endings) < min(signs[index - 1].endings):
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


class _Player:
    """One reading of the bars from the first to the last."""

    def __init__(self, signs: Sequence[Signs]) -> None:
        self.signs = signs
        self.most: dict[int, int] = {}  # the highest ending of the brackets over a bar
        self.closing: set[int] = set()  # the last bars of groups of brackets
        for first, last in _groups(signs):
            most = max(max(sign.endings) for sign in signs[first:last])
            self.most.update(dict.fromkeys(range(first, last), most))
            self.closing.add(last - 1)
        self.marked: dict[str, list[int]] = {}
        for index, sign in enumerate(signs):
            for mark in sign.marks:
                self.marked.setdefault(mark, []).append(index)
        self.start, self.turn, self.jumped, self.index = 0, 1, False, 0

    def play(self) -> list[int]:
        """The bars in order; it ends, for every section is repeated `MOST_TIMES` at most."""
        order: list[int] = []
        while 0 <= self.index < len(self.signs):
            if self.signs[self.index].begins and self.start != self.index:
                self.start, self.turn = self.index, 1
            if self._open():
                order.append(self.index)
                self.index = self._next()
            else:
                self._leave(self.index in self.closing)
                self.index += 1
        return order

    def _open(self) -> bool:
        """Whether the bar is played this time; after a jump, the last ending is."""
        endings = self.signs[self.index].endings
        return not endings or (self.most[self.index] if self.jumped else self.turn) in endings

    def _next(self) -> int:
        """Where to go after the bar; -1 at a fine."""
        here, sign = self.index, self.signs[self.index]
        if self.jumped:
            if "fine" in sign.marks:
                return -1
            coda = self._find("coda", here + 1) if "tocoda" in sign.marks else None
            return here + 1 if coda is None else coda
        if sign.times and self.turn < self._turns():
            self.turn += 1
            return self.start
        if self._returns():
            self.jumped = True
            return self._beginning()
        self._leave(bool(sign.times) or here in self.closing)
        return here + 1

    def _leave(self, done: bool) -> None:
        """A new section begins after this bar if the old one is done."""
        if done:
            self.start, self.turn = self.index + 1, 1

    def _turns(self) -> int:
        """How often the section that ends here is played."""
        sign = self.signs[self.index]
        # under a first ending alone, what follows it is the second
        return min(max(self.most[self.index], 2) if sign.endings else sign.times, MOST_TIMES)

    def _returns(self) -> bool:
        """Whether the bar sends back to an earlier one, and it is said how that ends."""
        if not self.signs[self.index].marks & {"dacapo", "dalsegno"}:
            return False
        first = self._beginning()
        fine, leaving = self._find("fine", first), self._find("tocoda", first)
        coda = self._find("coda", self.index + 1)
        ends = fine is not None and fine <= self.index
        return ends or (leaving is not None and leaving <= self.index and coda is not None)

    def _beginning(self) -> int:
        """Where a da capo or dal segno sends to."""
        return (self._find("segno") or 0) if "dalsegno" in self.signs[self.index].marks else 0

    def _find(self, mark: str, first: int = 0) -> int | None:
        """The first bar with a mark, from the bar `first` on."""
        places = self.marked.get(mark, [])
        index = bisect_left(places, first)
        return places[index] if index < len(places) else None
