"""One paragraph, written several times side by side, and which of them is the best.

Speech opens and closes, sentences end, what the text has said is not said again, and words that it
should be about are made likelier. Of the finished ones the best is typical of the author (as
surprising as the language itself expects: Meister et al. 2022, "Locally typical sampling"), goes
on with what was spoken of, and is not certain for long, which is how copying looks from inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.compose.fluency import Fluency
from moxie.arts.literature.compose.habits import Habits, words
from moxie.arts.literature.compose.plan import Beat
from moxie.arts.literature.models.draw import BLANK, STOPS, Manner, repeating
from moxie.arts.literature.models.language import Language, Reader

CANDIDATES = 4
"""Paragraphs of which the best is taken."""

OVER = 1.7
"""A paragraph that finds no end by this share of its length is cut at its last sentence."""

THEME, URGENT, GOING_ON = 2.5, 12.0, 12.0
"""How much likelier the first letter of a theme word becomes, growing as the paragraph does, and
each letter that follows it."""

CERTAIN = 0.5
"""A character that was at least so likely is certain; a long run of them is known by heart."""

NAMED = 0.25
"""From this share of its length on a paragraph names a theme word that it has not come to yet."""

WORN_FOR = 1500
"""So many characters are looked back on for what was said before."""

WORN = {True: ((3, 2, 0.05), (4, 1, 0.005)), False: ((14, 2, 0.05), (20, 1, 0.005))}
"""A run of so many characters that was said so often is worn: what is left of the chance of its
last, in Chinese and in letters, of which a word has several."""

CLAUSE_ENDS = frozenset("，。；：！？“「…—")

KNOWN = 8  # certain characters in a row that are no sign of copying
SAID = 5  # characters in a row that count as said before

TYPICAL, AGAIN, HEART, ABOUT, LENGTH = 1.0, 4.0, 0.1, 1.2, 0.4
"""What each fault and merit weighs."""


@dataclass(slots=True)
class Paragraph:
    """One that is being written."""

    reader: Reader
    said: list[str] = field(default_factory=list)
    surprise: list[float] = field(default_factory=list)  # nats over the expected, a character
    certain: list[bool] = field(default_factory=list)
    speaking: bool = False
    done: bool = False

    @property
    def text(self) -> str:
        """What is written of it."""
        return "".join(self.said)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes paragraphs in a language, after habits, in a manner."""

    language: Language
    habits: Habits
    manner: Manner
    fluency: Fluency

    def write(
        self, before: str, start: Reader, beat: Beat, begun: str, rng: np.random.Generator
    ) -> Paragraph:
        """The best of several paragraphs after a text; `begun` is how it begins already."""
        tries = [self._started(start, begun) for _ in range(CANDIDATES)]
        while writing := [one for one in tries if not one.done]:
            shares = self.language.ahead([one.reader for one in writing])
            for one, chances in zip(writing, shares, strict=True):
                self._step(one, chances, before, beat, rng)
        scores = [self._merit(one, before, beat) for one in tries]
        return tries[int(np.argmax(scores))]

    def _started(self, start: Reader, begun: str) -> Paragraph:
        opening, closing = self.habits.marks if len(self.habits.marks) == 2 else ("", "")
        speaking = bool(opening) and begun.rfind(opening) > begun.rfind(closing)
        return Paragraph(start.copy(), list(begun), speaking=speaking)

    def _step(
        self,
        one: Paragraph,
        shares: NDArray[np.float32],
        before: str,
        beat: Beat,
        rng: np.random.Generator,
    ) -> None:
        """One character more, or the end."""
        if self._ended(one, beat, self._share(shares, "\n")):
            one.done = True
            return
        pulled = shares * self._pull(one, beat)
        chances = pulled * self.fluency.factors(before + one.text, pulled)
        for char, left in worn(before[-WORN_FOR:] + one.text, chinese=self.habits.chinese).items():
            if self.language.alphabet.knows(char):
                chances[self.language.alphabet.encode(char)[0]] *= left
        named = self._named(one, beat)
        if named is None:
            symbol = self.manner.draw(chances, rng, self._less(one, before, beat))
        else:
            symbol = self.language.alphabet.encode(named)[0]
        likely = float(shares[symbol])
        expected = -float(np.sum(shares * np.log(np.maximum(shares, 1e-12))))
        character = self.language.alphabet.decode([symbol])
        one.reader.read(symbol)
        one.said.append(character)
        one.surprise.append(-float(np.log(max(likely, 1e-12))) - expected)
        one.certain.append(likely >= CERTAIN)
        if character in self.habits.marks:
            one.speaking = character == self.habits.marks[0] and not (
                one.speaking and self.habits.marks[0] == self.habits.marks[1]
            )

    def _named(self, one: Paragraph, beat: Beat) -> str | None:
        """The next letter of a theme word that is to be named now: where a clause begins."""
        text, ends = one.text, CLAUSE_ENDS if self.habits.chinese else frozenset(" ")
        if len(text) < NAMED * beat.length:
            return None
        for word in beat.theme:
            if word in text or not all(map(self.language.alphabet.knows, word)):
                continue
            for known in range(len(word)):
                if text.endswith(word[:known]) and text[: len(text) - known][-1:] in ends:
                    return word[known]
        return None

    def _ended(self, one: Paragraph, beat: Beat, newline: float) -> bool:
        """Whether it is long enough and a sentence has just ended, or it must be cut."""
        length = len(one.said)
        if length > OVER * beat.length + 20:
            _cut(one)
            return True
        last = one.text.rstrip("”’」』\"'")[-1:]
        if one.speaking or last not in STOPS or not last:
            return False
        return length >= 0.85 * beat.length or (length >= 0.5 * beat.length and newline > 0.5)

    def _less(self, one: Paragraph, before: str, beat: Beat) -> dict[int, float]:
        """Symbols that should not come next, and what is left of their chances."""
        alphabet = self.language.alphabet
        barred = BLANK.replace(" ", "") if one.said else BLANK
        marks = self.habits.marks
        if len(marks) == 2 and marks[0] != marks[1]:
            barred += marks[0] if one.speaking else marks[1]
        if marks and not one.said and not beat.spoken:
            barred += marks[0]
        if not one.said:
            barred += "，。、；：！？,;:.!?)）”’」』…"
        found = {alphabet.encode(char)[0]: 1e-9 for char in barred if alphabet.knows(char)}
        return {**repeating([*before[-2000:], *one.said], self.language), **found}

    def _pull(self, one: Paragraph, beat: Beat) -> NDArray[np.float32]:
        """How much likelier each symbol is made, float32 [symbols]."""
        alphabet = self.language.alphabet
        pull = np.ones(alphabet.size, np.float32)
        marks = self.habits.marks
        if marks and beat.spoken and not one.said and alphabet.knows(marks[0]):
            pull[alphabet.encode(marks[0])[0]] = 1e4
        if one.speaking and len(one.said) > beat.length and alphabet.knows(marks[-1]):
            pull[alphabet.encode(marks[-1])[0]] = 6.0
        text = one.text
        for word in beat.theme:
            if word in text:
                continue
            known = next((n for n in range(len(word) - 1, 0, -1) if text.endswith(word[:n])), 0)
            if alphabet.knows(word[known]):
                urgent = THEME * (1 + URGENT * len(one.said) / beat.length)
                pull[alphabet.encode(word[known])[0]] = GOING_ON if known else urgent
        return pull

    def _merit(self, one: Paragraph, before: str, beat: Beat) -> float:
        """How good a finished paragraph is; higher is better."""
        text = one.text
        typical = abs(float(np.mean(one.surprise))) if one.surprise else 0.0
        runs = [text[i : i + SAID] for i in range(len(text) - SAID + 1)]
        again = sum(run in before or text.count(run) > 1 for run in runs) / max(1, len(runs))
        heart = max(0, _longest(one.certain) - KNOWN)
        length = abs(len(text) - beat.length) / beat.length
        merit = ABOUT * self._about(text, before, beat)
        return merit - TYPICAL * typical - AGAIN * again - HEART * heart - LENGTH * length

    def _about(self, text: str, before: str, beat: Beat) -> float:
        """How much of what it says was spoken of before, or should be, 0..1."""
        chinese = self.habits.chinese
        known = set(words(before[-1500:], chinese=chinese))
        said = set(words(text, chinese=chinese))
        shared = sum(self.habits.weight(word) for word in said & known)
        named = sum(word in text for word in beat.theme) / max(1, len(beat.theme))
        return min(1.0, 4 * shared / max(8, len(said))) + (named if beat.theme else 0.0)

    def _share(self, shares: NDArray[np.float32], character: str) -> float:
        alphabet = self.language.alphabet
        if not alphabet.knows(character):
            return 0.0
        return float(shares[alphabet.encode(character)[0]])


def worn(text: str, *, chinese: bool) -> dict[str, float]:
    """What would say once more what the text has said, and what is left of its chances."""
    found: dict[str, float] = {}
    for length, times, left in WORN[chinese]:
        tail = text[-(length - 1) :]
        place, after = text.find(tail), list[str]()
        while 0 <= place < len(text) - len(tail):
            after.append(text[place + len(tail)])
            place = text.find(tail, place + 1)
        found |= {char: left for char in after if after.count(char) >= times}
    return found


def _cut(one: Paragraph) -> None:
    """Back to the end of its last sentence, if that leaves half of it."""
    ends = [i for i, char in enumerate(one.said) if char in STOPS]
    if ends and ends[-1] >= len(one.said) // 2:
        del one.said[ends[-1] + 1 :]


def _longest(certain: Sequence[bool]) -> int:
    longest = run = 0
    for one in certain:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest
