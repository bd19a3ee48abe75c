"""The hand: turns a scene into a picture by laying curved strokes, broad ones first.

After Hertzmann, "Painterly rendering with curved brush strokes of multiple sizes" (SIGGRAPH 1998),
with what makes this hand its own: comma-shaped strokes that thin towards the end, two bristle
ridges in each, every stroke's colour leaning towards a pigment of a limited palette, a warm ground
that shows between strokes, and dark broken contours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.examples.scene import Scene, smooth_noise
from moxie.arts.painting.picture import Picture

SHIFT = 3  # bits of sub-pixel precision in the coordinates OpenCV draws with
RIDGED = 4.0  # px; a stroke wider than this shows its bristles


@dataclass(frozen=True, slots=True)
class Layer:
    """One going-over of the picture: brush width in px, how densely, how far strokes run."""

    width: float
    spacing: float  # distance between stroke starts, in widths
    steps: int  # most points of a stroke, each half a width further on
    tolerance: float  # where the scene differs more than this from a stroke's color, it ends
    least_detail: float  # only where the scene asks for at least this much


LAYERS = (
    Layer(20, 0.62, 9, 80, 0.0),
    Layer(10, 0.8, 11, 60, 0.0),
    Layer(5.5, 1.1, 13, 46, 0.35),
    Layer(3.2, 1.3, 12, 36, 0.75),
)


@dataclass(frozen=True, slots=True)
class Strokes:
    """Many strokes: paths [n, k, 2] (x, y), points used [n], colors [n, 3], widths [n]."""

    paths: NDArray[np.float32]
    lengths: NDArray[np.int64]
    colors: NDArray[np.float32]
    widths: NDArray[np.float32]


def paint(scene: Scene, seed: int) -> Picture:
    """The scene as this hand paints it; the same scene and seed give the same picture."""
    rng = np.random.default_rng(seed)
    canvas = _ground(scene, rng)
    scale = max(scene.height, scene.width) / 400
    for number, layer in enumerate(LAYERS):
        if number == 3:  # contours lie over the masses and under the last details
            _contours(canvas, scene, rng, scale)
        strokes = trace(scene, layer, rng, scale)
        _lay(canvas, strokes, rng)
    _touches(canvas, scene, rng)
    return _lit(canvas)


def trace(scene: Scene, layer: Layer, rng: np.random.Generator, scale: float = 1.0) -> Strokes:
    """A layer's strokes: along the scene's flow, bending with it, until the color ends."""
    width = layer.width * scale
    start = _starts(scene, layer, width, rng)
    n = len(start)
    field = scene.flow + 0.35 * smooth_noise(rng, scene.height, scene.width, 5)
    bias = rng.normal(0, 0.12, n).astype(np.float32)
    paths = np.empty((n, layer.steps, 2), np.float32)
    paths[:, 0] = start
    rows, columns = _cells(scene, start)
    heading = field[rows, columns] + np.pi * rng.integers(0, 2, n)
    for k in range(1, layer.steps):
        rows, columns = _cells(scene, paths[:, k - 1])
        turn = (
            field[rows, columns] + bias - heading
        )  # a flow line has no front: take the nearer way
        heading = heading + 0.8 * (turn - np.pi * np.round(turn / np.pi))
        paths[:, k] = paths[:, k - 1] + 0.5 * width * np.stack(
            [np.cos(heading), np.sin(heading)], 1
        )
    widths = width * rng.uniform(0.7, 1.2, n).astype(np.float32)
    return Strokes(paths, _ends(scene, layer, paths, rng), _colors(scene, start, rng), widths)


def _starts(
    scene: Scene, layer: Layer, width: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Stroke starts on a jittered grid, in random order, float32 [n, 2] (x, y)."""
    step = width * layer.spacing
    x, y = np.meshgrid(np.arange(0, scene.width, step), np.arange(0, scene.height, step))
    points = np.stack([x.ravel(), y.ravel()], 1)
    points = points + rng.uniform(-0.6, 0.6, points.shape) * step
    points = rng.permutation(points).astype(np.float32)
    rows, columns = _cells(scene, points)
    kept = scene.detail[rows, columns] >= layer.least_detail
    return points[kept]


def _ends(
    scene: Scene, layer: Layer, paths: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.int64]:
    """How many points of each path to use: until the color underneath is another, at least 3."""
    rows, columns = _cells(scene, paths)
    under = scene.color[rows, columns]
    off = np.abs(under - under[:, :1]).sum(-1) > layer.tolerance
    first = np.where(off.any(1), off.argmax(1), layer.steps)
    wanted = rng.integers(layer.steps // 2, layer.steps + 1, len(paths))
    ends: NDArray[np.int64] = np.maximum(3, np.minimum(first, wanted))
    return ends


def _colors(
    scene: Scene, start: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """The scene's color at each start, leaning to one pigment of the palette, lighter or darker."""
    rows, columns = _cells(scene, start)
    under = scene.color[rows, columns]
    distance = np.square(under[:, None] - scene.palette[None]).sum(-1)
    weights = np.exp(-distance / (2 * 62.0**2)) + 0.004
    weights /= weights.sum(1, keepdims=True)
    chosen = (weights.cumsum(1) < rng.random((len(start), 1))).sum(1)
    pigment = scene.palette[np.minimum(chosen, len(scene.palette) - 1)]
    share = rng.uniform(0.05, 0.5, (len(start), 1))
    value = rng.normal(0, 11, (len(start), 1))
    mixed = under * (1 - share) + pigment * share + value
    return np.asarray(mixed.clip(6, 250), np.float32)


def _cells(
    scene: Scene, points: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pixel (row, column) under each point, kept inside the picture."""
    columns = np.clip(points[..., 0], 0, scene.width - 1).astype(np.int64)
    rows = np.clip(points[..., 1], 0, scene.height - 1).astype(np.int64)
    return rows, columns


def _ground(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The toned canvas, uint8 [H, W, 4]: color and, last, how thick the paint lies."""
    tone = scene.ground + 9 * smooth_noise(rng, scene.height, scene.width, 12)[..., None]
    canvas = np.empty((scene.height, scene.width, 4), np.uint8)
    canvas[..., :3] = np.clip(tone, 0, 255)
    canvas[..., 3] = 100
    return canvas


def _lay(canvas: NDArray[np.uint8], strokes: Strokes, rng: np.random.Generator) -> None:
    """Draw strokes: a thin tail, a full body, and two bristle ridges, one lit and one in shade."""
    n = len(strokes.lengths)
    thickness = rng.integers(90, 150, n)
    ridge = rng.uniform(10, 24, n)
    along = np.gradient(strokes.paths, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], -1)
    across /= np.linalg.norm(across, axis=-1, keepdims=True) + 1e-6
    across *= strokes.widths[:, None, None]
    near, far = strokes.paths + 0.24 * across, strokes.paths - 0.22 * across
    body, light, dark = (
        np.rint(path * (1 << SHIFT)).astype(np.int32) for path in (strokes.paths, near, far)
    )
    for i in range(n):
        k, width = int(strokes.lengths[i]), float(strokes.widths[i])
        color = [*strokes.colors[i].tolist(), float(thickness[i])]
        _line(canvas, body[i, :k], color, width * (0.55 if width > RIDGED else 0.9))
        if width > RIDGED:
            _line(canvas, body[i, : max(2, (2 * k) // 3)], color, width)
        if width > RIDGED:
            _line(canvas, light[i, : k - 1], _shift(color, ridge[i]), width * 0.2)
            _line(canvas, dark[i, 1:k], _shift(color, -ridge[i]), width * 0.2)


def _line(
    canvas: NDArray[np.uint8], path: NDArray[np.int32], color: list[float], width: float
) -> None:
    cv2.polylines(canvas, [path], False, color, max(1, round(width)), cv2.LINE_AA, SHIFT)


def _shift(color: list[float], by: float) -> list[float]:
    red, green, blue, height = color
    return [
        min(255.0, max(0.0, red + by)),
        min(255.0, max(0.0, green + by)),
        min(255.0, max(0.0, blue + 0.8 * by)),
        min(255.0, max(0.0, height + 2.6 * by)),
    ]


def _contours(
    canvas: NDArray[np.uint8], scene: Scene, rng: np.random.Generator, scale: float
) -> None:
    """Dark outlines, drawn in broken lengths of changing weight."""
    for points, weight, fill in scene.contours:
        rows, columns = _cells(scene, points)
        shown = scene.over[rows, columns] <= fill
        wobble = rng.normal(0, 0.8, points.shape)
        path = np.rint((points + wobble) * (1 << SHIFT)).astype(np.int32)
        at = 0
        while at < len(path) - 1:
            run = int(rng.integers(5, 14))
            if rng.random() < 0.86 and shown[at : at + run + 1].mean() > 0.6:
                ink = [*(scene.ink + rng.normal(0, 7, 3)).clip(0, 255).tolist(), 120.0]
                _line(canvas, path[at : at + run + 1], ink, weight * scale * rng.uniform(0.6, 1.3))
            at += run


def _touches(canvas: NDArray[np.uint8], scene: Scene, rng: np.random.Generator) -> None:
    """The last touches: short strokes of nearly pure pigment where the scene asks for them."""
    if not scene.touches:
        return
    n, steps = len(scene.touches), 7
    x, y, angle, length, width = (
        np.array([touch[c] for touch in scene.touches], np.float32)[:, None] for c in range(5)
    )
    t = np.linspace(-0.5, 0.5, steps, dtype=np.float32)[None]
    turn = angle + rng.normal(0, 0.3, (n, 1)) * t
    paths = np.stack([x + length * t * np.cos(turn), y + length * t * np.sin(turn)], -1)
    colors = np.array([touch[5] for touch in scene.touches]) + rng.normal(0, 9, (n, 3))
    strokes = Strokes(
        paths.astype(np.float32),
        np.full(n, steps),
        colors.clip(0, 255).astype(np.float32),
        width[:, 0],
    )
    _lay(canvas, strokes, rng)


def _lit(canvas: NDArray[np.uint8]) -> Picture:
    """The picture under a light from the upper left: paint casts its own small relief."""
    height = cv2.GaussianBlur(canvas[..., 3].astype(np.float32), (0, 0), 0.7)
    relief = height - np.roll(height, (1, 1), (0, 1))
    relief[0], relief[:, 0] = 0, 0
    lit = canvas[..., :3].astype(np.float32) + np.clip(0.42 * relief, -26, 26)[..., None]
    return np.ascontiguousarray(lit.clip(0, 255).astype(np.uint8))
