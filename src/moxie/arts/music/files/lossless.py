"""A score as compact JSON: exact, the same bytes each time, and checked when it comes back.

One object: `"moxie score"` is the version of the form, `bars`, `keys`, `notes`, `parts` and
`tempos` are lists of lists in the order of the fields in `score`, and `title` is a string.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

from moxie.arts.music.files import metres
from moxie.arts.music.files.limits import (
    MAX_BARS,
    MAX_NOTES,
    MAX_PARTS,
    MAX_QUARTERS,
    check,
    check_bytes,
    check_number,
)
from moxie.arts.music.score import HIGHEST, LOWEST, TICKS, Bar, Key, Note, Part, Score, Tempo
from moxie.arts.music.score import score as build
from moxie.errors import UnreadableWork

VERSION = 1
"""Of the form; a file with a higher one was written by a newer Moxie."""

_FORM = "moxie score"
_FIELDS = frozenset({_FORM, "bars", "keys", "notes", "parts", "tempos", "title"})
_LONGEST = MAX_QUARTERS * TICKS
_VOICES = 256
_SHARPS = 14  # theoretical keys with double accidentals
_QUICKEST = 10_000_000  # thousandths of a quarter note a minute

Row = TypeVar("Row", Bar, Key, Note, Part, Tempo)
_Values: TypeAlias = Sequence[Any]


def pack(score: Score) -> bytes:
    """The score as ASCII JSON, keys sorted, without spaces."""
    form = {
        _FORM: VERSION,
        "bars": score.bars,
        "keys": score.keys,
        "notes": score.notes,
        "parts": score.parts,
        "tempos": score.tempos,
        "title": score.title,
    }
    return json.dumps(form, separators=(",", ":"), sort_keys=True, allow_nan=False).encode("ascii")


def unpack(data: bytes, name: str = "The file") -> Score:
    """The score that `pack` wrote, every value checked. Raises UnreadableWork."""
    check_bytes(data, name)
    form = _parsed(data, name)
    parts = _rows(form, "parts", Part, _part, name)
    check_number(len(parts), MAX_PARTS, "parts", name)

    def note(values: _Values) -> bool:
        return _note(values, len(parts))

    notes = _rows(form, "notes", Note, note, name)
    check_number(len(notes), MAX_NOTES, "notes", name)
    bars = _rows(form, "bars", Bar, _bar, name)
    check_number(len(bars), MAX_BARS, "bars", name)
    _check_bars(bars, notes, name)
    if not _words(form["title"]):
        _wrong(name, "title")
    found = build(
        notes,
        bars,
        parts,
        keys=_rows(form, "keys", Key, _key, name),
        tempos=_rows(form, "tempos", Tempo, _tempo, name),
        title=form["title"],
    )
    check(found, name)
    return found


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    try:
        form = json.loads(data, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:  # ValueError: also numbers of 5,000 digits
        raise UnreadableWork(
            "{name} is damaged or cut off: it begins like a Moxie score but is no valid JSON.",
            name=name,
        ) from error
    if not isinstance(form, dict) or type(form.get(_FORM)) is not int:
        raise UnreadableWork("{name} is JSON, but no Moxie score.", name=name)
    if form[_FORM] > VERSION:
        raise UnreadableWork(
            "{name} was written by a newer Moxie: update Moxie to read it.", name=name
        )
    if form[_FORM] != VERSION or set(form) != _FIELDS:
        _wrong(name, "fields")
    return form


def _rows(
    form: dict[str, Any],
    field: str,
    make: Callable[..., Row],
    good: Callable[[_Values], bool],
    name: str,
) -> list[Row]:
    """A list of lists as rows, each of the right length, types and ranges."""
    rows = form[field]
    if not isinstance(rows, list):
        _wrong(name, field)
    try:
        if not all(type(row) is list and good(row) for row in rows):
            _wrong(name, field)
    except (TypeError, ValueError):  # a string among the numbers, or a row of another length
        _wrong(name, field)
    return [make(*row) for row in rows]


def _note(values: _Values, parts: int) -> bool:
    onset, duration, pitch, part, voice, velocity = values
    return (
        _whole(values)
        and 0 <= onset < _LONGEST
        and 0 < duration <= _LONGEST
        and LOWEST <= pitch <= HIGHEST
        and 0 <= part < parts
        and 0 <= voice < _VOICES
        and 0 < velocity < 128
    )


def _bar(values: _Values) -> bool:
    onset, length, beats, unit = values
    whole = _whole(values) and 0 <= onset <= _LONGEST and 0 < length <= _LONGEST
    return whole and metres.known(beats, unit)


def _key(values: _Values) -> bool:
    onset, fifths, minor = values
    whole = _whole((onset, fifths)) and type(minor) is bool
    return whole and 0 <= onset <= _LONGEST and abs(fifths) <= _SHARPS


def _tempo(values: _Values) -> bool:
    onset, millibeats = values
    return _whole(values) and 0 <= onset <= _LONGEST and 0 < millibeats <= _QUICKEST


def _part(values: _Values) -> bool:
    words, program, drums = values
    return _words(words) and type(drums) is bool and _whole([program]) and 0 <= program < 128


def _words(words: object) -> bool:
    """A string, and one that every other format can hold: no halves of characters."""
    return isinstance(words, str) and not any("\ud800" <= c <= "\udfff" for c in words)


def _whole(values: _Values) -> bool:
    return all(type(value) is int for value in values)  # bool is an int to isinstance


def _check_bars(bars: Sequence[Bar], notes: Sequence[Note], name: str) -> None:
    """They follow each other from 0 and reach the end of the last note."""
    place = 0
    for bar in bars:
        if bar.onset != place:
            _wrong(name, "bars")
        place += bar.length
    if any(note.onset + note.duration > place for note in notes):
        _wrong(name, "bars")


def _wrong(name: str, field: str) -> NoReturn:
    raise UnreadableWork(
        "{name} is a damaged Moxie score: its {field} cannot be right.", name=name, field=field
    )


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no whole number")
