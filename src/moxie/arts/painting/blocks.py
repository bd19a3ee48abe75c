"""What a block of a painting looks like, as numbers that can be compared.

A block is a square of `CELLS` x `CELLS` cells. Where its colours are is not enough to find one
like it: of many that are equally near, the blandest is nearest on average, and a picture laid from
such blocks loses its contrast. So a block is also described by how busy its parts are and by which
way their strokes run (the structure tensor of Bigun and Granlund, 1987).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture

CELLS = 8
"""Cells along a block's side; blocks are looked for at every second cell."""

PALE = 0.6
"""How much a block's mean colour counts beside its pattern: colours are adapted, patterns not."""

CONTRAST, ENERGY, DIRECTION = 0.075, 0.1, 0.07
"""Weights of a block's contrast, of the busyness of its parts and of their strokes' direction."""

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """A picture by cells: mean colours [h, w, 3]; and by squares of 2 x 2 cells [h / 2, w / 2],
    log contrast of the strokes in it [..., 1], and their direction as a doubled angle [..., 2].
    """

    colours: Floats
    energy: Floats
    direction: Floats


def to_lab(picture: Picture) -> Floats:
    """CIE L*a*b* over 100, float32 [h, w, 3]."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32) / np.float32(100)


def to_rgb(lab: Floats) -> Picture:
    """The inverse of `to_lab`, rounded."""
    rgb = cv2.cvtColor(np.ascontiguousarray(lab * 100, np.float32), cv2.COLOR_LAB2RGB)
    return np.ascontiguousarray(np.clip(np.rint(rgb * 255), 0, 255), np.uint8)


def block_side(short: int) -> int:
    """The side of a block for a picture's shorter side, in pixels: an eighth, at most 64."""
    return int(np.clip(round(short / 64) * CELLS, CELLS, 64))


def look(lab: Floats, cell: int, energy: Floats | None = None) -> Look:
    """How a picture in Lab [h, w, 3] looks by cells of `cell` pixels; what is left over is cut.

    `energy` [h, w] replaces the picture's own, see `stroke_energy`.
    """
    light = np.ascontiguousarray(lab[..., 0])
    busy = stroke_energy(light, cell) if energy is None else energy
    dx = cv2.Sobel(light, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(light, cv2.CV_32F, 0, 1)
    xx, yy, xy = (cv2.GaussianBlur(p, (0, 0), cell) for p in (dx * dx, dy * dy, dx * dy))
    along = np.stack([xx - yy, 2 * xy], 2) / (xx + yy + 1e-4)[..., None]
    return Look(means(lab, cell), means(busy[..., None], 2 * cell), means(along, 2 * cell))


def stroke_energy(light: Floats, cell: int) -> Floats:
    """Log contrast of what is finer than a cell, about every pixel of a lightness [h, w]."""
    fine = light - cv2.GaussianBlur(light, (0, 0), 0.75 * cell)
    power = np.maximum(cv2.GaussianBlur(fine * fine, (0, 0), cell), 0)
    return np.asarray(np.log(np.sqrt(power) + 0.01), np.float32)


def bands(lab: Floats, side: int) -> Iterator[Floats]:
    """What is finer than a block, and what is much finer, [h, w, 3] each."""
    for soft in (side * 10 / 32, side * 3 / 32):
        yield lab - cv2.GaussianBlur(lab, (0, 0), soft)


def power(band: Floats, side: int) -> Floats:
    """Root mean square of a band about every pixel, [h, w]."""
    blurred = cv2.GaussianBlur(squares(band), (0, 0), side / 4)
    return np.asarray(np.sqrt(np.maximum(blurred, 0) + 1e-5), np.float32)


def squares(colours: Floats) -> Floats:
    """The squared length of each colour, [..., 3] to [...]; a sum over so short an axis is slow."""
    return np.asarray(np.einsum("...c,...c->...", colours, colours), np.float32)


def vigour(lab: Floats, side: int) -> Floats:
    """How lively a picture is about every pixel, float32 [h, w, 4].

    Stroke energy by the cells of a block and of one half as large, and the power of both bands.
    """
    light = np.ascontiguousarray(lab[..., 0])
    cells = (max(1, side // CELLS), max(1, side // CELLS // 2))
    energies = [stroke_energy(light, cell) for cell in cells]
    return np.stack([*energies, *(power(band, side) for band in bands(lab, side))], 2)


def means(planes: Floats, cell: int) -> Floats:
    """Means over whole cells, float32 [h // cell, w // cell, planes]."""
    rows, columns = planes.shape[0] // cell, planes.shape[1] // cell
    whole = np.ascontiguousarray(planes[: rows * cell, : columns * cell])
    found = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(found, np.float32).reshape(rows, columns, -1)


def describe(seen: Look) -> Floats:
    """The descriptions of all blocks, two cells apart: float32 [rows, columns, numbers]."""
    colours = sliding_window_view(seen.colours, (CELLS, CELLS), (0, 1))[::2, ::2]
    rows, columns = colours.shape[:2]
    colours = colours.reshape(rows, columns, 3, -1)
    mean = colours.mean(3, keepdims=True)
    pattern = colours - mean
    contrast = np.log(np.sqrt((pattern**2).mean(3)) + 0.02)
    parts = [
        pattern.reshape(rows, columns, -1) / CELLS,
        PALE * mean[..., 0],
        CONTRAST * contrast,
        ENERGY * _halves(seen.energy, rows, columns),
        DIRECTION * _halves(seen.direction, rows, columns),
    ]
    return np.concatenate(parts, 2).astype(np.float32)


def _halves(planes: Floats, rows: int, columns: int) -> Floats:
    side = CELLS // 2
    windows = sliding_window_view(planes, (side, side), (0, 1))[:rows, :columns]
    return windows.reshape(rows, columns, -1) / np.float32(side)
