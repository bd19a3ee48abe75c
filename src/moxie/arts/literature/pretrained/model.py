"""`literature/pretrained`: a model that others trained, tuned to an author, mixed with counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from moxie.art import Checkpoint, OnStep, Sample
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.nets import Voice
from moxie.arts.literature.models.style import COUNTING, Lesson, TextModel, Training
from moxie.arts.literature.models.texts import opened
from moxie.arts.literature.pretrained import adapters, bases, terms, trunk
from moxie.arts.literature.pretrained.adapters import Rank
from moxie.arts.literature.pretrained.bases import FACTS, Base
from moxie.arts.literature.pretrained.course import RATE
from moxie.arts.literature.pretrained.spelling import Spelling, Tree, Units
from moxie.arts.literature.pretrained.tuning import Reading, tune
from moxie.arts.literature.pretrained.voice import Foreign
from moxie.arts.literature.writing import Writing
from moxie.errors import Missing
from moxie.nn.student import Among, Course
from moxie.settings import Machine
from moxie.work import Plan

RANK = Rank()

WORDS = "words.json"
"""The tokens of several characters that were kept, by their numbers in the base."""

FINISHED = "finished."
"""Before the names of an adapter, in the checkpoint of what comes after it."""


class PretrainedModel(TextModel):
    """Learns texts as `TextModel` does, with a base that was taken in as one of the members.

    What is saved is what was learnt beside the base, and which base that is; to read it again the
    same base must be on the machine.
    """

    def __init__(self, machine: Machine) -> None:
        # the base is listened to, and so tuned, on the processor: see `Foreign`
        half = machine.half and machine.device == "cpu"
        super().__init__(replace(machine, device="cpu", half=half))
        self.base: Base | None = None

    def save(self, folder: Path) -> None:
        """See `TextModel.save`; the adapter is written as `peft` reads it."""
        super().save(folder)
        voice = _voice(self.language)
        adapters.save(voice.learnt, RANK, folder)
        units = voice.trunk.units
        words = [int(token) for token in units.tokens[units.symbols :]]
        (folder / WORDS).write_text(json.dumps(words), "utf-8")
        facts = json.loads(voice.base.text)
        if voice.base.terms:  # they go with whatever is derived from it
            facts["notice"] = terms.NOTICE
        (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), "utf-8")

    def load(self, folder: Path) -> Self:
        """See `TextModel.load`; raises Missing where the base is not on this machine."""
        told = bases.read(folder / FACTS)
        base = bases.find(told.sha256, told.name)
        super().load(folder)
        mixture = self.language
        assert isinstance(mixture, Mixture)
        learnt, rank = adapters.load(folder)
        words = json.loads((folder / WORDS).read_text("utf-8"))
        units = Spelling.read(base.folder, base.name).kept(mixture.alphabet, words)
        voice = Foreign.of(base, units, learnt, rank, half=self.machine.half)
        self._language = replace(mixture, nets=(voice,))
        return self

    def _lesson(self, samples: Sequence[Sample[Writing]], plan: Plan, seed: int) -> Lesson:
        self.base = bases.find(str(plan.options["base_sha256"]), str(plan.options["base"]))
        spelling = Spelling.read(self.base.folder, self.base.name)
        return Lesson.of(samples, plan, seed, spelling.alphabet)

    def _training(self, lesson: Lesson, checkpoint: Checkpoint, on_step: OnStep) -> Training:
        assert self.base is not None
        return Tuning(lesson, self.machine, checkpoint, on_step, base=self.base)


@dataclass(slots=True)
class Tuning(Training):
    """Tunes a base, then fits a gate; it can be stopped."""

    base: Base | None = None

    def voices(self) -> tuple[Voice, ...]:
        """The base, corrected by what it learnt."""
        assert self.base is not None
        self.state = self.checkpoint.load() or {}
        learnt = {
            name.removeprefix(FINISHED): value
            for name, value in self.state.items()
            if name.startswith(FINISHED) and isinstance(value, Tensor)
        }
        if not learnt:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self.lesson.seed)
                learnt = self._tuned(self.base)
        self.finished = {FINISHED + name: value for name, value in learnt.items()}
        units, half = self._units(self.base), self.machine.half
        return (Foreign.of(self.base, units, learnt, RANK, half=half),)

    def gated(self, mixture: Mixture) -> Mixture:
        """See `Training.gated`; all that the gate is fitted on is looked at side by side."""
        end = self.lesson.alphabet.end
        _voice(mixture).prime([opened(end, text) for text in self.lesson.taught])
        return Training.gated(self, mixture)

    def _tuned(self, base: Base) -> dict[str, Tensor]:
        lesson, options = self.lesson, self.lesson.options
        units = self._units(base)
        tree = Tree(units)
        read = trunk.load(base.folder, units, base.name)
        adapters.inject(read.model, RANK)
        if self.machine.half:
            read.halve()
        reading = Reading.of(
            [tree.cut(part.symbols) for part in lesson.learnt],
            [part.weight for part in lesson.learnt],
            units.end,
        )
        window, batch = int(str(options["window"])), int(str(options["batch"]))
        return tune(
            read,
            Course(lesson.steps[0], batch, window, RATE),
            reading,
            [tree.cut(part.symbols) for part in lesson.aside],
            lesson.seed,
            self.machine,
            checkpoint=Among(self.checkpoint, {"training": 0}),
            on_step=lambda now, _of, loss: self.on_step(COUNTING + now, lesson.total, loss),
        )

    def _units(self, base: Base) -> Units:
        """What is kept of the vocabulary of a base for these works."""
        spelling, alphabet = Spelling.read(base.folder, base.name), self.lesson.alphabet
        texts = [alphabet.decode(part.symbols) for part in self.lesson.whole]
        return spelling.kept(alphabet, spelling.words_in(texts, base.folder, alphabet))


def _voice(language: object) -> Foreign:
    voices = language.nets if isinstance(language, Mixture) else ()
    for voice in voices:
        if isinstance(voice, Foreign):
            return voice
    raise Missing("This model has not learnt anything yet: train it first.")
