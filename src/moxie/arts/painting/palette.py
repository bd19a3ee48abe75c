"""One picture's colours carried to those of others."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from moxie.arts.painting.blocks import Floats
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.laying import RETRIEVED
from moxie.arts.painting.picture import Picture


def tuned(
    gallery: Gallery, picture: Picture, amount: float, lent: int = RETRIEVED, light: float = 1.0
) -> Picture:
    """The picture with its colours drawn towards the palette of some works suited to it.

    See `carried`.
    """
    works = [gallery.thumbnail(index) for index in gallery.retrieve(picture, lent)]
    return carried(picture, works, amount, light)


def carried(
    picture: Picture, others: Sequence[Picture], amount: float, light: float = 1.0
) -> Picture:
    """The picture with its colours drawn towards the palette of some others.

    The linear map that carries one normal distribution to another at the least cost (Pitie and
    Kokaram, "The linear Monge-Kantorovitch linear colour mapping", 2007), in Lab; 0 changes
    nothing, 1 gives the others' mean and covariance. Lightness goes `light` of that.
    """
    if amount == 0:
        return picture
    theirs = np.concatenate([_pixels(other) for other in others])
    ours = _pixels(picture)
    mapped = (ours - ours.mean(0)) @ _transport(_spread(ours), _spread(theirs)) + theirs.mean(0)
    moved = (mapped - ours) * np.array([light, 1, 1], np.float32)
    lab = (ours + amount * moved).reshape(picture.shape)
    whole = np.clip(np.rint(lab), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(whole, cv2.COLOR_LAB2RGB), np.uint8)


def _pixels(picture: Picture) -> Floats:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)


def _spread(pixels: Floats) -> Floats:
    """Covariance of colours, never quite flat: float32 [3, 3]."""
    return np.asarray(np.cov(pixels.T) + 4 * np.eye(3), np.float32)


def _transport(ours: Floats, theirs: Floats) -> Floats:
    """The linear map between two covariances."""
    root = _root(ours)
    inverse = np.linalg.inv(root)
    middle = _root(np.asarray(root @ theirs @ root, np.float32))
    return np.asarray(inverse @ middle @ inverse, np.float32)


def _root(spread: Floats) -> Floats:
    values, axes = np.linalg.eigh(spread)
    return np.asarray((axes * np.sqrt(np.maximum(values, 1e-6))) @ axes.T, np.float32)
