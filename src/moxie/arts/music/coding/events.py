"""The event coding: any number of parts, note by note, with bar and position.

A unit is a note: how long after the one before it begins, in which part, how high, how long. It
is what Simonton-like event codings and REMI (Huang and Yang 2020) tell with several tokens, told
as one unit, so that a network sees a piece in a third of the steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from moxie.arts.music.coding.columns import (
    FLOOR,
    PITCHES,
    Coded,
    Column,
    Field,
    chain,
    home,
)
from moxie.arts.music.coding.echo import Echo
from moxie.arts.music.keys import estimate_key
from moxie.arts.music.score import TICKS, Bar, Note, Score, bar_at

PER_QUARTER = 24
"""Steps in a quarter note: 32nds, and triplets of sixteenths."""

STEP = TICKS // PER_QUARTER

LONG = 4 * PER_QUARTER + 1
"""The gap symbol for a whole note without a beginning; the unit then has no note."""

LENGTHS = (
    *range(1, 25),
    *(27, 28, 30, 32, 33, 36, 40, 42, 44, 45, 48, 54, 56, 60, 64, 66, 72, 80, 84, 90, 96),
    *(108, 120, 132, 144, 168, 192, 240, 288, 336, 384, 480, 576, 768),
)
"""Note lengths in steps; others are told as the nearest."""

PARTS = 16
"""Parts at most; lower ones are told with the last."""

METRES = ((4, 4), (3, 4), (2, 4), (6, 8), (2, 2), (3, 8), (12, 8), (9, 8), (6, 4), (3, 2))
POSITIONS = 97
"""Places in the bar, in half steps of a sixteenth triplet up to a whole note; then the last."""

LAST_BARS = 5
HELD = 9

GAP, PART, PITCH, LENGTH = 0, 1, 2, 3
"""The fields of a unit."""

NOTE_ECHOES = (8, 4, 2)
"""How many notes of a part are compared."""

UNIT_ECHOES = (12, 6, 3)
"""How many notes of the whole piece are compared."""

_CODES = len(LENGTHS) + 1  # a length column holds 0 for none
_PLAIN = ("pos", "metre", "left", "minor")


def length_code(steps: int) -> int:
    """The place in `LENGTHS` nearest to so many steps."""
    at = bisect_left(LENGTHS, steps)
    if at == len(LENGTHS):
        return at - 1
    if at and steps - LENGTHS[at - 1] < LENGTHS[at] - steps:
        return at - 1
    return at


def metre_code(bar: Bar) -> int:
    """The place of a bar's metre in `METRES`, or the one after them."""
    metre = (bar.beats, bar.unit)
    return METRES.index(metre) if metre in METRES else len(METRES)


class Events:
    """The coding for any parts."""

    name = "events"

    @cached_property
    def trunk(self) -> tuple[Column, ...]:
        """The note before, where it was, what sounds, what returns."""
        return (
            *_places(),
            Column("gap", LONG + 1),
            Column("part", PARTS),
            Column("pitch", PITCHES + 1, "pitch"),
            Column("length", _CODES),
            Column("sounding", HELD),
            Column("parts", PARTS + 1),
            Column("echo", LONG + 2),
            Column("sure", 4),
            Column("same", 2),  # whether the note before began with the one before it
        )

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Gap, part, pitch, length."""
        return (self._gap(), self._part(), self._pitch(), self._length())

    def encode(self, score: Score) -> Coded:
        """The piece note by note, its times on the grid of `STEP`."""
        tracker = EventTracker.of(score)
        trunk: list[list[int]] = []
        known: tuple[list[list[int]], ...] = ([], [], [], [])
        symbols: list[tuple[int, int, int, int]] = []

        def tell(unit: tuple[int, int, int, int]) -> None:
            trunk.append(tracker.trunk())
            for f, symbol in enumerate(unit):
                known[f].append(tracker.known(f) if symbol >= 0 else known[f][-1])
                if symbol >= 0:
                    tracker.put(f, symbol)
            symbols.append(unit)

        for unit in units(score, tracker.move):
            tell(unit)
        return Coded(
            np.array(trunk, np.int16).reshape(-1, len(self.trunk)),
            tuple(
                np.array(rows, np.int16).reshape(-1, len(field.columns))
                for rows, field in zip(known, self.fields, strict=True)
            ),
            np.array(symbols, np.int16).reshape(-1, 4),
            len(score.notes),
        )

    def _gap(self) -> Field:
        columns = (
            *_places(),
            Column("last", LONG + 1),
            Column("before", LONG + 1),
            Column("earlier", LONG + 1),
            Column("length", _CODES),
            Column("part", PARTS),
            Column("here", HELD),  # notes that begin with the last one so far
            Column("there", HELD),  # notes that began together before that
            Column("next", LONG + 1),  # until the next note ends
            Column("sounding", HELD),
            Column("echo", LONG + 2),
            Column("sure", 4),
            Column("parts", PARTS + 1),
        )
        chains = (
            chain(columns, "here", "next", "length", "last pos", "part before", "parts"),
            chain(columns, "here there", "last before", "earlier length", "pos", "metre part"),
            chain(columns, "pos", "metre here", "part", "next sounding", "length last"),
            chain(columns, "sure", "echo", "here", "next part", "pos"),
            chain(columns, "parts", "part", "here there", "next", "pos metre", "last length"),
            chain(columns, "left here", "next", "part parts", "pos"),
        )
        return Field("gap", LONG + 1, LONG + 1, columns, (), chains)

    def _part(self) -> Field:
        columns = (
            *_places(),
            Column("gap", LONG + 1),
            Column("last", PARTS),
            Column("before", PARTS),
            Column("earlier", PARTS),
            Column("idle", PARTS + 1),  # the first part that could begin here and does not sound
            Column("here", HELD),
            Column("echo", PARTS + 1),
            Column("sure", 4),
            Column("parts", PARTS + 1),
        )
        chains = (
            chain(columns, "parts", "idle", "gap last", "before", "earlier", "pos"),
            chain(columns, "last", "before parts", "gap", "idle", "earlier here", "pos metre"),
            chain(columns, "sure", "echo", "idle", "gap last", "before here"),
            chain(columns, "parts", "pos gap", "idle", "last", "before here"),
        )
        return Field("part", PARTS, PARTS, columns, (), chains)

    def _pitch(self) -> Field:
        pitch = PITCHES + 1
        columns = (
            *_places(),
            Column("gap", LONG + 1),
            Column("part", PARTS),
            Column("parts", PARTS + 1),
            Column("last", pitch, "pitch"),  # in the same part, the latest first
            Column("before", pitch, "pitch"),
            Column("earlier", pitch, "pitch"),
            Column("fourth", pitch, "pitch"),
            Column("above", pitch, "pitch"),  # the note before, where it begins here too
            Column("over", pitch, "pitch"),  # and the one before that
            Column("bass", pitch, "pitch"),  # the lowest that sounds
            Column("top", pitch, "pitch"),  # the highest that sounds
            Column("ago", pitch, "pitch"),  # in the same part at this place a bar ago
            Column("echo", pitch, "pitch"),
            Column("sure", 4),
            Column("unison", pitch, "pitch"),  # as the whole piece's echo has it
            Column("certain", 4),
            Column("length", _CODES),
            Column("chord", 2),  # whether the note before is of this part and begins here
        )
        chains = (
            chain(columns, "chord", "last", "part before", "earlier", "fourth", "gap"),
            chain(columns, "chord", "class(last)", "above", "part gap", "class(bass) over"),
            chain(columns, "chord", "class(bass)", "last", "class(top) above", "pos part"),
            chain(columns, "chord part", "last-before", "before-earlier", "gap length",
                  "earlier-fourth", "class(last) minor", anchor="last"),
            chain(columns, "chord part", "above-last", "over-last", "bass-last",
                  "last-before gap", "class(last) minor", anchor="last"),
            chain(columns, "chord", "bass-last", "top-last", "last-before", "gap part",
                  "class(last) minor", anchor="last"),
            chain(columns, "sure", "echo-last", "chord above-last", "bass-last gap", anchor="last"),
            chain(columns, "certain", "unison-last", "sure echo-last", "gap part", anchor="last"),
            chain(columns, "chord", "ago-last", "last-before", "above-last", "pos", anchor="last"),
            chain(columns, "part parts", "class(bass) minor", "class(top) chord", "pos metre"),
            chain(columns, "chord left", "class(last) minor", "last-before", "pos part",
                  anchor="last"),
            chain(columns, "part", "above-over", "bass-above", "last-above", "class(above) minor",
                  anchor="above"),
        )  # fmt: skip
        names = [column.name for column in columns]
        anchors = ("last", "before", "above", "bass", "echo", "unison")
        places = tuple(names.index(name) for name in anchors)
        return Field("pitch", PITCHES, 0, columns, places, chains)

    def _length(self) -> Field:
        pitch = PITCHES + 1
        columns = (
            *_places(),
            Column("gap", LONG + 1),
            Column("part", PARTS),
            Column("parts", PARTS + 1),
            Column("last", _CODES),  # in the same part
            Column("before", _CODES),
            Column("earlier", _CODES),
            Column("with", _CODES),  # of the note before, where it begins here too
            Column("previous", _CODES),  # of the note before, in any case
            Column("echo", _CODES),
            Column("sure", 4),
            Column("ago", _CODES),  # in the same part at this place a bar ago
            Column("rest", LONG + 1),  # what is left of the bar
            Column("pitch", pitch, "pitch"),
            Column("melody", pitch, "pitch"),  # the pitch before in the part
            Column("chord", 2),
        )
        chains = (
            chain(columns, "chord", "with", "part parts", "last", "pos metre", "before"),
            chain(columns, "part", "last", "before", "pos metre", "earlier", "with"),
            chain(columns, "sure", "echo", "last", "with chord", "pos"),
            chain(columns, "gap", "previous", "last part", "pos metre", "rest"),
            chain(columns, "pos metre", "part", "last gap", "pitch-melody", "with"),
            chain(columns, "ago", "last", "with chord", "pos metre"),
            chain(columns, "left rest", "part parts", "last", "with"),
        )
        return Field("length", len(LENGTHS), len(LENGTHS), columns, (), chains)


def _places() -> tuple[Column, ...]:
    return (
        Column("pos", POSITIONS),
        Column("metre", len(METRES) + 1),
        Column("left", LAST_BARS + 1),
        Column("minor", 2),
    )


def units(score: Score, move: int) -> list[tuple[int, int, int, int]]:
    """(gap, part, pitch, length) of every note, pitches moved; -1 for what a rest has not."""
    found: list[tuple[int, int, int, int]] = []
    now = 0
    for onset, part, pitch, steps in grid_notes(score):
        gap = onset - now
        while gap >= LONG:
            found.append((LONG, -1, -1, -1))
            gap -= LONG - 1
        symbol = min(max(pitch + move - FLOOR, 0), PITCHES - 1)
        found.append((gap, min(part, PARTS - 1), symbol, length_code(steps)))
        now = onset
    return found


def grid_notes(score: Score) -> list[tuple[int, int, int, int]]:
    """(onset in steps, part, pitch, length in steps), in the order they are told."""
    table = {
        (round(note.onset / STEP), min(note.part, PARTS - 1), -note.pitch): max(
            1, round(note.duration / STEP)
        )
        for note in score.notes
    }
    return [(onset, part, -pitch, steps) for (onset, part, pitch), steps in sorted(table.items())]


class EventTracker:
    """Follows a piece whose bars, number of parts, key and mode are known."""

    def __init__(self, bars: Sequence[Bar], parts: int, move: int, *, minor: bool) -> None:
        self.bars = [
            bar._replace(onset=round(bar.onset / STEP), length=round(bar.length / STEP))
            for bar in bars
        ]
        self.parts, self.move, self.minor = min(parts, PARTS), move, int(minor)
        self.time = self.bar = 0
        self.unit: list[int] = [0, 0, 0, 0]
        self.gaps = [0, 0, 0]
        self.told = [0, 0, 0]  # the parts told last
        self.pitch = self.length = 0  # of the last note, as columns count
        self.same: list[int] = []  # pitches that begin at this time, as told
        self.here, self.there = 0, 0
        self.sounding: list[tuple[int, int, int]] = []  # (end, pitch column, part)
        self.melody = [[0, 0, 0, 0] for _ in range(PARTS)]
        self.lengths = [[0, 0, 0] for _ in range(PARTS)]
        self.ends = [0] * PARTS
        self.starts: list[int] = [-1] * PARTS
        self.ago: list[dict[tuple[int, int], tuple[int, int]]] = [{} for _ in range(PARTS)]
        self.notes = [(Echo(NOTE_ECHOES), Echo(NOTE_ECHOES)) for _ in range(PARTS)]
        self.whole = tuple(Echo(UNIT_ECHOES) for _ in range(3))  # gap, part, interval
        self.begun = False

    @classmethod
    def of(cls, score: Score) -> EventTracker:
        """For a score's bars, parts and key."""
        key = estimate_key(score)
        move = home(key.tonic, minor=key.minor)
        return cls(score.bars, len(score.parts), move, minor=key.minor)

    @property
    def position(self) -> int:
        """Steps since the bar line; a pick-up counts from where a whole bar would begin."""
        bar = self.bars[self.bar]
        missing = max(0, round(bar.full / STEP) - bar.length) if self.bar == 0 else 0
        return self.time - bar.onset + missing

    def _places(self) -> list[int]:
        left = min(LAST_BARS, len(self.bars) - 1 - self.bar)
        pos = min(POSITIONS - 1, max(0, self.position))
        return [pos, metre_code(self.bars[self.bar]), left, self.minor]

    def trunk(self) -> list[int]:
        """See `Events.trunk`."""
        echo, sure = self.whole[GAP].predict()
        return [
            *self._places(),
            self.gaps[-1],
            self.told[-1],
            self.pitch,
            self.length,
            min(HELD - 1, len(self.sounding)),
            self.parts,
            echo + 1 if sure else 0,
            sure,
            int(self.gaps[-1] == 0 and self.begun),
        ]

    def known(self, field: int) -> list[int]:
        """The columns of a field."""
        return (self._known_gap, self._known_part, self._known_pitch, self._known_length)[field]()

    def put(self, field: int, symbol: int) -> None:
        """Tell the symbol of a field."""
        self.unit[field] = symbol
        if field == GAP:
            self._advance(symbol)
        elif field == LENGTH:
            self._finish()

    def allowed(self, field: int) -> tuple[int, int]:
        """The symbols that may come, from the first to before the last: notes are in order."""
        if field == PART:
            return (self.told[-1] if self.unit[GAP] == 0 and self.begun else 0), self.parts
        if field == PITCH and self.chord:
            return 0, self.same[-1] - 1
        size = (LONG + 1, PARTS, PITCHES, len(LENGTHS))[field]
        return 0, size

    @property
    def chord(self) -> bool:
        """Whether the note to be told begins with the one before, in the same part."""
        return bool(self.same) and self.unit[PART] == self.told[-1]

    def _known_gap(self) -> list[int]:
        echo, sure = self.whole[GAP].predict()
        ends = [end - self.time for end, _, _ in self.sounding if end > self.time]
        return [
            *self._places(),
            self.gaps[-1],
            self.gaps[-2],
            self.gaps[-3],
            self.length,
            self.told[-1],
            min(HELD - 1, self.here),
            min(HELD - 1, self.there),
            min(LONG, min(ends, default=0)),
            min(HELD - 1, len(self.sounding)),
            echo + 1 if sure else 0,
            sure,
            self.parts,
        ]

    def _known_part(self) -> list[int]:
        echo, sure = self.whole[PART].predict()
        first = self.told[-1] + 1 if self.unit[GAP] == 0 and self.begun else 0
        idle = next((p for p in range(first, self.parts) if self.ends[p] <= self.time), PARTS)
        return [
            *self._places(),
            self.unit[GAP],
            *reversed(self.told),
            idle,
            min(HELD - 1, self.here),
            echo + 1 if sure else 0,
            sure,
            self.parts,
        ]

    def _known_pitch(self) -> list[int]:
        part = self.unit[PART]
        melody = self.melody[part]
        pitches = [pitch for _, pitch, _ in self.sounding]
        echo, sure = _heard(self.notes[part][0].predict(), melody[-1])
        unison, certain = _heard(self.whole[2].predict(), self.pitch)
        ago = self.ago[part].get((self.bar - 1, self.position), (0, 0))
        return [
            *self._places(),
            self.unit[GAP],
            part,
            self.parts,
            *reversed(melody),
            self.same[-1] if self.same else 0,
            self.same[-2] if len(self.same) > 1 else 0,
            min(pitches, default=0),
            max(pitches, default=0),
            ago[0],
            echo,
            sure,
            unison,
            certain,
            self.lengths[part][-1],
            int(self.chord),
        ]

    def _known_length(self) -> list[int]:
        part = self.unit[PART]
        lengths = self.lengths[part]
        echo, sure = self.notes[part][1].predict()
        bar = self.bars[self.bar]
        ago = self.ago[part].get((self.bar - 1, self.position), (0, 0))
        return [
            *self._places(),
            self.unit[GAP],
            part,
            self.parts,
            *reversed(lengths),
            self.length if self.same else 0,
            self.length,
            echo if sure else 0,
            sure,
            ago[1],
            min(LONG, max(0, bar.onset + bar.length - self.time)),
            self.unit[PITCH] + 1,
            self.melody[part][-1],
            int(self.chord),
        ]

    def _advance(self, gap: int) -> None:
        """Time goes on: what has ended is silent, what began together is past."""
        steps = LONG - 1 if gap == LONG else gap
        if steps:
            self.time += steps
            self.there, self.here, self.same = self.here, 0, []
            self.sounding = [note for note in self.sounding if note[0] > self.time]
            while self.bar + 1 < len(self.bars) and self.bars[self.bar + 1].onset <= self.time:
                self.bar += 1
        if gap == LONG:
            self.whole[GAP].put((gap,), gap)

    def _finish(self) -> None:
        gap, part, symbol, code = self.unit
        pitch, length = symbol + 1, code + 1
        melody, lengths = self.melody[part], self.lengths[part]
        interval = pitch - melody[-1] if melody[-1] else 99
        event = (interval, length)
        self.notes[part][0].put(event, interval if interval != 99 else 0)
        self.notes[part][1].put(event, length)
        step = pitch - self.pitch if self.pitch else 0
        for echo, value in zip(self.whole, (gap, part, step), strict=True):
            echo.put((gap, part, step, length), value)
        self.ago[part].setdefault((self.bar, self.position), (pitch, length))
        if gap or not self.begun:
            self.gaps = [*self.gaps[1:], gap]
        self.told = [*self.told[1:], part]
        self.melody[part] = [*melody[1:], pitch]
        self.lengths[part] = [*lengths[1:], length]
        end = self.time + LENGTHS[code]
        self.ends[part] = max(self.ends[part], end)
        self.sounding.append((end, pitch, part))
        self.same.append(pitch)
        self.here += 1
        self.pitch, self.length, self.begun = pitch, length, True


def _heard(echo: tuple[int, int], origin: int) -> tuple[int, int]:
    """An echo's interval as a pitch above `origin`, and how sure it is."""
    interval, sure = echo
    pitch = origin + interval
    if not sure or not origin or not 0 < pitch <= PITCHES:
        return 0, 0
    return pitch, sure


def decoded(told: Sequence[tuple[int, int, int, int]], move: int, velocity: int = 80) -> list[Note]:
    """Notes from (onset in steps, part, pitch symbol, length code), moved back to their key."""
    return [
        Note(onset * STEP, LENGTHS[code] * STEP, pitch + FLOOR - move, part, velocity=velocity)
        for onset, part, pitch, code in told
    ]


def bar_index(score: Score, onset: int) -> int:
    """The bar that a step lies in."""
    return bar_at(score.bars, onset * STEP)
