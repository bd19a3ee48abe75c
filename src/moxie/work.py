"""The nouns: frozen facts that pass between the verbs, and that the store keeps.

One word for each thing, as in the glossary of CONTRIBUTING.md. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from moxie.errors import BadInput
from moxie.text import Message, Scalar

Basis: TypeAlias = Literal["undeclared", "own", "public-domain", "license"]
"""Why a work may be used: nobody said, the user made it, nobody owns it, a license allows it."""

Part: TypeAlias = Literal["train", "validation", "test", "left_out"]
"""The side of the split a work is on; `left_out` works are kept but not learnt from."""

Said: TypeAlias = Literal["order", "pick", "like", "stars", "tags", "note", "skip"]
"""How a person answers: four in order, the best of them, liked or not, 1 to 5 stars; or tags, a
note, or nothing."""

Why: TypeAlias = Literal["learn", "please", "test", "again", "blind", "free"]
"""Why creations were shown: to learn most, to please, to measure by, to see how steadily the
person answers, to compare two versions of a model; or the person spoke of them unasked."""

Verdict: TypeAlias = Literal["enough", "more", "few"]
"""Whether the works are enough, would gain from more, or are too few."""


@dataclass(frozen=True, slots=True)
class Rights:
    """On what ground a work is used. `license` is an SPDX id when `basis` is "license"."""

    basis: Basis = "undeclared"
    license: str | None = None

    @classmethod
    def parse(cls, text: str) -> Rights:
        """Read `own`, `public-domain`, `undeclared` or `license:SPDX-ID`; raises BadInput."""
        if text.startswith("license:") and text != "license:":
            return cls("license", text.removeprefix("license:"))
        for basis in get_args(Basis):
            if text == basis != "license":
                return cls(basis)
        raise BadInput(
            "The rights {text} are not known: write own, public-domain or license:SPDX-ID, "
            "for example license:CC-BY-4.0.",
            text=repr(text),
        )

    def __str__(self) -> str:
        return f"license:{self.license}" if self.basis == "license" else self.basis


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a work that a person should know: `code` for programs, `message` for them."""

    code: str  # "small", "blurred", "monochrome", "framed", "downscaled", ...
    message: Message


@dataclass(frozen=True, slots=True)
class Work:
    """One finished thing by the artist, as it was collected.

    `id` is the sha256 of the normalised blob, `original` that of the file as it was given;
    `amount` is in the art's own unit (megapixels, bars, characters, vertices).
    """

    id: str
    art: str
    title: str
    original: str
    rights: Rights
    amount: float
    facts: Mapping[str, Scalar] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not collected, and why. `name` is relative to what was given.

    `forbidden` ones could be read, but their rights say that they may not be learnt from.
    """

    name: str
    why: Message
    forbidden: bool = False


@dataclass(frozen=True, slots=True)
class Corpus:
    """An artist's works in one art, under a name of the user's."""

    name: str
    art: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A work after preparing: its cleaned blob, its side of the split, its near duplicates.

    Works of one `group` are near duplicates (or parts of one work) and share one side.
    """

    work: str
    blob: str  # sha256 of the cleaned content
    part: Part
    group: str
    flags: tuple[Flag, ...] = ()
    why: Message | None = None  # why it was left out, where it was


@dataclass(frozen=True, slots=True)
class Match:
    """How near something is to an existing work.

    `similarity` is in 0..1 on the art's copy scale; at or above the calibrated threshold it is
    a near-copy.
    """

    work: str
    similarity: float
    evidence: Message


@dataclass(frozen=True, slots=True)
class Dataset:
    """What preparing found: each work's place, and how alike *different* works can be.

    `threshold` is the near-copy threshold calibrated on those different works.
    """

    places: tuple[Prepared, ...]
    threshold: float
    typical_similarity: float  # median similarity of a work to its nearest different work

    def part(self, part: Part) -> tuple[Prepared, ...]:
        """The works on one side of the split."""
        return tuple(p for p in self.places if p.part == part)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Held-out error after learning from `works` works, with a bootstrap interval."""

    works: int
    loss: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Whether the works are enough, measured by a learning curve."""

    verdict: Verdict
    more: int  # about how many more works would help; 0 when enough
    curve: tuple[CurvePoint, ...]
    augment: int  # how many augmented copies of each work to learn from as well; 0 is none
    augment_losses: Mapping[str, float]  # held-out error by number of augmented copies
    why: Message
    augment_why: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """How a recipe will be trained: its settings, fixed beforehand so that a run is repeatable."""

    options: Mapping[str, Scalar]
    seconds: float  # expected training time on the machine asked about
    why: Message


@dataclass(frozen=True, slots=True)
class Lap:
    """One short training of one recipe in a race, measured on validation works.

    `seconds` is what the training was expected to take. `loss` is the mean held-out error with
    its 95 % bootstrap interval; `expected` is what it promises for the whole training time, and
    decides. `promoted` to the next lap; in its last lap only the winner is.
    """

    recipe: str
    rung: int  # from 1; each is about twice as long as the one before
    seconds: float
    loss: float
    low: float
    high: float
    expected: float
    promoted: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The recipe chosen, how it will be trained, and why not the others.

    `race` holds the laps by which it was chosen, if there was a race, with losses in the unit
    `scale`; `notes` say how it went, or why there was none.
    """

    recipe: str
    plan: Plan
    why: Message
    others: tuple[tuple[str, Message], ...] = ()
    race: tuple[Lap, ...] = ()
    scale: str | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One training of one recipe on one dataset. `model` is the model's hash once it is done.

    `parent` is the run that this one learnt again from, its works counting by a person's taste, or,
    if it is `balanced`, so that what it makes is more like all of them.
    """

    id: str
    corpus: str
    choice: Choice
    seed: int
    state: Literal["training", "stopped", "done"]
    model: str | None = None
    losses: tuple[float, ...] = ()
    parent: str | None = None
    balanced: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value between two controls, with its 95 % bootstrap interval.

    `floor` is what other artists' works (or the worst case) get, `ceiling` what the artist's own
    held-out works get. Values, floor and ceiling share one scale; nan where unmeasurable.
    """

    value: float
    low: float
    high: float
    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of a model on works it has not seen.

    `second_opinions` holds the fidelity by other judges, by name.
    """

    fidelity: Measure
    diversity: Measure
    originality: Measure
    threshold: float  # near-copy threshold in use
    judge: str
    samples: int
    near_copies: int
    second_opinions: Mapping[str, Measure] = field(default_factory=dict)
    details: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What was measured at one setting of a style model's own dial, 0..1.

    `originality` counts a near-copy as if it were just at the threshold, since none is handed
    out; `refused` is the share of drafts that were near-copies.
    """

    setting: float
    originality: Measure
    fidelity: Measure
    refused: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How novelty is turned into a style model's own setting, and what that rests on.

    `dial` holds the settings for evenly spaced novelties from 0 to 1; empty, novelty is the
    setting. `floor` is the fidelity that novelty 1 must keep, nan where none could be told.
    `rounds` is how many drafts were made at each setting, all with the same seeds, and `further`
    how many there are beyond them, about the setting where fidelity meets the floor.
    """

    settings: tuple[Setting, ...]
    dial: tuple[float, ...]
    floor: float
    rounds: int
    seed: int
    notes: tuple[Message, ...] = ()
    further: int = 0

    def setting(self, novelty: float) -> float:
        """The setting for a novelty in 0..1; between those that are held, evenly."""
        if len(self.dial) < 2:
            return novelty
        place = min(max(novelty, 0.0), 1.0) * (len(self.dial) - 1)
        before = min(int(place), len(self.dial) - 2)
        low, high = self.dial[before], self.dial[before + 1]
        return low + (high - low) * (place - before)


@dataclass(frozen=True, slots=True)
class Creation:
    """A new work and the record of how it came about."""

    id: str  # sha256 of its blob
    run: str
    seed: int
    index: int
    novelty: float
    size: tuple[int, ...]
    nearest: Match
    flagged: bool
    fidelity: float | None
    attempts: int
    made_at: str  # ISO 8601, UTC
    record: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """What one person said of creations, and all it takes to replay how they came to say it.

    `shown` are creation ids in the order they were shown. `order` names them from the best, or
    the best alone; `value` is 0 or 1 of a like, 1 to 5 of stars. `question` and `seed` are those
    of the question, None where nothing was asked.
    """

    number: int  # its place among all answers of the store, from 1
    corpus: str
    who: str  # a pseudonym
    kind: Said
    at: str  # ISO 8601, UTC
    shown: tuple[str, ...]
    order: tuple[str, ...] = ()
    value: int = 0
    tags: tuple[str, ...] = ()
    note: str = ""
    why: Why = "free"
    question: int | None = None
    seed: int = 0
