"""Compositions laid in the artist's strokes, and the liveliness lent to those that have none."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.art import Sample
from moxie.arts.painting import laying
from moxie.arts.painting.blocks import block_side, to_lab, vigour
from moxie.arts.painting.dial import dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan

CALM, LIVELY = 60, 180
"""The grey of the works that have no strokes, and that of those that have."""


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    """Three calm dark works and three lively light ones."""
    samples = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        grey, strokes = (CALM, 0) if seed < 3 else (LIVELY, 50)
        work = np.full((96, 96, 3), grey, np.float32)
        work += rng.normal(0, max(strokes, 1), (96, 96, 1))
        samples.append(Sample(f"work-{seed}", np.clip(work, 0, 255).astype(np.uint8)))
    model = PatchModel(Machine())
    plan = Plan({}, 0.0, say("It is short."))
    checkpoint = NoCheckpoint()
    model.fit(samples, plan=plan, seed=0, checkpoint=checkpoint, on_step=lambda *_: None)
    return model.gallery


def halves() -> Picture:
    """Flat: dark on the left, light on the right."""
    picture = np.full((96, 96, 3), CALM, np.uint8)
    picture[:, 48:] = LIVELY
    return picture


def test_a_flat_composition_becomes_as_lively_as_works_of_such_colours(gallery: Gallery) -> None:
    montage = laying.enliven(gallery, halves())
    dead = vigour(to_lab(halves()), block_side(96))
    left, right = montage.vigour[:, :32, 0].mean(), montage.vigour[:, 64:, 0].mean()
    assert right > left + 0.5
    assert right > dead[:, 64:, 0].mean() + 0.5
    assert montage.shares == ()
    assert (montage.places[..., 0] == -1).all()


def test_what_is_laid_has_strokes_where_it_is_lively(gallery: Gallery) -> None:
    draft = laying.lay(gallery, laying.enliven(gallery, halves()), dial(0.5))
    assert draft.content.shape == (96, 96, 3)
    assert draft.content[:, 64:].std() > 2 * draft.content[:, :32].std()
    assert sum(share for _, share in draft.sources) == pytest.approx(1)


def test_what_is_known_stays_exactly(gallery: Gallery) -> None:
    start = halves()
    mask = np.zeros((96, 96), np.bool_)
    mask[:40, :40] = True
    kept = laying.keep_known(np.zeros_like(start), start, mask)
    assert (kept[~mask] == start[~mask]).all()
    assert (kept[:36, :36] == 0).all()
    assert (kept[mask] <= CALM).all(), "it comes in over the rim"
