"""Synthetic damage says exactly where it is, and comes back the same from the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from moxie.arts.painting.restoration.damage import FAMILIES, damage
from moxie.arts.painting.restoration.kinds import KINDS, Kind
from moxie.errors import BadInput

EVERY = [(family, kind) for family in FAMILIES for kind in KINDS]


@pytest.fixture(scope="module")
def painted():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:240, 0:320]
    plain = np.stack([90 + x / 4, 150 - y / 4, 120 + (x + y) / 8], -1)
    return np.clip(plain + rng.normal(0, 6, plain.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("family", "kind"), EVERY)
def test_outside_the_mask_nothing_changed_and_inside_everything(painted, family, kind):
    harmed = damage(painted, [kind], share=0.05, seed=3, family=family)
    assert harmed.picture.shape == painted.shape
    differs = (harmed.picture != painted).any(-1)
    np.testing.assert_array_equal(differs, harmed.mask)


@pytest.mark.parametrize(("family", "kind"), EVERY)
def test_about_the_share_asked_for_is_harmed(painted, family, kind):
    shares = [
        damage(painted, [kind], share=0.04, seed=seed, family=family).mask.mean()
        for seed in range(5)
    ]
    assert 0.02 < np.median(shares) < 0.08


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_damage_and_another_seed_another(painted, family):
    one, same, other = (damage(painted, seed=seed, family=family) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.picture, same.picture)
    assert (one.mask != other.mask).any()


def test_the_families_do_not_share_their_shapes(painted):
    field, growth = (damage(painted, seed=5, family=family).mask for family in FAMILIES)
    shared = (field & growth).sum() / (field | growth).sum()
    assert shared < 0.2


def test_each_pixel_has_one_kind(painted):
    harmed = damage(painted, share=0.3, seed=0)
    assert list(harmed.masks) == list(KINDS)
    assert np.sum(list(harmed.masks.values()), axis=0).max() == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_cracks_are_thinner_than_losses(painted, family):
    def thickness(kind):
        masks = [damage(painted, [kind], share=0.05, seed=n, family=family).mask for n in range(5)]
        depths = [
            cv2.distanceTransform(m.astype(np.uint8), cv2.DIST_L2, 5)[m].mean() for m in masks
        ]
        return np.median(depths)

    assert thickness(Kind.CRACKS) * 1.5 < thickness(Kind.LOSSES)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"family": "fire"}, "no family of damage 'fire'"),
        ({"share": 0}, "above 0 and at most 0.5, not 0"),
        ({"share": 0.9}, "not 0.9"),
        ({"kinds": []}, "No kind of damage"),
    ],
)
def test_what_cannot_be_done_is_said(painted, options, sentence):
    with pytest.raises(BadInput, match=sentence):
        damage(painted, **options)


def test_a_tiny_picture_has_no_room(painted):
    with pytest.raises(BadInput, match="at least 32 pixels"):
        damage(painted[:20], seed=0)
