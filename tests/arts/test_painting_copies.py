"""Copies are found through the edits people make; different works that share a seal are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from moxie.arts.painting import codec
from moxie.arts.painting.clean import clean
from moxie.arts.painting.copies import PictureIndex
from moxie.arts.painting.details import Agreement, agree, details
from moxie.arts.painting.picture import Picture, fit


def paint(number: int, height: int = 260, width: int = 340) -> Picture:
    """A picture of many shapes, another for each number."""
    rng = np.random.default_rng([7, number])
    coarse = rng.integers(30, 226, (4, 5, 3), dtype=np.uint8)
    canvas = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(90):
        center = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        axes = (int(rng.integers(3, 34)), int(rng.integers(3, 20)))
        color = tuple(int(c) for c in rng.integers(0, 256, 3))
        cv2.ellipse(canvas, center, axes, float(rng.uniform(0, 180)), 0, 360, color, -1)
    return np.clip(canvas + rng.normal(0, 5, canvas.shape), 0, 255).astype(np.uint8)


def repainted(picture: Picture, seed: int = 0) -> Picture:
    """Smoothed, every part pushed about by some pixels, and given another texture."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    push = cv2.GaussianBlur(rng.normal(0, 1, (height, width, 2)).astype(np.float32), (0, 0), 8)
    push *= 6 / push.std()
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    moved = cv2.remap(
        cv2.medianBlur(picture, 11), x + push[..., 0], y + push[..., 1], cv2.INTER_LINEAR
    )
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.5)
    return np.clip(moved + 18 * (grain / grain.std())[..., None], 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def works() -> list[Picture]:
    return [paint(i) for i in range(8)]


@pytest.fixture(scope="module")
def index(works: list[Picture]) -> PictureIndex:
    return PictureIndex(works)


def mirror(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


EDITS: dict[str, Callable[[Picture], Picture]] = {
    "jpeg": lambda p: np.asarray(cv2.imdecode(cv2.imencode(".jpg", p, [1, 30])[1], 1), np.uint8),
    "half": lambda p: np.asarray(cv2.resize(p, None, fx=0.5, fy=0.5), np.uint8),
    "color": lambda p: np.clip(p * [1.15, 0.95, 0.8] + [-20, 5, 25], 0, 255).astype(np.uint8),
    "gray": lambda p: np.repeat(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    "crop": lambda p: np.ascontiguousarray(p[40:200, 60:270]),
    "mirrored crop": lambda p: mirror(p[40:200, 60:270]),
    "upside down": lambda p: np.ascontiguousarray(p[::-1, ::-1]),
    "squashed": lambda p: np.asarray(cv2.resize(p, (256, 256)), np.uint8),
}


@pytest.mark.parametrize("edit", EDITS)
def test_copies_are_found(works: list[Picture], index: PictureIndex, edit: str) -> None:
    for place in (0, 5):
        found = index.nearest(EDITS[edit](works[place]))
        assert found is not None
        assert found.index == place
        assert found.similarity > 0.6


def test_the_same_picture_is_one(works: list[Picture], index: PictureIndex) -> None:
    found = index.nearest(works[3].copy())
    assert found is not None
    assert (found.index, round(found.similarity, 3)) == (3, 1.0)
    assert str(found.evidence) == "The whole picture is the same."
    turned = index.nearest(mirror(works[3]))
    assert turned is not None
    assert turned.similarity > 0.99


def test_different_pictures_are_not_copies(works: list[Picture], index: PictureIndex) -> None:
    for place, work in enumerate(works):
        found = index.nearest(work, exclude={place})
        assert found is not None
        assert found.index != place
        assert found.similarity < 0.35
        assert "%" in str(found.evidence) or "details" in str(found.evidence)


def test_a_part_pasted_into_another_picture_is_found(works: list[Picture]) -> None:
    index = PictureIndex(works[:4])
    collage = works[6].copy()
    collage[20:150, 30:200] = cv2.resize(works[2], (170, 130), interpolation=cv2.INTER_AREA)
    found = index.nearest(collage)
    assert found is not None
    assert found.index == 2
    assert found.similarity > 0.5
    assert "same arrangement" in str(found.evidence)


def test_a_shared_seal_and_frame_are_no_copy(works: list[Picture]) -> None:
    marks = np.random.default_rng(9).integers(0, 2, (11, 7, 1), dtype=np.uint8) * 200
    seal = cv2.resize(marks, (42, 66), interpolation=cv2.INTER_NEAREST)[..., None].repeat(3, -1)

    def signed(picture: Picture) -> Picture:
        out = picture.copy()
        out[:4], out[-4:], out[:, :4], out[:, -4:] = 20, 20, 20, 20
        out[15:81, 20:62] = seal
        return out

    index = PictureIndex([signed(works[0])])
    found = index.nearest(signed(works[1]))
    assert found is not None
    agreement = agree(details(signed(works[1])), details(signed(works[0])))
    assert agreement.points >= 12  # a count of points alone would call it a copy
    assert found.similarity < 0.5


def test_a_repainting_lies_between(works: list[Picture], index: PictureIndex) -> None:
    found = index.nearest(repainted(works[4]))
    assert found is not None
    assert found.index == 4
    assert 0.4 < found.similarity < 0.95


def test_similarity_falls_steadily_with_distance(works: list[Picture]) -> None:
    index = PictureIndex([works[0]])
    values = []
    for share in np.linspace(0, 1, 6):  # from a repainting to another picture
        mixed = repainted(works[0]) * (1 - share) + repainted(works[1]) * share
        found = index.nearest(mixed.astype(np.uint8))
        assert found is not None
        values.append(found.similarity)
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 6


def test_everything_excluded_or_nothing_indexed_gives_none(
    works: list[Picture], index: PictureIndex
) -> None:
    assert index.nearest(works[0], exclude=range(8)) is None
    assert PictureIndex([]).nearest(works[0]) is None


def test_pictures_without_detail_are_compared_by_composition() -> None:
    flat = np.full((100, 140, 3), 200, np.uint8)
    halves = flat.copy()
    halves[50:] = 40
    index = PictureIndex([flat, halves])
    found = index.nearest(halves)
    assert found is not None
    assert (found.index, found.similarity) == (1, pytest.approx(1.0, abs=1e-3))
    other = index.nearest(flat)
    assert other is not None
    assert other.similarity < 0.5 or other.index == 0


def test_mirrored_details_are_those_of_the_mirrored_picture(works: list[Picture]) -> None:
    there = agree(details(works[0]).mirrored(), details(mirror(works[0])))
    assert there.points > 0.7 * len(details(works[0]).places)
    assert agree(details(works[0]), details(mirror(works[0]))).similarity < 0.5


def test_the_scale_of_agreement() -> None:
    assert Agreement(40, 3).similarity == 0.0
    assert Agreement(12, 9).similarity == 0.5
    assert Agreement(400, 100).similarity > 0.99


def test_answers_are_repeatable(works: list[Picture], index: PictureIndex) -> None:
    query = repainted(works[2], seed=3)
    assert index.nearest(query) == PictureIndex(works).nearest(query)


@pytest.mark.works
def test_different_real_works_stay_under_a_half(paintings: Callable[[str], Path]) -> None:
    """Hokusai's series shares its format, cartouches, seals and signatures."""
    paths = sorted(paintings("hokusai").glob("*.jpg"))[::3]
    works = [fit(clean(codec.read(p.read_bytes(), p.name)).content, 512) for p in paths]
    index = PictureIndex(works)
    nearest = [index.nearest(work, exclude={i}) for i, work in enumerate(works)]
    assert all(found is not None and found.similarity < 0.5 for found in nearest)
    height, width = works[0].shape[:2]
    wave = index.nearest(works[0][height // 4 :, : width * 2 // 3].copy())
    assert wave is not None
    assert (wave.index, wave.similarity > 0.7) == (0, True)
