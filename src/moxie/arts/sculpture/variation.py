"""Variations of a form that keep its style."""

from __future__ import annotations

import numpy as np

from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.form import Form

TURN = 12.0
"""The greatest turn about the vertical, in degrees: the front stays the front."""

STRETCH = 0.06
"""The greatest change of height against breadth."""


def vary(form: Form, *, seed: int) -> Form:
    """The form mirrored, turned a little and stretched a little; closed as it was."""
    rng = np.random.default_rng(seed)
    angle = np.radians(rng.uniform(-TURN, TURN))
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = form.vertices.astype(np.float64).T
    x = -x
    tall = float(np.exp(rng.uniform(-STRETCH, STRETCH)))
    turned = np.stack([c * x + s * z, y * tall, c * z - s * x], 1).astype(np.float32)
    faces = np.ascontiguousarray(form.faces[:, ::-1])
    return standard(Form.of(turned, faces))
