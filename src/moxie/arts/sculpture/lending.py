"""What is asked of works when something is missing, and the answer: places that lend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import Box, Field
from moxie.arts.sculpture.form import Floats

Doubles: TypeAlias = NDArray[np.float64]

PITCH = 1 / 20
"""Voxels of the search, in longest sides of the broken work."""

NEAR = 0.1
"""Distances beyond this, in longest sides, tell nothing."""

FADE, ABOUT = 0.12, 0.3
"""What is known counts the less the farther it is from the hole, and not beyond `ABOUT`."""

DEEP = 0.15
"""How far from what is known a lender must know what is missing."""

POINTS = 900
"""Points that a place is brought nearer with."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known about a hole, in longest sides of the broken work, no farther than `NEAR`.

    `grid` is a field of voxels `PITCH` apart; of each, `weight` [x, y, z] says how much it counts,
    and `hole` [x, y, z] is 1 where it is missing, no deeper than `DEEP`. Finer are `points` [n, 3]
    near the surface, the distance there, `values` [n], and how much each counts, `share` [n].
    """

    grid: Field
    weight: Floats
    hole: Floats
    points: Doubles
    values: Doubles
    share: Doubles

    @classmethod
    def of(cls, whole: Field, masked: Callable[[Doubles], NDArray[np.bool_]], box: Box) -> Known:
        """Of the field of what is known; `masked` says which places [n, 3] are missing, and `box`
        holds those that count, voxels `PITCH` apart.
        """
        from scipy.ndimage import distance_transform_edt

        places = box.points()
        gone = masked(places.reshape(-1, 3)).reshape(box.shape)
        far, deep = (distance_transform_edt(which) * PITCH for which in (~gone, gone))
        counts = np.where(gone | (far > ABOUT), 0.0, np.exp(-far / FADE))
        weight = Field(counts.astype(np.float32), box.low, box.pitch)
        hole = (gone & (deep <= DEEP)).astype(np.float32)
        fine, flat = whole.points().reshape(-1, 3), whole.values.ravel()
        held = np.flatnonzero((np.abs(flat) < NEAR / 2) & ~masked(fine))
        share = weight.at(fine[held]).astype(np.float64)
        held, share = held[share > 0], share[share > 0]
        some = np.random.default_rng(5).permutation(len(held))[:POINTS]
        share = share[some] / max(float(share[some].sum()), 1e-12)
        grid = Field(np.clip(whole.at(places), -NEAR, NEAR), box.low, box.pitch)
        values = flat[held[some]].astype(np.float64)
        return cls(grid, weight.values, hole, fine[held[some]], values, share)

    def gap(self) -> Doubles:
        """Places in the hole, not far from its rim, [m, 3]."""
        return np.asarray(self.grid.low + PITCH * np.argwhere(self.hole))


@dataclass(frozen=True, slots=True, eq=False)
class Lender:
    """A field that may lend: a work's, or the broken work's own, whose `known` is a field that is
    above 0.5 where something is known.
    """

    field: Field
    known: Field | None = None

    def sees(self, points: Doubles) -> NDArray[np.bool_]:
        """Where something is known of places [n, 3] of its own."""
        if self.known is None:
            return np.ones(len(points), np.bool_)
        return np.asarray(self.known.at(points) > 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where in a lender something like the hole is: `(p - about) @ turn.T / scale + there`."""

    lender: int
    turn: Doubles
    scale: float
    about: Doubles
    there: Doubles
    cost: float

    def source(self, points: Doubles) -> Doubles:
        """Where in the lender places [n, 3] of the broken work lie."""
        return (points - self.about) @ self.turn.T / self.scale + self.there

    def shown(self, field: Field, points: Doubles) -> Doubles:
        """The lender's distance at places of the broken work, in its longest sides [n]."""
        return np.asarray(field.at(self.source(points)) * self.scale, np.float64)
