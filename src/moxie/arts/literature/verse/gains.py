"""What each character would add to a poem at one place: the language, the build, the company."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import Language, Reader
from moxie.arts.literature.verse.check import SMALL
from moxie.arts.literature.verse.feasible import Board
from moxie.arts.literature.verse.manner import Exemplar, Manner

Floats = NDArray[np.float32]

LEAST_CHANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Weights:
    """What a character is chosen by; all but `language` and `heat` in nats at a full match."""

    language: float = 0.5  # of the log probability
    common: float = 0.45  # of the log frequency, taken off: else small words win
    build: float = 5.0  # being used as the exemplar's character is
    parallel: float = 2.0  # answering the line before, where that is its couplet's first
    company: float = 2.5  # with what the poem has spoken of
    theme: float = 3.0  # with what it is to speak of
    named: float = 1.5  # being in the theme itself
    word: float = 0.8  # of the log of how often the author has the word
    border: float = 0.7  # the same of two characters on both sides of a border of words
    own: float = 6.0  # against the exemplar's own words; small ones a quarter
    small: float = 2.0  # against small words
    again: float = 2.5  # against a small word that was used before
    heat: float = 0.5  # noise by which the beam is drawn


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A poem so far, and the line that is being set.

    `used` are characters that may not come again, `small` those that had better not; `company`
    sums the topics of what was said. Of the line: the exemplar's line it is modelled on, the
    places in the alphabet of its characters, which tonal alternatives are `alive`, what can be
    reached (`table`, bool [alternatives, places, characters]), which neighbours are one word,
    the part of the gain that does not change, and the line it answers.
    """

    lines: tuple[str, ...]
    reader: Reader
    used: NDArray[np.bool_]
    small: NDArray[np.bool_]
    company: Floats
    score: float = 0.0
    exemplars: tuple[Exemplar, ...] = ()
    model: str = ""
    symbols: tuple[int, ...] = ()
    alive: NDArray[np.bool_] = field(default_factory=lambda: np.ones(1, bool))
    table: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((1, 1, 1), bool))
    joined: tuple[bool, ...] = ()
    base: Floats = field(default_factory=lambda: np.zeros(1, np.float32))
    answers: str = ""


class Gains:
    """Weighs characters of a board by a language and a manner."""

    def __init__(
        self, language: Language, manner: Manner, board: Board, weights: Weights, theme: str
    ) -> None:
        self.manner, self.board, self.weights = manner, board, weights
        extra = len(board.alphabet) - len(manner.alphabet)
        self.kinds = np.pad(manner.kinds, ((0, extra), (0, 0)))
        self.topics = np.pad(manner.topics, ((0, extra), (0, 0)))
        counts = np.pad(manner.counts, (0, extra)) + 1.0
        self.rarity = np.asarray(-np.log(counts / counts.sum()), np.float32)
        self.place = {c: i for i, c in enumerate(board.alphabet)}
        self.symbols = np.array([language.alphabet.encode(c)[0] for c in board.alphabet])
        self.spelled = np.array([not language.alphabet.knows(c) for c in board.alphabet])
        self.named = np.array([c in theme for c in board.alphabet])
        self.theme = _direction(self.topics[self.named].sum(0))
        small = np.array([c in SMALL for c in board.alphabet])
        self.free = weights.common * self.rarity + weights.named * self.named
        self.free -= weights.small * small  # what a character has without any neighbour
        self._likeness: dict[str, Floats] = {}

    def gain(self, h: Hypothesis, i: int, chances: Floats, places: NDArray[np.int64]) -> Floats:
        """What characters add at place `i` of the line, float32 [places].

        `chances` float32 [symbols] is what the language says, `places` are those asked about.
        """
        w = self.weights
        seen = np.where(self.spelled[places], LEAST_CHANCE, chances[self.symbols[places]])
        gain = w.language * np.log(np.maximum(seen, LEAST_CHANCE)) + h.base[places]
        if i < len(h.model):
            gain += w.build * self._alike(h.model[i])[places]
        if h.answers:
            gain += w.parallel * self._alike(h.answers[i])[places]
        if i and h.symbols[-1] < len(self.manner.alphabet):
            gain += self._after(h.symbols[-1], h.joined[i - 1])[places]
        return np.asarray(gain, np.float32)

    def _after(self, last: int, joined: bool) -> Floats:
        """What the author's words, or what goes beside them, say after a character."""
        pairs = self.manner.words if joined else self.manner.borders
        some = slice(pairs.indptr[last], pairs.indptr[last + 1])
        found = np.zeros(len(self.board.alphabet), np.float32)
        weight = self.weights.word if joined else self.weights.border
        found[pairs.indices[some]] = weight * np.log1p(pairs.data[some])
        return found

    def base(self, h: Hypothesis) -> Floats:
        """The part of the gain that is the same all along a line, float32 [characters]."""
        w = self.weights
        base = self.free - w.again * h.small
        base += self.topics @ (w.company * _direction(h.company) + w.theme * self.theme)
        if h.exemplars:
            for c in set(h.exemplars[-1].first + h.exemplars[-1].second):
                base[self.place[c]] -= w.own / 4 if c in SMALL else w.own
        return np.asarray(base, np.float32)

    def aim(self, h: Hypothesis) -> Floats:
        """Where the poem is to go on: to its theme, and with what was said. float32 [d]."""
        return _direction(self.theme + _direction(h.company))

    def _alike(self, character: str) -> Floats:
        """How alike each character is used to this one, float32 [characters]."""
        found = self._likeness.get(character)
        if found is None:
            found = self.kinds @ self.kinds[self.place[character]]
            self._likeness[character] = found
        return found


def _direction(vector: Floats) -> Floats:
    """The vector at length 1; nothing stays nothing."""
    return vector / max(1e-6, float(np.linalg.norm(vector)))
