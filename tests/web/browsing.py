"""A browser that was let in, for tests of the server."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from moxie.settings import Settings
from moxie.web.access import Access
from moxie.web.app import create

PORT = 8420
TOKEN = "a-token-that-nobody-guesses-in-tests-0123456"
ORIGIN = f"http://127.0.0.1:{PORT}"
OURS = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
"""What a browser says of a request that comes from one of our own pages."""


def client_of(app: FastAPI) -> TestClient:
    """A browser that the server does not know."""
    return TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)


def entered(app: FastAPI) -> TestClient:
    """A browser with the cookie, which sends what browsers send."""
    client = client_of(app)
    client.cookies.set(f"moxie-{PORT}", TOKEN)
    client.headers.update(OURS)
    return client


def server(home: Path) -> TestClient:
    """The server on a store, and no browser that it knows."""
    return client_of(create(Settings(home), Access(PORT, TOKEN)))


def browser(home: Path) -> TestClient:
    """A server on a store, and a browser that was let in."""
    return entered(create(Settings(home), Access(PORT, TOKEN)))


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Every (method, path) of the application, with ids that name nothing."""
    found = []
    for one in client.app.routes:
        for route in getattr(one, "effective_route_contexts", lambda one=one: [one])():
            if not isinstance(one, Mount):
                path = re.sub(r"\{corpus\}", "0" * 16, route.path)
                path = re.sub(r"\{(work|creation)\}", "0" * 64, path)
                path = re.sub(r"\{\w+\}", "0" * 32, path)
                found += [(method, path) for method in route.methods]
    return sorted(found)
