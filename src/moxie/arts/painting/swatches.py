"""All blocks of some works, and finding among them those that suit a place in a composition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.blocks import CELLS, Floats, describe, look, to_lab
from moxie.arts.painting.picture import Picture, short_side

NUMBERS = 64
"""Principal components by which blocks are compared."""

SAMPLE = 4000
"""Blocks from which the components are learnt."""

TINT = 0.8
"""How far a block's coarse colours give way to the composition's."""

PROBED = 16
"""How many of a sample lie among the least wanted, on average; twice as many are looked at."""

Integers: TypeAlias = NDArray[np.int64]


class Swatches:
    """The blocks of some works, as they are and mirrored, every second cell.

    `spots` is int [blocks, 3]: a block's source in `fine`, its top row and left column; `owners`
    [blocks] the work's number; `centres` float [blocks, 2] row and column in the work, 0..1.
    """

    def __init__(self, sources: Sequence[tuple[int, Picture]], side: int, soft: float) -> None:
        """`sources` are works by their numbers; one smaller than a block is enlarged to it.

        Colours coarser than `soft` (a standard deviation in pixels) will be the composition's.
        """
        self.side, self.cell, self.soft = side, side // CELLS, soft
        self.fine: list[Floats] = []
        described, spots, owners, centres = [], [], [], []
        for number, picture in sources:
            work = picture if min(picture.shape[:2]) >= side else short_side(picture, side)
            plain = to_lab(work)
            strokes = plain - self.coarse(plain)
            for mirrored in (False, True):
                lab = np.ascontiguousarray(plain[:, ::-1]) if mirrored else plain
                found = describe(look(lab, self.cell))
                corners = np.indices(found.shape[:2]).reshape(2, -1).T * 2 * self.cell
                described.append(found.reshape(-1, found.shape[2]))
                spots.append(np.insert(corners, 0, len(self.fine), axis=1))
                owners.append(np.full(len(corners), number))
                centres.append(_centres(corners + side / 2, lab.shape[:2], mirrored))
                self.fine.append(np.ascontiguousarray(strokes[:, ::-1]) if mirrored else strokes)
        self.spots, self.owners = np.concatenate(spots), np.concatenate(owners)
        self.centres = np.concatenate(centres)
        self._learn(described)

    def nearest(
        self, wanted: Floats, n: int, among: Integers | None = None
    ) -> tuple[Integers, Floats]:
        """The `n` blocks nearest to each description [m, numbers], and their squared distances.

        Both [m, n], in no order; of all blocks, or of those `among` which they are looked for.
        """
        codes = self._codes if among is None else self._codes[among]
        squares = self._squares if among is None else self._squares[among]
        number = min(n, len(squares))
        found, apart = [], []
        for asked in np.array_split(self.encode(wanted), 1 + len(wanted) // 128):
            far = asked @ codes.T
            far *= -2
            far += squares
            far += (asked**2).sum(1, keepdims=True)
            best = np.stack([_least(row, number) for row in far])
            found.append(best if among is None else among[best])
            apart.append(np.take_along_axis(far, best, 1))
        return np.concatenate(found), np.concatenate(apart)

    def coarse(self, lab: Floats) -> Floats:
        """The colours that are the composition's affair."""
        return TINT * np.asarray(cv2.GaussianBlur(lab, (0, 0), self.soft), np.float32)

    def encode(self, described: Floats) -> Floats:
        """Descriptions [m, numbers] in the components by which blocks are compared."""
        return np.asarray(described @ self._axes - self._mean @ self._axes)

    def strokes(self, blocks: Integers) -> Floats:
        """The blocks without their coarse colours, float32 [n, side, side, 3]."""
        side = self.side
        spots = self.spots[blocks]
        return np.stack(
            [self.fine[i][top : top + side, left : left + side] for i, top, left in spots]
        )

    def _learn(self, described: Sequence[Floats]) -> None:
        """From the descriptions of the works, of which there are too many to copy."""
        step = max(1, sum(map(len, described)) // SAMPLE)
        some = np.concatenate([part[::step] for part in described])
        self._mean = some.mean(0)
        apart = some - self._mean
        axes = np.linalg.eigh(apart.T @ apart)[1][:, ::-1]
        self._axes = np.ascontiguousarray(axes[:, :NUMBERS])
        self._codes = np.concatenate([self.encode(part) for part in described])
        self._squares = (self._codes**2).sum(1)


def _least(values: Floats, n: int) -> Integers:
    """Places of the `n` least values, in no order.

    Partitioning a hundred thousand is slow; a sample says below which line the least ones lie.
    """
    step = len(values) // (PROBED * n)
    if step > 1:
        sample = np.sort(values[::step])
        few = np.flatnonzero(values <= sample[min(2 * PROBED, len(sample) - 1)])
        if len(few) >= n:
            return few[np.argpartition(values[few], n - 1)[:n]]
    return np.argpartition(values, n - 1)[:n]


def _centres(points: NDArray[np.floating], size: tuple[int, ...], mirrored: bool) -> Floats:
    found = points / np.array(size[:2])
    if mirrored:
        found[:, 1] = 1 - found[:, 1]
    return np.asarray(found, np.float32)
