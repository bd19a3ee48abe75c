"""Places in texts: what stands before them, and where the text has said the like before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.lines import LINES
from moxie.arts.literature.models.tables import Columns, Floats, Hashes, Ints, Met
from moxie.arts.literature.models.texts import DEPTH, Past, Text
from moxie.arts.literature.models.tracks import LATEST
from moxie.arts.literature.models.words import KINDRED, PHRASES

NEAR = 12
"""The latest of them, which contexts are made of one by one."""

WORD, WORD_BEFORE = 8, 9
"""Columns among these: the word that has begun, as far as it is written, and the word before it.
They stand where saved models know them; the symbols before the eighth come after them."""

SYMBOLS = (*range(WORD), *range(WORD_BEFORE + 1, NEAR + 2))
"""The columns of the symbols, the latest first."""

PHRASE = (*range(NEAR + 2, NEAR + 2 + PHRASES),)
KIND = (*range(PHRASE[-1] + 1, PHRASE[-1] + 1 + KINDRED),)
LINE = (*range(KIND[-1] + 1, KIND[-1] + 1 + LINES),)
"""Columns after all these: the contexts of words and of their kinds, see `Words`; and of lines, see
`Lines`."""

RECENT = 3000
"""Latest symbols whose frequency counts."""

PRIME = np.int64(0x100000001B3)


@dataclass(frozen=True, slots=True)
class Places:
    """Some places, each in a text of its own or several in one: (text, how much of it is read).

    All texts are followed by the same tracks.
    """

    where: Sequence[tuple[Text, int]]

    def contexts(self, letters: NDArray[np.bool_], columns: Columns = ()) -> Ints:
        """What stands before each place, see `contexts`; `columns` are those of the tracks."""
        keys = None
        if columns:
            each = [[track.keys[:, at] for track in text.tracks] for text, at in self.where]
            keys = np.stack([np.concatenate(some) for some in each])
        return contexts(self._before(), letters, columns, keys)

    def again(self, columns: Columns) -> dict[int, Met]:
        """What followed the same in the same text, by the column of a track's context."""
        found: list[list[tuple[int, Past]]] = [[] for _ in columns]
        for row, (text, at) in enumerate(self.where):
            for context, places in enumerate(text.again(at)):
                if len(places):
                    found[context].append((row, text.past[places]))
        return {column: Met.of(some) for column, some in zip(columns, found, strict=True)}

    def within(self, letters: NDArray[np.bool_]) -> Floats:
        """How long the word has been that has begun, or since one ended, float32 [n, 2]."""
        inside = letters[self._before()]
        lengths = [np.cumprod(side, 1).sum(1) for side in (inside, ~inside)]
        return np.stack(lengths, 1).astype(np.float32)

    def alike(self, orders: int) -> tuple[list[Met], list[Met], Ints]:
        """What followed the last 1, 2, ... symbols in the same text; and the longest likeness.

        The first counts are by order, from 1. The second leave out what longer contexts knew from
        the works, as a shorter context counts it once, but for those of the highest order (PPM's
        update exclusion; Kneser-Ney's counts). The lengths int [n] go to LONGEST.
        """
        found: list[list[tuple[int, Past]]] = [[] for _ in range(orders)]
        new: list[list[tuple[int, Past]]] = [[] for _ in range(orders)]
        longest = np.zeros(len(self.where), np.int64)
        for row, (text, at) in enumerate(self.where):
            for length, after in enumerate(text.alike(at), 1):
                longest[row] = length
                if length > orders:
                    continue
                found[length - 1].append((row, text.past[after[-LATEST:]]))
                if length < orders:
                    fresh = after[text.known.levels[after] <= length]
                    if len(fresh):
                        new[length - 1].append((row, text.past[fresh]))
        raw = [Met.of(pairs) for pairs in found]
        return raw, [*(Met.of(pairs) for pairs in new[:-1]), raw[-1]], longest

    def strange(self) -> list[tuple[Text, int]]:
        """Places whose symbols have been read since it was found out what the works know."""
        found: dict[int, tuple[Text, int]] = {}
        for text, at in self.where:
            if text.known.at < at:
                found[id(text.known)] = text, max(at, found.get(id(text.known), (text, 0))[1])
        return list(found.values())

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


def contexts(
    before: Past,
    letters: NDArray[np.bool_],
    columns: Columns = (),
    keys: Hashes | None = None,
) -> Ints:
    """The NEAR symbols before places, the latest first, and their words, int [n, NEAR + 2 or more].

    `before` int [n, DEPTH] has the latest first; `letters` bool [symbols] says what words are of.
    A word is a hash; 0 is none. `keys` uint64 [n, columns] are put into the columns after them;
    where phrases are among these, the columns of words are left at 0, being of no use beside them.
    """
    found = np.zeros((len(before), 1 + max((NEAR + 1, *columns))), np.int64)
    found[:, SYMBOLS] = before[:, :NEAR]
    if keys is not None:
        found[:, columns] = keys.view(np.int64)
    if PHRASE[0] in columns:
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
