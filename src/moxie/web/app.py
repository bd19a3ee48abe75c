"""The application: one store, one gate, the pages and the API behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

import moxie
from moxie.settings import Settings
from moxie.text import say
from moxie.web import places
from moxie.web.access import Access, granted
from moxie.web.answers import explain, refusal
from moxie.web.context import Here, Web, Words
from moxie.web.guard import Guard
from moxie.web.jobs.crew import Limits
from moxie.web.routes import ROUTER

PORT = 8420


def create(
    settings: Settings, access: Access | None = None, limits: Limits | None = None
) -> FastAPI:
    """The application on the store of `settings`; raises what opening a store raises.

    The store is open for as long as the application lives, which is until its shutdown.
    """
    allowed = access or granted(settings.home, "127.0.0.1", PORT)
    web = Web.open(settings, allowed, limits)

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        web.start()
        yield
        web.close()

    app = FastAPI(
        title="Moxie",
        version=moxie.__version__,
        lifespan=living,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.web = web
    app.add_middleware(Guard, access=allowed)
    app.include_router(ROUTER)
    app.include_router(places.ROUTER)
    app.add_api_route("/enter", _enter, include_in_schema=False)
    static = Path(str(resources.files("moxie.web") / "static"))
    app.mount("/static", StaticFiles(directory=static), name="static")
    explain(app)
    return app


def _enter(here: Here, words: Words, request: Request, token: str = "") -> Response:
    """A first visit: the token becomes a cookie that no script and no other site can use."""
    if not here.access.knows(token):
        told = say("The studio does not know this browser: open the address it printed at start.")
        return refusal(401, told, request.headers, page=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        here.access.cookie,
        token,
        httponly=True,
        samesite="strict",
        path="/",
    )
    return answer
