"""Statistics of time: note values, where in the bar they fall, syncopation, rests."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.style.heard import LEVELS, Heard, Line
from moxie.arts.music.style.tones import Statistic, entropy, mean, share

Doubles: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

VALUES = (1 / 8, 1 / 4, 1 / 3, 1 / 2, 3 / 4, 1, 3 / 2, 2, 3)
"""Note values in beats; others count as the nearest, by their ratio."""

RATIOS = (1 / 3, 1 / 2, 1, 2, 3)
"""Of a note's time to that of the one before."""

PHRASE = 0.5
"""A rest of so many beats in the upper line parts two phrases."""

_LEVELS = ("beat", "division", "subdivision", "fine")


def _nearest(values: Doubles, marks: tuple[float, ...]) -> Ints:
    logs = np.log(np.maximum(values, 1e-3))
    return np.asarray(np.abs(logs[:, None] - np.log(marks)).argmin(axis=1), np.int64)


def value_class(beats: Doubles) -> Ints:
    """Times in beats to indices of `VALUES`."""
    return _nearest(beats, VALUES)


def ratio_class(waits: Doubles) -> Ints:
    """Times between onsets to indices of `RATIOS`, one fewer."""
    return _nearest(waits[1:] / np.maximum(waits[:-1], 1e-3), RATIOS)


def _length(heard: Heard) -> Doubles:
    return share(value_class(heard.length), len(VALUES))


def _wait(heard: Heard) -> Doubles:
    return share(value_class(heard.span), len(VALUES))


def _upper_wait(heard: Heard) -> Doubles:
    return share(value_class(heard.upper.waits), len(VALUES))


def _lower_wait(heard: Heard) -> Doubles:
    return share(value_class(heard.lower.waits), len(VALUES))


def _ratio(heard: Heard) -> Doubles:
    return share(ratio_class(heard.upper.waits), len(RATIOS))


def _level(heard: Heard) -> Doubles:
    return share(heard.level[heard.at], LEVELS)


def _upper_level(heard: Heard) -> Doubles:
    return share(heard.upper.level, LEVELS)


def _figures(heard: Heard) -> Doubles:
    upper, lower = heard.upper, heard.lower
    beats = max(heard.beats, 1.0)
    return np.array(
        [
            *(np.log2(0.1 + len(x) / beats) for x in (heard.pitch, heard.slices, upper.pitch)),
            np.log2(0.1 + len(lower.pitch) / beats),
            _variability(upper.waits),
            _variability(lower.waits),
            _syncopation(upper),
            _syncopation(lower),
            entropy(_upper_wait(heard)),
            entropy(_wait(heard)),
            _groove(heard),
            _still(heard),
            mean(upper.gap >= PHRASE),
            mean(lower.gap >= PHRASE),
            _phrase(upper),
        ]
    )


def _pulse(heard: Heard) -> Doubles:
    """How strongly notes mark the bar and its half, and move in unequal parts of it.

    Length of the resultant of attacks on a circle one bar (half a bar) round, which is the same
    wherever the bar line is; of all notes, and of those at the bottom.
    """
    weights = np.bincount(heard.at, np.minimum(heard.length, 2.0))
    low = np.bincount(
        heard.at, np.minimum(heard.length, 2.0) * (heard.pitch == heard.bass[heard.at])
    )
    marks = np.exp(2j * np.pi * np.outer([1, 2, 3], heard.turn))
    found = [np.abs(marks @ w) / max(float(w.sum()), 1e-9) for w in (weights, low)]
    return np.asarray(np.concatenate(found), np.float64)


def _variability(waits: Doubles) -> float:
    """Normalised pairwise variability of durations, nPVI / 100 (Patel and Daniele 2003)."""
    return 2 * mean(np.abs(np.diff(waits)) / np.maximum(waits[1:] + waits[:-1], 1e-3))


def _syncopation(line: Line) -> float:
    """Share of notes that begin off the beat and last across one (Longuet-Higgins, Lee 1984)."""
    if len(line.pitch) < 2:
        return 0.0
    start, wait, level = line.start[:-1], line.waits, line.level[:-1]
    across = np.floor(start + 1e-6) + 1 < start + wait - 1e-6  # a beat passes within it
    return mean(across & (level > 0))


def _groove(heard: Heard) -> float:
    """Grooving pattern similarity of neighbouring bars, after Wu and Yang (2020).

    Of the places with an onset in either bar, the share with one in both.
    """
    patterns = onsets(heard)[np.unique(heard.bar)]
    either = (patterns[1:] | patterns[:-1]).sum(axis=1)
    return mean((patterns[1:] & patterns[:-1]).sum(axis=1) / np.maximum(either, 1))


def onsets(heard: Heard) -> NDArray[np.bool_]:
    """Where in each bar notes begin, in twelfths of a beat up to eight beats, bool [bars, 97]."""
    patterns = np.zeros((heard.bars, 97), np.bool_)
    patterns[heard.bar, np.clip(np.rint(heard.place * 12), 0, 96).astype(np.int64)] = True
    return patterns


def _still(heard: Heard) -> float:
    """Share of the time in which nothing sounds."""
    stop = np.zeros(len(heard.slices))
    np.maximum.at(stop, heard.at, heard.slices[heard.at] + heard.length)
    rests = heard.slices[1:] - np.maximum.accumulate(stop)[:-1]
    return float(np.maximum(rests, 0.0).sum() / max(heard.beats, 1.0))


def _phrase(line: Line) -> float:
    """Mean number of notes between rests, as its logarithm."""
    rests = int((line.gap >= PHRASE).sum())
    return float(np.log2(len(line.pitch) / (1 + rests)))


_BEATS = tuple(f"{value:.2f}" for value in VALUES)
_TIMES = tuple(f"{value:.2f}" for value in RATIOS)

STATISTICS = (
    Statistic("length", _BEATS, _length),
    Statistic("upper_wait", _BEATS, _upper_wait),
    Statistic("lower_wait", _BEATS, _lower_wait),
    Statistic("ratio", _TIMES, _ratio),
    Statistic("level", _LEVELS, _level),
    Statistic("upper_level", _LEVELS, _upper_level),
    Statistic(
        "rhythm",
        (
            "notes",
            "slices",
            "upper_notes",
            "lower_notes",
            "upper_variability",
            "lower_variability",
            "upper_syncopation",
            "lower_syncopation",
            "upper_entropy",
            "entropy",
            "groove",
            "silence",
            "upper_rests",
            "lower_rests",
            "phrase",
        ),
        _figures,
        shares=False,
    ),
    Statistic("pulse", ("1", "2", "3", "lower_1", "lower_2", "lower_3"), _pulse, shares=False),
)
