"""What makes the next character likelier or less by the run that it would end.

A run of two or three that the author never wrote is hardly fluent, unless the language is. Most
runs of rare characters were never written, of usual ones nearly all: taken by itself that turns
Chinese prose into the few hundred commonest words. So what it takes from characters of one band of
commonness goes to what is fluent in that band, and each band keeps the chance that the language
gives it, as far as there is something fluent in it. A run of six that the author wrote, or of
eighteen letters, begins a passage of the works: the nearer to imitation, the longer one is
followed; above the middle of the dial never.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.compose.grams import Grams
from moxie.arts.literature.models.language import Alphabet, Language, is_ideograph

LIKELY = 300
"""Symbols that are looked at one by one; the others are hardly ever drawn."""

NEVER, MISSPELT = (0.002, 0.06), (0.0005, 0.03)
"""What is left of the chance of a run of two, and of three, that the works do not have; and of runs
of four and seven letters."""

STRANGE = (0.1, 0.5)
"""The same where the language is fluent: other words than the author's may be right ones."""

FREE = 0.7
"""Power of the shares above at novelty 1; up to the middle it is 1."""

COPIED = (0.004, 0.05)
"""What is left of the chance of a character that goes on with a passage for too long, at novelty 0
and at the middle of the dial. Ended at once there, no phrase of the author's is left whole, and
works of one author share longer ones: Lu Xun's pages held out eight characters with the others."""

FOLLOWED, LETTERED, QUOTING = 6, 56, 30.0
"""Ideographs, or letters, beyond its beginning for which a passage is followed at novelty 0, and
how much likelier each becomes; both are gone at the middle of the dial."""

SPELLED = 1e-6
"""What is left, in a text of ideographs, of the chance of a letter after a letter: one stands for
a name, more are only spelled at random."""

FIGURES, AMONG = 8, 40
"""So many figures among so many characters are a date or a sum; more would be a table, which a
pretrained model that has begun with a date likes to go on with."""

MOST_GAIN = 20.0
"""By how much what is fluent in a band is made likelier at most: where hardly anything is left in
one, the same few characters must not stand for it every time."""

BANDS = (12, 60, 250, 800)
"""Ranks by how often characters are written, between which they are as common; marks stand apart.
"""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fluency:
    """What an author wrote, and how near to it is to be written.

    `bands` [symbols] as in `banded`; `foreign` says which symbols are letters, not ideographs,
    `figures` which are figures; `codes` are the characters' code points.
    """

    alphabet: Alphabet
    grams: Grams | None
    bands: NDArray[np.int64]
    foreign: NDArray[np.bool_]
    figures: NDArray[np.bool_]
    codes: NDArray[np.uint64]
    never: tuple[float, float]
    novelty: float

    @classmethod
    def of(cls, language: Language, grams: Grams | None, usual: str, novelty: float) -> Self:
        """`usual` are characters, the commonest first."""
        power = 1 + (FREE - 1) * max(0.0, 2 * novelty - 1)
        never = NEVER if grams is None or grams.chinese else MISSPELT
        pairs, threes = STRANGE if language.fluent else never
        alphabet = language.alphabet
        left = pairs**power, threes**power
        foreign, figures = np.zeros((2, alphabet.size), np.bool_)
        foreign[: len(alphabet.characters)] = [_is_foreign(char) for char in alphabet.characters]
        figures[: len(alphabet.characters)] = [char.isdigit() for char in alphabet.characters]
        codes = np.array([ord(char) for char in alphabet.characters], np.uint64)
        return cls(alphabet, grams, banded(alphabet, usual), foreign, figures, codes, left, novelty)

    def factors(self, before: str, shares: Floats) -> Floats:
        """How much likelier each symbol is made after a text, float32 [symbols]."""
        factors = np.ones(len(shares), np.float32)
        if self.grams is None:
            return factors
        likely = _largest(shares[: len(self.codes)], LIKELY)
        known = self.grams.known(before[-40:], self.codes[likely])
        short, longer, passage, copied = known[0], known[1], known[2], known[-1]
        factors[:] = self.never[0]
        factors[likely] = np.where(longer, 1.0, np.where(short, self.never[1], self.never[0]))
        if self.grams.chinese:  # words of letters have to be spelled as they are
            factors = self._balanced(factors, shares)
            if before and _is_foreign(before[-1]):
                factors[self.foreign] *= SPELLED
        if sum(map(str.isdigit, before[-AMONG:])) >= FIGURES:
            factors[self.figures] *= SPELLED
        if passage.any():
            follows = self._follows(before)
            factors[likely[passage if follows > 1 else copied]] *= follows
        return factors

    def _balanced(self, factors: Floats, shares: Floats) -> Floats:
        """The factors made such that what is fluent in a band takes up the band's whole share.

        As far as `MOST_GAIN` goes; a band with nothing fluent loses its share.
        """
        number = int(self.bands.max()) + 1
        fluent = factors > self.never[0]
        before = np.bincount(self.bands, shares, number)
        after = np.bincount(self.bands, shares * factors * fluent, number)
        gains = np.divide(before, after, out=np.ones(number), where=after > 0)
        gained = factors * np.minimum(gains, MOST_GAIN)[self.bands]
        return np.asarray(np.where(fluent, gained, factors), np.float32)

    def _follows(self, before: str) -> float:
        """How much likelier it is made to go on with the passage that the text ends in."""
        near = max(0.0, 1 - 2 * self.novelty)
        assert self.grams is not None
        most = round((FOLLOWED if self.grams.chinese else LETTERED) * near)
        if most and self._followed(before, most) < most:
            return float(QUOTING**near)
        left = float(np.interp(self.novelty, (0, 0.5), COPIED))
        return float(left ** max(1.0, (2 * self.novelty) ** 2))

    def _followed(self, before: str, most: int) -> int:
        """For how many characters the text has gone on with a passage, no further than `most`."""
        assert self.grams is not None
        length = self.grams.lengths[2]
        for back in range(most):
            text = before[: len(before) - back][-length:]
            if len(text) < length:
                return back
            last = np.array([ord(text[-1])], np.uint64)
            if not self.grams.known(text[:-1], last)[2, 0]:
                return back
        return most


def banded(alphabet: Alphabet, usual: str) -> NDArray[np.int64]:
    """In which band each symbol is: letters by rank, rare ones, then marks and the rest."""
    places = {character: rank for rank, character in enumerate(usual)}
    ranks = [places.get(character, len(usual) + BANDS[-1]) for character in alphabet.characters]
    bands = np.full(alphabet.size, len(BANDS) + 1, np.int64)
    bands[: len(ranks)] = np.digitize(ranks, BANDS)
    bands[~alphabet.letters] = len(BANDS) + 1
    return bands


def _largest(values: Floats, number: int) -> NDArray[np.intp]:
    """Where the largest values stand, in no order."""
    if len(values) <= number:
        return np.arange(len(values))
    return np.argpartition(values, -number)[-number:]


def _is_foreign(character: str) -> bool:
    """Whether it is a letter, half or full width."""
    return character.isalpha() and not is_ideograph(character)
