"""Statistics of texture and form: how many sound, how widely, and how bars come back."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.style.heard import Heard
from moxie.arts.music.style.rhythms import onsets
from moxie.arts.music.style.tones import Statistic, deviation, mean, share

Doubles: TypeAlias = NDArray[np.float64]

LAGS = (1, 2, 4)
"""Bars between which likeness is looked at."""

RETURN = 8
"""A bar may come back from so many bars before."""


def _voices(heard: Heard) -> Doubles:
    return share(np.minimum(heard.sounding.sum(axis=1), 6) - 1, 6, heard.span)


def _attacks(heard: Heard) -> Doubles:
    return share(np.minimum(np.bincount(heard.at), 5) - 1, 5)


def _figures(heard: Heard) -> Doubles:
    voices = heard.sounding.sum(axis=1)
    attacks = np.bincount(heard.at, minlength=len(voices))
    wide = (heard.top - heard.bass).astype(np.float64)
    several = voices > 1
    return np.array(
        [
            np.average(voices, weights=heard.span),
            deviation(voices),
            mean((attacks == voices)[several]),
            mean(wide[several]),
            deviation(wide[several]),
            mean(_second(heard, top=True)[several]),
            mean(_second(heard, top=False)[several]),
            deviation(np.bincount(heard.bar, minlength=heard.bars) / max(len(heard.slices), 1)),
        ]
    )


def _second(heard: Heard, *, top: bool) -> Doubles:
    """Semitones from the outer note to its neighbour, [s]; 0 where a note is alone."""
    inner = heard.sounding.copy()
    slices = np.arange(len(inner))
    inner[slices, heard.top if top else heard.bass] = False
    if top:
        found = heard.top - (inner.shape[1] - 1 - inner[:, ::-1].argmax(axis=1))
    else:
        found = inner.argmax(axis=1) - heard.bass
    return np.where(inner.any(axis=1), found, 0).astype(np.float64)


def _likeness(heard: Heard) -> Doubles:
    """How alike bars are at some distances: in rhythm, in pitch classes, in all notes."""
    tones = np.zeros((heard.bars, 12))
    np.add.at(tones, heard.bar, heard.classes * heard.span[:, None])
    notes = np.zeros((heard.bars, 12 * 8))
    half = np.clip((heard.place * 2).astype(np.int64), 0, 7)[heard.at]
    notes[heard.bar[heard.at], half * 12 + heard.pitch % 12] = 1.0
    rows = [_unit(bars.astype(np.float64)) for bars in (onsets(heard), tones, notes)]
    lagged = [mean(_cosines(bars, lag)) for bars in rows for lag in LAGS]
    best = np.zeros(heard.bars)
    for lag in range(1, min(RETURN, heard.bars - 1) + 1):
        best[lag:] = np.maximum(best[lag:], _cosines(rows[2], lag))
    return np.array([*lagged, mean(best[1:]), mean(best[1:] > 0.95)])


def _unit(rows: Doubles) -> Doubles:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _cosines(unit: Doubles, lag: int) -> Doubles:
    """Of each bar with the one so many bars before, [bars - lag]."""
    return np.asarray((unit[lag:] * unit[:-lag]).sum(axis=1), np.float64)


STATISTICS = (
    Statistic("voices", ("1", "2", "3", "4", "5", "6"), _voices),
    Statistic("attacks", ("1", "2", "3", "4", "5"), _attacks),
    Statistic(
        "texture",
        (
            "voices",
            "voices_deviation",
            "together",
            "width",
            "width_deviation",
            "below_top",
            "above_bass",
            "unevenness",
        ),
        _figures,
        shares=False,
    ),
    Statistic(
        "form",
        (
            *(f"{kind}_{lag}" for kind in ("rhythm", "tones", "notes") for lag in LAGS),
            "return",
            "repeat",
        ),
        _likeness,
        shares=False,
    ),
)
