"""Titles and part names from strangers' files: short, printable, and nothing personal."""

from __future__ import annotations

import re

LONGEST = 100
"""Characters of a title or a name; what is longer is a note to somebody."""

_PERSONAL = re.compile(
    r"@|https?:|www\.|©|\(c\)|\bcopyright|\ball rights|\bby\b|\bsequence[dr]\b|\btranscri|"
    r"\barranged\b|\bencoded\b|\btypeset|\blicen[cs]e|\d{3}[-\s]?\d{4}",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(\\?new|(control|conductor|tempo|master|midi|meta)\s*(track)?|untitled|unnamed|"
    r"(track|channel|staff|part|sequence|instrument|voice)?\s*[-#.]?\s*\d*)",
    re.IGNORECASE,
)
_LILYPOND = re.compile(r"([\\\w]*):([\\\w]*)")  # "staff:voice", either may be empty


def text(data: bytes) -> str:
    """What a MIDI text means: UTF-8, or Latin-1 as the format has it; on one line."""
    try:
        found = data.decode("utf-8")
    except UnicodeDecodeError:
        found = data.decode("latin-1")
    return tidy(found)


def tidy(words: str) -> str:
    """On one line, printable, without spaces around."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def title(words: str) -> str:
    """The words where they can be a title; otherwise nothing."""
    words = tidy(words)
    fine = any(c.isalpha() for c in words) and _can_be_shown(words)
    return words if fine else ""


def part_name(words: str) -> str:
    """The words where they can be an instrument or a hand; otherwise nothing."""
    words = tidy(words)
    if lilypond := _LILYPOND.fullmatch(words):
        staff, voice = lilypond.groups()
        words = voice if _NOTHING.fullmatch(staff) else staff
    return words if _can_be_shown(words) else ""


def _can_be_shown(words: str) -> bool:
    return not (len(words) > LONGEST or _NOTHING.fullmatch(words) or _PERSONAL.search(words))
