"""MIDI: text events at the beginning of the first track (RP-001; no guide names a place).

The AIGC label and the source type are text events (FF 01) of the form NAME=value, the licence a
copyright notice (FF 02).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moxie.rights.labels import comment
from moxie.rights.labels.label import LICENSE, NAMES, BrokenCarrierError, Mark

SUFFIXES = (".mid", ".midi")
MAX_TRACKS = 4096

_TEXT, _COPYRIGHT = 1, 2
_LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class _Event(NamedTuple):
    """An event by its place: delta time at `start`, the event itself at `at`.

    `kind` and `text` are those of a meta event; of others `kind` is -1.
    """

    start: int
    at: int
    end: int
    delta: int
    kind: int
    text: bytes


def read(data: bytes) -> list[Mark]:
    """The fields in text events and copyright notices of every track."""
    marks: list[Mark] = []
    for _, body in _tracks(data):
        for event in _events(body):
            if event.kind in (_TEXT, _COPYRIGHT):
                text = event.text.decode("utf-8", "replace")
                marks += comment.read(text, "text event")
    return marks


def comments(data: bytes) -> list[tuple[str, str]]:
    """Copyright notices that are not ours."""
    events = [event for _, body in _tracks(data) for event in _events(body)]
    notices = [event.text for event in events if event.kind == _COPYRIGHT]
    return [("COPYRIGHT", t.decode("utf-8", "replace")) for t in notices if not _ours(t)]


def write(data: bytes, fields: Mapping[str, str]) -> bytes:
    """The same notes with the fields; every other event stays where and as it is."""
    chunks = list(_chunks(data))
    tracks = [number for number, (kind, _) in enumerate(chunks) if kind == b"MTrk"]
    if not tracks:
        raise BrokenCarrierError
    for number in tracks:
        chunks[number] = (b"MTrk", _without(chunks[number][1]))
    body = chunks[tracks[0]][1]
    at = _after_number(body)
    new = b"".join(
        _meta(_COPYRIGHT if name == LICENSE else _TEXT, f"{name}={value}")
        for name, value in fields.items()
    )
    chunks[tracks[0]] = (b"MTrk", body[:at] + new + body[at:])
    behind = data[sum(8 + len(body) for _, body in _chunks(data)) :]
    whole = (kind + struct.pack(">I", len(body)) + body for kind, body in chunks)
    return b"".join(whole) + behind


def _meta(kind: int, text: str) -> bytes:
    data = text.encode("ascii")
    return bytes([0, 0xFF, kind]) + _variable(len(data)) + data


def _without(body: bytes) -> bytes:
    """A track without our events; the time before one goes to the next."""
    kept = bytearray()
    waiting = 0
    end = 0
    for event in _events(body):
        end = event.end
        if event.kind in (_TEXT, _COPYRIGHT) and _ours(event.text):
            waiting += event.delta
            continue
        if waiting:
            kept += _variable(event.delta + waiting) + body[event.at : event.end]
        else:
            kept += body[event.start : event.end]
        waiting = 0
    return bytes(kept + body[end:])


def _ours(text: bytes) -> bool:
    name, _, _ = text.partition(b"=")
    return name.decode("ascii", "replace") in NAMES


def _after_number(body: bytes) -> int:
    """Where the first event may stand: a sequence number (FF 00) comes before all others."""
    first = next(_events(body), None)
    return first.end if first is not None and first.kind == 0 and not first.delta else 0


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks, of which the first is the header."""
    if data[:4] != b"MThd" or len(data) < 14:
        raise BrokenCarrierError
    at = count = 0
    while at + 8 <= len(data):
        kind, length = struct.unpack_from(">4sI", data, at)
        count += 1
        if count > MAX_TRACKS or at + 8 + length > len(data):
            raise BrokenCarrierError
        yield kind, data[at + 8 : at + 8 + length]
        at += 8 + length


def _tracks(data: bytes) -> list[tuple[bytes, bytes]]:
    return [chunk for chunk in _chunks(data) if chunk[0] == b"MTrk"]


def _events(body: bytes) -> Iterator[_Event]:
    """Every event of a track, to its end."""
    at, running = 0, 0
    while at < len(body):
        start = at
        delta, at = _number(body, at)
        event, status = at, running
        if body[at] & 0x80:
            status = body[at]
            running = status if status < 0xF0 else running
            at += 1
        kind, text = -1, b""
        if status == 0xFF:
            kind = body[at]
            length, at = _number(body, at + 1)
            text = body[at : at + length]
        elif status in (0xF0, 0xF7):
            length, at = _number(body, at)
        else:
            length = _LENGTHS.get(status & 0xF0, -1)
        at += length
        if length < 0 or at > len(body):
            raise BrokenCarrierError
        yield _Event(start, event, at, delta, kind, text)
        if kind == 0x2F:
            return


def _number(body: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, of at most four bytes."""
    value = 0
    for place in range(at, at + 4):
        value = value << 7 | body[place] & 0x7F
        if not body[place] & 0x80:
            return value, place + 1
    raise BrokenCarrierError


def _variable(number: int) -> bytes:
    if number >= 1 << 28:
        raise BrokenCarrierError
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(reversed(parts))
