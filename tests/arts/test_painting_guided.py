"""A person leads: photos, sketches, blends, and what none of them can be."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from moxie.art import Brief, Sample
from moxie.arts.painting import ART, asking, guide, sketch
from moxie.arts.painting.dial import dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture, cover
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.errors import BadInput
from moxie.nn.checkpoint import NoCheckpoint
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

RED, BLUE = (200, 60, 50), (40, 80, 190)


def work(color: tuple[int, int, int], seed: int) -> Picture:
    """A hatched field of about one color, darker below."""
    rng = np.random.default_rng(seed)
    picture = np.full((96, 128, 3), color, np.float32)
    picture[48:] *= 0.6
    for _ in range(250):
        x, y = int(rng.integers(128)), int(rng.integers(96))
        tone = tuple(float(v) for v in np.clip(picture[y, x] + rng.normal(0, 30), 0, 255))
        cv2.line(picture, (x, y), (x + int(rng.integers(4, 12)), y + 2), tone, 2)
    return np.clip(picture, 0, 255).astype(np.uint8)


def learnt(color: tuple[int, int, int], name: str, n: int = 5) -> PatchModel:
    samples = [Sample(f"{name}-{i}", work(color, i)) for i in range(n)]
    plan, checkpoint = Plan({}, 0.0, say("It is short.")), NoCheckpoint()
    model = PatchModel(Machine(threads=1))
    return model.fit(samples, plan=plan, seed=0, checkpoint=checkpoint, on_step=lambda *_: None)


@pytest.fixture(scope="module")
def red() -> PatchModel:
    return learnt(RED, "red")


@pytest.fixture(scope="module")
def blue() -> PatchModel:
    return learnt(BLUE, "blue")


@pytest.fixture(scope="module")
def photo() -> Picture:
    """A grey disc and fine bars on a light ground."""
    picture = np.full((96, 128, 3), 210, np.uint8)
    cv2.circle(picture, (40, 48), 26, (70, 70, 70), -1)
    picture[20:76:8, 80:116] = 40
    return picture


def drawing(height: int = 96, width: int = 128, paper: int = 255, ink: int = 0) -> Picture:
    """A circle and a horizon with a gap in it, in lines."""
    picture = np.full((height, width, 3), paper, np.uint8)
    cv2.circle(picture, (width // 2, height // 2), height // 4, (ink,) * 3, 2)
    cv2.line(picture, (0, height - 20), (width // 3, height - 20), (ink,) * 3, 2)
    cv2.line(picture, (width // 3 + 2, height - 20), (width, height - 20), (ink,) * 3, 2)
    return picture


def made(model: PatchModel, start: Picture, size: tuple[int, int] = (96, 128), **said: Scalar):
    options: Mapping[str, Scalar] = said
    return model.sample(Brief(size, start=start, options=options), seed=3)


def likeness(one: Picture, other: Picture) -> float:
    """Correlation of lightness."""
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).ravel().astype(float) for p in (one, other)]
    return float(np.corrcoef(*grey)[0, 1])


def redness(picture: Picture) -> float:
    return float(picture[..., 0].mean() - picture[..., 2].mean())


def test_a_photo_keeps_what_it_shows_the_more_the_weaker(red: PatchModel, photo: Picture) -> None:
    weak, strong = (made(red, photo, strength=s).content for s in (0.0, 1.0))
    assert weak.shape == strong.shape == photo.shape
    assert likeness(weak, photo) > likeness(strong, photo)
    assert likeness(weak, photo) > 0.7


@pytest.mark.slow
def test_a_photo_takes_the_palette_as_far_as_asked(red: PatchModel, photo: Picture) -> None:
    own, between, usual = (
        made(red, photo, **said).content for said in ({"palette": 0.0}, {"palette": 0.5}, {})
    )
    assert redness(usual) > redness(between) > redness(own) + 10


def test_the_colors_of_a_part_or_a_sketch_go_less_far_unless_asked() -> None:
    assert asking.Lead().pull(part=True) < asking.Lead().pull(part=False)
    assert asking.Lead(sketch=True).pull(part=False) < asking.Lead().pull(part=False)
    assert asking.Lead(palette=0.9, sketch=True).pull(part=True) == 0.9


@pytest.mark.slow
def test_another_seed_takes_other_strokes_and_the_same_seed_the_same(photo: Picture) -> None:
    model = learnt(RED, "many", n=26)
    brief = Brief((96, 128), start=photo)
    first, again, other = (model.sample(brief, seed=seed).content for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_photo_of_other_proportions_is_cut_not_squashed(red: PatchModel) -> None:
    wide = np.full((64, 256, 3), 200, np.uint8)
    cv2.circle(wide, (128, 32), 28, (30, 30, 30), -1)
    square = made(red, wide, size=(96, 96), strength=0.0).content
    dark = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY) < 110
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    assert abs(np.ptp(rows) - np.ptp(columns)) < 16


def test_the_middle_is_what_is_covered() -> None:
    picture = np.zeros((10, 30, 3), np.uint8)
    picture[:, 10:20] = 255
    assert (cover(picture, 20, 20) > 200).mean() > 0.9


def test_without_a_size_the_start_gives_its_proportions() -> None:
    assert ART.size(None, np.zeros((300, 600, 3), np.uint8)) == (256, 512)
    assert ART.size(None, np.zeros((10, 1000, 3), np.uint8)) == (64, 512)
    assert ART.size("64", np.zeros((300, 600, 3), np.uint8)) == (64, 64)


def test_lines_are_told_from_color_blocks(photo: Picture) -> None:
    assert sketch.is_drawn(drawing())
    assert sketch.is_drawn(drawing(paper=10, ink=240)), "white on black"
    blocks = np.full((96, 128, 3), RED, np.uint8)
    blocks[:40] = BLUE
    assert not sketch.is_drawn(blocks)
    assert not sketch.is_drawn(work(RED, 0))


def test_a_region_closed_by_lines_is_one_thing_though_a_line_has_a_gap(red: PatchModel) -> None:
    colored = sketch.colored(red.gallery, drawing(), np.random.default_rng(0))
    lab = cv2.cvtColor(colored, cv2.COLOR_RGB2LAB).astype(float)
    below, above = lab[84:, 4:124], lab[60:70, 4:20]
    assert below[..., 0].std() < 8
    assert above.shape
    assert redness(colored) > 40, "in the painter's colors"
    assert lab[74:78, 20:100, 0].mean() < below[..., 0].mean(), "lines stay, dark"


def test_a_sketch_is_laid_where_its_lines_are(red: PatchModel) -> None:
    picture = made(red, drawing(), lead="sketch", strength=0.2).content
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    lines = sketch.ink(drawing())
    assert light[lines].mean() < light[~lines].mean() - 10


def test_color_blocks_keep_their_colors_by_place(red: PatchModel) -> None:
    blocks = np.full((96, 128, 3), RED, np.uint8)
    blocks[:, 64:] = BLUE
    picture = made(red, blocks, lead="sketch", strength=0.0).content
    assert redness(picture[:, :48]) > redness(picture[:, 80:]) + 60


def test_only_the_masked_part_changes_and_comes_in_softly(red: PatchModel, photo: Picture) -> None:
    mask = np.zeros((96, 128), np.bool_)
    mask[20:76, 20:76] = True
    brief = Brief((96, 128), start=photo, mask=mask)
    picture = red.sample(brief, seed=0).content
    assert (picture[~mask] == photo[~mask]).all()
    assert (picture[30:66, 30:66] != photo[30:66, 30:66]).any()
    edge = np.abs(picture[20, 20:76].astype(int) - photo[20, 20:76])
    deep = np.abs(picture[40, 30:66].astype(int) - photo[40, 30:66])
    assert edge.mean() < deep.mean()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mood": "sad"}, "no dial mood"),
        ({"strength": "2"}, "runs from 0 to 1"),
        ({"palette": "-0.1"}, "palette '-0.1' cannot be used: it runs from 0 to 1"),
        ({"strength": "nan"}, "runs from 0 to 1"),
        ({"strength": "much"}, "runs from 0 to 1"),
        ({"lead": "dance"}, "photo / sketch"),
        ({"finish": "half"}, "The finish 'half' is not known: write whole / draft"),
    ],
)
def test_dials_that_cannot_be_are_refused(given: Mapping[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ART.options(given)


def test_dials_are_read() -> None:
    assert ART.options({}) == {}
    found = ART.options({"strength": " 0.3", "lead": "Sketch"})
    assert asking.Lead.of(found) == asking.Lead(0.3, sketch=True)
    assert asking.Lead.of(ART.options({"finish": "Draft"})).draft
    assert not asking.Lead.of(ART.options({"finish": "whole"})).draft


def test_a_draft_is_the_picture_before_its_last_strokes(
    red: PatchModel, photo: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = made(red, photo, finish="draft").content
    monkeypatch.setattr(guide, "finished", lambda _gallery, laid, *_, **__: laid)
    np.testing.assert_array_equal(draft, made(red, photo).content)


def test_one_color_and_a_distorted_sketch_are_refused(red: PatchModel) -> None:
    plain = np.full((96, 128, 3), 130, np.uint8)
    with pytest.raises(BadInput, match="one color"):
        made(red, plain)
    with pytest.raises(BadInput, match=r"128x96.*256x64"):
        made(red, drawing(), size=(64, 256), lead="sketch")


def test_a_blend_takes_its_strokes_from_both_by_weight(red: PatchModel, blue: PatchModel) -> None:
    blended = ART.blend([(red, 0.75), (blue, 0.25)])
    assert isinstance(blended, PatchModel)
    assert blended.gallery.weights.sum() == pytest.approx(10)
    lent = blended.gallery.retrieve(work(RED, 9), 4)
    owners = [blended.gallery.exhibits[i].work.split("-")[0] for i in lent]
    assert owners.count("blue") == 1, "though red ones suit better"
    picture = blended.sample(Brief((64, 64), 0.5), seed=1)
    blue_share = sum(share for name, share in picture.sources if name.startswith("blue"))
    half = 0.125  # half of the strokes, and the composition where blue has composed
    assert blue_share in (pytest.approx(half, abs=0.02), pytest.approx(0.5 + half, abs=0.02))


def test_a_work_that_both_have_learnt_counts_for_both(red: PatchModel) -> None:
    blended = ART.blend([(red, 0.5), (red, 0.5)])
    assert isinstance(blended, PatchModel)
    assert len(blended.gallery) == 5
    assert blended.gallery.weights == pytest.approx(np.ones(5))


def test_models_of_other_kinds_and_versions_are_not_blended(red: PatchModel) -> None:
    older = Gallery([_older(e) for e in red.gallery.exhibits])
    with pytest.raises(BadInput, match="different versions"):
        ART.blend([(red, 0.5), (PatchModel.of(Machine(), older), 0.5)])
    with pytest.raises(BadInput, match="keeps no works"):
        ART.blend([(red, 0.5), (object(), 0.5)])  # type: ignore[list-item]


def _older(exhibit):
    from dataclasses import replace

    return replace(exhibit, work=f"old-{exhibit.work}", layout=np.zeros((8, 8, 3), np.float32))


def test_strength_turns_detail_one_way() -> None:
    shares = [asking.Lead(s).finer for s in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1][1] == 0
    assert dial(-1.0) == dial(0.0), "below the middle of the dial the palette is not turned"
