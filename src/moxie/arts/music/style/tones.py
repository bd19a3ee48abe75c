"""Statistics of pitch: degrees of the key, melodic intervals, contour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.style.heard import Heard, Line

Doubles: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = Doubles | Ints | NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Statistic:
    """Statistics that are taken together: the shares of a histogram, or single figures.

    `measure` gives float64 [labels]: shares sum to 1, or to 0 where nothing can be counted.
    """

    name: str
    labels: tuple[str, ...]
    measure: Callable[[Heard], Doubles]
    shares: bool = True


DEGREES = ("1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7")

INTERVALS = (-12, -8, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 8, 12)
"""Classes of melodic intervals: octave or more, sixth and seventh, fifth, fourth and tritone,
third, whole and half tone, down and up, and the repeated note; named by their smallest."""

_CLASS = np.array([0, 1, 1, 1, 1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 10, 11, 11, 12, 13, 13, 13,
                   13, 14])  # fmt: skip

_MOVES = ("down", "same", "up", "leap")

_SCALE_MAJOR = np.array([0, 3, 1, 3, 0, 1, 3, 0, 3, 1, 3, 2])
_SCALE_MINOR = np.array([0, 3, 1, 0, 3, 1, 3, 0, 1, 3, 2, 2])
_KINDS = ("triad", "other", "seventh", "chromatic")
"""What a degree is in the key; `_SCALE_...` give the kind of each of the twelve."""

_NEAR = np.array([0, 1, 2, 3, 4, 5, 5, 6, 7, 7, 7, 7, 8])
_DISTANCES = ("0", "1", "2", "3", "4", "5", "7", "8", "12")
"""Classes of distances in semitones, and each one's smallest."""

_DIATONIC = np.array([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1], np.float64)


def share(values: Ints, size: int, weights: Doubles | None = None) -> Doubles:
    """Histogram of integers 0..size-1 as shares, float64 [size]; zeros where there are none."""
    counts = np.bincount(values, weights, size).astype(np.float64)
    total = counts.sum()
    return np.asarray(counts / total if total > 0 else counts, np.float64)


def entropy(shares: Doubles) -> float:
    """In bits; 0 where nothing was counted."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def mean(values: Numbers) -> float:
    """The mean, 0 where there is nothing."""
    return float(np.mean(values, dtype=np.float64)) if values.size else 0.0


def deviation(values: Numbers) -> float:
    """The standard deviation, 0 where there is nothing."""
    return float(np.std(values, dtype=np.float64)) if values.size else 0.0


def interval_class(steps: Ints) -> Ints:
    """Semitones to indices of `INTERVALS`."""
    return np.asarray(_CLASS[np.clip(steps, -12, 12) + 12], np.int64)


def _degree(heard: Heard) -> Doubles:
    return share(heard.degree, 12, heard.length)


def _degree_steps(heard: Heard) -> Doubles:
    scale = _SCALE_MINOR if heard.minor else _SCALE_MAJOR
    kind = scale[(heard.upper.pitch - heard.tonic) % 12]
    return share(kind[:-1] * 4 + kind[1:], 16)


def _upper_interval(heard: Heard) -> Doubles:
    return share(interval_class(heard.upper.steps), len(INTERVALS))


def _lower_interval(heard: Heard) -> Doubles:
    return share(interval_class(heard.lower.steps), len(INTERVALS))


def _voice_interval(heard: Heard) -> Doubles:
    """Distance of each note from the nearest of those that it can have come from."""
    return share(_NEAR[np.minimum(nearest_before(heard), 12)], len(_DISTANCES))


def nearest_before(heard: Heard) -> Ints:
    """Semitones from each note to the nearest pitch of the slice before; none for first ones.

    Who leads which voice is not known; that voices lead to what is near is a fair guess.
    """
    later = heard.at > 0
    before = heard.sounding[heard.at[later] - 1]
    distance = np.abs(heard.pitch[later, None] - np.arange(before.shape[1]))
    found = np.where(before, distance, 999).min(axis=1, initial=999)
    return np.asarray(found[found < 999], np.int64)


def _move_pairs(heard: Heard) -> Doubles:
    """How steps, repetitions and leaps follow each other in the upper line."""
    steps = heard.upper.steps
    moves = np.where(np.abs(steps) > 2, 3, np.sign(steps) + 1)
    return share(moves[:-1] * 4 + moves[1:], 16)


def _runs(heard: Heard) -> Doubles:
    """How many steps in one direction in a row: shares of the steps in runs of 1..5 and more."""
    signs = np.sign(heard.upper.steps)
    signs = signs[signs != 0]
    ends = np.flatnonzero(np.append(np.diff(signs) != 0, len(signs) > 0))
    runs = np.diff(np.append(-1, ends))
    return share(np.minimum(runs, 5) - 1, 5, runs.astype(np.float64))


def _pitch_figures(heard: Heard) -> Doubles:
    degrees = _degree(heard)
    scales = np.array([degrees @ np.roll(_DIATONIC, i) for i in range(12)])
    upper, lower = heard.upper, heard.lower
    return np.array(
        [
            entropy(degrees),
            float(scales.max()),  # scale consistency, as in MusPy (Dong et al. 2020)
            entropy(_upper_interval(heard)),
            *(_width(line) for line in (upper, lower)),
            _width_of(heard.pitch),
            *(mean(np.abs(line.steps)) for line in (upper, lower)),
            mean(np.abs(upper.steps) == 1),
            _recovery(upper.steps),
            mean(nearest_before(heard) == 0),
        ]
    )


def _width(line: Line) -> float:
    return _width_of(line.pitch)


def _width_of(pitch: Ints) -> float:
    low, high = np.percentile(pitch, [5, 95])
    return float(high - low)


def _recovery(steps: Ints) -> float:
    """Share of leaps that are followed by a step the other way (Narmour 1990)."""
    leaps, after = steps[:-1], steps[1:]
    large = np.abs(leaps) > 4
    back = (np.sign(after) == -np.sign(leaps)) & (np.abs(after) <= 2)
    return mean(back[large])


def _signed(values: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{value:+d}" if value else "0" for value in values)


STATISTICS = (
    Statistic("degree", DEGREES, _degree),
    Statistic("degree_step", tuple(f"{a}_{b}" for a in _KINDS for b in _KINDS), _degree_steps),
    Statistic("upper_interval", _signed(INTERVALS), _upper_interval),
    Statistic("lower_interval", _signed(INTERVALS), _lower_interval),
    Statistic("voice_interval", _DISTANCES, _voice_interval),
    Statistic("move_pair", tuple(f"{a}_{b}" for a in _MOVES for b in _MOVES), _move_pairs),
    Statistic("run", ("1", "2", "3", "4", "5"), _runs),
    Statistic(
        "pitch",
        (
            "class_entropy",
            "scale_consistency",
            "interval_entropy",
            "upper_range",
            "lower_range",
            "range",
            "upper_motion",
            "lower_motion",
            "half_steps",
            "leap_recovery",
            "repeated",
        ),
        _pitch_figures,
        shares=False,
    ),
)
