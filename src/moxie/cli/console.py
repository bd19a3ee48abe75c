"""Progress for a person at a terminal, or for a log; and Ctrl-C as a polite request to stop."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from moxie.errors import Cancelled
from moxie.studio.progress import TITLES
from moxie.text import Catalogue, Message

if TYPE_CHECKING:
    from types import FrameType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from moxie.studio import Stage

EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal to redraw."""


class Stopper:
    """Remembers that a person asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def check(self) -> None:
        """Raise `Cancelled` once someone has asked."""
        if self.asked:
            raise Cancelled(
                "Stopped. Everything finished so far is kept: "
                "run the same command again to go on from there."
            )


@contextmanager
def listening(catalogue: Catalogue, out: TextIO) -> Iterator[Stopper]:
    """Turn the first Ctrl-C (or SIGTERM) into a request; the second stops at once."""
    stopper = Stopper()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stopper.asked:
            raise KeyboardInterrupt
        stopper.asked = True
        out.write(catalogue("Stopping after this step; press Ctrl-C again to stop at once.") + "\n")
        out.flush()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopper
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Lines:
    """Progress as plain lines: one when a stage begins, then one every few seconds."""

    def __init__(self, catalogue: Catalogue, stopper: Stopper, out: TextIO) -> None:
        self._catalogue = catalogue
        self._stopper = stopper
        self._out = out
        self._stage = ""
        self._began = self._told = time.monotonic()

    def begin(self, stage: Stage) -> None:
        """Name the stage."""
        self._stopper.check()
        self._stage = stage
        self._began = self._told = time.monotonic()
        self._line(f"[{stage}] {self._catalogue.render(TITLES[stage])}")

    def step(self, done: int, total: int) -> None:
        """Say how far it is, now and then."""
        self._stopper.check()
        now = time.monotonic()
        if now - self._told < EVERY or not done:
            return
        self._told = now
        left = (now - self._began) / done * max(total - done, 0)
        said = self._catalogue(
            "{done} of {total}, about {left} left", done=done, total=total, left=_clock(left)
        )
        self._line(f"[{self._stage}] {said}")

    def say(self, *messages: Message) -> None:
        """One line."""
        self._line(" ".join(map(self._catalogue.render, messages)))

    def end(self, stage: Stage, seconds: float) -> None:
        """Say how long it took."""
        self._line(f"[{stage}] {self._catalogue('done in {time}', time=_clock(seconds))}")

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


class Bars:
    """Progress as a bar for each stage, with the time left."""

    def __init__(self, catalogue: Catalogue, stopper: Stopper, bar: Bar) -> None:
        self._catalogue = catalogue
        self._stopper = stopper
        self._bar = bar
        self._task: TaskID | None = None

    def begin(self, stage: Stage) -> None:
        """A new bar."""
        self._stopper.check()
        self._task = self._bar.add_task(self._catalogue.render(TITLES[stage]), total=None)

    def step(self, done: int, total: int) -> None:
        """Move the bar."""
        self._stopper.check()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)

    def say(self, *messages: Message) -> None:
        """One line above the bars."""
        line = " ".join(map(self._catalogue.render, messages))
        self._bar.console.print(line, highlight=False, markup=False)

    def end(self, stage: Stage, seconds: float) -> None:
        """Fill the bar."""
        if self._task is not None:
            self._bar.update(self._task, completed=1, total=1)
            self._bar.stop_task(self._task)


@contextmanager
def console(catalogue: Catalogue) -> Iterator[Lines | Bars]:
    """Progress on stderr: bars at a terminal, plain lines anywhere else."""
    out = sys.stderr
    with listening(catalogue, out) as stopper:
        if not out.isatty():
            yield Lines(catalogue, stopper, out)
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(file=out)) as bar:
            yield Bars(catalogue, stopper, bar)


def _clock(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"
