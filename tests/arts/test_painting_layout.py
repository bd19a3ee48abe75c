"""The recipe `painting/layout`: a small network on pictures drawn in code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from moxie.art import Brief, Checkpoint, Sample, Supply
from moxie.arts.painting import ART, underpainting
from moxie.arts.painting.blocks import to_lab
from moxie.arts.painting.composer import WEAK, Beginning, Composer
from moxie.arts.painting.lesson import SHAPES, Lesson, looked_at, shaped
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes.layout import RECIPE, LayoutModel, reach
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.underpainting import PLANES, Look, Scaling
from moxie.errors import Cancelled, Missing
from moxie.nn.checkpoint import MemoryCheckpoint, NoCheckpoint
from moxie.nn.student import Course
from moxie.settings import Machine

MACHINE = Machine(threads=1)
STEPS = 24


@pytest.fixture(scope="module")
def works() -> list[Picture]:
    return [ART.read(data, name) for name, data in islice(ART.examples(), 4)]


def learn(
    works: list[Picture],
    checkpoint: Checkpoint | None = None,
    on_step: Callable[[int, int, float], None] = lambda *_: None,
) -> LayoutModel:
    """A model of the least size, trained for a moment."""
    plan = RECIPE.plan(Supply(RECIPE.least_works, 1.0, MACHINE, 200))
    assert plan is not None
    options = {**plan.options, "widths": "16,24,32", "steps": STEPS, "batch": 6}
    return LayoutModel(MACHINE).fit(
        [Sample(f"work-{i}", work) for i, work in enumerate(works)],
        plan=dataclasses.replace(plan, options=options),
        seed=3,
        checkpoint=checkpoint or NoCheckpoint(),
        on_step=on_step,
    )


@pytest.fixture(scope="module")
def model(works: list[Picture]) -> LayoutModel:
    return learn(works)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_one_seed_is_one_picture_and_another_seed_another(model: LayoutModel) -> None:
    brief: Brief[Picture] = Brief((64, 80), 0.6)
    first, again = (model.sample(brief, seed=3).content for _ in range(2))
    assert first.shape == (64, 80, 3)
    assert np.array_equal(first, again)
    other = model.sample(brief, seed=4).content
    assert np.abs(first.astype(int) - other).mean() > 5


@pytest.mark.slow
def test_the_sources_are_works_and_their_shares_sum_to_one(model: LayoutModel) -> None:
    for novelty in (0.0, 1.0):
        sources = model.sample(Brief((64, 64), novelty), seed=1).sources
        assert {work for work, _ in sources} <= {f"work-{i}" for i in range(4)}
        assert sum(share for _, share in sources) == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("after", [5, STEPS // WEAK + 9], ids=["the weak network", "the other"])
def test_learning_that_was_stopped_ends_in_the_same_model(
    model: LayoutModel, works: list[Picture], tmp_path: Path, after: int
) -> None:
    memory = MemoryCheckpoint()

    def stop(step: int, _total: int, _loss: float) -> None:
        if step == len(works) + after:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        learn(works, memory, stop)
    steps: list[int] = []
    resumed = learn(works, memory, lambda step, *_: steps.append(step))
    assert steps[len(works)] == len(works) + after + 1
    for name, one in (("whole", model), ("resumed", resumed)):
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
    assert files(tmp_path / "whole") == files(tmp_path / "resumed")


@pytest.mark.slow
def test_a_saved_model_makes_the_same_picture(model: LayoutModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}
    loaded = LayoutModel(MACHINE).load(tmp_path)
    brief: Brief[Picture] = Brief((64, 64), 0.3)
    assert np.array_equal(loaded.sample(brief, seed=2).content, model.sample(brief, seed=2).content)
    (tmp_path / "composer.json").unlink()
    with pytest.raises(Missing, match=r"composer\.json"):
        LayoutModel(MACHINE).load(tmp_path)


@pytest.mark.slow
def test_a_state_of_one_network_is_not_gone_on_from(
    model: LayoutModel, works: list[Picture], tmp_path: Path
) -> None:
    memory = MemoryCheckpoint()
    memory.save({"step": 5, "net.enter.weight": torch.zeros(1)})
    anew = learn(works, memory)
    for name, one in (("whole", model), ("anew", anew)):
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
    assert files(tmp_path / "whole") == files(tmp_path / "anew")


@pytest.mark.slow
def test_a_model_of_one_network_can_still_be_read(model: LayoutModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    tensors = load_file(tmp_path / "composer.safetensors")
    assert any(name.startswith("weak.") for name in tensors)
    save_file(
        {k: v for k, v in tensors.items() if not k.startswith("weak.")},
        tmp_path / "composer.safetensors",
    )
    old = LayoutModel(MACHINE).load(tmp_path)
    assert old.composer.weak is old.composer.net
    assert old.sample(Brief((64, 64), 0.3), seed=2).content.shape == (64, 64, 3)


def test_an_untrained_model_says_so() -> None:
    with pytest.raises(Missing, match="train it first"):
        LayoutModel(MACHINE).sample(Brief((64, 64)), seed=0)


@pytest.mark.slow
def test_what_was_learnt_is_foreseen_better_than_noise(
    model: LayoutModel, works: list[Picture]
) -> None:
    rng = np.random.default_rng(9)
    noise = rng.integers(0, 255, works[0].shape, np.uint8)
    known, strange = model.losses([works[0], noise])
    assert known < strange
    assert model.losses([noise])[0] == strange  # in whatever company


@pytest.mark.slow
def test_learning_lowers_the_error(works: list[Picture]) -> None:
    planes = [looked_at(work) for work in works]
    lesson = Lesson.of([f"work-{i}" for i in range(4)], planes, [1.0] * 4)
    assert len(lesson.aside) == 1

    def error(steps: int) -> float:
        made = Composer.learn(
            lesson,
            shaped((16, 24, 32)),
            Course(steps, 8, rate=4e-3),
            MACHINE,
            0,
            checkpoint=NoCheckpoint(),
            on_step=lambda *_: None,
        )
        return float(made.errors(works).mean())

    assert error(60) < 0.9 * error(1)


@pytest.mark.slow
def test_nearer_to_imitation_the_parts_of_works_are_larger(model: LayoutModel) -> None:
    shares = [reach(v) for v in np.linspace(-0.1, 1.1, 13)]
    assert shares == sorted(shares, reverse=True)
    seams = []
    for share in (1.0, 0.1):
        made = model.composer.imagine((64, 64), Beginning(), share, np.random.default_rng(1))
        owners = made[..., PLANES]
        assert set(np.unique(owners)) <= set(range(4))
        seams.append(int((np.diff(owners, axis=0) != 0).sum()))
    assert seams[0] < seams[1]


@pytest.mark.slow
def test_an_underpainting_is_made_of_what_its_places_say(model: LayoutModel) -> None:
    made = model.composer.imagine((64, 64), Beginning(), 0.3, np.random.default_rng(2))
    told = np.empty_like(made[..., :3])
    for number, work in enumerate(model.composer.lesson.planes):
        own = made[..., PLANES] == number
        rows, columns = (
            np.float32(made[..., PLANES + 1 + axis] * work.shape[axis] - 0.5) for axis in (0, 1)
        )
        there = cv2.remap(np.ascontiguousarray(work[..., :3]), columns, rows, cv2.INTER_LINEAR)
        told[own] = there[own]
    assert np.abs(told - made[..., :3]).mean() < 0.05


def test_a_whole_picture_given_leads_as_in_every_recipe(
    model: LayoutModel, works: list[Picture]
) -> None:
    brief: Brief[Picture] = Brief((64, 64), 0.3, start=cv2.resize(works[2], (64, 64)))
    made = model.sample(brief, seed=5).content
    plain = PatchModel.of(MACHINE, model.gallery).sample(brief, seed=5).content
    assert np.array_equal(made, plain)


@pytest.mark.slow
def test_only_the_masked_part_changes(model: LayoutModel, works: list[Picture]) -> None:
    start = cv2.resize(works[1], (64, 64), interpolation=cv2.INTER_AREA)
    mask = np.zeros((64, 64), bool)
    mask[:, 32:] = True
    made, other = (
        model.sample(Brief((64, 64), novelty, start=start, mask=mask), seed=0).content
        for novelty in (0.0, 1.0)
    )
    assert np.array_equal(made[:, :32], start[:, :32])
    assert np.array_equal(other[:, :32], start[:, :32])
    gaps = [np.abs(p[:, 40:].astype(int) - start[:, 40:]).mean() for p in (made, other)]
    assert 0 < gaps[0] < gaps[1]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(64, 256), (256, 64), (96, 96)])
def test_every_proportion_is_made_without_squeezing(
    model: LayoutModel, size: tuple[int, int]
) -> None:
    assert model.sample(Brief(size, 1.0), seed=0).content.shape == (*size, 3)
    planes = np.zeros((48, 48, 7), np.float32)
    rows, columns = underpainting.cut(planes, size, np.random.default_rng(0)).shape[:2]
    assert columns / rows == pytest.approx(size[1] / size[0], rel=0.05)


def test_the_plan_grows_with_the_time_and_never_without_end() -> None:
    steps = []
    for seconds in (200, 240, 300, 1e6):
        plan = RECIPE.plan(Supply(400, 100.0, MACHINE, seconds))
        assert plan is not None
        assert plan.seconds <= seconds
        steps.append(int(plan.options["steps"]))
    assert steps == sorted(set(steps))
    assert steps[-1] < 5000
    assert RECIPE.plan(Supply(400, 100.0, MACHINE, 150)) is None
    assert RECIPE.plan(Supply(RECIPE.least_works - 1, 1.0, MACHINE, 600)) is None


def test_a_window_is_a_part_of_the_work_and_says_where(works: list[Picture]) -> None:
    work = underpainting.placed(looked_at(works[0]))
    rng = np.random.default_rng(2)
    for _ in range(8):
        part = underpainting.window(work, (40, 56), Look.draw(rng), rng)
        assert part.shape == (40, 56, 9)
        rows, columns = part[..., 7].ravel(), part[..., 8].ravel()
        at = (rows * work.shape[0] - 0.5, columns * work.shape[1] - 0.5)
        there = cv2.remap(
            np.ascontiguousarray(work[..., 0]),
            np.float32(at[1]).reshape(40, 56),
            np.float32(at[0]).reshape(40, 56),
            cv2.INTER_LINEAR,
        )
        assert np.abs(there - part[..., 0]).mean() < 0.03


def test_turned_palettes_keep_lightness_and_liveliness() -> None:
    planes = np.random.default_rng(0).normal(size=(8, 8, 7)).astype(np.float32)
    turned = Look(turn=0.5, chroma=0.2).recoloured(planes)
    assert np.array_equal(np.delete(turned, [1, 2], 2), np.delete(planes, [1, 2], 2))
    strength = [np.hypot(p[..., 1], p[..., 2]) for p in (planes, turned)]
    np.testing.assert_allclose(strength[1], 1.2 * strength[0], rtol=1e-5)
    assert Look(zoom=0.2).recoloured(planes) is planes


def test_scaling_comes_back() -> None:
    planes = np.random.default_rng(0).normal(2, 3, size=(9, 8, 7)).astype(np.float32)
    scaling = Scaling.of([planes])
    scaled = scaling.scaled(planes)
    np.testing.assert_allclose(scaled.mean((0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std((0, 1)), 1, rtol=1e-4)
    np.testing.assert_allclose(scaling.restored(scaled), planes, rtol=1e-4, atol=1e-4)


def test_liveliness_is_told_at_the_size_of_the_picture(
    model: LayoutModel, works: list[Picture]
) -> None:
    """Of a work's own underpainting the liveliness at another size comes out about as it is."""
    work = works[0]
    planes = looked_at(work)
    for side in (64, 256):
        size = tuple(round(n * side / min(work.shape[:2])) for n in work.shape[:2])
        shown = cv2.resize(work, size[::-1], interpolation=cv2.INTER_AREA)
        own = underpainting.vigour(to_lab(shown), underpainting.block_side(side))
        placed = np.dstack([planes, np.zeros((*planes.shape[:2], 3), np.float32)])
        told = underpainting.composition(model.gallery, placed, size).vigour
        ratio = np.abs(np.log(told[..., 2:]) - np.log(own[..., 2:])).mean()
        assert ratio < 0.35, side


def test_shapes_suit_the_network() -> None:
    multiple = shaped((64, 128, 192)).multiple
    assert all(side % multiple == 0 for shape in SHAPES for side in shape)
