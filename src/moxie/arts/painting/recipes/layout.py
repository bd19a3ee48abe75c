"""`painting/layout`: from some twenty works on, compositions of a model's own, in their strokes.

A network learns where the works have which colours and how lively they are there; what it begins
settles into parts of works that go with each other (`composer`), and is laid anew with the works'
own strokes (`laying`). The nearer to imitation, the larger the parts. What has been measured is in
benchmarks/RESULTS.md, why it is so in docs/decisions/0029-compositions-of-a-models-own.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.art import MADE, Brief, Checkpoint, Draft, OnStep, Recipe, Sample, Supply
from moxie.arts.painting.asking import Lead
from moxie.arts.painting.blocks import to_lab
from moxie.arts.painting.composer import Beginning, Composer, weak_steps
from moxie.arts.painting.dial import dial
from moxie.arts.painting.finishing import finished
from moxie.arts.painting.laying import enliven, keep_known, lay
from moxie.arts.painting.lesson import Lesson, looked_at, shaped
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.palette import tuned
from moxie.arts.painting.picture import Picture, cover
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.arts.painting.tint import Tint
from moxie.arts.painting.underpainting import (
    LOOKED_AT,
    composition,
    cut,
    joined,
    seen,
    shrunk,
)
from moxie.errors import Missing
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.student import Course
from moxie.settings import Machine
from moxie.text import Scalar, say
from moxie.work import Plan

LEAST_WORKS = 20
"""With fewer a network has nothing to stop by, and repeats what it has seen."""

WIDTHS = "64,128,192"
"""Channels of the network at each halving of its grid."""

BATCH, RATE, DECAY = 16, 1.5e-3, 0.01

STEP_SECONDS = 0.19
"""What a step takes on one core of a 2.5 GHz server in bfloat16, with its share of the weak
network's, and some room."""

SINGLE = 1.8
"""How much longer it takes in float32."""

WORK_SECONDS = 0.09
"""What preparing a work takes."""

LEAST_STEPS, MOST_STEPS = 400, 4000
"""With 300 what was made was farther from the works than montages are, with 370 nearer."""

PASSES, ENOUGH = 60, 600
"""Times a work is seen at most, or steps if that is more: what is learnt by heart is not kept."""


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
        """Prepare the gallery, then train the networks.

        Only the networks' state is kept in the checkpoint: the gallery takes seconds.
        """
        steps = int(plan.options["steps"])
        works, total = len(samples), len(samples) + steps + weak_steps(steps)
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

    def sample(self, brief: Brief[Picture], *, seed: int) -> Draft[Picture]:
        """Imagine, then lay; in a region of a picture given, what goes with the rest of it.

        A whole picture that a person gave leads as it does in `guide.led`: a network that sees
        some dozens of places a side has nothing to add to what it shows.
        """
        if brief.start is not None and brief.mask is None:
            return super().sample(brief, seed=seed)
        rng = np.random.default_rng(seed)
        settings = dial(brief.novelty)
        size = (brief.size[0], brief.size[1])
        if brief.start is not None and brief.mask is not None:
            montage = self._repainted(cover(brief.start, *size), brief.mask, brief.novelty, rng)
            draft = lay(self.gallery, montage, settings)  # in the colours of what is around
            return replace(draft, content=keep_known(draft.content, brief.start, brief.mask))
        imagined = self.composer.imagine(size, Beginning(), reach(brief.novelty), rng)
        montage = composition(self.gallery, cut(imagined, size, rng), size)
        # a network's colours are nearer to their mean than any work's are
        strong = replace(montage, picture=tuned(self.gallery, montage.picture, 1.0, lent=1))
        laid = lay(self.gallery, strong, settings)
        tint = Tint.draw(settings, rng)  # before the rest: a draft has the same
        whole = not Lead.of(brief.options).draft
        draft = finished(self.gallery, laid, self.vgg, chance=rng) if whole else laid
        return replace(draft, content=tint.on(draft.content, self.gallery.gamut))

    def _repainted(
        self, start: Picture, mask: NDArray[np.bool_], novelty: float, rng: Generator
    ) -> Montage:
        """A picture with something else in the masked part: the more so, the newer."""
        height, width = start.shape[:2]
        own = enliven(self.gallery, seen(start))
        given = joined(to_lab(own.picture), own.vigour)
        begin = Beginning(given, 0.8 * (1 - novelty), mask)
        imagined = self.composer.imagine((height, width), begin, reach(novelty), rng)
        found = composition(self.gallery, imagined, (height, width))
        free = shrunk(mask[..., None].astype(np.float32), (height, width)) > 0
        return replace(found, picture=np.where(free, found.picture, start))

    def _lesson(self) -> Lesson:
        exhibits = self.gallery.exhibits
        return Lesson.of(
            [e.work for e in exhibits],
            [looked_at(self._covering(i)) for i in range(len(exhibits))],
            [e.weight for e in exhibits],
        )

    def _covering(self, index: int) -> Picture:
        return self.gallery.covering(index, (LOOKED_AT, LOOKED_AT))


def reach(novelty: float) -> float:
    """How much of what is around a point has to go with it: less makes more of many works."""
    return 1.0 - 0.7 * min(1.0, max(0.0, novelty))


def plan(supply: Supply) -> Plan | None:
    """As many steps as fit the time; None where that is too few to learn anything."""
    if supply.works < LEAST_WORKS:
        return None
    preparing = WORK_SECONDS * supply.works
    step = step_seconds(supply.machine)
    fitting = int((supply.seconds - preparing) * 0.9 / step)
    if fitting < LEAST_STEPS:
        return None
    wanted = max(ENOUGH, PASSES * supply.works // BATCH)
    steps = min(fitting, wanted, MOST_STEPS)
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
    summary=say(
        "Compositions that a network begins and parts of works finish, laid with the works' "
        "strokes."
    ),
    least_works=LEAST_WORKS,
    rank=2,
    plan=plan,
    build=LayoutModel,
    scale=MADE,
)
