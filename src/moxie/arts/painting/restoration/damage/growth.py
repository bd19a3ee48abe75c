"""Damage that grows: cracks walk and branch, paint flakes, water creeps, tools slip.

Nothing is cut out of a noise here: every shape comes about step by step, from a place where it
begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from moxie.arts.painting.restoration.damage.canvas import (
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

Path = list[tuple[float, float]]
"""Places a walk has been, x and y in pixels."""

PRIMERS = np.array(
    [[214, 208, 198], [188, 166, 134], [132, 96, 72], [96, 84, 74], [232, 224, 206]], np.float32
)
"""Lead white, linen, red earth, grey earth, chalk in glue."""

BRANCHES = 60_000
"""A net of cracks has at most so many walks; a picture that large is full long before."""


@dataclass
class Walk:
    """The tip of a crack."""

    x: float
    y: float
    angle: float
    reach: float
    """Pixels it still has to go."""
    width: float


class Stress:
    """The pull that cracks answer to: a slowly turning direction over the picture."""

    def __init__(self, size: tuple[int, int], rng: np.random.Generator) -> None:
        self._base, self._strength = rng.uniform(0, np.pi), rng.uniform(0.0, 0.12)
        self._waves = rng.normal(0, 2.5, (3, 2)) * 2 * np.pi / max(size)
        self._phases = rng.uniform(0, 2 * np.pi, 3)

    def pull(self, walk: Walk) -> float:
        """How far the tip turns, in radians: toward the direction here, or square to it."""
        waves = self._waves @ (walk.x, walk.y) + self._phases
        want = self._base + 0.6 * float(np.sin(waves).sum())
        off = (want - walk.angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
        return self._strength * off


class Net:
    """A craquelure as it grows; a walk ends where it meets another."""

    def __init__(self, size: tuple[int, int], width: float, rng: np.random.Generator) -> None:
        self._size, self._width, self._rng = size, width, rng
        self._taken = np.zeros(size, np.int32)
        self._stress = Stress(size, rng)
        self._spacing = max(9.0, unit(*size) * rng.uniform(16, 48))
        self._walks = 0
        self._drawn = np.zeros(size, np.uint8)

    @property
    def alpha(self) -> Plane:
        """How much of a crack is where, 0..1."""
        return opacity(self._drawn)

    def grow(self, x: float, y: float, patch: float, share: float) -> None:
        """A new net that begins here and reaches about so far, unless the share is reached."""
        angle = self._rng.uniform(0, np.pi)
        tips = deque(Walk(x, y, angle + turn, patch, self._width) for turn in (0.0, np.pi))
        while tips and self._walks < BRANCHES:
            path, born = self._walk(tips.popleft())
            tips.extend(born)
            _draw(self._drawn, path, self._width * self._rng.uniform(0.5, 1.2))
            if self._walks % 8 == 0 and covered(self.alpha) >= share:
                break

    def _walk(self, tip: Walk) -> tuple[Path, list[Walk]]:
        """One crack from its tip to its end, and the tips that branched off."""
        rng, path, born = self._rng, [(tip.x, tip.y)], list[Walk]()
        self._walks += 1
        step, since = 1.5, self._rng.uniform(0, self._spacing)
        for _ in range(int(tip.reach / step)):
            tip.angle += rng.normal(0, 0.16) + self._stress.pull(tip)
            tip.x += step * np.cos(tip.angle)
            tip.y += step * np.sin(tip.angle)
            path.append((tip.x, tip.y))
            if self._blocked(tip, len(path)):
                break
            since += step
            if since > self._spacing * rng.uniform(0.7, 1.6):
                since = 0
                turn = rng.choice((-1, 1)) * rng.uniform(0.9, 1.7)
                left = tip.reach * rng.uniform(0.3, 0.8)
                born.append(Walk(tip.x, tip.y, tip.angle + turn, left, tip.width))
        return path, born

    def _blocked(self, tip: Walk, age: int) -> bool:
        """Off the picture, or on another crack. Marks the place as this walk's own."""
        row, column = int(tip.y), int(tip.x)
        if not (0 <= row < self._size[0] and 0 <= column < self._size[1]):
            return True
        owner = self._taken[row, column]
        self._taken[row, column] = self._walks
        return bool(owner not in {0, self._walks} and age > 3)


def _draw(layer: NDArray[np.uint8], path: Path, width: float) -> None:
    """A walk as a line that is finest at its ends; under one pixel it pales instead."""
    points = np.rint(np.asarray(path) * 16).astype(np.int32)
    cuts = np.rint(np.array([0, 1 / 3, 2 / 3, 1]) * (len(points) - 1)).astype(int)
    for first, last, taper in zip(cuts, cuts[1:], (0.7, 1.0, 0.6), strict=False):
        part, thick = points[first : last + 1], width * taper
        low, high = np.maximum(part.min(0) // 16 - 4, 0), part.max(0) // 16 + 5
        window = layer[low[1] : high[1], low[0] : high[0]]
        line = np.zeros_like(window)
        strength = int(255 * min(1.0, 0.45 + 0.55 * thick))
        shifted = part - low.astype(np.int32) * 16
        cv2.polylines(line, [shifted], False, strength, max(1, round(thick)), cv2.LINE_AA, 4)
        np.maximum(window, line, out=window)


def cracks(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Nets that walk, branch and end on each other; paint cups up beside the wider ones."""
    size = picture.shape[:2]
    u = unit(*size)
    net = Net(size, rng.uniform(0.8, max(1.9, 2.6 * u)), rng)
    for _ in range(200):
        x, y = rng.uniform(0, size[1]), rng.uniform(0, size[0])
        net.grow(x, y, rng.uniform(0.1, 0.6) * max(size), share * 0.8)
        if covered(net.alpha) >= share * 0.8:  # cupping adds the rest
            break
    dark = rng.random() < 0.75
    base = picture.mean((0, 1)) * (0.25 if dark else 0.5) + (0 if dark else 115)
    speckle = ndimage.gaussian_filter(rng.normal(size=size), max(1.0, u)) * 20
    look = flat(size, base) + speckle[..., None]
    alpha = net.alpha * rng.uniform(0.65, 1)
    if rng.random() < 0.5:  # cupping: the raised lip catches the light
        lip = np.clip(np.roll(net.alpha, (1, 1), (0, 1)) - net.alpha, 0, 1) * 0.35
        alpha, look = _beside(alpha, look, lip, picture + 70)
    return Layer(np.asarray(alpha, np.float32), np.asarray(look, np.float32))


def _beside(alpha: Plane, look: Colors, more: Plane, other: Colors) -> tuple[Plane, Colors]:
    """Two layers as one: the second where the first is not."""
    use = more > alpha
    return np.where(use, more, alpha), np.where(use[..., None], other, look)


def scratches(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Bundles of nearly parallel furrows that a slipping tool left, skipping here and there."""
    size = picture.shape[:2]
    u, alpha = unit(*size), np.zeros(size, np.float32)
    for _ in range(200):
        angle, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.002)
        x, y = rng.uniform(0, size[1]), rng.uniform(0, size[0])
        reach = rng.uniform(0.1, 0.7) * min(size)
        for _ in range(int(rng.integers(1, 5))):
            start = (x + rng.normal(0, 9 * max(u, 0.5)), y + rng.normal(0, 9 * max(u, 0.5)))
            _furrow(alpha, start, angle + rng.normal(0, 0.03), bend, reach, rng)
        if covered(alpha) >= share:
            break
    base = np.array([214, 206, 190.0]) if rng.random() < 0.6 else picture.mean((0, 1)) * 0.3
    return Layer(alpha, flat(size, base))


def _furrow(
    alpha: Plane,
    start: tuple[float, float],
    angle: float,
    bend: float,
    reach: float,
    rng: np.random.Generator,
) -> None:
    """One furrow, its pressure a walk of its own; where the pressure is nothing it skips."""
    (x, y), pressure = start, rng.uniform(0.5, 1.2)
    thick = int(rng.integers(1, 2 + round(1.5 * unit(*alpha.shape) + 0.5)))
    layer = np.zeros(alpha.shape, np.uint8)
    for _ in range(max(2, int(reach / 4))):
        ahead = (x + 4 * np.cos(angle), y + 4 * np.sin(angle))
        pressure = float(np.clip(pressure + rng.normal(0, 0.12), -0.2, 1.2))
        ends = [(round(px * 16), round(py * 16)) for px, py in ((x, y), ahead)]
        level = int(255 * np.clip(pressure, 0, 1))
        cv2.line(layer, ends[0], ends[1], level, thick, cv2.LINE_AA, 4)
        (x, y), angle = ahead, angle + bend + rng.normal(0, 0.012)
    np.maximum(alpha, opacity(layer), out=alpha)


def tears(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """A rip that runs, hesitates and forks; one lip lifts and throws a shadow on the other."""
    size = picture.shape[:2]
    u, open_ = max(unit(*size), 0.5), np.zeros(size, np.uint8)
    for _ in range(60):
        x, y = rng.uniform(0.1, 0.9) * size[1], rng.uniform(0.1, 0.9) * size[0]
        _rip(
            open_,
            Walk(x, y, rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.4) * min(size), 6 * u),
            rng,
        )
        if covered(opacity(open_)) >= share * 0.8:
            break
    alpha = opacity(open_)
    shift = max(1, round(1.5 * u))
    lip = np.clip(np.roll(alpha, (-shift, -shift), (0, 1)) - alpha, 0, 1) * 0.5
    shadow = np.clip(np.roll(alpha, (shift, shift), (0, 1)) - alpha, 0, 1) * 0.45
    threads = np.sin(np.arange(size[0])[:, None] * 2.1 / u) * np.sin(np.arange(size[1]) * 2.1 / u)
    behind = flat(size, np.array([34, 28, 24]) if rng.random() < 0.6 else np.array([150, 128, 98]))
    merged, look = _beside(
        alpha, behind + 14 * threads[..., None].astype(np.float32), lip, picture + 60
    )
    merged, look = _beside(merged, look, shadow, picture * np.float32(0.35))
    return Layer(np.asarray(merged, np.float32), np.asarray(look, np.float32))


def _rip(open_: NDArray[np.uint8], tip: Walk, rng: np.random.Generator, forks: int = 2) -> None:
    """Straight runs with sudden turns, wide first and narrowing to nothing."""
    left = tip.reach
    while left > 0:
        run = min(left, rng.uniform(0.04, 0.16) * tip.reach + 2)
        ahead = (tip.x + run * np.cos(tip.angle), tip.y + run * np.sin(tip.angle))
        wide, narrow = (tip.width * part / tip.reach for part in (left, max(left - run, 0)))
        across = np.array([-np.sin(tip.angle), np.cos(tip.angle)]) / 2
        here, there = np.array([tip.x, tip.y]), np.array(ahead)
        corners = [
            here + across * wide,
            there + across * narrow,
            there - across * narrow,
            here - across * wide,
        ]
        quad = np.rint(np.array(corners) * 16).astype(np.int32)
        cv2.fillPoly(open_, [quad], 255, cv2.LINE_AA, 4)
        tip.x, tip.y = ahead
        tip.angle += rng.normal(0, 0.45)
        left -= run
        if forks and rng.random() < 0.12:
            fork = Walk(
                tip.x,
                tip.y,
                tip.angle + rng.choice((-1, 1)) * rng.uniform(0.6, 1.3),
                left * 0.6,
                wide,
            )
            _rip(open_, fork, rng, forks - 1)


def losses(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Flakes that fell in clusters, angular, each leaving its bevelled edge and the primer."""
    size = picture.shape[:2]
    u, gone = max(unit(*size), 0.4), np.zeros(size, np.uint8)
    largest = np.sqrt(share * size[0] * size[1]) * rng.uniform(0.15, 0.45) + 4
    for _ in range(3000):
        x, y = rng.uniform(0, size[1]), rng.uniform(0, size[0])
        for _ in range(int(rng.integers(2, 9))):  # a flake loosens its neighbours
            radius = largest * rng.beta(1.2, 3) + 2 * u
            cv2.fillPoly(gone, [_flake(x, y, radius, rng)], 255, cv2.LINE_AA, 4)
            x, y = np.array([x, y]) + rng.normal(0, 1, 2) * radius * 1.6
            if (gone > 30).mean() >= share:
                break
        if (gone > 30).mean() >= share:
            break
    alpha = opacity(gone)
    return Layer(alpha, _primer(picture, alpha, u, rng))


def _flake(x: float, y: float, radius: float, rng: np.random.Generator) -> NDArray[np.int32]:
    """An angular island about a point: a few corners, chipped between them. 1/16 px [n, 1, 2]."""
    corners = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 10))))
    far = radius * rng.uniform(0.5, 1.3, len(corners))
    shape = np.stack([x + far * np.cos(corners), y + far * np.sin(corners)], 1)
    rim: list[NDArray[np.float64]] = []
    for here, there in zip(shape, np.roll(shape, -1, 0), strict=True):
        chips = max(2, int(np.linalg.norm(there - here) / 4))
        t = np.linspace(0, 1, chips, endpoint=False)[:, None]
        rim.append(here + (there - here) * t + rng.normal(0, 0.06 * radius**0.7, (chips, 2)))
    return np.rint(np.concatenate(rim) * 16).astype(np.int32)[:, None]


def _primer(picture: Colors, alpha: Plane, u: float, rng: np.random.Generator) -> Colors:
    """What is under the paint: a pale or earthen priming, gritty, lit from one side at the rim."""
    size = alpha.shape
    look = flat(size, PRIMERS[rng.integers(len(PRIMERS))])
    grit = ndimage.gaussian_filter(rng.normal(size=size), 0.8 * max(u, 0.7))
    look += (grit / max(float(grit.std()), 1e-6) * rng.uniform(3, 9))[..., None].astype(np.float32)
    cloud = ndimage.gaussian_filter(rng.normal(size=size), 14 * u)
    look += (cloud / max(float(cloud.std()), 1e-6) * 6)[..., None].astype(np.float32)
    depth = ndimage.distance_transform_edt(alpha > 0.5)
    slope = np.clip(depth / (2.0 * u + 0.5), 0, 1)
    lit = ndimage.sobel(slope, 0) + ndimage.sobel(slope, 1)
    return np.asarray(look + (rng.choice((-1, 1)) * 16 * lit)[..., None], np.float32)


def stains(picture: Colors, share: float, rng: np.random.Generator) -> Layer:
    """Water that creeps through the support, runs down, dries, and leaves its dirt at the edge."""
    size = picture.shape[:2]
    coarse = min(1.0, 160 / max(size))
    shape = (max(24, round(size[0] * coarse)), max(24, round(size[1] * coarse)))
    wet = np.zeros(shape, np.float32)
    for _ in range(40):
        _creep(wet, share * shape[0] * shape[1] * rng.uniform(0.25, 0.8), rng)
        if (wet > 0).mean() >= share:
            break
    soft = ndimage.gaussian_filter((wet > 0).astype(np.float32), 1.2)
    edge = np.clip(soft - ndimage.gaussian_filter(soft, 3), 0, 1)
    body = cv2.resize(soft, size[::-1], interpolation=cv2.INTER_CUBIC)
    tide = cv2.resize(
        edge / max(float(edge.max()), 1e-6), size[::-1], interpolation=cv2.INTER_CUBIC
    )
    dirt = np.array([[168, 134, 82], [120, 106, 92], [150, 118, 100]], np.float32)
    color = dirt[rng.integers(len(dirt))] / 255
    depth, ring = rng.uniform(0.5, 0.9), rng.uniform(0, 0.5)
    look = picture * color ** (1 + ring * tide[..., None]) + 8
    alpha = np.clip((body - 0.25) * 2, 0, 1) * depth * (0.8 + 0.2 * np.clip(tide, 0, 1))
    return Layer(np.asarray(alpha, np.float32), np.asarray(look, np.float32))


def _creep(wet: Plane, area: float, rng: np.random.Generator) -> None:
    """Spread from a place to its neighbours, easiest downwards and through porous places."""
    height, width = wet.shape
    porous = ndimage.gaussian_filter(rng.random(wet.shape), 2)
    porous = (porous - porous.min()) / max(float(np.ptp(porous)), 1e-6)
    ease = np.array([[0.7, rng.choice((1.0, 1.0, 2.5)), 0.7], [1, 0, 1], [0.7, 1, 0.7]])
    here = np.zeros(wet.shape, bool)
    here[int(rng.uniform(0, height * 0.9)), int(rng.uniform(0, width))] = True
    for _ in range(6 * (height + width)):
        if here.sum() >= area:
            break
        near = ndimage.convolve(here.astype(np.float32), ease, mode="constant")
        here |= rng.random(wet.shape) < np.clip(near * porous * 0.3, 0, 0.9)
    wet[ndimage.binary_fill_holes(here)] = 1


DRAW: Mapping[Kind, Draw] = {
    Kind.CRACKS: cracks,
    Kind.SCRATCHES: scratches,
    Kind.TEARS: tears,
    Kind.LOSSES: losses,
    Kind.STAINS: stains,
}
"""How this family draws each kind."""
