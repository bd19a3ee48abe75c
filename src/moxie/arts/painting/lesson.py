"""What a network of compositions learns from, how it learns it, and how well it has.

Underpaintings of a few shapes, of about as many places each; pictures of other proportions are cut
from the nearest, so that nothing is squeezed. Some works are set aside to stop by: what a network
has seen too often it only repeats.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from moxie.art import Checkpoint, OnStep
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.underpainting import (
    PLANES,
    TOLD,
    Look,
    Scaling,
    planes_of,
    seen,
    shrunk,
    window,
)
from moxie.nn import flow
from moxie.nn.flow import FlowNet, Shape
from moxie.nn.student import Course, Student
from moxie.settings import Machine

SHAPES = ((32, 32), (32, 40), (40, 32), (24, 40), (40, 24), (24, 48), (48, 24))
"""Heights and widths that are learnt; multiples of what the network needs."""

KEPT = 48
"""Shorter side of an underpainting that windows are cut from."""

NEAR = 0.5
"""How far, as a logarithm, a work's proportions may be from a shape that it teaches."""

ASIDE, MOST_ASIDE = 0.12, 32
"""Share of the works set aside to stop by, and how many are looked at."""

TRIES = 3
"""Times and noises at which the error of a work is taken while learning; more for `losses`."""

LED = 0.5
"""Up to which time the network leads: by then it is settled what goes where."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The works' underpaintings and what each counts; those `aside` are only looked at."""

    planes: tuple[Floats, ...]
    weights: Floats
    aside: tuple[int, ...]
    scaling: Scaling

    @classmethod
    def of(cls, works: Sequence[str], planes: Sequence[Floats], weights: Sequence[float]) -> Lesson:
        """`works` are ids; underpaintings have their shorter side `KEPT`."""
        out = _aside(works)
        # as they are kept, so that a model loaded makes the same works
        kept = tuple(one.astype(np.float16).astype(np.float32) for one in planes)
        learnt = [one for one, work in zip(kept, works, strict=True) if work not in out]
        aside = tuple(i for i, work in enumerate(works) if work in out)
        return cls(kept, np.asarray(weights, np.float32), aside, Scaling.of(learnt))

    def batch(self, n: int, rng: Generator) -> tuple[Tensor, Tensor]:
        """Windows of one shape [n, PLANES, h, w], and what is told of them [n, TOLD].

        The shape is one near to a work that is drawn first, and all the others are near to it.
        """
        chances = self.weights.astype(np.float64)
        chances[list(self.aside)] = 0
        aspects = np.log([p.shape[1] / p.shape[0] for p in self.planes])
        first = int(rng.choice(len(self.planes), p=chances / chances.sum()))
        near = [s for s in SHAPES if abs(_aspect(s) - aspects[first]) < NEAR]
        size = near[int(rng.integers(len(near)))] if near else nearest(math.exp(aspects[first]))
        drawn = rng.choice(len(self.planes), n, p=suited(self.planes, chances, size))
        looks = [Look.draw(rng) for _ in drawn]
        windows = [
            window(self.planes[i], size, look, rng) for i, look in zip(drawn, looks, strict=True)
        ]
        told = torch.tensor([look.told(size[1] / size[0]) for look in looks])
        return tensor([self.scaling.scaled(w) for w in windows]), told


def trained(
    lesson: Lesson,
    shape: Shape,
    course: Course,
    machine: Machine,
    seed: int,
    state: Mapping[str, object],
    *,
    checkpoint: Checkpoint,
    on_step: OnStep,
) -> FlowNet:
    """One network, from a state if there is one."""
    looked = [lesson.planes[i] for i in lesson.aside[:MOST_ASIDE]]

    def loss(net: FlowNet, rng: Generator) -> Tensor:
        works, told = lesson.batch(course.batch, rng)
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        times = flow.spread_times(len(works), LED, generator)
        noise = torch.randn(works.shape, generator=generator)
        sent = (part.to(machine.device) for part in (works, told, times, noise))
        return flow.loss(net, *sent).mean()

    def look(net: FlowNet) -> float | None:
        return float(errors(net, lesson.scaling, looked, TRIES).mean()) if looked else None

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        student = Student(shape.build().to(machine.device), course, seed)
        if state:
            student.restore(state)
        trained = student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)
    # on the CPU, where a loaded network is too: the same seed then makes the same work
    return trained.cpu().requires_grad_(requires_grad=False)


def errors(net: FlowNet, scaling: Scaling, works: Sequence[Floats], tries: int) -> Floats:
    """The error of each underpainting over evenly spread times, always through the same noise."""
    found = np.zeros(len(works), np.float32)
    device = next(net.parameters()).device
    for i, work in enumerate(works):
        aspect = work.shape[1] / work.shape[0]
        size = nearest(aspect)
        planes = tensor([scaling.scaled(shrunk(work, size))]).expand(tries, -1, -1, -1)
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(planes.shape, generator=generator)
        times = LED * (torch.arange(tries) + 0.5) / tries
        told = torch.tensor([Look().told(size[1] / size[0])]).expand(tries, -1)
        sent = (part.to(device) for part in (planes, told, times, noise))
        with torch.inference_mode():
            found[i] = float(flow.loss(net, *sent).mean())
    return found


def shaped(widths: tuple[int, ...]) -> Shape:
    """A network for underpaintings."""
    return Shape(PLANES, widths, TOLD)


def looked_at(picture: Picture) -> Floats:
    """The underpainting that windows are cut from: its shorter side is `KEPT`."""
    return planes_of(seen(picture), _kept(picture.shape[0], picture.shape[1]))


def nearest(aspect: float) -> tuple[int, int]:
    """The shape nearest to an aspect, width / height."""
    return min(SHAPES, key=lambda shape: abs(_aspect(shape) - math.log(aspect)))


def tensor(planes: Sequence[Floats]) -> Tensor:
    """Scaled planes [h, w, PLANES] each, as [n, PLANES, h, w]."""
    return torch.from_numpy(np.stack(planes)).permute(0, 3, 1, 2).contiguous()


def suited(
    planes: Sequence[Floats], chances: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """The chances of works whose proportions are near to a size, summing to 1; of all if none."""
    gaps = [abs(math.log(p.shape[1] / p.shape[0]) - _aspect(size)) for p in planes]
    near = chances * (np.array(gaps) < NEAR)
    found = near if near.sum() > 0 else chances
    return np.asarray(found / found.sum())


def _aspect(size: tuple[int, int]) -> float:
    return math.log(size[1] / size[0])


def _kept(height: int, width: int) -> tuple[int, int]:
    scale = KEPT / min(height, width)
    return max(KEPT, round(height * scale)), max(KEPT, round(width * scale))


def _aside(works: Sequence[str]) -> set[str]:
    """Works set aside, by a hash of their names, so that more works move few of them."""
    names = sorted(set(works), key=lambda work: hashlib.sha256(work.encode()).hexdigest())
    return set(names[: max(1, round(ASIDE * len(names)))]) if len(names) > 2 else set()
