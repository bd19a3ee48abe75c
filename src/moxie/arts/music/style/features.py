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
from moxie.arts.music.style.heard import hear

Floats: TypeAlias = NDArray[np.float32]

TRAITS = (*tones.TRAITS, *verticals.TRAITS, *rhythms.TRAITS, *textures.TRAITS)

NAMES = tuple(f"{trait.name}_{label}" for trait in TRAITS for label in trait.labels)
"""What each number of `describe` is."""

FAMILIES = tuple(trait.name for trait in TRAITS for _ in trait.labels)
"""The trait that each number of `describe` belongs to."""


def describe(score: Score) -> Floats:
    """The statistics of a piece or passage, float32 [NAMES]; zeros where no pitched note is.

    Shares of a histogram are given as their square roots (Hellinger 1909): so a Euclidean distance
    hears more than the largest bins.
    """
    heard = hear(score)
    if heard is None:
        return np.zeros(len(NAMES), np.float32)
    found = []
    for trait in TRAITS:
        values = trait.measure(heard)
        found.append(np.sqrt(values) if trait.shares else values)
    return np.concatenate(found).astype(np.float32)
