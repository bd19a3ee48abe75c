"""A job: what was asked, and how far it is. Sentences are kept as data, for any language."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from moxie.text import Message

Kind: TypeAlias = Literal[
    "collect", "learn", "create", "suggest", "restore", "report", "export", "tune"
]
State: TypeAlias = Literal[
    "queued", "running", "pausing", "paused", "interrupted", "done", "failed", "cancelled"
]

WORKING: frozenset[State] = frozenset({"running", "pausing"})
OPEN: frozenset[State] = frozenset({"queued", "running", "pausing"})
"""States in which something is still going to happen by itself."""

HEAVY: frozenset[Kind] = frozenset({"learn", "create", "suggest", "restore", "tune"})
"""Kinds that take all of a small machine; the others may run beside one of them."""

MOST_MESSAGES, MOST_LOSSES = 200, 400
"""What is kept of a job's sentences and its loss curve; the curve is thinned evenly."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that has begun. `seconds` is how long it took, or None while it runs."""

    name: str
    done: int = 0
    total: int = 0
    began: float = 0.0  # seconds of the clock, since 1970
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a job failed: the kind of the error and its sentence."""

    kind: str
    message: Message


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `version` goes up with every change, over all jobs of a store."""

    id: str
    kind: Kind
    wish: Mapping[str, object]
    made_at: str
    corpora: tuple[str, ...] = ()  # names of those that it works on
    state: State = "queued"
    began_at: str | None = None
    ended_at: str | None = None
    stages: tuple[Stage, ...] = ()
    losses: tuple[float, ...] = ()
    thinned: int = 1  # every so many losses one was kept
    messages: tuple[tuple[Message, ...], ...] = ()
    fault: Fault | None = None
    result: Mapping[str, object] | None = None
    version: int = 0
    dismissed: bool = False  # it failed, and a person has seen that

    @property
    def resumable(self) -> bool:
        """Whether it can be taken up again where it was left."""
        return self.state in {"paused", "interrupted", "failed", "cancelled"}

    @property
    def over(self) -> bool:
        """Whether nothing more happens unless somebody asks for it."""
        return self.state not in OPEN

    def begun(self, stage: str) -> Job:
        """A stage starts."""
        return replace(self, stages=(*self.stages, Stage(stage, began=time.time())))

    def stepped(self, done: int, total: int) -> Job:
        """The present stage went on."""
        if not self.stages:
            return self
        now = replace(self.stages[-1], done=done, total=total)
        return replace(self, stages=(*self.stages[:-1], now))

    def ended(self, stage: str, seconds: float) -> Job:
        """A stage is over."""
        stages = [
            replace(one, seconds=seconds) if one.name == stage and one.seconds is None else one
            for one in self.stages
        ]
        return replace(self, stages=tuple(stages))

    def lost(self, loss: float, count: int) -> Job:
        """The error after the `count`-th step that had one; every so many are kept."""
        if count % self.thinned:
            return self
        losses = (*self.losses, loss)
        if len(losses) <= MOST_LOSSES:
            return replace(self, losses=losses)
        return replace(self, losses=losses[1::2], thinned=self.thinned * 2)

    def said(self, messages: Sequence[Message]) -> Job:
        """Something worth reading; only the last ones are kept."""
        return replace(self, messages=(*self.messages, tuple(messages))[-MOST_MESSAGES:])

    def again(self) -> Job:
        """The same job, to be taken up again."""
        return replace(self, state="queued", stages=(), fault=None, ended_at=None, dismissed=False)

    def to_json(self) -> str:
        """As text, for the queue."""
        plain = asdict(self)
        plain["messages"] = [[one.to_json() for one in line] for line in self.messages]
        if self.fault is not None:
            plain["fault"] = {"kind": self.fault.kind, "message": self.fault.message.to_json()}
        return json.dumps(plain)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The inverse of `to_json`; what an older or newer Moxie kept besides is left out."""
        known = {one.name for one in fields(cls)}
        plain = {key: value for key, value in json.loads(text).items() if key in known}
        plain["corpora"] = tuple(plain["corpora"])
        plain["stages"] = tuple(Stage(**stage) for stage in plain["stages"])
        plain["losses"] = tuple(plain["losses"])
        plain["messages"] = tuple(
            tuple(Message.from_json(one) for one in line) for line in plain["messages"]
        )
        if plain["fault"] is not None:
            said = Message.from_json(plain["fault"]["message"])
            plain["fault"] = Fault(plain["fault"]["kind"], said)
        return cls(**plain)


def now() -> str:
    """The time as it is written down: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
