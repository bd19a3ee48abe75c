"""Sample sculptures made by our own code, in one hand: fluted, turned figures with egg heads.

Each is a few rounded bodies that flow into each other on a square plinth; their garments are
fluted, the flutes wind about the axis, and rings mark waist and neck.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.sculpture import gltf
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.field import Field
from moxie.arts.sculpture.form import STANDARD

Doubles: TypeAlias = NDArray[np.float64]

NUMBER = 24
PITCH = 1 / 66
ROUND = 0.05
"""How softly bodies flow into each other."""


def examples() -> Iterator[tuple[str, bytes]]:
    """(file name, GLB), always the same."""
    for number in range(NUMBER):
        field = figure(np.random.default_rng([2026, number]))
        yield f"figure-{number + 1:02}.glb", gltf.write(standard(field.mesh(STANDARD)))


def figure(rng: Generator, *, pitch: float = PITCH) -> Field:
    """One figure, on a grid of voxels so far apart."""
    axes = [np.arange(low, -low, pitch) for low in (-0.42, -0.58, -0.42)]
    x, y, z = (a.astype(np.float64) for a in np.meshgrid(*axes, indexing="ij"))
    lean = rng.uniform(-0.1, 0.1, 2)
    sway = (y + 0.45) ** 2
    u, w = x - lean[0] * sway * 2, z - lean[1] * sway * 2
    turned = np.arctan2(w, u) + rng.uniform(-3.5, 3.5) * y
    count = int(rng.integers(7, 12))
    cut = 0.011 * np.cos(count * turned)
    shoulder = rng.uniform(0.08, 0.2)
    body = _body(u, y, w, shoulder, rng) - cut * _between(y, -0.42, shoulder)
    head_at, tall = shoulder + rng.uniform(0.15, 0.2), rng.uniform(1.15, 1.5)
    nod = rng.uniform(-0.01, 0.03)
    points = np.stack([u, y, w], -1)
    neck = _bone(points, np.array([0, shoulder - 0.04, 0]), np.array([0, head_at, nod]), 0.042)
    form = _flow(body, neck, ROUND)
    form = _flow(form, _egg(u, y - head_at, w - nod, 0.085, tall), 0.03)
    form = _flow(form, _ring(u, y - shoulder - 0.045, w, rng.uniform(0.05, 0.06)), 0.02)
    for side in (-1, 1):
        if rng.random() < 0.75:
            form = _flow(form, _arm(u, y, w, side, shoulder, rng), ROUND)
    if rng.random() < 0.3:
        form = _flow(form, _child(u, y, w, rng), ROUND)
    square = np.maximum(np.abs(x), np.abs(z)) - rng.uniform(0.2, 0.26)
    plinth = np.maximum(square, np.abs(y + 0.47) - 0.035)
    values = np.minimum(form, plinth).astype(np.float32)
    return Field(values, (float(axes[0][0]), float(axes[1][0]), float(axes[2][0])), pitch)


def _body(x: Doubles, y: Doubles, z: Doubles, top: float, rng: Generator) -> Doubles:
    """A garment from the plinth to the shoulders: a turned profile, a little flattened."""
    spans = ((0.13, 0.21), (0.07, 0.11), (0.12, 0.17))
    foot, waist, chest = (rng.uniform(*span) for span in spans)
    belt = rng.uniform(-0.18, 0.0)
    heights = np.array([-0.5, -0.36, belt, (belt + top) / 2 + 0.03, top])
    radii = np.array([foot, foot * rng.uniform(0.75, 1.0), waist, chest, chest * 0.45])
    radius = np.interp(y, heights, radii)
    for _ in range(2):  # rounded where the profile turns
        below, above = (np.interp(y + step, heights, radii) for step in (-0.035, 0.035))
        radius = (radius + below + above) / 3
    across = np.hypot(x, z * rng.uniform(1.05, 1.5)) - radius
    return np.asarray(np.maximum(across, np.maximum(y - top - 0.02, -0.5 - y)) * 0.85)


def _egg(x: Doubles, y: Doubles, z: Doubles, radius: float, tall: float) -> Doubles:
    wide = 1 + 0.8 * y
    return (np.sqrt((x / wide) ** 2 + (y / tall) ** 2 + (z / wide) ** 2) - radius) * 0.8


def _ring(x: Doubles, y: Doubles, z: Doubles, radius: float) -> Doubles:
    return np.hypot(np.hypot(x, z) - radius, y) - 0.022


def _arm(x: Doubles, y: Doubles, z: Doubles, side: int, top: float, rng: Generator) -> Doubles:
    """From the shoulder over an elbow to a hand at the hip, before the breast or raised."""
    shoulder = np.array([side * 0.10, top - 0.03, 0.0])
    elbow = shoulder + np.array([side * rng.uniform(0.06, 0.16), rng.uniform(-0.2, 0.08), 0.02])
    reach = (-side * rng.uniform(-0.04, 0.16), rng.uniform(-0.1, 0.2), rng.uniform(0, 0.12))
    hand = elbow + np.array(reach)
    points = np.stack([x, y, z], -1)
    upper, lower = _bone(points, shoulder, elbow, 0.038), _bone(points, elbow, hand, 0.031)
    return _flow(_flow(upper, lower, 0.03), np.linalg.norm(points - hand, axis=-1) - 0.04, 0.02)


def _child(x: Doubles, y: Doubles, z: Doubles, rng: Generator) -> Doubles:
    """A small figure held before the breast."""
    at = np.array([rng.uniform(-0.08, 0.08), rng.uniform(-0.1, 0.02), 0.15])
    points = np.stack([x, y, z], -1)
    body = _bone(points, at, at + np.array([rng.uniform(-0.06, 0.06), 0.09, 0.0]), 0.055)
    return _flow(body, _egg(x - at[0], y - at[1] - 0.17, z - at[2], 0.05, 1.2), 0.02)


def _bone(points: Doubles, start: Doubles, end: Doubles, radius: float) -> Doubles:
    along = end - start
    share = np.clip((points - start) @ along / max(float(along @ along), 1e-9), 0, 1)
    gap = np.linalg.norm(points - start - share[..., None] * along, axis=-1)
    return np.asarray(gap - radius)


def _flow(one: Doubles, other: Doubles, soft: float) -> Doubles:
    """The union of two bodies with a rounded joint (Quilez' smooth minimum)."""
    share = np.clip(0.5 + 0.5 * (other - one) / soft, 0, 1)
    return other + (one - other) * share - soft * share * (1 - share)


def _between(y: Doubles, low: float, high: float) -> Doubles:
    """1 between two heights, fading at the ends."""
    return np.clip((y - low) / 0.06, 0, 1) * np.clip((high - y) / 0.06, 0, 1)
