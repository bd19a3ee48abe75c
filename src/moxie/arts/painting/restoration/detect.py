"""Finding damage in a painting, and leaving a painting alone that has none.

A small network (`net`) gives each pixel the chance of each kind of damage; places of high chance
grow into what is connected with them (hysteresis, Canny 1986). Brush strokes can look like cracks,
and single strokes do fool the network: but damage comes in numbers and of one make. So the picture
as a whole is judged first, by how much there is of what the network is sure of; below that
nothing is marked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.restoration.kinds import KINDS, Kind, Marked

if TYPE_CHECKING:
    from moxie.arts.painting.restoration.net import Marker

WEIGHTS = "data/detector.npz"

LOOKED_AT = 1_400_000
"""A larger picture is also looked at shrunk to so many pixels: its cracks are wider."""

FINEST = 10_000_000
"""A still larger picture is only looked at shrunk to so many pixels, which bounds the memory."""

TILE, MARGIN = 512, 64
"""A tile is looked at with so much around it, in pixels."""

SURE, LIKELY = 0.9, 0.4
"""Chances of damage: where a damaged place begins, and how far it reaches."""

CAREFUL = 0.7
"""How far a place reaches where nobody will look it over."""

RIM = 1
"""Places are widened by so many pixels: damage left at the rim of a hole spoils its filling."""

SMALLEST = 6
"""A place of fewer pixels, at a megapixel, is a speck and not marked."""

LEAST = 0.025
"""The share of sure pixels below which a picture counts as unharmed."""

Chances: TypeAlias = NDArray[np.float32]
"""float32 [1 + kinds, h, w], summing to 1; the first is unharmed paint"""


@dataclass(frozen=True)
class Found:
    """What is damaged, of which kind, and how sure that is."""

    kinds: Mapping[Kind, Marked]
    """bool [h, w] for each kind looked for; disjoint, and empty for an unharmed picture"""
    confidence: NDArray[np.float32]
    """The chance that a pixel is damaged, 0..1, float32 [h, w]; also where nothing is marked"""
    evidence: float
    """The share of pixels that are surely damaged; under `LEAST` the picture counts as unharmed"""

    @property
    def mask(self) -> Marked:
        """All kinds together, bool [h, w]."""
        return np.asarray(np.any(list(self.kinds.values()), axis=0), np.bool_)


def find(
    picture: Picture,
    kinds: Iterable[Kind] = KINDS,
    *,
    careful: bool = True,
    weights: Path | None = None,
) -> Found:
    """Look for these kinds of damage. Works by tiles: memory is that of a few planes.

    A picture that seems unharmed as a whole gets an empty mask; not so if not `careful`, where a
    person who knows of damage will look through what is marked. `weights` are those of another
    network than the one that ships.
    """
    wanted = set(kinds)
    chances = _chances(picture, _marker(weights))
    asked = [chances[1 + n] for n, kind in enumerate(KINDS) if kind in wanted]
    confidence = np.asarray(np.sum(asked, axis=0), np.float32)
    places, evidence = _places(confidence, CAREFUL if careful else LIKELY)
    if careful and evidence < LEAST:
        places = np.zeros_like(places)
    height, width = picture.shape[:2]
    named = {k: _grown(m, height, width) for k, m in _named(chances, places, wanted).items()}
    return Found(named, np.asarray(cv2.resize(confidence, (width, height)), np.float32), evidence)


def _grown(mask: Marked, height: int, width: int) -> Marked:
    """A mask at the picture's own size."""
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask.astype(np.uint8), (width, height), interpolation=0), np.bool_)


@cache
def _marker(weights: Path | None) -> Marker:
    """The network, read once: it never changes."""
    from moxie.arts.painting.restoration import net

    if weights:
        return net.load(weights)
    with resources.as_file(resources.files(__package__).joinpath(WEIGHTS)) as path:
        return net.load(path)


def _chances(picture: Picture, marker: Marker) -> Chances:
    """At the picture's size or `FINEST`; for a large one the surer of that and a smaller look."""
    fine = _looked(_shrunk(picture, FINEST), marker)
    if picture.shape[0] * picture.shape[1] < LOOKED_AT * 1.7:
        return fine
    height, width = fine.shape[1:]
    for plane, coarse in zip(
        fine[1:], _looked(_shrunk(picture, LOOKED_AT), marker)[1:], strict=True
    ):
        np.maximum(plane, cv2.resize(coarse, (width, height)), out=plane)
    total = fine[1:].sum(0)
    fine[1:] /= np.maximum(total, 1)
    fine[0] = np.maximum(1 - total, 0)
    return fine


def _shrunk(picture: Picture, pixels: int) -> Picture:
    """The picture at so many pixels or fewer."""
    height, width = picture.shape[:2]
    scale = min(1.0, math.sqrt(pixels / (height * width)))
    return resize(picture, round(height * scale), round(width * scale))


def _looked(picture: Picture, marker: Marker) -> Chances:
    """The chances at every pixel, tile by tile."""
    import torch

    from moxie.arts.painting.restoration.net import MULTIPLE, given

    height, width = picture.shape[:2]
    found = np.empty((1 + len(KINDS), height, width), np.float32)
    for top, left in _tiles(height, width):
        y, x = max(top - MARGIN, 0), max(left - MARGIN, 0)
        piece = picture[y : top + TILE + MARGIN, x : left + TILE + MARGIN]
        rows, columns = piece.shape[:2]
        below, right = -rows % MULTIPLE, -columns % MULTIPLE
        padded = cv2.copyMakeBorder(piece, 0, below, 0, right, cv2.BORDER_REFLECT_101)
        ins = torch.from_numpy(given(np.asarray(padded, np.uint8)))[None]
        with torch.inference_mode():
            logits = marker(ins.contiguous(memory_format=torch.channels_last))
            chances = logits.softmax(1)[0, :, :rows, :columns].numpy()
        inside = chances[:, top - y :, left - x :][:, :TILE, :TILE]
        found[:, top : top + TILE, left : left + TILE] = inside
    return found


def _tiles(height: int, width: int) -> Iterator[tuple[int, int]]:
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            yield top, left


def _places(confidence: NDArray[np.float32], reach: float) -> tuple[Marked, float]:
    """Where damage is, by hysteresis and without specks; and the share that is sure."""
    likely = (confidence >= reach).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(likely, connectivity=8)
    sure = np.bincount(labels[confidence >= SURE], minlength=len(stats))
    megapixels = confidence.size / 1e6
    keep = (sure > 0) & (stats[:, cv2.CC_STAT_AREA] >= max(3, SMALLEST * megapixels))
    keep[0] = False
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))
    wide = cv2.dilate(keep[labels].astype(np.uint8), disc)
    return np.asarray(wide, np.bool_), float(sure[keep].sum() / confidence.size)


def _named(chances: Chances, places: Marked, wanted: set[Kind]) -> Mapping[Kind, Marked]:
    """The kind of each place: what most of its surroundings are, so that a place is of one kind."""
    blur = max(1.5, 4 * math.sqrt(places.size / 1e6))
    asked = [n for n, kind in enumerate(KINDS) if kind in wanted]
    smooth = [cv2.GaussianBlur(chances[1 + n] * places, (0, 0), blur) for n in asked]
    best = np.argmax(smooth, axis=0)
    return {KINDS[n]: places & (best == i) for i, n in enumerate(asked)}
