"""A sculpture's form: a triangle mesh, and the frame that parts of it are named in.

Positions are float32, y is up. A file's own coordinates are kept as they are read, so that a
restored work has every other vertex where it was; `clean` brings works to one scale, longest side
1 about the origin. The frame is a cube half as large again as the longest side, because what is
missing of a broken work lies outside what is left. Masks are bool [GRID, GRID, GRID] over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int32]
Bools: TypeAlias = NDArray[np.bool_]

GRID = 48
"""Voxels of a mask along each side of the frame."""

ROOM = 1.5
"""Side of the frame in longest sides of the work."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A cube: its corner of least coordinates, and its side, in the work's own units."""

    low: tuple[float, float, float]
    side: float

    @classmethod
    def about(cls, vertices: Floats) -> Frame:
        """The frame of a whole work."""
        low, high = vertices.min(0).astype(float), vertices.max(0).astype(float)
        side = ROOM * max(float((high - low).max()), 1e-9)
        corner = (low + high) / 2 - side / 2
        return cls((float(corner[0]), float(corner[1]), float(corner[2])), side)

    @property
    def longest(self) -> float:
        """The longest side of the work it was made for."""
        return self.side / ROOM

    def cells(self, points: Floats) -> NDArray[np.int64]:
        """The voxel of a mask that each point [n, 3] lies in, those outside in the nearest."""
        place = (points.astype(np.float64) - self.low) / self.side * GRID
        return np.clip(np.floor(place), 0, GRID - 1).astype(np.int64)

    def masked(self, points: Floats, mask: Bools) -> Bools:
        """Which points [n, 3] lie where the mask is True."""
        x, y, z = self.cells(points).T
        return np.asarray(mask[x, y, z], np.bool_)

    def centres(self) -> NDArray[np.float64]:
        """The middle of every voxel along each axis, [3, GRID]."""
        steps = (np.arange(GRID) + 0.5) / GRID * self.side
        return np.array(self.low)[:, None] + steps


STANDARD = Frame((-ROOM / 2, -ROOM / 2, -ROOM / 2), ROOM)
"""The frame of every cleaned work and every creation."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A mesh: vertices float32 [v, 3], faces int32 [f, 3] counter-clockwise from outside."""

    vertices: Floats
    faces: Integers
    frame: Frame

    @classmethod
    def of(cls, vertices: NDArray[np.generic], faces: NDArray[np.generic]) -> Form:
        """A mesh in a frame of its own."""
        points = np.ascontiguousarray(vertices, np.float32)
        return cls(points, np.ascontiguousarray(faces, np.int32), Frame.about(points))

    def corners(self) -> Floats:
        """The corners of every face, float32 [f, 3, 3]."""
        return np.asarray(self.vertices[self.faces], np.float32)


def areas(form: Form) -> tuple[Floats, Floats]:
    """Of every face: its area [f], and its unit normal [f, 3] (zero where it has no area)."""
    corners = form.corners().astype(np.float64)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(cross, axis=1)
    normal = cross / np.maximum(length, 1e-30)[:, None]
    return (length / 2).astype(np.float32), normal.astype(np.float32)


def vertex_normals(form: Form) -> Floats:
    """Unit normals at the vertices, weighted by the area of the faces about them, [v, 3]."""
    area, normal = areas(form)
    total = np.zeros((len(form.vertices), 3))
    weighted = (area[:, None] * normal).astype(np.float64)
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(
                form.faces[:, corner], weighted[:, axis], minlength=len(total)
            )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.maximum(length, 1e-30), np.float32)


def volume(form: Form) -> float:
    """Signed volume; positive where faces look outwards."""
    a, b, c = np.moveaxis(form.corners().astype(np.float64), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def edges(faces: Integers) -> NDArray[np.int64]:
    """Directed edges of every face, [3 f, 2]."""
    wide = faces.astype(np.int64)
    return np.concatenate([wide[:, [0, 1]], wide[:, [1, 2]], wide[:, [2, 0]]])


def open_edges(faces: Integers) -> NDArray[np.int64]:
    """Directed edges without a face on their other side, or with too many, [n, 2]."""
    directed = edges(faces)
    if not len(directed):
        return directed
    base = np.int64(faces.max()) + 1
    there = directed[:, 0] * base + directed[:, 1]
    back = directed[:, 1] * base + directed[:, 0]
    codes, counts = np.unique(there, return_counts=True)
    place = np.minimum(np.searchsorted(codes, back), len(codes) - 1)
    once = counts[np.searchsorted(codes, there)] == 1
    matched = (codes[place] == back) & (counts[place] == 1)
    return np.asarray(directed[~(matched & once)], np.int64)


def is_closed(form: Form) -> bool:
    """Whether every edge has exactly one face on either side, turned the same way."""
    return len(form.faces) > 3 and not len(open_edges(form.faces))


def parts(form: Form) -> NDArray[np.int64]:
    """The connected part that each face belongs to, numbered from 0, [f]."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs, number = edges(form.faces), len(form.vertices)
    links = coo_matrix((np.ones(len(pairs), np.bool_), pairs.T), (number, number))
    _, label = connected_components(links, directed=False)
    _, found = np.unique(label[form.faces[:, 0]], return_inverse=True)
    return np.asarray(found, np.int64)


def compacted(vertices: Floats, faces: Integers, frame: Frame) -> Form:
    """The mesh without vertices that no face uses."""
    used = np.zeros(len(vertices), np.bool_)
    used[faces] = True
    places = np.cumsum(used) - 1
    return Form(
        np.ascontiguousarray(vertices[used]),
        np.ascontiguousarray(places[faces], np.int32).reshape(-1, 3),
        frame,
    )


def largest(form: Form) -> Form:
    """Its largest connected part, by area."""
    which = parts(form)
    if not len(which) or which.max() == 0:
        return form
    sizes = np.bincount(which, areas(form)[0])
    return compacted(form.vertices, form.faces[which == sizes.argmax()], form.frame)
