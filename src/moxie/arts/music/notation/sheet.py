"""A score as it is written down: bars with repeat signs, notes tied over bar lines.

Every notation reader makes a `Sheet`; `Sheet.score` plays it through. Times inside a measure are
ticks from its bar line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from moxie.arts.music.files.limits import MAX_BARS, MAX_NOTES, check_number
from moxie.arts.music.notation.repeats import Signs, unroll
from moxie.arts.music.score import HIGHEST, LOWEST, Bar, Key, Note, Part, Score, Tempo, score

_NO_SIGNATURE = Key(0, 0)
_NO_TEMPO = Tempo(0, 120_000)  # what players of files take until one is stated

_UNISONS = 8  # tied notes of one pitch in one part, at most

Change = TypeVar("Change", Key, Tempo)


class Written(NamedTuple):
    """A written note, perhaps one piece of a tied one; `onset` counts from its bar line."""

    onset: int
    duration: int
    pitch: int
    part: int
    voice: int
    velocity: int
    tied_from: bool = False  # the note before goes on sounding in it
    tied_to: bool = False  # it goes on sounding in the next


@dataclass
class Measure:
    """One written bar of all parts; its keys and tempos count from its bar line."""

    length: int
    beats: int
    unit: int
    notes: list[Written] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    tempos: list[Tempo] = field(default_factory=list)
    signs: Signs = field(default_factory=Signs)


@dataclass
class Sheet:
    """A whole written score; `order` says in which order it is played, if the signs do not."""

    measures: list[Measure]
    parts: list[Part]
    title: str = ""
    order: list[int] | None = None

    def score(self, name: str) -> Score:
        """Played through: repeats and endings taken, ties merged.

        A tie that leads nowhere ends with its note, one that comes from nowhere begins there;
        notes outside C0 to B8 are dropped. Raises UnreadableWork, naming the file `name`, where
        that has too many notes or bars.
        """
        check_number(len(self.measures), MAX_BARS, "bars", name)
        order = self.order or unroll([measure.signs for measure in self.measures])
        check_number(len(order), MAX_BARS, "bars", name)
        check_number(sum(len(self.measures[i].notes) for i in order), MAX_NOTES, "notes", name)
        bars, onset = [], 0
        for measure in (self.measures[index] for index in order):
            bars.append(Bar(onset, measure.length, measure.beats, measure.unit))
            onset += measure.length
        keys = [measure.keys for measure in self.measures]
        tempos = [measure.tempos for measure in self.measures]
        return score(
            self._sounding(order, bars),
            bars,
            self.parts,
            keys=_met(keys, order, bars, _NO_SIGNATURE),
            tempos=_met(tempos, order, bars, _NO_TEMPO),
            title=self.title,
        )

    def _sounding(self, order: Sequence[int], bars: Sequence[Bar]) -> list[Note]:
        notes: list[Note] = []
        held: dict[tuple[int, int, int], list[int]] = {}  # by part, pitch and end
        for index, bar in zip(order, bars, strict=True):
            for written in sorted(self.measures[index].notes):
                if not LOWEST <= written.pitch <= HIGHEST:
                    continue
                start = bar.onset + written.onset
                before = held.pop((written.part, written.pitch, start), [])
                place = _continued(notes, before, written) if written.tied_from else None
                if before:
                    held[written.part, written.pitch, start] = before
                if place is None:
                    place = len(notes)
                    notes.append(Note(start, *written[1:6]))
                else:
                    whole = start + written.duration - notes[place].onset
                    notes[place] = notes[place]._replace(duration=whole)
                if written.tied_to:
                    end = (written.part, written.pitch, start + written.duration)
                    waiting = held.setdefault(end, [])
                    if len(waiting) < _UNISONS:
                        waiting.append(place)
        return notes


def _continued(notes: Sequence[Note], held: list[int], written: Written) -> int | None:
    """Which of the `held` notes goes on in this one, taken out; its own voice's before others'."""
    if not held:
        return None
    same = (n for n, place in enumerate(held) if notes[place].voice == written.voice)
    return held.pop(next(same, 0))


def _met(
    stated: Sequence[Sequence[Change]], order: Sequence[int], bars: Sequence[Bar], usual: Change
) -> list[Change]:
    """Changes as they are met in playing.

    What holds at a place is said again after a jump to it, and what is already so is not said
    again on a second time through.
    """
    if not any(stated):
        return []
    holding, now = [], usual
    for changes in stated:
        holding.append(now)
        now = max(changes, default=now)
    found: list[Change] = []
    played: set[int] = set()
    before = -2  # the beginning is a jump too
    for index, bar in zip(order, bars, strict=True):
        here = sorted(stated[index])
        jumped = index != before + 1
        if jumped and (not here or here[0].onset):
            here.insert(0, holding[index]._replace(onset=0))
        for place, change in enumerate(here):
            met = index in played or (jumped and not place)
            if not (found and met and found[-1][1:] == change[1:]):
                found.append(change._replace(onset=bar.onset + change.onset))
        played.add(index)
        before = index
    return found
