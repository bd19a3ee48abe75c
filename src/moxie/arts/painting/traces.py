"""What is kept of a picture so that copies of it, or of a part of it, can be found much later.

Keypoints as in `details.py`, but more of them and from every octave: who cuts a corner out, or
pastes the whole into a larger picture, leaves the keypoints of other sizes. Each also has a cell
and a signature of 64 bits, so that tens of thousands of works are searched without comparing
vectors (Hamming embedding: Jégou, Douze and Schmid, ECCV 2008).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting import composition
from moxie.arts.painting.details import SCALE, Details
from moxie.arts.painting.picture import Picture, resize
from moxie.errors import BadInput

Bits: TypeAlias = NDArray[np.uint64]

KEPT_SIDE, KEPT = 448, 600
"""Of a work: the longer side at which keypoints are looked for, in pixels, and the most kept."""

CELL_BITS = 16
"""Bits of a cell's name; an index takes as many as its size asks for."""

MAGIC = b"MXP1"
_HEAD = struct.Struct("<4sHHHHf")  # magic, keypoints, height, width, length and step of the layout
_STEPS, _OCTAVES = 64.0, 16.0  # places are kept to 1/64 px, sizes to 1/16 octave


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Keypoints [n], the most pronounced first in each band of sizes.

    `turns` are whole turns times 256, `sizes` octaves times 16, both uint8.
    """

    details: Details
    turns: NDArray[np.uint8]
    sizes: NDArray[np.uint8]

    def mirrored(self) -> Keypoints:
        """Those of the mirrored picture: a direction t becomes half a turn less t."""
        return Keypoints(self.details.mirrored(), np.uint8(128) - self.turns, self.sizes)


@dataclass(frozen=True, slots=True)
class Trace:
    """A picture's keypoints, with cells uint16 [n] and signatures uint64 [n], and its layout."""

    keypoints: Keypoints
    cells: NDArray[np.uint16]
    signatures: Bits
    layout: NDArray[np.float32]


def trace(picture: Picture) -> Trace:
    """What is kept of a work."""
    found = keypoints(picture, KEPT_SIDE, KEPT)
    values = project(found.details.signs)
    return Trace(found, cells(values), signatures(values), composition.layout(picture))


def keypoints(picture: Picture, side: int, most: int) -> Keypoints:
    """At most `most` keypoints, with the picture's longer side at `side` pixels."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    small = resize(picture, max(8, round(height * scale)), max(8, round(width * scale)))
    finder = cv2.SIFT.create(nfeatures=2 * most, contrastThreshold=0.02)
    points, found = finder.detectAndCompute(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), None)
    shape = (small.shape[0], small.shape[1])
    if not len(points):  # then there are no descriptors at all
        nothing = np.zeros(0, np.uint8)
        empty = Details(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8), shape)
        return Keypoints(empty, nothing, nothing)
    octaves = np.log2(np.array([point.size for point in points]))
    chosen = _spread(octaves, np.array([point.response for point in points]), most)
    places = np.array([points[i].pt for i in chosen], np.float32)
    rooted = np.sqrt(found[chosen] / np.maximum(found[chosen].sum(axis=1, keepdims=True), 1e-6))
    turns = np.array([points[i].angle for i in chosen]) / 360 * 256
    return Keypoints(
        Details(places, np.rint(rooted * SCALE).astype(np.uint8), shape),
        (np.rint(turns).astype(np.int64) % 256).astype(np.uint8),
        np.clip(np.rint(octaves[chosen] * _OCTAVES), 0, 255).astype(np.uint8),
    )


def _spread(
    octaves: NDArray[np.float64], responses: NDArray[np.float64], most: int
) -> NDArray[np.intp]:
    """The most pronounced of each octave of sizes, the octaves by turns."""
    order = np.argsort(-responses, kind="stable")
    bands = np.floor(octaves[order]).astype(np.int64)
    ranks = np.zeros(len(order), np.int64)
    for band in np.unique(bands):
        ranks[bands == band] = np.arange(int((bands == band).sum()))
    return order[np.argsort(ranks, kind="stable")[:most]]


def project(signs: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Descriptors on fixed directions, float32 [n, 80]: 16 for the cell, 64 for the signature.

    Rows of a Hadamard matrix with its columns shuffled: orthogonal, blind to what all
    descriptors share, and whole numbers, so that every machine gets the same bits.
    """
    return np.asarray((signs.astype(np.float32) - _USUAL) @ _DIRECTIONS, np.float32)


def cells(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """The cell of each descriptor, one bit a direction, the first the highest."""
    bits = (values[:, :CELL_BITS] > 0).astype(np.uint16)
    return np.asarray(bits @ (1 << np.arange(CELL_BITS)[::-1]).astype(np.uint16), np.uint16)


def signatures(values: NDArray[np.float32]) -> Bits:
    """64 bits of each descriptor."""
    packed = np.packbits(values[:, CELL_BITS:] > 0, axis=1)
    return np.ascontiguousarray(packed).view(np.uint64).ravel()


def _directions() -> NDArray[np.float32]:
    hadamard = np.ones((1, 1), np.float32)
    while len(hadamard) < 128:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    rng = np.random.default_rng(128)
    rows = 1 + rng.permutation(127)[: CELL_BITS + 64]
    return np.ascontiguousarray(hadamard[rows][:, rng.permutation(128)].T)


_DIRECTIONS = _directions()
_SQUARE = np.outer([15, 19, 19, 15], [15, 19, 19, 15]) / 17  # more in the middle
_ROUND = np.array([27, 18, 13, 15, 19, 15, 13, 18]) / 17.4  # more along its own direction
_USUAL = np.multiply.outer(_SQUARE, _ROUND).reshape(128).astype(np.float32)
"""What descriptors of any picture share, nearly; without it half of the bits would tell nothing."""


def pack(of: Trace) -> bytes:
    """A trace as bytes."""
    points = of.keypoints
    step = max(float(np.abs(of.layout).max()) / 127, 1e-9)
    places = np.clip(np.rint(points.details.places * _STEPS), 0, 65535).astype("<u2")
    height, width = points.details.shape
    head = _HEAD.pack(MAGIC, len(places), height, width, len(of.layout), step)
    arrays = (
        np.rint(of.layout / step).astype(np.int8),
        of.cells.astype("<u2"),
        of.signatures.astype("<u8"),
        points.turns,
        points.sizes,
        places,
        points.details.signs,
    )
    return head + b"".join(array.tobytes() for array in arrays)


def unpack(data: bytes) -> Trace:
    """The inverse of `pack`, to the steps that it keeps; raises BadInput for anything else."""
    if len(data) < _HEAD.size or data[:4] != MAGIC:
        raise BadInput("This is not what is kept of a picture to find copies of it.")
    _, number, height, width, long, step = _HEAD.unpack_from(data)
    if len(data) != _HEAD.size + long + number * (2 + 8 + 1 + 1 + 4 + 128):
        raise BadInput("What is kept of a picture to find copies of it is cut off.")
    at = _HEAD.size

    def take(count: int, kind: str) -> NDArray[np.generic]:
        nonlocal at
        found = np.frombuffer(data, kind, count, at)
        at += found.nbytes
        return found

    layout = np.asarray(take(long, "i1"), np.float32) * np.float32(step)
    cell, signature = take(number, "<u2"), take(number, "<u8")
    turns, sizes = take(number, "u1"), take(number, "u1")
    places = np.asarray(take(2 * number, "<u2"), np.float32).reshape(-1, 2) / np.float32(_STEPS)
    signs = np.asarray(take(128 * number, "u1"), np.uint8).reshape(-1, 128)
    kept = Details(places, signs, (height, width))
    points = Keypoints(kept, np.asarray(turns, np.uint8), np.asarray(sizes, np.uint8))
    return Trace(points, np.asarray(cell, np.uint16), np.asarray(signature, np.uint64), layout)
