"""What was made: pages of it, and each creation with its record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from moxie.errors import Missing
from moxie.studio.recording import Recorded
from moxie.studio.result import number
from moxie.web import facts, models
from moxie.web.context import Asked, Here, Sha, Web, Words

ROUTER = APIRouter(tags=["creations"])


@ROUTER.get("/corpora/{corpus}/creations")
def creations(
    here: Here, words: Words, asked: Asked, wish: Annotated[models.GalleryWish, Query()]
) -> models.CreationPage:
    """Some of the creations, the newest first."""
    dial = (wish.novelty_from, wish.novelty_to)
    total, found = here.studio.views.creations(
        asked,
        wish.offset,
        wish.limit,
        run=wish.run,
        flagged=wish.flagged,
        liked_by=wish.liked,
        novelty=None if dial == (0.0, 1.0) else dial,
    )
    titles = here.studio.views.titles([made.nearest.work for made in found])
    return models.CreationPage(
        total=total,
        offset=wish.offset,
        creations=[facts.creation(made, titles, words) for made in found],
    )


@ROUTER.get("/creations/{creation}")
def creation(here: Here, words: Words, creation: Sha) -> models.CreationRecord:
    """One creation: how it came about, the work it is nearest to, where its measures lie."""
    views = here.studio.views
    corpus, made = views.creation(creation)
    evaluation = views.evaluation(made.run)
    recorded = _recorded(here, made.id)
    art = views.art(corpus)
    return models.CreationRecord(
        creation=facts.creation(made, views.titles([made.nearest.work]), words),
        corpus=facts.corpus(views.overview(corpus)),
        record=facts.plain(made.record),
        steps=facts.steps(recorded) if recorded else [],
        intact=recorded.intact if recorded else None,
        registered=[entry.seq for entry in recorded.registered] if recorded else [],
        threshold=number(evaluation.threshold) if evaluation else None,
        fidelity=facts.measure(evaluation.fidelity) if evaluation else None,
        originality=facts.measure(evaluation.originality) if evaluation else None,
        suffixes=["", *art.handout, *sorted(art.suffixes - set(art.handout))],
    )


@ROUTER.post("/creations/{creation}/register")
def register(here: Here, creation: Sha) -> models.Registered:
    """Enter a creation into the registry's log; once, however often it is asked."""
    _, made = here.studio.views.creation(creation)
    entry, new = here.studio.registry.register(made.id)
    return models.Registered(creation=made.id, seq=entry.seq, time=entry.time, new=new)


@ROUTER.post("/creations/{creation}/note")
def note(here: Here, creation: Sha, wish: models.NoteWish) -> models.Noted:
    """Note in a creation's record that a person chose or rejected it."""
    _, made = here.studio.views.creation(creation)
    recorded = here.studio.record(made.id, note=wish.kind)
    return models.Noted(creation=made.id, steps=facts.steps(recorded), intact=recorded.intact)


def _recorded(here: Web, creation: str) -> Recorded | None:
    try:
        return here.studio.record(creation)
    except Missing:  # made before records were kept
        return None
