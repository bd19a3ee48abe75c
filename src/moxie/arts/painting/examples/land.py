"""Subjects out of doors: fields, hills, trees, skies."""

from __future__ import annotations

import numpy as np

from moxie.arts.painting.examples.scene import Plane, Scene


def sky(
    s: Scene, colors: list[str], *, horizon: float, sun: tuple[float, float] | None = None
) -> None:
    """A sky in bands of wind; with a sun (or moon) at (x, y), rings about it."""
    wind = 0.25 * np.sin(5 * s.x + 3 * s.y) - 0.1
    region = s.y < horizon + 0.12
    s.fill(region, colors, flow=np.asarray(wind, np.float32), detail=0.2)
    s.mottle(region, colors[-1], cells=5, salt=11, over=0.15)
    if sun is not None:
        _glow(s, *sun, colors)


def _glow(s: Scene, x: float, y: float, colors: list[str]) -> None:
    warm = s.palette_names[0]  # a palette begins with its light
    far = s.distance(x, y)
    for radius, color, detail in ((0.30, colors[-1], 0.3), (0.2, f"{warm}+{colors[-1]}", 0.4)):
        ring = (far < radius) & (s.y < 0.75)
        s.flow[ring] = s.around(x, y)[ring]
        inner = far < radius * 0.8
        s.fill(inner, [color], flow=s.around(x, y), detail=detail)
    s.fill(far < 0.095, [warm, warm, f"{warm}+chrome"], flow=s.around(x, y), detail=0.8, across=far)


def hills(s: Scene, line: list[tuple[float, float]], colors: list[str], salt: int) -> None:
    """A ridge and the slope beneath it, brushed along the slope."""
    region = s.below(line, 0.012, salt)
    along = s.line(line)
    slope = np.arctan2(np.gradient(along) * s.height, 1.0).astype(np.float32)
    s.fill(region, colors, flow=np.broadcast_to(slope, s.y.shape), detail=0.3)
    s.mottle(region, colors[0], cells=9, salt=salt + 1)
    at = np.linspace(0, 1, 90)
    s.outline(np.stack([at, np.interp(at, np.linspace(0, 1, s.width), along)], 1), 2.6)


def furrows(
    s: Scene, horizon: float, vanish: float, colors: list[str], rows: int, salt: int
) -> None:
    """A field in rows that run to a point on the horizon; two colors take turns."""
    region = s.below([(0, horizon), (1, horizon)], 0.006, salt)
    fan = (s.x - vanish) * s.aspect / np.maximum(s.y - horizon + 0.04, 0.02)
    wave = np.sin(fan * rows / 3.0 + 0.4 * np.sin(9 * s.y))
    s.fill(region, colors, flow=s.toward(vanish, horizon - 0.04), detail=0.4, across=wave)
    near = region & (s.y > horizon + 0.12)
    s.detail[near] = 0.5


def wheat(s: Scene, horizon: float, colors: list[str], salt: int, *, lean: float = 0.0) -> None:
    """Standing corn: upright strokes that lean with the wind, in waves of light."""
    region = s.below([(0, horizon + 0.03), (0.4, horizon), (1, horizon + 0.02)], 0.02, salt)
    upright = np.pi / 2 + lean + 0.35 * np.sin(7 * s.x + 5 * s.y)
    light = np.sin(4 * s.x * s.aspect + 9 * s.y) + 0.6 * s.y
    s.fill(region, colors, flow=upright.astype(np.float32), detail=0.6, across=light)
    s.mottle(region, colors[0], cells=12, salt=salt + 1, over=0.3)
    rng = s.rng(salt + 2)
    for _ in range(170):
        y = rng.uniform(horizon + 0.05, 1)
        size = 0.03 + 0.07 * (y - horizon)
        color = colors[int(rng.integers(0, len(colors)))]
        s.touch(rng.random(), y, np.pi / 2 + lean + rng.normal(0, 0.25), size, 0.007, color)


def cypress(s: Scene, x: float, foot: float, height: float, colors: list[str]) -> None:
    """A flame of a tree."""
    t = np.linspace(0, 1, 24)
    half = height * 0.14 * np.sin(np.pi * t**0.75) * (1 + 0.18 * np.sin(17 * t)) / s.aspect
    bend = 0.02 * np.sin(4 * t)
    left = np.stack([x - half + bend, foot - height * t], 1)
    right = np.stack([x + half + bend, foot - height * t], 1)
    outline = np.concatenate([left, right[::-1]])
    region = s.polygon([(float(a), float(b)) for a, b in outline])
    flow = np.pi / 2 + 0.5 * np.sin(16 * s.y + 20 * s.x)
    s.fill(region, colors, flow=flow.astype(np.float32), detail=0.55, across=s.x)
    s.outline(outline, 2.6)


def tree(s: Scene, x: float, foot: float, size: float, colors: list[str], salt: int) -> None:
    """A trunk that forks, and a crown of several rounds of leaves."""
    rng = s.rng(salt)
    bough(s, (x, foot), (x + rng.uniform(-0.02, 0.02), foot - 0.55 * size), 0.05 * size)
    for side in (-1, 1):
        tip = (x + side * 0.2 * size / s.aspect, foot - 0.72 * size)
        bough(s, (x, foot - 0.4 * size), tip, 0.03 * size)
    for _ in range(9):
        dx, dy = rng.normal(0, 0.17), rng.normal(0, 0.12)
        cx, cy = x + dx * size / s.aspect, foot - (0.78 + dy) * size
        radius = size * rng.uniform(0.13, 0.21)
        crown = s.ellipse(cx, cy, radius * 1.15, radius)
        s.fill(crown, colors, flow=s.around(cx, cy), detail=0.45, across=s.y - 0.5 * s.x)
        arc = np.linspace(0.2, 2.6, 20)
        line = np.stack([cx + radius * np.cos(arc) / s.aspect, cy + radius * np.sin(arc)], 1)
        s.outline(line, 1.8)


def bough(s: Scene, a: tuple[float, float], b: tuple[float, float], thick: float) -> None:
    """A limb from a to b, thinner at its end."""
    along = np.arctan2(b[1] - a[1], (b[0] - a[0]) * s.aspect)
    dx, dy = -np.sin(along) / s.aspect * thick, np.cos(along) * thick
    shape = [
        (a[0] - dx, a[1] - dy),
        (b[0] - dx / 3, b[1] - dy / 3),
        (b[0] + dx / 3, b[1] + dy / 3),
        (a[0] + dx, a[1] + dy),
    ]
    s.fill(s.polygon(shape), ["umber", "umber+violet"], flow=float(along), detail=0.7)
    s.outline([shape[0], shape[1]], 1.8)
    s.outline([shape[3], shape[2]], 2.4)


def blossom(
    s: Scene, colors: list[str], n: int, salt: int, box: tuple[float, ...], size: float = 0.022
) -> None:
    """Dabs strewn over a box (left, top, right, bottom), smaller towards its top."""
    rng = s.rng(salt)
    left, top, right, bottom = box
    for y in np.sort(rng.uniform(top, bottom, n)):
        near = 0.4 + 0.6 * (y - top) / max(bottom - top, 1e-6)
        color = colors[int(rng.integers(0, len(colors)))]
        x = rng.uniform(left, right)
        s.touch(x, float(y), rng.uniform(0, np.pi), size * near, 0.6 * size * near, color)


def swirls(s: Scene, centers: list[tuple[float, float, float]]) -> None:
    """Turn the flow round centers (x, y, radius), fading outwards."""
    u, v = np.cos(2 * s.flow), np.sin(2 * s.flow)  # doubled angles: a flow line has no front
    for x, y, radius in centers:
        turn = s.around(x, y)
        near = np.exp(-np.square(s.distance(x, y) / radius)) * 2.5
        u, v = u + near * np.cos(2 * turn), v + near * np.sin(2 * turn)
    s.flow = np.asarray(np.arctan2(v, u) / 2, np.float32)


def star(s: Scene, x: float, y: float, radius: float, light: str, halo: str) -> None:
    """A light with rings about it."""
    far = s.distance(x, y)
    s.fill(far < radius * 2.1, [light, halo], flow=s.around(x, y), detail=0.5, across=far)
    s.fill(far < radius * 0.75, ["white", light], flow=s.around(x, y), detail=0.9, across=far)


def mirror(s: Scene, level: float, tint: str, share: float = 0.35) -> None:
    """Still water from `level` down: what is above, upside down, brushed level."""
    top = int(level * s.height)
    depth = s.height - top
    rows = np.clip(top - 1 - np.arange(depth), 0, None)
    ripple = (3 * np.sin(np.arange(depth) * 0.7)).astype(int)
    upside = np.stack([np.roll(s.color[r], k, axis=0) for r, k in zip(rows, ripple, strict=True)])
    water = s.polygon([(0, level), (1, level), (1, 1), (0, 1)])[top:]
    s.fill(s.y > level, [tint], flow=_level(s), detail=0.45)
    s.color[top:] = np.where(water[..., None], upside * (1 - share) + s.color[top:] * share, upside)


def _level(s: Scene) -> Plane:
    return np.asarray(0.12 * np.sin(14 * s.x + 30 * s.y), np.float32)


def waves(s: Scene, level: float, colors: list[str], swell: float = 1.0) -> None:
    """The sea, in swells that come nearer."""
    depth = np.maximum(s.y - level, 0)
    phase = 26 * np.sqrt(depth + 0.01) + 1.6 * np.sin(5 * s.x + 6 * depth)
    tilt = 0.45 * swell * np.cos(phase) * np.minimum(1, 5 * depth)
    light = np.sin(phase)
    s.fill(s.y > level, colors, flow=tilt.astype(np.float32), detail=0.5, across=light)
