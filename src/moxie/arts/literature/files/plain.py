"""Plain text: read with its headings and layout, and written as people write it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from moxie.arts.literature.files.headings import CHAPTER
from moxie.arts.literature.files.layout import lay
from moxie.arts.literature.files.manuscript import Manuscript, Section
from moxie.arts.literature.files.verses import is_verse, width
from moxie.arts.literature.writing import Writing

INDENT = "\u3000\u3000"
"""Two full spaces: how a Chinese paragraph begins."""

_TITLE = 48  # columns of a title line at most
_LINE = 80  # columns of a line of verse, in a book of verse
_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(\S.*)")
_AUTHOR = re.compile(r"(?:作者|著者|文)[:：\s].{1,20}|by\s+.{2,40}", re.IGNORECASE)
_SOURCE = re.compile(r"[\u4e00-\u9fff·]{2,8}《[^》]{1,30}》")  # whose book it is from
_SENTENCE = re.compile(r"[。！？；，、,;.!?：:…”」』\"]$")


def read_text(text: str) -> Manuscript:
    """A plain text; lines that begin with `#` are headings, a short first line is its title."""
    cut: Counter[str] = Counter()
    parted = list(_parted(text))
    verse = sum(is_verse(under.split("\n")) for _, _, under in parted)
    book = len(parted) > 2 and verse > 0.6 * len(parted)  # in a book of verse short lines are verse
    sections = tuple(
        section(under, cut, title, level, verse=book) for title, level, under in parted
    )
    if len(sections) == 1 and not sections[0].title:
        sections = (_titled(sections[0], cut),)
    return Manuscript(sections, cut=+cut)


def section(
    text: str, cut: Counter[str], title: str = "", level: int = 0, *, verse: bool = False
) -> Section:
    """What stands under one heading, laid out; `cut` is added to.

    With `verse` short lines are kept even where they would not be taken for verse by themselves.
    """
    laid = lay(text, verse=verse and max(map(width, text.split("\n"))) <= _LINE)
    cut.update(laid.cut)
    return Section(laid.entries, title, level, laid.stanzas)


def write_text(writing: Writing) -> bytes:
    """UTF-8: the title, then the lines; prose with an empty line between paragraphs."""
    head = f"{writing.title}\n\n" if writing.title else ""
    return f"{head}{writing.text}\n".encode()


def _parted(text: str) -> Iterator[tuple[str, int, str]]:
    """Title, level and lines, parted at headings; before the first there is no title."""
    title, level, lines = "", 0, list[str]()
    for line in (*text.split("\n"), None):
        heading = None if line is None else _HEADING.fullmatch(line.rstrip())
        if line is not None and heading is None:
            lines.append(line)
            continue
        if title or any(map(str.strip, lines)):
            yield title, level, "\n".join(lines)
        if heading is not None:
            title, level, lines = heading[2].strip(), len(heading[1]), []


def _titled(section: Section, cut: Counter[str]) -> Section:
    """A short first paragraph that is no sentence is the title; the author's name may follow it."""
    entries = list(section.entries)
    gone = 0
    if len(entries) > 2 and _SOURCE.fullmatch(entries[0]):
        entries.pop(0)
        cut["author"] += 1
        gone += 1
    if len(entries) < 2 or not _is_title(entries[0]):
        return _without(section, gone)
    signed = len(entries) > 2 and _AUTHOR.fullmatch(entries[1])
    if not signed and len(entries[1]) <= len(entries[0]):
        return _without(section, gone)
    title = entries[0].strip("《》 ")
    if signed:
        cut["author"] += 1
    return replace(_without(section, gone + (2 if signed else 1)), title=title, level=1)


def _without(section: Section, gone: int) -> Section:
    """Without its first entries."""
    stanzas = frozenset(place - gone for place in section.stanzas if place >= gone)
    return replace(section, entries=section.entries[gone:], stanzas=stanzas)


def _is_title(entry: str) -> bool:
    short = "\n" not in entry and width(entry) <= _TITLE
    return short and not _SENTENCE.search(entry) and not CHAPTER.match(entry)
