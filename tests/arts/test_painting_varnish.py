"""Yellowed varnish is estimated from what was white, and undone in either depth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from moxie.arts.painting.restoration.varnish import Yellowing, estimate, undo

PASSES = np.array([0.95, 0.8, 0.5])


@pytest.fixture(scope="module")
def painting():
    """Patches of all colors, some white, as uint8 [200, 240, 3]."""
    rng = np.random.default_rng(1)
    patches = rng.integers(20, 235, (10, 12, 3)).astype(np.uint8)
    patches[::3, ::3] = 238
    return cv2.resize(patches, (240, 200), interpolation=cv2.INTER_NEAREST)


def varnished(picture):
    linear = (picture / 255) ** 2.2 * PASSES
    return np.rint(linear ** (1 / 2.2) * 255).astype(np.uint8)


def difference(one, other):
    labs = [cv2.cvtColor((p / 255).astype(np.float32), cv2.COLOR_RGB2LAB) for p in (one, other)]
    return np.linalg.norm(labs[0] - labs[1], axis=-1).mean()


def test_most_of_a_varnish_is_undone(painting):
    yellow = varnished(painting)
    mended = undo(yellow, estimate(yellow))
    assert difference(mended, painting) < 0.4 * difference(yellow, painting)


def test_a_painting_with_clean_whites_is_left_as_it_is(painting):
    assert estimate(painting).strength < 0.02
    assert difference(undo(painting, estimate(painting)), painting) < 0.5


def test_a_dark_painting_without_white_is_left_as_it_is(painting):
    dark = (varnished(painting) // 4).astype(np.uint8)
    np.testing.assert_array_equal(estimate(dark).passes, 1)


def test_sixteen_bits_stay_sixteen_and_agree_with_eight(painting):
    yellow = varnished(painting)
    found = estimate(yellow)
    deep = undo(yellow.astype(np.uint16) * 257, found)
    assert deep.dtype == np.uint16
    assert np.abs(deep / 257 - undo(yellow, found)).max() < 0.51


def test_nothing_is_undone_by_none(painting):
    strong = Yellowing(np.full((4, 4, 3), 0.5, np.float32))
    np.testing.assert_array_equal(undo(painting, strong, amount=0), painting)
