"""How much each guess of what is missing counts: measured, not believed.

The hole is made wider, and those guesses count that foretell best, together, what is known there
("stacking"; Breiman, "Stacked Regressions", 1996).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.film import REACH, Hole, Laplace
from moxie.arts.sculpture.form import Floats

Doubles = NDArray[np.float64]

WIDER = 2
"""Voxels of half the fineness by which the hole is made wider."""

RIDGE = 0.1
"""How far the weights are drawn towards the first guess alone."""

NEARLY = 0.9
"""Distances below this share of the greatest say where a surface is."""

SUM = 10.0
"""How strictly weights sum to 1."""


TWIN = (0.1, 0.2)
"""Shares of the first guess's squared error: whose is below the first is a twin of what is missing,
as a work's other side is; from the second on it is none.
"""


def weights(hole: Hole, guesses: Sequence[Floats], one_sided: float = 0.0) -> Doubles:
    """Of guesses [x, y, z] in the hole's box, none below 0, summing to 1; the first is trusted.

    As far as the hole is `one_sided`, 0 to 1, foretelling a rim proves nothing, and the first
    counts alone, unless there is a twin.
    """
    from scipy.optimize import nnls

    told, truth = _foretold(hole, guesses)
    number, size = len(guesses), np.sqrt(max(len(truth), 1))
    trusted = np.zeros(number)
    trusted[0] = RIDGE
    rows = np.concatenate([told / size, np.full((1, number), SUM), RIDGE * np.eye(number)])
    found, _ = nnls(rows, np.concatenate([truth / size, [SUM], trusted]))
    missed = np.square(told - truth[:, None]).sum(0)
    unlike = np.interp(missed.min() / max(float(missed[0]), 1e-12), TWIN, (0.0, 1.0))
    alone = one_sided * float(unlike)
    counts = found / max(float(found.sum()), 1e-12) * (1 - alone)
    counts[0] += alone
    return np.asarray(counts)


def _foretold(hole: Hole, guesses: Sequence[Floats]) -> tuple[Doubles, Doubles]:
    """What each guess says of the wider rim, [n, guesses], and what is so, [n]: in -1..1."""
    from scipy.ndimage import binary_dilation

    missing = hole.missing[::2, ::2, ::2]
    wider = binary_dilation(missing, iterations=WIDER)
    judged = wider & ~missing
    known = hole.clipped(hole.field.values[::2, ::2, ::2])
    fill = Laplace(wider)
    coarse = [hole.clipped(guess[::2, ::2, ::2]) for guess in guesses]
    reach = REACH * hole.field.pitch
    told = np.stack([(one + fill(known - one))[judged] for one in coarse], 1) / reach
    truth = np.asarray(known[judged] / reach, np.float64)
    near = np.minimum(np.abs(told).min(1), np.abs(truth)) < NEARLY
    return told[near], truth[near]
