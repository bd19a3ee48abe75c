"""The part of a sculpture that a person names: by side, by box, or by a mesh laid about it."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture import codec
from moxie.arts.sculpture.field import Box, field_in
from moxie.arts.sculpture.form import GRID, Bools, Form
from moxie.errors import BadInput

SIDES = {
    "top": (1, True),
    "bottom": (1, False),
    "right": (0, True),
    "left": (0, False),
    "front": (2, True),
    "back": (2, False),
}
"""What lies at the end of which axis; True is the end of greater coordinates."""

_SIDE = re.compile(r"\s*(top|bottom|left|right|front|back)\s+(\d{1,3}(?:\.\d{1,3})?)\s*%\s*")
_NUMBER = r"(-?\d{0,2}(?:\.\d{1,4})?)"
_RANGE = re.compile(rf"\s*([xyz])\s*:\s*{_NUMBER}\s*-\s*{_NUMBER}\s*")


def region(text: str, data: bytes | None, content: Form) -> Bools:
    """Which voxels of the frame to make anew, bool [GRID, GRID, GRID].

    "top 30%" (bottom, left, right, front, back) is that share of the height, width or depth, with
    the air beyond it. "y:0.7-1.2,x:0-0.5" is a box in shares of the work's own bounding box, and
    may reach beyond it, where something is missing. With `data`, the inside of that mesh, in the
    work's own coordinates. Raises BadInput, and UnreadableWork for a broken mesh.
    """
    mask = _inside(data, text, content) if data is not None else _named(text, content)
    if not mask.any():
        raise BadInput("The region {text} is empty: nothing would be made anew.", text=repr(text))
    if content.frame.masked(content.vertices, mask).all():
        raise BadInput(
            "The region {text} is the whole work: nothing known would be left.", text=repr(text)
        )
    return mask


def _named(text: str, content: Form) -> Bools:
    side = _SIDE.fullmatch(text.lower())
    if side:
        axis, high = SIDES[side[1]]
        share = float(side[2]) / 100
        return _box({axis: (1 - share, np.inf) if high else (-np.inf, share)}, content)
    bounds: dict[int, tuple[float, float]] = {}
    for part in text.lower().split(","):
        found = _RANGE.fullmatch(part)
        axis = "xyz".index(found[1]) if found else -1
        if not found or found[2] in ("", "-") or found[3] in ("", "-") or axis in bounds:
            raise BadInput(
                "The region {text} is not understood: write a side and its share (top 30%), a box "
                "in shares of the work (y:0.7-1.2,x:0-0.5), or name a mesh that encloses the part.",
                text=repr(text),
            )
        bounds[axis] = (float(found[2]), float(found[3]))
    return _box(bounds, content)


def _box(bounds: dict[int, tuple[float, float]], content: Form) -> Bools:
    """The voxels whose middles lie between these shares of the bounding box."""
    mask = np.ones((GRID, GRID, GRID), np.bool_)
    low, extent = content.vertices.min(0), np.maximum(np.ptp(content.vertices, axis=0), 1e-9)
    for axis, (start, end) in bounds.items():
        share = (content.frame.centres()[axis] - low[axis]) / extent[axis]
        held = (share >= start) & (share <= end)
        shape = [1, 1, 1]
        shape[axis] = GRID
        mask &= held.reshape(shape)
    return mask


def _inside(data: bytes, name: str, content: Form) -> NDArray[np.bool_]:
    shell = codec.read(data, name)
    pitch = content.frame.side / GRID
    low = content.frame.centres()[:, 0]
    first = (float(low[0]), float(low[1]), float(low[2]))
    return field_in(shell, Box(first, (GRID, GRID, GRID), pitch)).values < 0
