"""What a language model is: an alphabet, and readers that say what may come next.

A character of the alphabet is one symbol. Any other is spelled by the bytes of its UTF-8, so that
no text is impossible, and what a model says of unseen characters is charged like the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

BYTES = 256

SPELLED = 0.01
"""Share of the characters that are spelled though they could be known: the rarest, those met once.
A model learns from them how often something new comes, and how bytes follow each other."""

FEED = -1
"""The mark of a line feed."""

IDEOGRAPHS = "\u2e80"
"""From here on a character is a word or half of one; the letters before it only spell words."""


def is_ideograph(character: str) -> bool:
    """Whether a character is a word or half of one: no mark, and no letter of any width."""
    return character.isalpha() and character >= IDEOGRAPHS and not "\uff21" <= character <= "\uff5a"


class Alphabet:
    """The characters of some works, the 256 bytes for all others, and the end of a text.

    Symbols count from 0: characters in order, then bytes, then `end`. `ideographic` says whether
    most of the characters are words, or halves of them.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        wide = sum(character >= IDEOGRAPHS for character in characters)
        self.ideographic = 2 * wide > len(characters)
        self._places = {character: i for i, character in enumerate(characters)}

    @classmethod
    def of(cls, texts: Iterable[str]) -> Alphabet:
        """The characters of texts, without a few of those that are met only once."""
        met: Counter[str] = Counter()
        for text in texts:
            met.update(text)
        once = sorted(character for character, times in met.items() if times == 1)
        most = int(SPELLED * met.total())
        # every k-th, so that what is left out is as mixed as what is kept
        every = max(1, -(-len(once) // most)) if most else len(once) + 1
        spelled = set(once[every - 1 :: every])
        return cls("".join(sorted(met.keys() - spelled)))

    @property
    def size(self) -> int:
        """How many symbols there are."""
        return len(self.characters) + BYTES + 1

    @property
    def end(self) -> int:
        """The symbol that ends a text; what stands before its beginning as well."""
        return len(self.characters) + BYTES

    @property
    def letters(self) -> NDArray[np.bool_]:
        """Which symbols words are made of: letters and figures of any script, bool [symbols]."""
        found = np.zeros(self.size, bool)
        found[: len(self.characters)] = [character.isalnum() for character in self.characters]
        return found

    @property
    def marks(self) -> NDArray[np.int64]:
        """What words and lines are told apart by; see `words.Marks`."""
        small = [self._places.get(c.lower(), i) for i, c in enumerate(self.characters)]
        found = np.zeros(self.size, np.int64)
        found[: len(small)] = np.array(small, np.int64) + 1
        found[~self.letters] = 0
        if self.knows("\n"):
            found[self._places["\n"]] = FEED
        return found

    def knows(self, character: str) -> bool:
        """Whether a character is one symbol."""
        return character in self._places

    def encode(self, text: str) -> list[int]:
        """The symbols of a text, without an end."""
        first = len(self.characters)
        symbols: list[int] = []
        for character in text:
            place = self._places.get(character)
            if place is not None:
                symbols.append(place)
            else:
                symbols.extend(first + byte for byte in character.encode("utf-8", "surrogatepass"))
        return symbols

    def lengths(self, text: str) -> NDArray[np.int64]:
        """How many symbols each character of a text takes, int64 [characters]."""
        return np.array(
            [
                1 if c in self._places else len(c.encode("utf-8", "surrogatepass"))
                for c in text
            ],
            np.int64,
        )  # fmt: skip

    def decode(self, symbols: Iterable[int]) -> str:
        """The text of symbols; ends are left out, bytes that spell nothing are replaced."""
        first, end = len(self.characters), self.end
        parts: list[str] = []
        spelled = bytearray()
        for symbol in symbols:
            if first <= symbol < end:
                spelled.append(symbol - first)
                continue
            if spelled:
                parts.append(spelled.decode("utf-8", "replace"))
                spelled.clear()
            if symbol < first:
                parts.append(self.characters[symbol])
        return "".join(parts) + spelled.decode("utf-8", "replace")


class Reader(Protocol):
    """A text that is being read. Cheap to copy."""

    def probabilities(self) -> NDArray[np.float32]:
        """What comes next, float32 [symbols]; sums to 1."""
        ...

    def read(self, symbol: int) -> None:
        """Go on by one symbol."""
        ...

    def copy(self) -> Self:
        """Another reader at the same place, that goes on by itself."""
        ...


class Language(Protocol):
    """A model of texts."""

    @property
    def alphabet(self) -> Alphabet:
        """What its symbols mean."""
        ...

    @property
    def fluent(self) -> bool:
        """Whether what it says reads well even where the author never put it so."""
        ...

    def reader(self) -> Reader:
        """At the beginning of a text."""
        ...

    def ahead(self, readers: Sequence[Reader]) -> NDArray[np.float32]:
        """What comes next for each reader of this language, float32 [readers, symbols]."""
        ...

    def nats(self, text: str) -> NDArray[np.float32]:
        """What each character of a text costs, float32 [characters].

        A character that is not of the alphabet costs all of its bytes.
        """
        ...
