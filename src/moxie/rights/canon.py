"""Facts as text in one exact form, so that a hash of them means something.

Sorted keys, no spaces, ASCII, no nan: strict JSON (a subset of RFC 8259). What is written in any
other way is not that text, and is refused when read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

HASH = re.compile(r"[0-9a-f]{64}")
"""A sha256 as we write it."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""A time as we write it: UTC, to the second; such texts sort as the times do."""


def text(facts: Mapping[str, object]) -> str:
    """The one text of these facts; raises TypeError, ValueError for what JSON does not have."""
    return json.dumps(facts, allow_nan=False, separators=(",", ":"), sort_keys=True)


def read(line: str, *, most: int = 1 << 20) -> dict[str, Any]:
    """The facts of a text of at most `most` characters; raises ValueError for any other form."""
    if len(line) > most:
        raise ValueError("too long")
    try:
        facts = json.loads(line)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(facts, dict) or text(facts) != line:
        raise ValueError("not in the one form")
    return facts


def stamp(moment: datetime) -> str:
    """A time as text, in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> str:
    """What this machine's clock says."""
    return stamp(datetime.now(UTC))


def is_hash(value: object) -> bool:
    """Whether this is a sha256 in small hexadecimal digits."""
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def is_time(value: object) -> bool:
    """Whether this is a time as `stamp` writes it."""
    return isinstance(value, str) and TIME.fullmatch(value) is not None
