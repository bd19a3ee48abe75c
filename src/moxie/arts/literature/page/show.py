"""What a browser shows of a text: its words, which the page sets, and its beginning in little."""

from __future__ import annotations

from moxie.art import Preview
from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.writing import BREAK, Writing

MOST = 20_000
"""Characters that are shown; books are read elsewhere."""

LITTLE, LITTLE_LATIN = 120, 260
"""Characters of what stands for it where there is little room."""


def preview(content: Writing) -> Preview:
    """The text as plain text under its title, never as markup: what sets it may trust it."""
    return _plain(content, MOST, small(content))


def small(content: Writing) -> Preview:
    """Its title and beginning."""
    return _plain(content, LITTLE if wide(content.text) else LITTLE_LATIN)


def _plain(content: Writing, most: int, little: Preview | None = None) -> Preview:
    head = f"{content.title}{BREAK}" if content.title else ""
    return Preview("text/plain", (head + shortened(content.text, most)).encode(), small=little)


def shortened(text: str, most: int) -> str:
    """The beginning, cut behind a mark or a word, and dots where something is left out."""
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(mark) for mark in "。！？；，\n ") + 1
    return (cut[:end] if end > most // 2 else cut).rstrip() + "……"
