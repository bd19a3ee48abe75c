"""Damage of one make: what is surely damaged in a picture says how the rest of it looks.

A network that has seen much damage knows what damage is, not what it looks like in this picture.
But cracks of one varnish are of one color, losses lay one ground bare, and tears are lit from one
side. So each pixel is judged once more, by whether it looks rather like those that are surely
damaged here or like those that surely are not: a quadratic discriminant (two normal distributions,
Fisher 1936 and after) of a few figures, taught by the network's own certainties (self-training,
Scudder 1965). Unknown brushes and unknown damage alike are met in the picture itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture

Floats = NDArray[np.float32]
"""float32, of any shape"""

SURE, SOUND = 0.85, 0.15
"""The chance of damage from which, and up to which, a pixel is an example."""

FEWEST = 60
"""Damaged pixels without which there is nothing to learn from."""

EXAMPLES = 40_000
"""Pixels of either sort that are learnt from at most, evenly taken."""

SURROUNDINGS = 4.0
"""The standard deviation of what a pixel's color is compared with, in pixels."""

HAT, GRAIN = 5, 2.0
"""The diameter of the hats, and the standard deviation within which roughness is measured."""

SHRINK = 0.1
"""What is added to each figure's variance, a share of that of sound paint."""

MOST, WEIGHT = 4.0, 0.8
"""How much the discriminant may say either way, in nats, and how much of it is believed."""

ROWS = 256
"""Rows of a picture that are judged in one go."""


def judged(chances: Floats, picture: Picture) -> Floats:
    """The chances of damage, float32 [h, w], judged once more by the picture, uint8 [h, w, 3].

    As they were where too little is surely damaged, or surely not.
    """
    damaged, sound = _examples(chances >= SURE), _examples(chances <= SOUND)
    if min(len(damaged), len(sound)) < FEWEST:
        return chances
    seen = _figures(picture).reshape(-1, FIGURES)
    center, scale = seen[sound].mean(0), seen[sound].std(0) + 1e-3
    sides = [_Normal((seen[places] - center) / scale) for places in (damaged, sound)]
    logits = np.log(np.clip(chances, 1e-4, 1 - 1e-4) / (1 - np.clip(chances, 1e-4, 1 - 1e-4)))
    width = chances.shape[1]
    for first in range(0, len(chances), ROWS):
        some = (seen[first * width : (first + ROWS) * width] - center) / scale
        says = np.clip(sides[0].logs(some) - sides[1].logs(some), -MOST, MOST)
        logits[first : first + ROWS] += WEIGHT * says.reshape(-1, width)
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


class _Normal:
    """A normal distribution of rows of figures."""

    def __init__(self, rows: Floats) -> None:
        self._mean = rows.mean(0)
        covariance = np.cov(rows.T) + SHRINK * np.eye(rows.shape[1])
        factor = np.linalg.cholesky(covariance)
        self._inverse = np.linalg.inv(factor).T.astype(np.float32)
        self._log = float(np.log(np.diag(factor)).sum())

    def logs(self, rows: Floats) -> Floats:
        """The logarithm of the density at each row, but for what all share, float32 [n]."""
        away = (rows - self._mean) @ self._inverse
        return np.asarray(-0.5 * (away * away).sum(1) - self._log, np.float32)


def _examples(places: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The numbers of at most `EXAMPLES` of the places."""
    found = np.flatnonzero(places)
    return found[:: max(1, -(-len(found) // EXAMPLES))]


FIGURES = 9


def _figures(picture: Picture) -> Floats:
    """Color, how it differs from what is around, lines and roughness, float32 [h, w, FIGURES]."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (HAT, HAT))
    hats = (cv2.morphologyEx(gray, way, disc) for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
    light = gray.astype(np.float32)
    mean, square = (cv2.GaussianBlur(plane, (0, 0), GRAIN) for plane in (light, light * light))
    rough = np.sqrt(np.maximum(square - mean * mean, 0))
    planes = [lab, lab - cv2.GaussianBlur(lab, (0, 0), SURROUNDINGS), *hats, rough]
    return np.dstack(planes).astype(np.float32, copy=False)
