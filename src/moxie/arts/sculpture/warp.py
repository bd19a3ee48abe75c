"""Bending, twisting and stretching space smoothly, as a sculptor changes a pose.

Everything depends on height first, since a figure is built along its axis. A warp says where a
place of the new form is taken from, so that fields can be looked up through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.sculpture.dial import Dial

Doubles: TypeAlias = NDArray[np.float64]

KNOTS = np.array([-0.6, -0.3, 0.0, 0.3, 0.6])
"""Heights at which a warp is drawn; between them it is a smooth curve."""

STEEPEST = 0.45
"""Greatest change of height by proportions, in logarithms: heights must keep their order."""


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """Along the height: sideways shift [5, 2], turn [5], log breadth [5], log length [4] between
    the knots; and lumps float [n, 7]: middle, radius, displacement.
    """

    shift: Doubles
    turn: Doubles
    breadth: Doubles
    length: Doubles
    flatten: float
    lumps: Doubles

    @classmethod
    def draw(cls, dial: Dial, rng: Generator) -> Warp:
        """A random warp of the dial's strength; the foot stays where it is."""
        shift = np.cumsum(rng.normal(0, 0.6 * dial.bend, (5, 2)), axis=0)
        turn = np.cumsum(rng.normal(0, dial.twist / 2, 5))
        breadth = rng.normal(0, dial.stretch, 5)
        length = np.clip(rng.normal(0, 1.3 * dial.stretch, 4), -STEEPEST, STEEPEST)
        middles = rng.uniform((-0.3, -0.5, -0.3), (0.3, 0.5, 0.3), (10, 3))
        radii = rng.uniform(0.12, 0.25, (10, 1))
        moves = rng.normal(0, 1.4 * dial.swell, (10, 3))
        lumps = np.concatenate([middles, radii, moves], axis=1)
        flatten = float(rng.normal(0, dial.stretch))
        return cls(shift - shift[0], turn - turn[0], breadth, length, flatten, lumps)

    def source(self, points: Doubles) -> Doubles:
        """Where places [n, 3] of the warped form are taken from."""
        from scipy.interpolate import CubicSpline, PchipInterpolator

        for *middle, radius, dx, dy, dz in self.lumps:
            near = np.exp(-((points - middle) ** 2).sum(1, keepdims=True) / (2 * radius**2))
            points = points - near * (dx, dy, dz)
        ends = np.concatenate([[0.0], np.cumsum(np.exp(self.length) * np.diff(KNOTS))])
        ends = ends - np.interp(-0.5, KNOTS, ends) - 0.5  # the foot stays
        height = np.clip(points[:, 1], -0.75, 0.75)
        y = PchipInterpolator(KNOTS, ends, extrapolate=True)(height) + points[:, 1] - height
        at = np.clip(y, -0.6, 0.6)
        flat = points[:, [0, 2]] - CubicSpline(KNOTS, self.shift)(at)
        angle = CubicSpline(KNOTS, self.turn)(at)
        c, s = np.cos(angle), np.sin(angle)
        x, z = flat[:, 0] * c + flat[:, 1] * s, flat[:, 1] * c - flat[:, 0] * s
        wide = np.exp(-CubicSpline(KNOTS, self.breadth)(at))
        side = np.exp(self.flatten / 2)
        return np.stack([x * wide * side, y, z * wide / side], 1)
