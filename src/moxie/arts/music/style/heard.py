"""A score as it is heard: what sounds when, whoever plays it and however it was written down.

Parts, voices, velocities, tempos, signatures and the order of notes are not looked at, unisons
are one note, and a short gap before the next note is articulation, not a rest: a piece is the
same here from a MIDI file with a track a hand as from a score with a staff an instrument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import TICKS, Bar, Score
from moxie.arts.music.theory.keys import correlations

Ints: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

PITCHES = 132
"""MIDI pitches, and a few more so that octaves are whole."""

GRID = TICKS // 48
"""Onsets and ends are rounded to this: it holds 64ths, and triplets of 32nds, and joins a chord
that is not quite together.
"""

ORNAMENT = TICKS // 16
"""Notes as short as this among longer ones are grace notes, which only some files write out."""

FEW = 0.2
"""From this share of the notes on, short ones are the music and not its ornament."""

LEVELS = 4
"""Metrical levels: 0 beat, 1 half or third of a beat, 2 half of that, 3 anything finer or across.

Which beat opens the bar is not looked at: MIDI files do not say where a pick-up ends.
"""

SURE = 1.1
"""Off-beats must carry so much more than beats before they are taken for the beats."""


@dataclass(frozen=True, slots=True)
class Line:
    """A melody: the notes that are the highest (or lowest) of all that sounds as they begin."""

    pitch: Ints  # [m]
    start: Doubles  # [m], in beats
    level: Ints  # [m], metrical level of the onset
    gap: Doubles  # [m], beats of rest before the next note

    @property
    def steps(self) -> Ints:
        """Melodic intervals in semitones, [m - 1]."""
        return np.diff(self.pitch)

    @property
    def waits(self) -> Doubles:
        """Beats between onsets, [m - 1]."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True)
class Heard:
    """Notes [n] by onset and pitch, and slices [s]: the moments at which notes begin.

    A slice lasts to the next one. Beats are of the metre (dotted in compound metres).
    """

    pitch: Ints  # [n]
    at: Ints  # [n], the slice in which the note begins
    length: Doubles  # [n], in beats
    slices: Doubles  # [s], onsets in beats from the beginning
    span: Doubles  # [s], in beats
    bar: Ints  # [s]
    level: Ints  # [s]
    place: Doubles  # [s], beats from the bar line
    turn: Doubles  # [s], the same in bars, 0..1
    sounding: Bools  # [s, PITCHES]
    top: Ints  # [s], the highest pitch that sounds
    bass: Ints  # [s], the lowest
    upper: Line
    lower: Line
    tonic: int  # pitch class
    minor: bool
    bars: int  # to the last in which a note begins
    beats: float  # to the end of that bar

    @property
    def degree(self) -> Ints:
        """Semitones of each note above the tonic, 0..11, [n]."""
        return (self.pitch - self.tonic) % 12

    @property
    def classes(self) -> Bools:
        """Which pitch classes sound in each slice, [s, 12]."""
        return np.asarray(self.sounding.reshape(len(self.slices), -1, 12).any(axis=1), np.bool_)


def hear(score: Score) -> Heard | None:
    """What is heard in the score; None where no pitched note is."""
    table = _notes(score)
    if not len(table):
        return None
    clock = _Clock.of(score.bars)
    starts = np.unique(table[:, 0])
    ends, pitch = _joined(table, starts), table[:, 2]
    at = np.searchsorted(starts, table[:, 0])
    sounding = _sounding(at, np.searchsorted(starts, ends), pitch, len(starts))
    top, bass = PITCHES - 1 - sounding[:, ::-1].argmax(axis=1), sounding.argmax(axis=1)
    slices, bar = clock.beats(starts), clock.bar(starts)
    place = clock.place(starts, bar)
    length = (ends - starts[at]) / clock.unit[bar[at]]
    level = clock.level(place, bar, np.bincount(at, np.minimum(length, 2.0)).astype(np.float64))
    upper, lower = (_line(pitch, at, length, slices, level, edge) for edge in (top, bass))
    end = max(float(clock.beats(ends.max(keepdims=True))[0]), float(slices[-1]) + 1e-6)
    span, turn = np.diff(np.append(slices, end)), place / clock.size[bar]
    tonic, minor = _home(pitch, length)
    return Heard(
        pitch, at, length, slices, span, bar, level, place, turn, sounding, top, bass,
        upper, lower, tonic, minor, int(bar[-1]) + 1, float(clock.end[bar[-1]]),
    )  # fmt: skip


def _notes(score: Score) -> Ints:
    """Onset, end and pitch [n, 3] of the pitched notes, rounded, without unisons and ornaments."""
    drums = np.array([part.drums for part in score.parts] or [False], np.bool_)
    if not score.notes:
        return np.zeros((0, 3), np.int64)
    raw = np.array([note[:4] for note in score.notes], np.int64)
    raw = raw[~drums[raw[:, 3]]]
    short = raw[:, 1] <= ORNAMENT
    if short.any() and short.mean() < FEW:
        raw = raw[~short]
    onset = (raw[:, 0] + GRID // 2) // GRID * GRID
    end = np.maximum((raw[:, 0] + raw[:, 1] + GRID // 2) // GRID * GRID, onset + GRID)
    order = np.lexsort((-end, raw[:, 2], onset))  # of a unison the longest first
    table = np.stack([onset, end, raw[:, 2]], axis=1)[order]
    same = (np.diff(table[:, 0], prepend=-1) == 0) & (np.diff(table[:, 2], prepend=-1) == 0)
    return np.asarray(table[~same], np.int64)


def _joined(table: Ints, starts: Ints) -> Ints:
    """Ends of the notes, a gap no longer than the note itself closed up to the next onset."""
    after = np.searchsorted(starts, table[:, 1])
    following = np.append(starts, np.iinfo(np.int64).max)[after]
    close = following - table[:, 1] <= table[:, 1] - table[:, 0]
    return np.asarray(np.where(close, following, table[:, 1]), np.int64)


def _sounding(first: Ints, last: Ints, pitch: Ints, slices: int) -> Bools:
    """Which pitches sound in each slice, from those in which notes begin and have ended."""
    changes = np.zeros((slices + 1, PITCHES), np.int32)
    np.add.at(changes, (first, pitch), 1)
    np.subtract.at(changes, (last, pitch), 1)
    return np.asarray(np.cumsum(changes, axis=0)[:-1] > 0, np.bool_)


def _line(pitch: Ints, at: Ints, length: Doubles, slices: Doubles, level: Ints, edge: Ints) -> Line:
    """The notes that are at the edge of what sounds as they begin."""
    mine = pitch == edge[at]
    at, length = at[mine], length[mine]
    start = slices[at]
    gap = np.append(np.maximum(np.diff(start) - length[:-1], 0.0), 0.0)
    return Line(pitch[mine], start, level[at], gap)


def _home(pitch: Ints, length: Doubles) -> tuple[int, bool]:
    """Tonic and whether minor, from how long the pitch classes sound; signatures may be missing."""
    weights = np.bincount(pitch % 12, length, 12).astype(np.float64)
    best = int(correlations(weights[None])[0].argmax())
    return best % 12, best >= 12


@dataclass(frozen=True, slots=True)
class _Clock:
    """Ticks to bars and beats. All arrays are [bars]."""

    onset: Ints
    unit: Doubles  # ticks in a beat
    size: Doubles  # beats in a full bar
    parts: Ints  # what a beat divides into: 2, or 3 in compound metres
    start: Doubles  # beats from the beginning
    early: Doubles  # beats that a short bar lacks before its first note
    end: Doubles  # beats from the beginning to its end

    @classmethod
    def of(cls, bars: tuple[Bar, ...]) -> _Clock:
        onset, length, beats, unit = np.array(bars or [Bar(0, 4 * TICKS)], np.int64).T
        compound = (beats % 3 == 0) & (beats > 3) & (unit >= 8)
        parts = np.where(compound, 3, 2)
        ticks = np.where(compound, 3, 1) * 4.0 * TICKS / unit
        size, lasts = 4.0 * TICKS * beats / unit / ticks, length / ticks
        start = np.concatenate([[0.0], np.cumsum(lasts)])
        lack = np.maximum(size - lasts, 0.0)
        # a pick-up lacks its beginning; so does the second half of a bar that a repeat cuts
        before = np.concatenate([[0.0], np.where(lack[:-1] > 0, lasts[:-1], 0.0)])
        early = np.where((lack > 0) & (np.abs(before - lack) < 1e-3), before, 0.0)
        early[0] = lack[0]
        return cls(onset, ticks, size, parts, start[:-1], early, start[1:])

    def bar(self, ticks: Ints) -> Ints:
        found = np.searchsorted(self.onset, ticks, side="right") - 1
        return np.asarray(np.clip(found, 0, len(self.onset) - 1), np.int64)

    def beats(self, ticks: Ints) -> Doubles:
        bar = self.bar(ticks)
        return np.asarray(self.start[bar] + (ticks - self.onset[bar]) / self.unit[bar], np.float64)

    def place(self, ticks: Ints, bar: Ints) -> Doubles:
        return np.asarray((ticks - self.onset[bar]) / self.unit[bar] + self.early[bar], np.float64)

    def level(self, place: Doubles, bar: Ints, weights: Doubles) -> Ints:
        """Metrical levels of places in the bar, by the phase of the beat that weighs most."""
        parts = self.parts[bar]
        shifts = np.arange(parts.max())
        carried = np.array([weights[_whole(place + shift / parts)].sum() for shift in shifts])
        carried[0] *= SURE
        place = place + shifts[int(carried.argmax())] / parts
        level = np.full(len(place), LEVELS - 1)
        for number, division in ((2, parts * 2), (1, parts), (0, parts // parts)):
            level[_whole(place * division)] = number
        return level


def _whole(values: Doubles) -> Bools:
    return np.asarray(np.abs(values - np.rint(values)) < 1e-3, np.bool_)
