"""One job's process as the server sees it: started, spoken to, kept within limits, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from moxie.settings import WAITING
from moxie.store import atomic
from moxie.text import Message, say
from moxie.web.jobs.wire import LONGEST, PAUSE, Event, Order

WORKER = (sys.executable, "-m", "moxie.web.jobs.worker")
"""What a job's process runs."""

LOOK = 0.5
"""Seconds between two looks at what a process takes."""

MOST_LOG = 4 << 20
"""Bytes of the log; a longer one is begun anew."""


def _most_memory() -> int:
    import psutil

    return int(0.85 * psutil.virtual_memory().total)


@dataclass(frozen=True, slots=True)
class Limits:
    """What jobs may take: bytes and seconds of one, places for heavy and light ones.

    `patience` is how many seconds a process has to stop when the server closes.
    """

    memory: int = field(default_factory=_most_memory)
    seconds: float = 24 * 3600
    heavy: int = 1
    light: int = 1
    patience: float = 5.0


class Process:
    """A process that works on one job."""

    def __init__(self, process: subprocess.Popen[str], limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._why: Message | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    @classmethod
    def start(
        cls, order: Order, log: Path, limits: Limits, command: Sequence[str] = WORKER
    ) -> Self:
        """A process with its order; raises OSError where none can be had."""
        atomic.make_folder(log.parent)
        anew = log.exists() and log.stat().st_size > MOST_LOG
        environ = {**os.environ, **WAITING, "PYTHONUNBUFFERED": "1"}
        with log.open("w" if anew else "a") as errors:
            process = subprocess.Popen(  # noqa: S603  our own worker
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environ,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C in the terminal is for the server
            )
        started = cls(process, limits)
        started._say(order.line())
        return started

    def events(self) -> Iterator[Event]:
        """What it says, until it has ended."""
        assert self._process.stdout is not None
        while line := self._process.stdout.readline(LONGEST):
            yield json.loads(line)

    def pause(self) -> None:
        """Ask it to stop at the next step."""
        self._say(f"{PAUSE}\n")

    def hang_up(self) -> None:
        """Leave it: it stops at its next step, and ends itself if that takes long."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            self._process.stdin.close()

    def join(self, seconds: float) -> None:
        """Wait for it so long; then end it."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end()

    def end(self) -> None:
        """End it at once, with whatever it started."""
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def wait(self) -> Message | None:
        """Wait for its end; why it was ended, where that was for taking too much."""
        self._process.wait()
        self.hang_up()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return self._why

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # it has ended: its last words are heard elsewhere
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _watch(self) -> None:
        began = time.monotonic()
        while self._process.poll() is None:
            if time.monotonic() - began > self._limits.seconds:
                self._why = say("It took longer than a job may take, and was ended.")
            elif _memory(self._process.pid) > self._limits.memory:
                self._why = say(
                    "It took more than {n} MB of memory, and was ended: ask for less at once, or "
                    "smaller.",
                    n=self._limits.memory >> 20,
                )
            if self._why is not None:
                self.end()
                return
            time.sleep(LOOK)


def _memory(pid: int) -> int:
    """Bytes that a process and those it started hold."""
    import psutil

    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total
