"""What tells groups apart: the linear discriminant of Fisher (1936) for many groups.

With more features than works the covariance within groups is drawn towards a sphere (Friedman
1989), so that directions in which little was seen to vary do not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.floating]

SHRINKAGE = 0.5
"""Share of the sphere in the covariance."""


def axes(groups: Sequence[Rows], shrinkage: float = SHRINKAGE) -> Doubles:
    """Directions that separate the groups' rows [n, d] best, float64 [d, groups - 1].

    Along them the rows of a group have about unit variance. Groups count alike.
    """
    basis = _basis(groups)
    inside = [np.asarray(rows @ basis, np.float64) for rows in groups]
    means = np.array([rows.mean(axis=0) for rows in inside])
    white = _whitening(inside, means, len(basis), shrinkage)
    spread = (means - means.mean(axis=0)) @ white
    directions = np.linalg.svd(spread, full_matrices=False)[2][: len(groups) - 1]
    return np.asarray(basis @ white @ directions.T, np.float64)


def scores(groups: Sequence[Rows], rows: Rows, shrinkage: float = SHRINKAGE) -> Doubles:
    """How well each row [n, d] fits each group, float64 [n, groups].

    Log likelihoods of bells of one shape along `axes`, up to a number that all groups share.
    """
    along = axes(groups, shrinkage)
    means = np.array([np.mean(group, axis=0, dtype=np.float64) @ along for group in groups])
    distances = ((rows @ along)[:, None] - means[None]) ** 2
    return np.asarray(-distances.sum(axis=2) / 2, np.float64)


def aligned(part: Doubles, whole: Doubles, rows: Rows) -> Doubles:
    """Axes turned so that `rows` come to lie as near as can be to where `whole` puts them.

    Axes that were found from fewer works are turned or mirrored at will; after this their
    coordinates mean the same (orthogonal Procrustes problem, Schönemann 1966).
    """
    left, _, right = np.linalg.svd((rows @ part).T @ (rows @ whole))
    return np.asarray(part @ left @ right, np.float64)


def _basis(groups: Sequence[Rows]) -> Doubles:
    """Orthonormal directions in which the rows lie, float64 [d, at most d]: few rows need few."""
    rows = np.concatenate(groups).astype(np.float64)
    if len(rows) >= rows.shape[1]:
        return np.eye(rows.shape[1])
    _, lengths, directions = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(directions[lengths > 1e-9 * lengths.max(initial=0.0)].T, np.float64)


def _whitening(groups: Sequence[Doubles], means: Doubles, width: int, shrinkage: float) -> Doubles:
    """float64 [r, r]: makes the shrunk covariance within groups a unit sphere.

    `width` is how many features the sphere is of, whatever few directions are looked at.
    """
    within = np.zeros((means.shape[1], means.shape[1]))
    for rows, mean in zip(groups, means, strict=True):
        centred = rows - mean
        within += centred.T @ centred / max(len(centred), 1) / len(groups)
    size = float(np.trace(within)) / width
    shrunk = (1 - shrinkage) * within + (shrinkage * size + 1e-9) * np.eye(len(within))
    variances, directions = np.linalg.eigh(shrunk)
    return np.asarray(directions / np.sqrt(variances), np.float64)
