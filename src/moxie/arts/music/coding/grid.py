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
    Ints,
    chain,
    home,
)
from moxie.arts.music.coding.echo import Echo
from moxie.arts.music.score import TICKS, Bar, Score
from moxie.arts.music.theory.keys import estimate_key

STEP = TICKS // 4
"""Ticks of a step."""

HOLD, REST, FIRST = 0, 1, 2
"""The symbols of a voice; pitches follow."""

POSITIONS = 24
"""Places in the bar, in sixteenths; the last is told for the rest of a longer bar."""

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
        columns = [Column("pos", POSITIONS), Column("left", LAST_BARS + 1), Column("minor", 2)]
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
        key = estimate_key(score)
        rows = self.steps(score, home(key.tonic, minor=key.minor))
        tracker = GridTracker(self, score.bars, minor=key.minor)
        trunk: list[list[int]] = []
        known: list[list[list[int]]] = [[] for _ in self.fields]
        symbols: list[list[int]] = []
        for row in rows.tolist():
            trunk.append(tracker.trunk())
            unit = []
            for f, v in enumerate(self.order):
                known[f].append(tracker.known(f))
                unit.append(tracker.symbol(v, row[v]))
                tracker.put(f, unit[-1])
            symbols.append(unit)
        return Coded(
            np.array(trunk, np.int16),
            tuple(np.array(columns, np.int16) for columns in known),
            np.array(symbols, np.int16),
            int((np.array(symbols) >= FIRST).sum()),
        )

    def steps(self, score: Score, move: int) -> Ints:
        """Pitches as pitch columns count them, moved, int16 [steps, voices]: 0 where a voice
        rests, negative where a note is held on.
        """
        rows = np.zeros((max(1, len(places(score.bars))), self.voices), np.int16)
        for note in score.notes:
            if note.part >= self.voices:
                continue
            at = note.onset // STEP
            end = max(at + 1, (note.onset + note.duration) // STEP)
            pitch = note.pitch + move - FLOOR + 1
            rows[at, note.part] = pitch
            rows[at + 1 : end, note.part] = -pitch
        return rows

    def _columns(self, place: int) -> tuple[Column, ...]:
        done, todo = self.order[:place], self.order[place:]
        columns = [
            Column("pos", POSITIONS),
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


def places(bars: Sequence[Bar]) -> list[tuple[int, int]]:
    """Of every step its place in the bar, in steps, and how many bars are left, rounded up.

    A pick-up counts from where a whole bar would begin.
    """
    end = bars[-1].onset + bars[-1].length
    steps = -(-end // STEP)
    missing = max(0, bars[0].full - bars[0].length) // STEP
    found, at = [], 0
    for step in range(steps):
        while at + 1 < len(bars) and bars[at + 1].onset <= step * STEP:
            at += 1
        whole = max(1, bars[at].full // STEP)
        place = step - bars[at].onset // STEP + (missing if at == 0 else 0)
        found.append((min(POSITIONS - 1, place), min(LAST_BARS, -(-(steps - 1 - step) // whole))))
    return found


class GridTracker:
    """Follows a piece whose bars and mode are known."""

    def __init__(self, grid: Grid, bars: Sequence[Bar], *, minor: bool) -> None:
        self.grid, self.minor = grid, int(minor)
        self.places = places(bars)
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
        pos, left = self.places[min(self.t, len(self.places) - 1)]
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
