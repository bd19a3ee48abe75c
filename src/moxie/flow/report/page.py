"""What a report shows: everything gathered beforehand, so that drawing it touches no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from moxie.art import Preview
from moxie.text import Message, Scalar
from moxie.work import (
    Calibration,
    Corpus,
    Creation,
    Evaluation,
    Flag,
    Part,
    Refusal,
    Rights,
    Run,
    Sufficiency,
)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A work as it hangs in the report: a preview and a title, which is the user's, not trusted."""

    title: str
    preview: Preview


@dataclass(frozen=True, slots=True)
class Shown:
    """A creation as it hangs in the report, beside the work it comes nearest to."""

    creation: Creation
    preview: Preview
    nearest: Exhibit | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a report shows.

    `works` counts the works on each side of the split; `amount` is their sum in the art's `unit`.
    `rights` counts works by the ground they are used on. `left_out` and `flags` go by title.
    `seconds` are by stage; `settings` are the dials the creations were made with.
    """

    corpus: Corpus
    run: Run
    creations: tuple[Shown, ...]
    held_out: tuple[Exhibit, ...]
    works: Mapping[Part, int]
    rights: Mapping[Rights, int]
    amount: float
    unit: str
    version: str
    made_at: str  # ISO 8601, UTC
    sufficiency: Sufficiency | None = None
    evaluation: Evaluation | None = None
    calibration: Calibration | None = None
    counted: Message | None = None  # how unevenly the works count, where they do
    refusals: tuple[Refusal, ...] = ()
    left_out: tuple[tuple[str, Message], ...] = ()
    flags: tuple[tuple[str, Flag], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    @property
    def collected(self) -> int:
        """How many works there are, on whichever side of the split."""
        return sum(self.works.values())
