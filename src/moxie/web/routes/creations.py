"""What was made: pages of it, and each creation with its record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from moxie.web import facts, models
from moxie.web.context import Asked, Here, Words

ROUTER = APIRouter(tags=["creations"])


@ROUTER.get("/corpora/{corpus}/creations")
def creations(
    here: Here,
    words: Words,
    asked: Asked,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
) -> models.CreationPage:
    """Some of the creations, the newest first."""
    total, found = here.studio.views.creations(asked, offset, limit)
    titles = here.studio.views.titles([made.nearest.work for made in found])
    return models.CreationPage(
        total=total,
        offset=offset,
        creations=[facts.creation(made, titles, words) for made in found],
    )
