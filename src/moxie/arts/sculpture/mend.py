"""Filling what is missing in a sculpture, from its own other side and from other works.

Candidates are laid over what is known: other works, turned and scaled to fit, and the work's own
mirror image. The one that agrees best about the hole lends its shape; the difference at the rim is
carried into the hole as a soap film would (Perez, Gangnet and Blake, "Poisson Image Editing",
2003), and the surface is laid in the works' detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.arts.sculpture.align import Pose, Shape, points_of, promise, refine
from moxie.arts.sculpture.field import MARGIN, Box, Field, field_in
from moxie.arts.sculpture.form import GRID, Bools, Form
from moxie.arts.sculpture.skin import Bank, lay
from moxie.arts.sculpture.stitch import stitched
from moxie.arts.sculpture.workshop import Workshop

SIZE = 76
"""Voxels along the work's longest side."""

SEEN = 0.7
"""Share of a hole whose mirror image must be known for it to be a guess."""

SHELL = 6
"""Voxels about the hole in which candidates are judged."""

REACH = 4.0
"""Distances beyond so many voxels do not count where candidates are judged."""

ROOM = 0.3
"""How far beyond what is left of a work what is missing may reach, in its longest sides."""

LENDING = 5
"""Works that are laid over the known part closely."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """What is known and what is not: the field about the hole, the voxels of it that are to be
    filled, and the field of all there is.
    """

    field: Field
    missing: Bools
    whole: Field


def mend(
    content: Form, mask: Bools, workshop: Workshop, bank: Bank | None, generator: torch.Generator
) -> Form:
    """The content with what the mask covers made anew, all else exactly as it was."""
    hole = hole_of(content, mask)
    guesses = _candidates(content, mask, hole, workshop)
    nothing = np.zeros_like(hole.field.values)
    filled = film(hole, min(guesses, key=lambda one: _cost(hole, one), default=nothing))
    if bank is not None:
        filled = lay(filled, bank, 0.6, generator, hole.missing).field
    return stitched(content, mask, filled.mesh(content.frame, whole=False))


def hole_of(content: Form, mask: Bools) -> Hole:
    """The masked part of the frame, as far as a work could reach, with a rim of what is known."""
    cells = np.argwhere(mask)
    cell, corner = content.frame.side / GRID, np.array(content.frame.low)
    low, high = cells.min(0) * cell + corner, (cells.max(0) + 1) * cell + corner
    long = content.frame.longest
    least, most = content.vertices.min(0) - ROOM * long, content.vertices.max(0) + ROOM * long
    pitch = long / SIZE
    rim = (SHELL + 2 - MARGIN) * pitch
    low, high = np.clip(low, least, most) - rim, np.clip(high, least, most) + rim
    box = Box.around(low, high, pitch)
    air = Field(np.zeros(box.shape, np.float32), box.low, box.pitch)
    points = air.points()
    missing = content.frame.masked(points.reshape(-1, 3).astype(np.float32), mask)
    whole = _whole(content, mask)
    return Hole(Field(whole.at(points), box.low, pitch), missing.reshape(box.shape), whole)


def _whole(content: Form, mask: Bools) -> Field:
    """The field of what is known: what the mask covers must not speak for itself."""
    masked = content.frame.masked(content.vertices, mask)
    held = ~masked[content.faces].any(1)
    known = Form(content.vertices, content.faces[held], content.frame) if held.any() else content
    low, high = content.vertices.min(0).astype(float), content.vertices.max(0).astype(float)
    return field_in(known, Box.around(low, high, content.frame.longest / SIZE))


def _candidates(
    content: Form, mask: Bools, hole: Hole, workshop: Workshop
) -> list[NDArray[np.float32]]:
    """Fields of what might fill the hole, in the hole's box."""
    points = points_of(content)
    long = content.frame.longest
    middle = np.array(content.frame.low) + content.frame.side / 2
    known = ~content.frame.masked((points * long + middle).astype(np.float32), mask)
    if known.sum() < 50:
        return []
    suspect = Shape(points[known])
    places = (hole.field.points().reshape(-1, 3) - middle) / long  # as `points` are
    found = _mirrored(hole, content, mask)
    works = [Shape(points_of(exhibit.form)) for exhibit in workshop.exhibits]
    least, poses = promise(suspect, works)
    for index in np.argsort(least, kind="stable")[:LENDING]:
        fit = refine(suspect, works[index], poses[index])
        found.append(_laid(workshop, int(index), suspect, works[index], fit.pose, places, long))
    return found


def _mirrored(hole: Hole, content: Form, mask: Bools) -> list[NDArray[np.float32]]:
    """The work's own mirror image, unless most of what would be needed of it is missing too."""
    middle = content.frame.low[0] + content.frame.side / 2
    places = hole.field.points() * (-1, 1, 1) + (2 * middle, 0, 0)
    gone = content.frame.masked(places.reshape(-1, 3).astype(np.float32), mask)
    gone = gone.reshape(hole.missing.shape)
    if gone[hole.missing].mean() > 1 - SEEN:
        return []
    air = np.float32(REACH * hole.field.pitch)
    return [np.where(gone, air, hole.whole.at(places)).astype(np.float32)]


def _laid(
    workshop: Workshop,
    index: int,
    suspect: Shape,
    work: Shape,
    pose: Pose,
    places: Doubles,
    long: float,
) -> NDArray[np.float32]:
    """A work's field laid over the content, at places [n, 3] in its longest sides."""
    own = (places - suspect.middle) / suspect.radius
    there = pose.laid(own) * work.radius + work.middle
    scale = suspect.radius / (pose.scale * work.radius)
    return workshop.field(index, SIZE).at(there) * np.float32(scale * long)


def _cost(hole: Hole, guess: NDArray[np.float32]) -> float:
    """How badly a guess agrees with the surface about the hole, in units of the work."""
    from scipy.ndimage import binary_dilation

    pitch, known = hole.field.pitch, hole.field.values
    shell = binary_dilation(hole.missing, iterations=SHELL) & ~hole.missing
    flat = guess.reshape(known.shape)
    touching = shell & (np.minimum(np.abs(known), np.abs(flat)) < 2 * pitch)
    return float(_difference(hole, flat)[touching].mean()) if touching.any() else np.inf


def _difference(hole: Hole, guess: NDArray[np.float32]) -> NDArray[np.float32]:
    reach = REACH * hole.field.pitch
    return np.abs(np.clip(hole.field.values, -reach, reach) - np.clip(guess, -reach, reach))


def film(hole: Hole, guess: NDArray[np.float32]) -> Field:
    """The hole filled with a guess, whose difference at the rim is carried inwards.

    The difference is a solution of Laplace's equation.
    """
    known, reach = hole.field.values, REACH * hole.field.pitch
    flat = np.clip(guess.reshape(known.shape), -reach, reach)
    carried = _harmonic(np.clip(known, -reach, reach) - flat, hole.missing)
    values = np.where(hole.missing, flat + carried, known)
    return Field(values.astype(np.float32), hole.field.low, hole.field.pitch)


def _harmonic(values: NDArray[np.float32], missing: Bools) -> Doubles:
    """Values continued into what is missing so that each is the mean of its neighbours."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import cg

    number = int(missing.sum())
    numbers = np.full(missing.shape, -1)
    numbers[missing] = np.arange(number)
    places = np.argwhere(missing)
    degree, known = np.zeros(number), np.zeros(number)
    rows, columns = [], []
    for step in (*np.eye(3, dtype=int), *-np.eye(3, dtype=int)):
        there = places + step
        held = ((there >= 0) & (there < missing.shape)).all(1)
        other = numbers[tuple(there[held].T)]
        mine = np.flatnonzero(held)
        degree[mine] += 1
        free = other >= 0
        rows.append(mine[free])
        columns.append(other[free])
        known[mine[~free]] += values[tuple(there[held][~free].T)]
    row, column = np.concatenate(rows), np.concatenate(columns)
    links = coo_matrix((-np.ones(len(row)), (row, column)), (number, number))
    own = coo_matrix((degree + 1e-6, (np.arange(number), np.arange(number))), (number, number))
    solved, _ = cg((links + own).tocsr(), known, rtol=1e-3, maxiter=200)
    full = values.astype(np.float64)
    full[missing] = solved
    return full


def sources(
    workshop: Workshop, shares: Sequence[tuple[int, float]]
) -> tuple[tuple[str, float], ...]:
    """Shares by number as shares by Work.id."""
    found: dict[str, float] = {}
    for number, share in shares:
        work = workshop.exhibits[number].work
        found[work] = found.get(work, 0.0) + share
    return tuple(sorted(found.items(), key=lambda item: -item[1]))
