"""Whether a poem keeps its form: every line's length and tones, its rhymes, what is said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from moxie.arts.literature.verse.forms import Form, Line, Pattern, form
from moxie.arts.literature.verse.rhymes import RhymeBook, neighbours, rhyme_book

# Small words that any poem says twice (虚字).
SMALL = frozenset(
    "不无有一何是我君与为在人来去之于以而自相如谁此其者所亦更又欲应还未莫可且已犹若似得将复也矣乎哉"
)


@dataclass(frozen=True, slots=True)
class LineReport:
    """One line. `wrong` are places (from 0) whose tone does not fit; `strict` is False for 拗.

    `rhyme` is True or False where the form rhymes, None elsewhere.
    """

    text: str
    length: bool
    wrong: tuple[int, ...]
    strict: bool
    rhyme: bool | None

    @property
    def tone(self) -> bool:
        """Whether every tone fits."""
        return self.length and not self.wrong


@dataclass(frozen=True, slots=True)
class Report:
    """A poem held against the pattern of its form that it keeps best.

    `rhymes` are the rhymes found by letter; `repeated` the content characters that come again
    (doubled ones, 叠字, and what the form repeats are not counted).
    """

    form: str
    pattern: str
    lines: tuple[LineReport, ...]
    rhymes: tuple[tuple[str, str], ...]
    repeated: str

    @property
    def right_form(self) -> bool:
        """The right number of lines of the right lengths."""
        return bool(self.lines) and all(line.length for line in self.lines)

    @property
    def right_tone(self) -> float:
        """The share of lines whose tones all fit."""
        return sum(line.tone for line in self.lines) / max(1, len(self.lines))

    @property
    def right_rhyme(self) -> float:
        """The share of rhyming lines that rhyme; 1 where there are none."""
        rhymes = [line.rhyme for line in self.lines if line.rhyme is not None]
        return sum(rhymes) / len(rhymes) if rhymes else 1.0

    @property
    def strict(self) -> bool:
        """Everything right without a licence of the poets."""
        return self.right and all(line.strict for line in self.lines)

    @property
    def right(self) -> bool:
        """Form, tones and rhymes all kept."""
        return self.right_form and self.right_tone == 1.0 and self.right_rhyme == 1.0


def characters(text: str) -> str:
    """The Chinese characters of a text, and □ for what is lost."""
    return "".join(re.findall(r"[□\u3400-\u9fff\U00020000-\U0003ffff]", text))


def clauses(text: str) -> list[str]:
    """A text cut at its marks and line ends, characters only; empty clauses are dropped."""
    parts = re.split(r"[，。、；：！？,.!?;:\s]+", text)
    return [found for found in map(characters, parts) if found]


def check(lines: Sequence[str], form_name: str, book: str | None = None) -> Report:
    """Hold a poem against a form, with its own rhyme book or another of `rhymes.BOOKS`.

    Marks do not matter, and for lyrics neither where lines were broken: their clauses are those
    of the pattern. BadInput for an unknown form or book.
    """
    found = form(form_name)
    rhyming = rhyme_book(book or found.book)
    given = clauses("\n".join(lines))
    reports = [_against(given, found, pattern, rhyming) for pattern in found.patterns]
    return max(reports, key=_merit)


def _merit(report: Report) -> tuple[float, ...]:
    places = sum(len(line.wrong) + 7 * (not line.length) for line in report.lines)
    strict = sum(line.strict for line in report.lines)
    return (report.right_form, report.right, -places + 2 * report.right_rhyme, strict)


def _against(given: list[str], found: Form, pattern: Pattern, book: RhymeBook) -> Report:
    texts = _laid_out(given, found, pattern)
    tones = _tones(texts, pattern, book)
    rhymes, letters = _rhymes(texts, found, pattern, book)
    reports = []
    for i, (text, line) in enumerate(zip(texts, pattern.lines, strict=True)):
        length = len(text) == line.length and not (line.repeats and text != texts[i - 1])
        wrong, strict = tones[i]
        rhyme = rhymes[i] and length if line.rhyme else None
        reports.append(LineReport(text, length, wrong, strict, rhyme))
    extra = len(given) - len(pattern.lines) if found.regulated else 0
    reports += [LineReport(t, False, (), False, None) for t in given[len(given) - max(0, extra) :]]
    return Report(found.name, pattern.name, tuple(reports), letters, repeated(texts, pattern))


def _laid_out(given: list[str], found: Form, pattern: Pattern) -> list[str]:
    """The poem's characters in the pattern's lines; lines that are not there are empty."""
    whole = "".join(given)
    if found.regulated or len(whole) != pattern.length:
        return (given + [""] * len(pattern.lines))[: len(pattern.lines)]
    texts, at = [], 0
    for line in pattern.lines:
        texts.append(whole[at : at + line.length])
        at += line.length
    return texts


def misfits(text: str, tones: str, book: RhymeBook) -> tuple[int, ...]:
    """The places of a line (from 0) that do not have the tone."""
    return tuple(
        i for i, (c, t) in enumerate(zip(text, tones, strict=False)) if not book.fits(c, t)
    )


def _tones(
    texts: list[str], pattern: Pattern, book: RhymeBook
) -> list[tuple[tuple[int, ...], bool]]:
    """For each line its wrong places, and whether it fits without a licence."""
    found = []
    for text, line in zip(texts, pattern.lines, strict=True):
        strict = min((misfits(text, tones, book) for tones in line.tones), key=len)
        loose = [misfits(text, tones, book) for tones in line.tolerated]
        found.append((min([strict, *loose], key=len), not strict))
    for i, line in enumerate(pattern.lines[:-1]):
        for first, second in line.pair:
            if not misfits(texts[i], first, book) and not misfits(texts[i + 1], second, book):
                if found[i][0]:
                    found[i] = ((), False)
                if found[i + 1][0]:
                    found[i + 1] = ((), False)
    return found


def _rhymes(
    texts: list[str], found: Form, pattern: Pattern, book: RhymeBook
) -> tuple[list[bool], tuple[tuple[str, str], ...]]:
    """For each line whether it rhymes with the others of its letter, and each letter's rhyme."""
    right = [True] * len(texts)
    letters = []
    for letter in sorted({line.rhyme for line in pattern.lines if line.rhyme}):
        places = [i for i, line in enumerate(pattern.lines) if line.rhyme == letter]
        of = {i: _last(texts[i], pattern.lines[i], book) for i in places}
        count = Counter(rhyme for rhymes in of.values() for rhyme in rhymes)
        best = min(count, key=lambda rhyme: (-count[rhyme], rhyme)) if count else ""
        letters.append((letter, best))
        for i in places:
            borrows = found.regulated and i == 0 and book.name == "平水韵" and best
            right[i] = bool(of[i] & (neighbours(best) if borrows else frozenset((best,))))
    return right, tuple(letters)


def _last(text: str, line: Line, book: RhymeBook) -> frozenset[str]:
    return book.rhymes(text[-1], line.rhyme_tone) if text else frozenset()


def repeated(texts: Sequence[str], pattern: Pattern | None = None) -> str:
    """Content characters that come more than once, in the order of the text.

    A character doubled on the spot (年年), and a line that the form repeats, count once.
    """
    count: Counter[str] = Counter()
    for i, text in enumerate(texts):
        if pattern is not None and pattern.lines[i].repeats:
            continue
        count.update(c for j, c in enumerate(text) if j == 0 or text[j - 1] != c)
    return "".join(c for c, n in count.items() if n > 1 and c not in SMALL and c != "□")
