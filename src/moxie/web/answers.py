"""Errors as answers: a status, and one sentence in the reader's language; never a trace."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, Response

from moxie.errors import (
    BadInput,
    CannotWrite,
    Missing,
    MoxieError,
    NotOriginal,
    NotPermitted,
    StoreBusy,
    StoreError,
    TooLarge,
    TooLittleData,
    TooMuch,
)
from moxie.text import LANGUAGES, Catalogue, Message, say
from moxie.web.ways import Clicked, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request

LANGUAGE = "moxie-language"
"""The cookie that remembers which language a person chose."""


STATUS: tuple[tuple[type[MoxieError], int], ...] = (
    (TooMuch, 429),
    (TooLarge, 413),
    (Missing, 404),
    (NotPermitted, 403),
    (BadInput, 400),
    (TooLittleData, 409),
    (NotOriginal, 409),
    (StoreBusy, 409),
    (StoreError, 503),
    (CannotWrite, 507),
)
"""What each kind of error is to a browser; the first that fits."""


def language_of(headers: Mapping[str, str], fallback: str = "en") -> str:
    """The language a person chose, or that their browser asks for."""
    chosen = cookie_parser(headers.get("cookie", "")).get(LANGUAGE, "")
    if chosen in LANGUAGES:
        return chosen
    asked = headers.get("accept-language", "")[:200]
    tags = [part.partition(";")[0].strip().lower()[:2] for part in asked.split(",")]
    return next((tag for tag in tags if tag in LANGUAGES), fallback)


@cache
def spoken(language: str) -> Clicked:
    """What pages say in a language, read once."""
    return Clicked.of(Catalogue.load(language))


def refusal(
    status: int,
    why: Message,
    headers: Mapping[str, str],
    *,
    kind: str = "Refused",
    page: bool = False,
) -> Response:
    """An answer that says why not: an object for programs, a page for people."""
    catalogue = spoken(language_of(headers))
    if page:
        from moxie.web.places import trouble

        return trouble(status, why, catalogue)
    facts = {"kind": kind, "message": catalogue.render(why), "place": place_of(why)}
    return JSONResponse({"error": facts}, status)


def explain(app: FastAPI) -> None:
    """Let every error of the application be answered so."""

    def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, MoxieError)
        return _answer(request, status_of(error), error.message, type(error).__name__)

    def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _answer(request, 422, _misread(error), BadInput.__name__)

    def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        said = say("There is nothing at that address.")
        if error.status_code != 404:
            said = say("That cannot be asked of this address.")
        return _answer(request, error.status_code, said, "Refused")

    app.add_exception_handler(MoxieError, ours)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, plain)


def status_of(error: MoxieError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def _answer(request: Request, status: int, why: Message, kind: str) -> Response:
    page = "text/html" in request.headers.get("accept", "")
    api = request.url.path.startswith("/api/")
    return refusal(status, why, request.headers, kind=kind, page=page and not api)


def _misread(error: RequestValidationError) -> Message:
    """The first thing that is wrong with a request, in the field's own name."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])[:100]
    return say(
        "The request cannot be understood: {where}: {reason}.",
        where=where or "body",
        reason=str(first["msg"])[:200],
    )
