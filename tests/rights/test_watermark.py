"""Marks survive what people do to pictures; unmarked copies through the same steps have none."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from moxie.errors import BadInput
from moxie.rights import watermark
from moxie.rights.overlay import lay_over
from moxie.rights.watermark import ACCEPTED, Picture
from pictures import paint

KEY = bytes(range(32))


ORIGINAL = paint(1)
BITS = watermark.payload(KEY, "a work")
MARKED = watermark.embed(ORIGINAL, BITS, KEY)


def jpeg(picture: Picture) -> Picture:
    coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def turned(picture: Picture) -> Picture:
    matrix = cv2.getRotationMatrix2D((240, 180), 7, 0.9)
    return np.asarray(cv2.warpAffine(picture, matrix, (480, 360)), np.uint8)


def pasted(picture: Picture) -> Picture:
    canvas = paint(9, 600, 800)
    canvas[40:310, 60:420] = cv2.resize(picture, (360, 270), interpolation=cv2.INTER_AREA)
    return canvas


EDITS: dict[str, Callable[[Picture], Picture]] = {
    "none": lambda p: p,
    "jpeg": jpeg,
    "half": lambda p: np.asarray(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=3), np.uint8),
    "gray": lambda p: np.repeat(p.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8),
    "colors": lambda p: np.clip(p * [1.15, 0.95, 0.8] + [-20, 5, 25], 0, 255).astype(np.uint8),
    "blur": lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 1.5), np.uint8),
    "cut": lambda p: np.ascontiguousarray(p[60:300, 100:400]),
    "mirrored cut": lambda p: np.ascontiguousarray(p[20:340, 30:400][:, ::-1]),
    "turned": turned,
    "upside down": lambda p: np.ascontiguousarray(p[::-1, ::-1]),
    "pasted": pasted,
}


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS)
def test_the_mark_is_read_and_only_where_there_is_one(edit: str) -> None:
    found = watermark.read(EDITS[edit](MARKED), ORIGINAL, KEY)
    control = watermark.read(EDITS[edit](ORIGINAL), ORIGINAL, KEY)
    assert found is not None
    assert control is not None
    assert found.agreeing(BITS) >= ACCEPTED
    assert control.agreeing(BITS) < ACCEPTED


def test_the_mark_cannot_be_seen() -> None:
    assert watermark.psnr(MARKED, ORIGINAL) >= 41.5
    difference = np.abs(MARKED.astype(int) - ORIGINAL.astype(int))
    assert difference.max() <= 20


def test_flat_places_are_left_alone() -> None:
    picture = paint(3)
    picture[:, :240] = 128
    marked = watermark.embed(picture, BITS, KEY)
    change = np.abs(marked.astype(float) - picture).mean(axis=2)
    assert change[:, 40:200].mean() < 0.3 * change[:, 280:440].mean()


def test_another_key_reads_nothing() -> None:
    other = bytes(32)
    found = watermark.read(MARKED, ORIGINAL, other)
    assert found is not None
    assert found.agreeing(BITS) < ACCEPTED
    assert found.agreeing(watermark.payload(other, "a work")) < ACCEPTED


def test_another_work_has_other_bits() -> None:
    agreeing = watermark.BITS - (BITS ^ watermark.payload(KEY, "another")).bit_count()
    assert agreeing < ACCEPTED


def test_what_is_missing_counts_as_unmarked() -> None:
    """Where the suspect shows nothing of the original, the unmarked original stands."""
    cut = np.ascontiguousarray(MARKED[100:260, 120:360])
    laid = lay_over(cut, ORIGINAL)
    assert laid is not None
    assert laid.here.mean() == pytest.approx(160 * 240 / (360 * 480), abs=0.05)
    assert np.array_equal(laid.picture[~laid.here], ORIGINAL[~laid.here])


def test_a_large_picture_is_marked_and_read_small() -> None:
    large = np.asarray(cv2.resize(paint(4), (1500, 1125), interpolation=cv2.INTER_CUBIC), np.uint8)
    marked = watermark.embed(large, BITS, KEY)
    small = np.asarray(cv2.resize(marked, (600, 450), interpolation=cv2.INTER_AREA), np.uint8)
    found = watermark.read(small, large, KEY)
    assert found is not None
    assert found.agreeing(BITS) >= 60


@pytest.mark.slow
def test_strangers_and_empty_pictures_cannot_be_read() -> None:
    assert watermark.read(paint(8), ORIGINAL, KEY) is None
    assert watermark.read(np.full((300, 300, 3), 90, np.uint8), ORIGINAL, KEY) is None


def test_a_tiny_picture_is_refused() -> None:
    with pytest.raises(BadInput, match="64 pixels"):
        watermark.embed(paint(1)[:40, :90], BITS, KEY)


def test_chance_is_as_small_as_said() -> None:
    from math import comb

    chance = sum(comb(64, k) for k in range(ACCEPTED, 65)) / 2**64
    assert chance == pytest.approx(2.3e-7, rel=0.05)
