"""Faded colors: how much pale light lies over a painting, estimated and taken away. Never unasked.

Dust, blanching and bleached colors leave a painting as if seen through haze: every color is drawn
towards one pale tone, so that nothing is dark any more. The darkest paint tells by how much, as in
removing haze from photographs (the dark channel, He et al. 2009), here for the painting as a whole.
It cannot know a painting that was meant to be pale from one that became so, and a dye that is gone
does not come back: a person has to ask for it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, fit
from moxie.arts.painting.restoration.light import encoded, linear
from moxie.arts.painting.restoration.scan import Pixels

LOOKED_AT = 512
"""The longer side at which the darkest paint is looked for, in pixels."""

DARKEST = 0.005
"""The share of pixels, the darkest, that tell."""

BLACK = 0.012
"""Linear light that black paint reflects by itself; museums' photographs are about there."""

STRONGEST = 0.3
"""No more veil than this is believed, of linear light."""


def estimate(picture: Picture) -> NDArray[np.float32]:
    """The veil over a painting: linear red, green and blue that were added to it, float32 [3]."""
    light = linear(fit(picture, LOOKED_AT) / np.float32(255)).reshape(-1, 3)
    order = np.argsort(light.sum(1))[: max(16, round(DARKEST * len(light)))]
    veil = (np.median(light[order], axis=0) - BLACK) / (1 - BLACK)
    return np.asarray(np.clip(veil, 0, STRONGEST), np.float32)


def undo(levels: Pixels, veil: NDArray[np.float32], amount: float = 1.0) -> Pixels:
    """The picture without the veil, or with a part of it taken away (`amount`, 0..1).

    `levels` are sRGB, uint8 or uint16 [h, w, 3], any size, and so is what comes back.
    """
    top = np.iinfo(levels.dtype).max
    gone = veil * np.float32(amount)
    mended = np.empty_like(levels)
    for first in range(0, levels.shape[0], 256):  # in bands: linear light takes four times as much
        band = slice(first, first + 256)
        light = (linear(levels[band] / np.float32(top)) - gone) / (1 - gone)
        mended[band] = np.rint(encoded(np.clip(light, 0, 1)) * top).astype(levels.dtype)
    return mended
