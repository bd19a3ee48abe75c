"""Finding damage in a painting, and leaving a painting alone that has none.

A network (`net`) gives each pixel the chance of each kind of damage; places of high chance
grow into what is connected with them (hysteresis, Canny 1986). Brush strokes can look like cracks,
and single strokes do fool the network: but damage comes in numbers and of one make. So the picture
as a whole is judged first, by how much the network is sure of in each kind of damage: below what
sound paint is taken for, kind by kind, nothing is marked. Otherwise every pixel is judged once more
by how it looks beside what is surely damaged here (`make`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.restoration import make
from moxie.arts.painting.restoration.kinds import KINDS, Kind, Marked

if TYPE_CHECKING:
    from moxie.arts.painting.restoration.net import Marker

WEIGHTS = "data/detector.npz"

FEWEST, ENLARGED = 400_000, 1.6
"""A picture of fewer pixels is enlarged to so many before it is looked at, each side by so much at
most: in a small one cracks are finer than in those that the network learnt from."""

LOOKED_AT = 1_400_000
"""A larger picture is also looked at shrunk to so many pixels: its cracks are wider."""

FINEST = 4_000_000
"""A still larger picture is only looked at shrunk to so many pixels, which bounds the memory."""

WINDOW, STEP, FADE = 192, 136, 48
"""It is looked at through windows as large as those that the network learnt from, in pixels: what
is strongest in one decides with. They lie so far apart at most, and count less so near to edges."""

TOGETHER = 8
"""Windows that are looked at in one go."""

SURE, LIKELY = 0.7, 0.4
"""Chances of damage: where a damaged place begins, and how far it reaches."""

CAREFUL = 0.5
"""How far a place reaches where nobody will look it over."""

RIM = 1
"""Places are widened by so many pixels: damage left at the rim of a hole spoils its filling."""

SMALLEST, SPECK = 40, 8
"""A place of fewer pixels, at a megapixel and in any picture, is a speck and not marked."""

ENOUGH = 15
"""Sure pixels are evidence of damage where so many of one kind are connected."""

SOUND: Mapping[Kind, float] = {
    Kind.CRACKS: 0.00045,
    Kind.SCRATCHES: 0.0029,
    Kind.TEARS: 0.00125,
    Kind.LOSSES: 0.001,
    Kind.STAINS: 0.009,
}
"""The share of such pixels, of each kind, that an unharmed picture may have: what sound paint is
taken for differs by kind, scratches and stains most often."""

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
    """What is surely damaged beside `SOUND`, by the worst kind; under 1 the picture is unharmed"""

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
    """Look for these kinds of damage. Works by windows: memory is that of a few planes.

    A picture that seems unharmed as a whole gets an empty mask; not so if not `careful`, where a
    person who knows of damage will look through what is marked. `weights` are those of another
    network than the one that ships. Raises Missing where those of VGG19 are not installed.
    """
    wanted = set(kinds)
    chances = _chances(picture, _marker(weights))
    asked = [chances[1 + n] for n, kind in enumerate(KINDS) if kind in wanted]
    confidence = np.asarray(np.sum(asked, axis=0), np.float32)
    evidence = _evidence(chances, confidence, wanted)
    places = np.zeros(confidence.shape, np.bool_)
    if evidence >= 1 or not careful:
        confidence = make.judged(confidence, resize(picture, *confidence.shape))
        places = _places(confidence, CAREFUL if careful else LIKELY)
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
    height, width = picture.shape[:2]
    if height * width < FEWEST:
        scale = min(math.sqrt(FEWEST / (height * width)), ENLARGED)
        large = resize(picture, round(height * scale), round(width * scale))
        return _resized(_looked(large, marker), height, width)
    fine = _looked(_shrunk(picture, FINEST), marker)
    if height * width < LOOKED_AT * 1.7:
        return fine
    coarse = _resized(_looked(_shrunk(picture, LOOKED_AT), marker), *fine.shape[1:])
    np.maximum(fine[1:], coarse[1:], out=fine[1:])
    total = fine[1:].sum(0)
    fine[1:] /= np.maximum(total, 1)
    fine[0] = np.maximum(1 - total, 0)
    return fine


def _resized(chances: Chances, height: int, width: int) -> Chances:
    """The chances at another size: averaged over areas when they shrink."""
    smaller = height * width < chances[0].size
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    planes = [cv2.resize(plane, (width, height), interpolation=way) for plane in chances]
    return np.asarray(planes, np.float32)


def _shrunk(picture: Picture, pixels: int) -> Picture:
    """The picture at so many pixels or fewer."""
    height, width = picture.shape[:2]
    scale = min(1.0, math.sqrt(pixels / (height * width)))
    return resize(picture, round(height * scale), round(width * scale))


def _looked(picture: Picture, marker: Marker) -> Chances:
    """The chances at every pixel, window by window; where several saw it their weighted mean."""
    height, width = picture.shape[:2]
    found = np.zeros((1 + len(KINDS), height, width), np.float32)
    seen = np.zeros((height, width), np.float32)
    shape = min(WINDOW, height), min(WINDOW, width)
    weight = np.outer(*(_fading(side) for side in shape))
    corners = _corners(height, width, shape)
    for first in range(0, len(corners), TOGETHER):
        some = corners[first : first + TOGETHER]
        pieces = [picture[y : y + shape[0], x : x + shape[1]] for y, x in some]
        for (y, x), chances in zip(some, _marked(pieces, marker), strict=True):
            found[:, y : y + shape[0], x : x + shape[1]] += chances * weight
            seen[y : y + shape[0], x : x + shape[1]] += weight
    found /= seen
    return found


def _marked(pieces: Sequence[Picture], marker: Marker) -> Chances:
    """The chances in pieces of one size, float32 [pieces, 1 + kinds, h, w]."""
    import torch

    from moxie.arts.painting.restoration.net import MULTIPLE, given

    rows, columns = pieces[0].shape[:2]
    below, right = -rows % MULTIPLE, -columns % MULTIPLE
    padded = [
        cv2.copyMakeBorder(piece, 0, below, 0, right, cv2.BORDER_REFLECT_101) for piece in pieces
    ]
    ins = torch.from_numpy(np.stack([given(np.asarray(piece, np.uint8)) for piece in padded]))
    with torch.inference_mode():
        logits = marker(ins.contiguous(memory_format=torch.channels_last))
        return np.asarray(logits.softmax(1)[:, :, :rows, :columns].numpy(), np.float32)


def _corners(height: int, width: int, shape: tuple[int, int]) -> list[tuple[int, int]]:
    """Upper left corners of windows that cover a picture evenly."""
    rows, columns = (
        np.linspace(0, side - window, 1 + -(-(side - window) // STEP)).astype(int).tolist()
        for side, window in zip((height, width), shape, strict=True)
    )
    return [(y, x) for y in rows for x in columns]


def _fading(side: int) -> NDArray[np.float32]:
    """How much a place of a window counts by how far it is from the edge, float32 [side]."""
    place = np.arange(side)
    return np.asarray(np.minimum(np.minimum(place, side - 1 - place) + 1, FADE), np.float32)


def _places(confidence: NDArray[np.float32], reach: float) -> Marked:
    """Where damage is, by hysteresis and without specks."""
    labels, sizes = _connected(confidence, reach)
    sure = np.bincount(labels[confidence >= SURE], minlength=len(sizes))
    keep = (sure > 0) & (sizes >= max(SPECK, SMALLEST * confidence.size / 1e6))
    keep[0] = False
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RIM + 1, 2 * RIM + 1))
    return np.asarray(cv2.dilate(keep[labels].astype(np.uint8), disc), np.bool_)


def _evidence(chances: Chances, confidence: NDArray[np.float32], wanted: set[Kind]) -> float:
    """See `Found.evidence`; a pixel counts for the likeliest kind of those looked for."""
    labels, sizes = _connected(confidence, CAREFUL)
    asked = [n for n, kind in enumerate(KINDS) if kind in wanted]
    best = np.argmax([chances[1 + n] for n in asked], axis=0)
    ratios = [0.0]
    for i, n in enumerate(asked):
        sure = np.bincount(labels[(confidence >= SURE) & (best == i)], minlength=len(sizes))
        sure[0] = 0
        ratios.append(float(sure[sure >= ENOUGH].sum() / confidence.size) / SOUND[KINDS[n]])
    return max(ratios)


def _connected(
    confidence: NDArray[np.float32], reach: float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The place that each pixel belongs to, 0 is none, and the pixels of each."""
    likely = (confidence >= reach).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(likely, connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats[:, cv2.CC_STAT_AREA], np.int32)


def _named(chances: Chances, places: Marked, wanted: set[Kind]) -> Mapping[Kind, Marked]:
    """The kind of each place: what most of its surroundings are, so that a place is of one kind."""
    blur = max(1.5, 4 * math.sqrt(places.size / 1e6))
    asked = [n for n, kind in enumerate(KINDS) if kind in wanted]
    smooth = [cv2.GaussianBlur(chances[1 + n] * places, (0, 0), blur) for n in asked]
    best = np.argmax(smooth, axis=0)
    return {KINDS[n]: places & (best == i) for i, n in enumerate(asked)}
