"""How much two sets of pieces overlap: by statistics, and for one who has learnt to tell them.

`overlap` is after Yang and Lerch (2020), "On the evaluation of generative models in music", Neural
Computing and Applications 32, 4773-4784. Pairwise distances inside a set say how various it is,
distances between the sets how they lie to each other; where the two sets are one, both
distributions are the same. `told_apart` is a classifier two-sample test (Lopez-Paz and Oquab
2017): it hears small differences in all statistics together, which distances do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.pieces import pieces
from moxie.arts.music.score import Score
from moxie.arts.music.style.features import FAMILIES, describe
from moxie.nn import discriminant

Doubles: TypeAlias = NDArray[np.float64]

POINTS = 512
"""Places at which densities are compared."""

FOLDS = 5

MOST = 150
"""Pieces of a set that are looked at, evenly chosen."""


def overlap(a: Sequence[Score], b: Sequence[Score]) -> dict[str, float]:
    """For each family of `features` the overlapping area, 0..1; 1 when `b` is like more of `a`.

    Of the distances within `a` with those between `a` and `b`. nan when `a` has fewer than two
    pieces, or `b` none.
    """
    first, second = _rows(a), _rows(b)
    families = np.array(FAMILIES)
    found = {}
    for family in dict.fromkeys(FAMILIES):
        mine = families == family
        found[family] = _area(first[:, mine], second[:, mine])
    return found


def told_apart(a: Sequence[Score], b: Sequence[Score], *, seed: int) -> float:
    """How surely passages of `a` are told from those of `b` by one who knows other pieces of both.

    Area under the ROC curve of a discriminant of the statistics, learnt without the pieces that
    it judges, `FOLDS`-fold: 0.5 cannot tell, 1 always can. Movements of one work should be given
    as one score, or on one side only. nan with fewer than `FOLDS` pieces in either set.
    """
    if min(len(a), len(b)) < FOLDS:
        return float("nan")
    rng = np.random.default_rng(seed)
    rows, folds = [], []
    for scores in (a, b):
        split = [pieces(score) for score in scores]
        turns = rng.permutation(len(scores)) % FOLDS
        rows.append(np.array([describe(one) for some in split for one in some], np.float64))
        folds.append(np.repeat(turns, [len(some) for some in split]))
    both = np.concatenate(rows)
    scale = np.maximum(both.std(axis=0), 1e-3)
    rows = [(one - both.mean(axis=0)) / scale for one in rows]
    areas = []
    for fold in range(FOLDS):
        learnt = [one[turn != fold] for one, turn in zip(rows, folds, strict=True)]
        left = [one[turn == fold] for one, turn in zip(rows, folds, strict=True)]
        first, second = (_leaning(learnt, one) for one in left)
        wins = (first[:, None] > second).mean() + (first[:, None] == second).mean() / 2
        areas.append(float(wins))
    return float(np.mean(areas))


def _leaning(learnt: Sequence[Doubles], rows: Doubles) -> Doubles:
    """How much likelier each row is of the first set than of the second."""
    fits = discriminant.scores(learnt, rows)
    return np.asarray(fits[:, 0] - fits[:, 1], np.float64)


def _rows(scores: Sequence[Score]) -> Doubles:
    chosen = np.unique(np.linspace(0, len(scores) - 1, min(MOST, len(scores))).round().astype(int))
    rows = [describe(scores[i]) for i in chosen]
    return np.array(rows, np.float64).reshape(len(rows), len(FAMILIES))


def _area(a: Doubles, b: Doubles) -> float:
    if len(a) < 2 or not len(b):
        return float("nan")
    scale = a.std(axis=0)
    scale = np.where(scale > 1e-6, scale, 1.0)
    a, b = a / scale, b / scale
    inside = _distances(a, a)[np.triu_indices(len(a), 1)]
    across = _distances(a, b).ravel()
    places = np.linspace(0.0, 1.1 * max(float(inside.max()), float(across.max())) + 1e-9, POINTS)
    lower = np.minimum(_density(inside, places), _density(across, places))
    return float(lower.sum() * (places[1] - places[0]))


def _distances(a: Doubles, b: Doubles) -> Doubles:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)), np.float64)


def _density(values: Doubles, places: Doubles) -> Doubles:
    """Kernel density with Scott's (1992) bandwidth, of area 1 over the places."""
    step = places[1] - places[0]
    counts = np.histogram(values, bins=len(places), range=(0.0, float(places[-1]) + step))[0]
    width = max(float(values.std()) * len(values) ** -0.2, 2 * step)
    kernel = np.exp(-0.5 * ((places - places[len(places) // 2]) / width) ** 2)
    density = np.convolve(counts.astype(np.float64), kernel, mode="same")
    return np.asarray(density / max(float(density.sum() * step), 1e-12), np.float64)
