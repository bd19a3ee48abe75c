"""Which way of filling suits a place, measured there: by holes of the same shape nearby.

The mask is turned over and moved aside, so that it lies on what is known. These trial holes are
filled in every way too, and how far each way is off there, and how the errors of several cancel,
decides their shares in the real holes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from moxie.arts.painting.restoration.solvers import Floats, Mask

APART = 3
"""Trial holes keep so many pixels away from the real ones."""

THICK = 4
"""A hole is thick where a disk of this radius fits into it; thinner ones are cracks."""

ENOUGH, CELL = 6000, 96
"""About so many trial pixels are enough for a tile; taken in squares of so many pixels a side."""

TRUST = 1500.0
"""So many trial pixels in one place weigh as much as those of the whole picture."""

DEPTHS = (1.5, 2.5, 4.5, 8.5, 16.5)
"""Bounds of the classes of distance from the hole's edge, in pixels."""

NEAR = 16 / 255
"""What came back within this much, on average over its channels, came back right."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Trial holes in one crop: `where` [h, w] and its truth and fillings, [pixels, 3] each."""

    where: Mask
    truth: Floats
    found: Mapping[str, Floats]
    thick: Mask  # [pixels]
    depth: Floats  # [pixels]

    def errors(self, thick: bool) -> Errors:
        """How far each way is off, and how their errors go together, in one kind of hole."""
        there = self.thick == thick
        off = [(found[there] - self.truth[there]).ravel() for found in self.found.values()]
        rows = np.stack(off, 1).astype(np.float64)
        return Errors(rows.T @ rows / max(1, len(rows)), int(there.sum()))


@dataclass(frozen=True, slots=True)
class Errors:
    """Mean products of the errors of every two ways [ways, ways], over so many pixels."""

    products: NDArray[np.float64]
    pixels: int

    def __add__(self, other: Errors) -> Errors:
        both = max(1, self.pixels + other.pixels)
        sums = self.products * self.pixels + other.products * other.pixels
        return Errors(sums / both, self.pixels + other.pixels)

    def shares(self, all_over: Errors) -> NDArray[np.float64]:
        """The ways' shares with the least error here, as far as enough was tried; they sum to 1."""
        weighed = self.products * self.pixels + all_over.products * TRUST
        products = weighed / (self.pixels + TRUST)
        scale = float(np.trace(products)) / len(products) + 1e-9
        root = np.linalg.cholesky(products / scale + 1e-4 * np.eye(len(products))).T
        heavy = 1e3  # the last row holds the sum at 1
        rows = np.vstack([root, heavy * np.ones(len(products))])
        found, _ = nnls(rows, np.append(np.zeros(len(products)), heavy))
        return np.asarray(found / found.sum())

    def rms(self, shares: NDArray[np.float64]) -> float:
        """The error of the ways mixed by these shares, in colours of 0..1."""
        square: float = (shares @ self.products @ shares).item()
        return math.sqrt(max(0.0, square))


@dataclass(slots=True)
class Sureness:
    """How often trial pixels came back within `NEAR`, by their distance from the edge."""

    right: Floats = field(default_factory=lambda: np.zeros(len(DEPTHS) + 1, np.float32))
    tried: Floats = field(default_factory=lambda: np.zeros(len(DEPTHS) + 1, np.float32))

    def add(self, trial: Trial, made: Floats) -> None:
        """Count a trial and its filling [pixels, 3]."""
        classes = np.digitize(trial.depth, DEPTHS)
        near = np.abs(made - trial.truth).mean(1) <= NEAR
        self.tried += np.bincount(classes, minlength=len(self.tried))
        self.right += np.bincount(classes[near], minlength=len(self.tried))

    def at(self, depth: Floats) -> Floats:
        """The share to expect at these distances, 0..1; classes never tried as the one before."""
        found = np.zeros_like(self.right)
        before = np.float32(0.5)
        for number, (right, tried) in enumerate(zip(self.right, self.tried, strict=True)):
            before = (
                min(before, (right + 4 * before) / (tried + 4))
                if number
                else ((right + 2) / (tried + 4))
            )
            found[number] = before
        return np.asarray(found[np.digitize(depth, DEPTHS)], np.float32)


def thick_parts(hole: Mask) -> Mask:
    """Where a hole is thick: the disks of radius `THICK` that fit into it, a pixel wider."""
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * THICK + 1,) * 2)
    core = cv2.erode(hole.astype(np.uint8), disk, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    wide = cv2.dilate(cv2.dilate(core, disk), np.ones((3, 3), np.uint8))
    return np.asarray((wide > 0) & hole, np.bool_)


def depth_of(hole: Mask) -> Floats:
    """Distance of each pixel in the hole from what is known, in pixels."""
    if hole.all():
        return np.full(hole.shape, float(max(hole.shape)), np.float32)
    return np.asarray(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def trial_hole(hole: Mask, unknown: Mask) -> Mask:
    """The hole turned over so that most of it lies on what is known, clear of all `unknown`."""
    near = cv2.dilate(unknown.astype(np.uint8), np.ones((2 * APART + 1,) * 2, np.uint8)) > 0
    height, width = hole.shape
    moves = [(0, 0), (0, width // 2), (height // 2, 0), (height // 2, width // 2)]
    moves += [(height // 3, width // 3), (2 * height // 3, width // 3)]
    turned = [hole[:, ::-1], hole[::-1], hole[::-1, ::-1]]
    tried = (np.roll(turn, move, (0, 1)) & ~near for turn in turned for move in moves)
    return _some(max(tried, key=lambda trial: int(trial.sum())))


def _some(trial: Mask) -> Mask:
    """At most about `ENOUGH` of a trial hole, in whole cells spread over it."""
    share = ENOUGH / max(1, int(trial.sum()))
    if share >= 1:
        return trial
    rows, columns = (-(-n // CELL) for n in trial.shape)
    chosen = np.random.default_rng(0).permutation(rows * columns) < share * rows * columns
    cells = np.kron(chosen.reshape(rows, columns), np.ones((CELL, CELL), np.bool_))
    return np.asarray(trial & cells[: trial.shape[0], : trial.shape[1]], np.bool_)


def tried(crop: Floats, where: Mask, both: Mask, ways: Mapping[str, Floats]) -> Trial:
    """What the ways found in a trial hole, where both it and the real one were empty."""
    found = {name: way[where] for name, way in ways.items()}
    return Trial(where, crop[where], found, thick_parts(both)[where], depth_of(both)[where])


def mix(fillings: Sequence[Floats], shares: NDArray[np.float64]) -> Floats:
    """The fillings by their shares."""
    mixed = [np.float32(share) * filling for share, filling in zip(shares, fillings, strict=True)]
    return np.asarray(np.sum(mixed, axis=0), np.float32)
