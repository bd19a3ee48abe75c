"""Pictures of a form without a display: a small z-buffer, and light as in a museum.

What does not change as the form turns is worked out once, at its vertices: how open each place is
to its surroundings, and how much of a wide lamp overhead it sees. The key light, the fill and the
rim stand beside the camera, so that every side is seen in the same light as it turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.sculpture.field import field_of
from moxie.arts.sculpture.form import Floats, Form, compacted, is_closed, vertex_normals

STONE = (0.80, 0.775, 0.735)
"""What the form is made of, in linear light: a warm white marble."""

WALL, FLOOR = (0.085, 0.083, 0.086), (0.145, 0.138, 0.130)
"""The room behind it."""

ELEVATION = 9.0
"""How far above the horizon the camera looks down from, in degrees."""

OVERSAMPLED = 2
"""Pixels are this many times finer before they are averaged."""

MOST_FACES = 45_000
"""Faces that are drawn; finer meshes are made coarser, which is not seen."""

CHUNK = 3_000_000
"""Pixels looked at in one go."""

LAMPS = ((0.0, 1.0, 0.0), (0.7, 0.72, 0.0), (-0.7, 0.72, 0.0), (0.0, 0.72, 0.7), (0.0, 0.72, -0.7))
"""The wide lamp overhead, as directions."""

KEY, FILL, RIM = (-0.55, 0.62, 0.56), (0.85, 0.1, 0.5), (0.45, 0.55, -0.7)
"""Lights beside the camera, as directions in its own axes: right, up, towards it."""


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """A form made ready to be drawn: normals, and light [v] that stays as it turns.

    `tint` is float32 [v, 3], what colour each vertex is in linear light.
    """

    form: Form
    normals: Floats
    open: Floats
    lamp: Floats
    tint: Floats
    closed: bool


def lit(form: Form, tint: Floats | None = None) -> Lit:
    """Prepare a form; `tint` float32 [v, 3] in place of marble."""
    if tint is None:
        form = _coarser(form)
    normals = vertex_normals(form)
    field = field_of(form, 64)
    step = field.pitch
    points = form.vertices + normals * step
    openness = np.ones(len(points), np.float32)
    for reach in (1.5, 3.0, 6.0, 10.0):
        seen = field.at(form.vertices + normals * (reach * step)) / (reach * step)
        openness -= 0.25 * np.clip(1 - seen, 0, 1.2).astype(np.float32)
    lamp = np.zeros(len(points), np.float32)
    for direction in LAMPS:
        towards = np.array(direction) / np.linalg.norm(direction)
        clear = np.ones(len(points), np.float32)
        for reach in np.geomspace(1.5, 40, 10) * step:
            clear = np.minimum(clear, field.at(points + towards * reach) / (0.22 * reach) + 0.15)
        facing = np.clip(normals @ towards.astype(np.float32), 0, 1)
        lamp += np.clip(clear, 0, 1) * facing * np.float32(1 / len(LAMPS))
    stone = np.tile(np.array(STONE, np.float32), (len(points), 1)) if tint is None else tint
    return Lit(
        form, normals, np.clip(openness, 0.08, 1) ** np.float32(0.9), lamp, stone, is_closed(form)
    )


def frame_size(form: Form, tall: int) -> tuple[int, int]:
    """Height and width in pixels of a picture in which a form can turn; the longer is `tall`."""
    width, height = _extent(form)
    ratio = float(np.clip(width / height, 0.55, 1.6))
    return (tall, round(tall * ratio)) if ratio <= 1 else (round(tall / ratio), tall)


def views(ready: Lit, turns: Sequence[float], size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """The form turned by so many degrees about its vertical, each RGB uint8 [height, width, 3].

    The room is the same from everywhere, so it is drawn once.
    """
    room = _room(ready.form, (size[0] * OVERSAMPLED, size[1] * OVERSAMPLED))
    return [_view(ready, turn, size, room) for turn in turns]


def _scale(form: Form, size: tuple[int, int]) -> float:
    """Pixels a unit of the form."""
    wide, high = _extent(form)
    return min(size[1] / wide, size[0] / high)


def _view(ready: Lit, turn: float, size: tuple[int, int], room: Floats) -> NDArray[np.uint8]:
    height, width = size[0] * OVERSAMPLED, size[1] * OVERSAMPLED
    axes = _axes(turn)
    middle = _middle(ready.form)
    scale = _scale(ready.form, (height, width))
    placed = (ready.form.vertices - middle) @ axes.T * scale
    flat = np.stack([width / 2 + placed[:, 0], height / 2 - placed[:, 1]], 1)
    faces = ready.form.faces
    if ready.closed:
        a, b, c = np.moveaxis(flat[faces], 1, 0)
        turned = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (
            c[:, 0] - a[:, 0]
        )
        towards = np.flatnonzero(turned < 0)  # rows run downwards
    else:
        towards = np.arange(len(faces))
    pixel, face, weights = _raster(
        flat.astype(np.float32), placed[:, 2].astype(np.float32), faces[towards], (height, width)
    )
    picture = room.copy()
    picture[pixel] = _shade(ready, axes, towards[face], weights)
    mapped = 1 - np.exp(-1.5 * picture.reshape(height, width, 3))
    small = cv2.resize(np.asarray(mapped, np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(np.rint(np.clip(small, 0, 1) ** (1 / 2.2) * 255), np.uint8)


def _shade(
    ready: Lit, axes: NDArray[np.float64], face: NDArray[np.int64], weights: Floats
) -> Floats:
    """Linear colours of pixels that show a place in a face, [n, 3]."""
    corners = ready.form.faces[face]

    def across(values: Floats) -> Floats:
        return np.asarray(np.einsum("nk,nk...->n...", weights, values[corners]), np.float32)

    normal = across(ready.normals) @ axes.T.astype(np.float32)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    openness, lamp = across(ready.open)[:, None], across(ready.lamp)[:, None]
    light = 1.05 * openness**0.8 * _facing(normal, KEY) * _floats(1.0, 0.93, 0.82)
    light += 0.16 * openness * _facing(normal, FILL) * _floats(0.70, 0.82, 1.0)
    light += 0.30 * openness * _facing(normal, RIM) * _floats(0.85, 0.92, 1.0)
    light += 0.55 * lamp * _floats(1.0, 0.97, 0.92)
    light += 0.06 * openness * _floats(0.80, 0.85, 1.0)
    half = _floats(*KEY) / np.linalg.norm(KEY) + _floats(0, 0, 1)
    gloss = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1)[:, None] ** 40
    return np.asarray(across(ready.tint) * light + 0.07 * openness * gloss, np.float32)


def _facing(normal: Floats, light: tuple[float, float, float]) -> Floats:
    towards = _floats(*light) / np.float32(np.linalg.norm(light))
    return np.asarray(np.clip(normal @ towards, 0, 1)[:, None], np.float32)


def _floats(*values: float) -> Floats:
    """Kept single: a picture's worth of doubles takes twice as long."""
    return np.array(values, np.float32)


def _axes(turn: float) -> NDArray[np.float64]:
    """Right, up and towards the camera, as rows."""
    a, e = np.radians(turn), np.radians(ELEVATION)
    towards = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    right = np.array([np.cos(a), 0.0, -np.sin(a)])
    return np.stack([right, np.cross(towards, right), towards])


def _middle(form: Form) -> NDArray[np.float64]:
    return np.asarray((form.vertices.min(0) + form.vertices.max(0)) / 2, np.float64)


def _extent(form: Form) -> tuple[float, float]:
    """Width and height that hold the form however it is turned, in its units."""
    about = form.vertices - _middle(form)
    radius = float(np.hypot(about[:, 0], about[:, 2]).max())
    e = np.radians(ELEVATION)
    tall = 2 * (float(np.abs(about[:, 1]).max()) * np.cos(e) + radius * np.sin(e))
    return max(2.16 * radius, 1e-6), max(1.10 * tall, 1e-6)


def _raster(
    flat: Floats,
    depth: Floats,
    faces: NDArray[np.int32],
    size: tuple[int, int],
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Which face each pixel shows: pixels (row by row), faces, barycentric weights [n, 3]."""
    height, width = size
    corners = flat[faces]
    low = np.clip(np.ceil(corners.min(1) - 0.5).astype(int), 0, (width - 1, height - 1))
    high = np.clip(np.floor(corners.max(1) - 0.5).astype(int), -1, (width - 1, height - 1))
    spans = np.maximum(high - low + 1, 0)
    counts = spans.prod(1)
    nearest = np.full(height * width, -np.inf, np.float32)
    shown = np.full(height * width, -1, np.int64)
    kept = np.zeros((height * width, 3), np.float32)
    bounds = np.flatnonzero(np.diff(np.cumsum(counts) // CHUNK, prepend=0)).tolist()
    for start, end in zip([0, *bounds], [*bounds, len(faces)], strict=True):
        some = np.repeat(np.arange(start, end), counts[start:end])
        if not len(some):
            continue
        first = np.cumsum(counts[start:end]) - counts[start:end]
        place = np.arange(len(some)) - np.repeat(first, counts[start:end])
        x = low[some, 0] + place % spans[some, 0]
        y = low[some, 1] + place // spans[some, 0]
        weights = _weights(
            corners[some],
            np.float32(0.5) + x.astype(np.float32),
            np.float32(0.5) + y.astype(np.float32),
        )
        held = (weights >= -1e-4).all(1)
        some, weights, pixel = some[held], weights[held], (y * width + x)[held]
        deep = (weights * depth[faces[some]]).sum(1)
        np.maximum.at(nearest, pixel, deep)
        best = deep >= nearest[pixel]
        shown[pixel[best]], kept[pixel[best]] = some[best], weights[best]
    pixels = np.flatnonzero(shown >= 0)
    return pixels, shown[pixels], kept[pixels]


def _weights(corners: Floats, x: Floats, y: Floats) -> Floats:
    """Barycentric weights of points in triangles [n, 3, 2]; -1 for one without area."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    whole = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    safe = np.where(np.abs(whole) < 1e-9, np.float32(1), whole)
    second = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / safe
    third = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / safe
    found = np.stack([1 - second - third, second, third], 1)
    return np.where(np.abs(whole)[:, None] < 1e-9, np.float32(-1), found)


def _room(form: Form, size: tuple[int, int]) -> Floats:
    """A dim wall, a floor in the lamp's light, and the form's shadow on it, [pixels, 3]."""
    (height, width), axes, scale = size, _axes(0.0), _scale(form, size)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    middle = _middle(form)
    low = form.vertices[:, 1].min()
    base = np.array([middle[0], low, middle[2]])
    about = (base - middle) @ axes.T * scale
    across, down = (x - width / 2 - about[0]) / scale, (y - height / 2 + about[1]) / scale
    away = -down / np.sin(np.radians(ELEVATION))  # towards the wall, on the floor
    wide, _ = _extent(form)
    foot = form.vertices[form.vertices[:, 1] < low + 0.06 * wide] - middle
    reach = max(float(np.hypot(foot[:, 0], foot[:, 2]).max()), 0.08 * wide)
    far = np.hypot(across, away) / wide
    lamp = np.exp(-((far / 0.85) ** 2))[..., None]
    shadow = 1 - 0.75 / (1 + np.exp((np.hypot(across, away) / reach - 1.05) / 0.13))[..., None]
    wall = np.exp(-(np.hypot(x / width - 0.42, y / height - 0.35) ** 2) / 0.35)[..., None]
    horizon = 1 / (1 + np.exp((away - 1.1 * wide) / (0.25 * wide)))[..., None]
    behind = np.array(WALL) * (0.35 + 0.75 * wall)
    floor = np.array(FLOOR) * (0.35 + 0.9 * lamp) * shadow
    return np.asarray(behind + (floor - behind) * horizon, np.float32).reshape(-1, 3)


def _coarser(form: Form) -> Form:
    """The same with at most about `MOST_FACES` faces: vertices that share a cell become one."""
    steps = 400
    while len(form.faces) > MOST_FACES and steps > 40:
        low = form.vertices.min(0)
        cell = np.floor((form.vertices - low) / (form.frame.longest / steps)).astype(np.int64)
        code = (cell[:, 0] * 4096 + cell[:, 1]) * 4096 + cell[:, 2]
        _, which, counts = np.unique(code, return_inverse=True, return_counts=True)
        means = [np.bincount(which, form.vertices[:, axis]) / counts for axis in range(3)]
        faces = which[form.faces].astype(np.int32)
        a, b, c = faces.T
        kept = (a != b) & (b != c) & (c != a)
        form = compacted(np.stack(means, 1).astype(np.float32), faces[kept], form.frame)
        steps = round(steps * 0.75)
    return form
