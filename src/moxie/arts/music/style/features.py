"""Named statistics of style of a piece: what theorists, and Yang and Lerch (2020), count.

All from `heard`, so that they do not see how a piece was written down, and relative to the key
that its notes are in, so that a transposed piece has the same. Metre, mode, tempo and register
are a person's to choose and are left out. In families: of pitch (`tones`), of what sounds
together (`verticals`), of time (`rhythms`), of texture and form (`textures`).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Score
from moxie.arts.music.style import rhythms, textures, tones, verticals
from moxie.arts.music.style.heard import Heard, hear

Floats: TypeAlias = NDArray[np.float32]

STATISTICS = (*tones.STATISTICS, *verticals.STATISTICS, *rhythms.STATISTICS, *textures.STATISTICS)

NAMES = tuple(f"{one.name}_{label}" for one in STATISTICS for label in one.labels)
"""What each number of `describe` is."""

FAMILIES = tuple(one.name for one in STATISTICS for _ in one.labels)
"""The statistics that each number of `describe` belongs to."""


def describe(score: Score) -> Floats:
    """The statistics of a piece or passage, float32 [NAMES]; zeros where no pitched note is.

    Shares of a histogram are given as their square roots (Hellinger 1909): so a Euclidean distance
    hears more than the largest bins.
    """
    heard = hear(score)
    return np.zeros(len(NAMES), np.float32) if heard is None else count(heard)


def count(heard: Heard) -> Floats:
    """The statistics of what is heard, as `describe` gives them."""
    found = []
    for one in STATISTICS:
        values = one.measure(heard)
        found.append(np.sqrt(values) if one.shares else values)
    return np.concatenate(found).astype(np.float32)
