"""The strokes that a likeliest filling lacks, taken from where the truth is known.

A filling that is nearest to all that could have been is smoother than paint. What it lacked in the
trial holes, and in the same holes cut into other works, is known: the difference to the truth.
Pieces of such differences, from where the filling looked alike, are laid into the real hole, each
faded into the next so that their strength is kept. A share of that strength is all that is given
back: the whole would look right and be further off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from moxie.arts.painting.restoration.solvers import Floats, Mask

SIDE = 12
"""Pieces are squares of so many pixels, laid half of that apart."""

COARSE = 4.0
"""Differences broader than this (standard deviation in pixels) are errors, not strokes."""

STRENGTH = 0.3
"""The share of the strokes' strength that is given back."""

EDGE = 3.0
"""They come in over so many pixels from the edge of the hole."""

MOST = 4000
"""Pieces looked through."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A filling [h, w, 3], what it lacked, and where that is known [h, w]. `work` gave it."""

    filling: Floats
    lack: Floats
    known: Mask
    work: str = ""  # empty: the painting itself


def lack(filling: Floats, truth: Floats, where: Mask, work: str = "") -> Lack:
    """What a filling lacks of the truth, without what is broader than strokes."""
    weight = where.astype(np.float32)
    off = (truth - filling) * weight[..., None]
    spread = cv2.GaussianBlur(weight, (0, 0), COARSE)[..., None]
    broad = cv2.GaussianBlur(off, (0, 0), COARSE) / np.maximum(spread, 1e-3)
    return Lack(filling, (off - broad * weight[..., None]).astype(np.float32), where, work)


def texture(
    filling: Floats, hole: Mask, depth: Floats, lacks: Sequence[Lack], seed: int
) -> tuple[Floats, dict[str, int]]:
    """What to add to a filling in `hole`, [h, w, 3], and how many pieces each work gave."""
    bank = _Bank(lacks, np.random.default_rng(seed))
    added = np.zeros_like(filling)
    power = np.full((*hole.shape, 1), 1e-6, np.float32)
    fade = np.outer(_hann(), _hann())[..., None].astype(np.float32)
    used: dict[str, int] = {}
    for row, column in _places(hole):
        box = slice(row, row + SIDE), slice(column, column + SIDE)
        found = bank.nearest(filling[box])
        if found is None:
            return added, {}
        piece, work = found
        added[box] += fade * piece
        power[box] += fade**2
        used[work] = used.get(work, 0) + 1
    shown = np.clip(depth / EDGE, 0, 1)[..., None] * hole[..., None]
    return np.asarray(STRENGTH * shown * added / np.sqrt(power), np.float32), used


class _Bank:
    """Pieces of what was lacking, found by how the filling looked there."""

    def __init__(self, lacks: Sequence[Lack], rng: np.random.Generator) -> None:
        spots = [
            (number, row, column)
            for number, one in enumerate(lacks)
            for row, column in _places(one.known, step=SIDE // 4, least=0.75)
        ]
        if len(spots) > MOST:
            spots = [spots[i] for i in sorted(rng.choice(len(spots), MOST, replace=False))]
        self._lacks, self._spots = lacks, spots
        looks = [_look(lacks[n].filling[r : r + SIDE, c : c + SIDE]) for n, r, c in spots]
        self._looks = np.array(looks, np.float32)
        self._used = np.zeros(len(spots), np.float32)

    def nearest(self, filling: Floats) -> tuple[Floats, str] | None:
        """The piece where the filling looked most alike; one used already counts as further."""
        if not self._spots:
            return None
        far = ((self._looks - _look(filling)) ** 2).mean(1) * (
            1 + 0.5 * self._used
        ) + 1e-4 * self._used
        best = int(far.argmin())
        self._used[best] += 1
        number, row, column = self._spots[best]
        one = self._lacks[number]
        return one.lack[row : row + SIDE, column : column + SIDE], one.work


def _look(filling: Floats) -> Floats:
    """A piece of filling in 3 x 3 cells, flat."""
    small = cv2.resize(filling, (3, 3), interpolation=cv2.INTER_AREA)
    return np.asarray(small.ravel(), np.float32)


def _places(hole: Mask, step: int = SIDE // 2, least: float = 0.0) -> list[tuple[int, int]]:
    """Corners of squares that hold more than `least` of the hole, in rows."""
    height, width = hole.shape
    if min(height, width) < SIDE or not hole.any():
        return []
    held = cv2.boxFilter(
        hole.astype(np.float32), -1, (SIDE, SIDE), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT
    )
    rows, columns = (sorted({*range(0, n - SIDE + 1, step), n - SIDE}) for n in (height, width))
    return [(row, column) for row in rows for column in columns if held[row, column] > least + 1e-4]


def _hann() -> Floats:
    return np.asarray(np.sin(np.pi * (np.arange(SIDE) + 0.5) / SIDE), np.float32)
