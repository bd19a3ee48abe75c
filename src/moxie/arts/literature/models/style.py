"""An author's style, learnt: the `StyleModel` behind every recipe of literature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import Brief, Checkpoint, Draft, OnStep, Sample
from moxie.arts.literature import compose
from moxie.arts.literature.compose.habits import Habits
from moxie.arts.literature.models import draw, keeping
from moxie.arts.literature.models.counts import Counts, depth, sides_of
from moxie.arts.literature.models.courses import RATES, shapes_of, steps
from moxie.arts.literature.models.folds import LEAST_TAUGHT, Fold, Part, apart, folded
from moxie.arts.literature.models.gate import Gate, Teacher
from moxie.arts.literature.models.language import Alphabet, Language
from moxie.arts.literature.models.mixture import Mixture, School, runs_in
from moxie.arts.literature.models.nets import Net, Shape, Voice, fresh, train
from moxie.arts.literature.verse import briefs
from moxie.arts.literature.verse.manner import Manner
from moxie.arts.literature.writing import Writing
from moxie.errors import Cancelled, Missing, TooLittleData
from moxie.nn.student import Among, Course, Student
from moxie.settings import Machine
from moxie.work import Plan

LISTENED = 5000
"""Symbols that a gate for a pretrained model is fitted on: it is slow to listen to."""

COUNTING = 4
"""Steps of progress that encoding and counting make up."""

LOOK_EVERY = 5
"""Runs of the gate between two steps of progress."""


class TextModel:
    """Learns texts with the members that its plan names: counts, recurrent, transformer."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._language: Language | None = None
        self.manners: tuple[Manner, ...] = ()  # how verse is written, where there is any
        self.habits = Habits()  # how prose is built, and which forms verse has

    @property
    def language(self) -> Language:
        """What it has learnt; raises Missing before `fit` or `load`."""
        if self._language is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._language

    def fit(
        self,
        samples: Sequence[Sample[Writing]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Count, train the networks of the plan one after the other, and fit the gate."""
        lesson = self._lesson(samples, plan, seed)
        on_step(1, lesson.total, 0.0)
        heard = lesson.counting and lesson.gated
        counts = lesson.count(lesson.learnt) if heard else None
        on_step(COUNTING, lesson.total, 0.0)
        course = self._training(lesson, checkpoint, on_step)
        mixture = Mixture(lesson.alphabet, counts, course.voices())
        if lesson.folds:
            mixture = replace(mixture, sides=course.sided())
        if lesson.gated:
            mixture = course.gated(mixture)
        if lesson.counting:
            mixture = replace(mixture, counts=lesson.count(lesson.whole))
        self._language = mixture
        works = [samples[i].content for i in range(len(samples))]
        verse = briefs.learnt(works)
        self.manners = () if verse is None else (verse,)
        self.habits = Habits.learn(works)
        on_step(lesson.total, lesson.total, 0.0)
        return self

    def like(self, language: Language, manners: Sequence[Manner], habits: Habits) -> TextModel:
        """A model of such a language, such verse and such prose, on the same machine."""
        model = TextModel(self.machine)
        model._language = language
        model.manners = tuple(manners)
        model.habits = habits
        return model

    def _lesson(self, samples: Sequence[Sample[Writing]], plan: Plan, seed: int) -> Lesson:
        return Lesson.of(samples, plan, seed)

    def _training(self, lesson: Lesson, checkpoint: Checkpoint, on_step: OnStep) -> Training:
        return Training(lesson, self.machine, checkpoint, on_step)

    def losses(self, contents: Sequence[Writing]) -> NDArray[np.float32]:
        """Nats a character of each content, float32 [n]."""
        found = [self.language.nats(content.text) for content in contents]
        return np.array([nats.mean() if len(nats) else 0.0 for nats in found], np.float32)

    def sample(self, brief: Brief[Writing], *, seed: int) -> Draft[Writing]:
        """See `compose.write`."""
        return Draft(compose.write(self.language, self.habits, self.manners, brief, seed))

    def infill(self, content: Writing, mask: NDArray[np.bool_], *, seed: int) -> Writing:
        """See `draw.fill`; a poem in a form is filled by its form."""
        poem = briefs.fill(self.language, self.manners, content, mask, seed)
        return poem or draw.fill(self.language, content, mask, seed)

    def save(self, folder: Path) -> None:
        """Write the language; raises Missing where there is none that can be written."""
        if not isinstance(self.language, Mixture):
            raise Missing("A blend of models is not saved: save the models it is made of.")
        keeping.save(self.language, folder)
        self.habits.save(folder)
        for manner in self.manners:
            manner.save(folder)

    def load(self, folder: Path) -> Self:
        """Read what `save` wrote."""
        self._language = keeping.load(folder)
        self.manners = Manner.found(folder)
        self.habits = Habits.load(folder)
        return self


@dataclass(frozen=True, slots=True)
class Lesson:
    """The works as symbols, and which of them are set aside."""

    alphabet: Alphabet
    whole: list[Part]
    learnt: list[Part]
    aside: list[Part]
    folds: list[Fold]  # of the counts; none where there is too little
    shapes: tuple[Shape, ...]
    steps: tuple[int, ...]
    options: Mapping[str, object]
    seed: int
    sides: tuple[str, ...]

    @classmethod
    def of(
        cls,
        samples: Sequence[Sample[Writing]],
        plan: Plan,
        seed: int,
        spelt: Callable[[Sequence[str]], Alphabet] = Alphabet.of,
    ) -> Lesson:
        """In the alphabet that `spelt` gives; raises TooLittleData where there is no character."""
        kept = [samples[i] for i in range(len(samples))]
        texts = [sample.content.text for sample in kept]
        if not any(texts):
            raise TooLittleData("There is no character in these works to learn from.")
        alphabet = spelt(texts)
        whole = [
            Part(alphabet.encode(text), sample.weight)
            for text, sample in zip(texts, kept, strict=True)
        ]
        works = [sample.work for sample in kept]
        learnt, aside = apart(whole, works)
        folds = []
        if "counts" in str(plan.options["members"]).split(","):
            folds = folded(whole, works, (learnt, aside), alphabet.size)
        shapes = shapes_of(plan.options)
        each = [steps(plan.options, shape, alphabet.size) for shape in shapes]
        if "tuning_steps" in plan.options:  # of a pretrained model
            each.append(int(str(plan.options["tuning_steps"])))
        marks, orders = alphabet.marks, _orders(alphabet, whole)
        sides = sides_of([part.symbols for part in whole], marks, orders)
        options = plan.options
        return cls(alphabet, whole, learnt, aside, folds, shapes, tuple(each), options, seed, sides)

    @property
    def counting(self) -> bool:
        """Whether there are counts among the members."""
        return "counts" in str(self.options["members"]).split(",")

    @property
    def gated(self) -> bool:
        """Whether a gate can be fitted over networks, or over them and counts."""
        told = sum(len(part.symbols) for part in self.aside)
        return told >= LEAST_TAUGHT and self.counting + len(self.steps) > 1

    @property
    def taught(self) -> list[list[int]]:
        """What a gate is fitted on: what is set aside, or of a pretrained model a part of it."""
        texts, left = [part.symbols for part in self.aside], LISTENED
        if "tuning_steps" not in self.options:
            return texts
        found: list[list[int]] = []
        for text in texts:
            if left > 0:
                found.append(text[:left])
                left -= len(text)
        return found

    @property
    def sided(self) -> int:
        """Steps of fitting a gate over the sides of the counts."""
        return self._fitting([text for fold in self.folds for text in fold.told])

    @property
    def total(self) -> int:
        """Steps of progress in all."""
        steps = [self.sided, self._fitting(self.taught) if self.gated else 0]
        return COUNTING + sum(self.steps) + sum(-(-some // LOOK_EVERY) for some in steps) + 1

    def _fitting(self, texts: Sequence[Sequence[int]]) -> int:
        return School.steps(runs_in(texts, self.alphabet.size)) if texts else 0

    def count(self, parts: Sequence[Part]) -> Counts:
        """Count some parts of the works."""
        symbols, weights = [part.symbols for part in parts], [part.weight for part in parts]
        orders = _orders(self.alphabet, self.whole)
        return Counts.of(symbols, weights, self.alphabet.marks, orders, self.sides)


def _orders(alphabet: Alphabet, whole: Sequence[Part]) -> int:
    known = sum(len(part.symbols) for part in whole)
    return depth(known, ideographic=alphabet.ideographic)


@dataclass(slots=True)
class Training:
    """Trains the networks of a lesson one after the other, then a gate; it can be stopped."""

    lesson: Lesson
    machine: Machine
    checkpoint: Checkpoint
    on_step: OnStep
    state: Mapping[str, object] = field(default_factory=dict)
    finished: dict[str, object] = field(default_factory=dict)

    def voices(self) -> tuple[Voice, ...]:
        """The networks, trained; what was trained before a stop is taken up again."""
        self.state = self.checkpoint.load() or {}
        self.finished = {k: v for k, v in self.state.items() if k.startswith("finished.")}
        found: list[Net] = []
        for n, shape in enumerate(self.lesson.shapes):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.lesson.seed + n)
                net = self._net(n, shape)
            self.finished |= {f"finished.{n}.{k}": v for k, v in net.state_dict().items()}
            found.append(net)
        return tuple(found)

    def _net(self, n: int, shape: Shape) -> Net:
        lesson, options = self.lesson, self.lesson.options
        learnt = [part.symbols for part in lesson.learnt]
        net = fresh(shape, learnt, lesson.alphabet.size).to(self.machine.device)
        prefix = f"finished.{n}."
        known = {
            k.removeprefix(prefix): v for k, v in self.finished.items() if k.startswith(prefix)
        }
        if known:
            net.load_state_dict(known)
            return net.cpu().eval().requires_grad_(requires_grad=False)
        window, batch = int(str(options["window"])), int(str(options["batch"]))
        student = Student(
            net, Course(lesson.steps[n], batch, window, RATES[shape.kind]), lesson.seed
        )
        if self.state.get("training") == n:
            student.restore(self.state)
        before = COUNTING + sum(lesson.steps[:n])
        trained = train(
            student,
            learnt,
            [part.weight for part in lesson.learnt],
            [part.symbols for part in lesson.aside],
            self.machine,
            checkpoint=Among(self.checkpoint, {**self.finished, "training": n}),
            on_step=lambda now, _of, loss: self.on_step(before + now, lesson.total, loss),
        )
        # on the CPU, where a loaded network is too: the same seed then makes the same text
        return trained.cpu()

    def sided(self) -> Gate:
        """A gate over the sides of the counts, fitted on works that each fold leaves out."""
        lesson = self.lesson

        def school() -> School:
            lessons = [
                (Mixture(lesson.alphabet, lesson.count(fold.learnt)), fold.told)
                for fold in lesson.folds
            ]
            return School.of(lessons, lesson.seed)

        return self._taught("sides", COUNTING + sum(lesson.steps), lesson.sided, school)

    def gated(self, mixture: Mixture) -> Mixture:
        """The mixture with a gate that was fitted on what was set aside."""
        lesson = self.lesson
        before = COUNTING + sum(lesson.steps) + -(-lesson.sided // LOOK_EVERY)
        gate = self._taught(
            "gate", before, None, lambda: School.of([(mixture, lesson.taught)], lesson.seed)
        )
        return replace(mixture, gate=gate)

    def _taught(
        self, name: str, before: int, steps: int | None, school: Callable[[], School]
    ) -> Gate:
        """A gate; what was fitted before a stop is taken up again."""
        kept = self.state.get(name)
        if isinstance(kept, Mapping) and int(kept["step"]) == steps:
            self.finished[name] = kept
            return _gate(kept)
        found = school()
        if isinstance(kept, Mapping):
            _resume(found.teacher, kept)
        while not found.done:
            loss = found.learn()
            now = found.teacher.step
            if now % LOOK_EVERY and not found.done:
                continue
            try:
                self.on_step(before + -(-now // LOOK_EVERY), self.lesson.total, loss)
            except Cancelled:
                self.checkpoint.save({**self.finished, name: _kept(found.teacher)})
                raise
        self.finished[name] = _kept(found.teacher)
        return found.teacher.gate


def _kept(teacher: Teacher) -> dict[str, object]:
    arrays = {name: torch.from_numpy(np.array(a)) for name, a in teacher.gate.arrays().items()}
    slots = [torch.from_numpy(np.array(slot)) for slot in teacher.slots]
    return {"step": teacher.step, "arrays": arrays, "slots": slots}


def _gate(kept: Mapping[str, Any]) -> Gate:
    return Gate.of({name: a.numpy() for name, a in kept["arrays"].items()})


def _resume(teacher: Teacher, kept: Mapping[str, Any]) -> None:
    teacher.step = int(kept["step"])
    teacher.gate = _gate(kept)
    teacher.slots = tuple(slot.numpy() for slot in kept["slots"])
