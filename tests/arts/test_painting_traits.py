"""Every trait of a picture means what it says: pictures made with more of it have more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.tint import Tint
from moxie.arts.painting.traits import TRAITS, measure
from pictures import paint

NAMES = [trait.name for trait in TRAITS]


def value(picture: Picture, name: str) -> float:
    return float(measure(np.ascontiguousarray(picture, np.uint8))[NAMES.index(name)])


def touched(change: Callable[[np.ndarray], Any], number: int = 1) -> Picture:
    """A made picture, changed as float [360, 480, 3]."""
    return np.clip(change(paint(number).astype(np.float64)), 0, 255).astype(np.uint8)


def tinted(red: float, green: float, blue: float) -> Picture:
    return touched(lambda x: 0.6 * x + 0.4 * np.array([red, green, blue]))


def saturated(strength: float) -> Picture:
    return touched(lambda x: x.mean(2, keepdims=True) * (1 - strength) + x * strength)


def strewn(axes: tuple[int, int], turn: Callable[[Any], float], *, blur: float = 0) -> Picture:
    """Strokes of one size on gray, as many as cover it once."""
    rng = np.random.default_rng(3)
    canvas = np.full((384, 384, 3), 128, np.uint8)
    for _ in range(int(384 * 384 / (axes[0] * axes[1]))):
        center = tuple(int(x) for x in rng.integers(0, 384, 2))
        shade = [float(rng.integers(40, 216))] * 3
        cv2.ellipse(canvas, center, axes, turn(rng), 0, 360, shade, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), blur) if blur else canvas, np.uint8)


def anyhow(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 180))


def grained(where: np.ndarray, size: float = 1.0) -> Picture:
    """Grain where it is said to be, bool [256, 256], of the same amount in all; else gray."""
    grain = np.random.default_rng(4).normal(0, 1, where.shape)
    return np.clip(128 + 30 * size * (where * grain)[..., None].repeat(3, 2), 0, 255).astype("u1")


def ramp(axis: int) -> Picture:
    light = np.linspace(230, 30, 256)
    plane = np.broadcast_to(light[:, None] if axis == 0 else light[None], (256, 256))
    return plane[..., None].repeat(3, 2).astype(np.uint8)


def mirrored(picture: Picture) -> Picture:
    half = picture[:, : picture.shape[1] // 2]
    return np.concatenate([half, half[:, ::-1]], axis=1)


EVERYWHERE = np.ones((256, 256), bool)
LEFT = np.arange(256)[None].repeat(256, 0) < 128
MIDDLE = np.hypot(*np.mgrid[-1:1:256j, -1:1:256j]) < 0.6
ONE_HUE = np.array([200, 120, 60])

MORE_AND_LESS: dict[str, tuple[Picture, Picture]] = {
    "warmth": (tinted(230, 120, 20), tinted(20, 120, 230)),
    "green": (tinted(60, 170, 40), tinted(170, 60, 180)),
    "lightness": (touched(lambda x: x + 40), touched(lambda x: x - 40)),
    "contrast": (paint(1), touched(lambda x: 128 + (x - 128) * 0.5)),
    "saturation": (saturated(1.2), saturated(0.4)),
    "variety": (paint(1), touched(lambda x: x.mean(2, keepdims=True) / 160 * ONE_HUE)),
    "detail": (paint(1), np.asarray(cv2.GaussianBlur(paint(1), (0, 0), 4), np.uint8)),
    "breadth": (strewn((28, 12), anyhow), strewn((7, 3), anyhow)),
    "edges": (strewn((60, 40), anyhow), strewn((60, 40), anyhow, blur=4)),
    "upright": (strewn((20, 4), lambda _: 90.0), strewn((20, 4), lambda _: 0.0)),
    "slant": (strewn((20, 4), lambda _: 45.0), strewn((20, 4), lambda _: 90.0)),
    "flow": (strewn((20, 4), lambda _: 30.0), strewn((20, 4), anyhow)),
    "symmetry": (mirrored(paint(1)), paint(1)),
    "openness": (grained(LEFT), grained(EVERYWHERE, 0.5)),
    "above": (ramp(0), ramp(0)[::-1]),
    "middle": (grained(MIDDLE), grained(~MIDDLE)),
    "format": (paint(1, 240, 480), paint(1, 480, 240)),
}


@pytest.mark.parametrize("name", NAMES)
def test_more_of_a_trait_is_more(name: str) -> None:
    more, less = (value(picture, name) for picture in MORE_AND_LESS[name])
    usual = np.std([value(paint(number), name) for number in range(2, 8)])
    assert more > less + max(0.1, usual), (more, less, usual)


def test_the_other_diagonal_slants_too() -> None:
    rising, falling = (strewn((20, 4), lambda _, turn=turn: turn) for turn in (45.0, 135.0))
    level = strewn((20, 4), lambda _: 0.0)
    assert min(value(rising, "slant"), value(falling, "slant")) > value(level, "slant") + 0.5
    assert abs(value(rising, "upright")) < 0.1


def test_shading_from_left_to_right_is_one_sided_and_a_sky_is_not() -> None:
    assert value(ramp(1), "symmetry") < -0.8
    assert value(ramp(0), "symmetry") > 0.9


def test_turning_all_hues_keeps_what_is_not_about_hue() -> None:
    one, other = measure(paint(1)), measure(Tint(2.0).on(paint(1)))
    hues = {"warmth", "green", "variety", "saturation"}
    rest = [i for i, name in enumerate(NAMES) if name not in hues]
    assert np.abs(one - other)[rest].max() < 0.25
    assert np.abs(one - other).max() > 0.5


@pytest.mark.parametrize("longest", [200, 900])
def test_a_picture_has_the_same_traits_at_another_resolution(longest: int) -> None:
    picture = paint(2)
    other = measure(resize(picture, longest * 3 // 4, longest))
    assert np.abs(measure(picture) - other).max() < 0.6


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (3, 2), (64, 64), (2, 5000)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_pictures_with_nothing_in_them_have_traits(size: tuple[int, int], shade: int) -> None:
    found = measure(np.full((*size, 3), shade, np.uint8))
    assert (found.dtype, found.shape) == (np.float32, (len(TRAITS),))
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 10
    busy = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert np.isfinite(measure(busy)).all()
