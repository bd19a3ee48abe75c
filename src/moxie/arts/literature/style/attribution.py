"""Which of some authors a text is likeliest to be by: Burrows's Delta made a discriminant.

For benchmarks and for people who ask; no recipe and no choice of candidates has a part in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.pieces import pieces
from moxie.arts.literature.style.judges import HASHED, NgramJudge, StyleJudge, runs
from moxie.arts.literature.writing import Writing
from moxie.nn import discriminant

Doubles: TypeAlias = NDArray[np.float64]

MOST_PIECES = 6
"""Pieces of a work that are learnt from, so that no long work outweighs the others."""

LEAST = 1e-2
"""No figure is taken to vary less."""


def classify(works: Mapping[str, Sequence[Writing]], unknown: Sequence[Writing]) -> list[str]:
    """Which author each unknown text is likeliest to be by, judged by real works of each.

    Evidence of both judges and of hashed runs of characters, piece by piece, added up over each
    text. Raises ValueError for fewer than two authors, or one without works.
    """
    if len(works) < 2 or not all(works.values()):
        raise ValueError("classify needs works of at least two authors")
    known = [_evidence(texts) for texts in works.values()]
    every = np.concatenate(known)
    mean, deviation = every.mean(axis=0), np.maximum(every.std(axis=0), LEAST)
    # what is counted into many bins together weighs as much as what has a name
    named = every.shape[1] - HASHED
    weight = np.concatenate([np.ones(named), np.full(HASHED, np.sqrt(named / HASHED))])
    scaled = [(rows - mean) / deviation * weight for rows in known]
    asked = [(_evidence([text]) - mean) / deviation * weight for text in unknown]
    if not asked:
        return []
    fits = discriminant.scores(scaled, np.concatenate(asked))
    ends = np.cumsum([len(rows) for rows in asked])[:-1]
    names = list(works)
    return [names[int(fit.sum(axis=0).argmax())] for fit in np.split(fits, ends)]


def _evidence(texts: Sequence[Writing]) -> Doubles:
    """Vectors of pieces, at most so many of a text, evenly chosen."""
    chosen: list[Writing] = []
    for text in texts:
        cut = pieces(text)
        number = min(MOST_PIECES, len(cut))
        chosen += [cut[i * len(cut) // number] for i in range(number)]
    counted = np.array([runs(one) for one in chosen])
    rows = [StyleJudge().embed(chosen), NgramJudge().embed(chosen), counted]
    return np.concatenate(rows, axis=1).astype(np.float64)
