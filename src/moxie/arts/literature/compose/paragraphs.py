"""One paragraph, clause after clause, each written several times side by side.

Speech, titles and brackets open and close, sentences end, what the text has said wears out, and
words that it should be about are made likelier. Of the ways to write the next clause the one is
taken that is likeliest, of ideographs likelier than by itself: pointwise mutual information (Li et
al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models"). Clauses then
speak of one thing, and not in the commonest words, which are likely after anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.compose.again import CLAUSE, CLAUSE_ENDS, NEAR, repeated, spent, worn
from moxie.arts.literature.compose.fluency import Fluency
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.compose.plan import Beat
from moxie.arts.literature.models.draw import BLANK, STOPS, Manner, repeating
from moxie.arts.literature.models.language import Language, Reader

CANDIDATES, LETTERS, FLUENT = 6, 4, 3
"""Clauses of which the best is taken; fewer of letters, and where the language is fluent and slow:
it waits for the longest of them."""

PLAIN = 0.6
"""How much of what makes a Chinese clause likely anywhere is taken off. Nothing: common words and
loops. All of it: none but rare words. Of letters nothing is: they have words to spell first."""

SURE = 0.7
"""Nats below which a character could hardly have been another: the rest of a name, or of a phrase
known by heart. Counted with the others, names would be taken for what fits best."""

OVER = 1.7
"""A paragraph that finds no end by this share of its length is cut at its last sentence."""

THEME, URGENT, GOING_ON = 2.5, 12.0, 12.0
"""How much likelier the first letter of a theme word becomes, growing as the paragraph does, and
each letter that follows it."""

NAMED = 0.25
"""From this share of its length on a paragraph names a theme word that it has not come to yet."""

WORN_FOR = 1500
"""So many characters are looked back on for what was said before."""

AGAIN = 1.0
"""Nats a character that saying all of it again costs a clause, beyond what is usual."""

PAIRS = dict(zip("《〈（［〔【([", "》〉）］〕】)]", strict=True))
"""What is closed by what, beside speech."""

HELD_OPEN, QUOTED, CLOSE = {True: 16, False: 90}, 3, 8.0
"""From so many characters on a bracket is so much likelier to close, and again each so many more;
speech in a paragraph that is told so many times later."""


@dataclass(slots=True)
class Paragraph:
    """One that is being written."""

    reader: Reader
    said: list[str] = field(default_factory=list)
    nats: list[float] = field(default_factory=list)  # what each character cost beyond its beginning
    speaking: bool = False
    done: bool = False
    cut: bool = False  # back to a sentence's end, so that its reader is further on

    @property
    def text(self) -> str:
        """What is written of it."""
        return "".join(self.said)

    def copy(self) -> Paragraph:
        """Another one at the same place, that goes on by itself."""
        return replace(self, reader=self.reader.copy(), said=list(self.said), nats=list(self.nats))

    def open(self) -> tuple[str, int]:
        """The brackets that stand open, innermost last, and for how long the innermost has."""
        opened: list[int] = []
        for place, char in enumerate(self.said):
            if char in PAIRS:
                opened.append(place)
            elif opened and char == PAIRS[self.said[opened[-1]]]:
                opened.pop()
        return "".join(self.said[at] for at in opened), len(self.said) - max([0, *opened[-1:]])


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes paragraphs in a language, after habits, in a manner."""

    language: Language
    habits: Habits
    manner: Manner
    fluency: Fluency
    lifts: NDArray[np.float32]  # how much likelier its subject makes each symbol

    def write(
        self, before: str, start: Reader, beat: Beat, begun: str, rng: np.random.Generator
    ) -> Paragraph:
        """A paragraph after a text; `begun` is how it begins already."""
        one = self._started(start, begun)
        number = CANDIDATES if self.habits.chinese else LETTERS
        number = min(number, FLUENT) if self.language.fluent else number
        while not one.done:
            tries = [one.copy() for _ in range(number)]
            self._clauses(tries, before, beat, rng)
            one = tries[self._best(tries, one, before)]
        return one

    def _clauses(
        self, tries: Sequence[Paragraph], before: str, beat: Beat, rng: np.random.Generator
    ) -> None:
        """Each a clause longer, or done."""
        begun = len(tries[0].said)
        least, most = CLAUSE[self.habits.chinese]
        ends = CLAUSE_ENDS[self.habits.chinese]
        writing = list(tries)
        while writing:
            shares = self.language.ahead([one.reader for one in writing])
            for one, chances in zip(writing, shares, strict=True):
                self._step(one, chances, before, beat, rng)
            writing = [
                one
                for one in writing
                if not one.done
                and (length := len(one.said) - begun) < most
                and (length < least or one.said[-1] not in ends)
            ]

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
        text = before + one.text
        pulled = shares * self._pull(one, beat) * self.lifts
        chances = pulled * self.fluency.factors(text, pulled)
        for char, left in self._said_enough(before[-WORN_FOR:] + one.text).items():
            if self.language.alphabet.knows(char):
                chances[self.language.alphabet.encode(char)[0]] *= left
        named = self._named(one, beat)
        if named is None:
            symbol = self.manner.draw(chances, rng, self._less(one, before, beat))
        else:
            symbol = self.language.alphabet.encode(named)[0]
        character = self.language.alphabet.decode([symbol])
        one.reader.read(symbol)
        one.said.append(character)
        one.nats.append(-float(np.log(max(float(shares[symbol]), 1e-12))))
        if character in self.habits.marks:
            one.speaking = character == self.habits.marks[0] and not (
                one.speaking and self.habits.marks[0] == self.habits.marks[1]
            )

    def _said_enough(self, text: str) -> dict[str, float]:
        """What the text has said often enough, and what is left of its chances."""
        found = worn(text, chinese=self.habits.chinese)
        return {**spent(text, self.habits.usual), **found} if self.language.fluent else found

    def _named(self, one: Paragraph, beat: Beat) -> str | None:
        """The next letter of a theme word that is to be named now: where a clause begins."""
        text, ends = one.text, CLAUSE_ENDS[True] if self.habits.chinese else frozenset(" ")
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
        if one.speaking or last not in STOPS or not last or one.open()[0]:
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
        within = one.open()[0]
        closing = PAIRS[within[-1]] if within else ""
        barred += within + "".join(mark for mark in PAIRS.values() if mark != closing)
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
        within, since = one.open()
        held = HELD_OPEN[self.habits.chinese]
        if within and alphabet.knows(PAIRS[within[-1]]):
            pull[alphabet.encode(PAIRS[within[-1]])[0]] = CLOSE ** min(10, since // held)
        if one.speaking and alphabet.knows(marks[-1]):
            spoken = len(one.said) - max(0, one.text.rfind(marks[0]))
            unknown = beat.length if beat.spoken else QUOTED * held
            usual = self.habits.quoted[beat.spoken] or unknown
            pull[alphabet.encode(marks[-1])[0]] = CLOSE ** min(10, spoken // usual)
        text = one.text
        for word in beat.theme:
            if word in text:
                continue
            known = next((n for n in range(len(word) - 1, 0, -1) if text.endswith(word[:n])), 0)
            if alphabet.knows(word[known]):
                urgent = THEME * (1 + URGENT * len(one.said) / beat.length)
                pull[alphabet.encode(word[known])[0]] = GOING_ON if known else urgent
        return pull

    def _best(self, tries: Sequence[Paragraph], from_there: Paragraph, before: str) -> int:
        """Which of several fits best with its latest clause.

        By the mean over its characters, as far above that of all as chance would seldom bring it:
        of short clauses the means are spread widely, and the best one would always be short.
        """
        fits = [self._fits(one, from_there) for one in tries]
        usual = float(np.mean(np.concatenate(fits))) if any(map(len, fits)) else 0.0
        merits = [
            float((some - usual).sum() / np.sqrt(max(1, len(some))))
            - AGAIN * np.sqrt(max(1, len(some))) * self._again(one, from_there, before)
            for one, some in zip(tries, fits, strict=True)
        ]
        told = len(from_there.said)
        ended = [merit if len(one.said) > told else -np.inf
                 for one, merit in zip(tries, merits, strict=True)]  # fmt: skip
        return int(np.argmax(ended))

    def _fits(self, one: Paragraph, from_there: Paragraph) -> NDArray[np.float64]:
        """How well each character of the latest clause fits what is before, in nats."""
        cost = np.array(one.nats[len(from_there.nats) :])
        if not self.habits.chinese:
            return -cost
        # each is a word: what could only go on so says nothing for the whole
        plain = [self.habits.plain(char) for char in one.text[len(from_there.text) :]]
        return np.asarray((PLAIN * np.array(plain) - cost)[cost > SURE])

    def _again(self, one: Paragraph, from_there: Paragraph, before: str) -> float:
        """How much more of the latest clause is said again than is usual."""
        told, chinese = from_there.text, self.habits.chinese
        near = (before + told)[-NEAR[chinese] :]
        found = repeated(one.text[len(told) :], near, chinese=chinese)
        return max(0.0, found - self.habits.again)

    def _share(self, shares: NDArray[np.float32], character: str) -> float:
        alphabet = self.language.alphabet
        if not alphabet.knows(character):
            return 0.0
        return float(shares[alphabet.encode(character)[0]])


def _cut(one: Paragraph) -> None:
    """Back to the end of its last sentence, if that leaves half of it."""
    one.cut = True
    ends = [i for i, char in enumerate(one.said) if char in STOPS]
    if ends and ends[-1] >= len(one.said) // 2:
        begun = len(one.said) - len(one.nats)
        del one.said[ends[-1] + 1 :]
        del one.nats[max(0, len(one.said) - begun) :]
