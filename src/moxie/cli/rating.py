"""`moxie rate`: one answer given on the command line, or a person asked until they stop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moxie.cli import answering
from moxie.cli.console import console
from moxie.cli.outcome import Outcome
from moxie.cli.session import Session
from moxie.errors import BadInput, NoWorks
from moxie.settings import Settings
from moxie.studio import Studio
from moxie.text import Catalogue, say
from moxie.work import Answered


def rate(params: dict[str, Any], settings: Settings, catalogue: Catalogue) -> Outcome:
    """Do the one thing that was asked for, or else ask questions until the person stops."""
    asked = [name for name in _ACTIONS if params[name]]
    if len(asked) > 1:
        raise BadInput(
            "Ask for one thing at a time: --{one} and --{other} do not go together.",
            one=asked[0],
            other=asked[1],
        )
    with console(catalogue) as progress, Studio(settings=settings, progress=progress) as studio:
        if asked:
            return _ACTIONS[asked[0]](studio, params)
        studio.look(params["corpus"])
    # apart from the progress: a person at a prompt stops it with Ctrl-C at once
    with Studio(settings=settings) as studio:
        return Session(studio, params, catalogue, sys.stdin, sys.stderr).go()


def _ask(studio: Studio, params: dict[str, Any]) -> Outcome:
    asked = studio.ask(params["corpus"], who=params["who"], seed=params["seed"])
    sheet = studio.show(asked, params["corpus"], out=params["out"])
    shown = [
        {"letter": letter, "creation": made.id, "files": [str(path) for path in files]}
        for made, (letter, files) in zip(asked.shown, sheet.files.items(), strict=True)
    ]
    facts = {
        "question": asked.number,
        "why": asked.why,
        "seed": asked.seed,
        "shown": shown,
        "page": str(sheet.page),
    }
    return Outcome(facts, [say("Look at {report}", report=str(sheet.page))])


def _answer(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.ordered(params["answer"]))


def _like(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.Named("like", (params["like"],), value=1))


def _dislike(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.Named("like", (params["dislike"],), value=0))


def _stars(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.starred(params["stars"]))


def _tag(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.worded(params["tag"], "tags"))


def _note(studio: Studio, params: dict[str, Any]) -> Outcome:
    return _keep(studio, params, answering.worded(params["note"], "note"))


def _keep(studio: Studio, params: dict[str, Any], named: answering.Named) -> Outcome:
    corpus, who = params["corpus"], params["who"]
    kept = studio.answer(
        corpus,
        named.kind,
        named.shown,
        who=who,
        order=named.order,
        value=named.value,
        tags=named.tags,
        note=named.note,
        **(_question(studio, params, named) if named.order else {}),
    )
    number = len(studio.answers(corpus, who=who))
    told = say("Kept. {who} has given {n} answers about {corpus}.", who=kept.who, n=number,
        corpus=kept.corpus)  # fmt: skip
    return Outcome({**_facts(kept), "answers": number}, [told])


def _question(studio: Studio, params: dict[str, Any], named: answering.Named) -> dict[str, Any]:
    """Which question this answers, where it is about what is asked just now."""
    try:
        asked = studio.ask(params["corpus"], who=params["who"], seed=params["seed"])
    except NoWorks:
        return {}
    ids = [made.id for made in asked.shown]
    about = {next((one for one in ids if one.startswith(name)), name) for name in named.shown}
    if about != set(ids):
        return {}
    return {"why": asked.why, "question": asked.number, "seed": asked.seed}


def _undo(studio: Studio, params: dict[str, Any]) -> Outcome:
    taken = studio.undo(params["corpus"], who=params["who"])
    if taken is None:
        raise BadInput("There is no answer of {who} to take back.", who=params["who"])
    return Outcome({"undone": _facts(taken)}, [say("The last answer is taken back.")])


def _export(studio: Studio, params: dict[str, Any]) -> Outcome:
    path: Path = studio.export_person(params["who"], params["export"])
    told = say("All that is kept about {who} is in {path}.", who=params["who"], path=str(path))
    return Outcome({"who": params["who"], "path": str(path)}, [told])


def _erase(studio: Studio, params: dict[str, Any]) -> Outcome:
    done = studio.erase_person(params["who"], params["corpus"])
    models = [{"corpus": run.corpus, "run": run.id, "model": run.model} for run in done.models]
    sentences = [say("Erased {n} answers of {who}.", n=done.answers, who=done.who)]
    sentences += [
        say(
            "The run {run} of {corpus} was tuned by them: train again to have one without.",
            run=run.id,
            corpus=run.corpus,
        )
        for run in done.models
    ]
    return Outcome({"who": done.who, "answers": done.answers, "models": models}, sentences)


def _facts(said: Answered) -> dict[str, object]:
    return {
        "number": said.number,
        "corpus": said.corpus,
        "who": said.who,
        "kind": said.kind,
        "shown": list(said.shown),
        "order": list(said.order),
        "value": said.value,
        "tags": list(said.tags),
        "note": said.note,
        "why": said.why,
        "question": said.question,
    }


_ACTIONS: dict[str, Callable[[Studio, dict[str, Any]], Outcome]] = {
    "ask": _ask,
    "answer": _answer,
    "like": _like,
    "dislike": _dislike,
    "stars": _stars,
    "tag": _tag,
    "note": _note,
    "undo": _undo,
    "export": _export,
    "erase": _erase,
}
