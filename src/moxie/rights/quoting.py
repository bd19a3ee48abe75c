"""What one text has taken from another, word for word, in any language.

Texts are compared as people would read them: compatibility forms, case, spaces, line ends and
punctuation make no difference, so that re-wrapping, other quotation marks and full-width letters
hide nothing. What counts is containment of runs of characters (shingles of 8, 12 and 20, after
Broder, "On the resemblance and containment of documents", 1997) and the longest common span.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moxie.errors import BadInput

RUNS = (8, 12, 20)
"""Lengths of runs, in characters: 8 is a turn of phrase in Chinese, 20 a clause of it."""

MOST = 4_000_000
"""Characters of a text at most: several novels."""

COPIED, SPAN = 0.3, 60
"""A text is a copy from this share of it in runs of 12 on, or from a span of so many letters."""

BRIEF = 24
"""A shorter text than this says too little: only the whole of it can be a copy."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in common: where it begins and ends in the suspect and in the source."""

    start: int
    end: int
    there_start: int
    there_end: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a suspect has of a source.

    `letters` is the longest span without spaces and punctuation; `coverage` the share of the
    suspect's letters that lie in runs of 8, 12 and 20 in common; `spans` are the places, longest
    first, of at least 12 letters.
    """

    letters: int
    coverage: tuple[float, float, float]
    spans: tuple[Span, ...]
    length: int  # letters of the suspect

    @property
    def similarity(self) -> float:
        """0..1; 0.5 is what counts as a copy."""
        if self.length < BRIEF:
            return 1.0 if self.length and self.letters == self.length else 0.0
        share = self.coverage[1] / COPIED
        strongest = max(share, self.letters / SPAN)
        return max(1.0 - float(0.5**strongest), self.coverage[1])


@dataclass(frozen=True, slots=True)
class Letters:
    """A text without what makes no difference, and where each letter stands in the text."""

    text: str
    places: Sequence[int]


def letters(text: str) -> Letters:
    """The letters and digits of a text, in one form; raises BadInput for one that is too long."""
    if len(text) > MOST:
        raise BadInput("A text may have {n} characters.", n=MOST)
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for form in unicodedata.normalize("NFKC", char).casefold():
            if unicodedata.category(form)[0] in "LN":
                kept.append(form)
                places.append(place)
    return Letters("".join(kept), places)


class Bookshelf:
    """Searches texts for what another has of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._books = [letters(text) for text in texts]
        self._where: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        shortest = RUNS[0]
        for number, book in enumerate(self._books):
            # every eighth is enough: a run of 15 in common holds one of them wherever it begins
            for start in range(0, len(book.text) - shortest + 1, shortest):
                self._where[book.text[start : start + shortest]].append((number, start))

    def search(self, text: str) -> list[tuple[int, Quoted]]:
        """What the text has of each source, the most first; sources without any are left out."""
        asked = letters(text)
        shortest = RUNS[0]
        sources = {
            number
            for start in range(len(asked.text) - shortest + 1)
            for number, _ in self._where.get(asked.text[start : start + shortest], ())
        }
        sources |= {n for n, book in enumerate(self._books) if book.text == asked.text != ""}
        found = [(number, compare(asked, self._books[number])) for number in sources]
        return sorted(found, key=lambda one: (-one[1].similarity, -one[1].letters, one[0]))


def compare(suspect: Letters, source: Letters) -> Quoted:
    """What a suspect has of a source."""
    length = len(suspect.text)
    covered = [_covered(suspect.text, source.text, run) for run in RUNS]
    share = [sum(flags) / length if length else 0.0 for flags in covered]
    stretches = sorted(_stretches(suspect.text, source.text), key=lambda s: (-s[2], s[0]))
    longest = stretches[0][2] if stretches else 0
    if suspect.text == source.text and length:
        stretches, longest = [(0, 0, length)], length
    spans = tuple(
        Span(
            suspect.places[here],
            suspect.places[here + n - 1] + 1,
            source.places[there],
            source.places[there + n - 1] + 1,
        )
        for here, there, n in stretches
    )
    return Quoted(longest, (share[0], share[1], share[2]), spans, length)


def _covered(text: str, source: str, run: int) -> bytearray:
    """Which letters of a text lie in a run that the source has too."""
    known = {source[i : i + run] for i in range(len(source) - run + 1)}
    flags = bytearray(len(text))
    for start in range(len(text) - run + 1):
        if text[start : start + run] in known:
            flags[start : start + run] = b"\1" * run
    return flags


def _stretches(text: str, source: str) -> Iterator[tuple[int, int, int]]:
    """Places and lengths of the stretches of 12 letters or more, each as long as it goes."""
    run = RUNS[1]
    where: defaultdict[str, list[int]] = defaultdict(list)
    for start in range(len(source) - run + 1):
        where[source[start : start + run]].append(start)
    here = 0
    while here <= len(text) - run:
        best, at = 0, 0
        for there in where.get(text[here : here + run], ())[:64]:  # a refrain is one place too
            n = run
            most = min(len(text) - here, len(source) - there)
            while n < most and text[here + n] == source[there + n]:
                n += 1
            if n > best:
                best, at = n, there
        if best:
            yield here, at, best
        here += max(best, 1)
