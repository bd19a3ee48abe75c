"""The process of one job: `python -m moxie.web.jobs.worker`, spoken to as `wire` describes."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import TextIO

from moxie.errors import Cancelled, MoxieError
from moxie.studio import Stage, Studio
from moxie.text import Message, say
from moxie.web.jobs import tasks
from moxie.web.jobs.wire import PAUSE, Order

EVERY = 0.2
"""Seconds between two words about steps; a screen shows no more."""

GRACE = 20.0
"""Seconds that a job may go on after its server has gone, before it is ended."""

KIND = 10
"""How far the work stands back behind whatever a person does on this machine meanwhile."""


class Speaker:
    """A `Progress` that tells the server, and hears from it that it should stop."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._told = 0.0
        self._loss: float | None = None
        self._speaking = threading.Lock()
        self.stop = threading.Event()

    def begin(self, stage: Stage) -> None:
        """A stage starts."""
        self._check()
        self.tell({"begin": stage})

    def step(self, done: int, total: int) -> None:
        """Now and then, and at the end."""
        self._check()
        now = time.monotonic()
        if now - self._told >= EVERY or done == total:
            self._told = now
            self.tell({"step": [done, total], "loss": self._loss})
            self._loss = None

    def loss(self, value: float) -> None:
        """The error of the step that is told next."""
        self._loss = value

    def say(self, *messages: Message) -> None:
        """Something worth reading."""
        self.tell({"say": [message.to_json() for message in messages]})

    def end(self, stage: Stage, seconds: float) -> None:
        """A stage is over."""
        self.tell({"end": [stage, seconds]})

    def tell(self, event: Mapping[str, object]) -> None:
        """One line."""
        with self._speaking:
            self._out.write(json.dumps(event) + "\n")
            self._out.flush()

    def _check(self) -> None:
        if self.stop.is_set():
            raise Cancelled("Paused. Everything finished so far is kept.")


_MEMORY = say("There was not enough memory for it: ask for less at once, or smaller.")


def main() -> None:
    """Do what the first line of stdin orders."""
    out = _own_voice()
    order = Order.read(sys.stdin.readline())
    speaker = Speaker(out)
    threading.Thread(target=_listen, args=(speaker,), daemon=True).start()
    try:
        with Studio(settings=order.settings, progress=speaker) as studio:
            result = tasks.perform(studio, order)
        speaker.tell({"result": result})
    except BrokenPipeError:  # the server has gone
        os._exit(1)
    except MoxieError as error:
        speaker.tell({"fault": {"kind": type(error).__name__, "message": error.message.to_json()}})
    except MemoryError:
        speaker.tell({"fault": _fault(_MEMORY)})
    except Exception as error:
        logging.getLogger("moxie.web").exception("a job failed")
        text = " ".join(str(error).split())[:300]
        speaker.tell({"fault": _fault(_unforeseen(type(error).__name__, text))})
    os._exit(0)  # threads of native libraries may not hold up the end


def _unforeseen(kind: str, text: str) -> Message:
    return say(
        "Something went wrong that Moxie did not foresee ({kind}: {text}). Its log says where.",
        kind=kind,
        text=text,
    )


def _fault(message: Message) -> dict[str, object]:
    return {"kind": MoxieError.__name__, "message": message.to_json()}


def _listen(speaker: Speaker) -> None:
    """Hear `pause`; and when the server has gone, stop soon whatever happens."""
    for line in sys.stdin:
        if line.strip() == PAUSE:
            speaker.stop.set()
    speaker.stop.set()
    time.sleep(GRACE)
    os._exit(1)


def _own_voice() -> TextIO:
    """The pipe to the server; whatever else prints goes to the log."""
    own = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(KIND)
    return os.fdopen(own, "w", encoding="utf-8")


if __name__ == "__main__":
    main()
