"""Compositions of a model's own: a small network learns underpaintings, and begins more.

It says what goes where; how it looks there is settled by parts of the works (`flow.settle`), which
no network of this size draws as well. A second, weaker network shows where the first errs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from moxie.art import Checkpoint, OnStep
from moxie.arts.painting.lesson import (
    LED,
    TRIES,
    Floats,
    Lesson,
    errors,
    looked_at,
    nearest,
    shaped,
    suited,
    tensor,
    trained,
)
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.underpainting import (
    PLANES,
    Look,
    Scaling,
    placed,
    shrunk,
    window,
)
from moxie.nn import flow
from moxie.nn.checkpoint import files_of_model
from moxie.nn.flow import Correct, FlowNet, Shape
from moxie.nn.student import Among, Course, under
from moxie.settings import Machine

WEAK, PUSH = 8, 2.0
"""A second network of half the width learns for a part of the steps, one in so many; how far what
the first says is pushed from what that says. Alone it leads to places blander than any work's."""

STEPS, SETTLING = 12, 9
"""Steps that the network leads, and steps after it."""

WINDOWS, NEARER = 600, 1.3
"""Windows of works that an underpainting settles into, and how much they may be enlarged."""


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
    """Two networks that have learnt underpaintings, and the underpaintings themselves."""

    def __init__(self, net: FlowNet, weak: FlowNet, lesson: Lesson) -> None:
        self.net, self.weak, self.lesson = net, weak, lesson

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
        """Train to the end of the course; goes on from the checkpoint if it holds a state.

        The weak network first. Steps of both are counted. A state of before there were two is
        not gone on from.
        """
        state, few = checkpoint.load() or {}, weak_steps(course.steps)
        total, small = few + course.steps, shape.narrowed()
        finished = under(state, "weak.")
        if finished:
            weak = _restored(small, finished)
        else:
            weak = trained(
                lesson,
                small,
                replace(course, steps=few),
                machine,
                seed,
                state if state.get("training") == "weak" else {},
                checkpoint=Among(checkpoint, {"training": "weak"}),
                on_step=lambda now, _of, loss: on_step(now, total, loss),
            )
        beside = {f"weak.{name}": value for name, value in weak.state_dict().items()}
        net = trained(
            lesson,
            shape,
            course,
            machine,
            seed,
            state if finished else {},
            checkpoint=Among(checkpoint, beside),
            on_step=lambda now, _of, loss: on_step(few + now, total, loss),
        )
        return cls(net, weak, lesson)

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
            way = flow.pushed(self.net, self.weak, PUSH)
            place = flow.walk(way, place, told, times, correct)
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
        chances = suited(self.lesson.planes, self.lesson.weights.astype(np.float64), shape)
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
        works = [looked_at(picture) for picture in pictures]
        return errors(self.net, self.lesson.scaling, works, 2 * TRIES)

    def save(self, folder: Path) -> None:
        """Write `composer.safetensors` and `composer.json`."""
        lesson = self.lesson
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"weak.{name}": value for name, value in self.weak.state_dict().items()}
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
        """Read what `save` wrote; raises Missing when a file is not there.

        Models of before 2026-12 have one network, and nothing pushes it.
        """
        with files_of_model():
            facts = json.loads((folder / "composer.json").read_text("utf-8"))
            tensors = load_file(folder / "composer.safetensors")
        shape = shaped(tuple(int(w) for w in facts["widths"]))
        net, beside = _restored(shape, under(tensors, "net.")), under(tensors, "weak.")
        weak = _restored(shape.narrowed(), beside) if beside else net
        shapes = [tuple(int(n) for n in shape) for shape in facts["shapes"]]
        ends = np.cumsum([math.prod(shape) for shape in shapes])
        flat = np.split(tensors["planes"].float().numpy(), ends[:-1])
        planes = tuple(one.reshape(shape) for one, shape in zip(flat, shapes, strict=True))
        scaling = Scaling(tensors["mean"].numpy(), tensors["deviation"].numpy())
        aside = tuple(int(i) for i in facts["aside"])
        lesson = Lesson(planes, tensors["weights"].numpy(), aside, scaling)
        return cls(net, weak, lesson)


def weak_steps(steps: int) -> int:
    """How long the weak network learns beside one that learns for so many steps."""
    return max(1, steps // WEAK)


def _restored(shape: Shape, weights: Mapping[str, Tensor]) -> FlowNet:
    net = shape.build()
    net.load_state_dict(weights)
    return net.eval().requires_grad_(requires_grad=False)


def _odd(width: float) -> int:
    return max(3, 2 * round((width - 1) / 2) + 1)
