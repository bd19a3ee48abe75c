"""One piece in the making, in the event coding: which symbols may come, and which must."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.coding.columns import FLOOR, PITCHES, home
from moxie.arts.music.coding.events import EventTracker
from moxie.arts.music.coding.events_fields import (
    GAP,
    LENGTH,
    LENGTHS,
    LONG,
    PART,
    PARTS,
    PITCH,
    STEP,
    length_code,
)
from moxie.arts.music.compose.manner import CHORDAL
from moxie.arts.music.compose.script import Cue, Script
from moxie.arts.music.score import Note

Floats = NDArray[np.float32]

SILENCE = 1
"""Whole bars that may pass without a beginning."""


class EventLine:
    """Follows one script. The driver asks `forced`, draws where it is None, and calls `put`."""

    fields = (GAP, PART, PITCH, LENGTH)

    def __init__(self, script: Script, velocity: int) -> None:
        self.script, self.velocity = script, velocity
        self.move = home(script.key.tonic, minor=script.key.minor)
        players = len(script.players)
        self.tracker = EventTracker(script.bars, players, self.move, minor=script.key.minor)
        self.bars = self.tracker.bars  # in steps
        self.end = self.bars[-1].onset + self.bars[-1].length
        self.notes: list[Note] = []  # all that sounds, in order
        self.new: list[Note] = []  # what was drawn
        self.done = False
        self.fit = 0.0  # log probability of known notes that follow drawn ones
        self.bar = -1
        self.cues: list[Cue] = []
        self.free = np.zeros(PARTS, np.bool_)  # parts as they are told
        self.held = np.zeros(PARTS, np.int64)  # the step until which a known note sounds
        self.chordal = np.zeros(PARTS, np.bool_)
        for part, player in enumerate(script.players):
            self.chordal[_told(part)] |= player.chords > CHORDAL
        self.cue: Cue | None = None  # the note being told, where it is one
        self._enter(0)

    @staticmethod
    def tells_time(field: int) -> bool:
        """Whether a field is about rhythm."""
        return field in (GAP, LENGTH)

    def trunk(self) -> list[int]:
        """The trunk's columns for the next unit."""
        return self.tracker.trunk()

    def known(self, field: int) -> list[int]:
        """The columns of a field."""
        return self.tracker.known(field)

    def judged(self) -> bool:
        """Whether the note being told is known and has to follow well."""
        return self.cue is not None and self.cue.known and self.bar in self.script.judged

    def forced(self, field: int) -> int | None:
        """The symbol that must come; None where one is to be drawn. Call it in order."""
        if field == GAP:
            return self._forced_gap()
        if field == PART:
            return _told(self.cue.part) if self.cue is not None else self._only_part()
        if self.cue is None:
            return None
        if field == PITCH:
            return None if self.cue.pitch is None else self._symbol(self.cue.pitch)
        return length_code(max(1, round(self.cue.duration / STEP)))

    def weigh(self, field: int, shares: Floats) -> Floats:
        """The shares of symbols that may come, others 0, with what is wished for."""
        if field == GAP:
            return self._weigh_gap(shares)
        if field == PART:
            return np.where(self._parts(), np.maximum(shares, 1e-9), 0)
        if field == PITCH:
            return self._weigh_pitch(shares)
        return shares

    def put(self, field: int, symbol: int) -> bool:
        """Tell a symbol; whether the unit goes on."""
        if field == GAP:
            return self._put_gap(symbol)
        if field == PART and self.cue is None and self._cue_now():
            first = _told(self.cues[0].part)
            if symbol >= first:  # a known note comes first
                self.cue, symbol = self.cues.pop(0), first
        self.tracker.put(field, symbol)
        if field == LENGTH:
            self._note(symbol)
        return True

    def _note(self, code: int) -> None:
        pitch = self.tracker.unit[PITCH] + FLOOR - self.move
        onset, part = self.tracker.time * STEP, self._part(self.tracker.unit[PART])
        length = min(LENGTHS[code], self.end - self.tracker.time) * STEP
        if self.cue is not None:
            onset, part, length = self.cue.onset, self.cue.part, self.cue.duration
            pitch = self.cue.pitch if self.cue.pitch is not None else pitch
        note = Note(onset, max(1, length), pitch, part, velocity=self.velocity)
        self.notes.append(note)
        if self.cue is None or not self.cue.known:
            self.new.append(note)
        else:
            until = round((onset + length) / STEP)
            self.held[_told(part)] = max(self.held[_told(part)], until)
        self.cue = None

    def _enter(self, bar: int) -> None:
        self.bar = bar
        self.cues = sorted(self.script.cues(bar, self.notes), key=_place)
        self.parts = self.script.free_parts(bar)
        self.free = _folded(self.parts)

    def _part(self, told: int) -> int:
        """The part that is meant where several are told alike: the first in which is drawn."""
        if told < PARTS - 1:
            return told
        alike = np.flatnonzero(self.parts[PARTS - 1 :])
        return PARTS - 1 + (int(alike[0]) if len(alike) else 0)

    def _bar_end(self) -> int:
        return self.bars[self.bar].onset + self.bars[self.bar].length

    def _cue_step(self) -> int:
        return max(self.tracker.time, round(self.cues[0].onset / STEP))

    def _cue_now(self) -> bool:
        return bool(self.cues) and self._cue_step() <= self.tracker.time

    def _forced_gap(self) -> int | None:
        """Go on to where something may be drawn, or must come."""
        self.cue = None
        while not self.free.any() or self.tracker.time >= self._bar_end():
            if self.cues:
                return self._go_to(self._cue_step())
            if self.bar + 1 == len(self.bars):
                self.done = True
                return 0
            self._enter(self.bar + 1)
        return None

    def _go_to(self, step: int) -> int:
        gap = step - self.tracker.time
        if gap >= LONG:
            return LONG
        self.cue = self.cues.pop(0)
        return gap

    def _earliest(self) -> int:
        """The first step at which a part may begin: one voice waits for its known note to end."""
        waiting = np.where(self.chordal, 0, self.held)
        for place in range(self.bar, len(self.bars)):
            bar = self.bars[place]
            free = self.free if place == self.bar else _folded(self.script.free_parts(place))
            step = max(self.tracker.time, bar.onset, int(waiting[free].min(initial=self.end)))
            if step < bar.onset + bar.length:
                return step
        return self.end

    def _latest(self) -> int:
        """The last step at which the next note may begin."""
        if self.cues:
            return self._cue_step()
        bar = min(self.bar + SILENCE, len(self.bars) - 1)
        return self.bars[bar].onset + self.bars[bar].length - 1

    def _weigh_gap(self, shares: Floats) -> Floats:
        time = self.tracker.time
        latest = self._latest() - time
        low = self._earliest() - time
        low = min(low, latest) if self.cues else low
        high = max(low, latest)
        result = np.zeros_like(shares)
        if low >= LONG:
            result[LONG] = 1
            return result
        result[low : min(high, LONG - 1) + 1] = shares[low : min(high, LONG - 1) + 1]
        if self.bar + 1 == len(self.bars) and not self.cues:  # nothing need come any more
            end = min(self.end - time, LONG)
            beyond = 1 if self._rings_out() else end
            result[beyond:] = 0
            result[end] = shares[beyond:].sum()
        if low == 0 and not self._may_join():
            result[0] = 0
        if not result.any():
            result[min(max(low, 1), LONG - 1)] = 1
        return result

    def _rings_out(self) -> bool:
        """Whether every part in which is drawn sounds to the end of the piece."""
        return all(self.tracker.ends[part] >= self.end for part in np.flatnonzero(self.free))

    def _may_join(self) -> bool:
        """Whether another note may begin with the last one, or one now that none began yet."""
        if not self.tracker.begun or self._cue_now():
            return True
        if not self.tracker.same:
            return False
        return bool(self._parts_at(self.tracker.told[-1], joined=True).any())

    def _put_gap(self, gap: int) -> bool:
        """Time goes on; a bar that comes again may begin, and its first note be told."""
        if self.done:
            return False
        while self.cue is None and self._reached(gap) >= self._bar_end():
            if self.bar + 1 == len(self.bars):
                self.done = True
                return False
            self._enter(self.bar + 1)
            if not (self.cues or self.free.any()):
                gap = min(LONG, max(gap, self._bar_end() - self.tracker.time))
            elif self.cues and (self._comes_before(gap) or not self.free.any()):
                gap = self._go_to(self._cue_step())
        if self.cue is None and self.cues and self._comes_before(gap):
            gap = self._go_to(self._cue_step())
        self.tracker.put(GAP, gap)
        return gap < LONG

    def _reached(self, gap: int) -> int:
        """The step that a gap leads to."""
        return self.tracker.time + min(gap, LONG - 1)

    def _comes_before(self, gap: int) -> bool:
        """Whether a note must come before what a gap leads to; with a silence, also at its end."""
        return self._cue_step() < self._reached(gap) + (gap == LONG)

    def _only_part(self) -> int | None:
        allowed = np.flatnonzero(self._parts())
        return int(allowed[0]) if len(allowed) == 1 else None

    def _parts(self) -> NDArray[np.bool_]:
        """The parts, as they are told, that may begin now, bool [PARTS]; at least one."""
        first, _ = self.tracker.allowed(PART)
        joined = self.tracker.unit[GAP] == 0 and self.tracker.begun
        allowed = self._parts_at(first, joined=joined)
        if self._cue_now():
            allowed[_told(self.cues[0].part)] = True
        return allowed if allowed.any() else self.free

    def _parts_at(self, first: int, *, joined: bool) -> NDArray[np.bool_]:
        allowed = self.free & (self.chordal | (self.held <= self.tracker.time))
        allowed[:first] = False
        if joined and allowed[first]:  # a chord inside the part
            low = self.script.players[self._part(first)].low
            room = bool(self.tracker.same) and self._symbol(low) < self.tracker.same[-1] - 1
            allowed[first] = self.chordal[first] and room
        return allowed

    def _symbol(self, pitch: int) -> int:
        return min(max(pitch + self.move - FLOOR, 0), PITCHES - 1)

    def _to_come(self) -> int:
        """Notes of the same chord that come below the one being told and need room."""
        cue = self.cue
        if cue is None:
            return 0
        return sum(c.part == cue.part and c.onset == cue.onset for c in self.cues)

    def _weigh_pitch(self, shares: Floats) -> Floats:
        part = self.cue.part if self.cue is not None else self._part(self.tracker.unit[PART])
        player = self.script.players[part]
        low, high = self._symbol(player.low) + self._to_come(), self._symbol(player.high) + 1
        first, last = self.tracker.allowed(PITCH)
        result = np.zeros_like(shares)
        low, high = max(low, first), min(high, last)
        if low >= high:
            low, high = max(0, last - 1), max(1, last)
        result[low:high] = np.maximum(shares[low:high], 1e-9)
        bar = self.bars[self.bar]
        within = (self.tracker.time - bar.onset) / max(1, bar.length)
        result *= np.exp(self.script.wished(self.bar, within, part, self.cue, self.move))
        return result

    def result(self) -> Sequence[Note]:
        """The notes drawn, each ending before the next of its part begins, where it has to."""
        following: dict[tuple[int, int], int] = {}
        found: list[Note] = []
        for note in sorted(self.notes, key=lambda n: (-n.onset, n.part)):
            chordal = self.script.players[note.part].chords > CHORDAL
            line = (note.part, note.pitch if chordal else -1)  # a chord's notes end by themselves
            end = following.get(line, note.onset)
            if end > note.onset:
                note = note._replace(duration=min(note.duration, end - note.onset))  # noqa: PLW2901
            following[line] = note.onset
            found.append(note)
        drawn = {(note.onset, note.part, note.pitch) for note in self.new}
        return [n for n in found if (n.onset, n.part, n.pitch) in drawn]


def _told(part: int) -> int:
    """The part that a part is told as: those below the last have no symbol of their own."""
    return min(part, PARTS - 1)


def _folded(parts: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Parts as they are told, bool [PARTS]."""
    found = np.zeros(PARTS, np.bool_)
    found[: len(parts)] = parts[:PARTS]
    found[-1] |= bool(parts[PARTS:].any())
    return found


def _place(cue: Cue) -> tuple[int, int, int]:
    """The order in which notes are told."""
    return round(cue.onset / STEP), _told(cue.part), -(cue.pitch or 0)
