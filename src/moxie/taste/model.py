"""A person's taste, learnt from choices: how much they like a creation, and how sure that is.

Utilities are weights of fixed functions (`space`), a priori independent and of deviation 1; a
choice among things follows Luce's rule with Gumbel noise of scale 1 (Plackett 1975). The
posterior is Gaussian around its mode (Laplace's approximation), as is the evidence by which the
sizes of line and bend are chosen (Chu and Ghahramani 2005, "Preference learning with Gaussian
processes").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.taste.answers import LINES, Choice
from moxie.taste.space import Floats, Space

STEPS = 30
LINE_PRIOR = 2.0
"""How far a person's lines may lie from zero, a priori, in units of the choice's noise."""

SIZES = (0.5, 1.0, 2.0, 4.0)
BENDS = (0.0, 0.5, 1.0, 2.0)
REACHES = (0.7, 1.4)
PRIOR = (1.5, 0.7)
"""Line and bend that are likeliest before anything is known; e times as much costs half a nat."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Deviations of the line and of the bend a priori, and how far the bend reaches."""

    line: float = 1.0
    bend: float = 0.5
    reach: float = 1.4

    @property
    def cost(self) -> float:
        """Nats against the shape before anything is known: extremes want evidence."""
        bend = max(self.bend, 0.25)
        return float(0.5 * (np.log(self.line / PRIOR[0]) ** 2 + np.log(bend / PRIOR[1]) ** 2))


@dataclass(frozen=True, slots=True)
class Taste:
    """What is known of a person's taste. `weights` and `spread` are its mode and covariance."""

    space: Space
    shape: Shape
    weights: Floats  # [functions + lines]
    spread: Floats  # [functions + lines, functions + lines]
    evidence: float

    def functions(self, points: Floats) -> Floats:
        """The functions' values, float [n, functions]."""
        return self.space.functions(points, self.shape.line, self.shape.bend, self.shape.reach)

    def likes(self, points: Floats) -> tuple[Floats, Floats]:
        """How much each is liked, and how sure that is: mean and deviation, float [n]."""
        values = self.functions(points)
        number = values.shape[1]
        inner = self.spread[:number, :number]
        variance = np.einsum("ij,jk,ik->i", values, inner, values)
        return values @ self.weights[:number], np.sqrt(np.maximum(variance, 0))

    def drawn(self, points: Floats, times: int, rng: np.random.Generator) -> Floats:
        """Utilities under tastes drawn from what is possible, float [times, n]."""
        values = self.functions(points)
        number = values.shape[1]
        root = np.linalg.cholesky(self.spread[:number, :number] + 1e-9 * np.eye(number))
        tastes = self.weights[:number] + rng.standard_normal((times, number)) @ root.T
        return np.asarray(tastes @ values.T, np.float64)


def fit(
    space: Space, points: Floats, said: Sequence[Choice], shapes: Sequence[Shape] | None = None
) -> Taste:
    """The taste that choices among creations (their points [n, d]) speak for.

    Of `shapes` (all usual ones where none are given) the one of the greatest evidence.
    """
    tried = [_fitted(space, points, said, shape) for shape in shapes or all_shapes()]
    return max(tried, key=lambda taste: taste.evidence)


def climb(space: Space, points: Floats, said: Sequence[Choice]) -> Taste:
    """The taste as `fit` finds it, with fewer shapes tried: uphill in evidence from a usual one.

    The same choices always lead to the same taste, whatever was known before.
    """
    tried = {Shape(): _fitted(space, points, said, Shape())}
    best = Shape()
    while True:
        for shape in near_shapes(best):
            if shape not in tried:
                tried[shape] = _fitted(space, points, said, shape)
        top = max(tried, key=lambda shape: tried[shape].evidence)
        if top == best:
            return tried[best]
        best = top


def all_shapes() -> list[Shape]:
    """Every usual shape."""
    return [
        Shape(line, bend, reach)
        for line in SIZES
        for bend in BENDS
        for reach in (REACHES if bend else REACHES[:1])
    ]


def near_shapes(shape: Shape) -> list[Shape]:
    """A usual shape and those a step off: enough after one more answer."""

    def off(other: Shape) -> int:
        steps = abs(SIZES.index(other.line) - SIZES.index(shape.line))
        steps += abs(BENDS.index(other.bend) - BENDS.index(shape.bend))
        return steps + (other.bend > 0 < shape.bend and other.reach != shape.reach)

    return sorted((other for other in all_shapes() if off(other) <= 1), key=off)


def _fitted(space: Space, points: Floats, said: Sequence[Choice], shape: Shape) -> Taste:
    values = space.functions(points, shape.line, shape.bend, shape.reach)
    compared = Compared.of(values, said)
    weights = np.zeros(values.shape[1] + LINES)
    best, gradient, curve = compared.at(weights)
    for _ in range(STEPS):
        step = np.linalg.solve(curve, gradient)
        length = 1.0
        while True:
            found = compared.at(weights + length * step)
            if found[0] >= best - 1e-9 or length < 1e-3:
                break
            length /= 2
        weights = weights + length * step
        gain = found[0] - best
        best, gradient, curve = found
        if gain < 1e-6:
            break
    _, determinant = np.linalg.slogdet(curve)
    evidence = best - 0.5 * float(determinant) - shape.cost
    spread = np.asarray(np.linalg.inv(curve), np.float64)
    return Taste(space, shape, weights, spread, evidence)


@dataclass(frozen=True, slots=True)
class Compared:
    """Choices as arrays, padded to one length: the first of each row was preferred."""

    rows: Floats  # [choices, most, functions + lines]
    there: NDArray[np.bool_]  # [choices, most]
    weight: Floats  # [choices]

    @classmethod
    def of(cls, values: Floats, said: Sequence[Choice]) -> Compared:
        """Choices among creations whose functions' values are [n, functions]."""
        most = max((len(choice.among) for choice in said), default=1)
        number = values.shape[1]
        lines = LINE_PRIOR * np.eye(LINES)
        everything = np.zeros((len(values) + LINES, number + LINES))
        everything[: len(values), :number] = values
        everything[len(values) :, number:] = lines
        places = np.zeros((len(said), most), np.int64)
        there = np.zeros((len(said), most), np.bool_)
        for i, choice in enumerate(said):
            for j, one in enumerate(choice.among):
                places[i, j] = one if one >= 0 else len(values) - 1 - one
                there[i, j] = True
        weight = np.array([choice.weight for choice in said], np.float64)
        return cls(everything[places], there, weight)

    def at(self, weights: Floats) -> tuple[float, Floats, Floats]:
        """Log posterior (but for a constant), its gradient, and minus its second derivative."""
        prior = -0.5 * float(weights @ weights)
        if not len(self.weight):
            return prior, -weights, np.eye(len(weights))
        utility = np.where(self.there, self.rows @ weights, -np.inf)
        top = utility.max(axis=1, keepdims=True)
        share = np.exp(utility - top)
        total = share.sum(axis=1, keepdims=True)
        share = share / total
        told = utility[:, 0] - top[:, 0] - np.log(total[:, 0])
        mean = np.einsum("ij,ijk->ik", share, self.rows)
        gradient = self.weight @ (self.rows[:, 0] - mean) - weights
        weighted = (self.weight[:, None] * share)[..., None] * self.rows
        flat = self.rows.reshape(-1, self.rows.shape[2])
        curve = weighted.reshape(flat.shape).T @ flat
        curve -= (self.weight[:, None] * mean).T @ mean
        curve[np.diag_indices_from(curve)] += 1
        return prior + float(self.weight @ told), gradient, curve
