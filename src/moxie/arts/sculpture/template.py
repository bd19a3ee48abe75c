"""Looking for what is known about a hole at every place of a work at once.

How far two fields of distances are from each other where something is known, at each shift, is a
sum of correlations, which Fourier transforms give (as a template is looked for in a picture;
Lewis, "Fast Normalized Cross-Correlation", 1995).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import Box, Field
from moxie.arts.sculpture.form import Floats
from moxie.arts.sculpture.lending import NEAR, PITCH, Doubles, Known, Lender, Place

SEEN = 0.7
"""Share of the hole, and of what is known about it, that a lender must know where it lends."""


class Template:
    """What is known on a grid, ready to be looked for."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.low = np.array(known.grid.low)
        self.values = known.grid.values - np.float32(NEAR)  # air is 0
        self.about = known.gap().mean(0)

    def best(self, lender: Lender, number: int, turn: Doubles, scale: float) -> Place | None:
        """The best shift of a lender turned and scaled; None where it is nowhere known enough."""
        box = _box(lender.field, turn, scale)
        own = box.points().reshape(-1, 3) @ turn.T / scale
        shown = np.clip(lender.field.at(own) * scale, -NEAR, NEAR) - NEAR
        sees = lender.sees(own)
        cost = self._costs((shown * sees).reshape(box.shape), ~sees.reshape(box.shape))
        at = np.unravel_index(int(cost.argmin()), cost.shape)
        if not np.isfinite(cost[at]):
            return None
        turns = zip(at, cost.shape, box.shape, strict=True)
        step = np.array([a - n if a >= b else a for a, n, b in turns])
        # the template's first voxel lies on the grid's voxel `step`
        shift = np.array(box.low) + PITCH * step - self.low
        there = (self.about + shift) @ turn.T / scale
        return Place(number, turn, scale, self.about, there, float(max(cost[at], 0.0)))

    def _costs(self, grid: Floats, unseen: NDArray[np.bool_]) -> Doubles:
        """The mean squared difference at every shift, infinite where too little is known."""
        from scipy.fft import irfftn, next_fast_len, rfftn

        pairs = zip(self.values.shape, grid.shape, strict=True)
        size = [next_fast_len(a + b - 1, real=True) for a, b in pairs]
        weight, hole = self.known.weight, self.known.hole
        square = weight * self.values**2

        def laid(one: Floats, spectrum: NDArray[np.complexfloating]) -> Doubles:
            return np.asarray(irfftn(np.conj(rfftn(one, size)) * spectrum, size), np.float64)

        of_grid = rfftn(grid.astype(np.float32), size)
        of_squares = rfftn((grid**2).astype(np.float32), size)
        cost = square.sum() + laid(weight, of_squares) - 2 * laid(weight * self.values, of_grid)
        if not unseen.any():
            return np.asarray(cost / max(float(weight.sum()), 1e-9))
        of_unseen = rfftn(unseen.astype(np.float32), size)
        total = weight.sum() - laid(weight, of_unseen)
        cost = (cost - laid(square, of_unseen)) / np.maximum(total, 1e-9)
        weak = laid(hole, of_unseen) > (1 - SEEN) * hole.sum()
        return np.where(weak | (total < SEEN * weight.sum()), np.inf, cost)


def _box(field: Field, turn: Doubles, scale: float) -> Box:
    """A grid that holds a lender as it lies turned and scaled."""
    ends = zip(field.low, field.high, strict=True)
    corners = np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, 3)
    moved = corners @ turn * scale
    return Box.between(moved.min(0), moved.max(0), PITCH)
