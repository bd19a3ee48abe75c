"""Sending files in, taking files away, and looking at them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request
from fastapi import Path as InPath
from starlette.responses import FileResponse, Response

from moxie.studio.inputs import art_of
from moxie.web import facts, models
from moxie.web.context import Asked, Here, Sha, Words
from moxie.web.files import PLAIN, Kept
from moxie.web.previews import ALLOWED, FRAMED, Form, answer, undoable, undoable_file, whole

ROUTER = APIRouter(tags=["files"])

FileId: TypeAlias = Annotated[str, InPath(pattern=r"^[0-9a-f]{32}$")]
Known: TypeAlias = Annotated[str | None, Header(alias="If-None-Match", max_length=500)]

BODY = {
    "requestBody": {
        "required": True,
        "content": {PLAIN: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@ROUTER.put("/uploads", status_code=201, openapi_extra=BODY)
async def upload(
    here: Here,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=240)],
) -> models.UploadFacts:
    """Send a file in; `name` is its label, with folders where they say what belongs together."""
    told = request.headers.get("content-length", "")
    announced = int(told) if told.isdigit() else None
    kept = await here.uploads.receive(name, request.stream(), announced)
    return models.UploadFacts(id=kept.id, name=kept.name, bytes=kept.bytes)


@ROUTER.post("/uploads/{upload}/drop")
def drop(here: Here, upload: FileId) -> models.Dropped:
    """Remove an upload that is not wanted after all."""
    here.uploads.get(upload)
    here.uploads.drop(upload)
    return models.Dropped(id=upload)


@ROUTER.get("/corpora/{corpus}/uploads/{upload}/preview", response_class=Response)
async def upload_preview(
    here: Here, asked: Asked, upload: FileId, form: Form = "large", known: Known = None
) -> Response:
    """How an upload looks, read as the art of a corpus reads it."""
    kept, path = here.uploads.get(upload)
    drawn = await here.previews.of_file(asked.art, path, kept.name, kept.id, form)
    return answer(drawn, known)


@ROUTER.get("/uploads/{upload}/preview", response_class=Response)
async def loose_preview(
    here: Here, upload: FileId, form: Form = "large", known: Known = None
) -> Response:
    """How an upload looks, read as the art that its ending speaks for reads it."""
    kept, path = here.uploads.get(upload)
    art = art_of(Path(kept.name)).name
    drawn = await here.previews.of_file(art, path, kept.name, kept.id, form)
    return answer(drawn, known)


@ROUTER.get("/corpora/{corpus}/works/{work}/preview", response_class=Response)
async def work_preview(
    here: Here, asked: Asked, work: Sha, form: Form = "large", known: Known = None
) -> Response:
    """How a work looks or sounds."""
    here.studio.views.check_work(asked, work)
    return answer(await here.previews.of_blob(asked.art, work, form), known)


@ROUTER.get("/uploads/{upload}/undoable")
async def upload_undoable(
    here: Here,
    words: Words,
    upload: FileId,
    corpus: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
) -> list[models.UndoableFacts]:
    """What has changed an upload as a whole and can be undone, where its art can tell."""
    kept, path = here.uploads.get(upload)
    name = here.studio.views.corpus(corpus).art if corpus else art_of(Path(kept.name)).name
    return facts.undoable(await here.aside.do(undoable_file, name, str(path), kept.name), words)


@ROUTER.get("/corpora/{corpus}/works/{work}/undoable")
async def work_undoable(
    here: Here, words: Words, asked: Asked, work: Sha
) -> list[models.UndoableFacts]:
    """What has changed a work as a whole and can be undone, where its art can tell."""
    here.studio.views.check_work(asked, work)
    return facts.undoable(await here.aside.do(undoable, asked.art, work), words)


@ROUTER.get("/corpora/{corpus}/works/{work}/whole", response_class=Response)
def work_whole(here: Here, asked: Asked, work: Sha) -> Response:
    """A picture as it is stored, to be painted on; empty for what is no picture."""
    here.studio.views.check_work(asked, work)
    return whole(here.studio.views.blob(work), work)


@ROUTER.get("/creations/{creation}/preview", response_class=Response)
async def creation_preview(
    here: Here, creation: Sha, form: Form = "large", known: Known = None
) -> Response:
    """How a creation looks or sounds."""
    corpus, made = here.studio.views.creation(creation)
    return answer(await here.previews.of_blob(corpus.art, made.id, form), known)


@ROUTER.get("/files/{file}", response_class=FileResponse)
def take(here: Here, file: FileId) -> FileResponse:
    """Take a file away: always as an attachment, whatever it is."""
    kept, path = here.files.get(file)
    return FileResponse(path, media_type=PLAIN, headers={"content-disposition": _attached(kept)})


@ROUTER.get("/files/{file}/view", response_class=FileResponse)
def view(here: Here, file: FileId) -> FileResponse:
    """Look at a file: sandboxed, and only of a kind that a browser may be given."""
    kept, path = here.files.get(file)
    if kept.media_type not in ALLOWED:
        return take(here, file)
    headers = {"content-security-policy": FRAMED, "x-frame-options": "SAMEORIGIN"}
    return FileResponse(path, media_type=kept.media_type, headers=headers)


def _attached(kept: Kept) -> str:
    """The header by which a browser saves a file under its name, as RFC 6266 writes it."""
    plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in kept.name[:-12])
    ending = "".join(
        c if c.isascii() and (c.isalnum() or c == ".") else "_" for c in kept.name[-12:]
    )
    return f"attachment; filename=\"{plain}{ending}\"; filename*=UTF-8''{quote(kept.name, safe='')}"
