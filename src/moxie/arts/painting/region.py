"""The part of a picture that a person names: a box in pixels, or a mask picture of their own."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting import codec
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput

WHITE = 128
"""A pixel of a mask picture counts as white when each of its channels has at least this."""

_BOX = re.compile(r"\s*(\d{1,6})" + r"\s*[,，]\s*(\d{1,6})" * 3 + r"\s*")


def region(
    text: str,
    data: bytes | None,
    size: tuple[int, int],
    read: Callable[[bytes, str], Picture] = codec.read,
) -> NDArray[np.bool_]:
    """Which pixels to make anew, bool [H, W], of a picture of this size (height and width).

    `data` is a mask picture, white where the picture is to be made anew; without it `text` is a
    box, "left,top,width,height". `read` shrinks a mask as the picture was shrunk. Raises BadInput,
    and UnreadableWork for a broken mask picture.
    """
    mask = _box(text, size) if data is None else _painted(text, read(data, text), size)
    if not mask.any():
        raise BadInput("The region {text} is empty: nothing would be made anew.", text=repr(text))
    if mask.all():
        raise BadInput(
            "The region {text} is the whole picture: nothing known would be left.", text=repr(text)
        )
    return mask


def _painted(text: str, painted: Picture, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The white of a mask picture."""
    if painted.shape[:2] != size:
        raise BadInput(
            "The mask {text} has {width}x{height} pixels, the picture {wanted_width}x"
            "{wanted_height}: they must be of one size.",
            text=repr(text),
            width=painted.shape[1],
            height=painted.shape[0],
            wanted_width=size[1],
            wanted_height=size[0],
        )
    return np.asarray(painted.min(axis=2) >= WHITE, np.bool_)


def _box(text: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    found = _BOX.fullmatch(text)
    if not found:
        raise BadInput(
            "The region {text} is not understood: write left,top,width,height in pixels, or name "
            "a mask picture that is white where the picture is to be made anew.",
            text=repr(text),
        )
    left, top, wide, high = (int(number) for number in found.groups())
    height, width = size
    if left + wide > width or top + high > height:
        raise BadInput(
            "The region {text} does not lie inside the picture of {width}x{height} pixels.",
            text=repr(text),
            width=width,
            height=height,
        )
    mask = np.zeros((height, width), np.bool_)
    mask[top : top + high, left : left + wide] = True
    return mask
