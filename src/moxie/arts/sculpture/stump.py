"""A part that broke off, continued a little from its stump.

Where all that is missing lies on one side of a break, what lies about it cannot say how far the
part went: places in works agree with the rim, and each ends elsewhere. The break's outline is
carried on for about as far as parts go that break off, and its end rounded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import Field
from moxie.arts.sculpture.film import Hole
from moxie.arts.sculpture.form import Bools, Floats

Doubles = NDArray[np.float64]

FAR, SLENDER = 0.1, 2.0
"""How far a stump is continued at most: in the work's longest sides, and in its own half widths,
or what a plane only grazes would grow pegs.
"""

ROUND = 0.5
"""Radius of its edges as a share of how far it is continued."""

SMOOTH = 0.8
"""Voxels over which its outline is smoothed: masks are coarser than fields."""

UNSURE = 3
"""Voxels from a break within which a winding number does not tell what is inside."""

AWAY = 2.0
"""Voxels from a known surface, from which on nothing but the winding number would tell."""

ONE_SIDED, ONE_PLANE = 0.8, 0.99
"""From where on, and where, the directions of a break agree; a half sphere has 0.5, a plane 1."""


def solid(field: Field, missing: Bools, places: Floats) -> Field:
    """The field of what is known, with bodies solid up to the break: the sides of voxels about
    the break, away from known `places` [n, 3] of the surface, are those of what lies deeper.
    """
    from scipy.ndimage import binary_dilation, distance_transform_edt
    from scipy.spatial import cKDTree

    unsure = binary_dilation(missing, iterations=UNSURE) & ~missing
    if not unsure.any() or not len(places):
        return field
    nearest = distance_transform_edt(unsure | missing, return_indices=True)[1]
    inside = (field.values < 0)[tuple(nearest)][unsure]
    apart = cKDTree(places).query(field.points()[unsure])[0]
    told = np.where(inside, -apart, apart)
    values = field.values.copy()
    values[unsure] = np.where(apart > AWAY * field.pitch, told, values[unsure])
    return Field(values, field.low, field.pitch)


def continued(hole: Hole, longest: float) -> Floats:
    """The field of the hole's box in which stumps go on, with a work's `longest` side: each place
    is as the nearest known one is, up to `FAR` from it, or less for thin stumps.
    """
    from scipy.ndimage import distance_transform_edt, gaussian_filter

    deep, inside = _carried(hole)
    outline = np.where(
        inside, 0.5 - distance_transform_edt(inside), distance_transform_edt(~inside) - 0.5
    )
    wide = _half_width(outline, inside & hole.missing)
    far = np.minimum(SLENDER * wide, FAR * longest / hole.field.pitch)
    edge = ROUND * far
    side, end = gaussian_filter(outline, SMOOTH), deep - far
    rounded = np.hypot(np.maximum(side + edge, 0), np.maximum(end + edge, 0)) - edge
    within = (side < -edge) & (end < -edge)
    values = np.where(within, np.maximum(side, end), rounded) * hole.field.pitch
    return np.where(hole.missing, values, hole.field.values).astype(np.float32)


def _carried(hole: Hole) -> tuple[Doubles, Bools]:
    """How far each voxel is from what is known, in voxels, and whether the nearest known one is
    inside a body.
    """
    from scipy.ndimage import distance_transform_edt

    deep, nearest = distance_transform_edt(hole.missing, return_indices=True)
    return deep, ((hole.field.values < 0) & ~hole.missing)[tuple(nearest)]


def _half_width(outline: Doubles, stumps: Bools) -> Doubles:
    """Half the width of the stump that a voxel belongs to or is nearest to, in voxels."""
    from scipy.ndimage import distance_transform_edt, label, maximum

    marks, number = label(stumps)
    if not number:
        return np.zeros(outline.shape)
    widths = np.concatenate([[0.0], maximum(-outline, marks, np.arange(1, number + 1))])
    nearest = distance_transform_edt(~stumps, return_indices=True)[1]
    return np.asarray(widths[marks[tuple(nearest)]])


def one_sided(hole: Hole) -> float:
    """How surely what is missing is a part broken off: 0 to 1, where the break is a plane."""
    from scipy.ndimage import gaussian_filter

    deep, inside = _carried(hole)
    broken = hole.missing & (deep < 1.5) & inside
    if not broken.any():
        return 0.0
    smooth = gaussian_filter(hole.missing.astype(np.float32), 2)
    slopes = np.stack(np.gradient(smooth), -1)[broken].astype(np.float64)
    slopes /= np.linalg.norm(slopes, axis=1, keepdims=True) + 1e-9
    agree = float(np.linalg.norm(slopes.mean(0)))
    return float(np.clip((agree - ONE_SIDED) / (ONE_PLANE - ONE_SIDED), 0, 1))
