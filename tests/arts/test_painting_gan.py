"""The recipe `painting/gan`, with networks of a few channels, on pictures drawn in code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from moxie.art import Brief, Draft, Sample, Supply
from moxie.arts.painting import Painting
from moxie.arts.painting.codec import write
from moxie.arts.painting.gallery import Exhibit, Gallery
from moxie.arts.painting.recipes import gan, patches
from moxie.arts.painting.recipes.gan import RECIPE, GanModel, plan
from moxie.checks import making
from moxie.checks.subject import Apprentice, Masking, Subject
from moxie.errors import Cancelled, Missing
from moxie.nn.checkpoint import MemoryCheckpoint, NoCheckpoint
from moxie.nn.vgg import Vgg19
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan
from pictures import paint

MACHINE = Machine(threads=1)

TINY = Plan(
    {"steps": 3, "side": 32, "width": 2, "latent": 8, "batch": 2}, 1.0, say("As a test needs it.")
)

Painted = np.ndarray[Any, np.dtype[np.uint8]]


class Works(Painting):
    """Painting, with three small sample works."""

    def examples(self) -> Iterator[tuple[str, bytes]]:
        for number in range(3):
            yield f"work-{number}.png", write(paint(number, 64, 80))


@pytest.fixture(scope="module")
def apprentice() -> Apprentice[Painted]:
    subject = Subject(Works(), 3, "64", Masking(), "20,16,30,32")
    tiny = replace(RECIPE, least_works=3, plan=lambda _: TINY)
    return Apprentice(subject, tiny)


@pytest.fixture(scope="module")
def model() -> GanModel:
    samples = [Sample(f"work-{n}", paint(n, 96, 128)) for n in range(4)]
    return GanModel(MACHINE).fit(
        samples, plan=TINY, seed=3, checkpoint=NoCheckpoint(), on_step=lambda *_: None
    )


@pytest.mark.slow
@pytest.mark.parametrize("check", making.ALL, ids=lambda check: check.__name__)
def test_the_recipe_conforms(apprentice: Apprentice[Painted], check: Any):
    check(apprentice)


def test_plans_take_the_time_there_is():
    one = Machine(threads=1, half=True)
    short, long = (plan(Supply(100, 20.0, one, seconds)) for seconds in (900.0, 1800.0))
    assert short is not None
    assert long is not None
    assert 1.8 < long.options["steps"] / short.options["steps"] < 2.2
    assert short.seconds <= 900
    assert long.seconds <= 1800


def test_without_time_to_learn_there_is_no_plan():
    assert plan(Supply(400, 80.0, MACHINE, 60.0)) is None


def test_it_is_never_chosen_before_the_patches():
    assert RECIPE.rank < patches.RECIPE.rank


def test_works_that_count_more_are_seen_more():
    vgg = Vgg19.load(MACHINE, last="conv4_1")
    dark, bright = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    for weight, share in ((1.0, 0.5), (9.0, 0.9)):
        gallery = Gallery([Exhibit.of("d", dark, 1.0, vgg), Exhibit.of("b", bright, weight, vgg)])
        drawn = gan._Works.of(gallery, 32)(np.random.default_rng(1), 400)
        assert drawn.shape == (400, 3, 32, 32)
        assert float(drawn.mean()) == pytest.approx(share, abs=0.06)


@pytest.mark.slow
def test_novelty_lengthens_the_noise(model: GanModel):
    """Short noise stays near the middle of what the generator makes."""

    def spread(novelty: float) -> float:
        plans = [model.plan(novelty, np.random.default_rng(n)) for n in range(16)]
        return float(np.stack(plans).astype(float).std(0).mean())

    assert spread(0.0) < spread(0.5) < spread(1.0)


def brief_of(start: Painted, novelty: float, **more: Any) -> Brief[Painted]:
    return Brief((80, 120), novelty, start, **more)


def test_a_photo_stays_itself_in_the_lower_half_of_the_dial(model: GanModel):
    start = paint(9, 80, 120)
    for novelty in (0.0, 0.5):
        assert np.array_equal(model.led(brief_of(start, novelty), start, seed=1), start)


def test_above_it_a_photo_moves_towards_a_plan(model: GanModel):
    start = paint(9, 320, 480)
    moved = [
        model.led(brief_of(start, novelty), start, seed=1).astype(float) - start
        for novelty in (0.75, 1.0)
    ]
    assert 0 < np.abs(moved[0]).mean() < np.abs(moved[1]).mean()
    grain = [np.abs(np.diff(one, n=2, axis=0)).mean() for one in (moved[1], start.astype(float))]
    assert grain[0] < 0.3 * grain[1]  # what is finer than a plan is not changed


def test_a_sketch_stays_as_it_was_drawn(model: GanModel):
    start = paint(9, 80, 120)
    brief = brief_of(start, 1.0, options={"lead": "sketch"})
    assert np.array_equal(model.led(brief, start, seed=1), start)


def test_the_inside_of_a_mask_is_the_generators_and_the_outside_stays(model: GanModel):
    start, mask = paint(9, 64, 64), np.zeros((64, 64), bool)
    mask[:, 32:] = True
    other = np.where(mask[..., None], 255 - start, start)
    first, second = (
        model.led(Brief((64, 64), 0.5, one, mask), one, seed=1) for one in (start, other)
    )
    assert np.array_equal(first[:, :32], start[:, :32])
    deep = slice(40, None)  # beyond the rim, where it comes in
    assert np.array_equal(first[:, deep], second[:, deep])  # whatever was hidden there


def test_the_inside_of_a_mask_takes_the_colors_around_it(model: GanModel):
    mask = np.zeros((64, 64), bool)
    mask[24:40, 24:40] = True
    for color in ((200, 40, 40), (40, 60, 190)):
        start = np.empty((64, 64, 3), np.uint8)
        start[:] = color
        found = model.led(Brief((64, 64), 0.5, start, mask), start, seed=1)
        assert np.abs(found[28:36, 28:36].mean((0, 1)) - color).max() < 40


def test_drafts_of_a_photo_name_the_works_whose_strokes_they_have(model: GanModel):
    draft: Draft[Painted] = model.sample(Brief((64, 80), 0.5, paint(9, 80, 120)), seed=2)
    assert draft.content.shape == (64, 80, 3)
    assert {name for name, _ in draft.sources} <= {f"work-{n}" for n in range(4)}
    assert sum(share for _, share in draft.sources) == pytest.approx(1)


def test_a_model_without_its_generator_says_so(model: GanModel, tmp_path: Path):
    model.save(tmp_path)
    (tmp_path / "generator.json").unlink()
    with pytest.raises(Missing, match=r"generator\.json"):
        GanModel(MACHINE).load(tmp_path)


def test_losses_are_smaller_for_what_the_generator_makes(model: GanModel):
    own = model.plan(0.5, np.random.default_rng(7))
    foreign = np.zeros_like(own)
    foreign[::2] = 255
    near, far = model.losses([own, foreign])
    assert near < 0.5 * far


@pytest.mark.slow
def test_a_training_that_was_stopped_keeps_the_works_it_read():
    """Going on must not read them again."""
    samples = [Sample(f"work-{n}", paint(n, 64, 64)) for n in range(3)]
    checkpoint = MemoryCheckpoint()

    def stop(step: int, _total: int, _loss: float) -> None:
        if step == 5:
            raise Cancelled("Stopped by a test.")

    with pytest.raises(Cancelled):
        GanModel(MACHINE).fit(samples, plan=TINY, seed=3, checkpoint=checkpoint, on_step=stop)
    calls: list[int] = []
    GanModel(MACHINE).fit(
        samples,
        plan=TINY,
        seed=3,
        checkpoint=checkpoint,
        on_step=lambda step, *_: calls.append(step),
    )
    assert calls == [6]


def test_the_random_numbers_of_others_are_left_alone(model: GanModel):
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    model.sample(Brief((64, 64)), seed=2)
    model.losses([paint(1, 64, 64)])
    assert torch.equal(torch.rand(2), expected)
