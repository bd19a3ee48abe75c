"""How large a score may be, whatever file it came from, and how long it lasts."""

from __future__ import annotations

from moxie.arts.music.score import TICKS, Score
from moxie.errors import UnreadableWork
from moxie.text import say

MAX_BYTES = 8 << 20
"""A file may have 8 MB: the longest symphonies have a tenth of that."""

MAX_NOTES = 200_000
"""Ten times the notes of a long symphony movement."""

MAX_TUNES = 20_000
"""Tunes in one book; the largest collections of folk music have some ten thousand."""

MAX_PARTS = 128
"""Parts in one score."""

MAX_BARS = 20_000
"""Bars in one score; an hour of quick 3/8 has 6,000."""

MAX_QUARTERS = 20_000
"""Length in quarter notes: an hour at 333 a minute."""

MAX_SECONDS = 3600
"""Length at the score's own tempo; a longer file is several works, or a broken one."""

USUAL_TEMPO = 100_000
"""What a score without a tempo is played at, in thousandths of a quarter note a minute."""


def seconds(score: Score) -> float:
    """How long the score lasts to its last bar line, at its tempos."""
    total, onset, millibeats = 0.0, 0, USUAL_TEMPO
    for tempo in score.tempos:
        reached = min(tempo.onset, score.length)
        total += _span(reached - onset, millibeats)
        onset, millibeats = reached, tempo.millibeats
    return total + _span(score.length - onset, millibeats)


def check(score: Score, name: str) -> None:
    """Refuse what cannot be learnt from or is too large. Raises UnreadableWork."""
    if not score.notes:
        raise UnreadableWork("{name} has no notes.", name=name)
    if all(score.parts[note.part].drums for note in score.notes):
        raise UnreadableWork(
            "{name} has only drums: Moxie learns from notes that have a pitch.", name=name
        )
    check_number(len(score.notes), MAX_NOTES, "notes", name)
    check_number(len(score.parts), MAX_PARTS, "parts", name)
    check_number(len(score.bars), MAX_BARS, "bars", name)
    check_number(score.length // TICKS, MAX_QUARTERS, "quarters", name)
    if (length := seconds(score)) > MAX_SECONDS:
        raise UnreadableWork(
            "{name} lasts {minutes} minutes; at most {limit} can be read. Split it into its works.",
            name=name,
            minutes=round(length / 60),
            limit=MAX_SECONDS // 60,
        )


def check_bytes(data: bytes, name: str) -> None:
    """Refuse an empty or a huge file before anything looks inside. Raises UnreadableWork."""
    if len(data) > MAX_BYTES:
        raise UnreadableWork(
            "{name} has {size} MB; a score of at most {limit} MB can be read.",
            name=name,
            size=(len(data) >> 20) + 1,
            limit=MAX_BYTES >> 20,
        )
    if not data.strip(b"\0\t\n\r "):
        raise UnreadableWork("{name} is empty.", name=name)


_TOO_MANY = {
    "notes": say("{name} has {count} notes; at most {limit} can be read. Split it into its works."),
    "parts": say("{name} has {count} parts; at most {limit} can be read."),
    "bars": say("{name} has over {limit} bars, more than can be read. Split it into its works."),
    "tracks": say("{name} claims to have {count} tracks; at most {limit} can be read."),
    "events": say("{name} has over {limit} MIDI events: it is broken, or more than one work."),
    "tunes": say("{name} holds {count} tunes; at most {limit} can be read. Split it."),
    "quarters": say(
        "{name} is {count} quarter notes long; at most {limit} can be read. "
        "Split it into its works."
    ),
}


def check_number(count: int, limit: int, what: str, name: str) -> None:
    """Refuse more than `limit` of `what`, a key of `_TOO_MANY`. Raises UnreadableWork."""
    if count > limit:
        raise UnreadableWork(_TOO_MANY[what].template, name=name, count=count, limit=limit)


def _span(ticks: int, millibeats: int) -> float:
    return ticks / TICKS * 60_000 / millibeats
