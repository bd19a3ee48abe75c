"""Standard MIDI files as bytes: chunks and events, read without trusting any of them.

Written from the Standard MIDI File specification (MIDI Manufacturers Association, RP-001). The
usual libraries are not safe on strangers' files: mido 1.3.3 refuses a whole work for one odd key
signature, loses the time before meta events it does not know, and needs minutes for a file that
is one endless number. Here a damaged chunk is one sentence, and an odd event is passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from moxie.arts.music.files.limits import check_bytes, check_number
from moxie.errors import UnreadableWork

MAX_TRACKS = 256
"""More than any orchestra with its lyrics."""

MAX_EVENTS = 400_000
"""Of every kind: two for each note that a score may have."""

NOTE_OFF, NOTE_ON, PROGRAM = 0x80, 0x90, 0xC0
"""Channel events; the channel is in the lower half of the byte."""

META = 0x100
"""Added to a meta event's type, so that one number tells what an event is."""

TRACK_NAME, INSTRUMENT = META + 0x03, META + 0x04
END, TEMPO, METRE, KEY = META + 0x2F, META + 0x51, META + 0x58, META + 0x59

_KEPT = frozenset({TRACK_NAME, INSTRUMENT, END, TEMPO, METRE, KEY})
_ESCAPES = (0xF0, 0xF7)
_LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


class Event(NamedTuple):
    """Something at a time: a channel event with its 1 or 2 bytes, or a meta event's payload."""

    tick: int  # from the beginning, in the file's own ticks
    status: int
    data: bytes


class MidiFile(NamedTuple):
    """The events of each track, in order; `division` is ticks in a quarter note."""

    division: int
    tracks: tuple[tuple[Event, ...], ...]


def channel_kind(event: Event) -> int:
    """NOTE_ON and so on, without the channel; 0 for what is no channel event."""
    return event.status & 0xF0 if event.status < 0xF0 else 0


def parse(data: bytes, name: str) -> MidiFile:
    """The events that matter for a score: notes, programs, names, metres, keys, tempos.

    Everything else (controllers, lyrics, copyright, system exclusive) is left out. Raises
    UnreadableWork for what is damaged, too large, or not of type 0 or 1.
    """
    check_bytes(data, name)
    division, announced, start = _header(data, name)
    tracks: list[tuple[Event, ...]] = []
    events = 0
    for begin, end in _track_chunks(data, start, announced, name):
        reader = _Track(data, begin, end, name, events)
        tracks.append(tuple(reader.events()))
        events = reader.count
    return MidiFile(division, tuple(tracks))


def build(file: MidiFile) -> bytes:
    """A file of type 1. Events must be in the order of time, without ends of tracks."""
    chunks = [b"MThd" + struct.pack(">IHHH", 6, 1, len(file.tracks), file.division)]
    for track in file.tracks:
        body = b"".join(_encoded(track))
        chunks.append(b"MTrk" + struct.pack(">I", len(body)) + body)
    return b"".join(chunks)


def _header(data: bytes, name: str) -> tuple[int, int, int]:
    """Division, number of tracks announced, and where the first chunk after it begins."""
    if len(data) < 14 or data[:4] != b"MThd":
        raise _damaged(name, 0)
    size, kind, tracks, division = struct.unpack(">IHHH", data[4:14])
    if size < 6:
        raise _damaged(name, 4)
    if kind > 1:
        raise UnreadableWork(
            "{name} is a MIDI file of type {kind}, a collection of patterns: save it as type 1.",
            name=name,
            kind=kind,
        )
    if division & 0x8000:
        raise UnreadableWork(
            "{name} counts film frames (SMPTE) instead of beats, so its bars are unknown: "
            "save it with ticks a quarter note.",
            name=name,
        )
    if division == 0:
        raise UnreadableWork(
            "{name} has 0 ticks in a quarter note (its MIDI division), so its notes have no "
            "lengths: save it anew.",
            name=name,
        )
    check_number(tracks, MAX_TRACKS, "tracks", name)
    return division, tracks, 8 + size


def _track_chunks(data: bytes, place: int, announced: int, name: str) -> Iterator[tuple[int, int]]:
    """Where each announced track begins and ends; chunks of unknown kinds are passed over."""
    found = 0
    while found < announced:
        if place + 8 > len(data):
            raise _damaged(name, min(place, len(data)))
        size = int.from_bytes(data[place + 4 : place + 8], "big")
        begin, end = place + 8, place + 8 + size
        if data[place : place + 4] == b"MTrk":
            if end > len(data):
                raise _damaged(name, len(data))
            found += 1
            yield begin, end
        place = end


class _Track:
    """One track chunk, read event by event; `count` goes on from the tracks before."""

    def __init__(self, data: bytes, begin: int, end: int, name: str, count: int) -> None:
        self._data, self._place, self._end, self._name = data, begin, end, name
        self.count = count

    def events(self) -> Iterator[Event]:
        """Those to keep. The last is the end of the track, written in the file or not."""
        tick, running = 0, 0
        while self._place < self._end:
            self.count += 1
            check_number(self.count, MAX_EVENTS, "events", self._name)
            tick += self._number()
            status = self._data[self._place] if self._place < self._end else 0
            if status >= 0x80:
                self._place += 1
            else:
                status = running  # "running status": the same kind of event as before
            event = self._event(tick, status)
            if status < 0xF0:
                running = status
            if event.status == END:
                break
            if event.status in _KEPT or channel_kind(event) in (NOTE_OFF, NOTE_ON, PROGRAM):
                yield event
        yield Event(tick, END, b"")

    def _event(self, tick: int, status: int) -> Event:
        if status == 0xFF:
            kind = self._bytes(1)[0]
            return Event(tick, META + kind, self._bytes(self._number()))
        if status in _ESCAPES:
            self._bytes(self._number())
            return Event(tick, status, b"")
        data = self._bytes(_LENGTHS.get(status & 0xF0, 0)) if status < 0xF0 else b""
        if not data or max(data) > 127:  # no such event, or a new one where data should be
            raise _damaged(self._name, self._place)
        return Event(tick, status, data)

    def _bytes(self, count: int) -> bytes:
        begin, self._place = self._place, self._place + count
        if self._place > self._end:
            raise _damaged(self._name, self._end)
        return self._data[begin : self._place]

    def _number(self) -> int:
        """A variable-length number: seven bits a byte, at most four bytes."""
        value = 0
        for _ in range(4):
            byte = self._bytes(1)[0]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _damaged(self._name, self._place)


def _encoded(track: Sequence[Event]) -> Iterator[bytes]:
    tick = 0
    for event in (*track, Event(track[-1].tick if track else 0, END, b"")):
        yield _variable(event.tick - tick)
        tick = event.tick
        if event.status >= META:
            yield bytes((0xFF, event.status - META)) + _variable(len(event.data)) + event.data
        else:
            yield bytes((event.status,)) + event.data


def _variable(value: int) -> bytes:
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))


def _damaged(name: str, place: int) -> UnreadableWork:
    return UnreadableWork(
        "{name} is damaged or cut off: its MIDI data make no sense at byte {place}.",
        name=name,
        place=place,
    )
