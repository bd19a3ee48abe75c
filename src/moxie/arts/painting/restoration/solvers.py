"""Ways to fill holes in a crop of a painting, each from what is around the hole alone.

All take a crop float32 [h, w, 3] in 0..1 and its hole bool [h, w], and give the crop back with
the hole filled. What they are worth differs from place to place: see `choosing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Solver: TypeAlias = Callable[[Floats, Mask], Floats]

BIHARMONIC = {(0, 0): 20, (0, 1): -8, (1, 1): 2, (0, 2): 1}
"""The stencil of the bi-Laplacian, up to its symmetries."""

NS_RADIUS = 3
"""Pixels that the Navier-Stokes solver looks around it."""


def guesses(crop: Floats, hole: Mask) -> dict[str, Floats]:
    """The fillings by every solver, by its name."""
    return {name: solve(crop, hole) for name, solve in SOLVERS.items()}


def diffusion(crop: Floats, hole: Mask) -> Floats:
    """The mean of what is known around, coarse to fine ("push-pull").

    After Gortler, Grzeszczuk, Szeliski and Cohen, "The Lumigraph" (1996).
    """
    known = torch.from_numpy(np.ascontiguousarray(~hole, np.float32))[None, None]
    image = torch.from_numpy(np.ascontiguousarray(crop)).permute(2, 0, 1)[None]
    levels = [(image * known, known)]
    while min(levels[-1][1].shape[-2:]) > 1:
        colour, weight = (F.avg_pool2d(each, 2, ceil_mode=True) for each in levels[-1])
        levels.append((colour, weight))
    colour, weight = levels[-1]
    coarse = colour.sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True).clamp_min(1e-6)
    for colour, weight in reversed(levels):
        wide = F.interpolate(coarse, colour.shape[-2:], mode="bilinear", align_corners=False)
        sure = (weight * 4).clamp(max=1)
        coarse = sure * colour / weight.clamp_min(1e-6) + (1 - sure) * wide
    filled = np.where(hole[..., None], coarse[0].permute(1, 2, 0).numpy(), crop)
    return np.ascontiguousarray(filled, np.float32)


def navier_stokes(crop: Floats, hole: Mask) -> Floats:
    """Lines of equal colour run on into the hole (Bertalmio, Bertozzi and Sapiro 2001)."""
    where = hole.astype(np.uint8)
    planes = [
        cv2.inpaint(np.ascontiguousarray(crop[..., i]), where, NS_RADIUS, cv2.INPAINT_NS)
        for i in range(crop.shape[2])
    ]
    return np.clip(np.stack(planes, 2), 0, 1)


def biharmonic(crop: Floats, hole: Mask) -> Floats:
    """The surface that bends least (Damelin and Hoang 2018), with the rim's slopes."""
    if not hole.any() or hole.all():
        return diffusion(crop, hole)
    wide = np.pad(hole, 2)
    number = np.full(wide.shape, -1, np.int64)
    number[wide] = np.arange(hole.sum())
    around = diffusion(crop, hole)  # where a hole meets the crop's edge, what is mirrored there
    values = np.pad(around, ((2, 2), (2, 2), (0, 0)), mode="reflect").reshape(-1, crop.shape[2])
    rows, columns = np.nonzero(wide)
    own = np.arange(len(rows))
    right = np.zeros((len(own), crop.shape[2]))
    entries: list[tuple[NDArray[np.int64], NDArray[np.int64], float]] = []
    for (down, across), weight in _stencil().items():
        place = (rows + down) * wide.shape[1] + columns + across
        there = number.ravel()[place]
        inside = there >= 0
        entries.append((own[inside], there[inside], weight))
        right[~inside] -= weight * values[place[~inside]]
    i, j = (np.concatenate([entry[k] for entry in entries]) for k in (0, 1))
    weights = np.concatenate([np.full(len(entry[0]), entry[2]) for entry in entries])
    matrix = sparse.csc_matrix((weights, (i, j)), shape=(len(own), len(own)))
    found = crop.copy()
    found[hole] = splu(matrix).solve(right)
    return np.clip(found, 0, 1)


def _stencil() -> dict[tuple[int, int], float]:
    """The bi-Laplacian's stencil with all its symmetries."""
    whole: dict[tuple[int, int], float] = {}
    for (a, b), weight in BIHARMONIC.items():
        for down, across in ((a, b), (b, a)):
            for up in (1, -1):
                for left in (1, -1):
                    whole[up * down, left * across] = float(weight)
    return whole


SOLVERS: dict[str, Solver] = {
    "diffusion": diffusion,
    "biharmonic": biharmonic,
    "navier-stokes": navier_stokes,
}
"""Every solver by its name."""
