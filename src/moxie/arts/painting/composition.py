"""How alike two pictures are in composition, whatever their strokes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, fit, resize

GRID = 24
"""Compositions are compared at 24 x 24, whatever the shape of the picture."""

NEARER = 0.9
"""Cuts of this share of each side are compared too."""


def layout(picture: Picture) -> NDArray[np.float32]:
    """Where lightness and color change, and which way: a unit vector float32 [24 * 24 * 6].

    Gradients, because sky above and earth below make everyone's landscapes alike; by the square
    root of their strength, so that one hard edge does not outweigh the rest of the picture.
    """
    small = resize(picture, GRID, GRID).astype(np.float32) / np.float32(255)
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), (0, 0), 0.8)
    slopes = np.concatenate([cv2.Sobel(lab, -1, 1, 0), cv2.Sobel(lab, -1, 0, 1)], axis=-1)
    strength = np.linalg.norm(slopes, axis=-1, keepdims=True)
    vector = (slopes / np.sqrt(strength + 5)).ravel()  # 5: about the grain of canvas
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1.0), np.float32)


def views(picture: Picture) -> NDArray[np.float32]:
    """Layouts [12, d] of a picture as it may have been copied: whole, cut, and all mirrored."""
    as_is = [picture, *_cuts(fit(picture, 6 * GRID))]
    mirrored = [np.ascontiguousarray(view[:, ::-1]) for view in as_is]
    return np.stack([layout(view) for view in as_is + mirrored])


def similarity(correlation: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correlation of layouts on the copy scale.

    Squared: of Van Gogh's own repetitions of one composition the correlation is 0.5 to 0.85, of
    the nearest other compositions 0.2 to 0.55 (Hokusai's series, all of one plan, at the top).
    """
    return np.asarray(np.clip(correlation, 0, 1) ** 2, np.float32)


def _cuts(picture: Picture) -> Iterator[Picture]:
    height, width = picture.shape[:2]
    rows, columns = max(1, int(height * NEARER)), max(1, int(width * NEARER))
    down, across = height - rows, width - columns
    for top, left in ((0, 0), (0, across), (down, 0), (down, across), (down // 2, across // 2)):
        yield np.ascontiguousarray(picture[top : top + rows, left : left + columns])
