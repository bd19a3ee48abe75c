"""What a surface is like about each of its points, at several scales.

At each scale a point is compared with the surface within a radius about it: how normals change
with place there is the shape operator, whose eigenvalues are the principal curvatures
(Taubin, 1995, estimates them so from points). Shape index and curvedness are Koenderink and
van Doorn's, "Surface shape and curvature scales" (1992). It needs no closed mesh, so that parts
of a work can be looked at as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import samples
from moxie.arts.sculpture.form import Floats, Form

RADII = (0.022, 0.045, 0.09)
"""Radii of the neighbourhoods, in longest sides of the work."""

POINTS = 1200
"""Points that are looked at."""

ABOUT = 28
"""The most samples in a neighbourhood."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Points drawn evenly over a surface, in longest sides of the work: places, normals [n, 3]."""

    places: Floats
    normals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Local shape at points [n], one radius: dimensionless, in radii.

    `mean` is the mean curvature (positive where it bulges), `curved` the curvedness, `index` the
    shape index -1 (cup) to 1 (cap), `rough` how far normals scatter.
    """

    mean: Floats
    curved: Floats
    index: Floats
    rough: Floats


def cloud(form: Form, apart: float) -> Cloud:
    """Samples about `apart` longest sides from each other."""
    unit = form.frame.longest
    places, normals, shares = samples(form, apart * unit)
    middle = np.array(form.frame.low) + form.frame.side / 2
    number = max(1, int(shares.sum() / (apart * unit) ** 2))
    chosen = evenly(shares, min(number, len(places)))
    scaled = (places[chosen] - middle) / unit
    return Cloud(scaled.astype(np.float32), normals[chosen])


def evenly(shares: Floats, number: int) -> NDArray[np.int64]:
    """`number` places of a row by their shares of it, each where equal steps along it end."""
    ends = np.cumsum(shares, dtype=np.float64)
    if not number or not ends[-1] > 0:
        return np.zeros(0, np.int64)
    steps = (np.arange(number) + 0.5) / number * ends[-1]
    return np.asarray(np.minimum(np.searchsorted(ends, steps), len(ends) - 1), np.int64)


def shapes(form: Form) -> tuple[Cloud, list[Shape]]:
    """The points looked at, and the shape about them at each of `RADII`."""
    from scipy.spatial import cKDTree

    finest = cloud(form, RADII[0] / 3)
    chosen = _spread(len(finest.places), POINTS)
    looked = Cloud(finest.places[chosen], finest.normals[chosen])
    found = []
    for radius in RADII:
        about = finest if radius == RADII[0] else cloud(form, radius / 3)
        count = min(ABOUT, len(about.places))
        gap, index = cKDTree(about.places).query(looked.places, count, distance_upper_bound=radius)
        gap, index = gap.reshape(len(chosen), count), index.reshape(len(chosen), count)
        near = np.isfinite(gap)
        index = np.where(near, index, 0)
        agree = (about.normals[index] * looked.normals[:, None]).sum(2) > -0.2
        found.append(_shape(looked, about, index, near & agree, radius))
    return looked, found


def _spread(number: int, wanted: int) -> NDArray[np.int64]:
    """About `wanted` of `number` places, in steps that share no rhythm with a mesh's rows."""
    if number <= wanted:
        return np.arange(number)
    return np.sort(np.random.default_rng(number).permutation(number)[:wanted])


def _shape(
    looked: Cloud, about: Cloud, index: NDArray[np.int64], near: NDArray[np.bool_], radius: float
) -> Shape:
    first, second = _tangents(looked.normals)
    step = (about.places[index] - looked.places[:, None]) / radius
    turn = about.normals[index] - looked.normals[:, None]
    weight = near.astype(np.float64)
    across = np.stack([(step * first[:, None]).sum(2), (step * second[:, None]).sum(2)], 2)
    change = np.stack([(turn * first[:, None]).sum(2), (turn * second[:, None]).sum(2)], 2)
    square = np.einsum("nk,nki,nkj->nij", weight, across, across) + 0.05 * np.eye(2)
    mixed = np.einsum("nk,nki,nkj->nij", weight, change, across)
    operator = mixed @ np.linalg.inv(square)
    a, d = operator[:, 0, 0], operator[:, 1, 1]
    b = (operator[:, 0, 1] + operator[:, 1, 0]) / 2
    mean, half = (a + d) / 2, np.sqrt(((a - d) / 2) ** 2 + b**2)
    curved = np.sqrt(((mean + half) ** 2 + (mean - half) ** 2) / 2)
    index_of = 2 / np.pi * np.arctan2(mean, half)
    total = np.maximum(weight.sum(1), 1)
    direction = np.einsum("nk,nkc->nc", weight, about.normals[index]) / total[:, None]
    rough = 1 - np.linalg.norm(direction, axis=1)
    columns = (mean, curved, index_of, np.clip(rough, 0, 1))
    return Shape(*(np.asarray(column, np.float32) for column in columns))


def _tangents(normals: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors across each normal."""
    away = np.where(np.abs(normals[:, :1]) < 0.6, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    first = np.cross(normals, away)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    return first.astype(np.float32), np.cross(normals, first).astype(np.float32)
