"""Pictures made for tests: many shapes and grain, another for each number."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def paint(number: int, height: int = 360, width: int = 480) -> Picture:
    rng = np.random.default_rng([5, number])
    coarse = rng.integers(30, 226, (6, 8, 3), dtype=np.uint8)
    canvas = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(260):
        center = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(3, 30)), int(rng.integers(3, 16)))
        color = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.ellipse(canvas, center, axes, float(rng.uniform(0, 180)), 0, 360, color, -1)
    grain = cv2.GaussianBlur(rng.normal(0, 20, canvas.shape), (0, 0), 1.5)
    return np.clip(canvas + grain, 0, 255).astype(np.uint8)
