"""Finding blocks, and cutting between them, against the plain way of doing so."""

from __future__ import annotations

from itertools import product

import numpy as np

from moxie.arts.painting.montage import cheapest_path
from moxie.arts.painting.swatches import Swatches


def test_the_nearest_blocks_are_those_that_measuring_all_finds(rng: np.random.Generator) -> None:
    works = [(i, rng.integers(0, 256, (220, 260, 3), np.uint8)) for i in range(3)]
    swatches = Swatches(works, 16, 5.0)
    wanted = rng.normal(size=(9, swatches._axes.shape[0])).astype(np.float32)
    apart = swatches.encode(wanted)[:, None] - swatches._codes[None]
    squares = (apart.astype(np.float64) ** 2).sum(2)
    for number in (1, 7, 40):
        found, told = swatches.nearest(wanted, number)
        least = np.sort(squares, axis=1)[:, :number]
        at = np.take_along_axis(squares, found, 1)
        np.testing.assert_allclose(np.sort(at, axis=1), least, rtol=1e-3)
        np.testing.assert_allclose(told, at, rtol=1e-2, atol=1e-3)
        assert all(len(set(row)) == number for row in found.tolist())


def test_a_seam_is_the_cheapest_of_all(rng: np.random.Generator) -> None:
    for _ in range(20):
        cost = rng.integers(0, 9, (3, 5)).astype(np.float32)
        path, mean = cheapest_path(cost)
        assert (np.abs(np.diff(path)) <= 1).all()
        assert mean == np.float32(cost[path, range(5)].sum()) / 5
        every = (one for one in product(range(3), repeat=5) if max(np.abs(np.diff(one))) <= 1)
        assert mean * 5 <= min(cost[list(one), range(5)].sum() for one in every) + 1e-5
