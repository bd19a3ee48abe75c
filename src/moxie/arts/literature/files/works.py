"""What single works one file holds: a book of poems many, a novel one.

Chapters that are only numbered are parts of one work. Sections of verse, and of prose with titles
of their own, are works; an article with a beginning of its own before its first sub-heading is
one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from moxie.arts.literature.files import codec, markdown
from moxie.arts.literature.files.headings import CHAPTER, FRONT
from moxie.arts.literature.files.limits import MAX_WORKS
from moxie.arts.literature.files.manuscript import Manuscript, Section, single
from moxie.errors import UnreadableWork


def works(data: bytes, name: str) -> Sequence[tuple[str, bytes]]:
    """(name, data) of each work in a file; the file itself where it holds one.

    Works of several are in the lossless form, named by their titles; titles that come again get
    numbers. Raises UnreadableWork.
    """
    if data.startswith(markdown.MAGIC):
        return [(name, data)]
    manuscript = codec.manuscript(data, name)
    found = list(_works(manuscript))
    if len(found) < 2:
        return [(name, data)]
    if len(found) > MAX_WORKS:
        raise UnreadableWork(
            "{name} holds over {limit} works: split it into several files.",
            name=name,
            limit=MAX_WORKS,
        )
    return [
        (called, markdown.pack(single(section, manuscript.form)))
        for called, section in zip(_names(found), found, strict=True)
    ]


def _works(manuscript: Manuscript) -> Iterator[Section]:
    level = _level(manuscript.sections)
    if level is None:
        return
    gathered: Section | None = None
    for section in manuscript.sections:
        if section.level == level:
            yield from _full(gathered)
            gathered = section
        elif section.level and section.level < level:  # a part of the book: nobody's words
            yield from _full(gathered)
            gathered = None
        elif gathered is not None:
            gathered = _with(gathered, section)
    yield from _full(gathered)


def _full(section: Section | None) -> Iterator[Section]:
    if section is not None and section.entries and not FRONT.fullmatch(section.title):
        yield section


def _level(sections: Sequence[Section]) -> int | None:
    """The level of heading whose sections are works; None where the file is one work."""
    headed = [one for one in sections if one.level and not FRONT.fullmatch(one.title)]
    for level in sorted({one.level for one in headed}):
        here = [one for one in headed if one.level == level]
        if len(here) < 2:
            if any(one.entries and not one.verse for one in here):
                return None  # one heading with its own text: an article, and what follows is its
            continue
        verse = sum(one.verse for one in headed if one.entries)
        if 2 * verse > sum(bool(one.entries) for one in headed):
            return level
        numbered = sum(bool(CHAPTER.match(one.title)) for one in here)
        return None if 2 * numbered >= len(here) else level
    return None


def _with(section: Section, under: Section) -> Section:
    """A section with what stands under a lower heading in it."""
    entries = (*section.entries, *([under.title] if under.title else []), *under.entries)
    moved = len(entries) - len(under.entries)
    stanzas = section.stanzas | {place + moved for place in under.stanzas}
    return replace(section, entries=entries, stanzas=stanzas)


def _names(sections: Sequence[Section]) -> Iterator[str]:
    seen: Counter[str] = Counter()
    for section in sections:
        title = " ".join(re.sub(r"[\\/:*?\"<>|\x00-\x1f]", " ", section.title).split())[:80] or "—"
        seen[title] += 1
        number = f" ({seen[title]})" if seen[title] > 1 else ""
        yield str(PurePosixPath(f"{title}{number}.md"))
