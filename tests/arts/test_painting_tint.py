"""Palettes turned, and held within what the works bear."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from moxie.arts.painting.dial import dial
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.tint import FAINTEST, HUES, Gamut, Tint


def plain(*lab: int) -> Picture:
    """A picture of one color, given in OpenCV's Lab."""
    picture = np.tile(np.array(lab, np.uint8), (40, 40, 1))
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_LAB2RGB), np.uint8)


YELLOW, DULL_GREEN = plain(160, 128, 188), plain(140, 108, 128)
"""Strong yellow (a 0, b 60) and dull green (a -20, b 0)."""


def chroma(picture: Picture) -> NDArray[np.float32]:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) - 128
    return np.asarray(np.hypot(lab[..., 1], lab[..., 2]), np.float32)


def test_hues_turn_and_come_back(rng: np.random.Generator) -> None:
    low = rng.integers(60, 200, (8, 8, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(low, (64, 64), interpolation=cv2.INTER_CUBIC), np.uint8)
    turned = Tint(0.5).on(picture)
    assert np.abs(turned.astype(int) - picture).mean() > 3
    back = Tint(-0.5).on(turned)
    assert np.median(np.abs(back.astype(int) - picture)) <= 3
    assert Tint().on(picture) is picture


def test_a_gamut_is_how_strong_the_works_are_in_each_hue() -> None:
    gamut = Gamut.of([YELLOW, DULL_GREEN])
    yellow, green, blue = HUES // 4, HUES // 2, 3 * HUES // 4
    assert gamut.limits[yellow] == pytest.approx(0.6, abs=0.03)
    assert gamut.limits[green] == pytest.approx(0.2, abs=0.03)
    assert gamut.limits[blue] == pytest.approx(FAINTEST)


def test_what_is_turned_is_no_stronger_than_the_works_are_there() -> None:
    quarter = Tint(np.pi / 2)  # yellow becomes green
    gamut = Gamut.of([YELLOW, DULL_GREEN])
    assert chroma(quarter.on(YELLOW)).mean() > 40
    assert chroma(quarter.on(YELLOW, gamut)).mean() < 25


def test_within_the_gamut_and_without_a_turn_nothing_is_held_back() -> None:
    gamut = Gamut.of([YELLOW, DULL_GREEN])
    strong = plain(160, 128, 220)  # beyond what the works have
    assert Tint().on(strong, gamut) is strong
    slight = Tint(0.02).on(strong, gamut)
    assert chroma(slight).mean() == pytest.approx(chroma(Tint(0.02).on(strong)).mean(), rel=0.12)
    faint = plain(140, 128, 133)
    np.testing.assert_array_equal(Tint(0.02).on(faint, gamut), Tint(0.02).on(faint))


def test_the_dial_turns_farther_the_newer(rng: np.random.Generator) -> None:
    means = []
    for novelty in (0, 0.25, 0.5, 0.75, 1):
        drawn = [Tint.draw(dial(novelty), rng) for _ in range(50)]
        means.append(np.mean([abs(tint.turn) for tint in drawn]))
    assert means[0] == 0
    assert np.all(np.diff(means) > 0)
