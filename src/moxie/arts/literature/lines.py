"""Verse: whether a text is, whatever its form is called, and its lines."""

from __future__ import annotations

import re

import numpy as np

from moxie.arts.literature.characters import Units, units
from moxie.arts.literature.writing import Writing

MIDDLE, LONGEST = 16, 24
"""Units of the middle and of the longest line of what is verse by its shape."""

LINE = 5
"""Units of a line that somebody can be said to have written; shorter ones are everybody's."""

_CLAUSE = re.compile(r"[，。！？；：、,;:!?.\n]+")
_END = re.compile(r"\n+")


def is_verse(content: Writing) -> bool:
    """Whether it is verse, by its form or by its shape: more than one line, and all short."""
    if content.verse:
        return True
    lengths = [len(units(line)) for line in content.lines]
    return len(lengths) > 1 and max(lengths) <= LONGEST and float(np.median(lengths)) <= MIDDLE


def is_chinese(read: Units) -> bool:
    """Whether at least half of the units are Han characters."""
    return 2 * sum(1 for word in read.words if len(word) == 1 and word > "⺀") >= max(1, len(read))


def lines(content: Writing, read: Units) -> list[tuple[int, int]]:
    """First and last unit of every line of verse of `LINE` units or more.

    Chinese lines end at a mark of punctuation, those of other writing at the end of the line.
    """
    pattern = _CLAUSE if is_chinese(read) else _END
    ends = [match.start() for match in pattern.finditer(content.text)] + [len(content.text)]
    edges = np.unique(np.concatenate([[0], np.searchsorted(read.starts, ends)]))
    pairs = zip(edges[:-1].tolist(), (edges[1:] - 1).tolist(), strict=True)
    return [(first, last) for first, last in pairs if last - first + 1 >= LINE]
