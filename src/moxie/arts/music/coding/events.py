"""The event coding: any number of parts, note by note, with bar and position.

A unit is a note: how long after the one before it begins, in which part, how high, how long. It
is what Simonton-like event codings and REMI (Huang and Yang 2020) tell with several tokens, told
as one unit, so that a network sees a piece in a third of the steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from moxie.arts.music.coding.columns import FLOOR, PITCHES, Coded, home
from moxie.arts.music.coding.echo import Echo
from moxie.arts.music.coding.events_fields import (
    ENSEMBLES,
    FIELDS,
    GAP,
    HELD,
    LAST_BARS,
    LENGTH,
    LENGTHS,
    LONG,
    NOTE_ECHOES,
    PART,
    PARTS,
    PITCH,
    POSITIONS,
    STEP,
    TRUNK,
    UNIT_ECHOES,
    length_code,
    metre_code,
)
from moxie.arts.music.coding.harmonies import Harmonies
from moxie.arts.music.score import Bar, Score
from moxie.arts.music.theory.keys import estimate_key
from moxie.arts.music.theory.sounding import beat_length


class Events:
    """The coding for any parts."""

    name = "events"
    trunk = TRUNK
    fields = FIELDS

    def encode(self, score: Score) -> Coded:
        """The piece note by note, its times on the grid of `STEP`."""
        tracker = EventTracker.of(score)
        trunk: list[list[int]] = []
        known: tuple[list[list[int]], ...] = tuple([] for _ in FIELDS)
        symbols = units(score, tracker.move)
        for unit in symbols:
            trunk.append(tracker.trunk())
            for f, symbol in enumerate(unit):
                known[f].append(tracker.known(f) if symbol >= 0 else [0] * len(FIELDS[f].columns))
                if symbol >= 0:
                    tracker.put(f, symbol)
        return Coded(
            np.array(trunk, np.int16).reshape(-1, len(TRUNK)),
            tuple(
                np.array(rows, np.int16).reshape(-1, len(field.columns))
                for rows, field in zip(known, FIELDS, strict=True)
            ),
            np.array(symbols, np.int16).reshape(-1, len(FIELDS)),
            len(score.notes),
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
        self.bars = _in_steps(bars)
        self.parts, self.move, self.minor = min(parts, PARTS), move, int(minor)
        self.ensemble = bisect_left(ENSEMBLES, self.parts)
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
        self.ago: list[dict[tuple[int, int], tuple[int, int]]] = [{} for _ in range(PARTS)]
        self.notes = [(Echo(NOTE_ECHOES), Echo(NOTE_ECHOES)) for _ in range(PARTS)]
        self.whole = tuple(Echo(UNIT_ECHOES) for _ in range(3))  # gap, part, interval
        self.begun = False
        self.beats = [max(1, round(beat_length(bar) / STEP)) for bar in bars]
        self.harmonies = Harmonies()

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

    def _beat(self) -> tuple[int, int]:
        """The bar and the beat in it."""
        return self.bar, max(0, self.position) // self.beats[self.bar]

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
            self.ensemble,
            echo + 1 if sure else 0,
            sure,
            int(self.gaps[-1] == 0 and self.begun),
            *self.harmonies.columns(),
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
            self.ensemble,
            max(0, self.parts - 1 - self.told[-1]),
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
            self.ensemble,
        ]

    def _known_pitch(self) -> list[int]:
        part = self.unit[PART]
        melody = self.melody[part]
        pitches = sorted(pitch for _, pitch, _ in self.sounding)
        echo, sure = _heard(self.notes[part][0].predict(), melody[-1])
        unison, certain = _heard(self.whole[2].predict(), self.pitch)
        ago = self.ago[part].get((self.bar - 1, self.position), (0, 0))
        return [
            *self._places(),
            self.unit[GAP],
            part,
            self.ensemble,
            *reversed(melody),
            self.same[-1] if self.same else 0,
            self.same[-2] if len(self.same) > 1 else 0,
            pitches[0] if pitches else 0,
            pitches[-1] if pitches else 0,
            ago[0],
            echo,
            sure,
            unison,
            certain,
            self.lengths[part][-1],
            int(self.chord),
            pitches[1] if len(pitches) > 1 else 0,
            pitches[-2] if len(pitches) > 1 else 0,
            *self.harmonies.columns(),
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
            self.ensemble,
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
            self.harmonies.enter(self._beat(), (pitch for _, pitch, _ in self.sounding))
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
        self.harmonies.put(pitch)
        self.here += 1
        self.pitch, self.length, self.begun = pitch, length, True


def _in_steps(bars: Sequence[Bar]) -> list[Bar]:
    """Bars counted in steps, without gaps even where a bar line lies between two steps."""
    edges = [round(bar.onset / STEP) for bar in bars]
    edges.append(round((bars[-1].onset + bars[-1].length) / STEP))
    return [
        bar._replace(onset=start, length=end - start)
        for bar, start, end in zip(bars, edges, edges[1:], strict=False)
    ]


def _heard(echo: tuple[int, int], origin: int) -> tuple[int, int]:
    """An echo's interval as a pitch above `origin`, and how sure it is."""
    interval, sure = echo
    pitch = origin + interval
    if not sure or not origin or not 0 < pitch <= PITCHES:
        return 0, 0
    return pitch, sure
