"""Scores as models see them; see `columns`."""

from __future__ import annotations

from collections.abc import Sequence

from moxie.arts.music.coding.columns import (
    HEADER,
    Chain,
    Coded,
    Coding,
    Column,
    Field,
    Ints,
    Tracker,
    View,
    in_key,
)
from moxie.arts.music.coding.events import Events
from moxie.arts.music.coding.grid import STEP, Grid
from moxie.arts.music.score import Score

__all__ = [
    "HEADER",
    "Chain",
    "Coded",
    "Coding",
    "Column",
    "Events",
    "Field",
    "Grid",
    "Ints",
    "Tracker",
    "View",
    "coding_for",
    "coding_named",
    "in_key",
]

MOST_VOICES = 6
ON_THE_GRID = 0.97
"""Share of notes that have to begin and end on the grid of sixteenths for the grid coding."""

OVERLAPPING = 0.01
"""Share of notes that may begin while the one before in their part still sounds."""


def coding_for(scores: Sequence[Score]) -> Coding:
    """The coding that suits a body of works: the grid where all have the same few voices."""
    voices = {len(score.parts) for score in scores}
    if len(voices) == 1 and max(voices) <= MOST_VOICES and all(map(_fits, scores)):
        return Grid(voices.pop())
    return Events()


def coding_named(name: str) -> Coding:
    """The coding of that name, as saved with a model."""
    kind, _, voices = name.partition("-")
    return Grid(int(voices)) if kind == "grid" else Events()


def _fits(score: Score) -> bool:
    off = overlapping = 0
    ends = [0] * len(score.parts)
    for note in score.notes:
        off += bool(note.onset % STEP or note.duration % STEP)
        overlapping += note.onset < ends[note.part]
        ends[note.part] = note.onset + note.duration
    notes = max(1, len(score.notes))
    return off <= (1 - ON_THE_GRID) * notes and overlapping <= OVERLAPPING * notes
