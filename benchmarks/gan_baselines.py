"""The generators that `painting/gan` is measured against, written plainly from their descriptions.

* `Article`: the program of the article that the product was founded on, repaired only as far as it
  takes to run. It printed a generator (z of 100, dense, reshaped, transposed convolutions), a
  convolutional discriminator, binary cross-entropy, Adam at 1e-4 and batches of 128. Repaired: the
  imports; the sizes, which did not match (8 x 8 from the generator, 28 x 28 x 1 into the
  discriminator) and are one size in colour now; the discriminator, which returned its input; the
  combined model, which showed noise to the discriminator as if it were a picture, and built both
  networks anew at every call, so that nothing trained was used; training data, which were not
  defined; and noise without a batch axis. Not added: augmentation, averaging of weights,
  normalisation, or anything else that was found out later.
* `Fast`: Liu et al., "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image
  Synthesis" (2021) at a size and width that a processor can train: skip-layer excitation, a
  discriminator that also has to rebuild what it sees, hinge loss with a random margin, batches of
  8, Adam 2e-4 (0.5, 0.999), colours and places augmented differentiably, averaged weights. What it
  rebuilds is compared by squared error, as in lightweight-gan, and not by a pretrained network.

Both train for so many seconds of the processor's time.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from moxie.nn.gan import augment

Batch = Callable[[int], Tensor]
"""Draws so many pictures, float [n, 3, side, side] in 0..1."""


class Baseline(Protocol):
    """A generator to be trained and drawn from."""

    side: int
    latent: int
    steps: int

    def train(self, batch: Batch, seconds: float, seed: int) -> None:
        """Train for so many seconds of the processor's time."""

    def draw(self, z: Tensor) -> Tensor:
        """Pictures float [n, 3, side, side] in 0..1 of noise [n, latent]."""


class Article:
    """The article's program; see above."""

    latent, size, rate = 100, 128, 1e-4

    def __init__(self, side: int) -> None:
        self.side, self.steps = side, 0

    def train(self, batch: Batch, seconds: float, seed: int) -> None:
        """See `Baseline.train`."""
        torch.manual_seed(seed)
        self.generator = _article_generator(self.latent, self.side)
        judge = _article_discriminator(self.side)
        made = torch.optim.Adam(self.generator.parameters(), self.rate)
        judged = torch.optim.Adam(judge.parameters(), self.rate)
        ones, zeros = torch.ones(self.size, 1), torch.zeros(self.size, 1)
        began = time.process_time()
        while time.process_time() - began < seconds:
            real = 2 * batch(self.size) - 1
            fake = self.generator(torch.randn(self.size, self.latent))
            loss = _cross(judge(real), ones) + _cross(judge(fake.detach()), zeros)
            _descend(judged, loss)
            _descend(made, _cross(judge(fake), ones))
            self.steps += 1
        self.generator.eval()

    def draw(self, z: Tensor) -> Tensor:
        """See `Baseline.draw`."""
        with torch.no_grad():
            made: Tensor = (self.generator(z) + 1) / 2
            return made


def _article_widths(side: int) -> list[int]:
    """Channels from 8 x 8 to half the side, halved each time it doubles, down to 64."""
    doublings = (side // 8).bit_length() - 1
    return [64 * 2**i for i in range(doublings)][::-1]


def _article_generator(latent: int, side: int) -> nn.Module:
    widths = _article_widths(side)
    layers: list[nn.Module] = [nn.Linear(latent, 8 * 8 * widths[0]), nn.LeakyReLU(0.2)]
    layers.append(nn.Unflatten(1, (widths[0], 8, 8)))
    for before, after in pairwise(widths):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 3, 4, 2, 1), nn.Tanh())


def _article_discriminator(side: int) -> nn.Module:
    widths = _article_widths(side)[::-1]
    layers: list[nn.Module] = []
    for before, after in pairwise([3, *widths]):
        layers += [nn.Conv2d(before, after, 4, 2, 1), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(8 * 8 * widths[-1], 1))


_cross = F.binary_cross_entropy_with_logits


class Fast:
    """FastGAN on a processor; see above."""

    latent, size, rate, average = 256, 8, 2e-4, 0.999

    def __init__(self, side: int, width: int = 16) -> None:
        self.side, self.width, self.steps = side, width, 0

    def train(self, batch: Batch, seconds: float, seed: int) -> None:
        """See `Baseline.train`."""
        torch.manual_seed(seed)
        random = torch.Generator().manual_seed(seed)
        generator = _FastGenerator(self.latent, self.width, self.side)
        judge = _FastDiscriminator(self.width, self.side)
        self.generator = copy.deepcopy(generator)
        made = torch.optim.Adam(generator.parameters(), self.rate, (0.5, 0.999))
        judged = torch.optim.Adam(judge.parameters(), self.rate, (0.5, 0.999))
        began = time.process_time()
        while time.process_time() - began < seconds:
            real = _changed(2 * batch(self.size) - 1, random)
            fake = _changed(generator(torch.randn(self.size, self.latent)), random)
            _descend(judged, _judged(judge, real, fake.detach()))
            _descend(made, -judge(fake)[0].mean())
            self.steps += 1
            _average(self.generator, generator, min(self.average, self.steps / (self.steps + 10)))
        self.generator.eval()

    def draw(self, z: Tensor) -> Tensor:
        """See `Baseline.draw`."""
        with torch.no_grad():
            made: Tensor = ((self.generator(z) + 1) / 2).clamp(0, 1)
            return made


class _FastGenerator(nn.Module):
    """From 4 x 4; the coarse layers gate the fine ones."""

    def __init__(self, latent: int, width: int, side: int) -> None:
        super().__init__()
        doublings = (side // 4).bit_length() - 1
        wide = [width * times for times in (16, 8, 4, 2, 2)][: doublings + 1]
        self.first = nn.Sequential(
            nn.ConvTranspose2d(latent, 2 * wide[0], 4, bias=False),
            nn.BatchNorm2d(2 * wide[0]),
            nn.GLU(1),
        )
        pairs = list(pairwise(wide))
        self.up = nn.ModuleList(_up(a, b, twice=i % 2 == 0) for i, (a, b) in enumerate(pairs))
        self.gates = nn.ModuleList([_gate(wide[0], wide[-2]), _gate(wide[1], wide[-1])])
        self.last = nn.Conv2d(wide[-1], 3, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        """Noise [n, latent] to pictures [n, 3, side, side] in -1..1."""
        x = self.first(z[..., None, None])
        seen = [x]
        gated = len(self.up) - 2
        for i, up in enumerate(self.up):
            x = up(x)
            if i >= gated:
                x = x * self.gates[i - gated](seen[i - gated])
            seen.append(x)
        return torch.tanh(self.last(x))


def _up(before: int, after: int, *, twice: bool) -> nn.Module:
    layers: list[nn.Module] = [nn.Upsample(scale_factor=2), *_glu(before, after)]
    return nn.Sequential(*layers, *([_Noise(), *_glu(after, after)] if twice else []))


def _glu(before: int, after: int) -> list[nn.Module]:
    convolution = nn.utils.parametrizations.spectral_norm(
        nn.Conv2d(before, 2 * after, 3, padding=1, bias=False)
    )
    return [convolution, nn.BatchNorm2d(2 * after), nn.GLU(1)]


class _Noise(nn.Module):
    """Noise of a strength that is learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return x + self.strength * torch.randn(len(x), 1, *x.shape[2:])


def _gate(before: int, after: int) -> nn.Module:
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(4),
        nn.Conv2d(before, after, 4, bias=False),
        nn.SiLU(),
        nn.Conv2d(after, after, 1, bias=False),
        nn.Sigmoid(),
    )


class _FastDiscriminator(nn.Module):
    """Logits on a 4 x 4 grid, and two rebuilt pictures: the whole, and one quarter of it."""

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        halvings = (side // 8).bit_length() - 1
        wide = [2 * width * 2**i for i in range(halvings + 1)]
        self.first = nn.Sequential(nn.Conv2d(3, wide[0], 3, 1, 1, bias=False), nn.LeakyReLU(0.2))
        self.down = nn.ModuleList(_Down(a, b) for a, b in pairwise(wide))
        self.logits = nn.Sequential(
            nn.Conv2d(wide[-1], wide[-1], 1, bias=False),
            nn.BatchNorm2d(wide[-1]),
            nn.LeakyReLU(0.2),
            nn.Conv2d(wide[-1], 1, 4, padding=1, bias=False),
        )
        self.whole, self.part = _decoder(wide[-1]), _decoder(wide[-2])

    def features(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Of pictures [n, 3, side, side]: at 16 x 16 and at 8 x 8."""
        x = self.first(x)
        for down in self.down[:-1]:
            x = down(x)
        return x, self.down[-1](x)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, and the features that pictures are rebuilt from."""
        fine, coarse = self.features(x)
        return self.logits(coarse), fine, coarse


class _Down(nn.Module):
    """Half as large, by two ways that are averaged."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.one = nn.Sequential(
            nn.Conv2d(before, after, 4, 2, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2),
            nn.Conv2d(after, after, 3, 1, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2),
        )
        self.other = nn.Sequential(
            nn.AvgPool2d(2),
            nn.Conv2d(before, after, 1, bias=False),
            nn.BatchNorm2d(after),
            nn.LeakyReLU(0.2),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, before, h, w] to [n, after, h / 2, w / 2]."""
        found: Tensor = (self.one(x) + self.other(x)) / 2
        return found


def _decoder(before: int) -> nn.Module:
    """Features at 8 x 8 to a picture of 32 x 32."""
    layers: list[nn.Module] = []
    for after in (32, 16):
        layers += [nn.Upsample(scale_factor=2), *_glu(before, after)]
        before = after
    return nn.Sequential(*layers, nn.Conv2d(before, 3, 3, padding=1), nn.Tanh())


def _judged(judge: _FastDiscriminator, real: Tensor, fake: Tensor) -> Tensor:
    """Hinge loss with a random margin, and how badly the real pictures are rebuilt."""
    said, fine, coarse = judge(real)
    refused = judge(fake)[0]
    margin = 0.8 + 0.2 * torch.rand(said.shape)
    loss = F.relu(margin - said).mean() + F.relu(margin + refused).mean()
    top, left = (int(n) for n in torch.randint(0, 2, (2,)))
    corner = fine[:, :, 8 * top : 8 * top + 8, 8 * left : 8 * left + 8]
    half = real.shape[2] // 2
    quarter = real[:, :, half * top : half * (top + 1), half * left : half * (left + 1)]
    loss = loss + F.mse_loss(judge.whole(coarse), _at_32(real))
    return loss + F.mse_loss(judge.part(corner), _at_32(quarter))


def _at_32(images: Tensor) -> Tensor:
    """At the size that is rebuilt."""
    return F.interpolate(images, size=(32, 32), mode="area")


def _changed(images: Tensor, random: Generator) -> Tensor:
    """Colours and places changed, of pictures in -1..1."""
    return 2 * augment((images + 1) / 2, random, cutout=False) - 1


def _average(kept: nn.Module, new: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mine, theirs in zip(kept.parameters(), new.parameters(), strict=True):
            mine.lerp_(theirs, 1 - decay)
        for ours, others in zip(kept.buffers(), new.buffers(), strict=True):
            ours.copy_(others)


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
