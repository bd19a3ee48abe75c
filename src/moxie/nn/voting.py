"""Patches of grids of any dimension, and grids voted for by the patches that overlap in them.

The core of patch-based synthesis (Wexler, Shechtman and Irani, "Space-Time Completion of Video",
2007), the same for pictures (two axes) and for bodies (three): patches are taken out at their
corners, replaced by others, and where they overlap the grid becomes their mean.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor


def patches_at(grid: Tensor, corners: Tensor, size: int) -> Tensor:
    """The patches of a grid [c, *axes] with their first cells at `corners` [n, axes].

    [n, c * size ** axes], channels outermost; they must lie inside.
    """
    cells = _cells(corners, grid.shape[1:], size)
    return grid.reshape(len(grid), -1)[:, cells].permute(1, 0, 2).reshape(len(corners), -1)


def vote(
    patches: Tensor,
    corners: Tensor,
    shape: tuple[int, ...],
    size: int,
    weight: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """The weighted mean of the patches [n, c * size ** axes] over each cell of a grid [c, *axes].

    `shape` is (c, *axes), `weight` [size ** axes] of a patch's cells, evenly if None. Also the
    sum of weights [*axes]; where it is 0 nobody voted, and the mean is 0.
    """
    cells = _cells(corners, shape[1:], size).reshape(-1)
    channels = patches.reshape(len(patches), shape[0], -1)
    each = torch.ones(channels.shape[2]) if weight is None else weight
    number = 1
    for axis in shape[1:]:
        number *= axis
    total = torch.zeros(shape[0], number)
    count = torch.zeros(number).index_add_(0, cells, each.repeat(len(corners)))
    for sums, channel in zip(total, (channels * each).unbind(1), strict=True):
        sums.index_add_(0, cells, channel.reshape(-1))
    return (total / count.clamp_min(1e-6)).reshape(shape), count.reshape(shape[1:])


def _cells(corners: Tensor, axes: torch.Size | tuple[int, ...], size: int) -> Tensor:
    """The cells of each patch, as places in the flattened grid, [n, size ** axes]."""
    strides = [1]
    for length in reversed(tuple(axes)[1:]):
        strides.insert(0, strides[0] * length)
    steps = torch.tensor(strides)
    offsets = torch.tensor(list(product(range(size), repeat=len(strides))))
    return (corners * steps).sum(1)[:, None] + (offsets * steps).sum(1)[None]
