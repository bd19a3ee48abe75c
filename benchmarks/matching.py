"""The surface that `quilt` replaced, kept as a peer: feature distributions matched by gradients.

A picture is optimised from coarse to fine until VGG19 activations and 7 x 7 patches are distributed
as in the references, by sliced Wasserstein distance (see `moxie.nn.sliced`), over a composition
held at low resolution: texture synthesis after Heitz et al., "A Sliced Wasserstein Loss for Neural
Texture Synthesis" (2021), with several references.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.nn import sliced
from moxie.nn.nearest import bank
from moxie.nn.vgg import Vgg19

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1")
POINTS, LINES, PATCH, PATCH_WEIGHT = 2048, 40, 7, 5.0
HELD, HOLD = 45, 30.0
"""Shorter side at which the composition is held, and how strongly."""

LEVELS = ((4, 25, 0.03), (2, 20, 0.03), (1, 12, 0.012))
"""Divisor of the size, steps of Adam, and its rate."""


def match(layout: Picture, works: Sequence[Picture], vgg: Vgg19, generator: Generator) -> Picture:
    """Paint over the layout, at its size, with the surface of the works."""
    goal = to_tensor(layout)
    image = goal
    size = (goal.shape[-2], goal.shape[-1])
    for divisor, steps, rate in LEVELS:
        small = size[0] // divisor, size[1] // divisor
        image = _shrink(goal, small) if image is goal else _grow(image, small)
        image = (image + 0.02 * torch.randn(image.shape, generator=generator)).clamp(0, 1)
        image = _descend(image, goal, [to_tensor(w) for w in works], vgg, generator, steps, rate)
    return to_picture(image)


def _descend(
    image: Tensor,
    goal: Tensor,
    works: Sequence[Tensor],
    vgg: Vgg19,
    generator: Generator,
    steps: int,
    rate: float,
) -> Tensor:
    size = (image.shape[-2], image.shape[-1])
    works = [_shrink(work, size) for work in works]
    layers = LAYERS if min(size) < 192 else LAYERS[:3]
    targets = _targets(works, vgg, layers)
    known = bank(works, PATCH, 4 * POINTS, generator)
    held = (round(size[0] * HELD / min(size)), round(size[1] * HELD / min(size)))
    image = image.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([image], lr=rate, betas=(0.9, 0.99))
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate if step < 0.6 * steps else 0.4 * rate
        optimizer.zero_grad()
        loss = HOLD * F.mse_loss(_shrink(image, held), _shrink(goal, held))
        for name, found in vgg.features(image, layers).items():
            points, scale = targets[name]
            loss = loss + _distance(_rows(found).float() / scale, points, generator)
        lines = sliced.directions(LINES, 3 * PATCH * PATCH, generator)
        ours = F.conv2d(image, lines.view(-1, 3, PATCH, PATCH)).flatten(2)[0]
        drawn = torch.randint(0, ours.shape[1], (POINTS,), generator=generator)
        theirs = lines @ sliced.subset(known, POINTS, generator).T
        loss = loss + PATCH_WEIGHT * sliced.shadow_distance(ours[:, drawn], theirs)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            image.clamp_(0, 1)
    return image.detach()


def _targets(
    works: Sequence[Tensor], vgg: Vgg19, layers: Sequence[str]
) -> dict[str, tuple[Tensor, Tensor]]:
    """Every layer's activations in all works, of unit spread [n, channels], and that spread."""
    points: dict[str, list[Tensor]] = {name: [] for name in layers}
    for work in works:
        with torch.no_grad():
            for name, found in vgg.features(work, layers).items():
                points[name].append(_rows(found).float())
    joined = {name: torch.cat(found) for name, found in points.items()}
    return {name: (rows / (rows.std() + 1e-6), rows.std() + 1e-6) for name, rows in joined.items()}


def _distance(points: Tensor, target: Tensor, generator: Generator) -> Tensor:
    drawn = torch.randint(0, len(points), (POINTS,), generator=generator)
    lines = sliced.directions(LINES, points.shape[1], generator)
    return sliced.distance(points[drawn], sliced.subset(target, POINTS, generator), lines)


def _rows(found: Tensor) -> Tensor:
    return found[0].permute(1, 2, 0).reshape(-1, found.shape[1])


def _shrink(image: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(image, size, mode="bilinear", antialias=True, align_corners=False)


def _grow(image: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(image, size, mode="bicubic", align_corners=False)
