"""Holes filled with what a `prior` says is likeliest in each piece that has a part of them."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moxie.arts.painting.restoration.prior import SIDE, VALUES, Prior, without_mean
from moxie.arts.painting.restoration.solvers import Floats, Mask

STEP = 2
"""Pieces are taken so many pixels apart."""

KINDS = 2
"""So many kinds are asked about each piece."""

NOISE = 4e-4
"""Variance that each pixel has beside its kind's: what pieces of no kind look like."""

MEAN = 0.01
"""Variance of a piece's mean colour about that of its first filling."""

BATCH, FEW = 8192, 1024
"""Pieces that are filled together, and of which the kinds are asked together."""

COARSEST = 12
"""No level of a pyramid has a shorter side than this."""


def likeliest(first: Floats, hole: Mask, prior: Prior, wanted: Mask) -> Floats:
    """As `pyramid`, and then once more from there, by the pieces that lie between those.

    Of what kind a piece is, is told better from a better filling.
    """
    return fill(pyramid(first, hole, prior, wanted), hole, prior, wanted, aside=STEP // 2)


def fill(first: Floats, hole: Mask, prior: Prior, wanted: Mask, *, aside: int = 0) -> Floats:
    """A filling of `first` [h, w, 3], whose hole is filled already, by the pieces around it.

    Only the part of the hole that is `wanted` [h, w] is filled anew. Pieces begin so many pixels
    `aside` of the corner.
    """
    places, holes = _pieces(hole, wanted, aside)
    if not len(places):
        return first
    image = torch.from_numpy(np.ascontiguousarray(first))
    total = torch.zeros(*hole.shape, 3)
    weight = torch.zeros(*hole.shape, 1)
    pixels = torch.arange(SIDE)
    for at, missing in zip(torch.split(places, BATCH), torch.split(holes, BATCH), strict=True):
        rows = at[:, 0, None] + pixels.repeat_interleave(SIDE)
        columns = at[:, 1, None] + pixels.repeat(SIDE)
        made, sure = _conditional(image[rows, columns].view(len(at), VALUES), missing, prior)
        total.index_put_((rows, columns), made * sure, accumulate=True)
        weight.index_put_((rows, columns), sure, accumulate=True)
    touched = (weight[..., 0] > 0).numpy() & hole & wanted
    found = first.copy()
    found[touched] = (total / weight.clamp_min(1e-9)).numpy()[touched].clip(0, 1)
    return found


def pyramid(first: Floats, hole: Mask, prior: Prior, wanted: Mask) -> Floats:
    """As `fill`, coarse to fine: thick holes are thin in a small picture."""
    size = hole.shape[1] // 2, hole.shape[0] // 2
    if min(size) >= COARSEST and cv2.erode(hole.astype(np.uint8), np.ones((7, 7), np.uint8)).any():
        small = np.asarray(cv2.resize(first, size, interpolation=cv2.INTER_AREA), np.float32)
        narrow, asked = (
            cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.3
            for mask in (hole, wanted)
        )
        made = pyramid(small, narrow, prior, asked)
        wide = cv2.resize(made - small, hole.shape[::-1], interpolation=cv2.INTER_CUBIC)
        first = np.where(hole[..., None], np.clip(first + wide, 0, 1), first).astype(np.float32)
    return fill(first, hole, prior, wanted)


def _pieces(hole: Mask, wanted: Mask, aside: int) -> tuple[Tensor, Tensor]:
    """Where pieces with something wanted and something known begin [n, 2]; holes [n, SIDE ** 2]."""
    height, width = hole.shape
    if min(height, width) < SIDE:
        return torch.zeros(0, 2, dtype=torch.long), torch.zeros(0, SIDE**2, dtype=torch.bool)
    rows, columns = (
        sorted({0, *range(aside, n - SIDE + 1, STEP), n - SIDE}) for n in (height, width)
    )
    windows = np.lib.stride_tricks.sliding_window_view(hole, (SIDE, SIDE))
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"), -1).reshape(-1, 2)
    asked, held = (_sums(mask)[grid[:, 0], grid[:, 1]] for mask in (hole & wanted, hole))
    grid = grid[(asked > 0) & (held < SIDE**2)]
    holes = windows[grid[:, 0], grid[:, 1]].reshape(-1, SIDE**2)
    return torch.from_numpy(grid), torch.from_numpy(holes)


def _sums(mask: Mask) -> NDArray[np.int64]:
    """How many pixels of a mask are in the piece that begins at each."""
    table = cv2.integral(mask.astype(np.uint8)).astype(np.int64)
    return table[SIDE:, SIDE:] - table[:-SIDE, SIDE:] - table[SIDE:, :-SIDE] + table[:-SIDE, :-SIDE]


def _conditional(pieces: Tensor, missing: Tensor, prior: Prior) -> tuple[Tensor, Tensor]:
    """What is likeliest, [n, SIDE ** 2, 3], and how sure each pixel of it is, [n, SIDE ** 2, 1]."""
    n = len(pieces)
    centred, mean = without_mean(pieces)
    best = torch.cat(
        [prior.likely(some).topk(KINDS, 1).indices for some in torch.split(centred, FEW)]
    )
    seen = (~missing).float()
    given = (centred.view(n, -1, 3) * seen[..., None]).view(n, VALUES)
    made = torch.zeros(n, KINDS, VALUES)
    doubt, chance = torch.zeros(n, KINDS, SIDE**2), torch.zeros(n, KINDS)
    for kind in sorted(set(best.flatten().tolist())):  # those of one kind share their directions
        which, rank = torch.nonzero(best == kind, as_tuple=True)
        found = _of_kind(given[which], seen[which], prior, kind)
        made[which, rank], doubt[which, rank], chance[which, rank] = found
    shares = chance.softmax(1)[:, :, None]
    filling = (made * shares).sum(1).view(n, -1, 3) + mean
    unsure = (doubt * shares).sum(1)[..., None]
    return filling, 1 / (unsure + 1e-5)


def _of_kind(given: Tensor, seen: Tensor, prior: Prior, kind: int) -> tuple[Tensor, Tensor, Tensor]:
    """Pieces filled as if of one kind [n, VALUES], the variance of pixels, and the log-chance."""
    noise = prior.noise[kind] + NOISE
    basis = torch.cat([prior.factors[kind], _colours()], 1)
    number = basis.shape[1]
    colours = basis.view(-1, 3, number)
    squares = (colours.transpose(1, 2) @ colours).view(-1, number * number)  # of each pixel
    precision = (seen @ squares).view(-1, number, number) + noise * torch.eye(number)
    half = torch.linalg.cholesky(precision)
    spread = torch.cholesky_inverse(half)
    asked = given @ basis
    code = (spread @ asked[:, :, None])[:, :, 0]
    doubt = noise * (1 + spread.reshape(-1, number * number) @ squares.T / 3)
    volume = 2 * half.diagonal(dim1=1, dim2=2).log().sum(1)
    volume = volume + (3 * seen.sum(1) - number) * noise.log()
    energy = given.pow(2).sum(1) - (asked * code).sum(1)
    return code @ basis.T, doubt, prior.chance[kind] - (energy / noise + volume) / 2


def _colours() -> Tensor:
    """The directions of the mean colour, [VALUES, 3]."""
    directions: Tensor = torch.eye(3).repeat(SIDE * SIDE, 1) * MEAN**0.5
    return directions
