"""Places in texts: what stands before them, and where the text has said the like before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Floats, Hashes, Ints, Met
from moxie.arts.literature.models.words import PHRASES, Words

DEPTH = 24
"""Symbols before a place that are looked at; ends stand before the beginning."""

NEAR = 12
"""The latest of them, which contexts are made of one by one."""

WORD, WORD_BEFORE = 8, 9
"""Columns among these: the word that has begun, as far as it is written, and the word before it.
They stand where saved models know them; the symbols before the eighth come after them."""

SYMBOLS = (*range(WORD), *range(WORD_BEFORE + 1, NEAR + 2))
"""The columns of the symbols, the latest first."""

PHRASE = (*range(NEAR + 2, NEAR + 2 + PHRASES),)
"""Columns after all these: the contexts of words, see `Words`."""

ALIKE = 512
"""Latest places after the same symbols that count, for each number of symbols."""

LONGEST = 16
"""Symbols that a likeness is followed back at most."""

RECENT = 3000
"""Latest symbols whose frequency counts."""

PRIME = np.int64(0x100000001B3)

Past = NDArray[np.int32]
"""The symbols of a text so far, after DEPTH ends."""


def opened(end: int, symbols: Sequence[int] = ()) -> Past:
    """A text after the ends that stand before it."""
    past = np.full(DEPTH + len(symbols), end, np.int32)
    past[DEPTH:] = symbols
    return past


@dataclass(frozen=True, slots=True)
class Places:
    """Some places, each in a text of its own or several in one: (past, how much of it is read).

    `words` are those of each text, or none where no words are counted.
    """

    where: Sequence[tuple[Past, int]]
    words: Sequence[Words] = ()

    def contexts(self, letters: NDArray[np.bool_]) -> Ints:
        """What stands before each place, of columns as in `contexts` and PHRASE."""
        before = np.stack([past[at - DEPTH : at][::-1] for past, at in self.where])
        keys = [words.keys[:, at] for words, (_, at) in zip(self.words, self.where, strict=False)]
        return contexts(before, letters, np.stack(keys) if keys else None)

    def phrased(self) -> list[Met]:
        """What followed the same words in the same text, by context of words."""
        found: list[list[tuple[int, Past]]] = [[] for _ in range(PHRASES)]
        for row, (words, (past, at)) in enumerate(zip(self.words, self.where, strict=False)):
            for context, places in enumerate(words.earlier(at, DEPTH)):
                if len(places):
                    found[context].append((row, past[places]))
        return [Met.of(pairs) for pairs in found]

    def within(self, letters: NDArray[np.bool_]) -> Floats:
        """How long the word has been that has begun, or since one ended, float32 [n, 2]."""
        inside = letters[np.stack([past[at - DEPTH : at][::-1] for past, at in self.where])]
        lengths = [np.cumprod(side, 1).sum(1) for side in (inside, ~inside)]
        return np.stack(lengths, 1).astype(np.float32)

    def alike(self, orders: int) -> tuple[list[Met], Ints]:
        """What followed the last 1, 2, ... symbols in the same text; and the longest likeness.

        The first counts of `Met` are by order, from 1; the lengths int [n] go to LONGEST.
        """
        found: list[list[tuple[int, Past]]] = [[] for _ in range(orders)]
        longest = np.zeros(len(self.where), np.int64)
        for row, (past, at) in enumerate(self.where):
            after = np.flatnonzero(past[DEPTH - 1 : at - 1] == past[at - 1]) + DEPTH
            length = 1
            while len(after):
                if length <= orders:
                    found[length - 1].append((row, past[after[-ALIKE:]]))
                longest[row] = length
                length += 1
                if length > min(LONGEST, at - 1):
                    break
                after = after[past[np.maximum(after - length, 0)] == past[at - length]]
        return [Met.of(pairs) for pairs in found], longest

    def recent(self, decay: float, size: int) -> Floats:
        """How often each symbol was met of late, float32 [n, symbols]; `decay` a symbol."""
        n = len(self.where)
        fade = _fade(decay)
        flat, fading = [], []
        for row, (past, at) in enumerate(self.where):
            some = past[max(DEPTH, at - RECENT) : at]
            flat.append(some + row * size)
            fading.append(fade[RECENT - len(some) :])
        counts = np.bincount(np.concatenate(flat), np.concatenate(fading), n * size)
        return counts.reshape(n, size).astype(np.float32)

    def read(self) -> Floats:
        """How many symbols each text has had, float32 [n]."""
        return np.array([at - DEPTH for _, at in self.where], np.float32)


def contexts(before: Past, letters: NDArray[np.bool_], phrases: Hashes | None = None) -> Ints:
    """The NEAR symbols before places, the latest first, and their words, int [n, NEAR + 2].

    `before` int [n, DEPTH] has the latest first; `letters` bool [symbols] says what words are of.
    A word is a hash; 0 is none. With `phrases` uint64 [n, PHRASES], these come after them and the
    columns of words are left at 0, being of no use beside them.
    """
    found = np.zeros((len(before), NEAR + 2 + (PHRASES if phrases is not None else 0)), np.int64)
    found[:, SYMBOLS] = before[:, :NEAR]
    if phrases is not None:
        found[:, PHRASE] = phrases.view(np.int64)
        return found
    word, word_before = np.zeros((2, len(before)), np.int64)
    within = letters[before]
    phase = np.zeros(len(before), np.int8)  # 0 in the word, 1 after it, 2 in the one before, 3 done
    for column in range(DEPTH):
        inside = within[:, column]
        phase += inside == (phase == 1)
        symbols = before[:, column].astype(np.int64) + 1
        word = np.where(phase == 0, word * PRIME + symbols, word)
        word_before = np.where(phase == 2, word_before * PRIME + symbols, word_before)
    found[:, WORD], found[:, WORD_BEFORE] = word, word_before
    return found


@cache
def _fade(decay: float) -> NDArray[np.float64]:
    return np.asarray(decay ** np.arange(RECENT - 1, -1, -1), np.float64)
