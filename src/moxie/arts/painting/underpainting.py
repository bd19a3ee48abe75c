"""What a picture is before its strokes: its colours and its liveliness, some dozens a side.

Painters lay colours and lights first and paint over them. So does Moxie: `lay` puts the artist's
strokes over any colours, and keeps as much liveliness (`blocks.vigour`) as it is told to. Both are
soft enough for a small grid, which a small network can learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.painting.blocks import block_side, to_lab, to_rgb, vigour
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.picture import Picture, resize, turned

PLANES = 7
"""L*, a*, b* over 100; stroke energy at two scales, and the logarithm of the power of two bands."""

LOOKED_AT = 256
"""Shorter side in pixels at which a work's liveliness is taken."""

LENDING = 6
"""Works that tell how liveliness changes with the size of a picture."""

Floats = NDArray[np.float32]


def planes_of(picture: Picture, size: tuple[int, int]) -> Floats:
    """The underpainting of a picture at a size (h, w), float32 [h, w, PLANES]."""
    lab = to_lab(picture)
    return shrunk(joined(lab, vigour(lab, block_side(min(picture.shape[:2])))), size)


def joined(lab: Floats, lively: Floats) -> Floats:
    """Colours in Lab and liveliness as in `blocks.vigour`, as planes."""
    return np.concatenate([lab, _logs(lively)], 2)


def shrunk(planes: Floats, size: tuple[int, int]) -> Floats:
    """Planes at another size (h, w), averaged over areas where that is smaller."""
    smaller = size[0] <= planes.shape[0] and size[1] <= planes.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    found = [  # OpenCV averages up to four planes at once
        cv2.resize(np.ascontiguousarray(planes[..., i : i + 3]), size[::-1], interpolation=method)
        for i in range(0, planes.shape[2], 3)
    ]
    return np.dstack(found).astype(np.float32)


def seen(picture: Picture) -> Picture:
    """A picture with its shorter side `LOOKED_AT`, as works are looked at."""
    scale = LOOKED_AT / min(picture.shape[:2])
    return resize(picture, *(max(1, round(n * scale)) for n in picture.shape[:2]))


@dataclass(frozen=True, slots=True)
class Scaling:
    """Mean and deviation of every plane in the works, float32 [PLANES]: networks like units."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, works: Sequence[Floats]) -> Scaling:
        """That of some underpaintings; each counts alike."""
        means = np.stack([work.mean((0, 1)) for work in works])
        squares = np.stack([(work**2).mean((0, 1)) for work in works])
        mean = means.mean(0)
        deviation = np.sqrt(np.maximum(squares.mean(0) - mean**2, 1e-6))
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def scaled(self, planes: Floats) -> Floats:
        """In deviations from the mean."""
        return (planes - self.mean) / self.deviation

    def restored(self, planes: Floats) -> Floats:
        """The inverse of `scaled`."""
        return planes * self.deviation + self.mean


def composition(gallery: Gallery, planes: Floats, size: tuple[int, int]) -> Montage:
    """An underpainting as a composition of `size` (h, w), to be laid.

    Beyond `PLANES` three planes say which work a point is of, and where in it; see `Montage`.
    """
    wide = shrunk(planes[..., :PLANES], size)
    lively = _as_at(gallery, wide, size)
    lively[..., 2:] = np.exp(lively[..., 2:])
    places = cv2.resize(planes[..., PLANES:], size[::-1], interpolation=cv2.INTER_NEAREST)
    works, counts = np.unique(places[..., 0], return_counts=True)
    total = int(counts[works >= 0].sum())
    shares = [(int(w), n / total) for w, n in zip(works, counts.tolist(), strict=True) if w >= 0]
    ordered = tuple(sorted(shares, key=lambda share: -share[1]))
    picture = to_rgb(wide[..., :3])
    return Montage(picture, np.asarray(places), np.ascontiguousarray(lively), ordered)


def placed(planes: Floats) -> Floats:
    """A work's underpainting with two more planes: row and column in the work, 0..1."""
    rows, columns = ((np.arange(n, dtype=np.float32) + 0.5) / n for n in planes.shape[:2])
    return np.dstack([planes, *np.meshgrid(rows, columns, indexing="ij")])


def cut(planes: Floats, size: tuple[int, int], rng: Generator, near: float = 1.0) -> Floats:
    """A part of an underpainting that has the proportions of a size (h, w), anywhere in it.

    It is the largest there is, or one `near` times smaller.
    """
    rows, columns = planes.shape[:2]
    scale = min(rows / size[0], columns / size[1]) / near
    high, wide = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    top, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, columns - wide + 1))
    return planes[top : top + high, left : left + wide]


def _as_at(gallery: Gallery, planes: Floats, size: tuple[int, int]) -> Floats:
    """Liveliness as it is at a size, from that at `LOOKED_AT`; powers are still logarithms.

    Blocks are not the same share of every picture, and small pictures have no fine strokes: the
    works' own mean and spread at both sizes say what becomes of it.
    """
    lively = planes[..., 3:]
    if min(size) == LOOKED_AT:
        return lively.copy()
    there: list[Floats] = []
    here: list[Floats] = []
    for index in gallery.retrieve(to_rgb(planes[..., :3]), LENDING, short=min(size)):
        work = gallery.covering(index, size)
        for side, kept in ((LOOKED_AT, there), (min(size), here)):
            scale = side / min(work.shape[:2])
            lab = to_lab(resize(work, *(max(1, round(n * scale)) for n in work.shape[:2])))
            kept.append(_logs(vigour(lab, block_side(side))).reshape(-1, 4))
    before, after = np.concatenate(there), np.concatenate(here)
    spread = after.std(0) / (before.std(0) + 1e-6)
    return np.asarray((lively - before.mean(0)) * spread + after.mean(0), np.float32)


def _logs(lively: Floats) -> Floats:
    """Liveliness with its powers as logarithms: energies are so already."""
    return np.concatenate([lively[..., :2], np.log(lively[..., 2:])], 2)


@dataclass(frozen=True, slots=True)
class Look:
    """How a window of a work is shown: how near, and with which colours.

    A network that is told this learns from many looks and still makes works as they are: see
    Karras and others, "Elucidating the Design Space of Diffusion-Based Generative Models" (2022).
    """

    zoom: float = 0.0  # logarithm of the enlargement
    turn: float = 0.0  # of the palette, in radians
    chroma: float = 0.0  # relative change of its strength

    @classmethod
    def draw(cls, rng: Generator) -> Look:
        """As they are half of the time."""
        zoom = math.log(rng.uniform(1.0, 1.4))
        if rng.random() < 0.5:
            return cls(zoom)
        return cls(zoom, float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-0.3, 0.3)))

    def told(self, aspect: float) -> list[float]:
        """What a network is told of a window of an aspect, width / height: `TOLD` numbers."""
        return [2 * math.log(aspect), 4 * self.zoom, 2 * self.turn, 4 * self.chroma]

    def recoloured(self, planes: Floats) -> Floats:
        """The planes with the palette turned."""
        if not self.turn and not self.chroma:
            return planes
        found = planes.astype(np.float32)
        found[..., 1:3] = turned(planes[..., 1:3], self.turn, self.chroma)
        return found


TOLD = 4
"""Numbers that a network is told beside the time."""


def window(planes: Floats, size: tuple[int, int], look: Look, rng: Generator) -> Floats:
    """A random window of an underpainting, at a size (h, w), perhaps mirrored."""
    part = cut(planes, size, rng, math.exp(look.zoom))
    part = part[:, ::-1] if rng.random() < 0.5 else part
    return look.recoloured(shrunk(part, size))
