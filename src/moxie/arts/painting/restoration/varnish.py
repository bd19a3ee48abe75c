"""Yellowed varnish: how much of each color it swallows, estimated and undone. Never unasked.

Old varnish is a filter over the whole painting: it swallows blue most and red least, about
evenly, so what was white is now ochre. The lightest paint tells by how much, if the painter used
white at all: the method is that of white balance (the brightest patch, Land 1977), with the bluest
of the light paint for white, and bounded by what varnish can do. It cannot know an evening light or
a yellow picture from a yellowed one, which is why a person has to ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, fit
from moxie.arts.painting.restoration.light import encoded, linear
from moxie.arts.painting.restoration.scan import Pixels

LOOKED_AT = 512
"""The longer side at which the light places are looked for, in pixels."""

LIGHTEST = 0.15
"""The share of pixels, the lightest, among which white is looked for."""

BLUEST = 0.97
"""White is their quantile by blue against red: under varnish not even the bluest light is white."""

DARKEST, FEWEST = 0.2, 16
"""Light paint reflects at least so much of red; with fewer such pixels there is no telling."""

STRONGEST = (0.75, 0.55, 0.3)
"""Varnish is believed to let through at least so much of red, green and blue (linear light)."""

CELLS = 4
"""Yellowing may change over a grid of so many cells each way, but by no more than `UNEVEN`."""

UNEVEN = 0.25


@dataclass(frozen=True)
class Yellowing:
    """What a varnish lets through."""

    passes: NDArray[np.float32]
    """Of linear red, green and blue in each cell of a grid, 0..1, float32 [cells, cells, 3]"""

    @property
    def strength(self) -> float:
        """How much less blue than red it lets through, 0 for none."""
        red, _, blue = self.passes.mean((0, 1))
        return float(1 - blue / red)


def estimate(picture: Picture) -> Yellowing:
    """The yellowing of a painting, taking its lightest paint for white."""
    light = linear(fit(picture, LOOKED_AT) / np.float32(255))
    whole = _white(light)
    grid = np.stack([[_white(cell) for cell in row] for row in _cells(light)])
    kept = np.clip(grid / whole, 1 - UNEVEN, 1 + UNEVEN)  # a cell without white says little
    shares = (cv2.GaussianBlur(kept, (0, 0), 1.0) * whole).astype(np.float32)
    return Yellowing(np.maximum(shares, np.asarray(STRONGEST, np.float32)))


def undo(levels: Pixels, yellowing: Yellowing, amount: float = 1.0) -> Pixels:
    """The picture as without the varnish, or part of the way there (`amount`, 0..1).

    `levels` are sRGB, uint8 or uint16 [h, w, 3], any size, and so is what comes back.
    """
    height, width = levels.shape[:2]
    top = np.iinfo(levels.dtype).max
    passes = cv2.resize(yellowing.passes, (width, height), interpolation=cv2.INTER_CUBIC)
    mended = np.empty_like(levels)
    for first in range(0, height, 256):  # in bands: linear light takes four times the memory
        band = slice(first, first + 256)
        light = linear(levels[band] / np.float32(top)) / passes[band] ** amount
        mended[band] = np.rint(encoded(np.clip(light, 0, 1)) * top).astype(levels.dtype)
    return mended


def _white(seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the light pixels let through: 1, 1, 1 where some are white or bluer than white."""
    flat = seen.reshape(-1, 3)
    light = flat @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    chosen = flat[(light >= np.quantile(light, 1 - LIGHTEST)) & (flat[:, 0] >= DARKEST)]
    if len(chosen) < FEWEST:
        return np.ones(3, np.float32)
    ratios = chosen[:, 1:] / chosen[:, :1]
    green, blue = np.minimum(np.quantile(ratios, BLUEST, axis=0), 1)
    blue = min(blue, green)
    # red is swallowed a little too: by about a fifth of what green is
    red = 1 - 0.2 * (1 - green)
    return np.array([red, green * red, blue * red], np.float32)


def _cells(light: NDArray[np.float32]) -> list[list[NDArray[np.float32]]]:
    rows = np.array_split(light, CELLS, axis=0)
    return [np.array_split(row, CELLS, axis=1) for row in rows]
