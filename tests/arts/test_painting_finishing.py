"""Pictures brought to the surface of a work: what changes, what is held, and who is named."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from moxie.art import Draft
from moxie.arts.painting import finishing
from moxie.arts.painting.finishing import Held, finish, finished
from moxie.arts.painting.gallery import Exhibit, Gallery
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.tensors import to_tensor
from moxie.nn.vgg import Vgg19
from moxie.settings import Machine

SIDE = 96
RED, BLUE = (200, 70, 60), (50, 80, 190)


@pytest.fixture(scope="module")
def vgg() -> Vgg19:
    return Vgg19.load(Machine(threads=1), last="conv4_1")


def striped(color: tuple[int, int, int], seed: int = 0) -> Picture:
    """A work of level strokes in one color and its shades."""
    rng = np.random.default_rng(seed)
    picture = np.full((SIDE, SIDE, 3), color, np.uint8)
    for _ in range(220):
        x, y = (int(n) for n in rng.integers(0, SIDE, 2))
        tone = tuple(float(n) for n in np.clip(np.array(color) + rng.normal(0, 40), 0, 255))
        cv2.line(picture, (x, y), (x + 14, y), tone, 2)
    return picture


def disc() -> Picture:
    """A dark disc on a light ground, without strokes."""
    picture = np.full((SIDE, SIDE, 3), 200, np.uint8)
    cv2.circle(picture, (48, 48), 26, (60, 60, 60), -1)
    return picture


def apart(one: Picture, other: Picture, vgg: Vgg19) -> float:
    """How far the correlations of `conv2_1` are from each other, relative to the other's."""
    with torch.no_grad():
        found = [vgg.features(to_tensor(p), ["conv2_1"])["conv2_1"][0] for p in (one, other)]
    a, b = (f.flatten(1) @ f.flatten(1).T / f[0].numel() for f in found)
    return float(((a - b) ** 2).sum() / (b**2).sum())


def likeness(one: Picture, other: Picture) -> float:
    a, b = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).ravel().astype(float) for p in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


def redness(picture: Picture) -> float:
    return float(picture[..., 0].mean() - picture[..., 2].mean())


def test_the_surface_becomes_the_works_and_what_is_shown_stays(vgg: Vgg19) -> None:
    work = striped(RED)
    made = finish(disc(), Held(disc(), 1.0), [(work, 1.0)], vgg)
    assert made.shape == disc().shape
    assert apart(made, work, vgg) < 0.3 * apart(disc(), work, vgg)
    assert likeness(made, disc()) > 0.75
    assert redness(made) > 40, "red, as the work is"


def test_the_forms_of_the_picture_held_come_back_where_laying_lost_them(vgg: Vgg19) -> None:
    lost = np.asarray(cv2.GaussianBlur(disc(), (0, 0), 12), np.uint8)
    work = [(striped(RED), 1.0)]
    theirs, own = (finish(lost, Held(disc(), share), work, vgg) for share in (1.0, 0.0))
    assert likeness(theirs, disc()) > likeness(own, disc()) + 0.02


def test_the_same_picture_is_finished_the_same(vgg: Vgg19) -> None:
    first, again = (
        finish(disc(), Held(disc(), 0.5), [(striped(BLUE), 1.0)], vgg) for _ in range(2)
    )
    assert (first == again).all()


def test_a_large_picture_takes_over_what_a_smaller_one_of_it_changes(
    vgg: Vgg19, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "STAGES", ((48, 6),))
    rng = np.random.default_rng(0)
    grain = np.clip(disc() + rng.normal(0, 6, (SIDE, SIDE, 1)), 0, 255).astype(np.uint8)
    made = finish(grain, Held(grain, 1.0), [(striped(RED), 1.0)], vgg)
    assert made.shape == grain.shape
    assert redness(made) > 8
    before, after = (p[..., 1].astype(float) for p in (grain, made))
    fine = [(p - cv2.GaussianBlur(p, (0, 0), 1)).ravel() for p in (before, after)]
    assert np.corrcoef(fine[0], fine[1])[0, 1] > 0.5, "its own grain is kept"


def hung(vgg: Vgg19) -> Gallery:
    """Three works of a red painter, three of a blue one who counts for a quarter."""
    kinds = [(RED, 0, 0.75)] * 3 + [(BLUE, 1, 0.25)] * 3
    return Gallery(
        [
            replace(Exhibit.of(f"work-{i}", striped(color, i), weight, vgg), school=school)
            for i, (color, school, weight) in enumerate(kinds)
        ]
    )


def test_every_painter_of_several_lends_a_share_and_is_named(vgg: Vgg19) -> None:
    draft = finished(
        hung(vgg), Draft(disc(), (("work-1", 1.0),)), vgg, chance=np.random.default_rng(0)
    )
    shares = dict(draft.sources)
    assert sum(shares.values()) == pytest.approx(1)
    red = sum(share for work, share in shares.items() if work in {"work-0", "work-1", "work-2"})
    assert red == pytest.approx(0.5 + 0.5 * 0.75)
    assert len([work for work in shares if work in {"work-3", "work-4", "work-5"}]) == 1


def test_colors_go_to_the_work_as_far_as_asked(vgg: Vgg19) -> None:
    gallery = Gallery([Exhibit.of("red", striped(RED), 1.0, vgg)])
    draft = Draft(striped(BLUE, 5))
    own, theirs = (
        finished(gallery, draft, vgg, palette=p, chance=np.random.default_rng(0)).content
        for p in (0.0, 1.0)
    )
    assert abs(redness(own) - redness(draft.content)) < 30
    assert redness(theirs) > redness(draft.content) + 100
