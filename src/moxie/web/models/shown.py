"""What the API gives: the nouns of the store, as a page shows them."""

from __future__ import annotations

from moxie.web.models.base import CorpusId, Model, Number, Sha256, ShortId


class RecipeFacts(Model):
    """A recipe of an art."""

    name: str
    summary: str
    least_works: int


class DialFacts(Model):
    """A dial of an art, and what to write for it."""

    name: str
    hint: str


class ArtFacts(Model):
    """An art, as far as a page needs to know it."""

    name: str
    suffixes: list[str]
    handout: list[str]
    unit: str
    size: list[int]  # the usual one
    dials: list[DialFacts]


class CorpusFacts(Model):
    """A corpus, and how far it has come."""

    id: CorpusId
    name: str
    art: str
    works: int
    creations: int
    runs: int
    trained: bool


class FlagFacts(Model):
    """Something about a work that a person should know."""

    code: str
    message: str


class WorkFacts(Model):
    """One work as it was collected, and where preparing put it (null before that)."""

    id: Sha256
    title: str
    rights: str
    amount: float
    facts: dict[str, str | bool | int | float | None]
    flags: list[FlagFacts]
    part: str | None
    why: str | None  # why it was left out
    group: str | None
    duplicates: list[Sha256]  # others of its group


class WorkPage(Model):
    """Some of the works, in the order they came."""

    total: int
    offset: int
    works: list[WorkFacts]


class Forgot(Model):
    """What came from a work that was forgotten."""

    work: Sha256
    title: str
    models: list[str]
    creations: int


class Dropped(Model):
    """An upload that was removed."""

    id: ShortId


class PointFacts(Model):
    """A point of the learning curve, with its interval."""

    works: int
    loss: Number
    low: Number
    high: Number


class SufficiencyFacts(Model):
    """Whether the works are enough."""

    verdict: str
    more: int  # about how many more would help; 0 when enough
    why: str
    augment: int
    augment_why: str
    curve: list[PointFacts]


class LapFacts(Model):
    """One lap of a race between recipes."""

    recipe: str
    rung: int
    seconds: Number
    loss: Number
    low: Number
    high: Number
    expected: Number
    promoted: bool


class OtherFacts(Model):
    """A recipe that was not chosen, and why."""

    recipe: str
    why: str


class ChoiceFacts(Model):
    """The recipe chosen, and why."""

    recipe: str
    why: str
    seconds: Number
    plan_why: str
    others: list[OtherFacts]
    race: list[LapFacts]
    scale: str | None
    made: bool  # the race was by drafts, and not by what was foretold
    notes: list[str]


class MeasureFacts(Model):
    """A value between its controls."""

    value: Number
    low: Number
    high: Number
    floor: Number
    ceiling: Number


class EvaluationFacts(Model):
    """What was measured of a model on works it has not seen."""

    fidelity: MeasureFacts
    diversity: MeasureFacts
    originality: MeasureFacts
    judge: str
    samples: int
    near_copies: int
    threshold: Number
    second_opinions: dict[str, MeasureFacts]
    notes: list[str]


class RunFacts(Model):
    """One training. `current` is the one that creations are made by now."""

    id: str
    recipe: str
    seed: int
    state: str
    model: str | None
    parent: str | None  # the run it came from, by a person's taste or balanced
    balanced: bool
    current: bool
    losses: list[Number]  # at most 400 of them, evenly taken
    creations: int
    evaluation: EvaluationFacts | None


class TuningFacts(Model):
    """What became of a person's last tuning. `blind` is how many blind questions are answered."""

    outcome: str
    why: str
    answers: int
    run: str | None
    blind: int


class TunedFacts(Model):
    """The last tuning, null where there was none."""

    tuning: TuningFacts | None


class TunedRun(Model):
    """The run that is in use now."""

    run: str


class ModelFacts(Model):
    """All that a page about a corpus' model shows; null is what has not been done yet."""

    corpus: CorpusFacts
    parts: dict[str, int] | None
    threshold: Number
    sufficiency: SufficiencyFacts | None
    choice: ChoiceFacts | None
    runs: list[RunFacts]
    dial: str | None  # what novelty does for the run in use


class NearFacts(Model):
    """The existing work that a creation is nearest to."""

    work: Sha256
    title: str | None  # null where it was forgotten
    similarity: Number
    evidence: str


class CreationFacts(Model):
    """A creation, as a gallery shows it."""

    id: Sha256
    run: str
    seed: int
    index: int
    novelty: float
    size: list[int]
    made_at: str
    flagged: bool
    fidelity: Number
    attempts: int
    nearest: NearFacts


class CreationPage(Model):
    """Some of the creations, the newest first."""

    total: int
    offset: int
    creations: list[CreationFacts]


class StepFacts(Model):
    """One step of a creation's record."""

    place: int
    time: str
    kind: str


class CreationRecord(Model):
    """One creation with its record and its place between floor and ceiling."""

    creation: CreationFacts
    corpus: CorpusFacts
    record: dict[str, object]
    steps: list[StepFacts]
    intact: bool | None  # null where no record was kept
    registered: list[int]  # its entries in the registry
    threshold: Number
    fidelity: MeasureFacts | None
    originality: MeasureFacts | None
    suffixes: list[str]  # the formats it can be taken away in


class Registered(Model):
    """An entry of the registry; `new` unless it was there before."""

    creation: Sha256
    seq: int
    time: str
    new: bool


class Noted(Model):
    """A creation's record after something was noted."""

    creation: Sha256
    steps: list[StepFacts]
    intact: bool


class Question(Model):
    """Creations to put in order, and why these: to learn, please, test or ask again."""

    number: int
    why: str
    seed: int
    shown: list[CreationFacts]


class AnswerFacts(Model):
    """An answer as it was kept."""

    number: int
    who: str
    kind: str
    at: str
    shown: list[Sha256]
    order: list[Sha256]
    value: int
    tags: list[str]
    note: str
    why: str
    question: int | None


class Answers(Model):
    """A person's answers, the newest first."""

    total: int
    answers: list[AnswerFacts]


class Undone(Model):
    """The answer that was taken back; null where there was none."""

    answer: AnswerFacts | None


class ShareFacts(Model):
    """A share of pairs with its 95 % interval."""

    value: Number
    low: Number
    high: Number
    pairs: int


class TasteFacts(Model):
    """How much is known of a person's taste.

    `tested` is how often it puts pairs of test answers as the person did, `steady` how often the
    person repeats their own; of `compared` pairs `contradicted` were answered both ways. `best`
    are the creations that the person would like most, as far as is known.
    """

    answers: int
    questions: int
    tested: ShareFacts | None
    steady: ShareFacts | None
    compared: int
    contradicted: int
    best: list[Sha256]
    told: list[str]  # what the person prefers, in words, with how sure that is


class UndoableFacts(Model):
    """A change of a whole work that can be undone, more or less of it."""

    name: str
    title: str


class SettingsFacts(Model):
    """What a page needs to know of its surroundings."""

    version: str
    language: str
    languages: list[str]
    max_upload: int


class FindingFacts(Model):
    """One thing that the doctor looked at."""

    name: str
    status: str
    detail: str
    mend: str | None
