"""Texts drawn from a language, character by character: new ones, and what fills a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief
from moxie.arts.literature.models.language import Language, Reader
from moxie.arts.literature.models.tables import Floats
from moxie.arts.literature.writing import Writing

BARRED = 1e-9
HEAT = {"fluent": (0.7, 0.875, 1.05), "letters": (0.93, 0.93, 1.3), "ideographs": (0.95, 1.1, 1.25)}
"""Temperatures at novelty 0, 0.5 and 1. Below 1 what is likely becomes more so: words hold
together, and the commonest come too often. A language that is fluent by itself stays so only if it
is cool; letters have words to spell; of ideographs the commonest would be all that is left, in the
middle most of all, where passages are no longer followed. From about 1.2 on more heat adds nothing
to originality, and beyond 1.25 it costs an author's hand."""

LEAST = {"fluent": 0.02, "letters": 0.01, "ideographs": 0.002}
"""What is less likely than this share of the likeliest is not drawn."""

AGAIN, RELUCTANCE = {True: 2, False: 12}, {True: 0.5, False: 0.85}
"""From so many characters on, each further one that was said before makes what followed less
likely by this share: what reads its own text expects it to go on as it did."""

LOOP = {True: 7, False: 30}
"""So many characters are not said again in the same order within a text."""

STOPS = "。！？!?.…"
CLOSING = "”’」』）)\"'"
OVER = 1.15
"""A text goes on beyond its size for a sentence to end, to this share of it."""

TRIES = 16
"""Fillings of a gap of which the one that fits best before what follows is taken."""

AFTER = 24
"""Characters after a gap that a filling has to fit."""

BLANK = " \t\n\r\u3000\u00a0"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the next character is drawn."""

    temperature: float
    least: float  # share of the likeliest below which nothing is drawn
    allowed: NDArray[np.bool_]  # [symbols]

    @classmethod
    def of(cls, language: Language, novelty: float, without: str = "") -> Manner:
        """For a novelty in 0..1; never bytes, an end, or characters that are left out."""
        alphabet = language.alphabet
        allowed = np.zeros(alphabet.size, bool)
        allowed[: len(alphabet.characters)] = True
        for character in without:
            if alphabet.knows(character):
                allowed[alphabet.encode(character)[0]] = False
        kind = "ideographs" if alphabet.ideographic else "letters"
        kind = "fluent" if language.fluent else kind
        heat = float(np.interp(novelty, (0, 0.5, 1), HEAT[kind]))
        return cls(heat, LEAST[kind], allowed)

    def draw(
        self, shares: Floats, rng: np.random.Generator, less: Mapping[int, float] | None = None
    ) -> int:
        """One symbol by probabilities float32 [symbols]; `less` makes some less likely."""
        chances = np.where(self.allowed, shares, 0).astype(np.float64)
        for symbol, share in (less or {}).items():
            chances[symbol] *= share
        chances /= max(chances.max(), 1e-300)
        (left,) = np.nonzero(chances >= self.least)
        heated = chances[left] ** (1 / self.temperature)
        return int(rng.choice(left, p=heated / heated.sum()))


def write(language: Language, brief: Brief[Writing], seed: int) -> Writing:
    """A new text of about the size asked for, from the brief's start on where there is one."""
    start = brief.start
    if start is not None and brief.mask is not None:
        return fill(language, start, brief.mask, seed, brief.novelty)
    (characters,) = brief.size
    opening = "" if start is None else start.text
    if len(opening) >= characters:  # something new is to be made of it
        opening = opening[: max(1, characters // 2)]
    rng = np.random.default_rng(seed)
    told = goes_on(language, opening, characters, Manner.of(language, brief.novelty), rng)
    empty = Writing((), "" if start is None else start.title)
    return empty.with_text(told) if start is None else start.with_text(told)


def goes_on(
    language: Language, opening: str, characters: int, manner: Manner, rng: np.random.Generator
) -> str:
    """The opening and what follows it, about so many characters in all, and a sentence's end."""
    reader = language.reader()
    said = list(opening)
    for symbol in language.alphabet.encode(opening):
        reader.read(symbol)
    while len(said) < OVER * characters and not _complete(said, characters):
        less = {**repeating(said, language), **_out_of_place(said, language)}
        symbol = manner.draw(reader.probabilities(), rng, less)
        reader.read(symbol)
        said.append(language.alphabet.decode([symbol]))
    return "".join(said)


def fill(
    language: Language,
    content: Writing,
    mask: NDArray[np.bool_],
    seed: int,
    novelty: float = 0.3,
) -> Writing:
    """The content with what is masked, bool [characters of its text], written anew.

    Line breaks stay where they are. A gap is filled by the same number of characters: of several
    fillings the one before which what follows is likeliest.
    """
    text = list(content.text)
    hidden = np.array(mask, bool) & (np.array(text) != "\n")
    rng = np.random.default_rng(seed)
    for first, last in _gaps(hidden):
        text[first:last] = _filling(language, text, first, last, novelty, rng)
    return content.with_text("".join(text))


def _filling(
    language: Language,
    text: Sequence[str],
    first: int,
    last: int,
    novelty: float,
    rng: np.random.Generator,
) -> str:
    # blanks at an edge would be lost when lines are tidied, and move what is known
    blankless = Manner.of(language, novelty, BLANK)
    spaced = Manner.of(language, novelty, BLANK.replace(" ", ""))
    start = language.reader()
    for symbol in language.alphabet.encode("".join(text[:first])):
        start.read(symbol)
    readers: list[Reader] = [start.copy() for _ in range(TRIES)]
    tries: list[str] = [""] * TRIES
    for at in range(first, last):
        manner = blankless if at in (first, last - 1) else spaced
        for k, shares in enumerate(language.ahead(readers)):
            symbol = manner.draw(shares, rng)
            tries[k] += language.alphabet.decode([symbol])
            readers[k].read(symbol)
    following = language.alphabet.encode("".join(text[last : last + AFTER]))
    fitting = np.zeros(TRIES)
    for symbol in following:
        shares = language.ahead(readers)
        fitting += np.log(np.maximum(shares[:, symbol], 1e-12))
        for reader in readers:
            reader.read(symbol)
    return tries[int(fitting.argmax())]


def _gaps(hidden: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], hidden, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _complete(said: Sequence[str], characters: int) -> bool:
    """Whether enough is said, and a sentence has just ended."""
    if len(said) < characters:
        return False
    last = [character for character in said[-3:] if character not in CLOSING]
    return bool(last) and last[-1] in STOPS


def repeating(said: Sequence[str], language: Language) -> dict[int, float]:
    """What the text has said after the like before, and how much less likely that is now."""
    wide = language.alphabet.ideographic
    text, found = "".join(said), {}
    for length in range(AGAIN[wide], min(LOOP[wide], len(text) + 1)):
        tail, place = text[-length:], text.find(text[-length:])
        further = length - AGAIN[wide] + 1
        less = RELUCTANCE[wide] ** further if length < LOOP[wide] - 1 else BARRED
        while 0 <= place < len(text) - length:
            found[text[place + length]] = less
            place = text.find(tail, place + 1)
    return {language.alphabet.encode(c)[0]: less for c, less in found.items()}


def _out_of_place(said: Sequence[str], language: Language) -> dict[int, float]:
    """Blanks where a line begins, and a third line break: tidying would take them away."""
    blanks = ""
    if not said or said[-1] == "\n":
        blanks = BLANK if not said or said[-2:] == ["\n", "\n"] else BLANK.replace("\n", "")
    knows = language.alphabet.knows
    return {language.alphabet.encode(c)[0]: BARRED for c in blanks if knows(c)}
