"""Damage is found where it is, named, and not seen where there is none."""

from __future__ import annotations

import importlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moxie.arts.painting.examples import examples
from moxie.arts.painting.restoration import detect
from moxie.arts.painting.restoration.damage import FAMILIES, damage
from moxie.arts.painting.restoration.detect import find
from moxie.arts.painting.restoration.kinds import KINDS, Kind

BENCHMARKS = str(Path(__file__).resolve().parents[2] / "benchmarks")


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, BENCHMARKS)
    yield importlib.import_module("restoration_detection")
    sys.path.remove(BENCHMARKS)


@pytest.fixture(scope="module")
def paintings():
    """Parts of three sample works, uint8 [h, w, 3]."""
    made = examples()
    return [np.array(Image.open(io.BytesIO(next(made)[1])))[:240, :240] for _ in range(3)]


@pytest.fixture(autouse=True)
def as_it_is(monkeypatch):
    """Pictures are not enlarged, which takes four times as long."""
    monkeypatch.setattr(detect, "FEWEST", 1)


@pytest.mark.parametrize("family", FAMILIES)
def test_losses_are_found_better_than_by_their_color_alone(bench, paintings, family):
    found, baseline = [], []
    for number, painting in enumerate(paintings):
        harmed = damage(painting, [Kind.LOSSES], share=0.05, seed=number, family=family)
        asked = find(harmed.picture, careful=False).mask
        found.append(bench.f1(asked, harmed.mask, 1))
        baseline.append(bench.f1(bench.outliers(harmed.picture), harmed.mask, 1))
    assert np.median(found) > max(0.3, np.median(baseline))


def test_a_painting_without_damage_is_left_alone(paintings):
    for painting in paintings:
        assert not find(painting).mask.any()


@pytest.mark.parametrize(
    ("kind", "pixels", "harmed"),
    [
        (Kind.CRACKS, 20, True),
        (Kind.CRACKS, 14, False),  # too few in one place
        (Kind.SCRATCHES, 20, False),  # strokes are taken for scratches more often
        (Kind.SCRATCHES, 150, True),
    ],
)
def test_what_is_sure_counts_beside_what_sound_paint_is_taken_for(kind, pixels, harmed):
    chances = np.zeros((1 + len(KINDS), 200, 200), np.float32)
    chances[1 + KINDS.index(kind), 100, 20 : 20 + pixels] = 0.8
    chances[0] = 1 - chances[1:].sum(0)
    evidence = detect._evidence(chances, chances[1:].sum(0), set(KINDS))
    assert (evidence >= 1) == harmed


def test_only_the_kinds_asked_for_are_marked_and_each_place_has_one(paintings):
    harmed = damage(paintings[0], share=0.1, seed=1).picture
    found = find(harmed, careful=False)
    assert set(found.kinds) == set(KINDS)
    assert np.sum(list(found.kinds.values()), axis=0).max() == 1
    only = find(harmed, [Kind.LOSSES], careful=False)
    assert set(only.kinds) == {Kind.LOSSES}
    assert only.mask.any()


def test_the_same_picture_gives_the_same_mask(paintings):
    harmed = damage(paintings[1], seed=2).picture
    one, other = (find(harmed, careful=False) for _ in range(2))
    np.testing.assert_array_equal(one.mask, other.mask)
    np.testing.assert_array_equal(one.confidence, other.confidence)


def test_windows_leave_no_seams(paintings, monkeypatch):
    harmed = damage(paintings[0], share=0.08, seed=3).picture
    usual = find(harmed).confidence
    monkeypatch.setattr(detect, "STEP", 101)
    others = find(harmed).confidence
    assert np.abs(usual - others).mean() < 0.02


def test_a_small_picture_is_enlarged_to_be_looked_at(paintings, monkeypatch):
    monkeypatch.setattr(detect, "FEWEST", 80_000)
    harmed = damage(paintings[2], [Kind.LOSSES], share=0.08, seed=4)
    found = find(harmed.picture, careful=False)
    assert found.confidence.shape == found.mask.shape == harmed.mask.shape
    inside, outside = (found.confidence[m].mean() for m in (harmed.mask, ~harmed.mask))
    assert inside > 3 * outside


@pytest.mark.parametrize("size", [(192, 192), (193, 500), (40, 700), (1, 1)])
def test_windows_cover_a_picture_to_its_edges(size):
    window = tuple(min(detect.WINDOW, side) for side in size)
    seen = np.zeros(size, int)
    for y, x in detect._corners(*size, window):
        assert y + window[0] <= size[0]
        assert x + window[1] <= size[1]
        seen[y : y + window[0], x : x + window[1]] += 1
    assert seen.min() == 1


def test_a_large_picture_is_looked_at_twice_and_masked_at_its_own_size(paintings, monkeypatch):
    monkeypatch.setattr(detect, "LOOKED_AT", 20_000)
    monkeypatch.setattr(detect, "FINEST", 40_000)
    harmed = damage(paintings[2], [Kind.LOSSES], share=0.08, seed=4)
    found = find(harmed.picture, careful=False)
    assert found.confidence.shape == found.mask.shape == harmed.mask.shape
    assert 0 <= found.confidence.min() <= found.confidence.max() <= 1 + 1e-5
    inside, outside = (found.confidence[m].mean() for m in (harmed.mask, ~harmed.mask))
    assert inside > 3 * outside


def test_f1_forgives_so_many_pixels_and_no_more(bench):
    truth, shifted = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    truth[10, 5:30], shifted[12, 5:30] = True, True
    assert bench.f1(shifted, truth, 2) == 1
    assert bench.f1(shifted, truth, 1) == 0
    half = truth.copy()
    half[10, 17:] = False
    assert bench.f1(half, truth, 0) == pytest.approx(2 * 12 / (12 + 25))
