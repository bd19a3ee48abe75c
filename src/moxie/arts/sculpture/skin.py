"""A surface in the sculptor's hand: what lies between coarse and fine, learnt patch by patch.

A field is split into what is coarse and the rest. Where two works are alike coarsely, the rest of
one may stand in for the other's: example-based detail (Freeman, Jones and Pasztor,
"Example-Based Super-Resolution", 2002), here on fields of distances. Patches are found by their
coarse part, and of those that suit, the one that joins what is laid already is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moxie.arts.sculpture.field import Field
from moxie.nn.nearest import nearest
from moxie.nn.voting import patches_at, vote

PATCH = 7
"""Voxels along a patch's side."""

SOFT = 1.7
"""What is finer than this (standard deviation, in voxels) is detail."""

BANK = 14_000
"""Patches known, of all works together."""

NUMBERS = 28
"""Numbers that a patch's coarse part is told in: its principal components."""

TRUNCATED = 3.0
"""Distances beyond this many voxels tell nothing of a surface."""

CHOICE = 6
"""Of the patches that suit best, how many are tried for how they join."""

GAIN = 1.8
"""The most that laid detail is made stronger."""

STEP = 3
"""Voxels between the patches that are laid."""


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Known patches: coarse parts as numbers [n, NUMBERS], details [n, PATCH ** 3], their works.

    `basis` [PATCH ** 3, NUMBERS] and `mean` turn a coarse part into numbers.
    """

    keys: Tensor
    details: Tensor
    owners: NDArray[np.int64]
    basis: Tensor
    mean: Tensor

    @classmethod
    def of(cls, fields: Sequence[tuple[int, Field]], generator: torch.Generator) -> Bank:
        """Patches drawn evenly from all fields, by their numbers, also turned and mirrored."""
        share = max(64, BANK // max(1, len(fields)))
        coarse, details, owners = [], [], []
        for number, field in fields:
            for turned in _turned(field.values / field.pitch, generator):
                low, rest = split(turned)
                corners = near(turned, 1)
                drawn = torch.randperm(len(corners), generator=generator)[: share // 2]
                coarse.append(patches_at(low[None], corners[drawn], PATCH))
                details.append(patches_at(rest[None], corners[drawn], PATCH))
                owners += [number] * len(drawn)
        known = torch.cat(coarse)
        mean = known.mean(0)
        _, vectors = torch.linalg.eigh(torch.cov((known - mean).T))
        basis = vectors.flip(1)[:, :NUMBERS].contiguous()
        return cls((known - mean) @ basis, torch.cat(details), np.array(owners), basis, mean)

    def told(self, coarse: Tensor) -> Tensor:
        """Coarse parts [n, PATCH ** 3] as numbers."""
        return (coarse - self.mean) @ self.basis


@dataclass(frozen=True, slots=True)
class Laid:
    """A field with its new surface, and how much of it each work gave (number, share)."""

    field: Field
    shares: tuple[tuple[int, float], ...]


def lay(
    target: Field,
    bank: Bank,
    amount: float,
    generator: torch.Generator,
    where: NDArray[np.bool_] | None = None,
) -> Laid:
    """Give the target the detail of the bank's works, `amount` 0..1 of it; only `where`."""
    values = torch.from_numpy(np.ascontiguousarray(target.values / target.pitch, np.float32))
    low, own = split(values)
    corners = near(values, STEP)
    if not len(corners):
        return Laid(target, ())
    choices = _suited(bank.told(patches_at(low[None], corners, PATCH)), bank, generator)
    chosen = _joined(choices, corners, own, bank)
    weight = _window()
    made, seen = vote(bank.details[chosen], corners, (1, *values.shape), PATCH, weight)
    made = made * _gain(made[0], bank.details[chosen], corners)
    share = amount * (seen / (seen + 0.05))
    if where is not None:
        share = share * torch.from_numpy(where.astype(np.float32))
    laid = low + own + share * (made[0] - own)
    laid = torch.where(values.abs() < TRUNCATED, laid, values)
    counts = np.bincount(bank.owners[chosen.numpy()])
    shares = [(i, float(n / counts.sum())) for i, n in enumerate(counts) if n]
    field = Field(np.asarray(laid.numpy() * target.pitch, np.float32), target.low, target.pitch)
    return Laid(field, tuple(sorted(shares, key=lambda one: -one[1])))


def split(values: Tensor) -> tuple[Tensor, Tensor]:
    """What is coarse in a field in voxels, and the rest, both truncated."""
    from scipy.ndimage import gaussian_filter

    held = np.clip(values.numpy(), -TRUNCATED, TRUNCATED)
    low = gaussian_filter(held, SOFT, mode="nearest")
    return torch.from_numpy(low), torch.from_numpy(held - low)


def near(values: Tensor, step: int) -> Tensor:
    """Corners of the patches on a lattice whose middles lie near the surface, [n, 3]."""
    half = PATCH // 2
    middle = values[tuple(slice(half, n - half, step) for n in values.shape)]
    return (middle.abs() < 0.87 * step + 0.3).nonzero() * step


def _turned(values: NDArray[np.float32], generator: torch.Generator) -> list[Tensor]:
    """A field as it is, and turned about its vertical or mirrored by chance."""
    draw = int(torch.randint(0, 7, (1,), generator=generator)) + 1
    other = np.rot90(values, draw % 4, axes=(0, 2))
    other = other[::-1] if draw >= 4 else other
    return [torch.from_numpy(np.ascontiguousarray(v, np.float32)) for v in (values, other)]


def _suited(keys: Tensor, bank: Bank, generator: torch.Generator) -> Tensor:
    """For each patch the known ones that suit it best, [n, CHOICE], each from a part of the bank.

    Parts, since the very best are often neighbours in one work.
    """
    order = torch.randperm(len(bank.keys), generator=generator)
    parts = [part for part in order.tensor_split(CHOICE) if len(part)]
    return torch.stack([part[nearest(keys, bank.keys[part])[0]] for part in parts], 1)


def _joined(choices: Tensor, corners: Tensor, own: Tensor, bank: Bank) -> Tensor:
    """One known patch for each place: in a few rounds those that agree with their neighbours."""
    chosen = choices[:, 0]
    laid = own[None]
    for _ in range(3):
        here = patches_at(laid, corners, PATCH)
        errors = torch.stack(
            [((bank.details[column] - here) ** 2).mean(1) for column in choices.unbind(1)], 1
        )
        chosen = choices.gather(1, errors.argmin(1, keepdim=True))[:, 0]
        laid = vote(bank.details[chosen], corners, (1, *own.shape), PATCH, _window())[0]
    return chosen


def _gain(made: Tensor, details: Tensor, corners: Tensor) -> float:
    """What the mean of several patches lacks of the strength that each of them has."""
    middle = corners + PATCH // 2
    got = made[middle[:, 0], middle[:, 1], middle[:, 2]].square().mean().sqrt()
    wanted = details[:, PATCH**3 // 2].square().mean().sqrt()
    return float((wanted / got.clamp_min(1e-6)).clamp(1.0, GAIN))


def _window() -> Tensor:
    """How much each voxel of a patch counts, falling towards its rim, [PATCH ** 3]."""
    ramp = torch.hann_window(PATCH + 2, periodic=False)[1:-1]
    return (ramp[:, None, None] * ramp[None, :, None] * ramp[None, None]).reshape(-1)
