"""`painting/layout`: from some twenty works on, compositions of a model's own, in their strokes.

A network learns where the works have which colours and how lively they are there (`composer`);
what it imagines is laid anew with the works' own strokes (`laying`). Near imitation it begins from
a work that is half hidden in noise, further off from noise alone. What has been measured is in
benchmarks/RESULTS.md, why it is so in docs/decisions/0026-compositions-of-a-models-own.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.art import Brief, Checkpoint, OnStep, Recipe, Sample, Supply
from moxie.arts.painting.blocks import to_lab, to_rgb
from moxie.arts.painting.composer import Beginning, Composer, Lesson, looked_at, nearest, shaped
from moxie.arts.painting.dial import Dial
from moxie.arts.painting.laying import enliven
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.underpainting import (
    LOOKED_AT,
    PLANES,
    Look,
    composition,
    cut,
    joined,
    placed,
    seen,
    shrunk,
    window,
)
from moxie.errors import Missing
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.student import Course
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

LEAST_WORKS = 20
"""With fewer a network has nothing to stop by, and repeats what it has seen."""

WIDTHS = "96,160,224"
"""Channels of the network at each halving of its grid."""

BATCH, RATE, DECAY = 16, 1e-3, 0.01

STEP_SECONDS = 0.42
"""What a step takes on one core of a 2.5 GHz server in bfloat16, and some room."""

SINGLE = 1.8
"""How much longer it takes in float32."""

WORK_SECONDS = 0.09
"""What preparing a work takes."""

LEAST_STEPS, MOST_STEPS = 150, 4000

PASSES = 60
"""Times a work is seen at most in all: more only learns the works by heart."""


class LayoutModel(PatchModel):
    """A style model that imagines compositions, and lays them from the works that it holds."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._composer: Composer | None = None

    @property
    def composer(self) -> Composer:
        """The network; raises Missing before `fit` or `load`."""
        if self._composer is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._composer

    def fit(
        self,
        samples: Sequence[Sample[Picture]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Prepare the gallery, then train the network.

        Only the network's state is kept in the checkpoint: the gallery takes seconds.
        """
        steps = int(plan.options["steps"])
        works, total = len(samples), len(samples) + steps
        super().fit(
            samples,
            plan=plan,
            seed=seed,
            checkpoint=NoCheckpoint(),
            on_step=lambda now, _of, _loss: on_step(now, total, 0.0),
        )
        self._composer = Composer.learn(
            self._lesson(),
            shaped(tuple(int(w) for w in str(plan.options["widths"]).split(","))),
            Course(steps, int(plan.options["batch"]), rate=RATE, decay=DECAY),
            self.machine,
            seed,
            checkpoint=checkpoint,
            on_step=lambda now, _of, loss: on_step(works + now, total, loss),
        )
        return self

    def losses(self, contents: Sequence[Picture]) -> NDArray[np.float32]:
        """See `Composer.errors`."""
        return self.composer.errors(contents)

    def save(self, folder: Path) -> None:
        """The gallery and the network."""
        super().save(folder)
        self.composer.save(folder)

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote."""
        self._composer = Composer.load(folder)
        return super().load(folder)

    def composition(
        self, brief: Brief[Picture], settings: Dial, size: tuple[int, int], rng: Generator
    ) -> Montage:
        """An underpainting imagined, or begun from a work or from what a person gave."""
        if brief.start is not None:
            return self._led(brief.start, brief, size, rng)
        return self._recalled(recalled(brief.novelty), size, rng)

    def _recalled(self, since: float, size: tuple[int, int], rng: Generator) -> Montage:
        """An underpainting that begins from a work, hidden in noise: all of it where 0 is left."""
        chances = self.gallery.weights / self.gallery.weights.sum()
        index = int(rng.choice(len(self.gallery), p=chances))
        work = placed(looked_at(self._covering(index)))
        shape = nearest(size[1] / size[0])
        begun = window(work, shape, Look(), rng)
        made = self.composer.imagine(size, Beginning(begun[..., :PLANES], since), rng)
        if since == 0:
            return composition(self.gallery, cut(made, size, rng), size)
        whole = np.dstack([made, begun[..., PLANES:]])
        return composition(self.gallery, cut(whole, size, rng), size, index)

    def _led(
        self, start: Picture, brief: Brief[Picture], size: tuple[int, int], rng: Generator
    ) -> Montage:
        """What a person gave, changed as far as novelty says.

        The network sees nothing finer than a plane's places: of that, less is kept the newer.
        """
        own = enliven(self.gallery, seen(start))
        given = joined(to_lab(own.picture), own.vigour)
        begin = Beginning(given, 0.85 - 0.5 * brief.novelty, brief.mask)
        found = composition(self.gallery, self.composer.imagine(size, begin, rng), size)
        shape = nearest(size[1] / size[0])
        fine = to_lab(resize(start, *size)) - shrunk(shrunk(given[..., :3], shape), size)
        kept = np.full((*size, 1), max(0.0, 1 - 1.2 * brief.novelty), np.float32)
        if brief.mask is not None:
            kept[shrunk(brief.mask[..., None].astype(np.float32), size)[..., 0] == 0] = 1
        return replace(found, picture=to_rgb(to_lab(found.picture) + kept * fine))

    def _lesson(self) -> Lesson:
        exhibits = self.gallery.exhibits
        return Lesson.of(
            [e.work for e in exhibits],
            [looked_at(self._covering(i)) for i in range(len(exhibits))],
            [e.weight for e in exhibits],
        )

    def _covering(self, index: int) -> Picture:
        return self.gallery.covering(index, (LOOKED_AT, LOOKED_AT))


def recalled(novelty: float) -> float:
    """How much of a work an underpainting begins from, 0..1: none at full novelty."""
    return 0.5 * (1 - min(1.0, max(0.0, novelty))) ** 1.5


def plan(supply: Supply) -> Plan | None:
    """As many steps as fit the time; None where that is too few to learn anything."""
    if supply.works < LEAST_WORKS:
        return None
    preparing = WORK_SECONDS * supply.works
    step = step_seconds(supply.machine)
    fitting = int((supply.seconds - preparing) * 0.9 / step)
    if fitting < LEAST_STEPS:
        return None
    steps = max(LEAST_STEPS, min(fitting, MOST_STEPS, PASSES * supply.works // BATCH))
    options: dict[str, Scalar] = {"steps": steps, "batch": BATCH, "widths": WIDTHS}
    seconds = preparing + steps * step
    why = say(
        "{steps} steps of a network that learns compositions, in about {seconds:.0f} s here.",
        steps=steps,
        seconds=seconds,
    )
    return Plan(options, seconds, why)


def step_seconds(machine: Machine) -> float:
    """Seconds of one step, scaled from what was measured."""
    speed = {"cuda": 25.0, "mps": 6.0}.get(machine.device.split(":")[0], 1.0)
    single = 1.0 if machine.half else SINGLE
    return float(STEP_SECONDS * single / speed / min(machine.threads, 4) ** 0.7)


RECIPE = Recipe(
    name="painting/layout",
    summary=say("Compositions that a network imagines, laid with the works' strokes."),
    least_works=LEAST_WORKS,
    rank=0,
    plan=plan,
    build=LayoutModel,
)
