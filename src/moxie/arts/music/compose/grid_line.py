"""One piece in the making, in the grid coding: which symbols may come, and which must."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.coding.columns import FLOOR, PITCHES, home
from moxie.arts.music.coding.grid import FIRST, HOLD, REST, STEP, Grid, GridTracker
from moxie.arts.music.compose.script import Cue, Script
from moxie.arts.music.score import Note

Floats = NDArray[np.float32]


class GridLine:
    """Follows one script, step by step, voice by voice."""

    def __init__(self, grid: Grid, script: Script, velocity: int) -> None:
        self.grid, self.script, self.velocity = grid, script, velocity
        self.fields = tuple(range(grid.voices))
        self.move = home(script.key.tonic, minor=script.key.minor)
        self.tracker = GridTracker(grid, script.bars, minor=script.key.minor)
        self.steps = len(self.tracker.places)
        self.notes: list[Note] = []
        self.new: list[Note] = []
        self.sounding: list[Note | None] = [None] * grid.voices
        self.drawn: list[bool] = [False] * grid.voices
        self.fit = 0.0
        self.bar = -1
        self.cues: dict[tuple[int, int], Cue | None] = {}
        self.free = np.zeros(grid.voices, np.bool_)
        self.done = False
        self._enter(0)

    @staticmethod
    def tells_time(_field: int) -> bool:
        """A step tells pitch and rhythm at once."""
        return False

    def trunk(self) -> list[int]:
        """The trunk's columns for the next step."""
        return self.tracker.trunk()

    def known(self, field: int) -> list[int]:
        """The columns of a voice."""
        return self.tracker.known(field)

    def judged(self) -> bool:
        """Whether the step is known and has to follow well."""
        return self.bar in self.script.judged

    def forced(self, field: int) -> int | None:
        """The symbol that must come; None where one is to be drawn."""
        voice = self.grid.order[field]
        if field == 0:
            bars = self.script.bars
            while self.bar + 1 < len(bars) and bars[self.bar + 1].onset <= self.tracker.t * STEP:
                self._enter(self.bar + 1)
        place = (self.tracker.t, voice)
        if place not in self.cues:
            if self.free[voice]:
                return None
            return HOLD if self.tracker.now[voice] == 0 and self.tracker.t else REST
        cue = self.cues[place]
        if cue is None:
            return HOLD
        return None if cue.pitch is None else self._symbol(cue.pitch)

    def weigh(self, field: int, shares: Floats) -> Floats:
        """The shares of symbols that may come, others 0, with what is wished for."""
        voice = self.grid.order[field]
        player = self.script.players[voice]
        result = np.zeros_like(shares)
        low, high = self._symbol(player.low), self._symbol(player.high) + 1
        result[low:high] = np.maximum(shares[low:high], 1e-9)
        bar, now = self.script.bars[self.bar], self.tracker.t
        within = (now * STEP - bar.onset) / max(1, bar.length)
        cue = self.cues.get((now, voice))
        result[FIRST:] *= np.exp(self.script.wished(self.bar, within, voice, cue, self.move))
        if self.free[voice]:
            known = self.sounding[voice] is not None and not self.drawn[voice]
            # at the beginning nothing sounds; a known note that reaches here ends as it is written
            result[HOLD] = 0 if known or not self.tracker.t else shares[HOLD]
            result[REST] = shares[REST]
        return result

    def put(self, field: int, symbol: int) -> bool:
        """Tell a symbol; the unit always goes on."""
        voice = self.grid.order[field]
        now = self.tracker.t
        self.tracker.put(field, symbol)
        if symbol != HOLD or now == 0:
            self._end(voice, now)
            if symbol >= FIRST:
                pitch = symbol - FIRST + FLOOR - self.move
                self.sounding[voice] = Note(now * STEP, STEP, pitch, voice, velocity=self.velocity)
                self.drawn[voice] = self._is_drawn(now, voice)
        if self.tracker.t == self.steps:
            for one in range(self.grid.voices):
                self._end(one, self.steps)
            self.done = True
        return True

    def _is_drawn(self, step: int, voice: int) -> bool:
        cue = self.cues.get((step, voice))
        return bool(self.free[voice]) or cue is None or not cue.known

    def _end(self, voice: int, step: int) -> None:
        note = self.sounding[voice]
        if note is not None:
            whole = note._replace(duration=max(1, step * STEP - note.onset))
            self.notes.append(whole)
            if self.drawn[voice]:
                self.new.append(whole)
        self.sounding[voice] = None

    def _enter(self, bar: int) -> None:
        self.bar = bar
        so_far = [*self.notes, *(note for note, _ in self._held())]
        self.free = self.script.free_parts(bar)
        for cue in self.script.cues(bar, so_far):
            start = cue.onset // STEP
            self.cues[(start, cue.part)] = cue
            for step in range(start + 1, max(start + 1, (cue.onset + cue.duration) // STEP)):
                self.cues[(step, cue.part)] = None

    def _symbol(self, pitch: int) -> int:
        return FIRST + min(max(pitch + self.move - FLOOR, 0), PITCHES - 1)

    def _held(self) -> list[tuple[Note, bool]]:
        """The notes that sound, as long as they have so far, and whether they were drawn."""
        now = self.tracker.t * STEP
        return [
            (note._replace(duration=max(1, now - note.onset)), drawn)
            for note, drawn in zip(self.sounding, self.drawn, strict=True)
            if note is not None
        ]

    def result(self) -> Sequence[Note]:
        """The notes drawn so far."""
        return [*self.new, *(note for note, drawn in self._held() if drawn)]
