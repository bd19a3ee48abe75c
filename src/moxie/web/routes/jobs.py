"""Jobs: asking for one, watching it, pausing, resuming, cancelling, taking note of a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import StreamingResponse

from moxie.text import Catalogue
from moxie.web import job_facts, models
from moxie.web.checking import check
from moxie.web.context import Here, Web, Words
from moxie.web.jobs.job import Job, Kind

ROUTER = APIRouter(tags=["jobs"])

LOOK = 0.25
"""Seconds between two looks at whether a job has changed."""

BEAT = 15.0
"""Seconds of silence after which a sign of life is sent, so that a lost listener is noticed."""

JobId: TypeAlias = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Last: TypeAlias = Annotated[str, Header(alias="Last-Event-ID", max_length=20, pattern=r"^\d*$")]


@ROUTER.post("/collect", status_code=202)
def collect(here: Here, words: Words, wish: models.CollectWish) -> models.JobFacts:
    """Take works in."""
    return _asked(here, words, "collect", wish)


@ROUTER.post("/learn", status_code=202)
def learn(here: Here, words: Words, wish: models.LearnWish) -> models.JobFacts:
    """Prepare, augment, choose, train, balance, calibrate and evaluate."""
    return _asked(here, words, "learn", wish)


@ROUTER.post("/create", status_code=202)
def create(here: Here, words: Words, wish: models.CreateWish) -> models.JobFacts:
    """Make new works."""
    return _asked(here, words, "create", wish)


@ROUTER.post("/suggest", status_code=202)
def suggest(here: Here, words: Words, wish: models.SuggestWish) -> models.JobFacts:
    """Find the damage in a work: a mask to edit comes of it."""
    return _asked(here, words, "suggest", wish)


@ROUTER.post("/restore", status_code=202)
def restore(here: Here, words: Words, wish: models.RestoreWish) -> models.JobFacts:
    """Fill what is missing in a work."""
    return _asked(here, words, "restore", wish)


@ROUTER.post("/report", status_code=202)
def report(here: Here, words: Words, wish: models.ReportWish) -> models.JobFacts:
    """Write the report."""
    return _asked(here, words, "report", wish)


@ROUTER.post("/export", status_code=202)
def export(here: Here, words: Words, wish: models.ExportWish) -> models.JobFacts:
    """Hand creations out as files."""
    return _asked(here, words, "export", wish)


@ROUTER.post("/tune", status_code=202)
def tune(here: Here, words: Words, wish: models.TuneWish) -> models.JobFacts:
    """Learn again with works counting by a person's taste."""
    return _asked(here, words, "tune", wish)


@ROUTER.get("/jobs")
def jobs(here: Here, words: Words, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> models.Jobs:
    """The jobs, the newest first."""
    found = here.foreman.book.jobs()[::-1][:limit]
    return models.Jobs(jobs=[job_facts.job(one, here.foreman.book, words) for one in found])


@ROUTER.get("/jobs/{job}")
def job(here: Here, words: Words, job: JobId) -> models.JobFacts:
    """One job as it is now."""
    return job_facts.job(here.foreman.book.get(job), here.foreman.book, words)


@ROUTER.post("/jobs/{job}/pause")
def pause(here: Here, words: Words, job: JobId) -> models.JobFacts:
    """Stop at the next step, what was done kept."""
    return job_facts.job(here.foreman.pause(job), here.foreman.book, words)


@ROUTER.post("/jobs/{job}/resume")
def resume(here: Here, words: Words, job: JobId) -> models.JobFacts:
    """Go on with a job that was paused, interrupted, cancelled, or failed."""
    return job_facts.job(here.foreman.resume(job), here.foreman.book, words)


@ROUTER.post("/jobs/{job}/cancel")
def cancel(here: Here, words: Words, job: JobId) -> models.JobFacts:
    """End a job at once."""
    return job_facts.job(here.foreman.cancel(job), here.foreman.book, words)


@ROUTER.post("/jobs/{job}/dismiss")
def dismiss(here: Here, words: Words, job: JobId) -> models.JobFacts:
    """Take note that a job failed: no page shows it any more."""
    return job_facts.job(here.foreman.dismiss(job), here.foreman.book, words)


@ROUTER.get("/jobs/{job}/events", response_class=StreamingResponse)
async def job_events(
    here: Here, words: Words, request: Request, job: JobId, last: Last = ""
) -> StreamingResponse:
    """A job as it changes, as server-sent events `job`; it ends when the job is over."""
    here.foreman.book.get(job)

    def changed(version: int) -> list[Job]:
        found = here.foreman.book.get(job)
        return [found] if found.version > version else []

    return _stream(here, words, request, changed, last, ends=True)


@ROUTER.get("/events", response_class=StreamingResponse)
async def events(here: Here, words: Words, request: Request, last: Last = "") -> StreamingResponse:
    """All jobs as they change, as server-sent events `job`; first those that are under way."""
    version = last or str(min((one.version for one in here.foreman.book.active()), default=1) - 1)
    return _stream(here, words, request, here.foreman.book.since, version, ends=False)


def _asked(here: Web, words: Catalogue, kind: Kind, wish: models.Wish) -> models.JobFacts:
    corpora = check(here, wish)
    found = here.foreman.add(kind, wish.model_dump(mode="json"), corpora)
    return job_facts.job(found, here.foreman.book, words)


def _stream(
    here: Web,
    words: Catalogue,
    request: Request,
    changed: Callable[[int], list[Job]],
    last: str,
    *,
    ends: bool,
) -> StreamingResponse:
    """Events that carry whole jobs: who misses some has lost nothing after the next."""

    async def lines() -> AsyncIterator[str]:
        version, silent = int(last or 0), 0.0
        yield ": here\n\n"
        while not (here.closing.is_set() or await request.is_disconnected()):
            for found in changed(version):
                version, silent = found.version, 0.0
                facts = job_facts.job(found, here.foreman.book, words).model_dump(mode="json")
                told = json.dumps(facts, ensure_ascii=False)
                yield f"id: {version}\nevent: job\ndata: {told}\n\n"
                if ends and found.over:
                    return
            await asyncio.sleep(LOOK)
            silent += LOOK
            if silent >= BEAT:
                silent = 0.0
                yield ": still here\n\n"

    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)
