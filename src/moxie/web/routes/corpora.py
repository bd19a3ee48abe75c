"""Corpora, their works, and what was learnt from them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from moxie.studio.views import Which
from moxie.web import facts, models
from moxie.web.context import Asked, Here, Sha, Words

ROUTER = APIRouter(prefix="/corpora", tags=["corpora"])


@ROUTER.get("")
def corpora(here: Here) -> list[models.CorpusFacts]:
    """Every corpus, by name."""
    return [facts.corpus(found) for found in here.studio.views.corpora()]


@ROUTER.get("/{corpus}")
def corpus(here: Here, asked: Asked) -> models.CorpusFacts:
    """One corpus, and how far it has come."""
    return facts.corpus(here.studio.views.overview(asked))


@ROUTER.get("/{corpus}/works")
def works(
    here: Here,
    words: Words,
    asked: Asked,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
    which: Which = "all",
) -> models.WorkPage:
    """Some of the works, in the order they came."""
    total, found = here.studio.views.works(asked, offset, limit, which)
    return models.WorkPage(
        total=total, offset=offset, works=[facts.work(one, words) for one in found]
    )


@ROUTER.get("/{corpus}/works/{work}")
def work(here: Here, words: Words, asked: Asked, work: Sha) -> models.WorkFacts:
    """One work."""
    return facts.work(here.studio.views.work(asked, work), words)


@ROUTER.post("/{corpus}/works/{work}/forget")
def forget(here: Here, asked: Asked, work: Sha, wish: models.ForgetWish) -> models.Forgot:
    """Take a work out, and say what came from it. Refused while a job is at work on the corpus."""
    found = here.studio.forget(work, asked.name, erase=wish.erase)
    return models.Forgot(
        work=found.work.id,
        title=found.work.title,
        models=[run.id for run in found.models],
        creations=len(found.creations),
    )


@ROUTER.get("/{corpus}/model")
def model(here: Here, words: Words, asked: Asked) -> models.ModelFacts:
    """How far the corpus has come: is it enough, what was chosen, every run and its measures."""
    views = here.studio.views
    return facts.model(views.standing(asked), views.overview(asked), words)
