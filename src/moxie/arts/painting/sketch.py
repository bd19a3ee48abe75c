"""Lines that a person drew, coloured after a work whose contours run as they do.

Regions are what lines close off, small gaps included. Each takes the colours that the work shows
there, evened within the region so that a region is one thing; lines become dark strokes.
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

CHOICE = 6
"""How many of the works that suit best are drawn from."""

EVENED = 0.7
"""How much of what the work shows within a region is replaced by the region's mean colour."""

DARK = 5
"""Lines take the mean colour of so many per cent of the work, the darkest."""


def is_drawn(picture: Picture) -> bool:
    """Whether this is lines on plain paper, dark on light or the other way round."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    chroma = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    return bool(chroma.mean() < PALE and 1 - ink(picture).mean() > PAPER and ink(picture).any())


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
    even = EVENED * _evened(soft, _regions(lines, short)) + (1 - EVENED) * soft
    darkest = lab[lab[..., 0] <= np.percentile(lab[..., 0], DARK)].mean(0)
    drawn = _thick(lines, short)[..., None]
    whole = np.clip(np.rint(even + drawn * (darkest - even)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(whole, cv2.COLOR_LAB2RGB), np.uint8)


def _suited(gallery: Gallery, lines: NDArray[np.bool_]) -> list[tuple[int, bool]]:
    """Works and whether mirrored, those whose contours lie most where the lines are first."""
    wanted = _cells(lines.astype(np.float32))
    found: list[tuple[float, int, bool]] = []
    for index in range(len(gallery)):
        grey = cv2.cvtColor(gallery.thumbnail(index), cv2.COLOR_RGB2GRAY).astype(np.float32)
        strength = np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1))
        cells = _cells(np.sqrt(strength))
        found += [(float((wanted * cells).sum()), index, False)]
        found += [(float((wanted * cells[:, ::-1]).sum()), index, True)]
    return [(index, mirrored) for _, index, mirrored in sorted(found, key=lambda f: -f[0])]


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
