"""Margins are cut with confidence or not at all, and faults are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from moxie.arts.painting import codec
from moxie.arts.painting.clean import clean, margins
from moxie.arts.painting.picture import Picture


@pytest.fixture
def scene(rng: np.random.Generator) -> Picture:
    """Blotches of color with texture, up to every edge."""
    coarse = rng.integers(20, 236, (7, 9, 3), dtype=np.uint8)
    blotches = cv2.resize(coarse, (360, 280), interpolation=cv2.INTER_CUBIC).astype(float)
    textured = blotches + rng.normal(0, 14, blotches.shape)
    return np.clip(textured, 0, 255).astype(np.uint8)


def framed(
    scene: Picture, color: tuple[int, int, int], widths: tuple[int, int, int, int]
) -> Picture:
    top, bottom, left, right = widths
    out = np.empty((scene.shape[0] + top + bottom, scene.shape[1] + left + right, 3), np.uint8)
    out[:] = color
    out[top : top + scene.shape[0], left : left + scene.shape[1]] = scene
    return codec.read(codec.write(out, ".jpg"), "scan")  # as a scan comes, with JPEG's noise


def codes(picture: Picture) -> list[str]:
    return [flag.code for flag in clean(picture).flags]


def test_a_clean_picture_comes_back_untouched(scene: Picture) -> None:
    cleaned = clean(scene)
    assert cleaned.content is scene
    assert cleaned.flags == ()
    assert cleaned.usable


@pytest.mark.parametrize(
    "color", [(255, 255, 255), (236, 222, 196), (0, 0, 0), (24, 20, 18), (128, 128, 128)]
)
@pytest.mark.parametrize("widths", [(12, 12, 12, 12), (20, 26, 9, 14), (15, 15, 15, 0)])
def test_plain_margins_are_cut(
    scene: Picture, color: tuple[int, int, int], widths: tuple[int, int, int, int]
) -> None:
    cleaned = clean(framed(scene, color, widths))
    assert [flag.code for flag in cleaned.flags] == ["framed"]
    for before, after in zip(scene.shape[:2], cleaned.content.shape[:2], strict=True):
        assert before - 6 <= after <= before + 2


def test_margins_within_margins_are_cut(scene: Picture) -> None:
    paper = framed(scene, (236, 222, 196), (10, 10, 10, 10))
    cleaned = clean(framed(paper, (255, 255, 255), (8, 8, 8, 8)))
    assert abs(cleaned.content.shape[0] - scene.shape[0]) <= 6


def test_a_sheet_that_lies_askew_is_cut(scene: Picture) -> None:
    mount = framed(scene, (245, 245, 240), (16, 16, 16, 16))
    height, width = mount.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.6, 1.0)
    askew = cv2.warpAffine(mount, turn, (width, height), borderValue=(245, 245, 240))
    assert "framed" in codes(np.asarray(askew, np.uint8))


def test_a_plain_sky_or_a_flat_background_is_no_margin(scene: Picture) -> None:
    sky = scene.copy()
    sky[:40] = (200, 215, 230)
    assert margins(sky) is None
    portrait = np.full_like(scene, (235, 230, 220))
    cv2.ellipse(portrait, (180, 200), (80, 120), 0, 0, 360, (150, 90, 60), -1)
    assert margins(portrait) is None


def test_a_coloured_band_belongs_to_the_work(scene: Picture) -> None:
    assert margins(framed(scene, (200, 40, 30), (14, 14, 14, 14))) is None


def test_the_cut_is_right_in_a_large_scan(scene: Picture) -> None:
    large = cv2.resize(scene, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    box = margins(framed(np.asarray(large, np.uint8), (255, 255, 255), (60, 80, 40, 40)))
    assert box is not None
    assert 60 <= box.top <= 72
    assert 80 <= 1120 + 140 - box.bottom <= 92


@pytest.mark.parametrize(
    ("side", "flagged", "usable"), [(128, False, True), (100, True, True), (63, True, False)]
)
def test_small_pictures(scene: Picture, side: int, flagged: bool, usable: bool) -> None:
    cleaned = clean(np.ascontiguousarray(scene[:side, :200]))
    assert ("small" in [flag.code for flag in cleaned.flags]) == flagged
    assert cleaned.usable == usable


def test_blurred_and_enlarged_pictures_are_flagged(
    scene: Picture, rng: np.random.Generator
) -> None:
    strokes = np.clip(scene + rng.normal(0, 50, scene.shape), 0, 255).astype(np.uint8)
    assert codes(strokes) == []
    assert codes(cv2.GaussianBlur(strokes, (0, 0), 2.5)) == ["blurred"]
    enlarged = cv2.resize(strokes[:140, :180], None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    assert codes(enlarged) == ["blurred"]


def test_black_and_white_and_sepia_are_flagged(scene: Picture) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert codes(grey) == ["monochrome"]
    sepia = (grey * np.array([1.0, 0.86, 0.68])).astype(np.uint8)
    assert codes(sepia) == ["monochrome"]


def test_faint_and_blank_pictures(scene: Picture) -> None:
    faint = (scene.astype(float) * 0.15 + 150).astype(np.uint8)
    assert codes(faint) == ["faint"]
    blank = clean(np.full((200, 200, 3), 240, np.uint8))
    assert not blank.usable
    assert [flag.code for flag in blank.flags] == ["blank"]


@pytest.mark.works
@pytest.mark.parametrize(
    ("painter", "least", "most"), [("van_gogh", 0.0, 0.02), ("hokusai", 0.7, 1.0)]
)
def test_real_works(
    paintings: Callable[[str], Path], painter: str, least: float, most: float
) -> None:
    """Of every eighth Van Gogh nearly none is framed, of the Hokusai sheets nearly all are."""
    step = 8 if painter == "van_gogh" else 1
    paths = sorted(paintings(painter).glob("*.jpg"))[::step]
    pictures = [codec.read(path.read_bytes(), path.name) for path in paths]
    share = np.mean([margins(picture) is not None for picture in pictures])
    assert least <= share <= most + 1 / len(paths)
