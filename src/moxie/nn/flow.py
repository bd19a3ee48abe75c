"""A small U-Net that turns noise into planes of numbers: flow matching, for any art.

Lipman and others, "Flow Matching for Generative Modeling" (2023), along straight lines as in Liu
and others, "Flow Straight and Fast" (2023): at the time t a place is (1 - t) noise + t work, and
the network learns which way the work lies. Noise is at 0, works are at 1. The network is built
after Ho and others, "Denoising Diffusion Probabilistic Models" (2020), and works on cells of 2 x 2
numbers: a wide network on few cells learns more in a processor's minute than a narrow one on many.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELL = 2
"""Numbers along a side of the cells that the network works on."""

GROUPS = 8
"""Groups of channels that are normalised together."""

MOMENT = 128
"""Width of what blocks are told: the time, and whatever else is known."""

FREQUENCIES = 16
"""Waves that a time is told by."""

PALE = 0.85
"""How much a work's strength counts against it: networks lead to places paler than works are."""

CLEAR = 30.0
"""Work over noise from which a place is taken to be clear."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a network: planes, channels at each halving of the grid, and what it is told."""

    planes: int
    widths: tuple[int, ...] = (128, 192, 256)
    told: int = 0

    @property
    def multiple(self) -> int:
        """What the sides of its planes must be a multiple of."""
        return CELL * int(2 ** (len(self.widths) - 1))

    def narrowed(self) -> Shape:
        """Half as wide, and no narrower than what is normalised together."""
        widths = tuple(max(GROUPS, width // 2 // GROUPS * GROUPS) for width in self.widths)
        return replace(self, widths=widths)

    def build(self) -> FlowNet:
        """A network that has learnt nothing; torch's generator decides its weights."""
        return FlowNet(self)


class FlowNet(nn.Module):
    """The way from a place to a work."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.widths[0]
        self.moment = nn.Sequential(
            nn.Linear(2 * FREQUENCIES + shape.told, MOMENT), nn.SiLU(), nn.Linear(MOMENT, MOMENT)
        )
        self.enter = nn.Conv2d(shape.planes * CELL**2, width, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for wider in shape.widths:
            self.down.append(_Block(width, wider))
            width = wider
        self.middle = nn.ModuleList([_Attention(width), _Block(width, width)])
        for narrower in reversed(shape.widths):
            self.up.append(_Block(width + narrower, narrower))
            width = narrower
        self.leave = nn.Sequential(
            nn.GroupNorm(GROUPS, width),
            nn.SiLU(),
            _silent(nn.Conv2d(width, shape.planes * CELL**2, 3, padding=1)),
        )

    def forward(self, x: Tensor, time: Tensor, told: Tensor) -> Tensor:
        """Places [n, planes, h, w], times [n] and what is told [n, told] to velocities like `x`.

        h and w are multiples of `Shape.multiple`.
        """
        moment = self.moment(torch.cat([_waves(time), told], 1))
        h = self.enter(F.pixel_unshuffle(x, CELL))
        passed = []
        for level, block in enumerate(self.down):
            h = F.avg_pool2d(h, 2) if level else h
            h = block(h, moment)
            passed.append(h)
        attention, block = self.middle
        h = block(attention(h), moment)
        for level, block in enumerate(self.up):
            h = F.interpolate(h, scale_factor=2.0) if level else h
            h = block(torch.cat([h, passed.pop()], 1), moment)
        return F.pixel_shuffle(self.leave(h), CELL).float()


class _Block(nn.Module):
    """Two convolutions beside a short cut, told of the moment between them."""

    def __init__(self, width: int, wider: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, wider, 3, padding=1)
        )
        self.norm = nn.GroupNorm(GROUPS, wider)
        self.told = nn.Linear(MOMENT, 2 * wider)
        self.second = _silent(nn.Conv2d(wider, wider, 3, padding=1))
        self.short = nn.Conv2d(width, wider, 1) if width != wider else nn.Identity()

    def forward(self, x: Tensor, moment: Tensor) -> Tensor:
        """[n, width, h, w] to [n, wider, h, w]."""
        scale, shift = self.told(moment)[:, :, None, None].chunk(2, 1)
        h = self.norm(self.first(x)) * (1 + scale) + shift
        found: Tensor = self.short(x) + self.second(F.silu(h))
        return found


class _Attention(nn.Module):
    """Every cell sees every other: what is above has to go with what is below."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(GROUPS, width)
        self.asked = nn.Conv2d(width, 3 * width, 1)
        self.answer = _silent(nn.Conv2d(width, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        """[n, width, h, w] to the same."""
        n, width, rows, columns = x.shape
        cells = self.asked(self.norm(x)).view(n, 3 * self.heads, width // self.heads, -1)
        query, key, value = cells.transpose(2, 3).chunk(3, 1)
        seen = F.scaled_dot_product_attention(query, key, value)
        found: Tensor = x + self.answer(seen.transpose(2, 3).reshape(n, width, rows, columns))
        return found


def loss(net: FlowNet, works: Tensor, told: Tensor, times: Tensor, noise: Tensor) -> Tensor:
    """Mean squared error of the velocity for each of the works [n, planes, h, w], float32 [n]."""
    at = times[:, None, None, None]
    found = net((1 - at) * noise + at * works, times, told)
    error: Tensor = ((found - (works - noise)) ** 2).flatten(1).mean(1)
    return error


def spread_times(n: int, until: float, generator: torch.Generator) -> Tensor:
    """Times to learn at, evenly spread from 0 to `until`, one in each of `n` equal parts, [n]."""
    parts = torch.arange(n) + torch.rand(n, generator=generator)
    return until * parts / n


Way: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""What a network says of places, times and what is told: the velocity of each place."""

Correct: TypeAlias = Callable[[Tensor, float], Tensor]
"""Puts a place at a time right, where a part of it is known."""


@torch.inference_mode()
def walk(
    way: Way,
    place: Tensor,
    told: Tensor,
    times: Sequence[float],
    correct: Correct | None = None,
) -> Tensor:
    """From places [n, planes, h, w] at the first of some times to where they are at the last.

    Heun's method, after Karras and others, "Elucidating the Design Space of Diffusion-Based
    Generative Models" (2022): two looks a step. The last time is before 1.
    """
    for now, then in pairwise(times):
        speed = _speed(way, place, now, told)
        ahead = place + (then - now) * speed
        speed = (speed + _speed(way, ahead, then, told)) / 2
        place = place + (then - now) * speed
        place = place if correct is None else correct(place, then)
    return place


def pushed(strong: Way, weak: Way, push: float) -> Way:
    """What the strong network says, and as much further from what the weak one says.

    After Karras and others, "Guiding a Diffusion Model with a Bad Version of Itself" (2024): both
    err towards what is common, the weak one more, so that where they differ is the way out. At a
    `push` of 1 it is the strong network itself.
    """

    def said(place: Tensor, time: Tensor, told: Tensor) -> Tensor:
        from_weak = weak(place, time, told)
        return from_weak + push * (strong(place, time, told) - from_weak)

    return said


@torch.inference_mode()
def settle(
    place: Tensor,
    works: Tensor,
    since: float,
    widths: Sequence[int],
    correct: Correct | None = None,
) -> tuple[Tensor, Tensor]:
    """From a place [planes, h, w] at the time `since` to one that is made of parts of works.

    For a few works [n, planes, h, w] the way is known exactly: it leads to each as far as it is
    likely to lie behind the noise. Asked of the whole place, that ends in one of them; asked of a
    window about each of its points, in parts of many that go with each other (Kamb and Ganguli,
    "An Analytic Theory of Creativity in Convolutional Diffusion Models", 2024). `widths` are those
    of the windows, odd, one a step. Also the number of the work that each point is of, [h, w].
    """
    ratios = torch.logspace(math.log10(since / (1 - since)), math.log10(CLEAR), len(widths))
    times = [*(float(ratio / (1 + ratio)) for ratio in ratios), 1.0]
    squares = (works**2).sum(1)
    likely = torch.zeros_like(squares)
    for (now, then), width in zip(pairwise(times), widths, strict=True):
        alike = torch.einsum("nphw,phw->nhw", works, place)
        apart = (now * alike - 0.5 * PALE * now**2 * squares) / (1 - now) ** 2
        likely = torch.softmax(_in_windows(apart, width), 0)
        ahead = torch.einsum("nhw,nphw->phw", likely, works)
        place = place + (then - now) / (1 - now) * (ahead - place)
        place = place if correct is None else correct(place, then)
    return place, likely.argmax(0)


def _in_windows(values: Tensor, width: int) -> Tensor:
    """Sums over the windows of a width about every point, [n, h, w]; beyond the edge is 0."""
    summed = F.avg_pool2d(values[:, None], width, 1, width // 2)[:, 0]
    return summed * width**2


def _speed(way: Way, place: Tensor, now: float, told: Tensor) -> Tensor:
    return way(place, torch.full((len(place),), now, device=place.device), told)


def _waves(time: Tensor) -> Tensor:
    """Times [n] as waves [n, 2 * FREQUENCIES]."""
    rates = torch.exp(torch.linspace(0, math.log(200.0), FREQUENCIES, device=time.device))
    angles = time[:, None] * rates[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """A layer that says nothing yet, so that deep networks learn from the first step on."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
