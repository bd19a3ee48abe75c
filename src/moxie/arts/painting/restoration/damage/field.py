"""Damage as fields: distances to invisible points and lines, and noise cut at a level."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from moxie.arts.painting.restoration.damage.canvas import (
    FAINTEST,
    Colors,
    Draw,
    Layer,
    Plane,
    covered,
    flat,
    opacity,
    unit,
)
from moxie.arts.painting.restoration.kinds import Kind

DIRT = np.array([[38, 30, 24], [58, 46, 34], [24, 22, 22], [74, 62, 48]], np.float32)
"""What settles in cracks."""

GROUNDS = np.array([[226, 216, 196], [176, 150, 116], [150, 104, 70], [204, 198, 188]], np.float32)
"""Chalk, bare canvas, red-brown bole and grey primer."""

STAINS = np.array([[0.62, 0.5, 0.32], [0.5, 0.44, 0.36], [0.8, 0.7, 0.44]], np.float32)
"""What a stain leaves of red, green and blue: tea, soot, varnish."""


def noise(size: tuple[int, int], cell: float, rng: np.random.Generator, octaves: int = 1) -> Plane:
    """Smooth noise of about unit spread that changes over `cell` pixels, finer in each octave."""
    height, width = size
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        step = max(cell / 2**octave, 1.0)
        coarse = rng.normal(size=(int(height / step) + 4, int(width / step) + 4))
        fine = cv2.resize(
            coarse.astype(np.float32), None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC
        )
        top, left = int(step * 1.5), int(step * 1.5)
        total += np.asarray(fine[top : top + height, left : left + width], np.float32) / 1.7**octave
    return np.asarray(total, np.float32)


def cracks(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """The borders of a warped Voronoi diagram, some missing, each of its own strength."""
    size = picture.shape[:2]
    u = unit(*size)
    cell, width = max(14.0, u * rng.uniform(25, 75)), rng.uniform(1.0, max(2.0, 2.8 * u))
    for _ in range(8):  # finer nets until there is enough of them
        alpha = _net(size, cell, width, rng)
        if covered(alpha) >= share:
            break
        cell *= 0.75
    alpha = _somewhere(alpha, share, max(size) / rng.uniform(2, 5), rng)
    light = rng.random() < 0.3
    color = GROUNDS[rng.integers(len(GROUNDS))] if light else DIRT[rng.integers(len(DIRT))]
    look = flat(size, color) + 8 * noise(size, max(4 * u, 2), rng)[..., None]
    depth = rng.uniform(0.6, 0.95)
    return Layer(alpha * depth, np.asarray(look, np.float32))


def _net(size: tuple[int, int], cell: float, width: float, rng: np.random.Generator) -> Plane:
    """Antialiased lines halfway between scattered points, seen through a warped glass."""
    height, across = size
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(1, 2.2)
    y, x = np.mgrid[0:height, 0:across].astype(np.float32)
    y += 0.3 * cell * noise(size, cell, rng, 2)
    x += 0.3 * cell * noise(size, cell, rng, 2)
    u, v = x * np.cos(turn) + y * np.sin(turn), (y * np.cos(turn) - x * np.sin(turn)) * stretch
    low, high = (u.min() - cell, v.min() - cell), (u.max() + cell, v.max() + cell)
    grid = np.stack(
        np.meshgrid(np.arange(low[0], high[0], cell), np.arange(low[1], high[1], cell)), -1
    ).reshape(-1, 2)
    points = grid + rng.uniform(-0.48, 0.48, grid.shape) * cell
    found, near = cKDTree(points).query(np.stack([u, v], -1).reshape(-1, 2), 2)
    between = np.linalg.norm(points[near[:, 0]] - points[near[:, 1]], axis=1)
    distance = _in_pixels(
        ((found[:, 1] ** 2 - found[:, 0] ** 2) / np.maximum(2 * between, 1e-6)).reshape(size)
    )
    strengths = np.clip(rng.normal(0.8, 0.5, 4096), 0, 1.4)  # one for each border, some missing
    strength = strengths[(near.min(1) * 7919 + near.max(1) * 104729) % 4096].reshape(size)
    local = width * strength * np.exp(0.35 * noise(size, cell / 2, rng))
    edge = np.clip(local / 2 + 0.5 - distance, 0, 1)
    return np.asarray(np.where(strength > 0.25, edge, 0), np.float32)


def _in_pixels(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """A distance seen through the warp, divided by how much the warp magnifies it here."""
    slope = np.hypot(*np.gradient(distance)).astype(np.float32)
    steepest = cv2.dilate(slope, np.ones((5, 5), np.uint8))  # it vanishes on the line itself
    return np.asarray(distance / np.maximum(steepest, 0.2), np.float64)


def _somewhere(alpha: Plane, share: float, cell: float, rng: np.random.Generator) -> Plane:
    """Only so much of the layer, where a slow noise is high: damage is seldom everywhere."""
    where = noise((alpha.shape[0], alpha.shape[1]), cell, rng, 2)
    marked = np.sort(where[alpha >= FAINTEST])[::-1]
    count = int(share * alpha.size)
    if count >= len(marked):
        return alpha
    return np.asarray(alpha * np.clip((where - marked[count]) * 6 + FAINTEST, 0, 1), np.float32)


def scratches(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Bézier curves, pressed unevenly."""
    size = picture.shape[:2]
    u = unit(*size)
    alpha = np.zeros(size, np.float32)
    for _ in range(400):
        _scratch(alpha, u, rng)
        if covered(alpha) >= share:
            break
    light = rng.random() < 0.7
    color = GROUNDS[rng.integers(len(GROUNDS))] if light else DIRT[rng.integers(len(DIRT))]
    alpha *= np.clip(0.85 + 0.3 * noise(size, max(20 * u, 6), rng), 0, 1)
    return Layer(alpha, flat(size, color))


def _scratch(alpha: Plane, u: float, rng: np.random.Generator) -> None:
    """One more curve on the plane."""
    height, width = alpha.shape
    start = rng.uniform(0, 1, 2) * (width, height)
    reach = rng.uniform(0.15, 0.8) * min(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    end = start + reach * np.array([np.cos(angle), np.sin(angle)])
    bends = [start + (end - start) * t + rng.normal(0, reach / 12, 2) for t in (0.33, 0.66)]
    t = np.linspace(0, 1, 48)[:, None]
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    path = a * start + b * bends[0] + c * bends[1] + d * end
    points = np.rint(path * 16).astype(np.int32)
    thick = max(1, round(rng.uniform(0.8, max(2.2, 2.5 * u))))
    layer = np.zeros_like(alpha, np.uint8)
    cv2.polylines(layer, [points], False, 255, thick, cv2.LINE_AA, 4)
    np.maximum(alpha, opacity(layer) * rng.uniform(0.7, 1), out=alpha)


def tears(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Jagged lines by midpoint displacement that gape in their middle."""
    size = picture.shape[:2]
    u, alpha = unit(*size), np.zeros(size, np.float32)
    for _ in range(60):
        path = _midpoints(size, rng)
        gape = np.sin(np.linspace(0, np.pi, len(path)))[:, None] * rng.uniform(2, 7) * max(u, 0.5)
        along = np.gradient(path, axis=0)
        normal = along[:, ::-1] * (1, -1) / np.maximum(np.hypot(*along.T)[:, None], 1e-6)
        ragged = 1 + 0.4 * rng.normal(size=(len(path), 2))
        outline = [path + normal * gape * ragged[:, :1], path - normal * gape * ragged[:, 1:]]
        polygon = np.concatenate([outline[0], outline[1][::-1]])
        layer = np.zeros(size, np.uint8)
        cv2.fillPoly(layer, [np.rint(polygon * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        cv2.polylines(layer, [np.rint(path * 16).astype(np.int32)], False, 255, 1, cv2.LINE_AA, 4)
        np.maximum(alpha, opacity(layer), out=alpha)
        if covered(alpha) >= share:
            break
    color = (20, 18, 16) if rng.random() < 0.5 else GROUNDS[1]
    look = (
        flat(size, np.asarray(color, np.float32)) + 10 * noise(size, max(3 * u, 2), rng)[..., None]
    )
    return Layer(alpha, np.asarray(look, np.float32))


def _midpoints(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """A line broken in the middle again and again, x and y [n, 2]."""
    height, width = size
    start = rng.uniform(0.1, 0.9, 2) * (width, height)
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.5) * min(size)
    path = np.stack([start, start + reach * np.array([np.cos(angle), np.sin(angle)])])
    swing = reach * 0.12
    for _ in range(6):
        middles = (path[1:] + path[:-1]) / 2 + rng.normal(0, swing, (len(path) - 1, 2))
        merged = np.empty((len(path) + len(middles), 2))
        merged[::2], merged[1::2] = path, middles
        path, swing = merged, swing * 0.5
    return path


def losses(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Noise of several octaves cut at a level; the ground shows, its rim shaded."""
    size = picture.shape[:2]
    u = unit(*size)
    cell = max(16.0, u * rng.uniform(40, 120))
    height = noise(size, cell, rng, 2) + 0.25 * noise(size, cell / 5, rng, 3)
    height += 0.8 * noise(size, max(size) / 3, rng)
    level = np.quantile(height, 1 - share)
    slope = max(float(np.std(np.diff(height, axis=0))), 1e-6)
    alpha = np.clip((height - level) / slope + 0.5, 0, 1).astype(np.float32)
    look = flat(size, GROUNDS[rng.integers(len(GROUNDS))])
    look += (
        7 * noise(size, max(2 * u, 1.5), rng, 2)[..., None] + 6 * _weave(size, u, rng)[..., None]
    )
    near = cv2.GaussianBlur(alpha, (0, 0), max(1.0, 1.5 * u))
    shade = np.roll(near, (round(max(1, u)), round(max(1, u))), (0, 1)) - near
    look += 90 * np.clip(shade, -0.6, 0.25)[..., None]
    return Layer(alpha, np.asarray(look, np.float32))


def _weave(size: tuple[int, int], u: float, rng: np.random.Generator) -> Plane:
    """Warp and weft of a canvas, -1..1."""
    pitch = max(4 * u, 3.0)
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    phase = 0.6 * noise(size, 30 * max(u, 0.5), rng)
    woven = np.sin(2 * np.pi * y / pitch + phase) * np.sin(2 * np.pi * x / pitch + phase)
    return np.asarray(woven * rng.uniform(0, 1), np.float32)


def stains(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Blots that swallow light through a soft rim; some leave a tide line, some are bloom."""
    size = picture.shape[:2]
    alpha, rings = np.zeros(size, np.float32), np.zeros(size, np.float32)
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    strength = rng.uniform(0.55, 0.95)
    for _ in range(60):
        radius = np.sqrt(share * size[0] * size[1] / np.pi) * rng.uniform(0.35, 0.9)
        centre = rng.uniform(0, 1, 2) * size
        distance = np.hypot(y - centre[0], x - centre[1]) / radius
        distance += 0.22 * noise(size, radius, rng, 3)
        np.maximum(alpha, np.clip((1 - distance) * rng.uniform(3, 9), 0, 1), out=alpha)
        rings = np.maximum(rings, np.exp(-(((distance - 0.9) / 0.06) ** 2)) * (alpha > 0))
        if covered(alpha) >= share:
            break
    uneven = np.clip(0.85 + 0.2 * noise(size, max(size) / 12, rng, 3), 0.4, 1)
    tint = STAINS[rng.integers(len(STAINS))]
    if rng.random() < 0.2:  # bloom: a whitish haze
        look = picture * 0.45 + np.float32(0.55 * 225)
    else:
        look = picture * tint * (1 - 0.25 * rings * rng.integers(2))[..., None]
    return Layer(np.asarray(alpha * uneven * strength, np.float32), np.asarray(look, np.float32))


DRAW: Mapping[Kind, Draw] = {
    Kind.CRACKS: cracks,
    Kind.SCRATCHES: scratches,
    Kind.TEARS: tears,
    Kind.LOSSES: losses,
    Kind.STAINS: stains,
}
"""How this family draws each kind."""
