"""Whether a person likes one lot of creations better than another, not knowing which is which.

A question shows two of each lot, mixed. What it says is the share of the pairs across the lots
that the newer wins. Whether the mean over some questions is more than chance is told exactly:
were the lots alike, every question might as well have come out the other way round (Fisher's
permutation test, for pairs).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product

import numpy as np

from moxie.taste.answers import Answer, pairs

QUESTIONS = 12
"""Blind questions before anything is decided: looking earlier would make chance likelier."""

SURE = 0.15
"""A version is taken for better where chance would do as well at most this often."""


def won(answer: Answer, newer: Collection[str]) -> float | None:
    """The share of pairs across the lots that the newer wins; None where there are none."""
    across = [
        better in newer for better, worse in pairs(answer) if (better in newer) != (worse in newer)
    ]
    if answer.kind == "pick":  # the others were not compared with each other
        return float(answer.order[0] in newer) if across else None
    return sum(across) / len(across) if across else None


def chance(shares: Sequence[float]) -> float:
    """How often chance alone does as well or better, one-sided and exact, for at most 16."""
    gaps = np.array(shares[:16], np.float64) - 0.5
    signs = np.array(list(product((1.0, -1.0), repeat=len(gaps))))
    sums = signs @ gaps
    return float((sums >= gaps.sum() - 1e-9).mean())
