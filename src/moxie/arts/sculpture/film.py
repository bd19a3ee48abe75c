"""A hole in a field of distances, and what a soap film makes of it.

Values are continued into what is missing so that each is the mean of its neighbours, a solution of
Laplace's equation; of a guess, only what differs from it at the rim is (Perez, Gangnet and Blake,
"Poisson Image Editing", 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import Field
from moxie.arts.sculpture.form import Bools, Floats

Doubles = NDArray[np.float64]

REACH = 4.0
"""Distances beyond so many voxels do not count."""

COARSE = 6000
"""Voxels to be filled, from which on a solution of half the fineness is where to begin."""


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """What is known and what is not: the field about the hole, the voxels of it that are to be
    filled, and the field of all there is.
    """

    field: Field
    missing: Bools
    whole: Field

    def clipped(self, values: Floats) -> Floats:
        """Distances no farther than `REACH`."""
        reach = np.float32(REACH * self.field.pitch)
        return np.clip(values, -reach, reach)


def film(hole: Hole, guess: Floats) -> Field:
    """The hole filled with a guess, whose difference at the rim is carried inwards."""
    known = hole.field.values
    flat = hole.clipped(guess.reshape(known.shape))
    carried = Laplace(hole.missing)(hole.clipped(known) - flat)
    values = np.where(hole.missing, flat + carried, known)
    return Field(values.astype(np.float32), hole.field.low, hole.field.pitch)


class Laplace:
    """Continues values into what is missing so that each is the mean of its neighbours."""

    def __init__(self, missing: Bools) -> None:
        from scipy.sparse import coo_matrix

        self.missing = missing
        self.places = np.argwhere(missing)
        number = len(self.places)
        numbers = np.full(missing.shape, -1)
        numbers[missing] = np.arange(number)
        degree = np.zeros(number)
        rows, columns, self.rims = [], [], []
        for step in (*np.eye(3, dtype=int), *-np.eye(3, dtype=int)):
            there = self.places + step
            held = ((there >= 0) & (there < missing.shape)).all(1)
            other = numbers[tuple(there[held].T)]
            mine = np.flatnonzero(held)
            degree[mine] += 1
            free = other >= 0
            rows.append(mine[free])
            columns.append(other[free])
            self.rims.append((mine[~free], tuple(there[held][~free].T)))
        row, column = np.concatenate(rows), np.concatenate(columns)
        links = coo_matrix((-np.ones(len(row)), (row, column)), (number, number))
        own = coo_matrix((degree + 1e-6, (np.arange(number), np.arange(number))), (number, number))
        self.matrix = (links + own).tocsr()
        self.coarse = Laplace(missing[::2, ::2, ::2]) if number > COARSE else None

    def __call__(self, values: NDArray[np.floating]) -> Doubles:
        """The values with what is missing filled in, float64 of the same shape."""
        from scipy.ndimage import map_coordinates
        from scipy.sparse.linalg import cg

        known, start = np.zeros(len(self.places)), None
        for mine, there in self.rims:
            known[mine] += values[there]
        if self.coarse is not None:
            rough = self.coarse(values[::2, ::2, ::2])
            start = map_coordinates(rough, self.places.T / 2, order=1, mode="nearest")
        solved, _ = cg(self.matrix, known, start, rtol=1e-3, maxiter=200)
        full = np.asarray(values, np.float64).copy()
        full[self.missing] = solved
        return full
