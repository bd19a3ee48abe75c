"""Between the levels of sRGB and linear light (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def linear(srgb: NDArray[np.floating]) -> NDArray[np.float32]:
    """From sRGB 0..1 to linear light."""
    low, high = srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, low, high).astype(np.float32)


def encoded(light: NDArray[np.floating]) -> NDArray[np.float32]:
    """From linear light 0..1 to sRGB."""
    low, high = light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, low, high).astype(np.float32)
