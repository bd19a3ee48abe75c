"""Fields in running text, where a format has only a comment for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from moxie.rights.labels.label import NAMES, SOURCE, Mark, words

MAX_TEXT = 1 << 16
"""Characters of a comment that are looked at."""

_OURS = re.compile(r"\s*\[[^\[\]]*" + SOURCE + r"=[^\[\]]*\]")
_FIELD = re.compile(r"\b(" + "|".join(NAMES) + r")=(\{[^{}]*\}|[^\s\]]+)")


def read(text: str, where: str) -> list[Mark]:
    """Every NAME=value of a field's name."""
    return [Mark(name, value, where) for name, value in _FIELD.findall(text[:MAX_TEXT])]


def written(fields: Mapping[str, str], names: Collection[str]) -> str:
    """Those fields in brackets, after what they say to people, in ASCII."""
    english = words(fields).partition(" ")[2]
    return f"[{english} " + " ".join(f"{n}={fields[n]}" for n in names if n in fields) + "]"


def without(text: str) -> str:
    """A comment without what `written` put there."""
    return _OURS.sub("", text[:MAX_TEXT]) + text[MAX_TEXT:]
