"""One part of a MusicXML score, bar by bar.

A bar is a list of elements that a cursor runs through: notes and `forward` move it on, `backup`
moves it back. Positions are ticks; fractions of ticks are kept until a note is placed, so that
tuplets no tick can hold do not drift.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from xml.etree.ElementTree import Element

from moxie.arts.music.notation.ensemble import PartMeasure, Ticks, tempo_at
from moxie.arts.music.notation.metre import metre_of
from moxie.arts.music.notation.sheet import Written
from moxie.arts.music.score import TICKS, Key
from moxie.errors import UnreadableWork

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
"""Semitones above C."""

_NUMBER = re.compile(r"\s*\d{1,9}(\.\d{1,9})?\s*")
_LOUDNESS = {
    "pppp": 12, "ppp": 24, "pp": 36, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 120,
    "ffff": 127, "fp": 96, "sf": 100, "sfz": 104, "fz": 100,
}  # fmt: skip
_UNITS: Mapping[str, Ticks] = {
    "whole": 4, "half": 2, "quarter": 1, "eighth": Fraction(1, 2), "16th": Fraction(1, 4),
}  # fmt: skip
_UNPITCHED = 38  # the snare drum, for strokes on an instrument that is not named
_WORDS = (
    ("fine", r"fine\.?"),
    ("tocoda", r"(to coda|al coda)\.?"),
    ("dacapo", r"(d\. ?c\.?|da capo)( al (fine|coda))?\.?"),
    ("dalsegno", r"(d\. ?s\.?|dal segno)( al (fine|coda))?\.?"),
)


class PartReader:
    """Reads a part's bars in their order; what holds from bar to bar is kept here."""

    def __init__(self, unpitched: Mapping[str, int], name: str) -> None:
        self.unpitched = unpitched
        self.name = name
        self.divisions: Ticks = 1
        self.transposition = self.sharper = 0  # semitones; steps on the line of fifths
        self.velocity = 80
        self.staves = 1
        self.endings: frozenset[int] = frozenset()
        self.place: Ticks = 0
        self.chord: Ticks = 0  # where the last note began
        self.now = PartMeasure("")
        self.read_by: Mapping[str, Callable[[Element], None]] = {
            "note": self._note,
            "backup": self._backup,
            "forward": self._forward,
            "attributes": self._attributes,
            "direction": self._direction,
            "sound": self._direction,
            "barline": self._barline,
        }

    def read(self, measure: Element) -> PartMeasure:
        """The next bar. Raises UnreadableWork for microtones, ValueError for damage."""
        self.now = PartMeasure(measure.get("number", ""), measure.get("implicit") == "yes")
        self.now.endings = self.endings
        self.place = self.chord = 0
        for element in measure:
            if reader := self.read_by.get(element.tag):
                reader(element)
        return self.now

    def _ticks(self, element: Element, tag: str = "duration") -> Ticks:
        """A duration given in the part's divisions of a quarter note."""
        length = number(element.findtext(tag)) * TICKS
        whole, rest = divmod(length, self.divisions)
        return int(whole) if not rest else Fraction(length) / self.divisions

    def _move(self, step: Ticks) -> None:
        self.place = max(0, self.place + step)
        self.now.extent = max(self.now.extent, self.place)

    def _backup(self, element: Element) -> None:
        self._move(-self._ticks(element))

    def _forward(self, element: Element) -> None:
        self._move(self._ticks(element))

    def _note(self, note: Element) -> None:
        has = {child.tag: child for child in note}
        if "grace" in has or "duration" not in has:
            return
        duration = self._ticks(note)
        if "chord" not in has:
            self.chord = self.place
            self._move(duration)
        if "rest" in has or "cue" in has or not duration:
            return
        onset = round(self.chord)
        ties = {tie.get("type") for tie in note.findall("tie")} or {
            tied.get("type") for tied in note.iter("tied")
        }
        staff = max(1, int(note.findtext("staff") or 1))
        self.staves = max(self.staves, staff)
        written = Written(
            onset,
            max(1, round(self.chord + duration) - onset),
            self._pitch(note, has),
            0,
            0,
            _velocity(note.get("dynamics")) or self.velocity,
            "stop" in ties,
            "start" in ties,
        )
        kind = self.now.notes if "pitch" in has else self.now.strokes
        kind.append((staff, note.findtext("voice") or "1", written))

    def _pitch(self, note: Element, has: Mapping[str, Element]) -> int:
        """The sounding MIDI pitch."""
        pitch = has.get("pitch")
        if pitch is None:
            instrument = has.get("instrument")
            key = instrument.get("id", "") if instrument is not None else ""
            return self.unpitched.get(key, next(iter(self.unpitched.values()), _UNPITCHED))
        alter = float(pitch.findtext("alter") or 0)
        if alter != round(alter):
            raise UnreadableWork(
                "{name} has microtones (bar {bar}); Moxie knows the twelve semitones only.",
                name=self.name,
                bar=self.now.number,
            )
        step = STEPS[(pitch.findtext("step") or "").strip()]
        octave = int(pitch.findtext("octave") or 0)
        return 12 * (octave + 1) + step + round(alter) + self.transposition

    def _attributes(self, attributes: Element) -> None:
        for element in attributes:
            if element.tag == "divisions":
                self.divisions = number(element.text) or 1
            elif element.tag == "staves":
                self.staves = max(self.staves, int(element.text or 1))
            elif element.tag == "time":
                self._time(element)
            elif element.tag == "transpose":
                self._transpose(element)
        # a key is written as it is read: known only once the transposition is
        for element in attributes.findall("key"):
            self._key(element)

    def _time(self, time: Element) -> None:
        metre = metre_of(
            [element.text or "" for element in time.findall("beats")],
            [element.text or "" for element in time.findall("beat-type")],
        )
        self.now.free = metre is None
        self.now.metre = metre

    def _transpose(self, element: Element) -> None:
        chromatic = int(element.findtext("chromatic") or 0)
        diatonic = element.findtext("diatonic")
        octaves = int(element.findtext("octave-change") or 0)
        self.transposition = chromatic + 12 * octaves
        # a fifth up is 7 semitones and 4 steps, an octave 12 and 7: neither changes when
        # the interval is measured as 7 semitones less 12 steps
        steps = int(diatonic) if diatonic else round(chromatic * 7 / 12)
        self.sharper = 7 * chromatic - 12 * steps

    def _key(self, key: Element) -> None:
        if key.find("fifths") is None:
            return  # signatures of single steps, which no major or minor key has
        fifths = int(key.findtext("fifths") or 0) + self.sharper
        if fifths not in range(-7, 8):
            fifths -= 12 if fifths > 0 else -12
        if fifths in range(-7, 8):
            minor = (key.findtext("mode") or "").strip().lower() in ("minor", "aeolian")
            self.now.keys.append(Key(round(self.place), fifths, minor))

    def _direction(self, direction: Element) -> None:
        """A direction, or a sound that is nobody's."""
        offset = direction.findtext("offset")
        step = Fraction(int(float(offset)) * TICKS) / self.divisions if offset else 0
        place = max(0, self.place + step)
        sound = direction if direction.tag == "sound" else direction.find("sound")
        said = sound.attrib if sound is not None else {}
        for kind in direction.iter("direction-type"):
            for element in kind:
                self._sign(element, said, place)
        if sound is not None:
            self._sound(sound, place)

    def _sign(self, element: Element, said: Mapping[str, str], place: Ticks) -> None:
        """What is printed, where nothing is said of how it sounds."""
        if element.tag == "metronome" and "tempo" not in said:
            self._tempo(_metronome(element), place)
        elif element.tag == "dynamics" and "dynamics" not in said:
            marks = [_LOUDNESS[mark.tag] for mark in element if mark.tag in _LOUDNESS]
            self.velocity = marks[0] if marks else self.velocity
        elif element.tag in ("segno", "coda") and not {"tocoda", "dalsegno"} & set(said):
            self.now.marks.add(element.tag)
        elif element.tag == "words":
            words = " ".join((element.text or "").lower().split())
            self.now.marks |= {mark for mark, form in _WORDS if re.fullmatch(form, words)}

    def _sound(self, sound: Element, place: Ticks) -> None:
        self.velocity = _velocity(sound.get("dynamics")) or self.velocity
        if tempo := sound.get("tempo"):
            self._tempo(number(tempo), place)
        signs = {"segno", "coda", "tocoda", "fine", "dacapo", "dalsegno"}
        self.now.marks |= signs & set(sound.attrib)

    def _tempo(self, quarters: Ticks, place: Ticks) -> None:
        if tempo := tempo_at(round(place), quarters):
            self.now.tempos.append(tempo)

    def _barline(self, barline: Element) -> None:
        style = barline.findtext("bar-style") or "regular"
        self.now.ruled |= style != "regular" and barline.get("location", "right") == "right"
        ending = barline.find("ending")
        if ending is not None and (ending.get("type") == "start" or not self.now.endings):
            numbers = re.findall(r"\d", ending.get("number", "")) or ["1"]
            self.endings = self.now.endings = frozenset(map(int, numbers))
        repeat = barline.find("repeat")
        if repeat is not None and repeat.get("direction") == "forward":
            self.now.begins = True
        elif repeat is not None:
            self.now.times = max(2, int(repeat.get("times") or 2))
            self.now.ruled = True
        # a bracket that nobody closes ends with its repeat
        if self.now.times or (ending is not None and ending.get("type") != "start"):
            self.endings = frozenset()


def number(text: str | None) -> Ticks:
    """A number of a file, not negative, exactly. Raises ValueError; bombs like 1e999 too."""
    digits = text or ""
    if not _NUMBER.fullmatch(digits):
        raise ValueError(f"{digits[:20]!r} is no number")
    return Fraction(digits) if "." in digits else int(digits)


def _velocity(percent: str | None) -> int:
    """MusicXML's dynamics are percent of a forte of 90; 0 where nothing is said."""
    if not percent or not _NUMBER.fullmatch(percent):
        return 0
    return min(127, max(1, round(float(percent) * 0.9)))


def _metronome(metronome: Element) -> Ticks:
    """Quarter notes a minute; 0 where it only equates note values."""
    found = re.search(r"\d{1,4}(\.\d{1,3})?", metronome.findtext("per-minute") or "")
    unit = _UNITS.get(metronome.findtext("beat-unit") or "")
    if not found or unit is None:
        return 0
    dots = len(metronome.findall("beat-unit-dot"))
    return Fraction(found[0]) * unit * (2 - Fraction(1, 2**dots))
