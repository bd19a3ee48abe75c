"""One voice of an ABC tune, while it is read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from moxie.arts.music.files.limits import MAX_BARS, MAX_NOTES, check_number
from moxie.arts.music.notation import abc_fields as fields
from moxie.arts.music.notation.ensemble import PartMeasure, Player
from moxie.arts.music.notation.sheet import Written
from moxie.arts.music.score import TICKS
from moxie.errors import UnreadableWork

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_VELOCITY = 80


class Place(NamedTuple):
    """Where a note stands on the staff."""

    letter: str
    octave: int


class _Note(NamedTuple):
    """A note of a bar that is not finished."""

    onset: Fraction
    duration: Fraction
    pitch: int
    voice: int
    tied_from: bool
    tied_to: bool


class Voice:
    """One voice of the tune, being read."""

    def __init__(self, name: str, like: Voice | None) -> None:
        self.name = name  # of the file
        self.player = Player()
        self.unit: Fraction | None = like.unit if like else None  # of a whole note
        self.metre: tuple[int, int] | None = like.metre if like else None
        self.alters: Mapping[str, int] = like.alters if like else {}
        self.transposition: int = like.transposition if like else 0
        self.notes: list[_Note] = []
        self.last: list[int] = []  # the notes that sounded last, by index ...
        self.places: list[Place] = []  # ... and by place
        self.place = Fraction(0)
        self.extent = Fraction(0)
        self.began = Fraction(0)  # where they begin
        self.overlay = 0
        self.bent: dict[Place, int] = {}  # accidentals of this bar
        self.tied: dict[Place, int] = {}  # pitches that go on in the next note
        self.count = self.pieces = 0  # notes; and pieces of them, where bar lines cut them
        self.scale = Fraction(1)  # of broken rhythm, for the next note
        self.tuplet, self.left = Fraction(1), 0
        self.endings: frozenset[int] = frozenset()
        self.measure = self._fresh()
        if like:
            self.measure.metre, self.measure.free = like.measure.metre, like.measure.free
            self.measure.keys = list(like.measure.keys)

    def _fresh(self) -> PartMeasure:
        measure = PartMeasure(str(len(self.player.measures) + 1), implicit=True)
        measure.endings = self.endings
        return measure

    def end_line(self) -> None:
        """A line ends: where bar lines are left out there, a full bar does."""
        if self.metre and self.extent >= self._full():
            self.close()

    def _full(self) -> Fraction:
        return 4 * TICKS * Fraction(*(self.metre or (4, 4)))

    def close(self) -> None:
        """The bar ends here, if anything is in it; music without bar lines is cut into bars."""
        span = self._full() if self.metre and self.extent > 2 * self._full() else self.extent
        bars = math.ceil(self.extent / span) if self.extent else 0
        check_number(len(self.player.measures) + bars, MAX_BARS, "bars", self.name)
        found: list[PartMeasure] = []
        for number in range(bars):
            self.measure.extent = min(span, self.extent - number * span)
            found.append(self.measure)
            self.player.measures.append(self.measure)
            self.measure = self._fresh()
        for note in self.notes:
            self._write(note, found, span)
        self.notes, self.last, self.places, self.bent = [], [], [], {}
        self.place = self.extent = self.began = Fraction(0)
        self.overlay = 0

    def _write(self, note: _Note, bars: Sequence[PartMeasure], span: Fraction) -> None:
        """A note into its bar; if it reaches further, tied on into the next ones."""
        end = note.onset + note.duration
        for number in range(int(note.onset / span), len(bars)):
            start = max(note.onset - number * span, Fraction(0))
            last = min(end - number * span, span)
            if last <= 0:
                break
            self.pieces += 1
            check_number(self.pieces, MAX_NOTES, "notes", self.name)
            onset = round(start)
            written = Written(
                onset,
                max(1, round(last) - onset),
                note.pitch,
                0,
                0,
                _VELOCITY,
                note.tied_from or note.onset < number * span,
                note.tied_to or end > (number + 1) * span,
            )
            bars[number].notes.append((1, str(note.voice), written))

    def lasts(self, written: str) -> Fraction:
        """Ticks of a length such as `3/2`, `/` or `//`, in the unit length."""
        unit = self.unit or usual_unit(self.metre)
        return fields.factor(written) * unit * 4 * TICKS

    def sound(self, pitches: Sequence[tuple[Place, int, bool]], duration: Fraction) -> None:
        """Notes that begin together: (place, pitch, whether a tie follows); none is a rest."""
        if not duration:
            return
        duration *= self.scale * (self.tuplet if self.left else 1)
        self.scale = Fraction(1)
        self.left = max(0, self.left - 1)
        tied, self.tied = self.tied, {}
        self.last, self.began = [], self.place
        self.count += len(pitches)
        check_number(self.count, MAX_NOTES, "notes", self.name)
        for place, pitch, ties in pitches:
            self.last.append(len(self.notes))
            before = tied.get(place) == pitch
            self.notes.append(_Note(self.place, duration, pitch, self.overlay, before, ties))
            if ties:
                self.tied[place] = pitch
        self.place += duration
        self.extent = max(self.extent, self.place)
        self.places = [place for place, _, _ in pitches]

    def tie(self) -> None:
        """The notes that sounded last go on in the next."""
        for place, index in zip(self.places, self.last, strict=True):
            self.notes[index] = self.notes[index]._replace(tied_to=True)
            self.tied[place] = self.notes[index].pitch

    def break_rhythm(self, sign: str) -> None:
        """`>`: the last note is longer by a half and the next as much shorter; `<` the reverse."""
        short = Fraction(1, 2 ** min(len(sign), 4))
        longer, shorter = 2 - short, short
        last, self.scale = (longer, shorter) if sign[0] == ">" else (shorter, longer)
        span = (self.place - self.began) * last
        self.place = self.began + span
        self.extent = max(self.extent, self.place)
        for index in self.last:
            self.notes[index] = self.notes[index]._replace(duration=span)

    def lay_over(self) -> None:
        """What follows sounds together with the bar so far."""
        self.place = self.began = Fraction(0)
        self.last, self.places = [], []
        self.overlay += 1

    def pitch(self, sign: str) -> tuple[Place, int]:
        """The place and the MIDI pitch of a note as it is written."""
        found = re.fullmatch(r"(\^\^|\^|__|_|=)?(\d*/\d*)?([A-Ga-g])([,']*)", sign)
        assert found is not None  # the token's own pattern
        if found[2]:
            raise UnreadableWork(
                "{name} has microtones (bar {bar}); Moxie knows the twelve semitones only.",
                name=self.name,
                bar=self.measure.number,
            )
        octave = 4 + found[3].islower() + found[4].count("'") - found[4].count(",")
        place = Place(found[3].upper(), octave)
        if found[1]:
            self.bent[place] = fields.ALTERS[found[1]]
        elif place in self.tied and place not in self.bent:
            return place, self.tied[place]  # an accidental goes with the tie over the bar line
        alter = self.bent.get(place, self.alters.get(place.letter, 0))
        return place, 12 * (octave + 1) + _STEPS[place.letter] + alter + self.transposition


def usual_unit(metre: tuple[int, int] | None) -> Fraction:
    """The unit length where none is stated: shorter in short metres."""
    short = metre is not None and Fraction(*metre) < Fraction(3, 4)
    return Fraction(1, 16) if short else Fraction(1, 8)
