"""Statistics of what sounds together: intervals, chords, their roots, how outer voices move."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.heard import Heard
from moxie.arts.music.tones import DEGREES, Family, mean, share

Doubles: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

CHORDS = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
    "dominant_seventh": (0, 4, 7, 10),
    "minor_seventh": (0, 3, 7, 10),
    "major_seventh": (0, 4, 7, 11),
    "half_diminished": (0, 3, 6, 10),
    "diminished_seventh": (0, 3, 6, 9),
    "bare_seventh": (0, 4, 10),  # a dominant seventh without its fifth
    "third": (0, 4),
    "minor_third": (0, 3),
    "fifth": (0, 7),
    "second": (0, 2),
    "half_tone": (0, 1),
    "tritone": (0, 6),
    "single": (0,),
}
"""Pitch classes above the root (of dyads above the lower note of the smaller form)."""

QUALITIES = (*CHORDS, "other")

_ROOTS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6), "seventh": (0, 4, 7, 10)}
"""What a beat's harmony may be; the seventh is taken only where it is clearly there."""

_MOTIONS = ("contrary", "oblique", "similar", "parallel_imperfect", "parallel_perfect", "parallel")

_DISSONANT = np.array([0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1], np.bool_)
"""Interval classes above the bass that are dissonant; of the fourth, opinions differ."""


@lru_cache(maxsize=1)
def _quality_table() -> Ints:
    """Quality of each of the 4,096 sets of pitch classes (bit i: class i sounds)."""
    table = np.full(4096, len(CHORDS))
    for number, chord in enumerate(CHORDS.values()):
        for root in range(12):
            table[sum(1 << ((root + tone) % 12) for tone in chord)] = number
    return table


@lru_cache(maxsize=1)
def _templates() -> Doubles:
    """float64 [48, 12]: the beat harmonies on each root, their tones weighing 1 in all, root most.

    Tones that do not belong cost what belonging ones are worth.
    """
    rows = []
    for chord in _ROOTS.values():
        template = np.full(12, -0.5)
        template[list(chord)] = 1.0
        template[0] += 0.2
        if len(chord) == 4:
            template -= 0.08
        rows += [np.roll(template, root) for root in range(12)]
    return np.array(rows)


def classes(heard: Heard) -> NDArray[np.bool_]:
    """Which pitch classes sound in each slice, bool [s, 12]."""
    one_hot = np.equal.outer(heard.pitch % 12, np.arange(12))
    return np.asarray(heard.chords.astype(np.float32) @ one_hot.astype(np.float32) > 0, np.bool_)


def _above_bass(heard: Heard) -> Doubles:
    """Interval classes above the bass; a lone note gives none."""
    slices, notes = np.nonzero(heard.chords & (heard.pitch > heard.bass[:, None]))
    return share((heard.pitch[notes] - heard.bass[slices]) % 12, 12, heard.span[slices])


def _quality(heard: Heard) -> Doubles:
    codes = classes(heard).astype(np.int64) @ (1 << np.arange(12))
    return share(_quality_table()[codes], len(QUALITIES), heard.span)


def harmonies(heard: Heard) -> tuple[Ints, Ints]:
    """The harmony of each beat in which anything sounds: roots 0..11 and kinds of `_ROOTS`.

    The template that fits what sounds in the beat best (Pardo and Birmingham 2002).
    """
    first = np.floor(heard.slices + 1e-6).astype(np.int64)
    chroma = np.zeros((int(first[-1]) + 1, 12))
    held = np.minimum(heard.span, 1.0)[:, None] * classes(heard)
    np.add.at(chroma, first, held)
    chroma = chroma[chroma.any(axis=1)]
    best = (chroma @ _templates().T).argmax(axis=1)
    return np.asarray(best % 12, np.int64), np.asarray(best // 12, np.int64)


def _root(heard: Heard) -> Doubles:
    return share((harmonies(heard)[0] - heard.tonic) % 12, 12)


def _root_motion(heard: Heard) -> Doubles:
    return share(np.diff(harmonies(heard)[0]) % 12, 12)


def _motion(heard: Heard) -> Doubles:
    """How the outer voices move from slice to slice, where at least one of them does."""
    both = heard.top > heard.bass
    pair = both[:-1] & both[1:]
    up, low = np.diff(heard.top)[pair], np.diff(heard.bass)[pair]
    interval = (heard.top - heard.bass)[1:][pair] % 12
    some = (up != 0) | (low != 0)
    up, low, interval = up[some], low[some], interval[some]
    kind = np.where(up * low < 0, 0, np.where(up * low == 0, 1, 2))
    same = (up == low) | ((np.abs(up - low) <= 1) & np.isin(interval, (3, 4, 8, 9)))
    parallel = np.where(np.isin(interval, (3, 4, 8, 9)), 3, np.where(np.isin(interval, (0, 7)), 4, 5))
    return share(np.where((kind == 2) & same, parallel, kind), len(_MOTIONS))


def _figures(heard: Heard) -> Doubles:
    above = (heard.pitch - heard.bass[:, None]) % 12
    rough = (heard.chords & _DISSONANT[above]).any(axis=1)
    strong = heard.level == 0
    root, kind = harmonies(heard)
    change = (np.diff(root) != 0) | (np.diff(kind) != 0)
    return np.array(
        [
            _part(rough[strong], heard.span[strong]),
            _part(rough[~strong], heard.span[~strong]),
            mean(change),
            mean(classes(heard).sum(axis=1)),
        ]
    )


def _part(which: NDArray[np.bool_], weights: Doubles) -> float:
    return float(weights[which].sum() / max(float(weights.sum()), 1e-9))


FAMILIES = (
    Family("above_bass", DEGREES, _above_bass),
    Family("chord", QUALITIES, _quality),
    Family("root", DEGREES, _root),
    Family("root_motion", DEGREES, _root_motion),
    Family("motion", _MOTIONS, _motion),
    Family(
        "harmony",
        ("dissonance_strong", "dissonance_weak", "changes", "classes"),
        _figures,
        shares=False,
    ),
)
