"""What all models have in common: which words, numbers and ids the API takes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

CorpusId: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ShortId: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""Of an upload, a job or a file to take away."""

Name: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Words: TypeAlias = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]
Who: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]
Seed: TypeAlias = Annotated[int, Field(ge=0, le=2**31 - 1)]
Dial: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Seconds: TypeAlias = Annotated[float, Field(ge=1, le=86_400)]
Number: TypeAlias = float | None

Kind: TypeAlias = Literal[
    "collect", "learn", "create", "suggest", "restore", "report", "export", "tune"
]
State: TypeAlias = Literal[
    "queued", "running", "pausing", "paused", "interrupted", "done", "failed", "cancelled"
]


class Model(BaseModel):
    """A model that refuses what it does not know: a misspelt wish is no wish."""

    model_config = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)
