"""Faded colors come back in part, in either depth; nothing is undone where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.painting.restoration import colors, fading
from moxie.arts.painting.restoration.light import encoded, linear
from moxie.arts.painting.restoration.scan import Scan
from moxie.errors import BadInput

VEIL = np.array([0.14, 0.13, 0.11], np.float32)


@pytest.fixture(scope="module")
def painting():
    """Colors with real darks, uint8 [120, 160, 3]."""
    rng = np.random.default_rng(3)
    patches = rng.integers(15, 235, (12, 16, 3)).astype(np.uint8)
    patches[::4, ::4] = 14
    return patches.repeat(10, 0).repeat(10, 1)


def faded(picture):
    light = linear(picture / np.float32(255)) * (1 - VEIL) + VEIL
    return np.rint(encoded(light) * 255).astype(np.uint8)


def off(one, other):
    return np.abs(one.astype(float) - other).mean()


def test_most_of_a_veil_is_taken_away_and_half_of_it_half_way(painting):
    pale = faded(painting)
    veil = fading.estimate(pale)
    assert off(fading.undo(pale, veil), painting) < 0.25 * off(pale, painting)
    half = off(fading.undo(pale, veil, 0.5), painting)
    assert off(fading.undo(pale, veil), painting) < half < off(pale, painting)


def test_a_painting_with_real_darks_stays_as_it_is(painting):
    assert fading.estimate(painting).max() < 0.01
    assert off(fading.undo(painting, fading.estimate(painting)), painting) < 1


def test_levels_survive_the_way_to_linear_light_and_back():
    levels = np.linspace(0, 1, 4097, dtype=np.float32)
    np.testing.assert_allclose(encoded(linear(levels)), levels, atol=1e-5)


def test_a_scan_keeps_its_depth_opacity_and_profile(painting):
    opacity = np.full((*painting.shape[:2], 1), 700, np.uint16)
    pixels = np.concatenate([faded(painting).astype(np.uint16) * 257, opacity], axis=2)
    before = Scan(pixels, profile=None, resolution=(300.0, 300.0))
    done, strengths = colors.undo(before, {"fading": 0.8, "varnish": 0.5})
    assert list(strengths) == ["fading", "varnish"]
    assert 0.1 < strengths["fading"] <= 0.2
    assert done.pixels.dtype == np.uint16
    assert done.resolution == before.resolution
    np.testing.assert_array_equal(done.pixels[..., 3], 700)
    assert off(done.pixels[..., :3] / 257, painting) < off(faded(painting), painting)
    np.testing.assert_array_equal(before.pixels, pixels)  # the one given is not painted on


def test_a_grey_scan_can_have_faded_but_tells_of_no_varnish(painting):
    grey = Scan(faded(painting)[..., :1].copy())
    done, _ = colors.undo(grey, {"fading": 1.0})
    assert done.pixels.shape == grey.pixels.shape
    assert off(done.pixels, painting[..., :1]) < off(grey.pixels, painting[..., :1])
    with pytest.raises(BadInput, match="grey"):
        colors.undo(grey, {"varnish": 1.0})
