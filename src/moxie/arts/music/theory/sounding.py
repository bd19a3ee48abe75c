"""A score as arrays: what is struck, what sounds at each beat, and the lines it makes.

Everything measured of a score (harmony, form, faults) is read off these arrays, which are made
once a score. Drums have no pitch and are left out.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Bar, Score

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEAK, MIDDLE, DOWN = 0.25, 0.5, 1.0
"""Strength of a beat: any, the one that halves the bar, the first."""


class Sounding:
    """The pitched notes of a score as int64 columns [n] in its order, and views of them.

    `stream` numbers the (part, voice) pairs from the top; `bar` is where a note begins.
    """

    def __init__(self, score: Score) -> None:
        pitched = [note for note in score.notes if not score.parts[note.part].drums]
        table = np.array([note[:5] for note in pitched], np.int64).reshape(-1, 5)
        self.score = score
        self.onset, self.pitch, self.part = table[:, 0], table[:, 2], table[:, 3]
        self.end = table[:, 0] + table[:, 1]
        self.starts: Ints = np.array([*(bar.onset for bar in score.bars), score.length], np.int64)
        self.bar: Ints = within(self.starts, self.onset)
        names, self.stream = np.unique(table[:, 3] * 1000 + table[:, 4], return_inverse=True)
        self.streams = max(1, len(names))
        self.edges, self.strength = _beats(score)
        self.beat_bar: Ints = within(self.starts, self.edges[:-1])

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return len(self.starts) - 1

    @cached_property
    def weights(self) -> Floats:
        """Ticks that each pitch class sounds in each beat, float64 [beats, 12]."""
        beat, note = spans(self.edges, self.onset, self.end)
        shared = np.minimum(self.end[note], self.edges[beat + 1])
        shared = shared - np.maximum(self.onset[note], self.edges[beat])
        flat = np.bincount(beat * 12 + self.pitch[note] % 12, shared, len(self.strength) * 12)
        return np.asarray(flat.reshape(-1, 12), np.float64)

    @cached_property
    def bass(self) -> Ints:
        """The lowest pitch that sounds in each beat, int64 [beats]; -1 in silence."""
        beat, note = spans(self.edges, self.onset, self.end)
        lowest = np.full(len(self.strength), 128)
        np.minimum.at(lowest, beat, self.pitch[note])
        return np.where(lowest == 128, -1, lowest)

    @cached_property
    def moments(self) -> Ints:
        """The times at which something is struck, ascending, int64 [moments]."""
        return np.unique(self.onset)

    @cached_property
    def voices(self) -> Ints:
        """The highest pitch of each stream at each moment, int64 [streams, moments]; -1: rest."""
        grid = np.full((self.streams, len(self.moments)), -1)
        order = np.argsort(self.pitch, kind="stable")
        moment, note = spans(self.moments, self.onset[order], self.end[order])
        # of an index that comes twice the last value stays: the highest
        grid[self.stream[order[note]], moment] = self.pitch[order[note]]
        return grid

    @cached_property
    def struck(self) -> NDArray[np.bool_]:
        """Whether each stream begins a note at each moment, bool [streams, moments]."""
        grid = np.zeros((self.streams, len(self.moments)), np.bool_)
        grid[self.stream, np.searchsorted(self.moments, self.onset)] = True
        return grid

    @cached_property
    def outer(self) -> Ints:
        """The highest and the lowest pitch that sounds at each moment, int64 [2, moments]."""
        moment, note = spans(self.moments, self.onset, self.end)
        high = np.full(len(self.moments), -1)
        low = np.full(len(self.moments), 128)
        np.maximum.at(high, moment, self.pitch[note])
        np.minimum.at(low, moment, self.pitch[note])
        return np.stack([high, low])

    @cached_property
    def melody(self) -> Ints:
        """The notes of the leading line: in each bar those of its highest stream, int64 [m].

        Of a chord the highest note; indices into the columns, by onset.
        """
        flat = self.bar * self.streams + self.stream
        size = self.bars * self.streams
        counts = np.bincount(flat, minlength=size).reshape(self.bars, -1)
        sums = np.bincount(flat, self.pitch, size).reshape(self.bars, -1)
        means = np.divide(sums, counts, out=np.full(sums.shape, -1.0), where=counts > 0)
        leading = np.flatnonzero(self.stream == means.argmax(axis=1)[self.bar])
        # the notes come by onset, then part, then pitch downwards: the first of each onset
        _, first = np.unique(self.onset[leading], return_index=True)
        return np.asarray(leading[first], np.int64)

    @cached_property
    def repose(self) -> Floats:
        """How much the leading line comes to rest in each bar, float64 [bars], about 0..1.

        The best of its notes there: how much longer it is until the next one than around it, more
        where the others are still too and where a rest follows (after the local boundary model of
        Cambouropoulos, 2001).
        """
        onset, end = self.onset[self.melody], self.end[self.melody]
        if len(onset) < 2:
            return np.zeros(self.bars)
        after = np.append(onset[1:], max(self.score.length, int(end[-1])))
        steps = np.log2(np.maximum(after - onset, 1))
        longer = np.clip(steps - _around(steps, 6), 0.0, 3.0) / 3.0
        others = np.searchsorted(self.moments, after) - np.searchsorted(self.moments, onset) - 1
        usual = (after - onset) * len(self.moments) / max(1, self.score.length)
        still = np.clip(1.0 - others / np.maximum(usual, 1.0), 0.0, 1.0)
        rest = np.clip(2.0 * (after - end) / (after - onset), 0.0, 1.0) * (after - end > 0)
        value = longer * (0.5 + 0.5 * still + 0.5 * rest)
        bars = np.zeros(self.bars)
        np.maximum.at(bars, self.bar[self.melody], value)
        return bars


@lru_cache(maxsize=16)
def sounding(score: Score) -> Sounding:
    """The arrays of a score; those of the last few scores are kept."""
    return Sounding(score)


def within(edges: Ints, times: Ints) -> Ints:
    """Which span of ascending edges [k+1] each time lies in, int64 [n], clipped to 0..k-1."""
    return np.clip(np.searchsorted(edges, times, side="right") - 1, 0, max(0, len(edges) - 2))


def beat_length(bar: Bar) -> int:
    """Ticks of what is counted: three units in compound metres (6/8, 9/8, 12/8), else one."""
    unit = bar.full // max(1, bar.beats)
    return 3 * unit if bar.beats > 3 and bar.beats % 3 == 0 else unit


def _beats(score: Score) -> tuple[Ints, Floats]:
    """The beats' edges int64 [k+1] and strengths float64 [k].

    A bar that is too short is the end of one (a pick-up) at the beginning and after another short
    bar, else the beginning of one.
    """
    edges: list[int] = []
    strengths: list[float] = []
    short = True
    for bar in score.bars:
        beat = max(1, beat_length(bar))
        lead = bar.full - bar.length if short and bar.length < bar.full else 0
        for place in range(lead // beat * beat, lead + bar.length, beat):
            edges.append(bar.onset + max(0, place - lead))
            strengths.append(_strength(place, bar.full) if place >= lead else WEAK)
        short = bar.length < bar.full
    edges.append(score.length)
    return np.array(edges, np.int64), np.array(strengths, np.float64)


def _strength(place: int, full: int) -> float:
    if place == 0:
        return DOWN
    return MIDDLE if 2 * place == full else WEAK


def _around(values: Floats, reach: int) -> Floats:
    """The mean of up to `reach` neighbours on each side, without the value itself."""
    padded = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    low, high = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(values))
    return np.asarray((padded[high] - padded[low] - values) / (high - low - 1), np.float64)


def spans(edges: Ints, onset: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Every (span, note) where a note sounds: from the span it begins in to the last it enters.

    `edges` are ascending times; the spans lie between them (after the last: one more).
    """
    first = np.searchsorted(edges, onset, side="right") - 1
    count = np.searchsorted(edges, end, side="left") - first
    note = np.repeat(np.arange(len(onset)), count)
    before = np.repeat(np.cumsum(count) - count, count)
    return first[note] + np.arange(len(note)) - before, note


def evenly(many: int, most: int) -> list[int]:
    """At most so many of the indices 0..many-1, evenly spread: where there are many works."""
    places = np.linspace(0, many - 1, min(many, most))
    return [int(place) for place in places.round()]
