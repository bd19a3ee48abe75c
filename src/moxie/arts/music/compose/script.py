"""What is settled before a note is drawn: known notes, bars that come again, the last chord."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.coding.columns import FLOOR, PITCHES
from moxie.arts.music.compose.guide import Guide
from moxie.arts.music.compose.manner import CHORDAL, Player, Setting
from moxie.arts.music.form.plan import Plan
from moxie.arts.music.score import Bar, Key, Note, Score
from moxie.arts.music.theory.cadences import Bias, CadenceTable

NEAR = 1.2
"""Log weight by which a varied note is drawn to the one that it varies."""

CADENCE = 0.5
"""How much of the works' log weights at cadences counts."""

FLOOR_BIAS = -4.0

AFRESH = 1 / 3
"""Share of the parts that are drawn anew where a bar is varied."""

PHRASE = 4
"""Bars of a phrase where nothing says how long it is."""

SURE = -1.0
"""The bass of the closing chord is one of those whose log weight is above this."""

NEVER = -50.0


class Cue(NamedTuple):
    """A note that must come: its pitch if that is settled, or one to stay near, or neither."""

    onset: int  # ticks
    part: int
    pitch: int | None
    duration: int
    near: int | None = None
    pull: float = NEAR  # log weight of the one to stay near
    known: bool = False  # it is there already and only has to be heard
    closing: bool = False  # it is of the closing chord
    bass: bool = False  # and the lowest of it
    third: bool = False  # and says whether it is major or minor


@dataclass(frozen=True, slots=True)
class Script:
    """What a piece must be. `free` is bool [bars, parts]: where notes are drawn.

    `known` are notes that stay as they are; `plan` says which bars come again (None: as known).
    """

    bars: tuple[Bar, ...]
    players: tuple[Player, ...]
    key: Key
    free: NDArray[np.bool_]
    known: tuple[Note, ...] = ()
    plan: Plan | None = None
    cadences: CadenceTable | None = None
    ending: bool = False  # whether the last bar is a closing chord
    judged: frozenset[int] = field(default_factory=frozenset)  # bars that have to follow well
    guide: Guide | None = None  # bars of a real work that new bars stay near to

    def cues(self, bar: int, made: Sequence[Note]) -> list[Cue]:
        """The notes of a bar that must come, in order; `made` is all that came before it."""
        found = [
            Cue(n.onset, n.part, n.pitch, n.duration, known=True)
            for n in self._within(bar, self.known)
        ]
        step = self.plan.steps[bar] if self.plan is not None else None
        if self.ending and bar == len(self.bars) - 1:
            found += self._close(made)
        elif step is not None and step.like is not None and self.comes_again(bar):
            found += self._again(bar, step.like, step.shift, made, exact=step.kind == "repeat")
        elif self.guided(bar):
            found += self._guided(bar)
        return sorted(found, key=lambda cue: (cue.onset, cue.part, -(cue.pitch or 0)))

    def comes_again(self, bar: int) -> bool:
        """Whether a bar repeats or varies an earlier one of its length."""
        if self.plan is None or not self.free[bar].all():
            return False
        like = self.plan.steps[bar].like
        return like is not None and self.bars[like].length == self.bars[bar].length

    def guided(self, bar: int) -> bool:
        """Whether a new bar stays near to one of a real work."""
        return self.guide is not None and bar in self.guide.bars and bool(self.free[bar].all())

    def free_parts(self, bar: int) -> NDArray[np.bool_]:
        """Parts whose notes are drawn in a bar, bool [parts]."""
        closing = self.ending and bar == len(self.bars) - 1
        if closing:
            return np.zeros(len(self.players), np.bool_)
        if self.comes_again(bar):
            return self._afresh(bar)
        if self.guided(bar):
            return np.zeros(len(self.players), np.bool_)
        found: NDArray[np.bool_] = self.free[bar]
        return found

    def _afresh(self, bar: int) -> NDArray[np.bool_]:
        """The parts of a varied bar that are drawn anew over the others, bool [parts].

        In one phrase the tune, in the next what goes with it: something stays to be recognised.
        """
        assert self.plan is not None
        players = len(self.players)
        found = np.zeros(players, np.bool_)
        if players > 1 and self.plan.steps[bar].kind == "vary":
            number = max(1, round(players * AFRESH))
            first = number * (bar // PHRASE) % players
            found[(first + np.arange(number)) % players] = True
        return found

    def stops(self) -> list[int]:
        """The bars after phrases in which something is drawn."""
        last = len(self.bars) - 1
        ends = range(PHRASE - 1, last, PHRASE) if self.plan is None else self.plan.ends
        found, since = [], 0
        for end in ends:
            drawn = any(
                self.free[bar].any() and not self._exact(bar) for bar in range(since, end + 1)
            )
            if drawn and end < last:
                found.append(end + 1)
                since = end + 1
        return found

    def _exact(self, bar: int) -> bool:
        """Whether a bar repeats an earlier one note by note."""
        if self.plan is None:
            return False
        return self.plan.steps[bar].kind == "repeat" and self.comes_again(bar)

    def bias(self, bar: int, within: float) -> Bias | None:
        """Log weights of pitch classes at a place of a bar (0 to 1), where a phrase ends."""
        if self.plan is None or self.cadences is None:
            return None
        steps = self.plan.steps
        last = bar == len(steps) - 1
        if last and self.ending:
            return self._bias("close", "final")
        close = steps[bar].close
        if close and not last:
            return self._bias("half" if close == "half" else "close", "final")
        if bar + 1 < len(steps) and within >= 0.5 and steps[bar + 1].close:
            return self._bias("half" if steps[bar + 1].close == "half" else "close", "before")
        return None

    def _within(self, bar: int, notes: Sequence[Note]) -> Iterator[Note]:
        """The notes that begin in a bar; in the last one, or after it."""
        start = self.bars[bar].onset
        end = self.bars[bar + 1].onset if bar + 1 < len(self.bars) else math.inf
        return (note for note in notes if start <= note.onset < end)

    def wished(
        self, bar: int, within: float, part: int, cue: Cue | None, move: int
    ) -> NDArray[np.float32]:
        """Log weights of the pitches of a part's note, float32 [PITCHES], in a key moved by `move`:
        for cadences, and to stay near to what is varied.
        """
        wished = np.zeros(PITCHES, np.float32)
        bias = self.bias(bar, within)
        if bias is not None:
            classes = (np.arange(PITCHES) + FLOOR - move) % 12
            weights = bias.upper
            if part == len(self.players) - 1:
                chords = self.players[part].chords > CHORDAL
                weights = np.maximum(bias.bass, bias.upper) if chords else bias.bass
            if cue is not None and cue.bass:
                weights = np.where(bias.bass > SURE, bias.bass, np.float32(NEVER))
            elif cue is not None and cue.closing:
                tones = self._triad(bias, third=cue.third)
                weights = np.where(tones, bias.upper, np.float32(NEVER))
            wished += weights[classes]
        if cue is not None and cue.near is not None:
            near = cue.near + move - FLOOR
            wished[min(max(near, 0), PITCHES - 1)] += cue.pull
        return wished

    def _bias(self, kind: str, place: str) -> Bias:
        assert self.cadences is not None
        found = self.cadences.bias(kind, place, minor=self.key.minor)  # type: ignore[arg-type]
        bass, upper = found.at(self.key.tonic)
        return Bias(
            np.maximum(bass * np.float32(CADENCE), np.float32(FLOOR_BIAS)),
            np.maximum(upper * np.float32(CADENCE), np.float32(FLOOR_BIAS)),
        )

    def _triad(self, bias: Bias, *, third: bool) -> NDArray[np.bool_]:
        """The tonic triad, or its `third` alone, as pitch classes, bool [12].

        The third is the one that is usual at a close.
        """
        tonic = self.key.tonic
        minor, major = (tonic + 3) % 12, (tonic + 4) % 12
        usual = max((major, minor), key=lambda tone: bias.upper[tone])
        found = np.zeros(12, np.bool_)
        found[[usual] if third else [tonic, usual, (tonic + 7) % 12]] = True
        return found

    def _again(
        self, bar: int, like: int, shift: int, made: Sequence[Note], *, exact: bool
    ) -> list[Cue]:
        move = self.bars[bar].onset - self.bars[like].onset
        afresh = self._afresh(bar)
        found = []
        for note in self._within(like, made):
            if afresh[note.part]:
                continue
            player = self.players[note.part]
            pitch = note.pitch + shift
            if not player.low <= pitch <= player.high:
                pitch = note.pitch
            found.append(
                Cue(note.onset + move, note.part, pitch if exact else None, note.duration, pitch)
            )
        return found

    def _guided(self, bar: int) -> list[Cue]:
        assert self.guide is not None
        start, length = self.bars[bar].onset, self.bars[bar].length
        found = []
        for note in self.guide.bars[bar]:
            if note.part >= len(self.players) or note.onset >= length:
                continue
            player = self.players[note.part]
            near = min(max(note.pitch, player.low), player.high)
            onset = start + note.onset
            found.append(Cue(onset, note.part, None, note.duration, near, self.guide.pull))
        return found

    def _close(self, made: Sequence[Note]) -> list[Cue]:
        """A chord of those who play at the end, for the last bar."""
        last = self.bars[-1]
        since = self.bars[max(0, len(self.bars) - 3)].onset
        playing = {note.part for note in made if note.onset >= since}
        playing = playing or set(range(len(self.players)))
        parts = [
            part
            for part in sorted(playing)
            for _ in range(2 if self.players[part].chords > 5 * CHORDAL else 1)
        ]
        found = [Cue(last.onset, part, None, last.length, closing=True) for part in parts]
        if len(found) > 2:  # the tune is free to end on the tonic
            found[1] = found[1]._replace(third=True)
        return [*found[:-1], found[-1]._replace(bass=True)]


def blank(setting: Setting, bars: int) -> tuple[Bar, ...]:
    """So many whole bars of a setting's metre."""
    one = Bar(0, 0, setting.beats, setting.unit)
    return tuple(Bar(i * one.full, one.full, one.beats, one.unit) for i in range(bars))


def free_of(mask: NDArray[np.bool_], score: Score) -> NDArray[np.bool_]:
    """A mask over a score, [bars] or [parts, bars], as bool [bars, parts]."""
    if mask.ndim == 1:
        return np.repeat(mask[:, None], len(score.parts), axis=1)
    return np.ascontiguousarray(mask.T)
