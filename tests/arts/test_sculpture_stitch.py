"""Sewing two meshes by their open rims: one and one, two that became one, and what is left over."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from moxie.arts.sculpture import stitch
from moxie.arts.sculpture.form import STANDARD, Form, is_closed, open_edges, parts

Mesh = tuple[NDArray[np.float32], NDArray[np.int32]]


def tube(
    middle: tuple[float, float],
    radius: tuple[float, float],
    bottom: float,
    top: float,
    corners: int,
) -> Mesh:
    """A tube about the vertical, closed at its bottom and open at its top."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    ring = np.stack(
        [np.cos(angles) * radius[0] + middle[0], np.sin(angles) * radius[1] + middle[1]]
    )
    rings = [np.stack([*ring, np.full(corners, height)], 1) for height in (bottom, top)]
    center = np.array([[*middle, bottom]])
    after = np.roll(np.arange(corners), -1)
    low, high, end = np.arange(corners), np.arange(corners) + corners, 2 * corners
    faces = [
        *zip(low, after, high, strict=True),
        *zip(after, after + corners, high, strict=True),
        *((b, a, end) for a, b in zip(low, after, strict=True)),
    ]
    return np.concatenate([*rings, center]).astype(np.float32), np.array(faces, np.int32)


def hood(
    middle: tuple[float, float], radius: tuple[float, float], bottom: float, top: float
) -> Mesh:
    """The same, closed at its top and open at its bottom."""
    points, faces = tube(middle, radius, -top, -bottom, 24)
    return points * np.float32([1, 1, -1]), faces[:, ::-1]


def together(meshes: list[Mesh]) -> Mesh:
    starts = np.cumsum([0, *(len(points) for points, _ in meshes[:-1])])
    faces = [faces + start for (_, faces), start in zip(meshes, starts, strict=True)]
    return np.concatenate([points for points, _ in meshes]), np.concatenate(faces).astype(np.int32)


def sewn(old: list[Mesh], new: list[Mesh], most: float = 2.0) -> Form:
    """Both sides, and what sews them."""
    points, faces = together([*old, *new])
    known = sum(len(faces) for _, faces in old)
    rims, ends = (stitch._rims(open_edges(side)) for side in (faces[:known], faces[known:]))
    more, extra = stitch._sewn(points, rims, ends, faces, most)
    return Form(np.concatenate([points, extra]), np.concatenate([faces, more]), STANDARD)


LEGS = [tube((-0.6, 0), (0.5, 0.5), -2, 0, 12), tube((0.6, 0), (0.5, 0.5), -2, 0, 16)]


def test_a_rim_is_sewn_to_the_end_beside_it() -> None:
    form = sewn([LEGS[0]], [hood((-0.6, 0), (0.45, 0.45), 0.2, 1)])
    assert is_closed(form)
    assert parts(form).max() == 0


@pytest.mark.parametrize("upside_down", [False, True])
def test_two_rims_that_became_one_end_are_sewn_to_it_together(upside_down: bool) -> None:
    hips = [hood((0, 0), (1.15, 0.55), 0.3, 1.5)]
    sides = (hips, LEGS) if upside_down else (LEGS, hips)
    form = sewn(*sides)
    assert is_closed(form)
    assert parts(form).max() == 0


def test_a_rim_far_from_any_end_is_closed_by_itself() -> None:
    far = tube((9, 0), (0.5, 0.5), -2, 0, 8)
    form = sewn([*LEGS, far], [hood((0, 0), (1.15, 0.55), 0.3, 1.5)])
    assert is_closed(form)
    assert parts(form).max() == 1


def test_an_end_without_a_rim_is_closed_by_itself() -> None:
    form = sewn([LEGS[0]], [hood((9, 0), (0.5, 0.5), 0.2, 1)])
    assert is_closed(form)
    assert parts(form).max() == 1


def test_a_bridge_goes_there_and_back_where_loops_are_nearest() -> None:
    points = np.float32([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 0, 0], [6, 0, 0], [5, 1, 0]])
    none, some = np.zeros((0, 3), np.int32), np.array([[1, 3, 9]], np.int32)
    assert stitch._bridged(points, [[0, 1, 2], [3, 4, 5]], none) == [0, 1, 3, 4, 5, 3, 1, 2]
    assert stitch._bridged(points, [[0, 1, 2], [3, 4, 5]], some) == [0, 1, 5, 3, 4, 5, 1, 2]
    assert stitch._bridged(points, [[0, 1, 2]], none) == [0, 1, 2]
    assert stitch._bridged(points, [[0, 1, 2], [1, 3, 4]], none) == [0, 1, 3, 4, 1, 2]


def test_rims_that_touch_in_a_corner_are_sewn_too() -> None:
    ring = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    sides = [np.stack([np.cos(ring) + x, np.sin(ring), 0 * ring], 1) for x in (-1, 1)]
    points = np.concatenate([*sides, [[-1, 0, -1], [1, 0, -1]]]).astype(np.float32)
    left, right = list(range(12)), [12 + i for i in range(12)]
    right[6] = 0  # both go through the middle
    faces = np.array(
        [
            (b, a, tip)
            for loop, tip in ((left, 24), (right, 25))
            for a, b in zip(loop, loop[1:] + loop[:1], strict=True)
        ],
        np.int32,
    )
    form = sewn([(points, faces[:, ::-1])], [hood((0, 0), (2.1, 1.1), 0.2, 1)])
    assert is_closed(form)


def test_edges_with_more_than_two_faces_are_seen() -> None:
    assert not stitch._crowded([])
    assert not stitch._crowded([(0, 1, 2), (1, 0, 3)])
    assert stitch._crowded([(0, 1, 2), (1, 0, 3), (0, 1, 4)])
    assert stitch._crowded([(0, 0, 2)])


def test_faces_back_to_back_are_left_out() -> None:
    assert stitch._uncreased([(0, 1, 2), (2, 1, 0), (2, 3, 4)]) == [(2, 3, 4)]
