"""Two texts side by side as a picture, what they share marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.characters import Units

WIDTH, GAP, MARGIN = 400, 40, 20
SIZE, LEADING, TITLE = 16, 26, 34
"""Pixels: of a column and around it, of a character, from line to line, and of the headings."""

ROWS = 30
"""Lines that are shown of each text."""

NARROW = 0.6
"""The width of a letter in a font whose letters are all alike, in parts of its size."""

MARK = "#ffd76a"


@dataclass(frozen=True, slots=True)
class Column:
    """A text, its units, which of them are marked [units], and the unit to begin with."""

    title: str
    text: str
    read: Units
    marked: NDArray[np.bool_]
    start: int


class _Row(NamedTuple):
    """A line of the picture: its text, and spans in pixels that are marked."""

    text: str
    marks: tuple[tuple[float, float], ...]


def drawn(columns: Sequence[Column]) -> bytes:
    """An SVG of the texts, one beside the other."""
    rows = [list(_rows(column)) for column in columns]
    height = 2 * MARGIN + TITLE + LEADING * max(1, *(len(some) for some in rows))
    width = 2 * MARGIN + len(columns) * WIDTH + (len(columns) - 1) * GAP
    parts = []
    for place, (column, some) in enumerate(zip(columns, rows, strict=True)):
        left = MARGIN + place * (WIDTH + GAP)
        parts.append(
            f'<text x="{left}" y="{MARGIN + 14}" font-family="sans-serif" font-size="14" '
            f'font-weight="bold">{escape(column.title)}</text>'
        )
        for number, row in enumerate(some):
            parts.append(_drawn(row, left, MARGIN + TITLE + LEADING * number))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="100%" height="100%" fill="#ffffff"/>'
        f"{''.join(parts)}</svg>"
    ).encode()


def _drawn(row: _Row, left: float, top: float) -> str:
    marks = "".join(
        f'<rect x="{left + start:.1f}" y="{top}" width="{end - start:.1f}" '
        f'height="{LEADING - 4}" fill="{MARK}"/>'
        for start, end in row.marks
    )
    # each character is told its place, whatever font there is
    places = " ".join(f"{left + at:.1f}" for at in _places(row.text))
    return (
        f'{marks}<text x="{places}" y="{top + 17}" font-family="monospace" '
        f'font-size="{SIZE}" xml:space="preserve">{escape(row.text)}</text>'
    )


def _rows(column: Column) -> Iterator[_Row]:
    """The lines, wrapped, from the unit that the column begins with."""
    text, marked = column.text, np.zeros(len(column.text), np.bool_)
    for place in np.flatnonzero(column.marked):
        end = column.read.ends[place]
        if place + 1 < len(column.read) and column.marked[place + 1]:
            end = column.read.starts[place + 1]  # what lies between is marked with them
        marked[column.read.starts[place] : end] = True
    at = int(column.read.starts[column.start]) if column.start and len(column.read) else 0
    for _ in range(ROWS):
        while at < len(text) and text[at] == "\n":
            at += 1
        if at >= len(text):
            return
        end = _end(text, at)
        line = text[at:end].rstrip()
        yield _Row(line, tuple(_spans(line, marked[at : at + len(line)])))
        at = end
    if at < len(text):
        yield _Row("…", ())


def _end(text: str, at: int) -> int:
    """Where a line that begins here ends: at a line's end, at a space, or where it is full."""
    used, space = 0.0, 0
    for place in range(at, len(text)):
        if text[place] == "\n":
            return place
        used += _wide(text[place])
        if used > WIDTH:
            return space if space > at and text[place] < "⺀" else place
        if text[place] == " ":
            space = place + 1
    return len(text)


def _spans(line: str, marked: NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Where marked runs begin and end, in pixels."""
    places = [*_places(line), sum(map(_wide, line))]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        yield places[start], places[end]


def _places(line: str) -> list[float]:
    """Where each character begins, in pixels."""
    widths = [_wide(char) for char in line]
    return [sum(widths[:place]) for place in range(len(widths))]


def _wide(char: str) -> float:
    return SIZE * (1.0 if unicodedata.east_asian_width(char) in "WFA" else NARROW)
