"""What a person asks for in words: how long, which part anew, in what form, about what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.clean import LACUNA
from moxie.arts.literature.writing import BREAK, PROSE, VERSE, Writing
from moxie.errors import BadInput
from moxie.text import Message, Scalar, say

SHORTEST, LONGEST, USUAL = 20, 20_000, 400
"""Characters that a text may be asked to have."""

MOST_WORDS, MOST_TITLE, MOST_OPENING = 12, 60, 2000
"""Theme words; characters of a title or a line, and of an opening."""

_SIZE = re.compile(r"(\d{1,6})(?:characters?|chars?|字|个字)?")
_SPAN = r"(\d{1,7})(?:-(\d{1,7}))?"
_LINES = re.compile(rf"(?:lines?:?|第){_SPAN}(?:行|句)?", re.IGNORECASE)
_PARAGRAPHS = re.compile(rf"(?:paragraphs?:?|stanzas?:?|第){_SPAN}(?:段|节)?", re.IGNORECASE)
_CHARACTERS = re.compile(rf"(?:characters?:?|chars?:?|字:?){_SPAN}", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"「『'‘](.+)[”\"」』'’]", re.DOTALL)
_LACUNAE = ("□", "lacunae", "lacuna", "gaps", "缺字")


def size(text: str | None) -> tuple[int]:
    """`400`, `400 characters` or `400字` to (400,); None is `USUAL`. Raises BadInput."""
    if text is None:
        return (USUAL,)
    found = _SIZE.fullmatch(_tight(text).lower())
    if not found:
        raise BadInput(
            "The length {text} is not understood: write how many characters, for example 400.",
            text=_shown(text),
        )
    if not SHORTEST <= int(found[1]) <= LONGEST:
        raise BadInput(
            "A text of {number} characters cannot be written: it may have {least} to {most}.",
            number=int(found[1]),
            least=SHORTEST,
            most=LONGEST,
        )
    return (int(found[1]),)


def region(text: str, data: bytes | None, content: Writing) -> NDArray[np.bool_]:
    """A part of a text as bool [characters of `Writing.text`], True there. Raises BadInput.

    `line:3`, `paragraph:2-3`, `characters:100-200` count from 1; a text in quotation marks has to
    stand there once; `□` is all that is missing.
    """
    mask = np.zeros(len(content.text), np.bool_)
    if data is None:
        for start, end in _spans(text.strip(), content):
            mask[start:end] = True
    if not mask.any():
        raise BadInput(
            "The region {text} is not understood: write line:3, paragraph:2, characters:100-200, "
            "a passage in quotation marks, or □ for what is missing.",
            text=_shown(text),
        )
    if mask.all():
        raise BadInput(
            "The region {text} is the whole text: nothing known would be left.", text=_shown(text)
        )
    return mask


def options(given: Mapping[str, str]) -> Mapping[str, Scalar]:
    """The dials set, each in its one form, for `Brief.options`; raises BadInput.

    `form` "prose", "verse" or the name of one; `title`, `opening`, `first` (line) and `acrostic`
    as they are; `theme` words with a space between; `rhyme` a character or group to rhyme with,
    `book` the rhyme book, `plan` as `compose.plan` reads it.
    """
    named = {_NAMES.get(name.strip().lower(), name.strip().lower()): t for name, t in given.items()}
    for name in named:
        if name not in _DIALS:
            raise BadInput(
                "There is no dial {name} in literature; there is {names}.",
                name=_shown(name),
                names=", ".join(_DIALS),
            )
    return {name: _DIALS[name](text) for name, text in named.items()}


def form(text: str) -> str:
    """A form by its name; raises BadInput for one that is not known."""
    plain = text.strip()
    if plain.lower() in (PROSE, "散文", "文"):
        return PROSE
    if plain.lower() in (VERSE, "诗", "新诗", "free"):
        return VERSE
    from moxie.arts.literature.verse import forms

    return forms.form(plain).name


def _spans(text: str, content: Writing) -> list[tuple[int, int]]:
    """Beginnings and ends of what is named; none where it is not understood."""
    tight = _tight(text).replace("–", "-")
    if text in _LACUNAE or tight.lower() in _LACUNAE:
        return _missing(text, content)
    if found := _QUOTED.fullmatch(text):
        return [_quoted(found[1], text, content)]
    kinds = ((_LINES, _line_spans), (_PARAGRAPHS, _paragraph_spans), (_CHARACTERS, _letter_spans))
    for pattern, places in kinds:
        if found := pattern.fullmatch(tight):
            first, last = int(found[1]), int(found[2] or found[1])
            known = places(content)
            if not 1 <= first <= last <= len(known):
                raise BadInput(
                    "The region {text} does not lie inside the text, which has {lines} lines, "
                    "{paragraphs} paragraphs and {characters} characters, counted from 1.",
                    text=_shown(text),
                    lines=len(content.lines),
                    paragraphs=len(content.paragraphs),
                    characters=len(content.text),
                )
            return known[first - 1 : last]
    return []


def _missing(text: str, content: Writing) -> list[tuple[int, int]]:
    spans = [found.span() for found in re.finditer(f"{LACUNA}+", content.text)]
    if not spans:
        raise BadInput("There is no □ in the text: mark with it what is missing.")
    return spans


def _quoted(words: str, text: str, content: Writing) -> tuple[int, int]:
    times = content.text.count(words)
    if times != 1:
        raise BadInput(
            "The passage {text} stands {times} times in the text; it has to stand there once.",
            text=_shown(text),
            times=times,
        )
    start = content.text.index(words)
    return start, start + len(words)


def _line_spans(content: Writing) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"[^\n]+", content.text)]


def _paragraph_spans(content: Writing) -> list[tuple[int, int]]:
    ends = np.cumsum([len(entry) + len(BREAK) for entry in content.paragraphs]) - len(BREAK)
    lengths = map(len, content.paragraphs)
    return [(int(end) - length, int(end)) for end, length in zip(ends, lengths, strict=True)]


def _letter_spans(content: Writing) -> list[tuple[int, int]]:
    return [(place, place + 1) for place in range(len(content.text))]


def _words(most: int) -> Callable[[str], str]:
    """Reads words that are taken as they are; raises BadInput for none or too many."""

    def read(text: str) -> str:
        found = "\n".join(" ".join(line.split()) for line in text.strip().split("\n"))
        if not found or len(found) > most:
            raise BadInput(
                "{text} cannot be used: write 1 to {most} characters.",
                text=_shown(text),
                most=most,
            )
        return unicodedata.normalize("NFC", found)

    return read


def _theme(text: str) -> str:
    words = [word for word in re.split(r"[\s,，、;；]+", text) if word]
    if not 1 <= len(words) <= MOST_WORDS or max(map(len, words)) > MOST_TITLE:
        raise BadInput(
            "The theme {text} cannot be used: write 1 to {most} words with spaces between.",
            text=_shown(text),
            most=MOST_WORDS,
        )
    return " ".join(words)


def _plan(text: str) -> str:
    from moxie.arts.literature.compose.plan import parse

    return str(parse(text))


def _book(text: str) -> str:
    from moxie.arts.literature.verse.rhymes import rhyme_book

    return rhyme_book(text.strip()).name


_NAMES = {
    "体裁": "form", "题目": "title", "开头": "opening", "主题": "theme", "首句": "first",
    "藏头": "acrostic", "韵": "rhyme", "韵书": "book", "计划": "plan",
    "first line": "first", "firstline": "first",
}  # fmt: skip
_DIALS: Mapping[str, Callable[[str], Scalar]] = {
    "form": form,
    "title": _words(MOST_TITLE),
    "opening": _words(MOST_OPENING),
    "theme": _theme,
    "first": _words(MOST_TITLE),
    "acrostic": _words(MOST_TITLE),
    "rhyme": _words(8),
    "plan": _plan,
    "book": _book,
}

HINTS: Mapping[str, Message] = {
    "form": say("Form: prose, verse, or a form such as 七绝 or 水调歌头"),
    "title": say("Title"),
    "opening": say("How it begins: words that it goes on from"),
    "theme": say("Theme: a few words with spaces between"),
    "first": say("First line of a poem"),
    "acrostic": say("Acrostic: the first characters of the lines"),
    "rhyme": say("Rhyme: a character to rhyme with, or the name of a rhyme"),
    "plan": say("Plan of paragraphs: told 120, spoken 40, told 90: river rain"),
    "book": say("Rhyme book: 平水韵, 词林正韵 or 中华新韵; without, that of the form"),
}
"""What to write for each dial."""


def _tight(text: str) -> str:
    """Without any space, full-width signs made plain."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _shown(text: str) -> str:
    """What was written, quoted, and not too much of it."""
    return repr(text[:60])
