"""New compositions: parts of several works joined where they agree, then bent and recoloured.

The seam between two parts is the cheapest path through a band, found by dynamic programming as
in Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer" (2001). A montage is
only a plan: the picture is laid anew over it (see `quilt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.painting.blocks import block_side, to_lab, vigour
from moxie.arts.painting.dial import Dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture, resize

CANDIDATES, FEWEST = 0.08, 12
"""Share of the works tried beside the first, and how many at least."""

CHOICE = 6
"""How many of the best candidates are drawn from."""

CHANCE = 0.3
"""How much luck has a say in which works suit each other, in deviations of their likeness."""

WORKING_SIDE = 96
"""Shorter side of a montage in pixels."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Montage:
    """A composition, where each of its pixels came from, and how much of it each work gave.

    `places` is float32 [h, w, 3]: a work's number, and row and column in it, 0..1; number -1 where
    no work gave it. `vigour` [h, w, 4] is how lively the works are there at the strokes' own scale:
    enlarging a part enlarges what it shows, and must neither enlarge nor soften the strokes.
    `shares` are (number, share), summing to 1 (none where no work gave any).
    """

    picture: Picture
    places: Floats
    vigour: Floats
    shares: tuple[tuple[int, float], ...]

    @classmethod
    def given(cls, picture: Picture) -> Montage:
        """A composition that a person gave."""
        lively = vigour(to_lab(picture), block_side(min(picture.shape[:2])))
        return cls(picture, np.full(picture.shape, -1, np.float32), lively, ())


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a work, in shares of its height and width, perhaps mirrored."""

    top: float
    left: float
    height: float
    width: float
    mirrored: bool

    @classmethod
    def draw(cls, work: Picture, height: int, width: int, zoom: float, rng: Generator) -> _Window:
        """A random window of a work at the proportions of (height, width)."""
        rows, columns = work.shape[:2]
        scale = min(rows / height, columns / width) / rng.uniform(1.0, zoom)
        h, w = height * scale / rows, width * scale / columns
        top, left = rng.uniform(0, max(0.0, 1 - h)), rng.uniform(0, max(0.0, 1 - w))
        return cls(top, left, h, w, bool(rng.random() < 0.5))

    def cut(self, work: Picture, height: int, width: int) -> Picture:
        """What the window shows, at a size."""
        return resize(np.ascontiguousarray(self.of(work)), height, width)

    def of(self, planes: NDArray[Any]) -> NDArray[Any]:
        """The part of a work, or of something as large, [h, w, planes]."""
        rows, columns = planes.shape[:2]
        top, left = round(self.top * rows), round(self.left * columns)
        bottom, right = top + round(self.height * rows), left + round(self.width * columns)
        window = planes[top : max(bottom, top + 1), left : max(right, left + 1)]
        return window[:, ::-1] if self.mirrored else window

    def places(self, index: int, height: int, width: int) -> Floats:
        """Which part of the work each pixel shows: see `Montage.places`."""
        rows = self.top + self.height * (np.arange(height, dtype=np.float32) + 0.5) / height
        columns = self.left + self.width * (np.arange(width, dtype=np.float32) + 0.5) / width
        columns = columns[::-1] if self.mirrored else columns
        grid = np.meshgrid(rows, columns, indexing="ij")
        return np.stack([np.full((height, width), index), *grid], 2).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A window of a work, and how much of what lies below it stays: [h, w] 0..1."""

    index: int
    window: _Window
    keep: Floats


@dataclass(frozen=True, slots=True)
class _Join:
    """One way of joining a second work to the picture so far."""

    layer: _Layer
    picture: Picture
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


def compose(
    gallery: Gallery, base: int, dial: Dial, size: tuple[int, int], rng: Generator
) -> Montage:
    """Join work `base` and `dial.parts` - 1 others into one composition of `size` (h, w)."""
    small = working_size(size)
    window = _Window.draw(gallery.thumbnail(base), *small, dial.zoom, rng)
    layers = [_Layer(base, window, np.zeros(small, np.float32))]
    picture = window.cut(gallery.thumbnail(base), *small)
    for part in range(1, dial.parts):
        cut = _draw_cut(dial.share if part == 1 else dial.share / 2, rng)
        join = _best_join(gallery, picture, [layer.index for layer in layers], cut, dial, rng)
        layers.append(join.layer)
        picture = _blend(picture, join.picture, join.layer.keep)
    return _bent(_render(gallery, layers, size), dial.warp, rng)


def _render(gallery: Gallery, layers: Sequence[_Layer], size: tuple[int, int]) -> Montage:
    """The layers at a size, not bent yet."""
    picture, places = np.zeros((*size, 3), np.uint8), np.zeros((*size, 3), np.float32)
    lively = np.zeros((*size, 4), np.float32)
    for layer in layers:
        linear = cv2.resize(layer.keep, size[::-1], interpolation=cv2.INTER_LINEAR)
        keep = np.asarray(linear, np.float32)
        wide = round(size[0] / layer.window.height), round(size[1] / layer.window.width)
        shown = layer.window.cut(gallery.covering(layer.index, wide), *size)
        picture = _blend(picture, shown, keep)
        shows = layer.window.places(layer.index, *size)
        places = np.where(keep[..., None] < 0.5, shows, places)
        own = vigour(to_lab(gallery.covering(layer.index, size)), block_side(min(size)))
        part = cv2.resize(np.ascontiguousarray(layer.window.of(own)), size[::-1])
        lively = np.where(keep[..., None] < 0.5, np.asarray(part, np.float32), lively)
    return Montage(picture, places, lively, ())


def _blend(below: Picture, above: Picture, keep: Floats) -> Picture:
    soft = cv2.GaussianBlur(keep, (0, 0), min(keep.shape) / WORKING_SIDE)[..., None]
    mixed = below * soft + above * (1 - soft)
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def _bent(flat: Montage, amount: float, rng: Generator) -> Montage:
    """Displace everything by a smooth random field of `amount` times the shorter side."""
    height, width = flat.picture.shape[:2]
    coarse = rng.normal(0, amount * min(height, width), (2, 4, 4)).astype(np.float32)
    dx, dy = (cv2.resize(c, (width, height), interpolation=cv2.INTER_CUBIC) for c in coarse)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    where, edge = (columns + dx, rows + dy), cv2.BORDER_REFLECT
    bent, lively = (
        cv2.remap(planes, *where, cv2.INTER_LINEAR, borderMode=edge)
        for planes in (flat.picture, flat.vigour)
    )
    found = cv2.remap(flat.places, *where, cv2.INTER_NEAREST, borderMode=edge)
    came = np.asarray(found, np.float32)
    works, counts = np.unique(came[..., 0], return_counts=True)
    shares = [(int(w), float(n / counts.sum())) for w, n in zip(works, counts, strict=True)]
    ordered = tuple(sorted(shares, key=lambda share: -share[1]))
    picture = np.ascontiguousarray(bent, np.uint8)
    return Montage(picture, came, np.asarray(lively, np.float32), ordered)


def working_size(size: tuple[int, int]) -> tuple[int, int]:
    """The size of a montage for a picture of `size`, both (height, width)."""
    scale = WORKING_SIDE / min(size)
    return round(size[0] * scale), round(size[1] * scale)


def _draw_cut(share: float, rng: Generator) -> _Cut:
    """A cut that gives about `share` of the picture away; mostly level, as horizons are."""
    first = bool(rng.random() < 0.5)
    share = float(np.clip(share * rng.uniform(0.8, 1.2), 0.15, 0.6))
    return _Cut(bool(rng.random() < 0.3), 1 - share if first else share, first)


def _best_join(
    gallery: Gallery,
    picture: Picture,
    used: Sequence[int],
    cut: _Cut,
    dial: Dial,
    rng: Generator,
) -> _Join:
    """Draw from the few candidates that agree best with the picture along the seam."""
    height, width = picture.shape[:2]
    joins = []
    for index in _suited(gallery, used, rng):
        window = _Window.draw(gallery.thumbnail(index), height, width, dial.zoom, rng)
        other = window.cut(gallery.thumbnail(index), height, width)
        keep, cost = _seam(picture, other, cut)
        joins.append(_Join(_Layer(index, window, keep), other, cost))
    joins.sort(key=lambda join: join.cost)
    return joins[int(rng.integers(0, min(CHOICE, len(joins))))]


def _suited(gallery: Gallery, used: Sequence[int], rng: Generator) -> list[int]:
    """The works most alike in subject and palette to the first, with some chance in it.

    Gumbel noise of scale `CHANCE` makes a work that counts twice as likely to come first as two.
    """
    likeness, gap = gallery.alike(used[0]), gallery.palette_gap(used[0])
    likeness = (likeness - likeness.mean()) / (likeness.std() + 1e-6)
    suit = likeness - 0.3 * gap / (gap.mean() + 1e-9)
    suit += rng.gumbel(CHANCE * np.log(np.maximum(gallery.weights, 1e-6)), CHANCE)
    most = max(FEWEST, round(CANDIDATES * len(gallery)))
    return [int(i) for i in np.argsort(-suit) if i not in used][:most] or list(used)


def _seam(a: Picture, b: Picture, cut: _Cut) -> tuple[Floats, float]:
    """The cheapest seam between two pictures: the part of `a` kept, and its cost a pixel."""
    disagreement = _disagreement(a, b)
    if cut.upright:
        disagreement = disagreement.T
    low, high = cut.band(len(disagreement))
    path, cost = cheapest_path(disagreement[low:high])
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


def cheapest_path(cost: Floats) -> tuple[NDArray[np.int64], float]:
    """The cheapest path from the first to the last column, moving one row at most: [columns]."""
    rows, columns = cost.shape
    around = np.full(rows + 2, np.inf, cost.dtype)  # the cost so far, with walls
    total = around[1:-1]
    total[:] = cost[:, 0]
    steps = np.zeros((columns - 1, rows), np.int8)
    for column, step in zip(np.ascontiguousarray(cost.T[1:]), steps, strict=True):
        up, down = around[:-2] <= total, around[2:]
        least = np.where(up, around[:-2], total)
        lower = down < least
        step[up] = -1  # of equals the uppermost
        step[lower] = 1
        total[:] = np.where(lower, down, least) + column
    row = int(total.argmin())
    path = [row]
    for step in steps[::-1]:
        row += int(step[row])
        path.append(row)
    return np.array(path[::-1]), float(total.min()) / cost.shape[1]
