"""The content of a painting, and the few ways Moxie resizes one.

A picture is sRGB, 8 bits a channel: what every screen shows and every codec keeps.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
"""sRGB uint8 [H, W, 3], C-contiguous, RGB in that order."""

Floats: TypeAlias = NDArray[np.float32]


def resize(picture: Picture, height: int, width: int) -> Picture:
    """The picture at exactly this size: averaged over areas when it shrinks, Lanczos when it grows.

    Areas, because anything sharper turns brushwork into aliasing. Where one side shrinks and
    the other grows, cubic.
    """
    rows, columns = picture.shape[:2]
    if (rows, columns) == (height, width):
        return picture
    if height <= rows and width <= columns:
        method = cv2.INTER_AREA
    elif height >= rows and width >= columns:
        method = cv2.INTER_LANCZOS4
    else:
        method = cv2.INTER_CUBIC
    resized = cv2.resize(picture, (width, height), interpolation=method)
    return np.ascontiguousarray(resized, dtype=np.uint8)


def fit(picture: Picture, longest: int) -> Picture:
    """The picture shrunk so that neither side is over `longest`; never enlarged."""
    rows, columns = picture.shape[:2]
    scale = longest / max(rows, columns)
    if scale >= 1:
        return picture
    return resize(picture, _scaled(rows, scale), _scaled(columns, scale))


def short_side(picture: Picture, n: int) -> Picture:
    """The picture with its shorter side `n`, larger or smaller, its proportions kept."""
    rows, columns = picture.shape[:2]
    scale = n / min(rows, columns)
    return resize(picture, _scaled(rows, scale), _scaled(columns, scale))


def cover(picture: Picture, height: int, width: int) -> Picture:
    """The middle of the picture at exactly this size, its proportions kept."""
    rows, columns = picture.shape[:2]
    scale = max(height / rows, width / columns)
    high, wide = min(rows, round(height / scale)), min(columns, round(width / scale))
    top, left = (rows - high) // 2, (columns - wide) // 2
    cut = np.ascontiguousarray(picture[top : top + high, left : left + wide])
    return resize(cut, height, width)


def turned(opponents: Floats, turn: float, chroma: float) -> Floats:
    """Lab's a and b, float32 [..., 2], turned by `turn` radians and `1 + chroma` as strong."""
    cos, sin = math.cos(turn) * (1 + chroma), math.sin(turn) * (1 + chroma)
    a, b = opponents[..., 0], opponents[..., 1]
    return np.stack([cos * a - sin * b, sin * a + cos * b], -1).astype(np.float32)


def _scaled(side: int, scale: float) -> int:
    return max(1, round(side * scale))
