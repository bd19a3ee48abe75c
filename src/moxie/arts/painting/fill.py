"""Filling what is missing in a picture, from the picture itself and from other works.

Coarse to fine: each patch that touches the hole is replaced by its nearest known patch and the
overlaps are averaged, after Wexler, Shechtman and Irani, "Space-Time Completion of Video" (2007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Generator, Tensor

from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.nn.nearest import nearest, patches

PATCH = 7
BANK = 12_000
"""Known patches looked through at each level."""

FINEST = 384
"""Shorter side up to which strokes are synthesised; larger holes are enlarged from there."""

COARSEST = 32
ROUNDS = 3

Mask: TypeAlias = NDArray[np.bool_]
AtSize: TypeAlias = Callable[[tuple[int, int]], Picture]


def fill(picture: Picture, mask: Mask, works: Sequence[AtSize], generator: Generator) -> Picture:
    """The picture with every masked pixel (True) made anew and every other one untouched.

    `works` are other works to take from, each just covering the (height, width) it is asked for.
    """
    if not mask.any():
        return picture.copy()
    if mask.all():
        mask, picture = mask.copy(), _mean_colour(picture.shape[:2], works)
    height, width = picture.shape[:2]
    current = cv2.inpaint(picture, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    for short in _levels(min(height, width)):
        scale = short / min(height, width)
        size = max(PATCH, round(height * scale)), max(PATCH, round(width * scale))
        hole = resize_mask(mask, size)
        known = to_tensor(resize(picture, *size))
        guess = to_tensor(resize(np.ascontiguousarray(current, np.uint8), *size))
        sources = [to_tensor(at(size)) for at in works]
        made = _refine(guess, known, hole, sources, generator)
        current = resize(to_picture(made), height, width)
    return np.where(mask[..., None], current, picture).astype(np.uint8)


def resize_mask(mask: Mask, size: tuple[int, int]) -> Mask:
    """The mask at another size; a cell is masked when any pixel of it is."""
    wide = cv2.resize(mask.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(wide > 0, np.bool_)


def _levels(short: int) -> list[int]:
    finest = min(short, FINEST)
    sides = []
    while finest > COARSEST:
        sides.append(finest)
        finest = round(finest / 1.6)
    return [*reversed(sides)] or [short]


def _refine(
    guess: Tensor, known: Tensor, hole: Mask, sources: list[Tensor], generator: Generator
) -> Tensor:
    """`ROUNDS` rounds of nearest-patch voting inside the hole."""
    missing = torch.from_numpy(hole)[None, None]
    touched = patches(missing.float(), PATCH).sum(1) > 0
    bank = _bank(known, touched, sources, generator)
    image = torch.where(missing, guess, known)
    for _ in range(ROUNDS if len(bank) else 0):
        found = patches(image, PATCH)
        chosen = found.clone()
        chosen[touched] = bank[nearest(found[touched], bank)[0]]
        image = torch.where(missing, _vote(chosen, touched, image.shape[-2:]), known)
    return image


def _vote(chosen: Tensor, touched: Tensor, size: torch.Size) -> Tensor:
    """The average of the patches over each pixel, counting only those that touch the hole."""
    weight = touched.float()[:, None].expand_as(chosen).T[None]
    total = F.fold(chosen.T[None] * weight, size, PATCH)
    return total / F.fold(weight, size, PATCH).clamp_min(1e-6)


def _bank(known: Tensor, touched: Tensor, sources: list[Tensor], generator: Generator) -> Tensor:
    """Whole known patches: half from the picture itself, half from the other works."""
    own = patches(known, PATCH)[~touched]
    pools = [own] if len(own) else []
    pools += [patches(s, PATCH) for s in sources if min(s.shape[-2:]) >= PATCH]
    shares = [0.5 if pool is own and sources else 0.5 / max(1, len(sources)) for pool in pools]
    drawn = []
    for pool, share in zip(pools, shares, strict=True):
        n = min(len(pool), int(BANK * share) + 1)
        drawn.append(pool[torch.randperm(len(pool), generator=generator)[:n]])
    return torch.cat(drawn) if drawn else own


def _mean_colour(size: tuple[int, int], works: Sequence[AtSize]) -> Picture:
    """A plain picture to start from when nothing is known."""
    colour = works[0]((32, 32)).mean((0, 1)) if works else np.full(3, 127.0)
    return np.broadcast_to(colour.astype(np.uint8), (*size, 3)).copy()
