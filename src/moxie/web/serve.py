"""`moxie studio`: listen, say where, open the browser; stop when asked to."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from collections.abc import Callable

from moxie.errors import BadInput
from moxie.settings import Settings
from moxie.store import locks
from moxie.text import Message, say
from moxie.web.access import granted, is_loopback
from moxie.web.app import PORT, create

TRIES = 20
"""Ports after the usual one that are tried where it is taken."""


def serve(
    settings: Settings,
    tell: Callable[[Message], None],
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
) -> None:
    """Serve the store until a signal comes; `tell` is told where. Raises BadInput, CannotWrite.

    Without a `port` the usual one is taken, or the next that is free; 0 is any free one. Raises
    StoreBusy where another studio is open on the same store.
    """
    import uvicorn

    from moxie.web.closing import Closing

    alone = locks.hold(settings.home / "locks", "the studio", wait=1.0)
    with alone, _listen(host, port) as listener:
        access = granted(settings.home, host, int(listener.getsockname()[1]))
        app = create(settings, access)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,  # whoever writes such headers, we are spoken to directly
            limit_concurrency=400,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=64 << 10,
        )
        tell(say("The studio is at {address}", address=access.entrance))
        if not is_loopback(host):
            tell(
                say(
                    "Others on this network can reach it too: whoever has this address has the "
                    "studio, and what is sent can be read on the way."
                )
            )
        tell(say("Stop it with Ctrl-C; jobs that are running can be taken up again."))
        app.state.web.aside.warm()
        server = Closing(config, app.state.web.closing)
        if browser:
            threading.Timer(0.5, webbrowser.open, (access.entrance,)).start()
        server.run(sockets=[listener])


def _listen(host: str, port: int | None) -> socket.socket:
    """A listening socket; raises BadInput for an address or port that cannot be had."""
    wanted = range(PORT, PORT + TRIES) if port is None else (port,)
    reason = ""
    for number in wanted:
        try:
            return _bound(host, number)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
    raise BadInput(
        "The studio cannot listen at {host}, port {port}: {reason}. Choose another with --port.",
        host=host,
        port=port if port is not None else PORT,
        reason=reason,
    )


def _bound(host: str, port: int) -> socket.socket:
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, proto)
    try:
        if sys.platform != "win32":  # there it would let two programs share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)
    except BaseException:
        made.close()
        raise
    return made
