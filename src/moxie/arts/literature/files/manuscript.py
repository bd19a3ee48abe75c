"""`Manuscript`: what every reader makes of a file, before it is known how many works it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from moxie.arts.literature.writing import PROSE, VERSE, Writing, writing


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next one.

    `level` counts from 1, the highest; 0 where there is no heading. `stanzas` are the places of
    the entries whose lines are kept.
    """

    entries: tuple[str, ...]
    title: str = ""
    level: int = 0
    stanzas: frozenset[int] = frozenset()

    @property
    def characters(self) -> int:
        """In all its entries."""
        return sum(map(len, self.entries))

    @property
    def verse(self) -> bool:
        """Whether most of it is verse."""
        kept = sum(len(self.entries[place]) for place in self.stanzas)
        return 2 * kept > self.characters


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file as sections in their order. `cut` counts what was no part of the text, by kind.

    `form` is what the file itself says of its form, if it does.
    """

    sections: tuple[Section, ...]
    title: str = ""
    form: str = ""
    cut: Mapping[str, int] = field(default_factory=dict)

    @property
    def characters(self) -> int:
        """In all sections."""
        return sum(section.characters for section in self.sections)


def whole(manuscript: Manuscript) -> Writing:
    """All of it as one text: headings inside it are lines of their own."""
    sections = [one for one in manuscript.sections if one.entries or one.title]
    title = manuscript.title
    entries: list[str] = []
    for place, section in enumerate(sections):
        opens = place == 0 and section.title and (not title or title == section.title)
        if opens:
            title = section.title
        elif section.title:
            entries.append(section.title)
        entries += section.entries
    return writing(entries, title, manuscript.form or _form(sections))


def single(section: Section, form: str = "") -> Writing:
    """One section as a text of its own."""
    return writing(section.entries, section.title, form or _form([section]))


def section_of(entries: Iterable[str], title: str = "", level: int = 0) -> Section:
    """A section of which every entry with several lines is a stanza."""
    kept = tuple(entry for entry in entries if entry.strip())
    stanzas = frozenset(i for i, entry in enumerate(kept) if "\n" in entry)
    return Section(kept, title, level, stanzas)


def _form(sections: Iterable[Section]) -> str:
    listed = list(sections)
    verse = sum(section.characters for section in listed if section.verse)
    return VERSE if 2 * verse > sum(section.characters for section in listed) else PROSE
