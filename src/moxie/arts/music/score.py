"""`Score`: the one note table that every format is read into and written from.

Times are whole ticks of which a quarter note has `TICKS`, so that every onset and duration is an
exact rational: 10,080 = 2^5 * 3^2 * 5 * 7 holds notes to the 128th and tuplets of 3, 5, 7 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

TICKS = 10_080
"""Ticks in a quarter note."""

LOWEST, HIGHEST = 12, 119
"""The MIDI pitches a note may have: C0 to B8; 60 is middle C."""


class Note(NamedTuple):
    """A sounding note: ties are merged, grace notes are gone.

    `part` counts the score's parts from the top, `voice` the voices inside a part.
    """

    onset: int  # ticks from the beginning of the piece
    duration: int  # ticks, at least 1
    pitch: int  # MIDI number
    part: int
    voice: int = 0
    velocity: int = 80  # 1..127


class Bar(NamedTuple):
    """A measure. A pick-up, or a bar cut by a repeat, is shorter than its metre says."""

    onset: int
    length: int
    beats: int = 4  # the upper figure of the metre
    unit: int = 4  # the lower one

    @property
    def full(self) -> int:
        """What its metre would make it last, in ticks."""
        return 4 * TICKS * self.beats // self.unit


class Key(NamedTuple):
    """A key signature from `onset` on: sharps (negative: flats), and whether it is minor."""

    onset: int
    fifths: int
    minor: bool = False

    @property
    def tonic(self) -> int:
        """Pitch class of the tonic, 0..11, where C is 0."""
        return (7 * self.fifths + (9 if self.minor else 0)) % 12


class Tempo(NamedTuple):
    """Speed from `onset` on, in thousandths of a quarter note a minute."""

    onset: int
    millibeats: int


class Part(NamedTuple):
    """An instrument or a hand. `program` is its General MIDI number, 0..127."""

    name: str
    program: int = 0
    drums: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """A piece. Build it with `score`, which sorts and completes it.

    `bars` follow each other without gaps from 0 and reach the end of the last note; `keys` and
    `tempos` begin at 0 where there are any.
    """

    notes: tuple[Note, ...]
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    keys: tuple[Key, ...] = ()
    tempos: tuple[Tempo, ...] = ()
    title: str = ""

    @property
    def length(self) -> int:
        """Ticks from the beginning to the last bar line."""
        return self.bars[-1].onset + self.bars[-1].length if self.bars else 0


def score(
    notes: Sequence[Note],
    bars: Sequence[Bar],
    parts: Sequence[Part],
    *,
    keys: Sequence[Key] = (),
    tempos: Sequence[Tempo] = (),
    title: str = "",
) -> Score:
    """A `Score` in its one order: notes by onset, part, pitch from the top; bars to the end.

    Bars that are missing at the end are added in the last metre; a note twice over (same onset,
    part and pitch) is kept once, the longest.
    """
    kept: dict[tuple[int, int, int], Note] = {}
    for note in notes:
        place = (note.onset, note.part, note.pitch)
        if place not in kept or kept[place].duration < note.duration:
            kept[place] = note
    ordered = sorted(kept.values(), key=lambda n: (n.onset, n.part, -n.pitch))
    end = max((note.onset + note.duration for note in ordered), default=0)
    return Score(
        tuple(ordered),
        tuple(_to_the_end(list(bars) or [Bar(0, 4 * TICKS)], end)),
        tuple(parts),
        tuple(sorted(keys)),
        tuple(sorted(tempos)),
        title,
    )


def quarters(ticks: int) -> Fraction:
    """Ticks as quarter notes, exactly."""
    return Fraction(ticks, TICKS)


def bar_at(bars: Sequence[Bar], onset: int) -> int:
    """The index of the bar that `onset` lies in; the last one for what comes after."""
    low, high = 0, len(bars) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if bars[middle].onset <= onset:
            low = middle
        else:
            high = middle - 1
    return low


def _to_the_end(bars: list[Bar], end: int) -> list[Bar]:
    while bars[-1].onset + bars[-1].length < end:
        last = bars[-1]
        bars.append(Bar(last.onset + last.length, last.full, last.beats, last.unit))
    return bars
