"""Shares of works that are best by a kernel of them: least squares without negatives.

Of a liking [n] and a positive kernel [n, n] the best shares are those that like most, less the
squared distance (maximum mean discrepancy, Gretton et al. 2012) between the works counted so and
counted as they are without a liking. With what is made in place of a liking, the works count so
that what a model makes is, on average, what they are (kernel mean matching, Huang et al. 2007).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

import numpy as np

from moxie.taste.space import Floats

RIDGE = 0.01
"""Of the mean of a kernel's diagonal, which is added to it: counts of equal works are equal."""

MANY, STEPS, STILL = 600, 400, 1e-6
"""Works from which shares are found by steps, at most so many, until so little of them moves: an
exact answer for three thousand poems takes ten seconds, and a hundred answers are asked for."""

PART = 0.5
"""Of what creations lack, how much is asked for, since that is known from a few creations only."""

LEAST, MOST = 0.25, 4.0
"""How much every work counts at least and at most, of what it would count among equals: below,
nothing of the artist's is left out, and above, creations speak of little else."""

MOVES = 50
"""How often what values are moved by is halved."""

TOGETHER = 1000.0
"""How much it weighs in the least squares that shares sum to 1."""


def balanced(alike: Floats, drift: Floats) -> Floats:
    """What each work counts, float [n] of mean 1, so that creations come nearer to the works.

    `alike` float [n, n] is a kernel of the works, `drift` float [n] by how much creations come
    further from the works as each work takes all.
    """
    number = len(alike)
    return number * Priced(alike).within(-PART * drift, LEAST / number, MOST / number)


class Priced:
    """Shares of works that are best for a price of likeness."""

    def __init__(self, alike: Floats, even: Floats | None = None) -> None:
        """`even` are the shares without a liking, of sum 1; all the same unless they are given."""
        number = len(alike)
        self.firm = alike + RIDGE * np.trace(alike) / number * np.eye(number)
        self.pull = self.firm @ (np.full(number, 1 / number) if even is None else even)
        self.root = np.linalg.cholesky(self.firm).T if number <= MANY else None
        self.last = np.full(number, 1 / number)

    def shares(self, liking: Floats, greed: float) -> Floats:
        """Of sum 1."""
        towards = self.pull + greed / 2 * liking
        return (
            self._descended(towards, _onto_shares) if self.root is None else self._solved(towards)
        )

    def _solved(self, towards: Floats) -> Floats:
        from scipy.linalg import solve_triangular
        from scipy.optimize import nnls

        number = len(towards)
        rows = np.concatenate([self.root, np.full((1, number), TOGETHER)])
        wanted = np.append(solve_triangular(self.root, towards, trans="T"), TOGETHER)
        found, _ = nnls(rows, wanted, maxiter=30 * number)
        return np.asarray(found / found.sum(), np.float64)

    def within(self, liking: Floats, least: float, most: float) -> Floats:
        """Of sum 1, each between the least and the most, at a greed of 1."""
        onto = partial(_within, least=least, most=most)
        return self._descended(self.pull + liking / 2, onto)

    def _descended(self, towards: Floats, onto: Callable[[Floats], Floats]) -> Floats:
        """The same, nearly, by accelerated steps (FISTA, Beck and Teboulle 2009) from the last.

        `onto` takes values to the nearest shares that are allowed.
        """
        now = ahead = self.last
        pace = 1.0
        for _ in range(STEPS):
            step = onto(ahead - (self.firm @ ahead - towards) / self.steepness)
            faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
            ahead, pace = step + (pace - 1) / faster * (step - now), faster
            moved, now = float(np.abs(step - now).sum()), step
            if moved < STILL:
                break
        self.last = now
        return now

    @cached_property
    def steepness(self) -> float:
        """By how much the slope changes at most."""
        return _largest(self.firm)


def _largest(matrix: Floats) -> float:
    """About the largest eigenvalue of a symmetric matrix of no negative one, and not below it."""
    vector = np.ones(len(matrix))
    for _ in range(30):
        vector = matrix @ (vector / np.linalg.norm(vector))
    return 1.01 * float(np.linalg.norm(vector))


def _onto_shares(values: Floats) -> Floats:
    """The nearest values of no negative one and of sum 1 (Duchi et al. 2008)."""
    falling = np.sort(values)[::-1]
    over = falling.cumsum() - 1
    ranks = np.arange(1, len(values) + 1)
    last = np.flatnonzero(falling > over / ranks)[-1]
    return np.asarray(np.maximum(values - over[last] / (last + 1), 0.0), np.float64)


def _within(values: Floats, least: float, most: float) -> Floats:
    """The nearest values of sum 1, each between the least and the most: all moved by as much."""
    low, high = float(values.min()) - most, float(values.max()) - least
    for _ in range(MOVES):
        middle = (low + high) / 2
        if np.clip(values - middle, least, most).sum() > 1:
            low = middle
        else:
            high = middle
    return np.asarray(np.clip(values - high, least, most), np.float64)
