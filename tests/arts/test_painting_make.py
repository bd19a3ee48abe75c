"""Damage of one make: the unsure is judged by what is sure in the same picture."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.painting.restoration import make

SIDE = 96


@pytest.fixture
def scene():
    """Paint with white cracks and brown strokes: the network is sure of some cracks alone."""
    rng = np.random.default_rng(0)
    picture = rng.normal((90, 130, 90), 8, (SIDE, SIDE, 3))
    chances = np.full((SIDE, SIDE), 0.05, np.float32)
    cracks, strokes = np.zeros((2, SIDE, SIDE), np.bool_)
    cracks[8::16], strokes[:, 12::24] = True, True
    strokes &= ~cracks
    picture[strokes] = (110, 80, 50)
    picture[cracks] = (230, 225, 210)
    chances[strokes], chances[cracks] = 0.45, 0.3
    sure = cracks.copy()
    sure[:, SIDE // 2 :] = False
    chances[sure] = 0.95
    return np.clip(picture, 0, 255).astype(np.uint8), chances, cracks & ~sure, strokes, sure


def test_what_looks_like_sure_damage_becomes_surer_and_strokes_do_not(scene):
    picture, chances, unsure, strokes, sure = scene
    found = make.judged(chances, picture)
    assert np.median(found[unsure]) > 0.7
    assert np.median(found[strokes]) < 0.4
    assert np.median(found[sure]) > 0.9
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1


def test_without_anything_sure_nothing_changes(scene):
    picture, chances, *_ = scene
    unsure = np.minimum(chances, 0.8)
    np.testing.assert_array_equal(make.judged(unsure, picture), unsure)
    everywhere = np.full_like(chances, 0.99)
    np.testing.assert_array_equal(make.judged(everywhere, picture), everywhere)


def test_parts_of_a_picture_are_judged_alike(scene, monkeypatch):
    picture, chances, *_ = scene
    whole = make.judged(chances, picture)
    monkeypatch.setattr(make, "ROWS", 7)
    np.testing.assert_allclose(make.judged(chances, picture), whole, atol=1e-5)


def test_a_picture_of_one_color_is_no_trouble():
    picture = np.full((SIDE, SIDE, 3), 128, np.uint8)
    chances = np.full((SIDE, SIDE), 0.05, np.float32)
    chances[:20] = 0.95
    found = make.judged(chances, picture)
    assert np.isfinite(found).all()
