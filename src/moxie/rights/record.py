"""The record of a creation: each step as it happened, each bound to all before it by a hash.

A step is a text in one exact form that holds the sha256 of the step before. Whoever changes,
drops, adds or reorders one breaks the chain there; whoever cuts its end breaks with what the
registry's log says of it. Steps hold hashes, settings and times, nothing about a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from moxie.errors import BadInput
from moxie.rights import canon
from moxie.text import Message, say

KINDS = frozenset(
    {"chosen", "created", "edited", "exported", "rated", "rejected", "repainted", "restored"}
)
"""What can happen to a creation."""

BY_PERSON = frozenset({"chosen", "edited", "rated", "rejected", "repainted"})
"""The steps that are a person's own."""

LONGEST = 200_000
"""Characters of a step."""

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One step. `previous` is the hash of the one before, "" for the first."""

    subject: str  # sha256 of the creation
    place: int  # from 0
    kind: str  # one of KINDS
    time: str  # as the machine's clock said
    details: Mapping[str, Any]
    previous: str
    back: bool = False  # the clock had been turned back
    v: int = FORMAT

    def text(self) -> str:
        """The exact text that is hashed."""
        return canon.text({field.name: getattr(self, field.name) for field in fields(self)})

    @property
    def hash(self) -> str:
        """The sha256 of the text: what the next step, and the log, hold on to."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    @classmethod
    def read(cls, line: str) -> Event:
        """A step's text as a step; raises BadInput for what is none."""
        try:
            event = cls(**canon.read(line, most=LONGEST))
        except (ValueError, TypeError) as error:
            raise BadInput("This is no step of a creation's record.") from error
        sound = (
            event.v == FORMAT
            and type(event.place) is int
            and event.kind in KINDS
            and canon.is_time(event.time)
            and isinstance(event.details, dict)
            and type(event.back) is bool
        )
        if not sound:
            raise BadInput("This is no step of a creation's record.")
        return event


def follow(
    subject: str, last: Event | None, kind: str, details: Mapping[str, object], time: str
) -> Event:
    """The step that follows `last`, or the first. Raises BadInput for one that is too large."""
    if kind not in KINDS:
        raise BadInput("There is no step called {kind} in a record.", kind=kind)
    place = 0 if last is None else last.place + 1
    before = "" if last is None else last.hash
    back = last is not None and time < last.time
    event = Event(subject, place, kind, time, dict(details), before, back)
    if len(event.text()) > LONGEST:
        raise BadInput("This step is too large for a record: {n} characters.", n=len(event.text()))
    return event


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a record found: its readable steps, and what is wrong, with where."""

    events: tuple[Event, ...]
    faults: tuple[Message, ...]

    @property
    def head(self) -> str:
        """The hash that stands for all of it; "" where there is no step."""
        return self.events[-1].hash if self.events else ""


def check(subject: str, lines: Sequence[str], heads: Sequence[tuple[int, str]] = ()) -> Checked:
    """Hold every step against the one before, and the whole against the log.

    `heads` are entries of the log, (their place, the hash they say the record then ended with):
    a record that lacks one was cut or changed after it was registered.
    """
    events: list[Event] = []
    faults: list[Message] = []
    before, time = "", ""
    for place, line in enumerate(lines):
        try:
            event = Event.read(line)
        except BadInput:
            faults.append(say("Step {place} of the record cannot be read.", place=place))
            before = hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()
            continue
        faults += _wrong(event, subject, place, before, time)
        events.append(event)
        before, time = event.hash, event.time
    known = {event.hash for event in events}
    faults += [
        say(
            "The registry's entry {seq} knows a step that the record no longer has: its end was "
            "cut off, or it was changed.",
            seq=seq,
        )
        for seq, head in heads
        if head and head not in known
    ]
    return Checked(tuple(events), tuple(faults))


def _wrong(event: Event, subject: str, place: int, before: str, time: str) -> list[Message]:
    """What is wrong with one step; the first thing is enough."""
    if event.subject != subject:
        return [say("Step {place} of the record is of another creation.", place=place)]
    if event.place != place:
        return [
            say(
                "Step {number} stands at place {place}: steps are missing or were reordered.",
                number=event.place,
                place=place,
            )
        ]
    if event.previous != before:
        return [say("Step {place} does not follow from the one before it.", place=place)]
    if (event.time < time) != event.back:
        return [say("The time of step {place} does not follow from the one before.", place=place)]
    return []
