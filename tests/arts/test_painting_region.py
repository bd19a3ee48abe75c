"""The part of a picture that a person names: boxes, masks, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.painting import ART, codec
from moxie.errors import BadInput, UnreadableWork

PICTURE = np.full((60, 80, 3), 90, np.uint8)


def painted(rows: slice, columns: slice, shape: tuple[int, int] = (60, 80), white: int = 255):
    mask = np.zeros((*shape, 3), np.uint8)
    mask[rows, columns] = white
    return mask


def test_a_box_is_left_top_width_height() -> None:
    mask = ART.region("10, 20,30,15", None, PICTURE)
    assert (mask.shape, mask.dtype) == ((60, 80), bool)
    assert mask[20:35, 10:40].all()
    assert mask.sum() == 30 * 15


def test_a_box_may_reach_the_edges() -> None:
    assert ART.region("79,59,1,1", None, PICTURE)[59, 79]
    assert ART.region("0,0,80,59", None, PICTURE).sum() == 80 * 59


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_mask_picture_is_white_where_it_is_to_be_made_anew(suffix: str) -> None:
    data = codec.write(painted(slice(20, 40), slice(16, 48)), suffix)
    mask = ART.region("mask", data, PICTURE)
    assert mask[24:36, 20:44].all()
    assert abs(int(mask.sum()) - 20 * 32) < 30, "JPEG blurs the rim"


def test_a_mask_of_a_large_picture_shrinks_with_it() -> None:
    large = np.full((1500, 4000, 3), 90, np.uint8)
    picture = codec.read(codec.write(large, ".jpg"), "large.jpg")
    data = codec.write(painted(slice(0, 750), slice(0, 4000), (1500, 4000)))
    mask = ART.region("mask.png", data, picture)
    assert mask.shape == picture.shape[:2] == (768, 2048)
    assert mask.mean() == pytest.approx(0.5, abs=0.01)


def test_grey_is_not_white() -> None:
    data = codec.write(painted(slice(0, 30), slice(0, 80), white=200))
    assert ART.region("mask.png", data, PICTURE).mean() == 0.5
    with pytest.raises(BadInput, match="empty"):
        ART.region("mask.png", codec.write(painted(slice(60), slice(80), white=100)), PICTURE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not understood"),
        ("middle", "not understood"),
        ("1,2,3", "not understood"),
        ("-1,2,3,4", "not understood"),
        ("1,2,3,4,5", "not understood"),
        ("70,0,11,10", "80x60"),
        ("0,50,10,11", "80x60"),
        ("999999,0,1,1", "80x60"),
        ("5,5,0,10", "empty"),
        ("0,0,80,60", "whole picture"),
    ],
)
def test_what_is_no_box_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ART.region(text, None, PICTURE)


def test_what_is_no_mask_is_refused() -> None:
    with pytest.raises(BadInput, match="one size"):
        ART.region("mask.png", codec.write(painted(slice(9), slice(9), (80, 60))), PICTURE)
    with pytest.raises(BadInput, match="whole picture"):
        ART.region("mask.png", codec.write(painted(slice(60), slice(80))), PICTURE)
    with pytest.raises(UnreadableWork, match=r"mask\.png"):
        ART.region("mask.png", b"no picture", PICTURE)
