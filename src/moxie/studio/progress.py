"""Telling a person how far the work is, and hearing from them that it should stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from moxie.text import Message, say

Stage: TypeAlias = Literal[
    "collect",
    "prepare",
    "augment",
    "choose",
    "train",
    "balance",
    "calibrate",
    "evaluate",
    "create",
    "restore",
    "report",
    "export",
    "search",
    "look",
]
"""The verbs, in the order in which the main job takes them; it does without some."""

TITLES: dict[Stage, Message] = {
    "collect": say("Collecting the works"),
    "prepare": say("Preparing them: cleaning, finding duplicates, splitting"),
    "augment": say("Measuring whether the works are enough"),
    "choose": say("Choosing how to train"),
    "train": say("Training"),
    "balance": say("Counting the works so that what is made is like them"),
    "calibrate": say("Measuring what novelty does"),
    "evaluate": say("Evaluating on works it has not seen"),
    "create": say("Creating"),
    "restore": say("Filling what is missing"),
    "report": say("Writing the report"),
    "export": say("Writing the files"),
    "search": say("Searching the works"),
    "look": say("Looking at the creations"),
}
"""What each stage is called for people."""


class Progress(Protocol):
    """Who is told. Implement it for a window, a notebook or a log."""

    def begin(self, stage: Stage) -> None:
        """A stage starts."""
        ...

    def step(self, done: int, total: int) -> None:
        """`done` of `total` steps of the stage; raise `Cancelled` to stop the work cleanly."""
        ...

    def say(self, *messages: Message) -> None:
        """Something worth reading, once; several messages belong on one line."""
        ...

    def end(self, stage: Stage, seconds: float) -> None:
        """The stage is finished and its result is stored."""
        ...


@runtime_checkable
class HearsLoss(Protocol):
    """What a `Progress` may have besides: it is told the error of each step that has one."""

    def loss(self, value: float) -> None:
        """The error, in the recipe's unit, before `step` is told of the same step."""
        ...


class Silent:
    """Tells nobody, and never stops."""

    def begin(self, stage: Stage) -> None:
        """Say nothing."""

    def step(self, done: int, total: int) -> None:
        """Say nothing."""

    def say(self, *messages: Message) -> None:
        """Say nothing."""

    def end(self, stage: Stage, seconds: float) -> None:
        """Say nothing."""


class Clock:
    """Seconds spent in each stage, passed on to a `Progress` as they go by.

    `seconds`: wall time by stage; a stage entered twice adds up.
    """

    def __init__(self, progress: Progress, now: Callable[[], float] = time.monotonic) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self._now = now
        self._started = now()

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._now() - self._started

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Count what happens inside as `stage`; time is counted even when it fails."""
        began = self._now()
        self.progress.begin(stage)
        try:
            yield
        finally:
            spent = self._now() - began
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent
        self.progress.end(stage, spent)

    def on_step(self, done: int, total: int, loss: float = math.nan) -> None:
        """An `OnStep` that passes on the count, and the loss to whoever hears it."""
        if math.isfinite(loss) and isinstance(self.progress, HearsLoss):
            self.progress.loss(loss)
        self.progress.step(done, total)
