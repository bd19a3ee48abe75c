"""The gate in front of every route: what it lets through, and what every answer says of itself.

Peers were broken into by pages of other sites (cross-site requests, DNS rebinding), by paths,
and by files that a browser took for pages. Each rule here closes one of these ways, for all
routes at once, so that no route can forget it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, cookie_parser

from moxie.text import Message, say
from moxie.web.access import Access
from moxie.web.answers import refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as Sent

READS = frozenset({"GET", "HEAD"})
CHANGES = frozenset({"POST", "PUT"})
DOOR, STATIC = "/enter", "/static/"
"""What needs no token: the door itself, and files that everybody has."""

JSON, BYTES = "application/json", "application/octet-stream"
MAX_JSON = 1 << 20
"""Bytes of a request that is not an upload."""

MAX_TARGET = 4096
"""Bytes of a path with its query."""

_UNFORESEEN = say("Something went wrong that Moxie did not foresee; its log says what.")
_log = logging.getLogger("moxie.web")

_ODD = re.compile(rb"\\|//|%(?:0|1|2e|2f|5c|7f)|[\x00-\x20\x7f-\xff]|(?:^|/)\.{1,2}(?:/|$)", re.I)
"""Never in a path of ours: steps upwards, however written, and characters that are none."""

_CONTROL = re.compile(rb"%(?:0|1|7f)|[\x00-\x20\x7f-\xff]", re.I)

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of pages: everything from here, no script or style inside them."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Of every answer that does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not let through."""

    status: int
    why: Message


class Guard:
    """ASGI middleware that asks every question before any route sees a request."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on; either way the answer bears the headers."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return

        begun = False

        async def dressed(message: Sent) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        refused = self._refuse(scope, headers)
        if refused is None:
            try:
                await self._app(scope, receive, dressed)
            except ClientDisconnect:  # nobody is there to be answered
                return
            except Exception as error:  # noqa: BLE001  no route may take the server down
                _log.error("unforeseen: %s", type(error).__name__, exc_info=error)
                refused = Refused(500, _UNFORESEEN)
        if refused is not None and not begun:
            answer = refusal(refused.status, refused.why, headers, page=_wants_page(headers))
            await answer(scope, receive, dressed)

    def _refuse(self, scope: Scope, headers: Headers) -> Refused | None:
        method, path = scope["method"], scope["path"]
        return (
            _odd(scope)
            or self._foreign_host(headers)
            or _unknown_method(method)
            or _cross_site(headers)
            or self._foreign_origin(method, headers)
            or self._stranger(path, headers)
            or (_unwanted_body(method, headers) if method in CHANGES else None)
        )

    def _foreign_host(self, headers: Headers) -> Refused | None:
        hosts = headers.getlist("host")
        if len(hosts) == 1 and self._access.answers_to(hosts[0]):
            return None
        return Refused(421, say("That host name is not the studio's: use the address it printed."))

    def _foreign_origin(self, method: str, headers: Headers) -> Refused | None:
        origins = headers.getlist("origin")
        if not origins and (method in READS or "x-moxie-token" in headers):
            return None  # a program of the user's, which knows the token, is no page
        if len(origins) == 1 and self._access.is_own(origins[0]):
            return None
        return Refused(403, say("Only the studio's own pages may ask for that."))

    def _stranger(self, path: str, headers: Headers) -> Refused | None:
        if (
            path == DOOR
            or path.startswith(STATIC)
            or self._access.knows(_token(headers, self._access.cookie))
        ):
            return None
        told = say("The studio does not know this browser: open the address it printed at start.")
        return Refused(401, told)


def _token(headers: Headers, cookie: str) -> str:
    given = headers.get("x-moxie-token")
    return given if given is not None else _cookies(headers).get(cookie, "")


def _cookies(headers: Headers) -> Mapping[str, str]:
    return cookie_parser(headers.get("cookie", ""))


def _odd(scope: Scope) -> Refused | None:
    """A path that no page of ours links to; raw, as clients and servers tidy it up."""
    raw, query = scope.get("raw_path") or scope["path"].encode(), scope.get("query_string", b"")
    raw = raw.partition(b"?")[0]
    if len(raw) + len(query) > MAX_TARGET:
        return Refused(414, say("That address is too long."))
    if _ODD.search(raw) or _CONTROL.search(query):
        return Refused(400, say("That address has characters that no address of the studio has."))
    return None


def _unknown_method(method: str) -> Refused | None:
    if method in READS | CHANGES:
        return None
    return Refused(405, say("The studio is asked by GET, and changed by POST and PUT alone."))


def _cross_site(headers: Headers) -> Refused | None:
    """What a page of another site, or of another port of this machine, asked the browser for."""
    site = headers.get("sec-fetch-site", "none")
    opened = headers.get("sec-fetch-mode") == "navigate"  # a person followed a link
    if site in {"same-origin", "none"} or (opened and headers.get("sec-fetch-dest") == "document"):
        return None
    return Refused(403, say("Only the studio's own pages may ask for that."))


def _unwanted_body(method: str, headers: Headers) -> Refused | None:
    wanted = JSON if method == "POST" else BYTES
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        told = say("The body must be {wanted}.", wanted=wanted)
        return Refused(415, told)
    length = headers.get("content-length")
    if method == "POST" and (length is None or not length.isdigit() or int(length) > MAX_JSON):
        return Refused(413, say("A request may have {n} MB.", n=MAX_JSON >> 20))
    return None


def _wants_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")
