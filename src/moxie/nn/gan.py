"""A generator of small pictures, and judges that see them through a frozen network.

The generator is FastGAN's, narrow enough for a processor: gated linear units, and coarse layers
that gate the channels of fine ones (Liu et al., "Towards Faster and Stabilized GAN Training for
High-fidelity Few-shot Image Synthesis", 2021). The judges are those of Sauer et al., "Projected
GANs Converge Faster" (2021): features of a pretrained network, mixed by fixed random convolutions
across channels and scales, so that what is learnt of pictures need not be learnt again from a few
hundred of them. What they see is changed at random, in ways that gradients pass through (Zhao et
al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

SIDES = (32, 48, 64, 96)
"""Sides that pictures can have, in pixels."""

MULTIPLES = (16, 8, 4, 2, 2, 2)
"""Channels after each doubling, in widths."""

MIXED = 64
"""Channels to which every layer of features is mixed."""

LEAK = 0.2

BRIGHTNESS, SATURATION, CONTRAST = 0.25, 1.0, 0.5
"""How far each is changed at most: added; and as a factor 1 +- this."""

MOVED, CUT = 1 / 8, 1 / 2
"""How far pictures are moved, and the side of what is cut out of them, in sides."""

Features: TypeAlias = Callable[[Tensor], list[Tensor]]
"""Pictures float [n, 3, h, w] in 0..1 to features [n, channels, ...], from fine to coarse."""


class Generator(nn.Module):
    """Noise to pictures of `side` pixels, one of `SIDES`; `width` sets its channels."""

    def __init__(self, side: int, latent: int, width: int) -> None:
        super().__init__()
        self.side, self.latent, self.width = side, latent, width
        self.start = 3 if side % 3 == 0 else 4
        doublings = (side // self.start).bit_length() - 1
        wide = [multiple * width for multiple in MULTIPLES[: doublings + 1]]
        self.first = nn.Linear(latent, 2 * wide[0] * self.start**2, bias=False)
        self.normed = nn.BatchNorm2d(2 * wide[0])
        self.grow = nn.ModuleList(
            _grown(a, b, twice=i % 2 == 0) for i, (a, b) in enumerate(pairwise(wide))
        )
        self.gates = nn.ModuleList(_gate(wide[i], wide[i - 2], self.start) for i in (0, 1))
        self.last = nn.Conv2d(wide[-1], 3, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        """Noise float [n, latent] to pictures [n, 3, side, side] in 0..1."""
        x = self.first(z).view(len(z), -1, self.start, self.start)
        seen = [F.glu(self.normed(x), 1)]
        gated = len(self.grow) - len(self.gates)
        for i, grow in enumerate(self.grow):
            x = grow(seen[-1])
            if i >= gated:
                x = x * self.gates[i - gated](seen[i - gated])
            seen.append(x)
        return torch.sigmoid(2 * self.last(seen[-1]).float())


def settle(generator: Generator) -> None:
    """Measure what the layers are normalised by, of averaged weights, and be ready to be used.

    The same weights give the same result.
    """
    random = torch.Generator().manual_seed(0)
    norms = [layer for layer in generator.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
    generator.train()
    with torch.no_grad():
        for _ in range(SETTLED):
            generator(torch.randn(64, generator.latent, generator=random))
    generator.eval()


SETTLED = 16
"""Batches of pictures by which a finished generator is normalised."""


def _grown(before: int, after: int, *, twice: bool) -> nn.Module:
    layers: list[nn.Module] = [nn.Upsample(scale_factor=2), *_gated(before, after)]
    return nn.Sequential(*layers, *(_gated(after, after) if twice else []))


def _gated(before: int, after: int) -> list[nn.Module]:
    convolution = nn.Conv2d(before, 2 * after, 3, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(2 * after), nn.GLU(1)]


def _gate(before: int, after: int, start: int) -> nn.Module:
    """Skip-layer excitation: how open each fine channel is, [n, after, 1, 1] in 0..1."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(start),
        nn.Conv2d(before, after, start, bias=False),
        nn.SiLU(),
        nn.Conv2d(after, after, 1, bias=False),
        nn.Sigmoid(),
    )


class Judges(nn.Module):
    """One small judge for each scale of the features, as [n, channels] of the layers given.

    Only the judges learn; the mixing is random and stays. `scales` bring the layers to one size.
    """

    scales: Tensor

    def __init__(self, features: Features, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.features = features
        self.across = nn.ModuleList(nn.Conv2d(n, MIXED, 1) for n in channels)
        self.between = nn.ModuleList(nn.Conv2d(MIXED, MIXED, 3, padding=1) for _ in channels[1:])
        for fixed in (*self.across, *self.between):
            nn.init.kaiming_normal_(fixed.weight, nonlinearity="linear")
            nn.init.zeros_(fixed.bias)
            fixed.requires_grad_(requires_grad=False)
        most = len(channels) - 1
        self.heads = nn.ModuleList(_head(max(1, most - i)) for i in range(len(channels)))
        self.register_buffer("scales", torch.ones(len(channels)))

    def calibrate(self, images: Tensor) -> None:
        """Measure how large the features of some pictures are."""
        with torch.no_grad():
            self.scales = torch.stack([1 / f.float().std() for f in self.features(images)])

    def see(self, images: Tensor) -> list[Tensor]:
        """The mixed features of pictures, from fine to coarse; gradients flow through."""
        found = self.features(images)
        mixed = [
            mix(f.float() * scale)
            for mix, f, scale in zip(self.across, found, self.scales, strict=True)
        ]
        for i in range(len(mixed) - 2, -1, -1):
            wide = F.interpolate(mixed[i + 1], size=mixed[i].shape[2:], mode="bilinear")
            mixed[i] = self.between[i](wide + mixed[i]) / 2**0.5
        return mixed

    def judge(self, seen: list[Tensor]) -> Tensor:
        """How real every part looks at every scale, float [n, parts]."""
        return torch.cat([h(f).flatten(1) for h, f in zip(self.heads, seen, strict=True)], 1)


def _head(halvings: int) -> nn.Module:
    layers: list[nn.Module] = []
    for _ in range(halvings):
        layers.append(spectral_norm(nn.Conv2d(MIXED, MIXED, 4, 2, 1)))
        layers.append(nn.LeakyReLU(LEAK))
    return nn.Sequential(*layers, spectral_norm(nn.Conv2d(MIXED, 1, 3, padding=1)))


def augment(images: Tensor, random: torch.Generator, *, cutout: bool = True) -> Tensor:
    """Each picture [n, 3, h, w] in 0..1 otherwise in color, moved, and with a part cut out.

    Gradients flow through. Real and made ones are changed alike, so that nothing of it is learnt.
    """
    images = _recolored(images, random)
    images = _moved(images, random)
    return _cut(images, random) if cutout else images


def _recolored(images: Tensor, random: torch.Generator) -> Tensor:
    def drawn(reach: float) -> Tensor:
        return reach * (2 * torch.rand(len(images), 1, 1, 1, generator=random) - 1)

    images = images + drawn(BRIGHTNESS)
    gray = images.mean(1, keepdim=True)
    images = gray + (images - gray) * (1 + drawn(SATURATION))
    middle = images.mean((1, 2, 3), keepdim=True)
    return middle + (images - middle) * (1 + drawn(CONTRAST))


def _moved(images: Tensor, random: torch.Generator) -> Tensor:
    n, _, height, width = images.shape
    reach = round(MOVED * min(height, width))
    down, across = torch.randint(0, 2 * reach + 1, (2, n), generator=random)
    rows = down[:, None, None] + torch.arange(height)[None, :, None]
    columns = across[:, None, None] + torch.arange(width)[None, None, :]
    wide = F.pad(images, (reach,) * 4).permute(0, 2, 3, 1)
    return wide[torch.arange(n)[:, None, None], rows, columns].permute(0, 3, 1, 2)


def _cut(images: Tensor, random: torch.Generator) -> Tensor:
    n, _, height, width = images.shape
    half = round(CUT * min(height, width)) // 2
    row = torch.randint(0, height + 1, (n, 1, 1), generator=random)
    column = torch.randint(0, width + 1, (n, 1, 1), generator=random)
    inside = (torch.arange(height)[None, :, None] - row).abs() < half
    inside = inside & ((torch.arange(width)[None, None, :] - column).abs() < half)
    return images * (~inside)[:, None]


def find(
    generator: Generator, images: Tensor, known: Tensor, random: torch.Generator, *, steps: int
) -> Tensor:
    """The noise [n, latent] whose pictures are nearest to some [n, 3, side, side] where `known`.

    `known` is float [n, 1, side, side], 1 there. The best of `TRIED` random pictures is made
    nearer by gradient steps; long noise, which no picture was made of in training, is held back.
    """
    tried = torch.randn(TRIED, generator.latent, generator=random)
    with torch.no_grad():
        made = torch.cat([generator(part) for part in torch.split(tried, 64)])
        far = torch.stack([((made - image) ** 2 * at).mean((1, 2, 3))
                           for image, at in zip(images, known, strict=True)])  # fmt: skip
    z = tried[far.argmin(1)].clone().requires_grad_()
    optimiser = torch.optim.Adam([z], lr=0.05)
    share = known.mean((1, 2, 3)).clamp_min(1e-6)
    for _ in range(steps):
        gap = ((generator(z) - images) ** 2 * known).mean((1, 2, 3)) / share
        loss = (gap + HELD * (z**2).mean(1)).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return z.detach()


TRIED = 256
"""Random pictures among which the search for one begins."""

HELD = 1e-3
"""What noise of the usual length costs, in mean squared difference of pictures in 0..1."""


def facts(generator: Generator) -> Mapping[str, int]:
    """What builds a generator of the same shape."""
    return {"side": generator.side, "latent": generator.latent, "width": generator.width}
