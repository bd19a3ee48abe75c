"""Statistics of texture and form: how many sound, how widely, and how bars come back."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.heard import Heard
from moxie.arts.music.tones import Family, deviation, mean, share
from moxie.arts.music.verticals import classes

Doubles: TypeAlias = NDArray[np.float64]

LAGS = (1, 2, 4)
"""Bars between which likeness is looked at."""


def _voices(heard: Heard) -> Doubles:
    return share(np.minimum(heard.chords.sum(axis=1), 6) - 1, 6, heard.span)


def _attacks(heard: Heard) -> Doubles:
    return share(np.minimum(np.bincount(heard.at), 5) - 1, 5)


def _figures(heard: Heard) -> Doubles:
    voices = heard.chords.sum(axis=1)
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
    if top:
        inner = np.where(heard.chords & (heard.pitch < heard.top[:, None]), heard.pitch, -1)
        found = heard.top - inner.max(axis=1)
    else:
        inner = np.where(heard.chords & (heard.pitch > heard.bass[:, None]), heard.pitch, 999)
        found = inner.min(axis=1) - heard.bass
    return np.where(heard.top > heard.bass, found, 0).astype(np.float64)


def _likeness(heard: Heard) -> Doubles:
    """How alike bars are at some distances: in rhythm, in pitch classes, in all notes."""
    rhythm = np.zeros((heard.bars, 97))
    rhythm[heard.bar, np.clip(np.rint(heard.place * 12), 0, 96).astype(np.int64)] = 1.0
    tones = np.zeros((heard.bars, 12))
    np.add.at(tones, heard.bar, classes(heard) * heard.span[:, None])
    melody = np.zeros((heard.bars, 12 * 8))
    eighth = np.clip((heard.place * 2).astype(np.int64), 0, 7)[heard.at]
    melody[heard.bar[heard.at], eighth * 12 + heard.pitch % 12] = 1.0
    alike = [_cosines(rows) for rows in (rhythm, tones, melody)]
    lagged = [mean(np.diagonal(one, lag)) for one in alike for lag in LAGS]
    best = np.triu(alike[2], 1).max(axis=0)[1:]
    return np.array([*lagged, mean(best), mean(best > 0.95)])


def _cosines(rows: Doubles) -> Doubles:
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit @ unit.T, np.float64)


FAMILIES = (
    Family("voices", ("1", "2", "3", "4", "5", "6"), _voices),
    Family("attacks", ("1", "2", "3", "4", "5"), _attacks),
    Family(
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
    Family(
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
