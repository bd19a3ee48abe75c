"""Details that two pictures share, in the same arrangement.

SIFT keypoints (Lowe 2004) compared as RootSIFT (Arandjelović & Zisserman 2012), a plain affine
map found by RANSAC. What counts is not how many points agree but over how much of the picture:
in how many cells of a 12 x 12 grid. Works by one hand share seals, signatures, cartouches and
frames; two prints by Hokusai agree in twelve points, all of them in three cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, resize

SIDE = 320
"""Keypoints are looked for with the longer side at this many pixels, larger or smaller."""

MOST = 400
"""The most keypoints kept of a picture, the most pronounced first."""

VOTING = 150
"""The keypoints of a work that can be voted for."""

ASKED = 150
"""The keypoints of a picture that vote, each for the work whose keypoint is nearest to it."""

CELLS = 12
"""Cells along the longer side of a picture."""

CHANCE, HALF = 3.0, 6.0
"""Agreement in 3 cells says nothing; every 6 more halve the doubt, so that 9 cells are 0.5."""

RATIO = 0.85
"""A match must be this much nearer than the second nearest (Lowe's ratio)."""

SCALE = np.float32(255)


@dataclass(frozen=True, slots=True)
class Details:
    """Keypoints of a picture: places float32 [n, 2] (x, y), RootSIFT uint8 [n, 128] (times 255)."""

    places: NDArray[np.float32]
    signs: NDArray[np.uint8]
    shape: tuple[int, int]  # height and width of the picture they were found in

    def mirrored(self) -> Details:
        """The details of the mirrored picture, without looking for them again.

        Mirroring turns a descriptor's 4 x 4 places over along the keypoint's own direction, and
        its 8 directions round the other way.
        """
        bins = self.signs.reshape(-1, 4, 4, 8)[:, ::-1, :, _TURNED]
        places = self.places.copy()
        places[:, 0] = self.shape[1] - 1 - places[:, 0]
        return Details(places, np.ascontiguousarray(bins).reshape(-1, 128), self.shape)

    def floats(self) -> NDArray[np.float32]:
        """The descriptors as unit vectors float32 [n, 128]."""
        return self.signs.astype(np.float32) / SCALE


_TURNED = np.array([0, 7, 6, 5, 4, 3, 2, 1])


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many points agree in one arrangement, over how many cells."""

    points: int = 0
    cells: int = 0

    @property
    def similarity(self) -> float:
        """On the copy scale."""
        return 1.0 - float(2.0 ** (-max(0.0, self.cells - CHANCE) / HALF))


def details(picture: Picture) -> Details:
    """The most pronounced keypoints of a picture."""
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    small = resize(picture, max(8, round(height * scale)), max(8, round(width * scale)))
    finder = cv2.SIFT.create(nfeatures=MOST, contrastThreshold=0.03)
    points, found = finder.detectAndCompute(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), None)
    shape = (small.shape[0], small.shape[1])
    if not len(points):  # then there are no descriptors at all
        return Details(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8), shape)
    order = np.argsort([-point.response for point in points], kind="stable")[:MOST]
    places = np.array([points[i].pt for i in order], np.float32)
    rooted = np.sqrt(found[order] / np.maximum(found[order].sum(axis=1, keepdims=True), 1e-6))
    return Details(places, np.rint(rooted * SCALE).astype(np.uint8), shape)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Points [n, 2] that lie in the same arrangement in two pictures, in the pixels of each."""

    here: NDArray[np.float32]
    there: NDArray[np.float32]
    agreement: Agreement


def agree(one: Details, other: Details) -> Agreement:
    """The largest arrangement that two pictures' details share."""
    return align(one, other).agreement


def align(one: Details, other: Details) -> Alignment:
    """The points of the largest arrangement that two pictures' details share; perhaps none."""
    nothing = Alignment(one.places[:0], other.places[:0], Agreement())
    pairs = _pairs(one.floats(), other.floats())
    if len(pairs) < 4:
        return nothing
    here, there = one.places[pairs[:, 0]], other.places[pairs[:, 1]]
    found, inside = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=4.0, maxIters=500, confidence=0.99
    )
    if found is None or not _plausible(np.asarray(found[:, :2], np.float64)):
        return nothing
    kept = inside.ravel() > 0
    # the larger of both: a copied part fills a whole work, or the work a part of the copy
    cells = max(_cells(here[kept], one.shape), _cells(there[kept], other.shape))
    return Alignment(here[kept], there[kept], Agreement(int(kept.sum()), cells))


def _pairs(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.intp]:
    """Indices [m, 2] of descriptors that are each other's nearest, and clearly."""
    if min(len(one), len(other)) < 2:
        return np.zeros((0, 2), np.intp)
    cosines = one @ other.T
    rows = np.arange(len(one))
    nearest = cosines.argmax(axis=1)
    mutual = cosines.argmax(axis=0)[nearest] == rows
    best = cosines[rows, nearest]
    cosines[rows, nearest] = -1.0
    second = cosines.max(axis=1)
    clear = np.maximum(1 - best, 0) < RATIO**2 * np.maximum(1 - second, 0)
    chosen = np.flatnonzero(mutual & clear)
    return np.stack([chosen, nearest[chosen]], axis=1)


def _plausible(linear: NDArray[np.float64]) -> bool:
    """Whether someone would copy so: not mirrored again, not shrunk to a dot or squashed flat."""
    large, small = np.linalg.svd(linear, compute_uv=False)
    return bool(np.linalg.det(linear) > 0 and small > 0.15 and large < 7 and large < 2.5 * small)


def _cells(places: NDArray[np.float32], shape: tuple[int, int]) -> int:
    """Cells with a point in them, with the grid where it meets the fewest.

    So that a seal counts for its size, not for the lines it happens to lie across.
    """
    scaled = places * (CELLS / max(shape))
    offsets = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5))
    return min(len(np.unique(np.floor(scaled + offset), axis=0)) for offset in offsets)


class Votes:
    """Which works share details with a picture, at a glance: their keypoints in one table."""

    def __init__(self, works: Sequence[Details]) -> None:
        self._works = len(works)
        counts = [min(VOTING, len(work.places)) for work in works]
        self._owners = np.repeat(np.arange(len(works)), counts)
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        signs = np.zeros((sum(counts), 128), np.float32)
        if counts:
            signs[:] = np.concatenate([work.signs[:VOTING] for work in works])
        self._mean = signs.mean(axis=0) if len(signs) else np.zeros(128, np.float32)
        # a random projection keeps the order of nearness well enough for a shortlist
        rng = np.random.default_rng(128)
        self._basis = np.linalg.qr(rng.normal(size=(128, 32)))[0].astype(np.float32)
        self._table = self._project(signs)

    def _project(self, signs: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = (signs - self._mean) @ self._basis
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        return np.asarray(flat / np.maximum(length, 1e-6), np.float32)

    def count(
        self, pictures: Sequence[Details], allowed: NDArray[np.bool_]
    ) -> list[NDArray[np.int64]]:
        """Votes for each allowed work, int64 [works], by each of the pictures."""
        asked = [picture.signs[:ASKED].astype(np.float32) for picture in pictures]
        if not len(self._owners) or not sum(map(len, asked)):
            return [np.zeros(self._works, np.int64) for _ in pictures]
        cosines = self._project(np.concatenate(asked)) @ self._table.T  # one product for all
        for work in np.flatnonzero(~allowed):
            cosines[:, self._starts[work] : self._starts[work + 1]] = -np.inf
        elected = self._owners[cosines.argmax(axis=1)]
        ends = np.cumsum([len(some) for some in asked])[:-1]
        counts = [np.bincount(some, minlength=self._works) for some in np.split(elected, ends)]
        return [np.where(allowed, count, 0).astype(np.int64) for count in counts]
