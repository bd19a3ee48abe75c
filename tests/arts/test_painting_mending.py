"""Holes are filled better than by the usual solvers, and nothing else is touched."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from moxie.arts.painting import codec
from moxie.arts.painting.examples import examples
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration import choosing, conditional, mending, prior, solvers, texture
from moxie.arts.painting.restoration.damage import damage
from moxie.arts.painting.restoration.kinds import Kind
from moxie.arts.painting.restoration.scan import Scan

Mask = np.ndarray


@pytest.fixture(scope="module")
def picture() -> Picture:
    name, data = next(itertools.islice(examples(), 3, None))
    return np.ascontiguousarray(codec.read(data, name)[60:172, 60:172])


@pytest.fixture(scope="module")
def mask(picture: Picture) -> Mask:
    return damage(picture, [Kind.CRACKS, Kind.LOSSES], share=0.08, seed=2).mask


def blanked(picture: Picture, mask: Mask) -> Picture:
    return np.where(mask[..., None], np.uint8(0), picture)


def error(made: np.ndarray, truth: Picture, mask: Mask) -> float:
    return float(((made.astype(float) - truth)[mask] ** 2).mean())


@pytest.mark.slow
def test_mending_beats_the_usual_solvers_and_touches_nothing_else(
    picture: Picture, mask: Mask
) -> None:
    torn = blanked(picture, mask)
    done = mending.mend(Scan(torn), mask, seed=1)
    assert np.array_equal(done.scan.pixels[~mask], torn[~mask])
    peers = [cv2.inpaint(torn, mask.astype(np.uint8), 3, way) for way in (0, 1)]
    best = min(error(peer, picture, mask) for peer in peers)
    assert error(done.scan.pixels, picture, mask) < 0.9 * best
    again = mending.mend(Scan(torn), mask, seed=1)
    assert np.array_equal(again.scan.pixels, done.scan.pixels)
    assert {round(sum(region.shares.values()), 1) for region in done.regions} == {1.0}
    assert sum(region.pixels for region in done.regions) == mask.sum()
    assert 0.2 < done.sureness[mask].mean() < 1
    assert (done.sureness[~mask] == 1).all()


@pytest.mark.slow
def test_what_lies_under_the_mask_does_not_matter(picture: Picture, mask: Mask) -> None:
    dark, light = blanked(picture, mask), np.where(mask[..., None], np.uint8(255), picture)
    one, other = (mending.mend(Scan(torn), mask).scan.pixels for torn in (dark, light))
    assert np.array_equal(one, other)


def test_a_deep_scan_with_opacity_keeps_both(picture: Picture) -> None:
    deep = picture.astype(np.uint16) * 257 + 3
    opacity = np.full((*picture.shape[:2], 1), 1000, np.uint16)
    whole = Scan(np.concatenate([deep.clip(0, 65535), opacity], 2).astype(np.uint16))
    hole = np.zeros(picture.shape[:2], bool)
    hole[40:44, 20:60] = True
    done = mending.mend(whole, hole).scan
    assert done.pixels.dtype == np.uint16
    assert np.array_equal(done.pixels[~hole], whole.pixels[~hole])
    assert (done.pixels[..., 3] == 1000).all()
    assert len(np.unique(done.pixels[hole][:, 0] % 257)) > 20  # in its own depth, not in 8 bits


@pytest.mark.slow
def test_a_hole_larger_than_a_tile_is_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "TILE", 32)
    monkeypatch.setattr(mending, "MARGIN", 8)
    plain = np.full((200, 200, 3), (90, 120, 150), np.uint8)
    hole = np.zeros((200, 200), bool)
    hole[40:160, 40:160] = True
    made = mending.mend(Scan(blanked(plain, hole)), hole).scan.pixels
    assert np.abs(made.astype(int) - plain).max() <= 4


@pytest.mark.slow
def test_other_works_lend_strokes_and_are_named(picture: Picture) -> None:
    hole = np.zeros(picture.shape[:2], bool)
    hole[40:70, 50:85] = True
    works = {"a": np.ascontiguousarray(picture[::-1]), "b": np.ascontiguousarray(picture[:, ::-1])}
    known = mending.Known(works, mending.study(list(works.values()), 0, most=2000, rounds=1))
    done = mending.mend(Scan(blanked(picture, hole)), hole, known, seed=3)
    assert set(done.sources) - {""}
    assert set(done.sources) <= {"", "a", "b"}


@pytest.mark.parametrize("solve", list(solvers.SOLVERS.values()))
def test_solvers_keep_what_is_known_and_run_slopes_on(
    solve: Callable[[np.ndarray, Mask], np.ndarray],
) -> None:
    ramp = np.broadcast_to(np.linspace(0, 1, 40, dtype=np.float32)[None, :, None], (40, 40, 3))
    hole = np.zeros((40, 40), bool)
    hole[10:30, 18:22] = True
    hole[0:3, 30:34] = True  # at the edge too
    made = solve(np.where(hole[..., None], np.float32(0), ramp), hole)
    assert np.allclose(made[~hole], ramp[~hole], atol=1e-6)
    assert np.abs(made - ramp)[hole].max() < 0.12


def test_pieces_say_what_runs_on_through_a_crack() -> None:
    rows = np.sin(np.arange(64) * 1.3)[:, None] * 0.3 + 0.5
    stripes = np.broadcast_to(rows[..., None], (64, 64, 3)).astype(np.float32)
    hole = np.zeros((64, 64), bool)
    hole[:, 30:33] = True
    first = np.where(hole[..., None], np.float32(0.5), stripes)
    learnt = prior.load().learn(prior.pieces_of([stripes], 4000, 0), 2)
    made = conditional.fill(first, hole, learnt, hole)
    assert np.abs(made - stripes)[hole].mean() < 0.25 * np.abs(first - stripes)[hole].mean()


def test_shares_go_to_the_way_that_was_right() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((500, 3)).astype(np.float32)
    noise = rng.normal(0, 0.2, (500, 3)).astype(np.float32)
    ways = {"good": truth + noise / 20, "bad": truth + noise[::-1], "worse": truth + 0.5}
    everywhere = np.ones(500, bool)
    trial = choosing.Trial(everywhere, truth, ways, everywhere, np.ones(500, np.float32))
    errors = trial.errors(thick=True)
    shares = errors.shares(errors)
    assert shares.sum() == pytest.approx(1)
    assert shares[0] > 0.95
    assert errors.rms(shares) < 0.02


def test_thick_and_thin_are_told_apart() -> None:
    hole = np.zeros((60, 60), bool)
    hole[10:12, :] = True
    hole[30:50, 20:40] = True
    thick = choosing.thick_parts(hole)
    assert not thick[10:12, 45:].any()
    assert thick[32:48, 22:38].all()
    trial = choosing.trial_hole(hole, hole)
    assert not (trial & hole).any()
    assert trial.sum() > 0.5 * hole.sum()


def test_texture_brings_back_some_of_what_was_lacking() -> None:
    rng = np.random.default_rng(1)
    strokes = rng.normal(0, 0.1, (96, 96, 3)).astype(np.float32)
    flat = np.full((96, 96, 3), 0.5, np.float32)
    known, hole = np.zeros((2, 96, 96), bool)
    known[:40], hole[50:80, 20:70] = True, True
    lack = texture.lack(flat, flat + strokes, known)
    depth = choosing.depth_of(hole)
    added, used = texture.texture(flat, hole, depth, [lack], 0)
    assert used[""] > 10
    assert not added[~hole].any()
    inner = cv2.erode(hole.astype(np.uint8), np.ones((9, 9))) > 0
    assert added[inner].std() == pytest.approx(0.1 * texture.STRENGTH, rel=0.35)
