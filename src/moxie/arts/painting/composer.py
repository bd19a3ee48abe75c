"""Compositions of a model's own: a small network learns the works' underpaintings, and makes more.

It learns them at a few shapes of about as many places each; pictures of other proportions are cut
from the nearest shape, so that nothing in them is squeezed. Some works are set aside to stop by:
what few works a network has seen often it can only repeat.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
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
from moxie.errors import Missing
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

STEPS = 20
"""Steps from noise to an underpainting."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The underpaintings to learn from, with what each counts, and those set aside."""

    learnt: tuple[Floats, ...]
    weights: NDArray[np.float64]
    aside: tuple[Floats, ...]
    scaling: Scaling

    @classmethod
    def of(cls, works: Sequence[str], planes: Sequence[Floats], weights: Sequence[float]) -> Lesson:
        """`works` are ids; underpaintings have their shorter side `KEPT`."""
        out = _aside(works)
        learnt = [i for i, work in enumerate(works) if work not in out]
        aside = [i for i, work in enumerate(works) if work in out][:MOST_ASIDE]
        chances = np.maximum([weights[i] for i in learnt], 1e-6)
        kept = tuple(planes[i] for i in learnt)
        return cls(kept, chances / chances.sum(), tuple(planes[i] for i in aside), Scaling.of(kept))

    def batch(self, n: int, rng: Generator) -> tuple[Tensor, Tensor]:
        """Windows of one shape [n, PLANES, h, w], and what is told of them [n, TOLD].

        The shape is one near to a work that is drawn first, and all the others are near to it.
        """
        aspects = np.log([p.shape[1] / p.shape[0] for p in self.learnt])
        first = int(rng.choice(len(self.learnt), p=self.weights))
        near = [s for s in SHAPES if abs(_aspect(s) - aspects[first]) < NEAR]
        size = near[int(rng.integers(len(near)))] if near else nearest(math.exp(aspects[first]))
        suited = np.abs(aspects - _aspect(size)) < NEAR
        suited[first] = True
        chances = self.weights * suited
        drawn = rng.choice(len(self.learnt), n, p=chances / chances.sum())
        looks = [Look.draw(rng) for _ in drawn]
        windows = [
            window(self.learnt[i], size, look, rng) for i, look in zip(drawn, looks, strict=True)
        ]
        told = torch.tensor([look.told(size[1] / size[0]) for look in looks])
        return tensor([self.scaling.scaled(w) for w in windows]), told


@dataclass(frozen=True, slots=True)
class Beginning:
    """What an underpainting begins from: noise, or planes of its proportions and some noise.

    `since` is how much of the planes is there at the beginning, 0..1; where `mask` [h, w] is given
    all of them stays outside it.
    """

    planes: Floats | None = None
    since: float = 0.0
    mask: NDArray[np.bool_] | None = None

    def free(self, shape: tuple[int, int]) -> Tensor:
        """1 where it may change, else 0, float32 [1, 1, *shape]."""
        if self.mask is None:
            return torch.ones(1, 1, *shape)
        wide = shrunk(self.mask[..., None].astype(np.float32), shape)[..., 0]
        return torch.from_numpy((wide > 0).astype(np.float32))[None, None]


class Composer:
    """A network that has learnt underpaintings."""

    def __init__(self, net: FlowNet, scaling: Scaling) -> None:
        self.net, self.scaling = net, scaling

    @classmethod
    def learn(
        cls,
        lesson: Lesson,
        shape: Shape,
        course: Course,
        machine: Machine,
        seed: int,
        *,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Composer:
        """Train to the end of the course; goes on from the checkpoint if it holds a state."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = shape.build().to(machine.device)
            student = Student(net, course, seed)
            state = checkpoint.load()
            if state is not None:
                student.restore(state)

            def loss(net: FlowNet, rng: Generator) -> Tensor:
                works, told = lesson.batch(course.batch, rng)
                generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
                times = flow.draw_times(len(works), generator)
                noise = torch.randn(works.shape, generator=generator)
                sent = (part.to(machine.device) for part in (works, told, times, noise))
                return flow.loss(net, *sent).mean()

            def look(net: FlowNet) -> float | None:
                if not lesson.aside:
                    return None
                return float(_errors(net, lesson.scaling, lesson.aside, TRIES).mean())

            trained = student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)
        # on the CPU, where a loaded network is too: the same seed then makes the same work
        return cls(trained.cpu(), lesson.scaling)

    def imagine(self, size: tuple[int, int], begin: Beginning, rng: Generator) -> Floats:
        """A new underpainting of one of the `SHAPES`, nearest to a size; see `Beginning`."""
        shape = nearest(size[1] / size[0])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        noise = torch.randn((1, PLANES, *shape), generator=generator)
        told = torch.tensor([Look().told(shape[1] / shape[0])])
        if begin.planes is None:
            found = flow.walk(self.net, noise, told, STEPS)
        else:
            known = tensor([self.scaling.scaled(shrunk(begin.planes, shape))])
            free = begin.free(shape)

            def correct(place: Tensor, now: float) -> Tensor:
                return free * place + (1 - free) * ((1 - now) * noise + now * known)

            place = (1 - begin.since) * noise + begin.since * known
            steps = max(1, round(STEPS * (1 - begin.since)))
            found = flow.walk(self.net, place, told, steps, since=begin.since, correct=correct)
        return self.scaling.restored(found[0].permute(1, 2, 0).numpy())

    def errors(self, pictures: Sequence[Picture]) -> Floats:
        """How badly each picture's underpainting is foreseen through noise, float32 [n].

        Mean squared error of the velocity, in squared deviations of the works.
        """
        works = [planes_of(seen(p), _kept(p.shape[0], p.shape[1])) for p in pictures]
        return _errors(self.net, self.scaling, works, 2 * TRIES)

    def save(self, folder: Path) -> None:
        """Write `composer.safetensors` and `composer.json`."""
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors["mean"] = torch.from_numpy(self.scaling.mean)
        tensors["deviation"] = torch.from_numpy(self.scaling.deviation)
        save_file(tensors, folder / "composer.safetensors")
        facts = {"widths": list(self.net.shape.widths)}
        (folder / "composer.json").write_text(json.dumps(facts), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Composer:
        """Read what `save` wrote; raises Missing when a file is not there."""
        try:
            facts = json.loads((folder / "composer.json").read_text("utf-8"))
            tensors = load_file(folder / "composer.safetensors")
        except FileNotFoundError as error:
            raise Missing(
                "The model lacks the file {name}: train it again.",
                name=Path(str(error.filename)).name,
            ) from error
        net = shaped(tuple(int(w) for w in facts["widths"])).build()
        net.load_state_dict(
            {k.removeprefix("net."): v for k, v in tensors.items() if k.startswith("net.")}
        )
        scaling = Scaling(tensors["mean"].numpy(), tensors["deviation"].numpy())
        return cls(net.eval().requires_grad_(requires_grad=False), scaling)


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


def _errors(net: FlowNet, scaling: Scaling, works: Sequence[Floats], tries: int) -> Floats:
    """The error of each underpainting over evenly spread times, always through the same noise."""
    found = np.zeros(len(works), np.float32)
    device = next(net.parameters()).device
    for i, work in enumerate(works):
        aspect = work.shape[1] / work.shape[0]
        size = nearest(aspect)
        planes = tensor([scaling.scaled(shrunk(work, size))]).expand(tries, -1, -1, -1)
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(planes.shape, generator=generator)
        times = (torch.arange(tries) + 0.5) / tries
        told = torch.tensor([Look().told(size[1] / size[0])]).expand(tries, -1)
        sent = (part.to(device) for part in (planes, told, times, noise))
        with torch.inference_mode():
            found[i] = float(flow.loss(net, *sent).mean())
    return found


def _aspect(size: tuple[int, int]) -> float:
    return math.log(size[1] / size[0])


def _kept(height: int, width: int) -> tuple[int, int]:
    scale = KEPT / min(height, width)
    return max(KEPT, round(height * scale)), max(KEPT, round(width * scale))


def _aside(works: Sequence[str]) -> set[str]:
    """Works set aside, by a hash of their names, so that more works move few of them."""
    names = sorted(set(works), key=lambda work: hashlib.sha256(work.encode()).hexdigest())
    return set(names[: max(1, round(ASIDE * len(names)))]) if len(names) > 2 else set()
