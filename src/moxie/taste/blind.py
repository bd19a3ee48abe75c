"""Whether a person likes one lot of creations better than another, not knowing which is which.

A question shows two of each lot, mixed. What it says is the share of the pairs across the lots
that the newer wins; the newer is taken for better where it wins more than half of all. How often
luck does as well is told besides, and exactly: were the lots alike, every question might as well
have come out the other way round (Fisher's permutation test, for pairs).

It is not asked that luck be ruled out. A newer version comes by a taste that has foretold unseen
answers, past gates against harm, and can be taken back: to keep the older one until the newer is
surely better costs as much, where it is better, as the newer costs where it is not, and oftener.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product

import numpy as np

from moxie.taste.answers import Answer, pairs

QUESTIONS = 12
"""Blind questions before anything is decided: looking earlier would make chance likelier."""


def won(answer: Answer, newer: Collection[str]) -> float | None:
    """The share of pairs across the lots that the newer wins; None where there are none."""
    across = [
        better in newer for better, worse in pairs(answer) if (better in newer) != (worse in newer)
    ]
    if answer.kind == "pick":  # the others were not compared with each other
        return float(answer.order[0] in newer) if across else None
    return sum(across) / len(across) if across else None


def better(shares: Sequence[float]) -> bool:
    """Whether the newer lot won more than half of what was compared."""
    return sum(shares) > 0.5 * len(shares)


def chance(shares: Sequence[float]) -> float:
    """How often chance alone does as well or better, one-sided and exact, for at most 16."""
    gaps = np.array(shares[:16], np.float64) - 0.5
    signs = np.array(list(product((1.0, -1.0), repeat=len(gaps))))
    sums = signs @ gaps
    return float((sums >= gaps.sum() - 1e-9).mean())
