"""How alike the bars of a score are, exactly and under transposition.

A bar is a sparse vector with an entry for every note struck: in which part, where in the bar, how
high. Each part weighs the same, however many notes it has. Two bars are compared by cosine; with
one of them transposed, with a semitone forgiven (a tonal sequence is not exact), by rhythm alone,
and by the pitch classes that sound in each beat, which stay the same when a melody is varied.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import TICKS, Score
from moxie.arts.music.theory.sounding import Floats, Ints, Sounding, sounding, spans

MAX_BARS = 512
"""Bars that are compared; those of longer works after that many are not looked at."""

SHIFTS = 12
"""Semitones up and down that a bar is looked for at."""

SLOT = TICKS // 12
"""Ticks between the places in a bar that are told apart."""

_PITCH, _RHYTHM, _CHROMA = 0.5, 0.2, 0.3
_NEAR = 0.6
"""What a pitch a semitone off is worth."""

_MOVED = 0.95
"""What a transposition must be better by than what is in place."""

_STILL = SHIFTS + 2
_LAYERS = 2 * _STILL + 1


class Likeness(NamedTuple):
    """Bars against bars, [n, n] each, for the first `MAX_BARS` bars.

    `exact` is the likeness of the notes as they stand, 0..1. `alike` forgives transposition,
    ornament and accompaniment; 0 is what two bars of this piece usually have, 1 the same.
    `shift[i, j]` is how many semitones bar i is higher than bar j when it is taken as its
    transposition.
    """

    exact: Floats
    alike: Floats
    shift: NDArray[np.int64]


@lru_cache(maxsize=16)
def likeness(score: Score) -> Likeness:
    """How alike the bars of a score are; a silent bar is like none."""
    view = sounding(score)
    bars = min(view.bars, MAX_BARS)
    struck = _correlated(view, bars)
    exact = struck[_STILL].copy()
    rhythm = struck.sum(axis=0)
    near = struck[2:-2] + _NEAR * (struck[1:-3] + struck[3:-1])
    chroma = _chroma(view, bars)
    harmony = [_dot(chroma, np.roll(chroma, s, axis=2)) for s in range(12)]
    best, alike = np.full((bars, bars), -1.0), np.zeros((bars, bars))
    shift = np.zeros((bars, bars), np.int64)
    for semitones in sorted(range(-SHIFTS, SHIFTS + 1), key=abs):  # of equals the nearest
        value = _PITCH * np.minimum(near[SHIFTS + semitones], 1.0)
        value += _CHROMA * harmony[semitones % 12]
        worth = value * (_MOVED if semitones else 1.0)
        better = worth > best
        best[better], alike[better], shift[better] = worth[better], value[better], semitones
    alike = np.tril(alike + _RHYTHM * np.minimum(rhythm, 1.0), -1)
    shift = np.tril(shift, -1)
    return Likeness(_whole(np.tril(exact, -1)), _whole(_scaled(alike)), shift - shift.T)


def _correlated(view: Sounding, bars: int) -> Floats:
    """What each bar shares with each earlier one by the semitones between, [2 SHIFTS + 5, n, n].

    The parts of cosines that notes struck at the same place in the same part make. A note that is
    held from before lies at the bar line. The first and last layer are for all that lie further
    apart than `SHIFTS` + 1.
    """
    bar, note = spans(view.starts, view.onset, view.end)
    bar, note = bar[bar < bars], note[bar < bars]
    place = np.maximum(view.onset[note] - view.starts[bar], 0) // SLOT
    place += view.part[note] * (int(place.max(initial=0)) + 1)
    weight = _weights(bar, view.part[note], bars)
    order = np.lexsort((bar, place))
    bar, place, pitch, weight = bar[order], place[order], view.pitch[note][order], weight[order]
    group = np.searchsorted(place, place)
    count = np.searchsorted(place * bars + bar, place * bars + bar) - group  # of earlier bars
    later = np.repeat(np.arange(len(bar)), count)
    earlier = np.arange(len(later)) - np.repeat(np.cumsum(count) - count - group, count)
    semitones = np.clip(pitch[later] - pitch[earlier], -_STILL, _STILL) + _STILL
    flat = (semitones * bars + bar[later]) * bars + bar[earlier]
    shared = np.bincount(flat, weight[later] * weight[earlier], bars * bars * _LAYERS)
    return np.asarray(shared.reshape(_LAYERS, bars, bars), np.float64)


def _weights(bar: Ints, part: Ints, bars: int) -> Floats:
    """The weight of each note, so that parts weigh the same and each bar has length 1."""
    parts = int(part.max(initial=0)) + 1
    notes = np.bincount(bar * parts + part, minlength=bars * parts)
    sounding_parts = (notes.reshape(bars, parts) > 0).sum(axis=1)
    return np.asarray(1.0 / np.sqrt(notes[bar * parts + part] * sounding_parts[bar]), np.float64)


def _chroma(view: Sounding, bars: int) -> Floats:
    """How long each pitch class sounds in each beat of each bar, rows of length 1, [n, beats, 12].

    Square roots, so that one long note does not outweigh the others.
    """
    kept = view.beat_bar < bars
    bar = view.beat_bar[kept]
    place = np.arange(len(bar)) - np.searchsorted(bar, bar)
    table = np.zeros((bars, int(place.max()) + 1, 12))
    table[bar, place] = np.sqrt(view.weights[kept])
    length = np.sqrt((table**2).sum(axis=(1, 2), keepdims=True))
    return np.asarray(table / np.maximum(length, 1e-9), np.float64)


def _dot(a: Floats, b: Floats) -> Floats:
    """Every row of a with every row of b, [n, m]."""
    return np.asarray(a.reshape(len(a), -1) @ b.reshape(len(b), -1).T, np.float64)


def _scaled(alike: Floats) -> Floats:
    """So that 0 is the median of the pairs below the diagonal, and 1 stays 1."""
    pairs = alike[np.tril_indices(len(alike), -1)]
    usual = min(float(np.median(pairs)), 0.9) if len(pairs) else 0.0
    return np.tril(np.maximum((alike - usual) / (1.0 - usual), 0.0), -1)


def _whole(below: Floats) -> Floats:
    """Both triangles, and 1 between a bar and itself."""
    return below + below.T + np.eye(len(below))
