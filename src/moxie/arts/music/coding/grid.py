"""The grid coding: a few voices of one note each, step by step, as chorales and trios are.

A unit is a step of a sixteenth; a field is a voice: it holds on, rests, or begins a pitch. The
top voice is told first, then the bass, then what lies between, as one harmonises a melody.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from moxie.arts.music.coding.columns import (
    FLOOR,
    PITCHES,
    Chain,
    Coded,
    Column,
    Field,
    chain,
    home,
)
from moxie.arts.music.coding.echo import Echo
from moxie.arts.music.keys import estimate_key
from moxie.arts.music.score import TICKS, Score

STEP = TICKS // 4
"""Ticks of a step."""

HOLD, REST, FIRST = 0, 1, 2
"""The symbols of a voice; pitches follow."""

LONGEST = 17
"""A note held for more steps looks the same."""

LAST_BARS = 5
"""How many bars before the end a voice knows of it."""

ECHOES = (6, 3)
"""A voice is compared with what it did after the same last so many notes, the longer first."""


class Grid:
    """The coding for a number of voices."""

    def __init__(self, voices: int) -> None:
        self.voices = voices
        self.order = (0, voices - 1, *range(1, voices - 1)) if voices > 1 else (0,)

    @property
    def name(self) -> str:
        """grid-4 for four voices."""
        return f"grid-{self.voices}"

    @cached_property
    def trunk(self) -> tuple[Column, ...]:
        """Every voice's pitch, the one before, how long it is held; place and mode."""
        columns = [Column("pos", 16), Column("left", LAST_BARS + 1), Column("minor", 2)]
        for v in range(self.voices):
            columns += [
                Column(f"now{v}", PITCHES + 1, "pitch"),
                Column(f"before{v}", PITCHES + 1, "pitch"),
                Column(f"held{v}", LONGEST + 1),
            ]
        return tuple(columns)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """One for each voice, in the order they are told."""
        return tuple(self._field(place) for place in range(self.voices))

    def encode(self, score: Score) -> Coded:
        """The piece step by step; a note off the grid begins at the step before it."""
        return self.encode_steps(*self.steps(score))

    def steps(self, score: Score) -> tuple[np.ndarray, int, bool]:
        """Pitches in the piece's key, int16 [steps, voices] (0: rest, 1: FLOOR; negative where a
        note is held on), the phase of the first step in its bar, and whether it is minor.
        """
        key = estimate_key(score)
        move = home(key.tonic, minor=key.minor)
        steps = max(1, -(-score.length // STEP))
        rows = np.zeros((steps, self.voices), np.int16)
        for note in score.notes:
            if note.part >= self.voices:
                continue
            at, end = (
                note.onset // STEP,
                max(note.onset // STEP + 1, (note.onset + note.duration) // STEP),
            )
            pitch = note.pitch + move - FLOOR + 1
            rows[at : at + 1, note.part] = pitch
            held = rows[at + 1 : end, note.part]
            held[:] = -pitch
        first = score.bars[0]
        phase = (first.full - first.length) // STEP if first.length < first.full else 0
        return rows, phase, key.minor

    def encode_steps(self, rows: np.ndarray, phase: int, minor: bool) -> Coded:
        """See `steps`."""
        tracker = GridTracker(self, len(rows), phase, minor)
        trunk: list[list[int]] = []
        known: list[list[list[int]]] = [[] for _ in self.fields]
        symbols: list[list[int]] = []
        for row in rows.tolist():
            trunk.append(tracker.trunk())
            unit = []
            for f, v in enumerate(self.order):
                known[f].append(tracker.known(f))
                symbol = tracker.symbol(v, row[v])
                unit.append(symbol)
                tracker.put(f, symbol)
            symbols.append(unit)
        return Coded(
            np.array(trunk, np.int16),
            tuple(np.array(rows, np.int16) for rows in known),
            np.array(symbols, np.int16),
            int((np.array(symbols) >= FIRST).sum()),
        )

    def _columns(self, place: int) -> tuple[Column, ...]:
        done, todo = self.order[:place], self.order[place:]
        columns = [
            Column("pos", 16),
            Column("beat", 4),
            Column("left", LAST_BARS + 1),
            Column("minor", 2),
            Column("last", PITCHES + 1, "pitch"),
            Column("before", PITCHES + 1, "pitch"),
            Column("earlier", PITCHES + 1, "pitch"),
            Column("echo", PITCHES + 1, "pitch"),
            Column("sure", 3),
            Column("moves", 2 ** len(done)),  # which of the voices told already begin a note here
            Column("recent", 256),  # where this voice began notes in the last eight steps
        ]
        for v in done:
            columns += [
                Column(f"now{v}", PITCHES + 1, "pitch"),
                Column(f"was{v}", PITCHES + 1, "pitch"),
                Column(f"held{v}", LONGEST + 1),
            ]
        for v in todo:
            columns += [Column(f"was{v}", PITCHES + 1, "pitch"), Column(f"held{v}", LONGEST + 1)]
        return tuple(columns)

    def _field(self, place: int) -> Field:
        columns = self._columns(place)
        names = [column.name for column in columns]
        anchors = ["last", "before", "echo", *(n for n in names if n.startswith("now"))]
        return Field(
            f"voice{self.order[place]}",
            FIRST + PITCHES,
            FIRST,
            columns,
            tuple(names.index(name) for name in anchors),
            self._chains(place, columns),
        )

    def _chains(self, place: int, columns: Sequence[Column]) -> tuple[Chain, ...]:
        done, voice = self.order[:place], self.order[place]
        held = f"held{voice}"
        now = [f"now{v}" for v in reversed(done)]
        was = [f"was{v}" for v in self.order]
        others = [f"was{v}-last" for v in self.order if v != voice]
        heard = [f"now{v}-last" for v in reversed(done)]
        melody = ("beat", held, "moves", "last", "before", "pos earlier")
        found = [
            chain(columns, *melody),
            chain(columns, "moves beat", "last", *now, f"before {held}"),
            chain(columns, "moves beat", "last", " ".join(was[:2]), " ".join(was), *now),
            chain(columns, f"beat {held}", "moves", "last-before", "before-earlier",
                  "pos minor class(last)", anchor="last"),
            chain(columns, "beat moves", *heard, f"{held} last-before", *others, anchor="last"),
            chain(columns, "beat moves", *others, *heard, "class(last) minor", anchor="last"),
            chain(columns, "beat", "recent", f"pos moves {held}",
                  " ".join(f"held{v}" for v in self.order)),
            chain(columns, "sure moves", held, "echo-last", "beat", *heard[:1], anchor="last"),
            chain(columns, "left moves", f"pos {held}", *heard[:1], "class(last) minor",
                  anchor="last"),
        ]  # fmt: skip
        return tuple(found)


class GridTracker:
    """Follows a piece of so many steps."""

    def __init__(self, grid: Grid, steps: int, phase: int, minor: bool) -> None:
        self.grid, self.steps, self.phase, self.minor = grid, steps, phase, int(minor)
        voices = grid.voices
        self.t = 0
        self.now = [0] * voices  # what sounds in each voice, as pitch columns count
        self.was = [0] * voices  # the same, a step before
        self.held = [0] * voices
        self.past: list[list[int]] = [[0, 0] for _ in range(voices)]  # pitches before `now`
        self.recent = [0] * voices
        self.moves = 0
        self.echoes = [Echo(ECHOES) for _ in range(voices)]

    def _place(self) -> tuple[int, int, int]:
        pos = (self.t + self.phase) % 16
        left = min(LAST_BARS, (self.steps - 1 - self.t + 15) // 16)
        return pos, left, self.minor

    def trunk(self) -> list[int]:
        """See `Grid.trunk`."""
        row = list(self._place())
        for v in range(self.grid.voices):
            row += [self.now[v], self.past[v][-1], self.held[v]]
        return row

    def known(self, field: int) -> list[int]:
        """See `Grid._columns`."""
        grid = self.grid
        if field == 0:
            self.was, self.was_held, self.moves = list(self.now), list(self.held), 0
        v = grid.order[field]
        pos, left, minor = self._place()
        echo, sure = self.echoes[v].predict()
        pitch = 0
        if sure and self.was[v]:
            pitch = self.was[v] + echo
            if not 0 < pitch <= PITCHES:
                pitch = sure = 0
        past = self.past[v]
        row = [pos, pos % 4, left, minor, self.was[v], past[-1], past[-2], pitch, sure]
        row += [self.moves, self.recent[v]]
        for u in grid.order[:field]:
            row += [self.now[u], self.was[u], self.was_held[u]]
        for u in grid.order[field:]:
            row += [self.was[u], self.held[u]]
        return row

    def symbol(self, voice: int, value: int) -> int:
        """The symbol that a step of `Grid.steps` is: the same pitch going on is held."""
        if value < 0:
            return HOLD if self.now[voice] == -value else FIRST - value - 1
        if value == 0:
            return HOLD if self.now[voice] == 0 and self.t > 0 else REST
        return FIRST + value - 1

    def put(self, field: int, symbol: int) -> None:
        """Let a voice go on."""
        v = self.grid.order[field]
        begins = symbol != HOLD
        if begins:
            new = 0 if symbol == REST else symbol - FIRST + 1
            interval = new - self.now[v] if new and self.now[v] else 99
            self.echoes[v].put((interval, self.held[v]), interval if interval != 99 else 0)
            if self.now[v]:
                self.past[v].append(self.now[v])
            self.now[v], self.held[v] = new, 1
        else:
            self.held[v] = min(LONGEST, self.held[v] + 1)
        self.moves |= begins << field
        self.recent[v] = (self.recent[v] << 1 | begins) & 255
        if field == self.grid.voices - 1:
            self.t += 1
