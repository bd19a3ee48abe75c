"""Lines that a person drew, coloured after a work whose contours run as they do.

Regions are what lines close off, small gaps included. Each takes one of the work's colours: one
that the work has about there, and that stands off from its neighbours'. Within a region it varies a
little as the work does; lines become dark strokes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.painting.blocks import Floats
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture, cover, short_side

PALE, PAPER = 12.0, 0.6
"""Mean chroma (of 128) of what is drawn in one ink at most; share of bare paper at least."""

INK = 0.35
"""Difference in lightness from the paper, of the whole, from which a pixel is ink."""

GAP = 1 / 48
"""Gaps in a line up to this share of the shorter side are closed."""

THICK = 1 / 96
"""Lines are at least so thick, in shares of the shorter side; thinner ones would not be laid."""

GRID = 24
"""Contours are compared on a grid of so many cells a side."""

COLORFUL = 0.1
"""What a deviation of a work's chroma counts beside the correlation of contours."""

CHOICE = 6
"""How many of the works that suit best are drawn from."""

COLORS = 8
"""The palette of a work."""

EVENED = 0.7
"""How much of what the work shows within a region is replaced by the region's one colour."""

APART, FAR = 0.6, 40.0
"""What standing off from its neighbours counts beside being there in the work, and at which
distance in Lab (of 255) it counts in full."""

DARK = 5
"""Lines take the mean colour of so many per cent of the work, the darkest."""


def is_drawn(picture: Picture) -> bool:
    """Whether this is lines on plain paper, dark on light or the other way round."""
    return bool(_chroma(picture) < PALE and 1 - ink(picture).mean() > PAPER and ink(picture).any())


def ink(picture: Picture) -> NDArray[np.bool_]:
    """True where there is ink, [h, w]: what differs from the paper, the commonest lightness."""
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    paper = float(np.argmax(np.bincount(light.ravel(), minlength=256)))
    return np.asarray(np.abs(light.astype(np.float32) - paper) > INK * 255, np.bool_)


def colored(gallery: Gallery, drawing: Picture, rng: Generator) -> Picture:
    """The drawing in the colours of a work, of the drawing's size."""
    lines = ink(drawing)
    suited = _suited(gallery, lines)[:CHOICE]
    work = _shown(gallery, suited[int(rng.integers(len(suited)))], drawing.shape[:2])
    lab = cv2.cvtColor(work, cv2.COLOR_RGB2LAB).astype(np.float32)
    short = min(drawing.shape[:2])
    soft = np.asarray(cv2.GaussianBlur(lab, (0, 0), short / 16), np.float32)
    regions = _regions(lines, short)
    flat = _filled(lab, regions)
    varied = soft - _evened(soft, regions)
    even = flat + (1 - EVENED) * varied
    darkest = lab[lab[..., 0] <= np.percentile(lab[..., 0], DARK)].mean(0)
    drawn = _thick(lines, short)[..., None]
    whole = np.clip(np.rint(even + drawn * (darkest - even)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(whole, cv2.COLOR_LAB2RGB), np.uint8)


def _suited(gallery: Gallery, lines: NDArray[np.bool_]) -> list[tuple[int, bool]]:
    """Works and whether mirrored, those first whose contours lie where the lines are.

    Colorful ones are preferred a little: a drawing is to be colored.
    """
    wanted = _cells(lines.astype(np.float32))
    rich = COLORFUL * _standing(
        np.array([_chroma(gallery.thumbnail(i)) for i in range(len(gallery))])
    )
    found: list[tuple[float, int, bool]] = []
    for index in range(len(gallery)):
        grey = cv2.cvtColor(gallery.thumbnail(index), cv2.COLOR_RGB2GRAY).astype(np.float32)
        strength = np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1))
        cells = _cells(np.sqrt(strength))
        likes = [float((wanted * seen).mean()) for seen in (cells, cells[:, ::-1])]
        found += [(like + rich[index], index, bool(i)) for i, like in enumerate(likes)]
    return [(index, mirrored) for _, index, mirrored in sorted(found, key=lambda f: -f[0])]


def _chroma(picture: Picture) -> float:
    """How colorful a picture is on the whole."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32) - 128
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def _standing(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - values.mean()) / (values.std() + 1e-6))


def _cells(strength: Floats) -> Floats:
    """Where contours are, on a grid, standardised: float32 [GRID, GRID]."""
    small = cv2.resize(strength, (GRID, GRID), interpolation=cv2.INTER_AREA)
    cells = np.asarray(cv2.GaussianBlur(small, (0, 0), 1), np.float32)
    return np.asarray((cells - cells.mean()) / (cells.std() + 1e-6), np.float32)


def _shown(gallery: Gallery, which: tuple[int, bool], size: tuple[int, ...]) -> Picture:
    index, mirrored = which
    work = short_side(gallery.thumbnail(index), min(size))
    work = cover(work, size[0], size[1])
    return np.ascontiguousarray(work[:, ::-1]) if mirrored else work


def _regions(lines: NDArray[np.bool_], short: int) -> NDArray[np.int32]:
    """The number of the region that each pixel is in, [h, w]; pixels of lines join the nearest."""
    reach = max(1, round(short * GAP)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    _, regions = cv2.connectedComponents(1 - closed, connectivity=4)
    _, nearest = cv2.distanceTransformWithLabels(
        closed, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[closed == 0]] = regions[closed == 0]
    return np.asarray(owner[nearest], np.int32)


def _filled(lab: Floats, regions: NDArray[np.int32]) -> Floats:
    """Each region in one colour of the palette of a picture [h, w, 3]."""
    palette, owner = _palette(lab)
    n = int(regions.max()) + 1
    there = np.zeros((n, COLORS))
    np.add.at(there, (regions.ravel(), owner.ravel()), 1)
    sizes = there.sum(1)
    there /= np.maximum(there.max(1, keepdims=True), 1)
    beside = _beside(regions, n)
    gaps = np.linalg.norm(palette[:, None] - palette[None], axis=2)
    chosen: dict[int, int] = {}
    for region in np.argsort(-sizes, kind="stable"):
        around = [
            chosen[other] for other in np.flatnonzero(beside[region]).tolist() if other in chosen
        ]
        apart = gaps[:, around].min(1) if around else np.full(COLORS, FAR)
        score = there[region] + APART * np.minimum(apart / FAR, 1)
        chosen[int(region)] = int(score.argmax())
    colors = palette[[chosen[region] for region in range(n)]]
    return np.asarray(colors[regions], np.float32)


def _palette(lab: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """The `COLORS` colours of a picture, float32 [COLORS, 3], and which each pixel is [h, w]."""
    cv2.setRNGSeed(0)  # k-means starts from OpenCV's own generator
    criteria = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 20, 0.5)
    pixels = lab.reshape(-1, 3)
    _, owner, palette = cv2.kmeans(
        pixels, COLORS, np.empty((0,), np.int32), criteria, 1, cv2.KMEANS_PP_CENTERS
    )
    return np.asarray(palette, np.float32), np.asarray(owner, np.int32).reshape(lab.shape[:2])


def _beside(regions: NDArray[np.int32], n: int) -> NDArray[np.bool_]:
    """Which regions touch, [n, n]."""
    found = np.zeros((n, n), np.bool_)
    for one, other in ((regions[1:], regions[:-1]), (regions[:, 1:], regions[:, :-1])):
        found[one.ravel(), other.ravel()] = True
    found |= found.T
    np.fill_diagonal(found, val=False)
    return found


def _evened(lab: Floats, regions: NDArray[np.int32]) -> Floats:
    """Each region in its mean colour."""
    counts = np.maximum(np.bincount(regions.ravel()), 1)
    means = [
        np.bincount(regions.ravel(), plane.ravel()) / counts for plane in np.moveaxis(lab, 2, 0)
    ]
    return np.asarray(np.stack(means, 1)[regions], np.float32)


def _thick(lines: NDArray[np.bool_], short: int) -> Floats:
    """The lines as dark strokes, 0..1, float32 [h, w]."""
    width = max(1, round(short * THICK)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    thick = cv2.dilate(lines.astype(np.uint8), kernel).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(thick, (0, 0), width / 3), np.float32)
