"""Damage that only `build_damage_detector.py` draws, to practise on: of neither family.

A network that has seen one generator's cracks finds that generator's cracks. So it is also shown
lines that are drawn in three other ways (where a noise passes through a level, in warped rows with
rungs, around the place of a blow), losses with straight and with round edges, and stains that run
down, fade out or leave a ring; all in any color. `growth`, on which detection is measured, stays
unseen: nothing here walks, branches, flakes or creeps.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.damage.canvas import Layer, Plane, covered, flat, lay
from moxie.arts.painting.restoration.damage.field import noise
from moxie.arts.painting.restoration.kinds import Kind, Marked

Size = tuple[int, int]


def practise(
    picture: Picture, share: float, rng: np.random.Generator
) -> tuple[Picture, Mapping[Kind, Marked]]:
    """The picture with one kind of damage on about `share` of it, and where it is."""
    kind = (Kind.CRACKS, Kind.CRACKS, Kind.LOSSES, Kind.STAINS)[rng.integers(4)]
    size = picture.shape[:2]
    if kind is Kind.STAINS:
        layer = _stained(picture, _pools(size, share, rng), rng)
    else:
        alpha = _lines(size, share, rng) if kind is Kind.CRACKS else _holes(size, share, rng)
        layer = Layer(alpha * np.float32(rng.uniform(0.6, 1)), _any_color(size, rng))
    harmed, seen = lay(picture, layer)
    return harmed, {kind: seen}


def _lines(size: Size, share: float, rng: np.random.Generator) -> Plane:
    """Thin lines on about so much of a picture, broken here and there, where damage is."""
    way = (_levels, _rows, _blow)[rng.integers(3)]
    cell, width = rng.uniform(14, 60), rng.uniform(0.9, 2.4)
    alpha = np.zeros(size, np.float32)
    for _ in range(6):
        distance = way(size, cell, rng)
        local = width * np.exp(0.35 * noise(size, cell, rng))
        lines = np.clip(local / 2 + 0.5 - distance, 0, 1)
        whole = noise(size, cell / 2, rng) > rng.uniform(-2, -0.3)
        np.maximum(alpha, lines * cv2.blur(whole.astype(np.float32), (3, 3)), out=alpha)
        if covered(alpha) >= share:
            break
        cell *= 0.8
    return _part(alpha, share, rng)


def _levels(size: Size, cell: float, rng: np.random.Generator) -> Plane:
    """Distance to where a noise passes through one of some levels, in pixels."""
    height = noise(size, 1.5 * cell, rng, int(rng.integers(1, 4)))
    apart = rng.uniform(0.6, 2)
    off = np.abs((height + rng.uniform(0, apart)) % apart - apart / 2)
    slope = np.hypot(*np.gradient(height))
    return np.asarray(off / np.maximum(slope, 1e-3), np.float32)


def _rows(size: Size, cell: float, rng: np.random.Generator) -> Plane:
    """Distance to lines that run side by side, and to rungs between some of them."""
    turn = rng.uniform(0, np.pi)
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    warp = rng.uniform(0.1, 0.5) * cell
    across = x * np.cos(turn) + y * np.sin(turn) + warp * noise(size, 2 * cell, rng, 2)
    along = y * np.cos(turn) - x * np.sin(turn) + warp * noise(size, 2 * cell, rng, 2)
    row, off = _nearest(across, cell, rng)
    rung = along + cell * rng.uniform(0, 5, 997).astype(np.float32)[row % 997]
    _, between = _nearest(rung, cell * rng.uniform(1, 3), rng)
    return np.minimum(off, between) if rng.random() < 0.7 else off


def _blow(size: Size, cell: float, rng: np.random.Generator) -> Plane:
    """Distance to rays from a place, and to rings around it."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    y -= rng.uniform(0, size[0])
    x -= rng.uniform(0, size[1])
    radius = np.hypot(y, x) + 0.15 * cell * noise(size, cell, rng, 2)
    rays = 2 * np.pi / rng.integers(9, 40)
    angle = np.arctan2(y, x) + 0.12 * rays * noise(size, cell, rng, 2)
    _, turned = _nearest(angle, rays, rng)
    _, ring = _nearest(radius, cell * rng.uniform(1, 2), rng)
    return np.asarray(np.minimum(turned * np.maximum(radius, 1), ring), np.float32)


def _nearest(
    place: Plane, apart: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Plane]:
    """The number of the line nearest to each place, of lines unevenly apart, and how far it is."""
    low, high = float(place.min()) - apart, float(place.max()) + apart
    lines = np.arange(low, high + apart, apart)
    lines = np.sort(lines + rng.uniform(-0.4, 0.4, len(lines)) * apart)
    after = np.clip(np.searchsorted(lines, place), 1, len(lines) - 1)
    before = after - 1
    nearer = np.where(place - lines[before] < lines[after] - place, before, after)
    return nearer, np.abs(place - lines[nearer]).astype(np.float32)


def _part(alpha: Plane, share: float, rng: np.random.Generator) -> Plane:
    """As much of the layer as is wanted, where a slow noise is highest."""
    where = noise((alpha.shape[0], alpha.shape[1]), max(alpha.shape) / rng.uniform(2, 6), rng, 2)
    there = np.sort(where[alpha > 0.12])[::-1]
    count = int(share * alpha.size)
    return alpha if count >= len(there) else np.where(where > there[count], alpha, 0)


def _holes(size: Size, share: float, rng: np.random.Generator) -> Plane:
    """Polygons and blobs: chips with straight edges, holes with round ones."""
    drawn = np.zeros(size, np.uint8)
    count = int(rng.integers(2, 40))
    side = np.sqrt(share * size[0] * size[1] / count)
    for _ in range(3 * count):
        middle = rng.uniform(0, 1, 2) * size[::-1]
        spread = rng.normal(0, side * rng.uniform(0.4, 0.8), (int(rng.integers(4, 9)), 2))
        spread[:, 0] *= rng.uniform(0.5, 1.6)
        points = cv2.convexHull(np.rint((middle + spread) * 16).astype(np.int32))
        cv2.fillPoly(drawn, [points], 255, cv2.LINE_AA, 4)
        if (drawn > 127).mean() >= share:
            break
    alpha = drawn.astype(np.float32) / 255
    if rng.random() < 0.5:  # round: blurred, and cut at half
        soft = cv2.GaussianBlur(alpha, (0, 0), max(1.5, side / rng.uniform(3, 8)))
        alpha = np.clip((soft - 0.5) * 8 + 0.5, 0, 1).astype(np.float32)
    return np.asarray(alpha, np.float32)


def _pools(size: Size, share: float, rng: np.random.Generator) -> Plane:
    """Soft places: runs downwards, or blots that fade out or leave a ring."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    alpha = np.zeros(size, np.float32)
    down, ring, soft = rng.random() < 0.4, rng.random() < 0.4, rng.uniform(0.1, 0.9)
    for _ in range(30):
        radius = np.sqrt(share * alpha.size / np.pi) * rng.uniform(0.3, 0.9)
        dy, dx = y - rng.uniform(0, size[0]), x - rng.uniform(0, size[1])
        if down:
            dx, dy = dx * 2.5, dy / np.where(dy > 0, 2.5, 0.8)
        away = np.hypot(dy, dx) / radius + rng.uniform(0.05, 0.3) * noise(size, radius, rng, 3)
        blot = np.clip((1 - away) / soft, 0, 1)
        if ring:
            blot = blot * (0.35 + 0.65 * np.exp(-(((away - 0.9) / 0.12) ** 2)))
        np.maximum(alpha, blot, out=alpha)
        if covered(alpha) >= share:
            break
    return np.asarray(alpha * rng.uniform(0.4, 1), np.float32)


def _stained(picture: Picture, alpha: Plane, rng: np.random.Generator) -> Layer:
    """Light swallowed, tinted, or a veil over it."""
    veil = rng.uniform(0.1, 0.6) if rng.random() < 0.4 else 0.05
    tint = np.clip(rng.uniform(0.4, 1) + rng.normal(0, 0.12, 3) * (1, 0.6, 1.4), 0.2, 1)
    look = picture * tint * (1 - veil) + veil * rng.uniform(60, 240)
    return Layer(alpha, np.asarray(look, np.float32))


def _any_color(size: Size, rng: np.random.Generator) -> NDArray[np.float32]:
    """One color of a ground, of dirt or of neither, and some grain."""
    color = np.clip(rng.uniform(10, 245) + rng.normal(0, 18, 3) * (1, 0.6, 1.2), 0, 255)
    grain = rng.uniform(0, 12) * noise(size, rng.uniform(2, 8), rng, 2)
    return np.asarray(flat(size, color) + grain[..., None], np.float32)
