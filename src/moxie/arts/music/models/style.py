"""A composer's style, learnt: the `StyleModel` behind every music recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import Brief, Checkpoint, Draft, OnStep, Sample
from moxie.arts.music.coding import Coded, Coding, Grid, coding_for
from moxie.arts.music.compose import composing
from moxie.arts.music.compose.manner import Manner
from moxie.arts.music.models import company
from moxie.arts.music.models.counted import CountModel
from moxie.arts.music.models.experts import Experts, Shape
from moxie.arts.music.models.learn import train
from moxie.arts.music.models.lowrank import adapt, base_of, merge
from moxie.arts.music.models.nets import Net
from moxie.arts.music.models.thinned import thinned
from moxie.arts.music.score import Score
from moxie.errors import Missing, TooLittleData
from moxie.nn.student import Among, Course, Student
from moxie.settings import Machine
from moxie.work import Plan

ASIDE = 0.12
"""Share of the works set aside to stop by and to fit the mixture on, where networks learn."""

LEAST_FOR_ASIDE = 6

THIN = 0.7
"""How much a work with some of its parts counts beside the whole one."""

COUNTING = 4
"""Steps of progress that encoding and counting make up."""


class ScoreModel:
    """Learns scores with the members that its plan names: counts, recurrent, transformer."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._experts: Experts | None = None
        self._manner: Manner | None = None

    @property
    def experts(self) -> Experts:
        """What it has learnt; raises Missing before `fit` or `load`."""
        if self._experts is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._experts

    @property
    def manner(self) -> Manner:
        """What is usual in the works beside the notes; raises Missing before `fit` or `load`."""
        if self._manner is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._manner

    def fit(
        self,
        samples: Sequence[Sample[Score]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Count, train the networks of the plan one after the other, and fit their mixture."""
        lesson = _Lesson.of(samples, plan, seed)
        on_step(1, lesson.total, 0.0)
        counts = lesson.count(lesson.learnt) if lesson.counting else None
        on_step(COUNTING, lesson.total, 0.0)
        nets = _Nets(lesson, self.machine, checkpoint, on_step).all()
        experts = Experts(lesson.coding, counts, nets)
        if experts.number > 1:
            aside = [lesson.pieces[i] for i in lesson.aside or lesson.learnt]
            experts = experts.with_gates(aside, seed)
        if counts is not None and lesson.aside:
            experts = replace(experts, counts=lesson.recount(counts))
        self._experts = experts
        self._manner = Manner.of([sample.content for sample in samples])
        on_step(lesson.total, lesson.total, 0.0)
        return self

    def like(self, experts: Experts, manner: Manner) -> ScoreModel:
        """A model of such experts and manner on the same machine."""
        model = ScoreModel(self.machine)
        model._experts, model._manner = experts, manner
        return model

    def losses(self, contents: Sequence[Score]) -> NDArray[np.float32]:
        """Nats a note of each content, its key and length included, float32 [n]."""
        found = []
        for content in contents:
            piece = self.experts.coding.encode(content)
            found.append(self.experts.nats(piece) / max(1, piece.notes))
        return np.array(found, np.float32)

    def sample(self, brief: Brief[Score], *, seed: int) -> Draft[Score]:
        """See `compose.composing.compose`."""
        return Draft(composing.compose(self.experts, self.manner, brief, seed))

    def infill(self, content: Score, mask: NDArray[np.bool_], *, seed: int) -> Score:
        """See `compose.composing.fill`."""
        return composing.fill(self.experts, self.manner, content, mask, seed)

    def save(self, folder: Path) -> None:
        """Write the experts and the manner."""
        self.experts.save(folder)
        self.manner.save(folder)

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote."""
        self._experts = company.load(folder)
        self._manner = Manner.load(folder)
        return self


@dataclass(frozen=True, slots=True)
class _Lesson:
    """The works as pieces, and which of them are set aside."""

    coding: Coding
    pieces: list[Coded]
    works: list[str]
    weights: list[float]
    learnt: list[int]
    aside: list[int]
    shapes: tuple[Shape, ...]
    course: Course
    counting: bool
    seed: int
    extra: list[Coded]  # learnt works with some of their parts, for the networks
    base: Path | None = None  # the folder of a pretrained network to adapt

    @classmethod
    def of(cls, samples: Sequence[Sample[Score]], plan: Plan, seed: int) -> _Lesson:
        kept = [samples[i] for i in range(len(samples))]
        coding = coding_for([sample.content for sample in kept])
        pieces = [coding.encode(sample.content) for sample in kept]
        if not sum(piece.notes for piece in pieces):
            raise TooLittleData("There is no note in these works to learn from.")
        works = [sample.work for sample in kept]
        members = str(plan.options["members"]).split(",")
        base = Path(str(plan.options["base"])) if "base" in plan.options else None
        shapes = (base_of(base, coding)[0],) if base else shapes_of(plan.options)
        aside = _aside(works) if shapes else set()
        course = Course(
            steps=int(plan.options.get("steps", 0)),
            window=int(plan.options.get("window", 192)),
            batch=int(plan.options.get("batch", 12)),
        )
        return cls(
            coding,
            pieces,
            works,
            [sample.weight for sample in kept],
            [i for i, work in enumerate(works) if work not in aside],
            [i for i, work in enumerate(works) if work in aside],
            shapes,
            course,
            "counts" in members,
            seed,
            _extra(kept, works, aside, coding, seed) if shapes else [],
            base,
        )

    @property
    def total(self) -> int:
        """Steps of progress in all."""
        return COUNTING + len(self.shapes) * self.course.steps + 1

    def count(self, chosen: Sequence[int]) -> CountModel:
        """Count some of the pieces."""
        return CountModel.learn(
            self.coding,
            [self.pieces[i] for i in chosen],
            [self.works[i] for i in chosen],
            [self.weights[i] for i in chosen],
            self.seed,
        )

    def recount(self, counts: CountModel) -> CountModel:
        """The works set aside counted as well, once they have served; the gates stay."""
        from moxie.arts.music.models.counts import count

        told = sum(len(self.pieces[i].symbols) for i in self.learnt)
        share = told / sum(len(piece.symbols) for piece in self.pieces)
        fields = count(self.coding.fields, self.pieces, self.weights)
        return replace(counts, fields=fields, share=share)


@dataclass(frozen=True, slots=True)
class _Nets:
    """Trains the networks of a lesson one after the other, and can be stopped anywhere."""

    lesson: _Lesson
    machine: Machine
    checkpoint: Checkpoint
    on_step: OnStep

    def all(self) -> tuple[tuple[Shape, Net], ...]:
        state = self.checkpoint.load() or {}
        finished: dict[str, object] = {k: v for k, v in state.items() if k.startswith("finished.")}
        nets: list[tuple[Shape, Net]] = []
        for n, shape in enumerate(self.lesson.shapes):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.lesson.seed + n)
                net = self._train(n, shape, state, finished)
            prefix = f"finished.{n}."
            finished |= {prefix + k: v for k, v in net.state_dict().items()}
            nets.append((shape, net))
        return tuple(nets)

    def _train(
        self, n: int, shape: Shape, state: Mapping[str, object], finished: Mapping[str, object]
    ) -> Net:
        lesson = self.lesson
        net = shape.build(lesson.coding).to(self.machine.device)
        prefix = f"finished.{n}."
        known = {k.removeprefix(prefix): v for k, v in finished.items() if k.startswith(prefix)}
        if known:
            net.load_state_dict(known)
            return net.cpu().eval().requires_grad_(requires_grad=False)
        if lesson.base is not None:
            net.load_state_dict(base_of(lesson.base, lesson.coding)[1].state_dict())
            adapt(net)
        student = Student(net, lesson.course, lesson.seed)
        if state.get("training") == n:
            student.restore(state)

        def step(now: int, _of: int, loss: float) -> None:
            self.on_step(COUNTING + n * lesson.course.steps + now, lesson.total, loss)

        trained = train(
            student,
            lesson.coding,
            [*(lesson.pieces[i] for i in lesson.learnt), *lesson.extra],
            [*(lesson.weights[i] for i in lesson.learnt), *([THIN] * len(lesson.extra))],
            [lesson.pieces[i] for i in lesson.aside],
            self.machine,
            checkpoint=Among(self.checkpoint, {**finished, "training": n}),
            on_step=step,
        )
        # on the CPU, where a loaded network is too: the same seed then makes the same work
        return (merge(trained) if lesson.base is not None else trained).cpu()


def shapes_of(options: Mapping[str, object]) -> tuple[Shape, ...]:
    """The networks that a plan names."""
    kinds = [m for m in str(options["members"]).split(",") if m != "counts"]
    return tuple(
        Shape(
            "transformer" if kind == "transformer" else "recurrent",
            int(str(options["width"])),
            int(str(options["depth"])) if kind == "transformer" else 2,
            float(str(options["dropout"])),
        )
        for kind in kinds
    )


def _extra(
    samples: Sequence[Sample[Score]],
    works: Sequence[str],
    aside: set[str],
    coding: Coding,
    seed: int,
) -> list[Coded]:
    """The works to learn from once more, each with some of its parts."""
    if isinstance(coding, Grid):
        return []
    rng = np.random.default_rng([seed, 3])
    found = [
        thinned(sample.content, rng)
        for sample, work in zip(samples, works, strict=True)
        if work not in aside
    ]
    return [coding.encode(score) for score in found if score is not None]


def _aside(works: Sequence[str]) -> set[str]:
    """Works set aside, by a hash of their names, so that more works move few of them."""
    names = sorted(set(works), key=lambda work: hashlib.sha256(work.encode()).hexdigest())
    if len(names) < LEAST_FOR_ASIDE:
        return set()
    return set(names[: max(1, round(ASIDE * len(names)))])
