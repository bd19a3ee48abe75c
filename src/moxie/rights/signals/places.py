"""Whether a rule about a place on a web site is about a file: `/images/*`, `/a.png$`.

Patterns are those of RFC 9309 (robots.txt), which TDMRep and RSL use. What lies on a disk was not
always laid out like the site: where no rule fits as it is written, one that fits the end of the
path counts, because a rule beside the works is most likely about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")
MAX_PATTERN = 2048


def deciding(rules: Sequence[tuple[str, T]], path: str) -> list[T]:
    """What the most specific rules say of a path that is relative to where they stand."""
    written = [(_path(pattern), what) for pattern, what in rules]
    fitting = [(len(p), what) for p, what in written if _fits(p, f"/{path}")]
    if not fitting:
        fitting = [
            (len(p), what) for p, what in written if any(_fits(t, f"/{path}") for t in _tails(p))
        ]
    longest = max((length for length, _ in fitting), default=0)
    return [what for length, what in fitting if length == longest]


def _path(pattern: str) -> str:
    """The path of a pattern, which may be a whole address."""
    pattern = pattern[:MAX_PATTERN]
    if "://" in pattern:
        try:
            pattern = urlsplit(pattern).path
        except ValueError:
            return "/"
    pattern = unquote(pattern)
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"


def _tails(pattern: str) -> list[str]:
    """The pattern without one, two, ... of its first folders."""
    parts = PurePosixPath(pattern).parts[1:]
    return ["/" + "/".join(parts[n:]) for n in range(1, len(parts))]


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern fits: piece after piece, each as early as it can, so in linear time."""
    ends = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = pieces.pop() if ends and pieces else None
    for piece in pieces:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return path.endswith(last) and len(path) - len(last) >= at
    return not ends or at == len(path)
