"""Sliced Wasserstein distances: compare clouds of points by their shadows on random lines.

Rabin, Peyre, Delon and Bernot, "Wasserstein Barycenter and its Application to Texture Mixing"
(2011); on patches of pictures, Elnekave and Weiss, "Generating Natural Images with Direct Patch
Distributions Matching" (2022).
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def directions(n: int, dim: int, generator: Generator) -> Tensor:
    """`n` random unit vectors, float32 [n, dim]."""
    return torch.nn.functional.normalize(torch.randn(n, dim, generator=generator), dim=1)


def subset(points: Tensor, n: int, generator: Generator) -> Tensor:
    """`n` of the points [dim, m], drawn with replacement; all of them when there are no more."""
    if points.shape[1] <= n:
        return points
    return points[:, torch.randint(0, points.shape[1], (n,), generator=generator)]


def distance(points: Tensor, target: Tensor, lines: Tensor) -> Tensor:
    """Mean sliced 1-Wasserstein distance; differentiable in `points`.

    `points` [dim, m], `target` [dim, k], `lines` [n, dim] unit rows. The longer shadow is
    thinned to the quantiles of the shorter.
    """
    ours = (lines @ points).sort(dim=1).values
    theirs = (lines @ target).sort(dim=1).values
    n = min(ours.shape[1], theirs.shape[1])
    return (_quantiles(ours, n) - _quantiles(theirs, n)).abs().mean()


def _quantiles(rows: Tensor, n: int) -> Tensor:
    m = rows.shape[1]
    if m == n:
        return rows
    return rows[:, ((torch.arange(n) + 0.5) * (m / n)).long()]
