"""Passages of a score, and variations of it that keep its style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from moxie.arts.music.score import Key, Score, Tempo, score
from moxie.arts.music.theory.keys import transpose
from moxie.arts.music.theory.ranges import range_of

Change = TypeVar("Change", Key, Tempo)

PIECE = 8
"""Bars of a passage: a period, the least that has a shape of its own."""

MOST_PIECES = 12
"""A long score is looked at in at most this many places."""

DOWN, UP = -5, 6
"""Least and most semitones by which a variation is moved."""

PACE = 0.1
"""A variation is at most this share slower or faster."""


def pieces(whole: Score) -> Sequence[Score]:
    """Passages of `PIECE` bars from end to end, evenly spread, at most `MOST_PIECES`.

    What is shorter than one and a half passages is one piece, whole.
    """
    bars = len(whole.bars)
    number = min(MOST_PIECES, round(bars / PIECE))
    if number < 2:
        return [whole]
    starts = np.linspace(0, bars - PIECE, number).round().astype(int).tolist()
    return [excerpt(whole, start, start + PIECE) for start in starts]


def joined(*scores: Score) -> Score:
    """One score after another, at least one, with the parts of the one that has most."""
    notes, bars, start = [], [], 0
    for one in scores:
        notes += [note._replace(onset=note.onset + start) for note in one.notes]
        bars += [bar._replace(onset=bar.onset + start) for bar in one.bars]
        start += one.length
    return score(notes, bars, max((one.parts for one in scores), key=len))


def excerpt(whole: Score, first: int, last: int) -> Score:
    """The bars `first` to `last`, the last not included, as a score of its own that begins at 0.

    It has the notes that begin in these bars, cut at the end; the parts, and the key and the
    tempo that hold there. Bars count from 0; raises ValueError when there are none of them.
    """
    bars = whole.bars[max(0, first) : last]
    if not bars:
        raise ValueError(f"the score has no bars {first} to {last}")
    start, end = bars[0].onset, bars[-1].onset + bars[-1].length
    notes = [
        note._replace(onset=note.onset - start, duration=min(note.duration, end - note.onset))
        for note in whole.notes
        if start <= note.onset < end
    ]
    return score(
        notes,
        [bar._replace(onset=bar.onset - start) for bar in bars],
        whole.parts,
        keys=_holding(whole.keys, start, end),
        tempos=_holding(whole.tempos, start, end),
        title=whole.title,
    )


def vary(whole: Score, *, seed: int) -> Score:
    """The piece in another key, as far as its instruments reach, a little slower or faster.

    Nothing that would change the style: no inversion, no retrograde, no other octave.
    """
    rng = np.random.default_rng(seed)
    shifts = [shift for shift in range(DOWN, UP + 1) if _fits(whole, shift)]
    moved = transpose(whole, int(rng.choice(shifts)))
    pace = float(np.exp(rng.uniform(-PACE, PACE)))
    tempos = tuple(Tempo(t.onset, max(1, round(t.millibeats * pace))) for t in moved.tempos)
    return replace(moved, tempos=tempos)


def _holding(changes: Sequence[Change], start: int, end: int) -> list[Change]:
    """What holds at the start and what changes before the end, counted from the start."""
    before = [change for change in changes if change.onset <= start][-1:]
    within = [change for change in changes if start < change.onset < end]
    return [change._replace(onset=max(0, change.onset - start)) for change in before + within]


def _fits(whole: Score, shift: int) -> bool:
    """Whether every part stays in its instrument's range, or within where it is already."""
    for number, part in enumerate(whole.parts):
        pitches = [note.pitch for note in whole.notes if note.part == number]
        if part.drums or not pitches:
            continue
        low, high = min(pitches), max(pitches)
        lowest, highest = range_of(part)
        if low + shift < min(low, lowest) or high + shift > max(high, highest):
            return False
    return True
