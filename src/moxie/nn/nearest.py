"""Patches of pictures and their nearest neighbours.

Granot et al., "Drop the GAN: In Defense of Patches Nearest Neighbors as Single Image Generative
Models" (2022). The bank of known patches has a fixed size, so that an error measured with few
pictures and one measured with many are comparable.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def patches(image: Tensor, size: int, stride: int = 1) -> Tensor:
    """The patches of an image [1, c, h, w], row by row: [n, c * size * size]."""
    return F.unfold(image, size, stride=stride)[0].T


def bank(images: Sequence[Tensor], size: int, n: int, generator: Generator) -> Tensor:
    """About `n` patches drawn evenly from all images, [m, c * size * size]."""
    share = max(1, n // len(images))
    drawn = []
    for image in images:
        found = patches(image, size)
        drawn.append(found[torch.randint(0, len(found), (share,), generator=generator)])
    return torch.cat(drawn)


def nearest(queries: Tensor, known: Tensor, *, chunk: int = 2048) -> tuple[Tensor, Tensor]:
    """The nearest known patch of each query: (index [n], mean squared difference [n])."""
    norms = (known**2).sum(1)
    index, error = [], []
    for part in torch.split(queries, chunk):
        scores = norms[None] - 2 * part @ known.T
        best = scores.min(1)
        index.append(best.indices)
        error.append((best.values + (part**2).sum(1)).clamp_min(0) / queries.shape[1])
    return torch.cat(index), torch.cat(error)
