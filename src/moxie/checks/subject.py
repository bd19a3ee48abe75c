"""What the checks look at: an art with a few works, and a recipe that has learnt from them."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from moxie.art import Art, Brief, OnStep, Recipe, Sample, StyleModel, Supply
from moxie.errors import Cancelled
from moxie.nn.checkpoint import FileCheckpoint, MemoryCheckpoint
from moxie.settings import Machine
from moxie.work import Plan

S = TypeVar("S")

SECONDS = 60.0
"""The time budget recipes are asked to plan for."""

SEED = 11


def require(condition: object, sentence: str) -> None:
    """Raise AssertionError with the sentence unless the condition holds (under -O as well)."""
    if not condition:
        raise AssertionError(sentence)


def same(one: object, other: object) -> bool:
    """Whether two contents are equal in every detail: arrays, sequences, dataclasses, values."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(
            one, other, equal_nan=one.dtype.kind in "fc"
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if dataclasses.is_dataclass(one) and dataclasses.is_dataclass(other):
        names = [field.name for field in dataclasses.fields(one)]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


def _default_mask(content: object) -> NDArray[np.bool_]:
    """The middle third hidden, along each axis; a last axis of up to four is channels."""
    if isinstance(content, np.ndarray):
        channels = content.ndim > 2 and content.shape[-1] <= 4
        shape = content.shape[:-1] if channels else content.shape
    else:
        sized = isinstance(content, str | list | tuple)
        require(sized, f"pass masking=Masking(...) for contents of {type(content)}")
        shape = (len(content),)  # type: ignore[arg-type]
    mask = np.zeros(shape, bool)
    mask[tuple(slice(n // 3, max(n // 3 + 1, 2 * n // 3)) for n in shape)] = True
    return mask


def _default_known(content: object, mask: NDArray[np.bool_]) -> object:
    """What is not hidden, in order."""
    if isinstance(content, np.ndarray):
        return content[~mask]
    assert isinstance(content, Sequence)
    return [item for item, hidden in zip(content, mask, strict=True) if not hidden]


@dataclass(frozen=True, slots=True)
class Masking(Generic[S]):
    """How to hide a part of a content. `mask` makes one (True = hidden), `known` reads the rest."""

    mask: Callable[[S], NDArray[np.bool_]] = _default_mask
    known: Callable[[S, NDArray[np.bool_]], object] = _default_known


class Subject(Generic[S]):
    """An art and the first few of its examples, read and cleaned once."""

    def __init__(
        self,
        art: Art[S],
        works: int,
        size: str | None,
        masking: Masking[S],
        region: str | None = None,
    ) -> None:
        self.art = art
        self.works = max(3, works)
        self.size_text = size
        self.masking = masking
        self.region = region

    @cached_property
    def files(self) -> list[tuple[str, bytes]]:
        """(file name, data) of the examples used."""
        files = [file for file, _ in zip(self.art.examples(), range(self.works), strict=False)]
        require(len(files) >= 3, "there must be at least three examples")
        return files

    @cached_property
    def contents(self) -> list[S]:
        """The examples, cleaned as they are learnt from."""
        return [self.art.clean(self.art.read(data, name)).content for name, data in self.files]

    @property
    def size(self) -> tuple[int, ...]:
        """What creations are made at."""
        return self.art.size(self.size_text)

    def mask(self, content: S) -> NDArray[np.bool_]:
        """A part of a content: the one named as a person would, or the middle of it."""
        if self.region is None:
            return self.masking.mask(content)
        return self.art.region(self.region, None, content)


class Apprentice(Generic[S]):
    """A recipe, and a model that has learnt with it."""

    def __init__(self, subject: Subject[S], recipe: Recipe[S]) -> None:
        self.subject = subject
        self.recipe = recipe
        self.machine = Machine(threads=1)
        self.steps = 0
        """How often `on_step` was called while `model` learnt."""

    @cached_property
    def samples(self) -> list[Sample[S]]:
        """The examples, or the least works; augmented copies stand in where there are too few."""
        art, contents = self.subject.art, self.subject.contents
        samples = [Sample(f"work-{i}", content) for i, content in enumerate(contents)]
        for i in range(len(samples), self.recipe.least_works):
            copy = art.augment(contents[i % len(contents)], seed=i)
            samples.append(Sample(f"work-{i}", copy))
        return samples

    def plan(self, works: int) -> Plan:
        """For the first `works` samples."""
        amount = sum(self.subject.art.amount(sample.content) for sample in self.samples[:works])
        plan = self.recipe.plan(Supply(works, amount, self.machine, SECONDS))
        if plan is None:
            raise AssertionError(
                f"it says that {self.recipe.least_works} works are enough, but has no plan for "
                f"{works}"
            )
        return plan

    @cached_property
    def model(self) -> StyleModel[S]:
        """Trained on all samples without a stop."""

        def count(_step: int, _total: int, _loss: float) -> None:
            self.steps += 1

        return self._fit(MemoryCheckpoint(), count)

    def beginner(self) -> StyleModel[S]:
        """Trained on as few works as the recipe takes."""
        return self._fit(MemoryCheckpoint(), lambda *_: None, max(1, self.recipe.least_works))

    def stopped_and_resumed(self, stop_at: int) -> tuple[StyleModel[S], bool]:
        """A model stopped at a call of `on_step` and finished by another; whether it did stop."""
        with tempfile.TemporaryDirectory(prefix="moxie-check-") as folder:
            path = Path(folder) / "checkpoint"
            stopped = False
            try:
                self._fit(FileCheckpoint(path), _stop_at(stop_at))
            except Cancelled:
                stopped = True
            return self._fit(FileCheckpoint(path), lambda *_: None), stopped

    def saved_and_loaded(self) -> tuple[StyleModel[S], list[str]]:
        """A fresh model that read what `model` wrote, and the names of the files."""
        with tempfile.TemporaryDirectory(prefix="moxie-check-") as folder:
            self.model.save(Path(folder))
            names = [path.name for path in Path(folder).rglob("*") if path.is_file()]
            return self.build().load(Path(folder)), names

    def build(self) -> StyleModel[S]:
        """A model that has learnt nothing."""
        return self.recipe.build(self.machine)

    def make(self, model: StyleModel[S], *, seed: int = SEED, novelty: float = 0.5) -> S:
        """One sample of the subject's size."""
        return model.sample(Brief(self.subject.size, novelty), seed=seed).content

    @cached_property
    def made(self) -> S:
        """What `model` makes of `SEED`: the one others are compared with."""
        return self.make(self.model)

    def _fit(
        self,
        checkpoint: MemoryCheckpoint | FileCheckpoint,
        on_step: OnStep,
        works: int | None = None,
    ) -> StyleModel[S]:
        samples = self.samples[:works]
        plan = self.plan(len(samples))
        return self.build().fit(
            samples, plan=plan, seed=SEED, checkpoint=checkpoint, on_step=on_step
        )


def _stop_at(call: int) -> OnStep:
    calls = 0

    def on_step(_step: int, _total: int, _loss: float) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise Cancelled("Stopped by a check.")

    return on_step
