"""Several painters' hands in one picture: how many of its blocks each of them lays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 80
"""Of evening the shares."""

COOLING = 0.95
"""Each round moves by so much of what the one before did."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose hand each source is in, by its number, and the share of the blocks of each hand."""

    of: Mapping[int, int]
    shares: tuple[float, ...]


def divided(least: Floats, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which hand lays each place, [places]: each its share, where it suits best.

    `least` [hands, places] is what the cheapest block of each hand costs at each place. A hand that
    is given too much becomes dearer everywhere, as in an auction.
    """
    dearer = np.zeros((len(shares), 1))
    step = float(least.std()) + 1e-6
    for _ in range(ROUNDS):
        given = np.bincount((least + dearer).argmin(0), minlength=len(shares))
        dearer[:, 0] += step * (given / least.shape[1] - shares)
        step *= COOLING
    return np.asarray((least + dearer).argmin(0))
