"""What the API takes: each thing that a person can ask for."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from moxie.web.models.base import (
    CorpusId,
    Dial,
    Model,
    Name,
    Seconds,
    Seed,
    Sha256,
    ShortId,
    Who,
    Words,
)
from moxie.work import Why


class UploadFacts(Model):
    """A file that was sent. It waits to be used, and is removed when nobody does."""

    id: ShortId
    name: str
    bytes: int


class CollectWish(Model):
    """Take works in: uploads, or an art's sample works. `corpus` is a new name or a known one."""

    corpus: Name | None = None
    art: Name | None = None
    uploads: list[ShortId] = Field(default_factory=list, max_length=5000)
    samples: bool = False
    rights: Words = "undeclared"
    override_rights: Words | None = None


class LearnWish(Model):
    """Prepare, augment, choose, train, balance, calibrate and evaluate within `budget` seconds."""

    corpus: CorpusId
    budget: Seconds = 600
    seed: Seed = 0
    recipe: Name | None = None
    size: Words | None = None
    novelty: Dial = 0.5


class CreateWish(Model):
    """Make works. At most one of `upload`, `creation`, `work` is what to begin from.

    `region` (the art's words) or `mask` (an upload) is the part of it to make anew. With
    `liked_by` each is the one of `of` candidates that this person likes most surely.
    """

    corpus: CorpusId
    n: int = Field(8, ge=1, le=1000)
    seed: Seed = 0
    novelty: Dial = 0.5
    size: Words | None = None
    upload: ShortId | None = None
    creation: Sha256 | None = None
    work: Sha256 | None = None
    region: Words | None = None
    mask: ShortId | None = None
    options: dict[Name, Words] = Field(default_factory=dict, max_length=50)
    blend: dict[CorpusId, Annotated[float, Field(gt=0, le=1000)]] | None = None
    liked_by: Who | None = None
    of: int = Field(8, ge=2, le=64)


class TuneWish(Model):
    """Learn again with works counting by a person's taste."""

    corpus: CorpusId
    who: Who = "me"


class SuggestWish(Model):
    """Find the damage in an upload, or in a work of a corpus."""

    corpus: CorpusId | None = None
    upload: ShortId | None = None
    work: Sha256 | None = None


class RestoreWish(Model):
    """Mend an upload, or a work of a corpus. A `corpus` lends the artist's hand and other works.

    `region` (the art's words) or `mask` (an upload) is the damage; without either it is found.
    `undo` says how much of each change of the whole (see `.../undoable`) to take back: what comes
    of that is a file of its own, beside the mended one.
    """

    corpus: CorpusId | None = None
    upload: ShortId | None = None
    work: Sha256 | None = None
    region: Words | None = None
    mask: ShortId | None = None
    undo: dict[Name, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    seed: Seed = 0
    suffix: Annotated[str, Field(pattern=r"^(\.[a-z0-9]{1,8})?$")] = ""


class ReportWish(Model):
    """Write the report of a corpus."""

    corpus: CorpusId


class ExportWish(Model):
    """Hand creations out as files: labelled, signed, registered."""

    corpus: CorpusId
    creations: list[Sha256] = Field(min_length=1, max_length=1000)
    suffix: Annotated[str, Field(pattern=r"^(\.[a-z0-9]{1,8})?$")] = ""
    visible_label: bool = False
    watermark: bool = False


Wish: TypeAlias = (
    CollectWish
    | LearnWish
    | CreateWish
    | TuneWish
    | SuggestWish
    | RestoreWish
    | ReportWish
    | ExportWish
)


class AnswerWish(Model):
    """What a person said of creations, as `Studio.answer` takes it.

    "order" names all that was `shown` in `order` from the best, "pick" the best alone; "like" has
    a `value` of 0 or 1, "stars" of 1 to 5. `why`, `question` and `seed` are those of the question.
    """

    kind: Literal["order", "pick", "like", "stars", "tags", "note", "skip"]
    shown: list[Sha256] = Field(min_length=1, max_length=12)
    order: list[Sha256] = Field(default_factory=list, max_length=12)
    value: int = Field(0, ge=0, le=5)
    tags: list[Name] = Field(default_factory=list, max_length=12)
    note: Annotated[str, Field(max_length=2000)] = ""
    who: Who = "me"
    why: Why = "free"
    question: Annotated[int, Field(ge=0, le=10**9)] | None = None
    seed: Seed = 0


class GalleryWish(Model):
    """Which creations to show. `liked` is the pseudonym of who likes them."""

    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 60
    run: Annotated[str, Field(max_length=64)] | None = None
    flagged: bool | None = None
    liked: Who | None = None
    novelty_from: Dial = 0.0
    novelty_to: Dial = 1.0


class VersionWish(Model):
    """Which run to put in use; null is the one that the present one came from."""

    run: Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$")] | None = None


class UndoWish(Model):
    """Whose last answer to take back."""

    who: Who = "me"


class NoteWish(Model):
    """What a person did with a creation."""

    kind: Literal["chosen", "rejected"]


class ForgetWish(Model):
    """Whether a work's bytes are to be removed as well."""

    erase: bool = False


class SettingsWish(Model):
    """What a person may set."""

    language: Literal["en", "zh"]
