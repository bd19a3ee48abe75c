"""The recipe `painting/patches` and what it is made of, on pictures drawn in code."""

import dataclasses

import cv2
import numpy as np
import pytest

from moxie.art import Brief, Sample, Supply
from moxie.arts.painting import fill as filling
from moxie.arts.painting import montage
from moxie.arts.painting.dial import dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.recipes.patches import RECIPE, PatchModel
from moxie.errors import Cancelled, Missing
from moxie.settings import Machine

MACHINE = Machine(threads=1)


class Memory:
    """A checkpoint that keeps its state."""

    def __init__(self):
        self.state = None

    def load(self):
        return self.state

    def save(self, state):
        self.state = dict(state)


def scene(seed, height=96, width=128):
    """A sky over a ground in random colours, hatched with strokes."""
    rng = np.random.default_rng(seed)
    picture = np.empty((height, width, 3), np.uint8)
    horizon = int(rng.integers(height // 3, 2 * height // 3))
    picture[:horizon], picture[horizon:] = rng.integers(30, 225, (2, 3))
    for _ in range(160):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        shift = rng.integers(-40, 40, 3)
        colour = np.clip(picture[y, x].astype(int) + shift, 0, 255).tolist()
        end = (x + int(rng.integers(4, 14)), y + int(rng.integers(-3, 4)))
        cv2.line(picture, (x, y), end, colour, 2)
    return picture


def learn(pictures, **kwargs):
    samples = [Sample(f"work-{i}", p) for i, p in enumerate(pictures)]
    plan = RECIPE.plan(Supply(len(samples), 0.1, MACHINE, 60))
    return RECIPE.build(MACHINE).fit(
        samples,
        plan=plan,
        seed=0,
        checkpoint=kwargs.get("checkpoint", Memory()),
        on_step=kwargs.get("on_step", lambda *_: None),
    )


@pytest.fixture(scope="module")
def model():
    return learn([scene(i) for i in range(6)])


def test_one_seed_is_one_picture_and_another_seed_another(model):
    brief = Brief((64, 80), 0.5)
    first, again = (model.sample(brief, seed=3).content for _ in range(2))
    other = model.sample(brief, seed=4).content
    assert first.shape == (64, 80, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 5


def test_the_sources_are_works_and_their_shares_sum_to_one(model):
    sources = model.sample(Brief((64, 64), 0.8), seed=1).sources
    assert {work for work, _ in sources} <= {f"work-{i}" for i in range(6)}
    assert sum(share for _, share in sources) == pytest.approx(1)
    assert len(sources) >= 3


def test_a_saved_model_makes_the_same_picture(model, tmp_path):
    model.save(tmp_path)
    assert {f.suffix for f in tmp_path.iterdir()} == {".safetensors", ".json"}
    loaded = PatchModel(MACHINE).load(tmp_path)
    brief = Brief((64, 64), 0.3)
    assert np.array_equal(loaded.sample(brief, seed=2).content, model.sample(brief, seed=2).content)


def test_learning_that_was_stopped_ends_in_the_same_model(model, tmp_path):
    memory = Memory()

    def stop(step, _total, _loss):
        if step == 4:
            raise Cancelled("Stopped.")

    pictures = [scene(i) for i in range(6)]
    with pytest.raises(Cancelled):
        learn(pictures, checkpoint=memory, on_step=stop)
    resumed_at = []
    resumed = learn(pictures, checkpoint=memory, on_step=lambda s, *_: resumed_at.append(s))
    assert resumed_at == [5, 6]
    for name, one in (("a", model), ("b", resumed)):
        (tmp_path / name).mkdir()
        one.save(tmp_path / name)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_work_is_better_explained_by_its_like(model):
    like, unlike = scene(0), np.random.default_rng(9).integers(0, 255, (96, 128, 3), np.uint8)
    known, strange = model.losses([like, unlike])
    assert known < 0.2 * strange


def test_one_work_is_enough_to_paint_from():
    single = learn([scene(11)])
    for novelty in (0.0, 1.0):
        made = single.sample(Brief((64, 64), novelty), seed=0)
        assert made.content.shape == (64, 64, 3)
        assert made.sources == (("work-0", pytest.approx(1.0)),)


def test_a_picture_given_is_followed_and_only_the_masked_part_changes(model):
    start = scene(21, 64, 64)
    mask = np.zeros((64, 64), bool)
    mask[:, 32:] = True
    made = model.sample(Brief((64, 64), 0.5, start=start, mask=mask), seed=0).content
    assert np.array_equal(made[:, :32], start[:, :32])
    assert not np.array_equal(made[:, 32:], start[:, 32:])
    brief = Brief((64, 64), 0.2, start=start, options={"palette": 0.0})
    whole = model.sample(brief, seed=0).content
    shrunk = [
        cv2.resize(p, (8, 8), interpolation=cv2.INTER_AREA).astype(int) for p in (whole, start)
    ]
    assert np.abs(shrunk[0] - shrunk[1]).mean() < 15


def test_infill_leaves_the_known_part_and_closes_the_hole(model):
    picture = scene(2)
    mask = np.zeros(picture.shape[:2], bool)
    mask[30:50, 40:70] = True
    damaged = picture.copy()
    damaged[mask] = (255, 0, 255)
    mended = model.infill(damaged, mask, seed=0)
    assert np.array_equal(mended[~mask], picture[~mask])
    error = np.abs(mended[mask].astype(int) - picture[mask]).mean()
    assert error < 0.5 * np.abs(damaged[mask].astype(int) - picture[mask]).mean()


@pytest.mark.slow
def test_infill_of_nothing_and_of_everything(model):
    picture = scene(3)
    nothing = np.zeros(picture.shape[:2], bool)
    assert np.array_equal(model.infill(picture, nothing, seed=0), picture)
    everything = model.infill(picture, ~nothing, seed=0)
    assert everything.shape == picture.shape
    assert everything.std() > 5


def test_an_untrained_model_says_so():
    with pytest.raises(Missing, match="train it first"):
        PatchModel(MACHINE).sample(Brief((64, 64)), seed=0)


def test_a_model_with_a_lost_file_says_so(model, tmp_path):
    model.save(tmp_path)
    (tmp_path / "gallery.json").unlink()
    with pytest.raises(Missing, match=r"gallery\.json"):
        Gallery.load(tmp_path)


def test_the_dial_moves_everything_one_way():
    settings = [dial(v) for v in np.linspace(0, 1, 21)]
    for name in ("parts", "share", "warp", "zoom", "apart", "hue", "chroma"):
        values = [getattr(s, name) for s in settings]
        assert values == sorted(values), name
    mended = [s.mended for s in settings]
    assert mended == sorted(mended, reverse=True)


@pytest.mark.parametrize("base", range(6))
def test_a_montage_takes_parts_from_several_works_in_its_shares(model, base):
    found = montage.compose(model.gallery, base, dial(0.5), (64, 80), np.random.default_rng(1))
    assert found.picture.shape == found.places.shape == (64, 80, 3)
    assert base in dict(found.shares)
    assert len(found.shares) == 3
    assert sum(share for _, share in found.shares) == pytest.approx(1)
    assert min(share for _, share in found.shares) > 0.02


def test_a_montage_knows_where_its_pixels_came_from(model):
    """Painted from works that say where each pixel lies, it shows what its places say."""
    height, width = 96, 128
    rows, columns = np.mgrid[0:height, 0:width]
    maps = [
        np.stack([np.full((height, width), 60 * i), 2 * rows, 2 * columns % 256], 2).astype(
            np.uint8
        )
        for i in range(4)
    ]
    plain = learn(maps)
    still = dataclasses.replace(dial(0.5), warp=0.0)
    found = montage.compose(plain.gallery, 1, still, (96, 96), np.random.default_rng(3))
    shown = found.picture.astype(float)
    told = np.stack(
        [60 * found.places[..., 0], 2 * height * found.places[..., 1], shown[..., 2]], 2
    )
    assert np.median(np.abs(told - shown)[..., :2]) < 4


def test_the_seam_runs_where_two_pictures_agree():
    a = np.full((40, 60, 3), 200, np.uint8)
    b = np.full((40, 60, 3), 20, np.uint8)
    a[18:20], b[18:20] = 100, 100  # the only place where they agree
    keep, _ = montage._seam(a, b, montage._Cut(upright=False, place=0.5, first=True))
    assert set(np.flatnonzero(np.diff(keep, axis=0).any(1))) <= {17, 18, 19}


def test_a_mask_shrunk_still_covers_every_masked_pixel():
    mask = np.zeros((40, 40), bool)
    mask[7, 33] = True
    assert filling.resize_mask(mask, (10, 10))[1, 8]
