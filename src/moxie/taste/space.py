"""Creations as points: few standardised features, and the functions a taste is made of.

With tens of answers many features only add noise: principal components of the standardised
features, at most 32, say most of what differs. A taste is a line over them plus a smooth bend (a
Gaussian process with a linear and a squared exponential kernel), written as weights of fixed
functions, so that fitting does not slow down as creations grow in number: the bend's functions
are those of the Nyström method on landmarks (Williams and Seeger 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DIMENSIONS = 24
LANDMARKS = 64
FLATTENED = 0.25
"""Components are divided by their deviation to this power: 1 makes all of one size, 0 none."""

TRAITS = 0.15
"""Variance of all traits together, where that of all judges' numbers is 1.

A dozen traits among hundreds of numbers would be lost. Those who like what has a name are learnt
quicker with them, and of a larger weight others lose more than they gain (see
docs/decisions/0012-traits.md).
"""


@dataclass(frozen=True, slots=True)
class Space:
    """Where features of creations are looked at. Everything is fixed by the creations it is of."""

    mean: Floats  # [features]
    scale: Floats  # [features]
    axes: Floats  # [features, dimensions]
    landmarks: Floats  # [landmarks, dimensions]

    @classmethod
    def of(
        cls,
        judged: Floats,
        traits: Floats | None = None,
        *,
        dimensions: int = DIMENSIONS,
        seed: int = 0,
    ) -> Space:
        """The space of creations, by judges' vectors [n, d] and traits [n, traits] if there are.

        What is the same for all creations is left out of it.
        """
        features = _beside(judged, traits)
        mean = features.mean(axis=0)
        deviation = features.std(axis=0)
        scale = np.where(deviation > 1e-9, 1 / np.maximum(deviation, 1e-9), 0.0)
        scale[judged.shape[1] :] *= _weight(scale, judged.shape[1])
        standard = (features - mean) * scale
        _, values, axes = np.linalg.svd(standard, full_matrices=False)
        kept = min(dimensions, max(1, int((values > 1e-6 * max(values[0], 1e-9)).sum())))
        size = np.maximum(values[:kept] / np.sqrt(len(features)), 1e-9)
        axes = axes[:kept].T / size**FLATTENED
        points = standard @ axes
        axes /= max(float(np.sqrt((points**2).mean())), 1e-9)
        points = standard @ axes
        return cls(mean, scale, axes, _spread_out(points, LANDMARKS, seed))

    def points(self, judged: Floats, traits: Floats | None = None) -> Floats:
        """Creations as points [n, dimensions], of mean square 1 a coordinate where they are new."""
        standard = (_beside(judged, traits) - self.mean) * self.scale
        found: Floats = np.matmul(standard, self.axes)
        return found

    def functions(self, points: Floats, line: float, bend: float, reach: float) -> Floats:
        """Values of all functions [n, dimensions + landmarks] for kernel deviations and reach."""
        number = points.shape[1]
        straight = points * float(line / np.sqrt(number))
        if bend == 0 or len(self.landmarks) < 2:
            return straight
        width = reach * np.sqrt(number)
        inner = _bell(self.landmarks, self.landmarks, width)
        values, vectors = np.linalg.eigh(inner)
        kept = values > 1e-6 * values[-1]
        onto = vectors[:, kept] / np.sqrt(values[kept])
        bent = bend * _bell(points, self.landmarks, width) @ onto
        return np.concatenate([straight, bent], axis=1)


def _beside(judged: Floats, traits: Floats | None) -> Floats:
    return judged if traits is None else np.concatenate([judged, traits], axis=1)


def _weight(scale: Floats, judged: int) -> float:
    """What standardised traits are multiplied by to weigh `TRAITS` of all that judges see."""
    seen, named = int((scale[:judged] > 0).sum()), int((scale[judged:] > 0).sum())
    return float(np.sqrt(TRAITS * max(seen, 1) / max(named, 1)))


def _bell(a: Floats, b: Floats, width: float) -> Floats:
    apart = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.asarray(np.exp(-0.5 * np.maximum(apart, 0) / width**2), np.float64)


def _spread_out(points: Floats, number: int, seed: int) -> Floats:
    """Points far from each other, as many as asked for, drawn by k-means++ (Arthur 2007)."""
    rng = np.random.default_rng([seed, 41])
    chosen = [int(rng.integers(len(points)))]
    near = ((points - points[chosen[0]]) ** 2).sum(1)
    while len(chosen) < min(number, len(points)) and near.max() > 1e-12:
        chosen.append(int(rng.choice(len(points), p=near / near.sum())))
        near = np.minimum(near, ((points - points[chosen[-1]]) ** 2).sum(1))
    found: Floats = points[chosen]
    return found
