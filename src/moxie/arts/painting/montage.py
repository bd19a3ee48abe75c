"""New compositions: parts of several works joined where they agree, then bent and recoloured.

The seam between two parts is the cheapest path through a band, found by dynamic programming as
in Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer" (2001). A montage is
only a plan at thumbnail scale: the surface is painted anew over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.painting.dial import Dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture, resize

CANDIDATES = 60
"""Works tried beside the first; the best few are drawn from."""

CHOICE = 6
"""How many of the best candidates are drawn from."""

WORKING_SIDE = 96
"""Shorter side of a montage in pixels."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Montage:
    """A composition and how much of it each work gave: (index, share), shares summing to 1."""

    picture: Picture
    shares: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class _Join:
    """One way of joining a second work to the picture so far."""

    index: int
    picture: Picture
    keep: Floats  # [h, w] 0..1: how much of the picture so far stays
    cost: float


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a picture is cut in two."""

    upright: bool  # the cut runs from top to bottom
    place: float  # 0..1 across the picture
    first: bool  # whether what lies before the cut is kept

    def band(self, length: int) -> tuple[int, int]:
        """Rows (or columns) through which the seam may wander."""
        low = int(length * (self.place - 0.2))
        return max(1, low), min(length - 1, int(length * (self.place + 0.2)))


def compose(gallery: Gallery, dial: Dial, size: tuple[int, int], rng: Generator) -> Montage:
    """Join `dial.parts` works into one composition of the proportions of `size` (h, w)."""
    height, width = working_size(size)
    base = int(rng.choice(len(gallery), p=gallery.weights / gallery.weights.sum()))
    picture = _cut_to_shape(gallery.thumbnail(base), height, width, dial.zoom, rng)
    owner = np.full((height, width), base)
    for part in range(1, dial.parts):
        cut = _draw_cut(dial.share if part == 1 else dial.share / 2, rng)
        used = [int(i) for i in np.unique(owner)]
        join = _best_join(gallery, picture, base, used, cut, dial, rng)
        keep = cv2.GaussianBlur(join.keep, (0, 0), 1.0)[..., None]
        mixed = picture * keep + join.picture * (1 - keep)
        picture = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
        owner = np.where(join.keep < 0.5, join.index, owner)
    shares = [(int(i), float((owner == i).mean())) for i in np.unique(owner)]
    return Montage(bend(picture, dial.warp, rng), tuple(sorted(shares, key=lambda s: -s[1])))


def working_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size of a montage for a picture of `size`, both (height, width)."""
    scale = WORKING_SIDE / min(size)
    return round(size[0] * scale), round(size[1] * scale)


def bend(picture: Picture, amount: float, rng: Generator) -> Picture:
    """Displace the picture by a smooth random field of `amount` times its shorter side."""
    height, width = picture.shape[:2]
    coarse = rng.normal(0, amount * min(height, width), (2, 4, 4)).astype(np.float32)
    dx, dy = (cv2.resize(c, (width, height), interpolation=cv2.INTER_CUBIC) for c in coarse)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    bent = cv2.remap(
        picture, columns + dx, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return np.ascontiguousarray(bent, np.uint8)


def _cut_to_shape(work: Picture, height: int, width: int, zoom: float, rng: Generator) -> Picture:
    """A random window of a work at the wanted proportions, mirrored half the time."""
    rows, columns = work.shape[:2]
    scale = min(rows / height, columns / width) / rng.uniform(1.0, zoom)
    h, w = max(8, int(height * scale)), max(8, int(width * scale))
    top, left = int(rng.integers(0, rows - h + 1)), int(rng.integers(0, columns - w + 1))
    window = work[top : top + h, left : left + w]
    window = window[:, ::-1] if rng.random() < 0.5 else window
    return resize(np.ascontiguousarray(window), height, width)


def _draw_cut(share: float, rng: Generator) -> _Cut:
    """A cut that gives about `share` of the picture away; mostly level, as horizons are."""
    first = bool(rng.random() < 0.5)
    share = float(np.clip(share * rng.uniform(0.8, 1.2), 0.15, 0.6))
    return _Cut(bool(rng.random() < 0.3), 1 - share if first else share, first)


def _best_join(
    gallery: Gallery,
    picture: Picture,
    base: int,
    used: Sequence[int],
    cut: _Cut,
    dial: Dial,
    rng: Generator,
) -> _Join:
    """Draw from the few candidates that agree best with the picture along the seam."""
    likeness = gallery.alike(base)
    gap = gallery.palette_gap(base)
    suit = likeness - gap / (gap.mean() + 1e-9) * 0.1 + rng.gumbel(0, 0.1, len(gallery))
    fresh = [int(i) for i in np.argsort(-suit) if i not in used] or list(used)
    height, width = picture.shape[:2]
    joins = []
    for index in fresh[:CANDIDATES]:
        other = _cut_to_shape(gallery.thumbnail(index), height, width, dial.zoom, rng)
        cost = _seam(picture[::3, ::3], other[::3, ::3], cut)[1]
        joins.append(_Join(index, other, np.empty(0, np.float32), cost - 0.05 * suit[index]))
    joins.sort(key=lambda join: join.cost)
    chosen = joins[int(rng.integers(0, min(CHOICE, len(joins))))]
    return replace(chosen, keep=_seam(picture, chosen.picture, cut)[0])


def _seam(a: Picture, b: Picture, cut: _Cut) -> tuple[Floats, float]:
    """The cheapest seam between two pictures: the part of `a` kept, and its cost a pixel."""
    disagreement = _disagreement(a, b)
    if cut.upright:
        disagreement = disagreement.T
    low, high = cut.band(len(disagreement))
    path, cost = _cheapest_path(disagreement[low:high])
    before = np.arange(len(disagreement))[:, None] < (path + low)[None]
    keep = (before if cut.first else ~before).astype(np.float32)
    return np.ascontiguousarray(keep.T if cut.upright else keep), cost


def _disagreement(a: Picture, b: Picture) -> Floats:
    """How visible a seam through each pixel would be: difference of colour, and cut edges."""
    first = cv2.cvtColor(a, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    second = cv2.cvtColor(b, cv2.COLOR_RGB2LAB).astype(np.float32) / 255
    edges = sum(
        np.abs(cv2.Sobel(x[..., 0], cv2.CV_32F, dx, 1 - dx))
        for x in (first, second)
        for dx in (0, 1)
    )
    return np.asarray(((first - second) ** 2).sum(2) + 0.01 * edges, np.float32)


def _cheapest_path(cost: Floats) -> tuple[NDArray[np.int64], float]:
    """The cheapest path from the first to the last column, moving one row at most: [columns]."""
    total = cost[:, 0].copy()
    steps = []
    for column in cost.T[1:]:
        padded = np.pad(total, 1, constant_values=np.inf)
        choices = np.stack([padded[:-2], padded[1:-1], padded[2:]])
        best = choices.argmin(0)
        steps.append(best - 1)
        total = choices.min(0) + column
    row = int(total.argmin())
    path = [row]
    for step in reversed(steps):
        row += int(step[row])
        path.append(row)
    return np.array(path[::-1]), float(total.min()) / cost.shape[1]
