"""Laying one form over another: turned, mirrored, scaled and moved until they fit best.

Forms are taken whole and by halves, so that a copied head on another body is found. Each is a
cloud of points with its middle at 0 and a mean square radius of 1. The search goes from coarse to
fine: of many forms those whose distances are distributed alike, whatever their turn (Osada et al.,
"Shape Distributions", 2002); of these, turns about the vertical and of the principal axes, in a
coarse field of distances; the best, by a few rounds of ICP with few points; the best of them, to
the end (Besl and McKay, 1992, with scale; the closed form is Umeyama's, 1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.form import Floats, Form
from moxie.arts.sculpture.surface import cloud, evenly

Doubles: TypeAlias = NDArray[np.float64]

KEPT = 2400
"""Points kept of a form."""

ASKED, TRIED = 420, 160
"""Points that are laid over another form, and of these the ones for a first look."""

YAWS = 16
"""Turns about the vertical that are tried."""

CELLS, REACH = 28, 2.6
"""Voxels along a coarse field, and how far it reaches, in mean radii."""

REFINED, FINISHED = 3, 2
"""The most promising turns, which are refined, and how many of them to the end."""

ROUNDS, FIRST_ROUNDS = 10, 4
"""Rounds of ICP, and of these the ones that choose among the turns, with `TRIED` points."""

PAIRS, BINS, WIDEST = 6000, 24, 3.0
"""Pairs of points whose distances are counted, bins, and the greatest distance, in mean radii."""

HALF = 0.08
"""The distance of different forms, in mean radii, that is as near as a copy made freely."""

FREE = 0.02
"""Distance that sampling and rounding bring about in a copy."""

HALVES = ((0.0, 1.0), (0.45, 1.0), (0.0, 0.55))
"""What is compared, in shares of the height: whole, upper half, lower half."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a form was laid: `points @ turn.T * scale + shift`, for points of its `Shape`."""

    turn: Doubles
    scale: float
    shift: Doubles

    def laid(self, points: Doubles) -> Doubles:
        """Points where the pose puts them."""
        return points @ self.turn.T * self.scale + self.shift


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one form lies over another: mean distance in mean radii, and how it was laid."""

    distance: float
    pose: Pose

    @property
    def similarity(self) -> float:
        """1 for the same, 0.5 where there is something to explain."""
        return similarity(self.distance)


def similarity(distance: float) -> float:
    """A mean distance of surfaces on the copy scale."""
    return float(2.0 ** -((max(0.0, distance - FREE) / (HALF - FREE)) ** 1.3))


class Shape:
    """A cloud of points ready to be laid over others; `middle` and `radius` undo its scale."""

    def __init__(self, points: Doubles) -> None:
        self.middle = points.mean(0)
        about = points - self.middle
        self.radius = max(float(np.sqrt((about**2).sum(1).mean())), 1e-9)
        self.points = about / self.radius
        chosen = np.random.default_rng(7).permutation(len(points))
        self.asked = self.points[chosen[:ASKED]]
        self.tried = self.points[chosen[:TRIED]]

    @cached_property
    def tree(self) -> Any:  # noqa: ANN401  scipy publishes no types
        """For nearest neighbours."""
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    @cached_property
    def coarse(self) -> Floats:
        """Distance to the nearest point on a grid, [CELLS ** 3]."""
        axis = (np.arange(CELLS) + 0.5) / CELLS * 2 * REACH - REACH
        grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
        gap = self.tree.query(grid, distance_upper_bound=1.0)[0]  # infinite beyond
        return np.asarray(np.minimum(gap, 1.0), np.float32)

    @cached_property
    def distances(self) -> Floats:
        """Shares of pairs of points so far apart, the same however it is turned, [BINS]."""
        one, other = np.random.default_rng(3).integers(0, len(self.points), (2, PAIRS))
        gaps = np.linalg.norm(self.points[one] - self.points[other], axis=1)
        counts = np.histogram(gaps, BINS, (0.0, WIDEST))[0]
        return np.asarray(counts / PAIRS, np.float32)

    @cached_property
    def axes(self) -> Doubles:
        """Principal axes as rows, right-handed."""
        found = np.linalg.svd(self.points, full_matrices=False)[2]
        return np.asarray(found * (1, 1, 1) if np.linalg.det(found) > 0 else -found)


def points_of(form: Form) -> Doubles:
    """Points over a form, evenly, in longest sides of the work, [at most KEPT, 3]."""
    found = cloud(form, 0.018).places
    some = evenly(np.ones(len(found), np.float32), min(KEPT, len(found)))
    return np.asarray(found[some], np.float64)


def halves(points: Doubles) -> list[Shape]:
    """The whole and its halves, in the order of `HALVES`."""
    low, high = points[:, 1].min(), points[:, 1].max()
    share = (points[:, 1] - low) / max(float(high - low), 1e-9)
    found = []
    for start, end in HALVES:
        held = (share >= start) & (share <= end)
        found.append(Shape(points[held] if held.sum() >= 16 else points))
    return found


def promise(suspect: Shape, works: Sequence[Shape]) -> tuple[Doubles, list[list[Pose]]]:
    """How near each work is at the likeliest turn, roughly, and the likeliest turns for each."""
    least, poses = [], []
    about = _yaws()
    for work in works:
        turns = np.concatenate([about, _principal(suspect, work)])
        moved = suspect.tried @ turns.transpose(0, 2, 1)
        cell = np.clip(((moved + REACH) / (2 * REACH) * CELLS).astype(int), 0, CELLS - 1)
        flat = (cell[..., 0] * CELLS + cell[..., 1]) * CELLS + cell[..., 2]
        costs = work.coarse[flat].mean(1)
        best = np.argsort(costs, kind="stable")[:REFINED]
        least.append(float(costs[best[0]]))
        poses.append([Pose(turns[i], 1.0, np.zeros(3)) for i in best])
    return np.array(least), poses


def refine(suspect: Shape, work: Shape, poses: Sequence[Pose]) -> Fit:
    """The best fit from these beginnings."""
    begun = [_begun(suspect, work, pose) for pose in poses]
    gaps = [_gap(suspect.tried, work.tried, suspect, work, pose) for pose in begun]
    found = [_icp(suspect, work, begun[i]) for i in np.argsort(gaps, kind="stable")[:FINISHED]]
    return min(found, key=lambda fit: fit.distance)


def likely(suspect: Shape, works: Sequence[Shape], most: int) -> list[int]:
    """The places of at most so many shapes whose distances are distributed like the suspect's."""
    if len(works) <= most:
        return list(range(len(works)))
    rows = np.stack([work.distances for work in works])
    apart = np.abs(np.cumsum(rows - suspect.distances, axis=1)).sum(1)
    return sorted(np.argsort(apart, kind="stable")[:most].tolist())


def gap(suspect: Shape, work: Shape, pose: Pose) -> float:
    """Mean distance of either surface to the other, the greater of the two."""
    return _gap(suspect.asked, work.asked, suspect, work, pose)


def _gap(own: Doubles, other: Doubles, suspect: Shape, work: Shape, pose: Pose) -> float:
    there = work.tree.query(pose.laid(own))[0]
    back = (other - pose.shift) @ pose.turn / pose.scale
    here = suspect.tree.query(back)[0] * pose.scale
    return float(max(there.mean(), here.mean()))


def _begun(suspect: Shape, work: Shape, pose: Pose) -> Pose:
    """A pose after the first rounds, with few points."""
    for _ in range(FIRST_ROUNDS):
        pose = _step(suspect.tried, work, pose)
    return pose


def _step(points: Doubles, work: Shape, pose: Pose) -> Pose:
    """The pose that takes points to what of the work they lie nearest to."""
    far, index = work.tree.query(pose.laid(points))
    near = far <= np.quantile(far, 0.85)  # a broken or added part must not lead
    return _solved(points[near], work.points[index[near]], pose.turn)


def _icp(suspect: Shape, work: Shape, pose: Pose) -> Fit:
    best = Fit(gap(suspect, work, pose), pose)
    for _ in range(ROUNDS - FIRST_ROUNDS):
        pose = _step(suspect.asked, work, pose)
        fit = Fit(gap(suspect, work, pose), pose)
        if fit.distance > best.distance - 1e-4:
            return min(fit, best, key=lambda one: one.distance)
        best = fit
    return best


def _solved(source: Doubles, target: Doubles, before: Doubles) -> Pose:
    """The turn, scale and shift that take source to target best, of the handedness of before."""
    here, there = source.mean(0), target.mean(0)
    mixed = (target - there).T @ (source - here)
    u, s, v = np.linalg.svd(mixed)
    hand = np.ones(3)
    hand[2] = np.sign(np.linalg.det(before) * np.linalg.det(u @ v)) or 1.0
    turn = u @ np.diag(hand) @ v
    scale = float((s * hand).sum() / max(((source - here) ** 2).sum(), 1e-9))
    scale = float(np.clip(scale, 0.7, 1.4))
    return Pose(turn, scale, there - here @ turn.T * scale)


def _yaws() -> Doubles:
    """Turns about the vertical, as they are and mirrored."""
    angle = np.arange(YAWS) / YAWS * 2 * np.pi
    zero, one = np.zeros(YAWS), np.ones(YAWS)
    rows = [
        np.cos(angle),
        zero,
        np.sin(angle),
        zero,
        one,
        zero,
        -np.sin(angle),
        zero,
        np.cos(angle),
    ]
    turns = np.stack(rows, 1).reshape(-1, 3, 3)
    return np.concatenate([turns, turns * (-1, 1, 1)])


def _principal(suspect: Shape, work: Shape) -> Doubles:
    """Turns that take the suspect's principal axes to the work's, each way round, mirrored too."""
    signs = np.array([[a, b, c] for a in (1, -1) for b in (1, -1) for c in (1, -1)], float)
    return np.asarray(np.einsum("ji,tj,jk->tik", work.axes, signs, suspect.axes))
