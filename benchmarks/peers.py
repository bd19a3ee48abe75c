"""The baselines of benchmarks/painting.py, written plainly from their papers.

All know several works, as Moxie does, and take one work's composition: the first two from noise
over its thumbnail, the third from its colours at low resolution. None checks for copies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from matching import match
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.nn import machine, sliced
from moxie.nn.nearest import bank, nearest, patches
from moxie.nn.vgg import Vgg19

PATCH = 7
REFERENCES = 6
NOISE = 0.375
"""Standard deviation of the noise at the start; 0.75 on a scale of -1 to 1, as published."""

RATE = 0.01
"""Adam's: twice the published one, as there are fewer steps; less towards the end of a level."""

COMPONENTS = 32
"""Principal components by which nearest patches are found."""

START = 24
"""Shorter side of the coarsest level; nearer to the patch size it would be a plain copy."""

Peer = Callable[[Sequence[Picture], tuple[int, int], int], Picture]


def nearest_patches(works: Sequence[Picture], size: tuple[int, int], seed: int) -> Picture:
    """Patch nearest neighbours, coarse to fine (Granot et al. 2022), over several works.

    As in Efficient-GPNN, patches are compared by their principal components; a bank of 20,000 a
    level is searched exactly. Patches that are used often are made dearer (the paper's
    completeness term, alpha 0.005) at the coarsest level.
    """
    generator = torch.Generator().manual_seed(seed)
    references = _references(works, seed)
    image = _start(references[0], size, NOISE, generator)
    for level, scale in enumerate(_scales(size, 0.75)):
        shape = _shape(size, scale)
        image = _grow(image, shape)
        sources = [to_tensor(resize(w, *shape)) for w in references]
        known = bank(sources, PATCH, 20_000, generator)
        axes = torch.linalg.svd(known[:4000] - known[:4000].mean(0), full_matrices=False)[2]
        short = known @ axes[:COMPONENTS].T
        for _ in range(4 if level == 0 else 2):
            found = patches(image, PATCH) @ axes[:COMPONENTS].T
            index = _complete(found, short) if level == 0 else nearest(found, short)[0]
            image = _assemble(known[index], *shape, PATCH)
    return to_picture(image)


def direct_matching(works: Sequence[Picture], size: tuple[int, int], seed: int) -> Picture:
    """Patch distributions matched directly (Elnekave and Weiss 2022), over several works.

    Steps are fewer than the paper's 300 a level, which take a quarter of an hour on two cores.
    """
    generator = torch.Generator().manual_seed(seed)
    references = _references(works, seed)
    image = _start(references[0], size, NOISE, generator)
    scales = _scales(size, 0.67)
    for scale, steps in zip(scales, np.linspace(150, 45, len(scales)).astype(int), strict=True):
        shape = _shape(size, scale)
        sources = [to_tensor(resize(w, *shape)) for w in references]
        known = bank(sources, PATCH, 8 * 4096, generator)
        image = _match(_grow(image, shape), known, int(steps), generator)
    return to_picture(image)


def feature_matching(works: Sequence[Picture], size: tuple[int, int], seed: int) -> Picture:
    """VGG19 features matched over one work's composition (see matching.py), over several works."""
    references = _references(works, seed)
    sources = [resize(work, *size) for work in references]
    generator = torch.Generator().manual_seed(seed)
    return match(sources[0], sources, _vgg(), generator)


@cache
def _vgg() -> Vgg19:
    return Vgg19.load(machine.detect(), last="conv4_1")


PEERS: dict[str, Peer] = {
    "nearest-patches": nearest_patches,
    "direct-matching": direct_matching,
    "feature-matching": feature_matching,
}


def _match(image: Tensor, known: Tensor, steps: int, generator: Generator) -> Tensor:
    image = image.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([image], lr=RATE)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE if step < 0.6 * steps else 0.3 * RATE
        optimizer.zero_grad()
        lines = sliced.directions(64, known.shape[1], generator)
        ours = F.conv2d(image, lines.view(-1, 3, PATCH, PATCH)).flatten(2)[0]
        theirs = lines @ sliced.subset(known, ours.shape[1], generator).T
        sliced.shadow_distance(ours, theirs).backward()
        optimizer.step()
        with torch.no_grad():
            image.clamp_(0, 1)
    return image.detach()


def _complete(found: Tensor, known: Tensor) -> Tensor:
    """Nearest patches when those already in use cost more."""
    apart = torch.cdist(found, known) ** 2 / found.shape[1]
    return (apart / (0.005 + apart.min(0, keepdim=True).values)).argmin(1)


def _references(works: Sequence[Picture], seed: int) -> list[Picture]:
    """A work and those nearest to it as thumbnails."""
    thumbnails = np.stack([resize(w, 16, 16).astype(np.float32) for w in works])
    base = int(np.random.default_rng(seed).integers(len(works)))
    order = ((thumbnails - thumbnails[base]) ** 2).mean((1, 2, 3)).argsort()
    return [works[int(i)] for i in order[:REFERENCES]]


def _start(work: Picture, size: tuple[int, int], noise: float, generator: Generator) -> Tensor:
    image = to_tensor(resize(work, *_shape(size, START / min(size))))
    return image + noise * torch.randn(image.shape, generator=generator)


def _scales(size: tuple[int, int], factor: float) -> list[float]:
    scales = [1.0]
    while scales[-1] * factor * min(size) >= START:
        scales.append(scales[-1] * factor)
    return scales[::-1]


def _shape(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(PATCH, round(size[0] * scale)), max(PATCH, round(size[1] * scale))


def _grow(image: Tensor, shape: tuple[int, int]) -> Tensor:
    return F.interpolate(image, shape, mode="bicubic", align_corners=False)


def _assemble(chosen: Tensor, height: int, width: int, size: int) -> Tensor:
    """Average overlapping patches [n, c * size * size] into an image [1, c, height, width]."""
    columns = chosen.T[None]
    total = F.fold(columns, (height, width), size)
    return total / F.fold(torch.ones_like(columns), (height, width), size)
