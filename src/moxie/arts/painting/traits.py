"""What a person may like about a picture, in words that they would use.

Colors are CIE L*a*b* (D65), directions those of gradients as in `descriptor`. Every picture is
looked at with the area of one piece, so that strokes have about one scale.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.art import Trait
from moxie.arts.painting.descriptor import coherence
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.variation import PIECE
from moxie.text import say

Floats: TypeAlias = NDArray[np.float32]

TRAITS = (
    Trait("warmth", say("warmer colors"), say("cooler colors")),
    Trait("green", say("more green"), say("more purple and pink")),
    Trait("lightness", say("lighter pictures"), say("darker pictures")),
    Trait("contrast", say("strong contrasts of light"), say("gentle contrasts of light")),
    Trait("saturation", say("strong colors"), say("pale colors")),
    Trait("variety", say("many different hues"), say("few hues")),
    Trait("detail", say("busy pictures"), say("plain pictures")),
    Trait("breadth", say("broad strokes and shapes"), say("fine strokes and shapes")),
    Trait("edges", say("hard outlines"), say("soft touches")),
    Trait("upright", say("upright lines"), say("level lines")),
    Trait("slant", say("slanting lines"), say("lines that stand or lie")),
    Trait("flow", say("strokes that run together"), say("strokes in all directions")),
    Trait("symmetry", say("symmetric pictures"), say("one-sided pictures")),
    Trait("openness", say("calm areas beside busy ones"), say("evenly filled pictures")),
    Trait("above", say("light above, dark below"), say("dark above, light below")),
    Trait("middle", say("detail in the middle"), say("detail towards the edges")),
    Trait("format", say("wide pictures"), say("tall pictures")),
)

WARM = math.radians(50)
"""The hue of the warmest color (orange) as an angle of a* and b*; blue lies opposite."""

OCTAVES = 5
"""Sizes of strokes that are told apart, from two pixels of a piece on."""

SMALL = 24
"""Pixels a side at which a picture's left is compared with its right."""

LEAST = 16
"""No side is looked at with fewer pixels."""


def measure(picture: Picture) -> Floats:
    """float32 [TRAITS]; about -3 to 3 for most paintings."""
    lab = _seen(picture)
    found = _colors(lab) | _strokes(lab) | _layout(lab)
    found["format"] = math.log(picture.shape[1] / picture.shape[0])
    return np.array([found[trait.name] for trait in TRAITS], np.float32)


def _seen(picture: Picture) -> Floats:
    """L*a*b* [h, w, 3] of the area of a piece, in the picture's proportions."""
    height, width = picture.shape[:2]
    ratio = min(max(math.sqrt(height / width), LEAST / PIECE), PIECE / LEAST)
    small = resize(picture, round(PIECE * ratio), round(PIECE / ratio))
    scaled = small.astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def _colors(lab: Floats) -> dict[str, float]:
    lightness, a, b = (lab[..., i].astype(np.float64) for i in range(3))
    chroma = float(np.hypot(a, b).mean())
    gray = 2.0  # a chroma that nobody sees: without it the hue of grays would be chance
    return {
        "warmth": float((math.cos(WARM) * a + math.sin(WARM) * b).mean()) / 10,
        "green": float((math.cos(WARM) * b - math.sin(WARM) * a).mean()) / 10,
        "lightness": float(lightness.mean()) / 20 - 2.5,
        "contrast": math.log(float(lightness.std()) / 15 + 0.05),
        "saturation": math.log(chroma / 20 + 0.05),
        "variety": 1 - (math.hypot(a.mean(), b.mean()) + gray) / (chroma + gray),
    }


def _strokes(lab: Floats) -> dict[str, float]:
    light = np.ascontiguousarray(lab[..., 0])
    dx, dy = _slopes(light, 1.0)
    across, down = (float((slope.astype(np.float64) ** 2).mean()) for slope in (dx, dy))
    square = dx**2 + dy**2
    turns = 4 * np.arctan2(dy, dx)
    bands = _bands(light)
    return {
        "detail": math.log(bands[0] + bands[1] + 0.1),
        "breadth": float(np.arange(OCTAVES) @ bands) / (float(bands.sum()) + 1e-6),
        "edges": _peaked(light),
        "upright": math.log((across + 0.01) / (down + 0.01)) / 2,
        "slant": -float((square * np.cos(turns)).mean()) / (float(square.mean()) + 0.01),
        "flow": coherence(dx, dy),
    }


def _slopes(light: Floats, sigma: float) -> tuple[Floats, Floats]:
    """Slopes across and down of the blurred lightness, in L* a pixel."""
    smooth = cv2.GaussianBlur(light, (0, 0), sigma)
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.asarray(dx, np.float32), np.asarray(dy, np.float32)


def _peaked(light: Floats) -> float:
    """Whether fine details are few and sharp, or many and soft: the logarithm of their kurtosis."""
    band = (light - cv2.GaussianBlur(light, (0, 0), 1.6)).astype(np.float64)
    seen = 0.1  # of this size nobody sees a detail
    return math.log(
        (float((band**4).mean()) + 3 * seen**4) / (float((band**2).mean()) + seen**2) ** 2
    )


def _bands(light: Floats) -> NDArray[np.float64]:
    """Deviation of the lightness in each octave, from fine to broad, float64 [OCTAVES]."""
    found = []
    before = light
    for octave in range(OCTAVES):
        after = cv2.GaussianBlur(light, (0, 0), 1.2 * 2**octave)
        found.append(float((before - after).std()))
        before = np.asarray(after, np.float32)
    return np.array(found)


def _layout(lab: Floats) -> dict[str, float]:
    light = np.ascontiguousarray(lab[..., 0])
    height, width = light.shape
    band = light - cv2.GaussianBlur(light, (0, 0), 3.0)
    busy = cv2.GaussianBlur(np.abs(band), (0, 0), PIECE / 24) + 0.1
    inner = np.hypot(
        np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    ) < math.sqrt(2 / math.pi)  # half of the area
    half = height // 2
    return {
        "symmetry": _symmetry(lab),
        "openness": math.log(float(busy.mean()) / float(np.percentile(busy, 20))),
        "above": float(light[:half].mean() - light[height - half :].mean()) / 10,
        "middle": math.log(float(busy[inner].mean()) / float(busy[~inner].mean())),
    }


def _symmetry(lab: Floats) -> float:
    """Correlation of the picture with its mirror image, but for what is the same all across."""
    small = cv2.resize(lab, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    across = small - small.mean(axis=1, keepdims=True)
    seen = 1.0  # of this size nobody sees a difference
    both, own = float((across * across[:, ::-1]).mean()), float((across**2).mean())
    return (both + seen) / (own + seen)
