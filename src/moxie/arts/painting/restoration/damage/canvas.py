"""What both families of damage share: how a layer of damage is laid over a picture.

Nothing here draws anything; the families invent their shapes independently of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.kinds import Marked

Plane: TypeAlias = NDArray[np.float32]
"""float32 [h, w]"""

Colors: TypeAlias = NDArray[np.float32]
"""float32 [h, w, 3], 0..255"""

FAINTEST = 0.12
"""A layer thinner than this leaves the picture as it is, so that a mask has an edge."""

INVISIBLE = 6
"""A difference of so many levels or fewer cannot be seen; there the picture is left as it is."""


@dataclass(frozen=True)
class Layer:
    """One damage before it is laid: how much of it is where, and what it looks like there."""

    alpha: Plane
    """0 the picture .. 1 the damage"""
    look: Colors


Draw: TypeAlias = Callable[[Colors, float, np.random.Generator], Layer]
"""(picture as float32, share of the pixels wanted, chance) to a layer."""


def lay(picture: Picture, layer: Layer) -> tuple[Picture, Marked]:
    """The picture with the layer on it, and where it visibly changed; elsewhere it is the same."""
    alpha = np.where(layer.alpha < FAINTEST, 0, np.clip(layer.alpha, 0, 1))[..., None]
    mixed = np.clip(np.rint(picture * (1 - alpha) + layer.look * alpha), 0, 255).astype(np.uint8)
    difference = np.abs(mixed.astype(np.int16) - picture.astype(np.int16)).max(-1)
    seen = difference > INVISIBLE
    return np.where(seen[..., None], mixed, picture), seen


def opacity(drawn: NDArray[np.uint8]) -> Plane:
    """What was drawn in 0..255 as an alpha of 0..1."""
    return np.asarray(drawn, np.float32) / np.float32(255)


def covered(alpha: Plane) -> float:
    """The share of pixels that a layer of this alpha marks."""
    return float((alpha >= FAINTEST).mean())


def unit(height: int, width: int) -> float:
    """How many pixels one pixel of a one-megapixel photograph of the same painting has here."""
    return float(np.sqrt(height * width) / 1000)


def flat(size: tuple[int, int], color: NDArray[np.floating]) -> Colors:
    """One color everywhere."""
    return np.broadcast_to(np.asarray(color, np.float32), (*size, 3)).copy()
