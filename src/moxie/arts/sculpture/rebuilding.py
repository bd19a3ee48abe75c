"""How well a work can be told in what a model knows: the common error of the recipes.

A held-out work's field is told anew, by patches of other works or by a point in a space of shapes,
and compared with itself near its surface. Unlike a likelihood that is the same for both, in voxels
of one size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import Box, Field, field_in, field_of
from moxie.arts.sculpture.form import Floats, Form

SIZE = 48
"""Voxels along the longest side at which the error is measured."""

SIDE, REACH = 40, 4.0
"""Voxels along the cube of a space of shapes, and the greatest distance in it, in voxels."""

CUBE = Box((-0.56, -0.56, -0.56), (SIDE, SIDE, SIDE), 1.12 / (SIDE - 1))
"""The cube about a work in the standard frame."""


def cubed(form: Form) -> Floats:
    """A work's field in the cube, in voxels of it, truncated, float32 [SIDE ** 3]."""
    field = field_in(form, CUBE)
    return np.asarray(np.clip(field.values / CUBE.pitch, -REACH, REACH), np.float32).ravel()


def field_in_cube(values: NDArray[np.floating]) -> Field:
    """The inverse of `cubed`."""
    grid = np.asarray(values, np.float32).reshape(SIDE, SIDE, SIDE)
    return Field(grid * np.float32(CUBE.pitch), CUBE.low, CUBE.pitch)


def error(form: Form, told: Field) -> float:
    """Mean difference of a field told anew to the form's own near its surface, in voxels."""
    own = field_of(form, SIZE)
    near = np.abs(own.values) < 1.5 * own.pitch
    apart = np.clip(told.at(own.points()[near]) / own.pitch, -REACH, REACH)
    return float(np.abs(apart - own.values[near] / own.pitch).mean())
