"""What keeps a piece near to a real work: its opening, followed for a part of every phrase.

The nearer to the works a piece is to be, the more bars of each phrase take the rhythm of the bars
of one real work, and the more strongly their notes are drawn to its notes. The others are free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from moxie.arts.music.score import Note, Score

OPENING = 32
"""Bars kept of a work."""

PHRASE, GUIDED = 4, 3.0
"""Bars of which the first ones are guided, and how many of them at novelty 0, on average."""

FREE = 0.9
"""The novelty from which on nothing is guided."""

STRONG, WEAK = 2.5, 0.5
"""Log weight of the guide's pitch at novelty 0, and where it is let go."""


class Told(NamedTuple):
    """A note of a guide: its bar and where it begins in it, in ticks; pitched as if in C."""

    bar: int
    onset: int
    duration: int
    pitch: int
    part: int


@dataclass(frozen=True, slots=True)
class Guide:
    """The notes to stay near to, by bar; `pull` is the log weight of their pitches."""

    bars: dict[int, tuple[Note, ...]]
    pull: float


def opening(score: Score, beats: int, unit: int, tonic: int) -> tuple[Told, ...]:
    """The first `OPENING` whole bars of a work in this metre, moved from its tonic to C."""
    whole = [(bar.beats, bar.unit) == (beats, unit) and bar.length == bar.full
             for bar in score.bars]  # fmt: skip
    first = whole.index(True) if True in whole else len(whole)
    last = next((i for i in range(first, len(whole)) if not whole[i]), len(whole))
    bars = score.bars[first : min(last, first + OPENING)]
    if not bars:
        return ()
    places = [bar.onset for bar in bars]
    end = places[-1] + bars[-1].length
    move = _nearest(-tonic)
    found = []
    for note in score.notes:
        if places[0] <= note.onset < end:
            bar = int(np.searchsorted(places, note.onset, side="right")) - 1
            told = Told(bar, note.onset - places[bar], note.duration, note.pitch + move, note.part)
            found.append(told)
    return tuple(found)


def guide(
    notes: Sequence[Told], bars: int, tonic: int, novelty: float, rng: np.random.Generator
) -> Guide | None:
    """The guide of a piece of so many bars on a tonic; None where nothing is to be followed.

    The same generator guides fewer bars of every phrase as `novelty` grows, never others.
    """
    chances = rng.random(-(-bars // PHRASE))
    held = 1 - (novelty / FREE) ** 1.5  # a passage in common is soon broken: let go slowly
    length = GUIDED * held
    if length <= 0 or not notes:
        return None
    last = max(note.bar for note in notes)
    chosen = [
        bar
        for bar in range(min(bars, last + 1))
        if bar % PHRASE < int(length + chances[bar // PHRASE])
    ]
    move = _nearest(tonic)
    found: dict[int, list[Note]] = {bar: [] for bar in chosen}
    for note in notes:
        if note.bar in found:
            made = Note(note.onset, note.duration, note.pitch + move, note.part)
            found[note.bar].append(made)
    pull = WEAK + (STRONG - WEAK) * held
    return Guide({bar: tuple(some) for bar, some in found.items()}, pull) if found else None


def _nearest(tonic: int) -> int:
    """The least way from C to a tonic, -5 to 6 semitones."""
    return (tonic + 5) % 12 - 5
