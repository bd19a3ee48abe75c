"""Finding what a text might have been copied from.

Two measures make the similarity. Of prose:

* the **strongest passage** in common, in bits: a phrase that many works have tells little, and so
  idioms and formulas count for little;
* the **share** of all that the text tells which passages of one work cover: sentences that were
  put into another order are one copy.

Of verse besides: the **lines** that are a work's, for a copied line is a copy, be it of five
characters. A line that stands in several works is a stock line and counts for less.

The scale: 1 is the same text, whatever its punctuation and its script; from 0.5 on there is
something to explain: some seventeen characters or fourteen words in a row, or a line of verse. It
is continuous, so that it can measure a dial.

Measured (`benchmarks/text_copies.py`): passages of a hundred characters hidden in other works are
found every time, two in five of their characters changed too; a line of verse every time. Of poems
by Li Bai, Du Fu and Su Shi one to three in a hundred truly share a line with another one.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.art import Likeness
from moxie.arts.literature.characters import Units, units
from moxie.arts.literature.lines import is_verse, lines
from moxie.arts.literature.originality.shelf import (
    Diagonal,
    Passage,
    Shelf,
    likely,
    longest_run,
)
from moxie.arts.literature.writing import Writing
from moxie.text import Message, say

CHANCE, HALF = 20.0, 105.0
"""A passage of 20 bits says nothing; every 105 more halve the doubt, so that 125 bits are 0.5."""

FORMULA = 40.0
"""Passages of fewer bits cover nothing."""

REST = 0.5
"""What further passages of the same work count for, against the strongest one's bits."""

NEARLY: tuple[tuple[float, float], ...] = ((1.0, 1.0), (0.8, 0.6), (0.7, 0.35))
"""How much a line counts of which this share of units is the work's, in order."""

LINES = 0.46
"""The doubt that one copied line leaves; two leave its square."""

FEW_LINES = 8
"""Of a poem of more lines than these, one that is copied is less of a copy."""

STOCK = 3
"""A line that this many works have counts for half, and one that twice as many have for nothing."""

SHOWN = 24
"""Characters of a passage that the evidence quotes."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text has in common with one work."""

    work: int
    similarity: float
    passages: tuple[Passage, ...]  # the strongest first
    lines: tuple[tuple[int, int], ...]  # copied lines of verse: first and last unit

    @property
    def covered(self) -> NDArray[np.int64]:
        """The units of the text that the work has too."""
        some = [one.units for one in self.passages if one.bits >= FORMULA]
        rows = [np.arange(first, last + 1) for first, last in self.lines]
        return np.unique(np.concatenate([*some, *rows, np.zeros(0, np.int64)])).astype(np.int64)


class TextIndex:
    """A `CopyIndex` of texts. Keeps about 20 bytes of each character, and no text."""

    def __init__(self, contents: Sequence[Writing]) -> None:
        found: list[Units] = []
        self._digests: list[bytes] = []
        self._stock: Counter[tuple[str, ...]] = Counter()
        for i in range(len(contents)):  # one at a time: they may be read from disk
            read = units(contents[i].text)
            found.append(read)
            self._digests.append(_digest(read))
            if is_verse(contents[i]):
                self._stock.update({read.words[a : b + 1] for a, b in lines(contents[i], read)})
        self._shelf = Shelf(found)

    def __len__(self) -> int:
        return len(self._digests)

    def nearest(self, content: Writing, *, exclude: Collection[int] = ()) -> Likeness | None:
        """The likeliest source; None when every work is excluded."""
        allowed = np.ones(len(self), np.bool_)
        allowed[list(exclude)] = False
        if not allowed.any():
            return None
        read = units(content.text)
        digest = _digest(read)
        for place in np.flatnonzero(allowed):
            if len(read) and self._digests[place] == digest:
                return Likeness(int(place), 1.0, say("It is the same text."))
        found = self.shared(content, read, allowed)
        if not found:
            nothing = say("It has no passage in common with any of the works.")
            return Likeness(int(np.flatnonzero(allowed)[0]), 0.0, nothing)
        return Likeness(found[0].work, found[0].similarity, evidence(content, read, found[0]))

    def shared(self, content: Writing, read: Units, allowed: NDArray[np.bool_]) -> list[Found]:
        """What the text shares with each of the likeliest works, the likeliest first."""
        row = self._shelf.read(read)
        weights = self._shelf.bits(row)
        verse = lines(content, read) if is_verse(content) else []
        passages: defaultdict[int, list[Passage]] = defaultdict(list)
        copied: defaultdict[int, dict[tuple[int, int], float]] = defaultdict(dict)
        for diagonal in self._shelf.diagonals(row, weights, allowed):
            passage = self._shelf.passage(diagonal, weights)
            if passage is not None:
                passages[diagonal.work].append(passage)
            for line, worth in self._lines(diagonal, verse, read).items():
                known = copied[diagonal.work]
                known[line] = max(worth, known.get(line, 0.0))
        found = [
            Found(
                work,
                _similarity(some, copied[work], weights, len(verse)),
                tuple(sorted(some, key=lambda one: -one.bits)),
                tuple(sorted(copied[work])),
            )
            for work, some in passages.items()
        ]
        return sorted(found, key=lambda one: (-one.similarity, one.work))

    def _lines(
        self, on: Diagonal, verse: Sequence[tuple[int, int]], read: Units
    ) -> dict[tuple[int, int], float]:
        """Lines of the text that the work has too, wholly or nearly, and how much they count."""
        found = {}
        for first, last in verse:
            share = on.line(first, last)
            worth = next((worth for least, worth in NEARLY if share >= least), 0.0)
            users = self._stock[read.words[first : last + 1]]
            worth *= 1.0 if users < STOCK else 0.5 if users < 2 * STOCK else 0.0
            if worth:
                found[first, last] = worth
        return found


def _digest(read: Units) -> bytes:
    return hashlib.sha256("\0".join(read.words).encode()).digest()


def _similarity(
    passages: Sequence[Passage],
    copied: dict[tuple[int, int], float],
    weights: NDArray[np.float64],
    verse: int,
) -> float:
    """On the copy scale."""
    bits = max(passage.bits for passage in passages)
    some = [passage.units for passage in passages if passage.bits >= FORMULA]
    covered = np.unique(np.concatenate([*some, np.zeros(0, np.int64)])).astype(np.int64)
    told = float(weights[covered].sum())
    strongest = likely(bits + REST * max(0.0, told - bits), CHANCE, HALF)
    share = told / max(float(weights.sum()), 1e-9)
    whole = share**2 * min(1.0, bits / (CHANCE + HALF))
    much = sum(copied.values())
    doubt = LINES ** (much * min(1.0, math.sqrt(FEW_LINES / max(1, verse))))
    if verse and much >= verse:
        doubt = min(doubt, 0.02)
    return float(1.0 - (1.0 - strongest) * (1.0 - whole) * doubt)


def evidence(content: Writing, read: Units, found: Found) -> Message:
    """One sentence that names the passage."""
    passage = found.passages[0]
    first, last = passage.first, passage.last
    same = int(passage.agree.sum())
    if found.lines and max(b - a for a, b in found.lines) + 1 >= longest_run(passage.agree):
        first, last = found.lines[0]
        same = last - first + 1
    quoted = _quoted(content.text, read, first, last)
    if found.similarity >= 0.5 and found.lines:
        return say(
            "Lines of it are the work's: {lines} of them, such as “{passage}”.",
            lines=len(found.lines),
            passage=quoted,
        )
    if found.similarity >= 0.5:
        return say(
            "“{passage}”: {same} of {length} characters or words from here on stand in the work.",
            passage=quoted,
            same=same,
            length=last - first + 1,
        )
    return say(
        "Most alike: “{passage}”, {same} characters or words of it as in the work.",
        passage=quoted,
        same=same,
    )


def _quoted(text: str, read: Units, first: int, last: int) -> str:
    whole = " ".join(text[read.starts[first] : read.ends[last]].split())
    return whole if len(whole) <= SHOWN else whole[:SHOWN].rstrip() + "…"
