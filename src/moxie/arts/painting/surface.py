"""Painting a surface in the artist's hand over a composition.

The picture is optimised from coarse to fine so that VGG19 activations and small patches are
distributed as in the reference works, by sliced Wasserstein distance (see `nn.sliced`). Each
activation is joined by the colour and height of its surroundings, so that sky is painted with
the strokes of skies: what is matched is the joint distribution of stroke and place. The
composition itself is held only at a low resolution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from moxie.arts.painting.picture import Picture
from moxie.nn import sliced
from moxie.nn.nearest import patches
from moxie.nn.vgg import Vgg19

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1")
"""Activations matched; the deepest is left out from 256 px up, where it costs most."""

POINTS = 2048
"""Activations compared at each step and layer."""

LINES = 40
"""Random lines a layer and step."""

PATCH = 7
"""Side of the pixel patches whose distribution is matched, in pixels."""

PATCH_WEIGHT = 5.0
PLACE_WEIGHT = 1.0

COARSEST = 64
"""Shorter side from which painting starts, about."""

RATE, FINE_RATE = 0.03, 0.012
"""Adam's step, coarse and from 192 px up, where larger steps stay in the picture as grain."""

STEPS = (25, 20, 12, 8, 6)
"""Optimisation steps at each level, from coarse to fine."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A work to paint from: how to get it just covering a (height, width), and its share."""

    at: Callable[[tuple[int, int]], Picture]
    share: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is painted: a composition of any size, how finely and firmly it is held.

    `fixed` and `mask` (True = paint) keep part of a picture as it is; both at the final size.
    """

    layout: Picture
    size: tuple[int, int]
    detail: int
    hold: float
    fixed: Picture | None = None
    mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]] | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    """A layer's points in the references, [n, channels + place], and their scale."""

    points: Tensor
    scale: Tensor

    @classmethod
    def of(cls, points: Tensor, places: Tensor) -> _Target:
        """Bring activations [n, c] to unit spread and join their places [n, 4]."""
        scale = points.std() + 1e-6
        return cls(join_place(points / scale, places), scale)


def paint(
    canvas: Canvas, references: Sequence[Reference], vgg: Vgg19, generator: Generator
) -> Picture:
    """Paint the canvas with the surface of the references."""
    layout = to_tensor(canvas.layout)
    image = layout
    for short, steps in schedule(canvas.size):
        size = _scaled(canvas.size, short)
        image = _resample(image, size).clamp(0, 1)
        noise = 0.02 * torch.randn(image.shape, generator=generator)
        image = _Level(canvas, layout, references, vgg, generator, size).run(
            image + noise, steps, rate=RATE if short < 192 else FINE_RATE
        )
    return to_picture(image)


def schedule(size: tuple[int, int]) -> list[tuple[int, int]]:
    """(shorter side, steps) from coarse to fine; the last shorter side is the picture's own."""
    short = min(size)
    halvings = max(0, round(math.log2(short / COARSEST)))
    sides = [round(short / 2**k) for k in range(halvings, -1, -1)]
    steps = STEPS if len(sides) <= len(STEPS) else STEPS + (4,) * (len(sides) - len(STEPS))
    return list(zip(sides, steps, strict=False))


class _Level:
    """One scale of the painting."""

    def __init__(
        self,
        canvas: Canvas,
        layout: Tensor,
        references: Sequence[Reference],
        vgg: Vgg19,
        generator: Generator,
        size: tuple[int, int],
    ) -> None:
        short = min(size)
        self.layers = LAYERS if short < 192 else LAYERS[:3]
        self.vgg, self.generator = vgg, generator
        pictures = [(to_tensor(self._window(r, size)), r.share) for r in references]
        self.targets = self._targets(pictures)
        self.patches = torch.cat([self._patches(*pair) for pair in pictures])
        self.places = {name: place(layout, _map_size(size, name)) for name in self.layers}
        self.held = _scaled(size, min(canvas.detail, short))
        self.goal = shrink(layout, self.held)
        self.hold = canvas.hold
        self.fixed = _resample(to_tensor(canvas.fixed), size) if canvas.fixed is not None else None
        self.mask = _mask(canvas, size)

    def run(self, image: Tensor, steps: int, rate: float) -> Tensor:
        """Optimise the image [1, 3, h, w] for `steps` steps of Adam."""
        image = image.detach().requires_grad_(True)
        optimizer = torch.optim.Adam([image], lr=rate, betas=(0.9, 0.99))
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate if step < 0.6 * steps else 0.4 * rate
            optimizer.zero_grad()
            self._loss(image).backward()  # type: ignore[no-untyped-call]  # torch has no types here
            optimizer.step()
            with torch.no_grad():
                image.clamp_(0, 1)
                if self.fixed is not None and self.mask is not None:
                    image.copy_(torch.where(self.mask, image, self.fixed))
        return image.detach()

    def _loss(self, image: Tensor) -> Tensor:
        loss = self.hold * F.mse_loss(shrink(image, self.held), self.goal)
        for name, found in self.vgg.features(image, self.layers).items():
            target = self.targets[name]
            loss = loss + self._distance(rows(found), self.places[name], target)
        lines = sliced.directions(LINES, 3 * PATCH * PATCH, self.generator)
        ours = F.conv2d(image, lines.view(-1, 3, PATCH, PATCH)).flatten(2)[0]
        drawn = torch.randint(0, ours.shape[1], (POINTS,), generator=self.generator)
        theirs = lines @ sliced.subset(self.patches, POINTS, self.generator).T
        return loss + PATCH_WEIGHT * sliced.shadow_distance(ours[:, drawn], theirs)

    def _distance(self, points: Tensor, places: Tensor, target: _Target) -> Tensor:
        n = min(POINTS, len(points))
        drawn = torch.randperm(len(points), generator=self.generator)[:n]
        ours = join_place(points[drawn].float() / target.scale, places[drawn])
        lines = sliced.directions(LINES, ours.shape[1], self.generator)
        return sliced.distance(ours, sliced.subset(target.points, n, self.generator), lines)

    def _window(self, reference: Reference, size: tuple[int, int]) -> Picture:
        """A random window of a reference in the canvas' shape.

        One shape for all: a convolution of a new shape costs as much as ten of a known one.
        """
        picture = reference.at(size)
        shape = np.minimum(picture.shape[:2], size)
        spare = [int(n) for n in picture.shape[:2] - shape]
        top, left = (int(torch.randint(0, n + 1, (1,), generator=self.generator)) for n in spare)
        return picture[top : top + shape[0], left : left + shape[1]]

    def _targets(self, pictures: Sequence[tuple[Tensor, float]]) -> dict[str, _Target]:
        """Points of every layer, drawn from the references by their shares."""
        points: dict[str, list[Tensor]] = {name: [] for name in self.layers}
        places: dict[str, list[Tensor]] = {name: [] for name in self.layers}
        for picture, share in pictures:
            n = max(1, int(4 * POINTS * share))
            with torch.no_grad():
                features = self.vgg.features(picture, self.layers)
            for name, found in features.items():
                where = place(picture, (found.shape[-2], found.shape[-1]))
                drawn = torch.randint(0, len(where), (n,), generator=self.generator)
                points[name].append(rows(found)[drawn].float())
                places[name].append(where[drawn])
        return {
            name: _Target.of(torch.cat(points[name]), torch.cat(places[name]))
            for name in self.layers
        }

    def _patches(self, picture: Tensor, share: float) -> Tensor:
        found = patches(picture, PATCH)
        n = max(1, int(4 * POINTS * share))
        return found[torch.randint(0, len(found), (n,), generator=self.generator)]


def place(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """Blurred colour and height at every position of a picture [1, 3, H, W]: [h * w, 4]."""
    coarse = shrink(picture, _scaled((picture.shape[-2], picture.shape[-1]), 24))
    colour = F.interpolate(coarse, size, mode="bilinear", align_corners=False)[0]
    height = torch.linspace(-0.15, 0.15, size[0]).view(1, -1, 1).expand(1, *size)
    return torch.cat([colour - 0.5, height]).flatten(1).T


def rows(found: Tensor) -> Tensor:
    """Activations [1, c, h, w] as one row a position, [h * w, c]; free for channels-last ones."""
    return found[0].permute(1, 2, 0).reshape(-1, found.shape[1])


def join_place(points: Tensor, places: Tensor) -> Tensor:
    """Points [n, c] beside their places [n, 4], of comparable weight in a projection."""
    return torch.cat([points, places * (PLACE_WEIGHT * math.sqrt(points.shape[1]))], 1)


def shrink(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample without aliasing; plain area averaging leaves a grid in the gradients."""
    return F.interpolate(image, size, mode="bilinear", antialias=True, align_corners=False)


def recolour(picture: Picture, turn: float, chroma: float) -> Picture:
    """Turn every hue by `turn` radians in Lab and strengthen it by `1 + chroma`."""
    if turn == 0 and chroma == 0:
        return picture
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    a, b = lab[..., 1] - 128, lab[..., 2] - 128
    cos, sin = math.cos(turn) * (1 + chroma), math.sin(turn) * (1 + chroma)
    lab[..., 1], lab[..., 2] = 128 + cos * a - sin * b, 128 + sin * a + cos * b
    back = np.clip(np.rint(lab), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(back, cv2.COLOR_LAB2RGB), np.uint8)


def to_tensor(picture: Picture) -> Tensor:
    """float32 [1, 3, h, w] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def to_picture(image: Tensor) -> Picture:
    """The inverse of `to_tensor`, rounded."""
    values = (image[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0)
    return np.ascontiguousarray(values.cpu().numpy(), np.uint8)


def _resample(image: Tensor, size: tuple[int, int]) -> Tensor:
    if size[0] < image.shape[-2]:
        return shrink(image, size)
    return F.interpolate(image, size, mode="bicubic", align_corners=False)


def _scaled(size: tuple[int, int], short: int) -> tuple[int, int]:
    scale = short / min(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _map_size(size: tuple[int, int], layer: str) -> tuple[int, int]:
    halvings = int(layer[4]) - 1
    return size[0] // 2**halvings, size[1] // 2**halvings


def _mask(canvas: Canvas, size: tuple[int, int]) -> Tensor | None:
    if canvas.mask is None:
        return None
    mask = torch.from_numpy(canvas.mask.astype(np.float32))[None, None]
    return F.interpolate(mask, size, mode="nearest") > 0.5
