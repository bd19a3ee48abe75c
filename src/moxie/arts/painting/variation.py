"""Variations of a picture that keep its style, and the pieces that judges look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from moxie.arts.painting.picture import Picture, resize, short_side

PIECE = 256
"""The side of a piece, in pixels; strokes are judged at this scale."""

MOST_PIECES = 3
"""A long picture is looked at in at most this many places."""


def pieces(picture: Picture) -> Sequence[Picture]:
    """Square [256, 256] windows along the longer side of the picture, its short side made 256.

    One window for a nearly square picture, else two or three, evenly spread from end to end.
    """
    scaled = short_side(picture, PIECE)
    height, width = scaled.shape[:2]
    room = max(height, width) - PIECE
    number = min(MOST_PIECES, 1 + round(room / (PIECE / 2)))
    starts = np.linspace(0, room, number) if number > 1 else np.array([room / 2])
    windows: list[Picture] = []
    for start in starts.round().astype(int):
        window = scaled[start:, :] if height > width else scaled[:, start:]
        windows.append(np.ascontiguousarray(window[:PIECE, :PIECE]))
    return windows


def vary(picture: Picture, *, seed: int) -> Picture:
    """The picture perhaps mirrored, a little nearer, its colours a little shifted.

    Small changes only: a painter's palette and the size of the strokes are the style itself.
    The size stays the same.
    """
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    share = rng.uniform(0.85, 1.0)
    rows, columns = max(1, round(height * share)), max(1, round(width * share))
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    varied = resize(
        np.ascontiguousarray(picture[top : top + rows, left : left + columns]), height, width
    )
    if rng.random() < 0.5:
        varied = varied[:, ::-1]
    gain = rng.uniform(0.96, 1.04, size=3).astype(np.float32)
    lift = np.float32(rng.uniform(-6, 6))
    shifted = np.clip(varied * gain + lift, 0, 255)
    return np.ascontiguousarray(np.rint(shifted).astype(np.uint8))
