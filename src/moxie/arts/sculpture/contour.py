"""From a field to a mesh: marching cubes, closed and manifold by construction.

Lorensen and Cline, "Marching Cubes" (1987). The table is derived here, not copied: on every side
of a cube each run of corners inside is cut off by itself, so that two neighbours agree on the side
they share, and no diagonal of a polygon lies in a side, where it could meet another cube's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.form import Floats, Integers

CORNERS = tuple((i & 1, i >> 1 & 1, i >> 2 & 1) for i in range(8))
"""The corners of a cube by number, as offsets along x, y and z."""

SIDES = ((0, 4, 6, 2), (1, 3, 7, 5), (0, 1, 5, 4), (2, 6, 7, 3), (0, 2, 3, 1), (4, 5, 7, 6))
"""The corners of each side, counter-clockwise from outside."""

EDGES = tuple((a, a | 1 << axis) for axis in range(3) for a in range(8) if not a >> axis & 1)
"""The edges by number, as pairs of corners: four along x, four along y, four along z."""

NEAREST = 0.04
"""Least distance of a vertex from the ends of its edge, in edges: slivers cannot be printed."""

Triangle = tuple[int, int, int]


def contour(values: Floats, low: Sequence[float], pitch: float) -> tuple[Floats, Integers]:
    """The surface where a field [x, y, z] is 0: vertices [v, 3] and faces [f, 3].

    Negative is inside. Voxel (0, 0, 0) lies at `low`, `pitch` apart from the next. What reaches
    the rim is closed there. Faces are counter-clockwise from outside.
    """
    padded = np.pad(values.astype(np.float32), 1, constant_values=np.float32(pitch))
    padded[padded == 0] = np.float32(1e-12)
    inside = padded < 0
    numbers, places = _vertices(padded, inside)
    cells = _cells(inside)
    cases = sum(
        inside[_slices(offset, inside.shape)][tuple(cells.T)].astype(np.int64) << i
        for i, offset in enumerate(CORNERS)
    )
    triangles, counts = _table()
    found = []
    for slot in range(triangles.shape[1]):
        some = counts[cases] > slot
        local = triangles[cases[some], slot]
        found.append(_numbered(numbers, cells[some], local))
    faces = np.concatenate(found) if found else np.zeros((0, 3), np.int64)
    points = np.asarray(low, np.float64) + (places - 1) * pitch
    return points.astype(np.float32), faces.astype(np.int32)


def _slices(offset: Sequence[int], shape: Sequence[int]) -> tuple[slice, ...]:
    return tuple(slice(o, n - 1 + o) for o, n in zip(offset, shape, strict=True))


def _cells(inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The cubes that the surface passes through, [n, 3]."""
    corners = [inside[_slices(offset, inside.shape)] for offset in CORNERS]
    every, some = np.logical_and.reduce(corners), np.logical_or.reduce(corners)
    return np.argwhere(some & ~every)


def _vertices(
    values: Floats, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The number of the vertex on each edge [3, x, y, z] (-1: none), and their places [v, 3]."""
    numbers = np.full((3, *values.shape), -1, np.int32)
    places, total = [], 0
    for axis in range(3):
        here = [slice(None)] * 3
        there = [slice(None)] * 3
        here[axis], there[axis] = slice(0, -1), slice(1, None)
        at = np.argwhere(inside[tuple(here)] != inside[tuple(there)])
        first = values[tuple(at.T)].astype(np.float64)
        step = np.eye(3, dtype=np.int64)[axis]
        second = values[tuple((at + step).T)].astype(np.float64)
        share = np.clip(first / (first - second), NEAREST, 1 - NEAREST)
        numbers[(axis, *at.T)] = np.arange(total, total + len(at))
        places.append(at + share[:, None] * step)
        total += len(at)
    return numbers, np.concatenate(places)


def _numbered(
    numbers: NDArray[np.int32], cells: NDArray[np.int64], local: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Faces in vertices' numbers [n, 3], from cubes [n, 3] and edges of the cube [n, 3]."""
    offsets = np.array([CORNERS[a] for a, _ in EDGES])[local]
    at = cells[:, None] + offsets
    return np.asarray(numbers[local // 4, at[..., 0], at[..., 1], at[..., 2]], np.int64)


@cache
def _table() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Triangles of each of the 256 cases as edges [256, most, 3], and how many they are [256]."""
    cases = [[t for loop in _loops(case) for t in _triangles(loop)] for case in range(256)]
    most = max(map(len, cases))
    table = np.zeros((256, most, 3), np.int64)
    for case, triangles in enumerate(cases):
        if triangles:
            table[case, : len(triangles)] = triangles
    return table, np.array([len(triangles) for triangles in cases])


def _loops(case: int) -> Iterator[list[int]]:
    """The polygons of a case, each as the edges it crosses in order."""
    after: dict[int, int] = {}
    for side in SIDES:
        inside = [bool(case >> corner & 1) for corner in side]
        crossed = [_edge(side[i], side[(i + 1) % 4]) for i in range(4)]
        for i in range(4):
            if not inside[i] and inside[(i + 1) % 4]:
                j = next(k % 4 for k in range(i + 1, i + 5) if not inside[(k + 1) % 4])
                after[crossed[i]] = crossed[j]
    while after:
        start, edge = next(iter(after.items()))
        del after[start]
        loop = [start]
        while edge != start:
            loop.append(edge)
            edge = after.pop(edge)
        yield loop


def _edge(a: int, b: int) -> int:
    return EDGES.index((min(a, b), max(a, b)))


def _triangles(loop: Sequence[int]) -> list[Triangle]:
    """A polygon in triangles, with no diagonal in a side of the cube."""
    return next(
        t for t in _cut(tuple(loop)) if not any(_in_a_side(*d) for d in _diagonals(t, loop))
    )


def _cut(loop: tuple[int, ...]) -> Iterator[list[Triangle]]:
    """Every way of cutting a polygon into triangles."""
    if len(loop) < 3:
        yield []
        return
    first, last = loop[0], loop[-1]
    for i in range(1, len(loop) - 1):
        for before in _cut(loop[: i + 1]):
            for behind in _cut(loop[i:]):
                yield [*before, (first, loop[i], last), *behind]


def _diagonals(triangles: Sequence[Triangle], loop: Sequence[int]) -> Iterator[tuple[int, int]]:
    outline = {frozenset(pair) for pair in pairwise([*loop, loop[0]])}
    for a, b, c in triangles:
        for pair in ((a, b), (b, c), (c, a)):
            if frozenset(pair) not in outline:
                yield pair


def _in_a_side(one: int, other: int) -> bool:
    corners = {*EDGES[one], *EDGES[other]}
    return any(corners <= set(side) for side in SIDES)
