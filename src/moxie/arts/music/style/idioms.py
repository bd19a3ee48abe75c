"""Counts of short figures: turns of a melody, of the bass, of rhythm, of harmony.

They are what a composer's hand repeats without thinking. There are far more figures than works,
so they are counted in `WIDTH` hashed places (Weinberger et al. 2009). Seen from `heard`, relative
to the key or to the note before, as `features`, but in sequence, which `features` hardly sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Score
from moxie.arts.music.style.heard import Heard, Line, hear
from moxie.arts.music.style.rhythms import ratio_class, value_class
from moxie.arts.music.style.tones import interval_class

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

KINDS, PLACES = 8, 192
WIDTH = KINDS * PLACES
"""Hashed places of each kind of figure, and in all."""

_PRIME = 1_000_003


def count(score: Score) -> Floats:
    """Square roots of the shares of the figures of each kind, float32 [WIDTH]."""
    heard = hear(score)
    if heard is None:
        return np.zeros(WIDTH, np.float32)
    rows = []
    for kind, keys in enumerate(_figures(heard)):
        counts = np.bincount(_hashed(keys, kind), minlength=PLACES).astype(np.float64)
        rows.append(np.sqrt(counts / max(float(counts.sum()), 1.0)))
    return np.concatenate(rows).astype(np.float32)


def _figures(heard: Heard) -> Sequence[Ints]:
    """Whole numbers that name the figures of each kind."""
    upper, lower = _turns(heard.upper), _turns(heard.lower)
    moved = np.append(True, np.diff(heard.bass) != 0)
    sets = _over_bass(heard)
    changed = np.append(True, np.diff(sets) != 0) | moved
    chords, basses = sets[changed], heard.bass[changed]
    motion = np.diff(basses) % 12
    degree = (heard.upper.pitch - heard.tonic) % 12
    waits = value_class(heard.upper.waits)
    return (
        _joined(upper, 2),
        _joined(lower, 2),
        _joined(interval_class(heard.upper.steps), 3),
        _joined(waits * 4 + heard.upper.level[:-1], 3),
        _joined(value_class(heard.lower.waits) * 4 + heard.lower.level[:-1], 3),
        _joined(degree, 3),
        chords[:-1] * 12 + motion,
        (chords[:-1] * 4096 + chords[1:]) * 12 + motion,
    )


def _turns(line: Line) -> Ints:
    """Interval and ratio of times of each note to the one before, as one number."""
    return np.asarray(interval_class(line.steps)[1:] * 5 + ratio_class(line.waits), np.int64)


def _over_bass(heard: Heard) -> Ints:
    """The set of pitch classes above the bass in each slice, 0..4095."""
    above = (np.arange(12)[None] + heard.bass[:, None]) % 12
    turned = np.take_along_axis(heard.classes, above, axis=1)
    return np.asarray(turned.astype(np.int64) @ (1 << np.arange(12)), np.int64)


def _joined(values: Ints, length: int) -> Ints:
    """Runs of so many values, each as one number."""
    found = np.zeros(max(0, len(values) - length + 1), np.int64)
    for place in range(length):
        found = found * 4099 + values[place : place + len(found)] + 1
    return found


def _hashed(keys: Ints, kind: int) -> Ints:
    mixed = (keys.astype(np.uint64) + np.uint64(kind * 7919)) * np.uint64(
        11_400_714_819_323_198_485
    )
    return np.asarray((mixed >> np.uint64(40)) % np.uint64(PLACES), np.int64)
