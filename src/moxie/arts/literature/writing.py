"""`Writing`: the one form that every text is read into and written from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

PROSE = "prose"
VERSE = "verse"
"""Verse that is free, or in a form that is not known; other forms go by their names."""

BREAK = "\n\n"
"""What lies between two paragraphs or stanzas in `Writing.text`."""

_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Writing:
    """A text. Build it with `writing` or `from_text`, which bring it into this order.

    Prose has one paragraph an entry; verse one stanza an entry, its lines separated by line
    feeds. No entry is empty, has an empty line, or begins or ends with a space. `form` is
    "prose", "verse" (free or unknown), or the name of a form: "七绝", "水调歌头", "sonnet".
    """

    paragraphs: tuple[str, ...]
    title: str = ""
    form: str = PROSE

    @property
    def text(self) -> str:
        """All of it but the title: what models read, and what masks count the characters of."""
        return BREAK.join(self.paragraphs)

    @property
    def verse(self) -> bool:
        """Whether its lines are to be kept as they are."""
        return self.form != PROSE

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines over all stanzas; of prose the paragraphs."""
        return tuple(line for entry in self.paragraphs for line in entry.split("\n"))

    @classmethod
    def from_text(cls, text: str, title: str = "", form: str = PROSE) -> Self:
        """The inverse of `text`: empty lines part the paragraphs or stanzas."""
        entries = _EMPTY_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n"))
        return cls(_tidy(entries), " ".join(title.split()), form)

    def with_text(self, text: str) -> Self:
        """Another text under the same title and in the same form."""
        return replace(self, paragraphs=type(self).from_text(text).paragraphs)


def writing(paragraphs: Iterable[str], title: str = "", form: str = PROSE) -> Writing:
    """A `Writing` of these paragraphs or stanzas; an empty line inside one parts it in two."""
    return Writing.from_text(BREAK.join(paragraphs), title, form)


def _tidy(entries: Iterable[str]) -> tuple[str, ...]:
    lines = ([line.strip() for line in entry.split("\n")] for entry in entries)
    kept = ("\n".join(line for line in entry if line) for entry in lines)
    return tuple(entry for entry in kept if entry)
