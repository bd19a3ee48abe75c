"""What small pieces of paintings look like, as a mixture of Gaussians, and what that says of holes.

Each Gaussian is a kind of piece (an edge this way, strokes that way, flat colour), known by the
few directions in which pieces of its kind differ. A piece with a hole is given to the kinds that
explain what is known of it, and each kind says what is likeliest in the hole. After Zoran and
Weiss, "From Learning Models of Natural Image Patches to Whole Image Restoration" (2011), and Yu,
Sapiro and Mallat, "Solving Inverse Problems with Piecewise Linear Estimators" (2012); the
directions as in Tipping and Bishop, "Mixtures of Probabilistic Principal Component Analysers"
(1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIDE = 8
"""The side of a piece in pixels."""

VALUES = 3 * SIDE * SIDE
DIRECTIONS = 36
"""In so many directions do the pieces of one kind differ; what is left is noise."""

LEAST_NOISE = 1e-5
"""Of a kind, as a variance; colours are 0..1."""

FEW = 40
"""A kind with fewer pieces keeps the directions it had."""

GENERIC = Path(__file__).parent.parent / "data" / "pieces.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prior:
    """The kinds: `factors` [k, VALUES, DIRECTIONS], orthogonal, `noise` [k], `chance` [k] (logs).

    Pieces are without their mean colour, their values in the order row, column, channel.
    """

    factors: Tensor
    noise: Tensor
    chance: Tensor

    def likely(self, pieces: Tensor) -> Tensor:
        """The log-likelihood of whole pieces [n, VALUES] under each kind, [n, k]."""
        kinds, _, directions = self.factors.shape
        power = self.factors.pow(2).sum(1)  # the directions of a kind are orthogonal
        total = power + self.noise[:, None]
        flat = self.factors.permute(1, 0, 2).reshape(VALUES, -1)
        seen = (pieces @ flat).view(len(pieces), kinds, directions).pow_(2)
        explained = torch.einsum("nkd,kd->nk", seen, 1 / total)
        volume = total.log().sum(1) + (VALUES - directions) * self.noise.log()
        left = (pieces.pow(2).sum(1, keepdim=True) - explained) / self.noise
        return self.chance - (left + volume) / 2

    def learn(self, pieces: Tensor, rounds: int) -> Prior:
        """The same kinds after `rounds` of hard expectation-maximisation on pieces [n, VALUES]."""
        prior = self
        for _ in range(rounds):
            kinds = torch.cat([prior.likely(some).argmax(1) for some in torch.split(pieces, 2048)])
            prior = _fitted(pieces, kinds, prior)
        return prior

    def save(self, path: Path) -> None:
        """Write it in half precision, which is more than was measured."""
        factors, chance = self.factors.half().numpy(), self.chance.numpy()
        np.savez_compressed(path, factors=factors, noise=self.noise.numpy(), chance=chance)


def load(path: Path = GENERIC) -> Prior:
    """The prior that ships with Moxie, or another that was saved."""
    with np.load(path, allow_pickle=False) as held:
        names = ("factors", "noise", "chance")
        parts = [torch.from_numpy(held[name].astype(np.float32)) for name in names]
    return Prior(*parts)


def start(pieces: Tensor, kinds: int, seed: int) -> Prior:
    """Kinds to begin with: pieces by the direction they have most of (spherical k-means)."""
    generator = torch.Generator().manual_seed(seed)
    flat = pieces / (pieces.norm(dim=1, keepdim=True) + 0.05)
    middles = flat[torch.randperm(len(flat), generator=generator)[:kinds]]
    labels = torch.zeros(len(flat), dtype=torch.long)
    for _ in range(5):
        labels = (flat @ middles.T).abs().argmax(1)
        found = [flat[labels == kind] for kind in range(kinds)]
        middles = torch.stack(
            [
                torch.linalg.eigh(some.T @ some)[1][:, -1] if len(some) else middle
                for some, middle in zip(found, middles, strict=True)
            ]
        )
    plain = Prior(
        torch.zeros(kinds, VALUES, DIRECTIONS), torch.full((kinds,), 0.01), torch.zeros(kinds)
    )
    return _fitted(pieces, labels, plain)


def pieces_of(
    pictures: Sequence[Floats], most: int, seed: int, hole: NDArray[np.bool_] | None = None
) -> Tensor:
    """Up to `most` pieces [n, VALUES] from pictures [h, w, 3] in 0..1, without their mean colour.

    Turned and mirrored at random. Those that touch `hole` of the one picture are left out.
    """
    rng = np.random.default_rng(seed)
    found: list[Floats] = []
    for picture in pictures:
        height, width = picture.shape[:2]
        if min(height, width) < SIDE:
            continue
        for _ in range(max(1, most // len(pictures))):
            row, column = rng.integers(height - SIDE + 1), rng.integers(width - SIDE + 1)
            box = slice(row, row + SIDE), slice(column, column + SIDE)
            if hole is not None and hole[box].any():
                continue
            piece = np.rot90(picture[box], int(rng.integers(4)))
            found.append(piece[:, ::-1] if rng.random() < 0.5 else piece)
    if not found:
        return torch.zeros(0, VALUES)
    return without_mean(torch.from_numpy(np.stack(found).reshape(-1, VALUES)))[0]


def without_mean(pieces: Tensor) -> tuple[Tensor, Tensor]:
    """Pieces [n, VALUES] without their mean colour, and those colours [n, 1, 3]."""
    pixels = pieces.view(len(pieces), -1, 3)
    mean = pixels.mean(1, keepdim=True)
    return (pixels - mean).view(len(pieces), -1), mean


def _fitted(pieces: Tensor, labels: Tensor, before: Prior) -> Prior:
    """Each kind's directions and noise from the pieces given to it."""
    factors, noise = before.factors.clone(), before.noise.clone()
    counts = torch.bincount(labels, minlength=len(noise)).float()
    for kind in range(len(noise)):
        own = pieces[labels == kind]
        if len(own) < FEW:
            continue
        weight = len(own) / (len(own) + 2 * FEW)  # a kind with few pieces keeps some of what it was
        old = before.factors[kind] @ before.factors[kind].T
        old.diagonal().add_(before.noise[kind])
        spread = weight * own.T @ own / len(own) + (1 - weight) * old
        values, vectors = torch.linalg.eigh(spread)
        values, vectors = values.flip(0), vectors.flip(1)
        noise[kind] = values[DIRECTIONS:].mean().clamp_min(LEAST_NOISE)
        scale = (values[:DIRECTIONS] - noise[kind]).clamp_min(0).sqrt()
        factors[kind] = vectors[:, :DIRECTIONS] * scale
    chance = ((counts + 1) / (counts + 1).sum()).log()
    return Prior(factors, noise, chance)
