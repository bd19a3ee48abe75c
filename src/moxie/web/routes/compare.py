"""Comparing: the next question, the answer, and what is known of a person's taste."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query

from moxie.errors import Missing
from moxie.studio import Studio, wording
from moxie.studio.questioning import Asked as Question
from moxie.studio.tasting import Estimate
from moxie.text import Catalogue
from moxie.web import facts, models
from moxie.web.context import Asked, Here, Words
from moxie.work import Answered

ROUTER = APIRouter(prefix="/corpora/{corpus}", tags=["compare"])

Who: TypeAlias = Annotated[str, Query(min_length=1, max_length=40)]


@ROUTER.get("/question")
async def question(
    here: Here,
    words: Words,
    asked: Asked,
    who: Who = "me",
    seed: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> models.Question:
    """Creations to put in order, and why these. Until the next answer it stays the same."""
    found = await here.aside.do(_ask, asked.name, who, seed)
    titles = here.studio.views.titles([made.nearest.work for made in found.shown])
    return models.Question(
        number=found.number,
        why=found.why,
        seed=found.seed,
        shown=[facts.creation(made, titles, words) for made in found.shown],
    )


@ROUTER.post("/answer")
def answer(here: Here, asked: Asked, wish: models.AnswerWish) -> models.AnswerFacts:
    """Keep what a person said of creations; a question answered twice keeps its first answer."""
    said = here.studio.answer(
        asked.name,
        wish.kind,
        wish.shown,
        who=wish.who,
        order=wish.order,
        value=wish.value,
        tags=wish.tags,
        note=wish.note,
        why=wish.why,
        question=wish.question,
        seed=wish.seed,
    )
    return _facts(said)


@ROUTER.post("/undo")
def undo(here: Here, asked: Asked, wish: models.UndoWish) -> models.Undone:
    """Take back a person's last answer."""
    said = here.studio.undo(asked.name, who=wish.who)
    return models.Undone(answer=_facts(said) if said else None)


@ROUTER.get("/answers")
def answers(
    here: Here,
    asked: Asked,
    who: Who = "me",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> models.Answers:
    """A person's answers, the newest first."""
    found = here.studio.answers(asked.name, who=who)
    return models.Answers(total=len(found), answers=[_facts(one) for one in found[::-1][:limit]])


@ROUTER.get("/taste")
async def taste(here: Here, words: Words, asked: Asked, who: Who = "me") -> models.TasteFacts:
    """How much is known of a person's taste: how well it predicts them, how steady they are."""
    found = await here.aside.do(_taste, asked.name, who, words.language)
    return models.TasteFacts.model_validate(found)


@ROUTER.get("/tuning")
def tuning(here: Here, words: Words, asked: Asked, who: Who = "me") -> models.TunedFacts:
    """What became of the last tuning by a person's taste."""
    found = here.studio.tuned(asked.name, who=who)
    if found is None:
        return models.TunedFacts(tuning=None)
    return models.TunedFacts(
        tuning=models.TuningFacts(
            outcome=found.outcome,
            why=words.render(found.why),
            answers=found.answers,
            run=found.run,
            blind=len(found.shares),
        )
    )


@ROUTER.post("/version")
def version(here: Here, asked: Asked, wish: models.VersionWish) -> models.TunedRun:
    """Put a version of the model in use. Refused while a job is at work on the corpus."""
    return models.TunedRun(run=here.studio.use_version(asked.name, wish.run).id)


def _ask(studio: Studio, corpus: str, who: str, seed: int) -> Question:
    return studio.ask(corpus, who=who, seed=seed)


def _taste(studio: Studio, corpus: str, who: str, language: str) -> dict[str, object]:
    told: list[str] = []
    try:
        preference = studio.taste(corpus, who=who)
        known, told = preference.known, wording.prefers(preference, Catalogue.load(language))
    except Missing:  # nothing has been compared yet
        known = studio.learnt_taste(corpus, who=who)
    likes, _ = known.likes()
    best = sorted(range(len(known.ids)), key=lambda place: -float(likes[place]))
    return {
        "answers": len(known.answers),
        "questions": len(known.asked),
        "tested": _estimate(known.tested),
        "steady": _estimate(known.steady),
        "compared": known.compared,
        "contradicted": known.contradicted,
        "best": [known.ids[place] for place in best[:24]] if known.answers else [],
        "told": told,
    }


def _estimate(found: Estimate | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {"value": found.value, "low": found.low, "high": found.high, "pairs": found.n}


def _facts(said: Answered) -> models.AnswerFacts:
    return models.AnswerFacts(
        number=said.number,
        who=said.who,
        kind=said.kind,
        at=said.at,
        shown=list(said.shown),
        order=list(said.order),
        value=said.value,
        tags=list(said.tags),
        note=said.note,
        why=said.why,
        question=said.question,
    )
