"""Forms made, mended, compared and drawn: on two or three small sample figures."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
import torch
from PIL import Image

from moxie.art import Brief, Sample
from moxie.arts.sculpture import ART, mend, show, skin, stump
from moxie.arts.sculpture.align import Shape, likely, points_of, similarity
from moxie.arts.sculpture.clean import clean
from moxie.arts.sculpture.copies import FormIndex, pack, unpack
from moxie.arts.sculpture.examples import figure
from moxie.arts.sculpture.field import Box, Field, field_in, field_of
from moxie.arts.sculpture.film import film
from moxie.arts.sculpture.form import GRID, STANDARD, Form, compacted, is_closed, parts, volume
from moxie.arts.sculpture.montage import section
from moxie.arts.sculpture.recipes.patches import PatchModel
from moxie.arts.sculpture.workshop import Workshop
from moxie.errors import BadInput
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.voting import patches_at, vote
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan


@cache
def works(number: int = 3) -> tuple[Form, ...]:
    fields = [figure(np.random.default_rng([5, i])) for i in range(number)]
    return tuple(clean(field.mesh(STANDARD)).content for field in fields)


@cache
def model() -> PatchModel:
    samples = [Sample(f"work-{i}", form) for i, form in enumerate(works())]
    plan = Plan({}, 1.0, say("x"))
    return PatchModel(Machine(threads=1)).fit(
        samples, plan=plan, seed=1, checkpoint=NoCheckpoint(), on_step=lambda *_: None
    )


def broken(form: Form, mask: np.ndarray) -> Form:
    """What is left of a form where a part is broken off."""
    lost = form.frame.masked(form.vertices, mask)
    return compacted(form.vertices, form.faces[~lost[form.faces].any(1)], form.frame)


@pytest.mark.slow
@pytest.mark.parametrize("novelty", [0.0, 1.0])
def test_what_is_made_is_one_closed_printable_body(novelty: float) -> None:
    made = model().sample(Brief((48,), novelty), seed=3)
    assert is_closed(made.content)
    assert parts(made.content).max() == 0
    assert volume(made.content) > 0
    assert np.ptp(made.content.vertices, axis=0).max() == pytest.approx(1, abs=1e-5)
    assert sum(share for _, share in made.sources) == pytest.approx(1)


@pytest.mark.slow
def test_a_rough_form_keeps_its_shape() -> None:
    box = field_of(works()[0], 40)
    rough = Field(np.round(box.values / box.pitch / 3) * 3 * box.pitch + 0.01, box.low, box.pitch)
    start = rough.mesh(STANDARD)
    made = model().sample(Brief((48,), start=start), seed=3).content
    assert is_closed(made)
    assert FormIndex.of([start]).nearest(made).similarity > 0.8  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_broken_top_is_filled_and_every_other_vertex_stays() -> None:
    whole = works()[0]
    mask = ART.region("top 15%", None, whole)
    left = broken(whole, mask)
    filled = model().infill(left, mask, seed=1)
    known = left.vertices[~left.frame.masked(left.vertices, mask)]
    assert np.array_equal(filled.vertices[: len(known)], known)
    assert left.frame.masked(filled.vertices[len(known) :], mask).all()
    assert not is_closed(left)
    assert is_closed(filled)


@pytest.mark.slow
def test_what_is_masked_does_not_speak_for_itself() -> None:
    whole = works()[0]
    mask = ART.region("top 20%", None, whole)
    moved = whole.vertices.copy()
    lost = whole.frame.masked(moved, mask)
    # another head: the same vertices are masked, but they lie elsewhere in the mask
    moved[lost, 0] *= np.float32(0.5)
    other = Form(moved, whole.faces, whole.frame)
    one, two = (mend.hole_of(form, mask).field.values for form in (whole, other))
    assert np.allclose(one, two, atol=1e-5)


@pytest.mark.slow
def test_a_symmetrical_work_is_filled_from_its_other_side() -> None:
    field = figure(np.random.default_rng(2), pitch=1 / 40)
    both = Field(np.minimum(field.values, field.values[::-1]), field.low, field.pitch)
    whole = clean(both.mesh(STANDARD)).content
    mask = ART.region("x:-0.5-0.35,y:0.5-0.8", None, whole)
    left = broken(whole, mask)
    hole = mend.hole_of(left, mask)
    box = hole.field
    truth = field_in(whole, Box(box.low, box.values.shape, box.pitch)).values  # type: ignore[arg-type]
    near = hole.missing & (np.abs(truth) < 2 * box.pitch)
    nothing = np.zeros_like(truth)
    guess = mend.guess(left, mask, hole, Workshop([]))
    apart = [np.abs(film(hole, one).values - truth)[near].mean() for one in (nothing, guess)]
    assert apart[1] < 0.7 * apart[0]


def column(high: float) -> Form:
    """An upright round column, 0.3 thick."""
    places = Box.between(np.array([-0.3, -0.7, -0.3]), np.array([0.3, 0.7, 0.3]), 0.02)
    x, y, z = np.moveaxis(places.points(), -1, 0)
    values = np.maximum(np.hypot(x, z) - 0.15, np.abs(y) - high / 2)
    return Field(values.astype(np.float32), places.low, 0.02).mesh(STANDARD)


@pytest.mark.slow
def test_a_broken_column_is_solid_to_the_break_and_goes_on_a_little() -> None:
    whole = column(1.0)
    mask = ART.region("top 20%", None, whole)
    left = broken(whole, mask)
    hole = mend.hole_of(left, mask)
    field, axis = hole.field, hole.field.points()[..., 1]
    core = np.linalg.norm(field.points()[..., ::2], axis=-1) < 0.1
    assert (field.values[core & ~hole.missing & (axis > -0.1)] < 0).all()
    assert stump.one_sided(hole) == 1
    far = mend.mend(left, mask, Workshop([]), None, torch.Generator()).vertices[:, 1].max()
    assert far - left.vertices[:, 1].max() == pytest.approx(stump.FAR, abs=0.03)


@pytest.mark.slow
def test_what_is_only_grazed_grows_no_peg() -> None:
    whole = column(1.0)
    mask = ART.region("right 2%", None, whole)
    left = broken(whole, mask)
    filled = mend.mend(left, mask, Workshop([]), None, torch.Generator())
    assert filled.vertices[:, 0].max() < whole.vertices[:, 0].max() + 0.02


def test_a_hole_in_a_wall_is_no_stump() -> None:
    whole = works()[0]
    middle = mend.hole_of(whole, ART.region("y:0.4-0.6", None, whole))
    assert stump.one_sided(middle) == 0


@pytest.mark.slow
def test_a_part_made_anew_is_another_work_s_and_differs_by_seed() -> None:
    whole = works()[0]
    brief = Brief((48,), start=whole, mask=ART.region("top 30%", None, whole))
    made = [model().sample(brief, seed=seed) for seed in range(4)]
    assert len({draft.content.vertices.tobytes() for draft in made}) > 1
    assert {work for draft in made for work, _ in draft.sources} <= {f"work-{i}" for i in range(3)}
    assert all(is_closed(draft.content) for draft in made)


def test_of_many_forms_the_likely_ones_are_known_without_laying_them() -> None:
    shapes = [Shape(points_of(form)) for form in works()]
    turned = Shape(points_of(works()[1])[:, [2, 1, 0]] * 3)
    assert likely(turned, shapes, 1) == [1]


def test_a_form_is_found_turned_scaled_and_mirrored() -> None:
    index = FormIndex.of(works())
    for number, form in enumerate(works()):
        turned = form.vertices[:, [2, 1, 0]] * np.float32(0.3) + np.float32(2)
        found = index.nearest(Form.of(turned, form.faces))  # a reflection
        assert found is not None
        assert found.index == number
        assert found.similarity > 0.8


def test_likeness_falls_with_distance() -> None:
    steps = [similarity(d) for d in (0.0, 0.05, 0.08, 0.2)]
    assert steps[0] == 1
    assert steps == sorted(steps, reverse=True)
    assert steps[2] == pytest.approx(0.5)


def test_what_is_kept_to_find_copies_is_checked() -> None:
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (50, 3))
    assert np.allclose(unpack(pack(points)), points, atol=1e-4)
    for data in (b"", pack(points)[:-1], b"x" * 100):
        with pytest.raises(BadInput):
            unpack(data)


def test_regions_are_sides_boxes_and_meshes() -> None:
    form = works()[0]
    top = ART.region("top 30%", None, form)
    assert top.shape == (GRID, GRID, GRID)
    box = ART.region("y:0.7-2", None, form)
    assert np.array_equal(top, box)
    left = ART.region("y:0.7-2,x:-1-0.5", None, form)
    assert left.sum() < box.sum()
    assert (left & box).sum() == left.sum()
    head = Form.of(0.3 * form.vertices + np.float32([0, 0.4, 0]), form.faces)
    inside = ART.region("head.glb", ART.write(head), form)
    assert 0 < inside.sum() < top.sum()
    with pytest.raises(BadInput, match="whole work"):
        ART.region("y:-1-2", None, form)


@pytest.mark.slow
def test_a_turntable_is_a_strip_of_views_that_differ() -> None:
    shown = show.preview(works()[0])
    picture = np.asarray(Image.open(io.BytesIO(shown.data)), np.int16)
    assert picture.shape[1] % shown.frames == 0
    frames = np.split(picture, shown.frames, axis=1)
    gaps = [np.abs(frame - frames[0]).mean() for frame in frames[1:]]
    assert min(gaps) > 0.3
    assert shown.small is not None
    assert shown.small.frames == 1


def test_a_section_shows_where_it_is_cut() -> None:
    cut = section(field_of(works()[0], 48), -0.2)
    assert cut is not None
    assert cut.outline.any()
    assert section(field_of(works()[0], 48), 3.0) is None


def test_votes_restore_what_patches_were_cut_from() -> None:
    for shape in ((2, 9, 8), (1, 7, 8, 9)):
        grid = torch.rand(shape, generator=torch.Generator().manual_seed(1))
        ends = [n - 3 + 1 for n in shape[1:]]
        corners = torch.cartesian_prod(*(torch.arange(n) for n in ends))
        back, count = vote(patches_at(grid, corners, 3), corners, shape, 3)
        assert count.min() >= 1
        assert torch.allclose(back, grid, atol=1e-6)


def test_a_surface_laid_in_its_own_detail_stays_near_itself() -> None:
    field = field_of(works()[0], 48)
    bank = skin.Bank.of([(0, field)], torch.Generator().manual_seed(0))
    laid = skin.lay(field, bank, 1.0, torch.Generator().manual_seed(1))
    near = np.abs(field.values) < 2 * field.pitch
    assert np.abs(laid.field.values - field.values)[near].mean() < 0.25 * field.pitch
    assert laid.shares == ((0, pytest.approx(1.0)),)
