"""Whether lines are verse, by how long they are and where they end.

Chinese verse in the old forms has clauses of few and nearly equal lengths, each line ending in a
mark; new verse has short lines that often end in none. English verse has lines that begin with a
capital and end long before the margin, in the middle of a sentence as often as not. What is
wrapped at a margin (see `layout`) is not verse, and neither are short lines of talk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import mean
from unicodedata import east_asian_width

WIDE_LINE, LATIN_LINE = 26, 76
"""Characters that a line of verse has at most."""

_MARKS = "，。、；：？！…—,.;:?!"
_ENDS = re.compile(r"[。？！….?!][”’」』\"')）]*$")
_CLAUSES = re.compile(rf"[{_MARKS}“”‘’「」『』\s]+")
_LISTED = re.compile(r"(?:[.…·]{2,}|\s)\s*\d{1,4}$|^第.{1,6}[章回节卷篇]|^(?:chapter|part)\b", re.I)


def width(text: str) -> int:
    """Columns that a text takes where Chinese characters take two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def wide(text: str) -> bool:
    """Whether most of its letters are Chinese or Japanese characters."""
    letters = [char for char in text if char.isalpha()]
    return 2 * sum(east_asian_width(char) in "WF" for char in letters) > len(letters)


def is_verse(lines: Sequence[str]) -> bool:
    """Whether these lines, which are not wrapped, are verse; two are needed at least."""
    kept = [line.strip() for line in lines if line.strip()]
    if len(kept) < 2 or _listing(kept):
        return False
    return _wide_verse(kept) if wide("".join(kept)) else _latin_verse(kept)


def _listing(lines: Sequence[str]) -> bool:
    """A table of contents, or lines of numbers."""
    return 2 * sum(bool(_LISTED.search(line)) for line in lines) > len(lines)


def _wide_verse(lines: Sequence[str]) -> bool:
    if max(map(len, lines)) > WIDE_LINE:
        return False
    talk = sum(line[0] in '“「『"—' for line in lines)
    if 3 * talk > len(lines):
        return False
    clauses = [len(clause) for line in lines for clause in _CLAUSES.split(line) if clause]
    if not clauses:
        return False
    marked = sum(line[-1] in f"{_MARKS}”’」』" for line in lines)
    if marked >= 0.9 * len(lines):
        return mean(clauses) <= 7.6 and _share(clauses, 11) >= 0.95
    lengths = {len(line) for line in lines}
    if len(lengths) == 1 and lengths <= {4, 5, 6, 7} and len(lines) >= 4:
        return True  # without any mark, as in old prints
    return len(lines) >= 4 and marked <= 0.7 * len(lines) and mean(map(len, lines)) <= 15


def _latin_verse(lines: Sequence[str]) -> bool:
    if max(map(len, lines)) > LATIN_LINE or mean(map(len, lines)) > 56:
        return False
    if len(lines) < 4 and max(map(len, lines)) - min(map(len, lines)) > 24:
        return False
    capital = sum(bool(re.match(r"[\W_]*[A-ZÀ-ÞА-ЯΑ-Ω]", line)) for line in lines)
    ended = sum(bool(_ENDS.search(line)) for line in lines)
    if capital >= 0.75 * len(lines):
        return ended < 0.7 * len(lines)
    return len(lines) >= 4 and mean(map(len, lines)) <= 42 and ended < 0.5 * len(lines)


def _share(lengths: Sequence[int], most: int) -> float:
    return sum(length <= most for length in lengths) / len(lengths)
