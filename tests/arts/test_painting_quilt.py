"""Blocks, how they are found, and pictures laid from them, on pictures drawn in code."""

import cv2
import numpy as np
import pytest

from moxie.arts.painting.blocks import CELLS, block_side, describe, look, to_lab, to_rgb, vigour
from moxie.arts.painting.quilt import Target, _Cloth, beyond_seam, even, quilt
from moxie.arts.painting.swatches import Swatches

NOWHERE = -1.0


def strokes(seed, angle=0.0, size=(128, 128), busy=600, colour=(120, 140, 90)):
    """Short strokes of one direction over a ground."""
    rng = np.random.default_rng(seed)
    picture = np.full((*size, 3), colour, np.uint8)
    dx, dy = np.cos(angle) * 6, np.sin(angle) * 6
    for _ in range(busy):
        x, y = rng.integers(size[1]), rng.integers(size[0])
        tone = np.clip(np.array(colour) + rng.integers(-60, 60, 3), 0, 255).tolist()
        end = (int(x + dx), int(y + dy))
        cv2.line(picture, (int(x), int(y)), end, tone, 2)
    return picture


def target(picture, work=NOWHERE):
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    places = np.stack([np.full(rows.shape, work), rows / rows.shape[0], columns / rows.shape[1]], 2)
    lively = vigour(to_lab(picture), block_side(min(picture.shape[:2])))
    return Target(picture, places.astype(np.float32), lively)


def lay(picture, sources, **kwargs):
    return quilt(target(picture), sources, **{"mended": (), "apart": 0.2, **kwargs})


def contrast(picture):
    """Standard deviation of lightness within cells of 16 pixels."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float)
    h, w = gray.shape[0] // 16, gray.shape[1] // 16
    return gray[: h * 16, : w * 16].reshape(h, 16, w, 16).std((1, 3))


def test_lab_comes_back():
    picture = strokes(0)
    assert np.abs(to_rgb(to_lab(picture)).astype(int) - picture).max() <= 1


def test_a_block_is_described_by_its_strokes_and_not_only_its_colours():
    level, upright, calm = (
        describe(look(to_lab(p), 4)).mean((0, 1))
        for p in (strokes(1), strokes(2, np.pi / 2), strokes(3, busy=60))
    )
    again = describe(look(to_lab(strokes(4)), 4)).mean((0, 1))
    near = np.linalg.norm(level - again)
    assert np.linalg.norm(level - upright) > 3 * near
    assert np.linalg.norm(level - calm) > 3 * near


def test_the_nearest_block_to_a_known_one_is_itself():
    works = [(7, strokes(0)), (9, strokes(1, np.pi / 3, colour=(60, 90, 160)))]
    swatches = Swatches(works, 32, soft=6.0)
    described = describe(look(to_lab(works[1][1]), 4))
    found, gaps = swatches.nearest(described[3:4, 5], 1)
    number = int(found[0, 0])
    assert swatches.owners[number] == 9
    assert tuple(swatches.spots[number][1:]) == (24, 40)
    assert swatches.centres[number] == pytest.approx([(24 + 16) / 128, (40 + 16) / 128])
    assert gaps[0, 0] == pytest.approx(0, abs=1e-4)


def test_a_mirrored_block_is_known_by_its_place_in_the_work():
    swatches = Swatches([(0, strokes(0))], 32, soft=6.0)
    first, mirrored = swatches.spots[:, 0] == 0, swatches.spots[:, 0] == 1
    assert np.allclose(swatches.centres[first][0], [0.125, 0.125])
    assert np.allclose(swatches.centres[mirrored][0], [0.125, 0.875])


def test_works_smaller_than_a_block_still_lend_one():
    swatches = Swatches([(0, strokes(0, size=(24, 128))), (1, strokes(1))], 32, soft=6.0)
    assert set(swatches.owners) == {0, 1}
    tiny = Swatches([(0, strokes(0, size=(9, 9)))], 32, soft=6.0)
    assert tiny.strokes(np.array([0])).shape == (1, 32, 32, 3)


def test_strokes_come_from_the_works_and_colours_from_the_composition():
    blue = np.full((128, 128, 3), (70, 90, 170), np.uint8)
    work = strokes(0)
    made = lay(blue, [(0, work)])
    far = np.abs(work.mean((0, 1)) - blue.mean((0, 1)))
    assert (np.abs(made.picture.mean((0, 1)) - blue.mean((0, 1))) < 0.4 * far).all()
    assert made.shares == ((0, 1.0),)


def test_directions_are_followed():
    plan = np.concatenate([strokes(5), strokes(6, np.pi / 2)], 1)
    sources = [(0, strokes(7)), (1, strokes(8, np.pi / 2))]
    made = lay(plan, sources, mended=(0.3,)).picture
    dx = np.abs(cv2.Sobel(made, cv2.CV_32F, 1, 0)).mean(2)
    dy = np.abs(cv2.Sobel(made, cv2.CV_32F, 0, 1)).mean(2)
    middle = made.shape[1] // 2
    assert dy[:, :middle].mean() > 1.2 * dx[:, :middle].mean()
    assert dx[:, middle:].mean() > 1.2 * dy[:, middle:].mean()


def test_calm_stays_calm_and_busy_stays_busy():
    """The failure of nearest blocks: everything comes out evenly bland."""
    plan = np.concatenate([strokes(5, busy=25), strokes(6)], 1)
    sources = [(0, strokes(7, 0.5)), (1, strokes(8, 2.0, busy=25))]
    wanted, made = contrast(plan), contrast(lay(plan, sources).picture)
    assert np.corrcoef(wanted.ravel(), made.ravel())[0, 1] > 0.8
    assert made[:, 9:].mean() == pytest.approx(wanted[:, 9:].mean(), rel=0.25)


def test_a_block_never_returns_to_its_place_nor_goes_on_as_it_did():
    work = strokes(0, size=(160, 160))
    swatches = Swatches([(0, work), (1, strokes(1, size=(160, 160)))], 32, soft=6.0)
    cloth = _Cloth(target(work, work=0.0), swatches, 0.2)
    cloth.lay()
    runs = 0
    for (row, column), block in cloth.chosen.items():
        here = np.array([row * 16 + 16, column * 16 + 16]) / 160
        if swatches.owners[block] == 0:
            assert np.abs(swatches.centres[block] - here).max() >= 0.2
        right = cloth.chosen.get((row, column + 1))
        if right is not None:
            source, top, left = swatches.spots[right] - swatches.spots[block]
            runs += source == 0 and abs(top) <= 16 and abs(left - 16) <= 16
    assert runs == 0


def test_every_pixel_is_laid():
    plan = strokes(3, size=(100, 148))
    swatches = Swatches([(0, strokes(0)), (1, strokes(1, 1.0))], 16, soft=3.0)
    cloth = _Cloth(target(plan), swatches, 0.2)
    cloth.laid[:] = np.nan
    cloth.laid[: cloth.side, : cloth.side] = 0  # the first block is joined to nothing
    for rows in range(cloth.shape[0]):
        for columns in range(cloth.shape[1]):
            where = cloth._where((rows, columns))
            cloth.laid[where] = 0.5
    assert not np.isnan(cloth.laid).any()
    assert cloth.laid.shape[0] >= 100
    assert cloth.laid.shape[1] >= 148


def test_no_dark_dashes_where_four_blocks_meet():
    """Soft seams must not let through what is not laid yet (black)."""
    plain = np.full((128, 160, 3), 230, np.uint8)
    made = lay(plain, [(0, np.full((128, 128, 3), 225, np.uint8))]).picture
    assert made.min() > 215


def test_mending_brings_the_picture_nearer_to_its_composition():
    plan = strokes(9)
    cv2.circle(plan, (64, 64), 30, (200, 60, 40), -1)
    sources = [
        (i, strokes(20 + i, colour=c)) for i, c in enumerate([(120, 140, 90), (200, 60, 40)])
    ]

    def gap(made):
        return np.abs(cv2.GaussianBlur(made, (0, 0), 2).astype(float) - plan).mean()

    rough, fine = (lay(plan, sources, mended=m).picture for m in ((), (1.0,)))
    assert gap(fine) < gap(rough)


@pytest.mark.parametrize("short", [192, pytest.param(320, marks=pytest.mark.slow)])
def test_half_a_block_of_an_odd_number_of_cells_is_laid_too(short):
    assert block_side(short) // CELLS % 2 == 1
    plan = strokes(4, size=(short, short + 24), busy=3000)
    sources = [(i, strokes(i, size=(short - 40, short + 8), busy=3000)) for i in range(3)]
    assert lay(plan, sources, mended=(1.0,)).picture.shape == plan.shape


def test_evening_gives_back_contrast():
    wanted = to_lab(strokes(0))
    bland = to_lab(np.full((128, 128, 3), 128, np.uint8)) + 0.6 * (wanted - wanted.mean((0, 1)))
    evened = even(bland, vigour(wanted, 32)[..., 2:], 32)
    assert bland[..., 0].std() < 0.65 * wanted[..., 0].std()
    assert evened[..., 0].std() == pytest.approx(wanted[..., 0].std(), rel=0.15)


def test_the_seam_is_the_cheapest_path():
    cost = np.ones((6, 8), np.float32)
    cheap = [3, 4, 4, 5, 4, 3]
    cost[np.arange(6), cheap] = 0
    beyond = beyond_seam(cost)
    assert [int(np.flatnonzero(row)[0]) for row in beyond] == [c + 1 for c in cheap]


@pytest.mark.parametrize(
    ("short", "side"), [(64, 8), (96, 16), (256, 32), (384, 48), (512, 64), (1024, 64)]
)
def test_blocks_grow_with_the_picture(short, side):
    assert block_side(short) == side


def test_the_same_composition_is_laid_the_same_way():
    plan, sources = strokes(3, size=(64, 96)), [(0, strokes(0)), (1, strokes(1, 1.0))]
    assert np.array_equal(lay(plan, sources).picture, lay(plan, sources).picture)
