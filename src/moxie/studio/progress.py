"""Telling a person how far the work is, and hearing from them that it should stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol, TypeAlias

from moxie.text import Message

Stage: TypeAlias = Literal[
    "collect",
    "prepare",
    "augment",
    "choose",
    "train",
    "evaluate",
    "create",
    "restore",
    "report",
    "export",
    "search",
    "look",
]
"""The verbs, in the order in which the main job takes them; it does without some."""


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

    def on_step(self, done: int, total: int, _loss: float = 0.0) -> None:
        """An `OnStep` that passes on the count."""
        self.progress.step(done, total)
