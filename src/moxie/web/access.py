"""Who may speak to the server: from which address, under which host name, with which token."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from moxie.errors import BadInput
from moxie.store import atomic

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""The names by which a browser on this machine reaches it; any other may be a rebound one."""

LEAST_TOKEN = 24
"""Characters of a token; ours have 43, which is 256 bits."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the server listens, and the token that every request must bring.

    `names` are the host names that requests may be addressed to. Raises BadInput for a token
    that could be guessed: without a good one nothing is served, on whichever address.
    """

    port: int
    token: str
    host: str = "127.0.0.1"
    names: frozenset[str] = LOOPBACK

    def __post_init__(self) -> None:
        if len(self.token) < LEAST_TOKEN or not _TOKEN.fullmatch(self.token):
            raise BadInput(
                "The studio's token must have {n} letters and digits or more.", n=LEAST_TOKEN
            )

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers keep one jar for all ports of a host."""
        return f"moxie-{self.port}"

    @property
    def address(self) -> str:
        """Where a person finds the studio."""
        return f"http://{shown(self.host)}:{self.port}"

    @property
    def entrance(self) -> str:
        """The address of a first visit, which lets a browser in."""
        return f"{self.address}/enter?token={self.token}"

    def knows(self, token: str) -> bool:
        """Whether this is the token; takes equally long for any wrong one."""
        return secrets.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names this server."""
        found = _HOST.fullmatch(host.lower())
        return (
            found is not None
            and found[1] in self.names
            and int(found[2] or 80) == self.port  # a browser leaves out the usual port
        )

    def is_own(self, origin: str) -> bool:
        """Whether an Origin header is that of our own pages."""
        scheme, _, host = origin.partition("://")
        return scheme == "http" and self.answers_to(host)


def granted(home: Path, host: str, port: int) -> Access:
    """Access to the store in `home`, by a token that outlives the server; raises CannotWrite.

    It is kept in a file that only its owner can read, so that a page that is open in a browser
    goes on after a restart.
    """
    return Access(port, _token(home / "web" / "token"), host, _names(host))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def shown(host: str) -> str:
    """A host as it stands in an address; one that means every address is named as this machine."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _token(path: Path) -> str:
    try:
        kept = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if len(kept) >= LEAST_TOKEN and _TOKEN.fullmatch(kept):
        return kept
    fresh = secrets.token_urlsafe(32)
    atomic.make_folder(path.parent)
    atomic.write(path, fresh.encode(), mode=0o600)
    return fresh


def _names(host: str) -> frozenset[str]:
    """What requests may call a server that listens on `host`."""
    if is_loopback(host):
        return LOOPBACK | {shown(host)}
    if host not in {"0.0.0.0", "::"}:  # noqa: S104  compared, not listened on
        return LOOPBACK | {shown(host).lower()}
    return LOOPBACK | {socket.gethostname().lower(), *_addresses()}


def _addresses() -> frozenset[str]:
    import psutil

    families = {socket.AF_INET, socket.AF_INET6}
    found = (one for many in psutil.net_if_addrs().values() for one in many)
    return frozenset(
        shown(one.address.partition("%")[0]) for one in found if one.family in families
    )
