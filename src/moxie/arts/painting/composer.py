"""Compositions of a model's own: a small network learns underpaintings, and begins more.

It says what goes where; how it looks there is settled by parts of the works (`flow.settle`), which
no network of this size draws as well. It learns underpaintings of a few shapes, of about as many
places each; pictures of other proportions are cut from the nearest, so that nothing is squeezed.
Some works are set aside to stop by: what a network has seen too often it only repeats.
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
    placed,
    planes_of,
    seen,
    shrunk,
    window,
)
from moxie.nn import flow
from moxie.nn.checkpoint import files_of_model
from moxie.nn.flow import Correct, FlowNet, Shape
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

STEPS, SETTLING = 12, 9
"""Steps that the network leads, and steps after it."""

WINDOWS, NEARER = 600, 1.3
"""Windows of works that an underpainting settles into, and how much they may be enlarged."""

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
        drawn = rng.choice(len(self.planes), n, p=_suited(self.planes, chances, size))
        looks = [Look.draw(rng) for _ in drawn]
        windows = [
            window(self.planes[i], size, look, rng) for i, look in zip(drawn, looks, strict=True)
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

    def place(self, noise: Tensor, scaling: Scaling) -> tuple[Tensor, Correct | None]:
        """Where the way begins [1, PLANES, h, w], and what keeps it to what is known."""
        if self.planes is None:
            return noise, None
        shape = (int(noise.shape[2]), int(noise.shape[3]))
        known = tensor([scaling.scaled(shrunk(self.planes, shape))])
        begun = (1 - self.since) * noise + self.since * known
        if self.mask is None:
            return begun, None
        wide = shrunk(self.mask[..., None].astype(np.float32), shape)[..., 0]
        free = torch.from_numpy((wide > 0).astype(np.float32))

        def correct(place: Tensor, now: float) -> Tensor:
            there = ((1 - now) * noise + now * known).view_as(place)
            return free * place + (1 - free) * there

        return begun, correct


class Composer:
    """A network that has learnt underpaintings, and the underpaintings themselves."""

    def __init__(self, net: FlowNet, lesson: Lesson) -> None:
        self.net, self.lesson = net, lesson

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
        looked = [lesson.planes[i] for i in lesson.aside[:MOST_ASIDE]]

        def loss(net: FlowNet, rng: Generator) -> Tensor:
            works, told = lesson.batch(course.batch, rng)
            generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
            times = flow.spread_times(len(works), LED, generator)
            noise = torch.randn(works.shape, generator=generator)
            sent = (part.to(machine.device) for part in (works, told, times, noise))
            return flow.loss(net, *sent).mean()

        def look(net: FlowNet) -> float | None:
            return float(_errors(net, lesson.scaling, looked, TRIES).mean()) if looked else None

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            student = Student(shape.build().to(machine.device), course, seed)
            state = checkpoint.load()
            if state is not None:
                student.restore(state)
            trained = student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)
        # on the CPU, where a loaded network is too: the same seed then makes the same work
        return cls(trained.cpu().requires_grad_(requires_grad=False), lesson)

    def imagine(
        self, size: tuple[int, int], begin: Beginning, reach: float, rng: Generator
    ) -> Floats:
        """A new underpainting of one of the `SHAPES`, nearest to a size (h, w).

        The network says what goes where, then it settles into parts of works. `reach`, 0..1 of the
        shorter side, is how much of what is around a point has to go with it: the more, the larger
        the parts. float32 [h, w, PLANES + 3]; the last three planes are the number of the work that
        a point is of (-1: what was given), and the row and column in it, 0..1.
        """
        shape = nearest(size[1] / size[0])
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        noise = torch.randn((1, PLANES, *shape), generator=generator)
        scaling = self.lesson.scaling
        place, correct = begin.place(noise, scaling)
        if begin.since < LED:
            told = torch.tensor([Look().told(shape[1] / shape[0])])
            times = np.linspace(begin.since, LED, STEPS + 1).tolist()
            place = flow.walk(self.net, place, told, times, correct)
        numbers, parts = self._parts(shape, rng)
        widths = [_odd(reach * min(shape) * (1 - 0.4 * i / SETTLING)) for i in range(SETTLING)]
        works = tensor([scaling.scaled(part[..., :PLANES]) for part in parts])
        settled, owners = flow.settle(place[0], works, max(LED, begin.since), widths, correct)
        rows, columns = np.indices(shape)
        places = np.stack(parts)[owners.numpy(), rows, columns, PLANES:]
        known = np.asarray(numbers, np.float32)[owners.numpy()]
        if begin.mask is not None:
            known[shrunk(begin.mask[..., None].astype(np.float32), shape)[..., 0] == 0] = -1
        planes = scaling.restored(settled.permute(1, 2, 0).numpy())
        return np.dstack([planes, known, places]).astype(np.float32)

    def _parts(self, shape: tuple[int, int], rng: Generator) -> tuple[list[int], list[Floats]]:
        """Windows of works, with the planes of `placed`, and the numbers of the works."""
        chances = _suited(self.lesson.planes, self.lesson.weights.astype(np.float64), shape)
        drawn = [int(i) for i in rng.choice(len(chances), WINDOWS, p=chances)]
        looks = [Look(math.log(rng.uniform(1, NEARER))) for _ in drawn]
        return drawn, [
            window(placed(self.lesson.planes[i]), shape, look, rng)
            for i, look in zip(drawn, looks, strict=True)
        ]

    def errors(self, pictures: Sequence[Picture]) -> Floats:
        """How badly each picture's underpainting is foreseen through noise, float32 [n].

        Mean squared error of the velocity, in squared deviations of the works.
        """
        works = [planes_of(seen(p), _kept(p.shape[0], p.shape[1])) for p in pictures]
        return _errors(self.net, self.lesson.scaling, works, 2 * TRIES)

    def save(self, folder: Path) -> None:
        """Write `composer.safetensors` and `composer.json`."""
        lesson = self.lesson
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        flat = np.concatenate([one.ravel() for one in lesson.planes])
        arrays = {"mean": lesson.scaling.mean, "deviation": lesson.scaling.deviation}
        arrays |= {"weights": lesson.weights, "planes": flat.astype(np.float16)}
        tensors |= {name: torch.from_numpy(array) for name, array in arrays.items()}
        save_file(tensors, folder / "composer.safetensors")
        facts = {
            "widths": list(self.net.shape.widths),
            "shapes": [one.shape for one in lesson.planes],
            "aside": list(lesson.aside),
        }
        (folder / "composer.json").write_text(json.dumps(facts), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Composer:
        """Read what `save` wrote; raises Missing when a file is not there."""
        with files_of_model():
            facts = json.loads((folder / "composer.json").read_text("utf-8"))
            tensors = load_file(folder / "composer.safetensors")
        net = shaped(tuple(int(w) for w in facts["widths"])).build()
        net.load_state_dict(
            {k.removeprefix("net."): v for k, v in tensors.items() if k.startswith("net.")}
        )
        shapes = [tuple(int(n) for n in shape) for shape in facts["shapes"]]
        ends = np.cumsum([math.prod(shape) for shape in shapes])
        flat = np.split(tensors["planes"].float().numpy(), ends[:-1])
        planes = tuple(one.reshape(shape) for one, shape in zip(flat, shapes, strict=True))
        scaling = Scaling(tensors["mean"].numpy(), tensors["deviation"].numpy())
        aside = tuple(int(i) for i in facts["aside"])
        lesson = Lesson(planes, tensors["weights"].numpy(), aside, scaling)
        return cls(net.eval().requires_grad_(requires_grad=False), lesson)


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
        times = LED * (torch.arange(tries) + 0.5) / tries
        told = torch.tensor([Look().told(size[1] / size[0])]).expand(tries, -1)
        sent = (part.to(device) for part in (planes, told, times, noise))
        with torch.inference_mode():
            found[i] = float(flow.loss(net, *sent).mean())
    return found


def _suited(
    planes: Sequence[Floats], chances: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float64]:
    """The chances of works whose proportions are near to a size, summing to 1; of all if none."""
    gaps = [abs(math.log(p.shape[1] / p.shape[0]) - _aspect(size)) for p in planes]
    near = chances * (np.array(gaps) < NEAR)
    found = near if near.sum() > 0 else chances
    return np.asarray(found / found.sum())


def _odd(width: float) -> int:
    return max(3, 2 * round((width - 1) / 2) + 1)


def _aspect(size: tuple[int, int]) -> float:
    return math.log(size[1] / size[0])


def _kept(height: int, width: int) -> tuple[int, int]:
    scale = KEPT / min(height, width)
    return max(KEPT, round(height * scale)), max(KEPT, round(width * scale))


def _aside(works: Sequence[str]) -> set[str]:
    """Works set aside, by a hash of their names, so that more works move few of them."""
    names = sorted(set(works), key=lambda work: hashlib.sha256(work.encode()).hexdigest())
    return set(names[: max(1, round(ASIDE * len(names)))]) if len(names) > 2 else set()
