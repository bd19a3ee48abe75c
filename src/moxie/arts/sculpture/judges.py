"""The judges of sculpture: pieces to vectors of style, and other hands to compare with.

- `surface` decides: how often the surface bulges, hollows, ridges and lies flat, at three scales,
  and which way it looks. The recipes work on fields of distances, and never see these figures.
- `form` is the second opinion: how mass is spread over a piece, whatever its surface is like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Judge
from moxie.arts.sculpture.form import Form, compacted
from moxie.arts.sculpture.surface import cloud, shapes

Floats: TypeAlias = NDArray[np.float32]

BANK = "data/others.npz"
"""Vectors of other hands' works by judge and group; see data/README.md."""

MEAN_EDGES = (-1.0, -0.5, -0.2, -0.05, 0.05, 0.2, 0.5, 1.0)
CURVED_EDGES = (0.06, 0.12, 0.25, 0.5, 1.0)
INDEX_EDGES = (-0.7, -0.4, -0.15, 0.15, 0.4, 0.7)
ROUGH_EDGES = (0.004, 0.012, 0.03, 0.07, 0.15)
TILT_EDGES = (-0.8, -0.5, -0.2, 0.2, 0.5, 0.8)
SURFACE = 3 * (9 + 6 + 7 + 6) + 7
"""Numbers of the first judge."""

PAIRS, STEPS, FORM = 4000, 14, 14 + 3 + 12
"""Pairs of points whose distances are counted, bins, and numbers of the second judge."""


def judges() -> Sequence[Judge[Form]]:
    """The one that decides first."""
    return [_Judge("surface", surface, SURFACE), _Judge("form", whole, FORM)]


class _Judge:
    """A judge that describes pieces one by one."""

    independent = True

    def __init__(self, name: str, describe: Callable[[Form], Floats], width: int) -> None:
        self.name = name
        self._describe, self._width = describe, width

    def embed(self, pieces: Sequence[Form]) -> Floats:
        """float32 [n, width]."""
        rows = [self._describe(piece) for piece in pieces]
        return np.stack(rows) if rows else np.zeros((0, self._width), np.float32)

    def others(self) -> Mapping[str, Floats]:
        """From the bank that ships."""
        return others(self.name)


def surface(piece: Form) -> Floats:
    """Roots of the shares of points in each bin (their distance is Hellinger's), [SURFACE]."""
    points, found = shapes(piece)
    parts = []
    for shape in found:
        parts += [
            _shares(shape.mean, MEAN_EDGES),
            _shares(shape.curved, CURVED_EDGES),
            _shares(shape.index, INDEX_EDGES),
            _shares(shape.rough, ROUGH_EDGES),
        ]
    parts.append(_shares(points.normals[:, 1], TILT_EDGES))
    return np.concatenate(parts).astype(np.float32)


def whole(piece: Form) -> Floats:
    """Distances of pairs of points, extents and profile, float32 [FORM].

    Osada et al., "Shape Distributions" (2002).
    """
    places = cloud(piece, 0.02).places.astype(np.float64)
    if not len(places):
        return np.zeros(FORM, np.float32)
    rng = np.random.default_rng(len(places))
    one, other = rng.integers(0, len(places), (2, PAIRS))
    gaps = np.linalg.norm(places[one] - places[other], axis=1)
    edges = np.linspace(0, 1.3, STEPS)[1:] * max(float(gaps.max()) / 1.3, 1e-9)
    extent = np.log(np.ptp(places, axis=0) + 0.02)
    height = (places[:, 1] - places[:, 1].min()) / max(float(np.ptp(places[:, 1])), 1e-9)
    layer = np.minimum((height * 12).astype(int), 11)
    reach = np.hypot(*(places[:, [0, 2]] - places[:, [0, 2]].mean(0)).T)
    count = np.maximum(np.bincount(layer, minlength=12), 1)
    profile = np.bincount(layer, reach, minlength=12) / count
    row = np.concatenate([_shares(gaps, tuple(edges)), 0.3 * extent, 1.5 * profile])
    return row.astype(np.float32)


def others(judge: str) -> Mapping[str, Floats]:
    """The judge's vectors of others' works, one a piece, by group; none where no bank ships."""
    file = resources.files("moxie.arts.sculpture").joinpath(BANK)
    if not file.is_file():
        return {}
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as bank:
        keys = [key for key in bank.files if key.startswith(f"{judge}/")]
        return {key.split("/", 1)[1]: bank[key].astype(np.float32) for key in keys}


def pieces(form: Form) -> list[Form]:
    """Parts for the judges: the lower, middle and upper half, each in the frame of the whole."""
    low, high = float(form.vertices[:, 1].min()), float(form.vertices[:, 1].max())
    middles = form.corners()[..., 1].mean(1)
    found = []
    for start in (0.0, 0.25, 0.5):
        share = (middles - low) / max(high - low, 1e-9)
        held = (share >= start) & (share <= start + 0.5)
        if held.sum() >= 64:
            found.append(_part(form, held))
    return found or [form]


def _part(form: Form, held: NDArray[np.bool_]) -> Form:
    return compacted(form.vertices, form.faces[held], form.frame)


def _shares(values: NDArray[np.floating], edges: tuple[float, ...]) -> NDArray[np.float64]:
    counts = np.bincount(np.digitize(values, edges), minlength=len(edges) + 1)
    return np.asarray(np.sqrt(counts / max(counts.sum(), 1)))
