"""Statistics of what sounds together: intervals, chords, their roots, how outer voices move."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.style.heard import Heard
from moxie.arts.music.style.tones import DEGREES, Statistic, mean, share

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


def _above_bass(heard: Heard) -> Doubles:
    """Interval classes above the bass; a lone note gives none."""
    slices, pitches = np.nonzero(heard.sounding)
    above = pitches - heard.bass[slices]
    some = above > 0
    return share(above[some] % 12, 12, heard.span[slices[some]])


def _quality(heard: Heard) -> Doubles:
    codes = heard.classes.astype(np.int64) @ (1 << np.arange(12))
    return share(_quality_table()[codes], len(QUALITIES), heard.span)


def harmonies(heard: Heard) -> tuple[Ints, Ints]:
    """The harmony of each beat in which anything sounds: degree of the root, kind of `_ROOTS`.

    The template that fits what sounds in the beat best (Pardo and Birmingham 2002).
    """
    first = np.floor(heard.slices + 1e-6).astype(np.int64)
    chroma = np.zeros((int(first[-1]) + 1, 12))
    held = np.minimum(heard.span, 1.0)[:, None] * heard.classes
    # from the tonic up, so that of chords that fit alike the same one is taken in every key
    np.add.at(chroma, first, np.roll(held, -heard.tonic, axis=1))
    chroma = chroma[chroma.any(axis=1)]
    best = (chroma @ _templates().T).argmax(axis=1)
    return np.asarray(best % 12, np.int64), np.asarray(best // 12, np.int64)


def _root(heard: Heard) -> Doubles:
    return share(harmonies(heard)[0], 12)


def _root_motion(heard: Heard) -> Doubles:
    return share(np.diff(harmonies(heard)[0]) % 12, 12)


def _motion(heard: Heard) -> Doubles:
    """How the outer voices move from slice to slice, where at least one of them does."""
    both = heard.top > heard.bass
    pair = both[:-1] & both[1:]
    up, low = np.diff(heard.top)[pair], np.diff(heard.bass)[pair]
    interval = (heard.top - heard.bass)[1:][pair] % 12
    imperfect, perfect = np.isin(interval, (3, 4, 8, 9)), np.isin(interval, (0, 7))
    # thirds and sixths stay parallel when they turn from large to small
    same = np.abs(up - low) <= imperfect
    parallel = np.where(imperfect, 3, np.where(perfect, 4, 5))
    kind = np.where(up * low < 0, 0, np.where(up * low == 0, 1, np.where(same, parallel, 2)))
    return share(kind[(up != 0) | (low != 0)], len(_MOTIONS))


def _figures(heard: Heard) -> Doubles:
    above = (np.arange(12) - heard.bass[:, None]) % 12
    rough = (heard.classes & _DISSONANT[above]).any(axis=1)
    strong = heard.level == 0
    root, kind = harmonies(heard)
    change = (np.diff(root) != 0) | (np.diff(kind) != 0)
    return np.array(
        [
            _part(rough[strong], heard.span[strong]),
            _part(rough[~strong], heard.span[~strong]),
            mean(change),
            mean(heard.classes.sum(axis=1)),
        ]
    )


def _part(which: NDArray[np.bool_], weights: Doubles) -> float:
    return float(weights[which].sum() / max(float(weights.sum()), 1e-9))


STATISTICS = (
    Statistic("above_bass", DEGREES, _above_bass),
    Statistic("chord", QUALITIES, _quality),
    Statistic("root", DEGREES, _root),
    Statistic("root_motion", DEGREES, _root_motion),
    Statistic("motion", _MOTIONS, _motion),
    Statistic(
        "harmony",
        ("dissonance_strong", "dissonance_weak", "changes", "classes"),
        _figures,
        shares=False,
    ),
)
