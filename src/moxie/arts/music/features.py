"""Named statistics of style of a piece: what theorists and Yang and Lerch (2020) count.

All from `heard`, so that they do not see how a piece was written down, and relative to the key
that the notes are in, so that a transposed piece has the same. Shares of a histogram are given
as their square roots (Hellinger 1909): then a Euclidean distance does not hear only its largest
bins. Metre, mode, tempo and register are a person's to choose and are left out.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music import rhythms, textures, tones, verticals
from moxie.arts.music.heard import hear
from moxie.arts.music.score import Score

Floats: TypeAlias = NDArray[np.float32]

FAMILIES = (*tones.FAMILIES, *verticals.FAMILIES, *rhythms.FAMILIES, *textures.FAMILIES)

NAMES = tuple(f"{family.name}_{label}" for family in FAMILIES for label in family.labels)
"""What each number of `describe` is."""


def describe(score: Score) -> Floats:
    """The statistics of a piece or passage, float32 [NAMES]; zeros where no pitched note is."""
    heard = hear(score)
    if heard is None:
        return np.zeros(len(NAMES), np.float32)
    found = []
    for family in FAMILIES:
        values = family.measure(heard)
        found.append(np.sqrt(values) if family.shares else values)
    return np.concatenate(found).astype(np.float32)
