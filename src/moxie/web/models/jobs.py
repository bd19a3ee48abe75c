"""What the API says of jobs, and of everything that went wrong."""

from __future__ import annotations

from pydantic import Field

from moxie.web.models.base import CorpusId, Kind, Model, Number, Sha256, ShortId, State


class StageFacts(Model):
    """A stage of a job: not begun (`seconds` null), running, or finished (`over`)."""

    name: str
    title: str
    done: int
    total: int
    seconds: Number
    left: Number
    over: bool


class RefusalFacts(Model):
    """A file that was not taken in, and why. `forbidden`: its rights say no."""

    name: str
    why: str
    forbidden: bool


class FileFacts(Model):
    """A file to take away, at /api/files/{id}."""

    id: ShortId
    name: str
    bytes: int
    media_type: str


class JobResult(Model):
    """What came of a job; which fields are filled depends on its kind."""

    corpus: CorpusId | None = None
    works: int | None = None
    new: int | None = None
    repeats: int | None = None
    refused: list[RefusalFacts] = Field(default_factory=list)  # the first thousand
    refusals: int = 0  # all of them
    run: str | None = None
    creations: list[Sha256] = Field(default_factory=list)
    files: list[FileFacts] = Field(default_factory=list)
    before: FileFacts | None = None
    after: FileFacts | None = None
    mask: FileFacts | None = None  # of the damage that was found or mended; null without any
    confidence: FileFacts | None = None  # how sure each pixel of a restored work is
    page: FileFacts | None = None  # a restored work before and after, as a page to keep
    undone: FileFacts | None = None  # how it looks with changes of the whole undone
    strengths: dict[str, float] = Field(default_factory=dict)  # how strong each of them seemed
    share: Number = None
    exact: bool | None = None
    notes: list[str] = Field(default_factory=list)


class ErrorFacts(Model):
    """Why something did not come to be; `place` is where in the studio it can be mended."""

    kind: str
    message: str
    place: str | None = None


class JobFacts(Model):
    """A job. `version` goes up with everything that changes in it."""

    id: ShortId
    kind: Kind
    state: State
    corpus: CorpusId | None
    corpus_name: str | None
    wish: dict[str, object]
    made_at: str
    began_at: str | None
    ended_at: str | None
    ahead: int  # jobs that come before it, while it waits
    stages: list[StageFacts]
    losses: list[Number]  # of training, at most 400
    messages: list[str]
    left: Number  # seconds, of the stage that is running
    resumable: bool
    dismissed: bool  # it failed, and a person has seen that
    error: ErrorFacts | None
    result: JobResult | None
    version: int


class Jobs(Model):
    """The jobs, newest first."""

    jobs: list[JobFacts]


class Trouble(Model):
    """Every answer that is not what was asked for."""

    error: ErrorFacts
