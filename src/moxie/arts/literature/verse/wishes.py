"""What a person asks of a poem, and whether it can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from moxie.arts.literature.verse.check import characters, clauses
from moxie.arts.literature.verse.forms import Form, Line, Pattern, form
from moxie.arts.literature.verse.rhymes import RhymeBook, rhyme_book
from moxie.errors import BadInput
from moxie.text import Scalar

FREE = "□"


@dataclass(frozen=True, slots=True)
class Wish:
    """A poem as it is asked for.

    `rhyme` is the name of a rhyme or a character to rhyme with; `theme` some words; `acrostic`
    the first character of every line; `given` lines from the first on as they shall be, with □
    for what is free ("" is a free line). `book` is one of `rhymes.BOOKS`, or the form's own.
    """

    form: str
    book: str = ""
    rhyme: str = ""
    theme: str = ""
    acrostic: str = ""
    given: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Mapping[str, Scalar]) -> Self:
        """From `form`, `book`, `rhyme`, `theme`, `acrostic` and `first` (line) of a brief."""
        words = {k: str(options.get(k, "")) for k in ("form", "book", "rhyme", "theme", "acrostic")}
        return cls(**words, given=tuple(clauses(str(options.get("first", "")))))

    def going_on(self, lines: Sequence[str], at: int, line: str) -> Self:
        """Keep the lines before `at` (from 0), put `line` there, and let the rest follow anew."""
        return replace(self, given=(*lines[:at], line))


@dataclass(frozen=True, slots=True)
class Frame:
    """A wish on one pattern: for each line what is given, □ where it is free."""

    wish: Wish
    form: Form
    pattern: Pattern
    book: RhymeBook
    fixed: tuple[str, ...]

    @property
    def given(self) -> str:
        """Every character that a person gave."""
        return "".join(self.fixed).replace(FREE, "")

    @property
    def against(self) -> int:
        """How many given characters go against the tones."""
        pairs = zip(self.fixed, self.pattern.lines, strict=True)
        return sum(_against(text, line, self.book) for text, line in pairs)


def frames(wish: Wish) -> list[Frame]:
    """The wish on those patterns of its form that what is given goes against least.

    BadInput where it cannot be had on any: an unknown form or book, too many lines, a line or an
    acrostic of another length.
    """
    found = form(wish.form)
    book = rhyme_book(wish.book or found.book)
    possible: list[Frame] = []
    problem: BadInput | None = None
    for pattern in found.patterns:
        try:
            fixed = _fixed(wish, found.name, pattern)
        except BadInput as refused:
            problem = problem or refused
        else:
            possible.append(Frame(wish, found, pattern, book, fixed))
    if problem is not None and not possible:
        raise problem
    least = min(frame.against for frame in possible)
    return [frame for frame in possible if frame.against == least]


def _against(text: str, line: Line, book: RhymeBook) -> int:
    return min(
        sum(c != FREE and not book.fits(c, t) for c, t in zip(text, tones, strict=True))
        for tones in line.tones
    )


def _fixed(wish: Wish, name: str, pattern: Pattern) -> tuple[str, ...]:
    """What is given of each line of the pattern."""
    if len(wish.given) > len(pattern.lines):
        raise BadInput(
            "{form} has {lines} lines, and {count} were given.",
            form=name,
            lines=len(pattern.lines),
            count=len(wish.given),
        )
    lines = []
    for i, line in enumerate(pattern.lines):
        given = wish.given[i] if i < len(wish.given) else ""
        text = characters(given) or FREE * line.length
        if len(text) != line.length:
            raise BadInput(
                "Line {number} of {form} has {length} characters; “{line}” has {count}.",
                number=i + 1,
                form=name,
                length=line.length,
                line=given[:40],
                count=len(text),
            )
        lines.append(text)
    return _begun(wish.acrostic, lines, name, pattern) if wish.acrostic else tuple(lines)


def _begun(acrostic: str, lines: list[str], name: str, pattern: Pattern) -> tuple[str, ...]:
    """The lines with the characters of an acrostic at their beginnings."""
    first = characters(acrostic)
    places = [i for i, line in enumerate(pattern.lines) if not line.repeats]
    if len(first) != len(places) or FREE in first:
        raise BadInput(
            "An acrostic of {form} needs {lines} Chinese characters, one for each line; "
            "“{acrostic}” has {count}.",
            form=name,
            lines=len(places),
            acrostic=acrostic[:40],
            count=len(first.replace(FREE, "")),
        )
    for i, c in zip(places, first, strict=True):
        if lines[i][0] not in (FREE, c):
            raise BadInput(
                "Line {number} is given as “{line}” and cannot begin with “{character}”.",
                number=i + 1,
                line=lines[i],
                character=c,
            )
        lines[i] = c + lines[i][1:]
    return tuple(lines)
