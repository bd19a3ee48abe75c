"""Jobs as the API's models, in the reader's language."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast, get_args

from moxie.studio.progress import TITLES, Stage
from moxie.studio.result import number
from moxie.studio.views import id_of
from moxie.text import Catalogue, Message
from moxie.web import models
from moxie.web.jobs.book import Book
from moxie.web.jobs.job import Job
from moxie.web.jobs.job import Stage as Passed
from moxie.web.ways import place_of

AHEAD: Mapping[str, tuple[Stage, ...]] = {
    "collect": ("collect",),
    "learn": ("prepare", "augment", "choose", "train", "balance", "calibrate", "evaluate"),
    "create": ("create",),
    "suggest": ("restore",),
    "restore": ("restore",),
    "report": ("report",),
    "export": ("export",),
    "tune": ("train", "create"),
}
"""The stages that each kind of job goes through; what others it enters is shown as it comes."""


def job(found: Job, book: Book, words: Catalogue) -> models.JobFacts:
    """A job as it is now."""
    stages = _stages(found, words)
    running = next((stage for stage in reversed(stages) if not stage.over and stage.total), None)
    waiting = [one.id for one in book.waiting()] if found.state == "queued" else []
    name = found.corpora[0] if found.corpora else None
    return models.JobFacts(
        id=found.id,
        kind=found.kind,
        state=found.state,
        corpus=id_of(name) if name else None,
        corpus_name=name,
        wish=dict(found.wish),
        made_at=found.made_at,
        began_at=found.began_at,
        ended_at=found.ended_at,
        ahead=waiting.index(found.id) if found.id in waiting else 0,
        stages=stages,
        losses=[number(loss) for loss in found.losses],
        messages=[" ".join(map(words.render, line)) for line in found.messages],
        left=running.left if running and found.state == "running" else None,
        resumable=found.resumable,
        dismissed=found.dismissed,
        error=_error(found, words),
        result=_result(found.result, words) if found.result is not None else None,
        version=found.version,
    )


def _stages(found: Job, words: Catalogue) -> list[models.StageFacts]:
    """The stages passed, and those still to come unless the job is over."""
    passed = [_stage(stage, words) for stage in found.stages]
    known = {stage.name for stage in found.stages}
    ahead = [] if found.state == "done" else [n for n in AHEAD[found.kind] if n not in known]
    return [*passed, *(_stage(Passed(name), words, begun=False) for name in ahead)]


def _stage(found: Passed, words: Catalogue, *, begun: bool = True) -> models.StageFacts:
    over = found.seconds is not None
    spent = found.seconds if over else time.time() - found.began if begun else None
    left = None
    if spent is not None and found.done and not over:
        left = number(spent / found.done * max(found.total - found.done, 0))
    return models.StageFacts(
        name=found.name,
        title=_title(found.name, words),
        done=found.done,
        total=found.total,
        seconds=number(spent),
        left=left,
        over=over,
    )


def _title(name: str, words: Catalogue) -> str:
    if name in get_args(Stage):
        return words.render(TITLES[cast("Stage", name)])
    return name


def _error(found: Job, words: Catalogue) -> models.ErrorFacts | None:
    if found.fault is None:
        return None
    said = found.fault.message
    return models.ErrorFacts(
        kind=found.fault.kind, message=words.render(said), place=place_of(said)
    )


def _result(found: Mapping[str, Any], words: Catalogue) -> models.JobResult:
    plain = dict(found)
    plain["notes"] = [_said(note, words) for note in found.get("notes", ())]
    plain["refused"] = [
        {**one, "why": _said(one["why"], words)} for one in found.get("refused", ())
    ]
    return models.JobResult.model_validate(plain)


def _said(message: Mapping[str, object], words: Catalogue) -> str:
    return words.render(Message.from_json(message))
