"""What may stand where, so that a line can always be finished: masks, and a look ahead.

A table is made backwards from the end of a line: which characters at each place can still be
completed, through words that the author has, to the tone and rhyme at the end. A beam that keeps
to it cannot run into a line without an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from moxie.arts.literature.verse.forms import Line
from moxie.arts.literature.verse.manner import RARE, Manner
from moxie.arts.literature.verse.rhymes import ANY, PING, ZE, RhymeBook
from moxie.arts.literature.verse.wishes import FREE

NARROW = 16  # a rhyme of so few words has none to spare


@dataclass(frozen=True)
class Board:
    """The characters that may be set in one poem, with what is known of each.

    `tones` is bool [2, characters] (平, 仄); `rhymes` by letter and tone bool [characters];
    `kept` are the words of narrow rhymes, which are set only where they rhyme;
    `words` says which two make a word, nonzero [characters, characters]. A character that a
    person gave goes with any other.
    """

    alphabet: str
    tones: NDArray[np.bool_]
    rhymes: Mapping[tuple[str, str], NDArray[np.bool_]]
    words: sparse.csr_matrix
    common: NDArray[np.bool_]
    kept: NDArray[np.bool_]

    @classmethod
    def lay(cls, manner: Manner, book: RhymeBook, rhymes: Mapping[str, str], given: str) -> Self:
        """For a rhyme to each letter, and characters that a person gave."""
        extra = "".join(dict.fromkeys(c for c in given if c not in manner.index))
        alphabet = manner.alphabet + extra
        tones = np.array([[book.fits(c, tone) for c in alphabet] for tone in (PING, ZE)])
        ends = {}
        for letter, rhyme in rhymes.items():
            for tone in (PING, ZE):
                some = book.members(rhyme, tone)
                ends[letter, tone] = np.array([c in some for c in alphabet])
        common = np.zeros(len(alphabet), bool)
        common[: len(manner.alphabet)] = manner.counts >= manner.enough(RARE)
        kept = np.zeros(len(alphabet), bool)
        for members in ends.values():
            kept |= members & (int((members & common).sum()) <= NARROW)
        return cls(alphabet, tones, ends, _open(manner.words, alphabet, given), common, kept)

    def masks(self, line: Line, fixed: str, unused: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What each place may hold: bool [alternatives, places, characters].

        `fixed` is the line as a person gave it, □ where it is free; what is given stands even
        against its tone.
        """
        free = self.common & unused
        found = np.zeros((len(line.tones), line.length, len(self.alphabet)), bool)
        for a, tones in enumerate(line.tones):
            for i, tone in enumerate(tones):
                if fixed[i] != FREE:
                    found[a, i, self.alphabet.index(fixed[i])] = True
                    continue
                either = self.tones.any(0) if tone == ANY else self.tones[(PING, ZE).index(tone)]
                if line.rhyme and i == line.length - 1:
                    found[a, i] = free & either & self.rhymes[line.rhyme, tone]
                else:
                    found[a, i] = free & either & ~self.kept
        return found


def _open(words: sparse.csr_matrix, alphabet: str, given: str) -> sparse.csr_matrix:
    """The words, with those characters that were given joined to every other."""
    size = len(alphabet)
    rows, columns = words.nonzero()
    table = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (size, size))
    places = sorted({alphabet.index(c) for c in given})
    if not places:
        return table
    every = np.arange(size)
    one = np.repeat(places, size)
    other = np.tile(every, len(places))
    ones = np.ones(2 * len(one), np.float32)
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    return (table + sparse.csr_matrix((ones, ends), (size, size))).tocsr()


def reachable(
    masks: NDArray[np.bool_], joined: tuple[bool, ...], words: sparse.csr_matrix
) -> NDArray[np.bool_]:
    """Of what may stand at each place, what can still be completed to the end of the line.

    `masks` is bool [alternatives, places, characters]; `joined` says which neighbours are one word.
    """
    found = masks.copy()
    for i in range(masks.shape[1] - 2, -1, -1):
        after = found[:, i + 1]
        if joined[i]:
            endings: NDArray[np.float32] = words @ np.asarray(after.T, np.float32)
            found[:, i] = np.logical_and(found[:, i], endings.T > 0)
        else:
            found[:, i] &= np.asarray(after.any(1))[:, None]
    return found
