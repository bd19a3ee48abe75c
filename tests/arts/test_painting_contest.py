"""What painting's recipes are raced by, on pictures drawn in code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from moxie.art import Brief, Draft, Sample
from moxie.arts.painting import ART
from moxie.arts.painting.contest import SCALE, contest
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.errors import BadInput
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan


def scene(seed: int) -> Picture:
    """A light sky over a darker hill, a disc somewhere in the sky: one artist's pictures."""
    rng = np.random.default_rng(seed)
    picture = np.full((128, 128, 3), (190, 205, 230), np.float32)
    top = int(rng.integers(50, 100))
    slope = int(rng.integers(-30, 30))
    hill = np.array([(0, top), (128, top + slope), (128, 128), (0, 128)])
    cv2.fillPoly(picture, [hill], (60.0, float(rng.integers(80, 140)), 50.0))
    place = (int(rng.integers(20, 108)), int(rng.integers(10, 40)))
    cv2.circle(picture, place, 9, (240.0, 220.0, 120.0), -1)
    return np.clip(picture + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)


@dataclass
class Hand:
    """Makes what a function says, and keeps the works of a gallery."""

    gallery: Gallery
    make: Callable[[int], Picture]
    seeds: list[int] = field(default_factory=list)

    def sample(self, brief: Brief[Picture], *, seed: int) -> Draft[Picture]:
        self.seeds.append(seed)
        return Draft(self.make(seed))


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    samples = [Sample(f"work-{i}", scene(i)) for i in range(20)]
    plan, checkpoint = Plan({}, 0.0, say("It is short.")), NoCheckpoint()
    model = PatchModel(Machine(threads=1))
    model.fit(samples, plan=plan, seed=0, checkpoint=checkpoint, on_step=lambda *_: None)
    return model.gallery


HELD_OUT = [scene(1000 + i) for i in range(12)]


def error(gallery: Gallery, make: Callable[[int], Picture]) -> float:
    found = contest(Hand(gallery, make), HELD_OUT)  # type: ignore[arg-type]
    assert found.shape == (12,)
    assert found.dtype == np.float32
    return float(found.mean())


def test_the_artist_beats_strangers_and_one_picture_again_and_again(gallery: Gallery) -> None:
    own = error(gallery, lambda seed: scene(2000 + seed))
    assert own < error(gallery, lambda seed: scene(2000 + seed)[::-1].copy()), "upside down"
    assert own < error(gallery, lambda seed: 255 - scene(2000 + seed)), "in other colors"
    assert own < error(gallery, lambda seed: scene(2000)), "one picture again and again"


def test_copies_of_what_was_learnt_are_charged(gallery: Gallery) -> None:
    own = error(gallery, lambda seed: scene(2000 + seed))
    assert error(gallery, lambda seed: gallery.thumbnail(seed % 20)) > 2 * own


def test_seeds_are_fixed(gallery: Gallery) -> None:
    hands = [Hand(gallery, lambda seed: scene(2000 + seed)) for _ in range(2)]
    found = [contest(hand, HELD_OUT) for hand in hands]  # type: ignore[arg-type]
    assert (found[0] == found[1]).all()
    assert hands[0].seeds == hands[1].seeds


def test_a_model_without_works_is_refused() -> None:
    with pytest.raises(BadInput, match="keeps no works"):
        contest(object(), HELD_OUT)  # type: ignore[arg-type]


def test_all_of_paintings_recipes_are_raced_by_it() -> None:
    recipes = ART.recipes()
    assert len(recipes) >= 3
    assert all(recipe.contest is contest and recipe.scale == SCALE for recipe in recipes)
