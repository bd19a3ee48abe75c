"""A piece as the melodic lines that can be recognised in it, at any pitch and speed.

Every part gives its highest and its lowest notes, and so does the whole. A step of a line is an
interval and a class of rhythm (how long until this note, against how long until the one before,
in half octaves of duration), so that neither key, tempo nor touch matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import TICKS, Score

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

GRID = TICKS // 24
"""Onsets are rounded to this: 64ths, and triplets of 32nds."""

WIDEST, LONGEST = 24, 8
"""Intervals and classes of rhythm beyond these (semitones, half octaves) count as these."""

INTERVALS, RHYTHMS = 2 * WIDEST + 1, 2 * LONGEST + 1

UNDER = 8
"""How many notes back one may still sound above and so hide a note from the top of the whole."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Notes [n] by onset and pitch, unisons once, and lines through them [m], one after another."""

    onset: Ints  # [n], ticks
    pitch: Ints  # [n]
    bars: Ints  # onsets of the bars
    note: Ints  # [m], which note
    line: Ints  # [m], which line, ascending
    place: Ints  # [m], 0.. in its line
    interval: Ints  # [m], 0..INTERVALS - 1, to this note from the one before; at place 0 no meaning
    rhythm: Ints  # [m], 0..RHYTHMS - 1, of the time to this note; before place 2 no meaning
    whole: int  # lines from this one on are of no single part

    @property
    def steps(self) -> Ints:
        """Interval and rhythm as one number, [m]."""
        return self.interval * RHYTHMS + self.rhythm


def lines(score: Score) -> Lines:
    """The lines of a score; none of them in drum parts, or shorter than three notes."""
    table = _notes(score)
    notes, index = np.unique(table[:, 0] * 128 + table[:, 2], return_inverse=True)
    own, shared = _rows(table)
    found = {line.tobytes(): line for rows in own if len(line := index[rows]) > 2}
    whole = len(found)
    for rows in shared:
        if len(rows) > 2:
            found.setdefault(index[rows].tobytes(), index[rows])
    note = np.concatenate([*found.values(), np.zeros(0, np.int64)]).astype(np.int64)
    lengths = [len(line) for line in found.values()]
    line = np.repeat(np.arange(len(lengths)), lengths)
    starts = np.cumsum([0, *lengths])[:-1]
    place = np.arange(len(note)) - np.repeat(starts, lengths)
    onset, pitch = notes // 128, notes % 128
    interval = np.diff(pitch[note], prepend=0)
    time = np.maximum(np.diff(onset[note], prepend=0), 1)
    with_before = np.concatenate([[1], time])[: len(time)]
    classes = np.rint(2 * np.log2(time / with_before)).astype(np.int64)
    return Lines(
        onset,
        pitch,
        np.array([bar.onset for bar in score.bars], np.int64),
        note,
        line,
        place,
        np.where(place > 0, np.clip(interval, -WIDEST, WIDEST), 0) + WIDEST,
        np.where(place > 1, np.clip(classes, -LONGEST, LONGEST), 0) + LONGEST,
        whole,
    )


def grams(of: Lines, length: int, *, rhythm: bool) -> tuple[Hashes, Ints]:
    """Hashes of every run of `length` steps inside a line, and where in the lines it begins.

    With `rhythm` the steps count with their rhythms (but for the first, whose rhythm is against
    a note outside), else with their intervals alone.
    """
    number = len(of.note) - length
    if number <= 0:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    steps = (of.steps if rhythm else of.interval).astype(np.uint64)
    hashes = of.interval[1 : number + 1].astype(np.uint64)
    for k in range(2, length + 1):  # multiply, add, mix: collisions are found out later
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + steps[k : number + k] + np.uint64(1)
        hashes ^= hashes >> np.uint64(29)
    within = of.place[length:] >= length
    return hashes[within], np.flatnonzero(within)


def _notes(score: Score) -> Ints:
    """Onset, end, pitch and part [n, 4] of the notes with a pitch, by onset and pitch."""
    drums = np.array([part.drums for part in score.parts] or [False], np.bool_)
    raw = np.array([note[:4] for note in score.notes], np.int64).reshape(-1, 4)
    raw = raw[~drums[raw[:, 3]]]
    onset = (raw[:, 0] + GRID // 2) // GRID * GRID
    table = np.stack([onset, raw[:, 0] + raw[:, 1], raw[:, 2], raw[:, 3]], axis=1)
    return np.asarray(table[np.lexsort((table[:, 2], table[:, 0]))], np.int64)


def _rows(table: Ints) -> tuple[list[Ints], list[Ints]]:
    """Rows of the notes that make each line: top and bottom of the parts, and of the whole."""
    own, shared = [], []
    for part in np.unique(table[:, 3]):
        rows = np.flatnonzero(table[:, 3] == part)
        own += [_edge(table, rows, 1), _edge(table, rows, -1)]
    everything = np.arange(len(table))
    for up in (1, -1):
        rows = _edge(table, everything, up)
        shared.append(rows[~_hidden(table[rows], up)])
    return own, shared


def _edge(table: Ints, rows: Ints, up: int) -> Ints:
    """Of these rows the highest (up = 1) or lowest (-1) at each onset."""
    onset = table[rows, 0]
    other = np.diff(onset, append=-1) != 0 if up > 0 else np.diff(onset, prepend=-1) != 0
    return np.asarray(rows[other], np.int64)


def _hidden(line: Ints, up: int) -> NDArray[np.bool_]:
    """Which notes of a line begin under (above) one of it that still sounds."""
    onset, end, pitch = line[:, 0], line[:, 1], line[:, 2] * up
    hidden = np.zeros(len(line), np.bool_)
    for k in range(1, min(UNDER, len(line) - 1) + 1):
        hidden[k:] |= (pitch[:-k] > pitch[k:]) & (end[:-k] > onset[k:])
    return hidden
