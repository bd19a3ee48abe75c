"""Places in texts: what stands before them, and where the text has said the like before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Floats, Hashes, Ints, Met
from moxie.arts.literature.models.texts import DEPTH, Past, Text
from moxie.arts.literature.models.words import LATEST, PHRASES

NEAR = 12
"""The latest of them, which contexts are made of one by one."""

WORD, WORD_BEFORE = 8, 9
"""Columns among these: the word that has begun, as far as it is written, and the word before it.
They stand where saved models know them; the symbols before the eighth come after them."""

SYMBOLS = (*range(WORD), *range(WORD_BEFORE + 1, NEAR + 2))
"""The columns of the symbols, the latest first."""

PHRASE = (*range(NEAR + 2, NEAR + 2 + PHRASES),)
"""Columns after all these: the contexts of words, see `Words`."""

RECENT = 3000
"""Latest symbols whose frequency counts."""

PRIME = np.int64(0x100000001B3)


@dataclass(frozen=True, slots=True)
class Places:
    """Some places, each in a text of its own or several in one: (text, how much of it is read)."""

    where: Sequence[tuple[Text, int]]

    def contexts(self, letters: NDArray[np.bool_]) -> Ints:
        """What stands before each place, of columns as in `contexts` and, of words, PHRASE."""
        keys = [text.words.keys[:, at] for text, at in self.where if text.words is not None]
        return contexts(self._before(), letters, np.stack(keys) if keys else None)

    def phrased(self) -> list[Met]:
        """What followed the same words in the same text, by context of words."""
        found: list[list[tuple[int, Past]]] = [[] for _ in range(PHRASES)]
        for row, (text, at) in enumerate(self.where):
            for context, places in enumerate(text.phrased(at)):
                if len(places):
                    found[context].append((row, text.past[places]))
        return [Met.of(pairs) for pairs in found]

    def within(self, letters: NDArray[np.bool_]) -> Floats:
        """How long the word has been that has begun, or since one ended, float32 [n, 2]."""
        inside = letters[self._before()]
        lengths = [np.cumprod(side, 1).sum(1) for side in (inside, ~inside)]
        return np.stack(lengths, 1).astype(np.float32)

    def alike(self, orders: int) -> tuple[list[Met], Ints]:
        """What followed the last 1, 2, ... symbols in the same text; and the longest likeness.

        The first counts of `Met` are by order, from 1; the lengths int [n] go to LONGEST.
        """
        found: list[list[tuple[int, Past]]] = [[] for _ in range(orders)]
        longest = np.zeros(len(self.where), np.int64)
        for row, (text, at) in enumerate(self.where):
            for length, after in enumerate(text.alike(at), 1):
                longest[row] = length
                if length <= orders:
                    found[length - 1].append((row, text.past[after[-LATEST:]]))
        return [Met.of(pairs) for pairs in found], longest

    def recent(self, decay: float, size: int) -> Floats:
        """How often each symbol was met of late, float32 [n, symbols]; `decay` a symbol."""
        n = len(self.where)
        fade = _fade(decay)
        flat, fading = [], []
        for row, (text, at) in enumerate(self.where):
            some = text.past[max(DEPTH, at - RECENT) : at]
            flat.append(some + row * size)
            fading.append(fade[RECENT - len(some) :])
        counts = np.bincount(np.concatenate(flat), np.concatenate(fading), n * size)
        return counts.reshape(n, size).astype(np.float32)

    def read(self) -> Floats:
        """How many symbols each text has had, float32 [n]."""
        return np.array([at - DEPTH for _, at in self.where], np.float32)

    def _before(self) -> Past:
        """The DEPTH symbols before each place, the latest first."""
        return np.stack([text.past[at - DEPTH : at][::-1] for text, at in self.where])


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
