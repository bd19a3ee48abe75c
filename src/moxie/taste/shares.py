"""Shares of works that are best by a kernel of them: least squares without negatives.

Of a liking [n] and a positive kernel [n, n] the best shares are those that like most, less the
squared distance (maximum mean discrepancy, Gretton et al. 2012) between the works counted so and
counted as they are without a liking. With what is made in place of a liking, the works count so
that what a model makes is, on average, what they are (kernel mean matching, Huang et al. 2007).
"""

from __future__ import annotations

import numpy as np

from moxie.taste.space import Floats

RIDGE = 0.01
"""Of the mean of a kernel's diagonal, which is added to it: counts of equal works are equal."""

MANY, STEPS, STILL = 600, 400, 1e-6
"""Works from which shares are found by steps, at most so many, until so little of them moves: an
exact answer for three thousand poems takes ten seconds, and a hundred answers are asked for."""

PART, LEAST = 0.5, 0.25
"""Of what creations lack, how much is asked for, since that is known from a few creations only;
and how much every work counts at least, of what it would count among equals."""

TOGETHER = 1000.0
"""How much it weighs in the least squares that shares sum to 1."""


def balanced(alike: Floats, drift: Floats) -> Floats:
    """What each work counts, float [n] of mean 1, so that creations come nearer to the works.

    `alike` float [n, n] is a kernel of the works, `drift` float [n] by how much creations come
    further from the works as each work takes all.
    """
    number, rest = len(alike), 1 - LEAST
    shares = Priced(alike).shares(-PART / rest * drift, 1.0)
    return np.asarray(LEAST + rest * number * shares, np.float64)


class Priced:
    """Shares of works that are best for a price of likeness."""

    def __init__(self, alike: Floats, even: Floats | None = None) -> None:
        """`even` are the shares without a liking, of sum 1; all the same unless they are given."""
        number = len(alike)
        self.firm = alike + RIDGE * np.trace(alike) / number * np.eye(number)
        self.pull = self.firm @ (np.full(number, 1 / number) if even is None else even)
        self.root = np.linalg.cholesky(self.firm).T if number <= MANY else None
        self.steepness = 0.0 if number <= MANY else _largest(self.firm)
        self.last = np.full(number, 1 / number)

    def shares(self, liking: Floats, greed: float) -> Floats:
        """Of sum 1."""
        towards = self.pull + greed / 2 * liking
        return self._descended(towards) if self.root is None else self._solved(towards)

    def _solved(self, towards: Floats) -> Floats:
        from scipy.linalg import solve_triangular
        from scipy.optimize import nnls

        number = len(towards)
        rows = np.concatenate([self.root, np.full((1, number), TOGETHER)])
        wanted = np.append(solve_triangular(self.root, towards, trans="T"), TOGETHER)
        found, _ = nnls(rows, wanted, maxiter=30 * number)
        return np.asarray(found / found.sum(), np.float64)

    def _descended(self, towards: Floats) -> Floats:
        """The same, nearly, by accelerated steps (FISTA, Beck and Teboulle 2009) from the last."""
        now = ahead = self.last
        pace = 1.0
        for _ in range(STEPS):
            step = _onto_shares(ahead - (self.firm @ ahead - towards) / self.steepness)
            faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
            ahead, pace = step + (pace - 1) / faster * (step - now), faster
            moved, now = float(np.abs(step - now).sum()), step
            if moved < STILL:
                break
        self.last = now
        return now


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
