"""Passages of a text, and variations of it that keep its style."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from moxie.arts.literature.files.verses import wide
from moxie.arts.literature.writing import Writing, writing

PIECE, PIECE_LATIN = 400, 1600
"""Characters of a passage, about a printed page: as many words in either kind of script."""

MOST_PIECES = 12
"""A long text is looked at in at most this many places."""

LEAST, MOST = 0.6, 0.9
"""The share of a text that a variation keeps."""

_ENDS = re.compile(r"[。！？!?…]+[”’」』\"]*|\.[”’\"]?\s+|\n")


def pieces(whole: Writing) -> Sequence[Writing]:
    """Passages of about a page from end to end, evenly spread, at most `MOST_PIECES`.

    They are cut between paragraphs, lines or sentences. What is shorter than one and a half
    passages is one piece, whole.
    """
    size = PIECE if wide(whole.text) else PIECE_LATIN
    number = min(MOST_PIECES, round(len(whole.text) / size))
    if number < 2:
        return [whole]
    units = _units(whole, size)
    ends = np.cumsum([len(unit) for _, unit in units])
    starts = np.linspace(0, max(0, int(ends[-1]) - size), number)
    return [
        _passage(whole, units, int(np.searchsorted(ends, start, "right")), size) for start in starts
    ]


def vary(whole: Writing, *, seed: int) -> Writing:
    """A long part of the text, cut between its sentences or lines.

    Nothing in it is put in another order or in other words: that would be another style.
    """
    rng = np.random.default_rng(seed)
    units = _units(whole, 1)
    if len(units) < 2:
        return whole
    kept = max(1, min(len(units) - 1, round(len(units) * float(rng.uniform(LEAST, MOST)))))
    start = int(rng.integers(0, len(units) - kept + 1))
    return _joined(whole, units[start : start + kept])


def _units(whole: Writing, size: int) -> list[tuple[int, str]]:
    """(paragraph, text) of the parts between which it may be cut: no longer than a passage."""
    found: list[tuple[int, str]] = []
    for place, entry in enumerate(whole.paragraphs):
        if len(entry) <= size:
            found.append((place, entry))
        elif "\n" in entry:
            found += [(place, line + "\n") for line in entry.split("\n")]
        else:
            found += [(place, sentence) for sentence in sentences(entry)]
    return found


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph with their marks; joined they are the paragraph."""
    ends = [found.end() for found in _ENDS.finditer(paragraph)]
    cuts = [0, *(end for end in ends if end < len(paragraph)), len(paragraph)]
    return [paragraph[a:b] for a, b in pairwise(cuts) if a < b]


def _passage(whole: Writing, units: list[tuple[int, str]], start: int, size: int) -> Writing:
    """Units from `start` on until a passage is full; from before where the text ends."""
    end, length = start, 0
    while end < len(units) and (length == 0 or length + len(units[end][1]) <= 1.25 * size):
        length += len(units[end][1])
        end += 1
    while start > 0 and length + len(units[start - 1][1]) <= size:
        start -= 1
        length += len(units[start][1])
    return _joined(whole, units[start:end])


def _joined(whole: Writing, units: list[tuple[int, str]]) -> Writing:
    """Parts of a text as a text: those of one paragraph together."""
    entries: list[str] = []
    last = -1
    for place, text in units:
        if place == last:
            entries[-1] += text
        else:
            entries.append(text)
        last = place
    return writing(entries, whole.title, whole.form)
