"""Scores to MusicXML 4.0.

Written directly and not through music21, whose exporter is slow and rounds what it cannot name.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import gcd
from typing import TypeVar
from xml.sax.saxutils import escape

from moxie.arts.music.notation.instruments import family, program_of
from moxie.arts.music.notation.layout import Event, Head, lay_out
from moxie.arts.music.notation.metre import beat
from moxie.arts.music.notation.values import Symbol
from moxie.arts.music.score import TICKS, Bar, Key, Part, Score, Tempo, bar_at

Change = TypeVar("Change", Key, Tempo)

_HEADER = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" \
"http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="4.0">
"""
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_USUAL_VELOCITY = 80
_TREBLE, _BASS, _ALTO = ("G", 2), ("F", 4), ("C", 3)
_LOW = 57  # a part whose middle note is lower is written in the bass clef
_HIDDEN_RESTS = 2  # from this voice on, rests would be in the way of the others' notes
_DRIFT = 0.03  # a change of tempo by less is played but not printed
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_musicxml(score: Score) -> bytes:
    """The score as a MusicXML file, the same bytes each time.

    `read_notation` gives back its notes, bars, keys, tempos, title and parts exactly, whatever the
    times; voices only where they do not overlap in themselves. White space in names is not kept.
    """
    return _Writer(score).document().encode()


def write_mxl(score: Score) -> bytes:
    """The same, packed."""
    container = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles>'
        '<rootfile full-path="score.musicxml" '
        'media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>\n'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (
            ("META-INF/container.xml", container.encode()),
            ("score.musicxml", write_musicxml(score)),
        ):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # zip's beginning of time
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


class _Writer:
    """One score on its way; `divisions` is the fewest parts of a quarter note that hold it."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.parts = list(lay_out(score))
        self.keys = _by_bar(score.keys, score)
        self.tempos = _by_bar(score.tempos, score)
        changes = {at for row in self.keys.values() for at, _ in row}
        changes |= {at for row in self.tempos.values() for at, _ in row}
        lengths = {
            event.symbol.duration
            for bars in self.parts
            for voices in bars
            for _, events in voices
            for event in events
        }
        self.unit = gcd(TICKS, *lengths, *changes)

    def document(self) -> str:
        """The file's text."""
        lines = [_HEADER]
        if self.score.title:
            lines.append(f"<work><work-title>{_text(self.score.title)}</work-title></work>\n")
        lines.append(
            "<identification><encoding><software>Moxie</software></encoding></identification>\n"
        )
        lines += self._part_list()
        for number, bars in enumerate(self.parts):
            lines.append(f'<part id="P{number + 1}">\n')
            for index, voices in enumerate(bars):
                lines += self._measure(number, index, voices)
            lines.append("</part>\n")
        return "".join([*lines, "</score-partwise>\n"])

    def _part_list(self) -> Iterator[str]:
        """The instruments, those of a family bracketed, the hands of a keyboard braced."""
        yield "<part-list>\n"
        group = 0
        parts = enumerate(self.score.parts)
        for kind, run in groupby(parts, lambda n: "" if n[1].drums else family(*n[1][:2])):
            together = list(run)
            joined = kind and len(together) > 1
            group += bool(joined)
            if joined:
                symbol = "brace" if kind.startswith("brace") else "bracket"
                yield f'<part-group type="start" number="{group}"><group-symbol>{symbol}'
                yield "</group-symbol><group-barline>yes</group-barline></part-group>\n"
            for number, part in together:
                yield self._score_part(number, part)
            if joined:
                yield f'<part-group type="stop" number="{group}"/>\n'
        yield "</part-list>\n"

    def _score_part(self, number: int, part: Part) -> str:
        keys = {note.pitch for note in self.score.notes if part.drums and note.part == number}
        channel = 10 if part.drums else (number % 15) + 1 + (number % 15 >= 9)
        name = _text(part.name)
        listed = played = ""
        for key in sorted(keys) or [0]:
            identity = _instrument(number, key)
            stroke = f"<midi-unpitched>{key + 1}</midi-unpitched>" if key else ""
            listed += (
                f'<score-instrument id="{identity}"><instrument-name>{name}'
                "</instrument-name></score-instrument>"
            )
            played += (
                f'<midi-instrument id="{identity}"><midi-channel>{channel}</midi-channel>'
                f"<midi-program>{part.program + 1}</midi-program>{stroke}</midi-instrument>"
            )
        return (
            f'<score-part id="P{number + 1}"><part-name>{name}</part-name>{listed}{played}'
            "</score-part>\n"
        )

    def _measure(
        self, number: int, index: int, voices: Sequence[tuple[int, list[Event]]]
    ) -> Iterator[str]:
        bar = self.score.bars[index]
        short = ' implicit="yes"' if bar.length != bar.full else ""
        pickup = self.score.bars[0].length < self.score.bars[0].full
        yield f'<measure number="{index + (not pickup)}"{short}>\n'
        yield self._attributes(number, index)
        if not number:
            for at, tempo in self.tempos.get(index, ()):
                yield self._tempo(at, tempo, bar)
        for place, (voice, events) in enumerate(voices):
            if place:
                yield self._step("backup", bar.length)
            bracketed = _bracketed(events)
            for event_place, event in enumerate(events):
                yield self._event(event, number, voice, bracket=event_place in bracketed)
        if index == len(self.score.bars) - 1:
            yield '<barline location="right"><bar-style>light-heavy</bar-style></barline>\n'
        yield "</measure>\n"

    def _attributes(self, number: int, index: int) -> str:
        """Divisions, keys, metre and clef, as far as they are new; a key may come in mid-bar."""
        bars, part = self.score.bars, self.score.parts[number]
        bar = bars[index]
        keys = self.keys.get(index, ())
        if part.drums:  # nobody's signature, or engravers print the others'
            keys = [(at, Key(key.onset, 0)) for at, key in keys]
        start = "".join(_key(key) for at, key in keys if not at)
        if not index:
            start = f"<divisions>{TICKS // self.unit}</divisions>{start}"
        if not index or bar[2:] != bars[index - 1][2:]:
            start += f"<time><beats>{bar.beats}</beats><beat-type>{bar.unit}</beat-type></time>"
        if not index:
            start += self._clef(number)
        text = f"<attributes>{start}</attributes>\n" if start else ""
        for at, key in keys:
            if at:
                text += (
                    f"{self._step('forward', at)}<attributes>{_key(key)}</attributes>\n"
                    f"{self._step('backup', at)}"
                )
        return text

    def _clef(self, number: int) -> str:
        part = self.score.parts[number]
        if part.drums:
            return "<clef><sign>percussion</sign></clef>"
        pitches = sorted(note.pitch for note in self.score.notes if note.part == number)
        low = bool(pitches) and pitches[len(pitches) // 2] < _LOW
        sign, line = _BASS if low else _TREBLE
        if not low and 41 in (part.program, program_of(part.name)):  # violas
            sign, line = _ALTO
        return f"<clef><sign>{sign}</sign><line>{line}</line></clef>"

    def _step(self, kind: str, ticks: int) -> str:
        return f"<{kind}><duration>{ticks // self.unit}</duration></{kind}>\n"

    def _tempo(self, at: int, tempo: Tempo, bar: Bar) -> str:
        """Printed in the beats of the metre, unless it is a small change; played exactly."""
        offset = f'<offset sound="yes">{at // self.unit}</offset>' if at else ""
        sound = f'<sound tempo="{_decimal(tempo.millibeats)}"'
        if not self._noticed(tempo):
            plain = offset.replace(' sound="yes"', "")
            return f"{sound}>{plain}</sound>\n" if at else f"{sound}/>\n"
        unit, beat_ticks = _BEATS.get(beat(bar), _BEATS[TICKS])
        speed = _decimal(round(tempo.millibeats * TICKS / beat_ticks))
        return (
            f'<direction placement="above"><direction-type><metronome>{unit}<per-minute>{speed}'
            f"</per-minute></metronome></direction-type>{offset}{sound}/></direction>\n"
        )

    def _noticed(self, tempo: Tempo) -> bool:
        """Whether a tempo is worth printing: the first, and what differs enough from the last."""
        place = self.score.tempos.index(tempo)
        before = self.score.tempos[place - 1].millibeats if place else 0
        return abs(tempo.millibeats - before) > _DRIFT * before

    def _event(self, event: Event, number: int, voice: int, *, bracket: bool) -> str:
        """A rest, or a note for each head of a chord."""
        symbol = event.symbol
        duration = f"<duration>{symbol.duration // self.unit}</duration>"
        label = f"<voice>{voice + 1}</voice>"
        if not symbol.type:
            return f'<note><rest measure="yes"/>{duration}{label}</note>\n'
        value = f"{label}<type>{symbol.type}</type>{'<dot/>' * symbol.dots}"
        marks = _tuplet(event, bracket=bracket)
        if event.heads:
            return self._heads(event, number, duration, value, marks)
        hidden = ' print-object="no"' if voice >= _HIDDEN_RESTS else ""
        notations = f"<notations>{marks}</notations>" if marks else ""
        return f"<note{hidden}><rest/>{duration}{value}{_ratio(symbol)}{notations}</note>\n"

    def _heads(self, event: Event, number: int, duration: str, value: str, marks: str) -> str:
        drums = self.score.parts[number].drums
        joined = (f'<beam number="{n}">{state}</beam>' for n, state in enumerate(event.beams, 1))
        once = "".join(joined)  # beams and tuplets belong to a chord's first note
        text = ""
        for place, head in enumerate(event.heads):
            text += f"{_opened(head, first=not place, drums=drums)}{duration}{_ties(event, 'tie')}"
            if drums:
                text += f'<instrument id="{_instrument(number, head.note.pitch)}"/>'
            text += f"{value}{_accidental(head)}{_ratio(event.symbol)}{once}"
            notations = _ties(event, "tied") + marks
            text += f"<notations>{notations}</notations></note>\n" if notations else "</note>\n"
            once = marks = ""
        return text


_BEATS = {
    TICKS: ("<beat-unit>quarter</beat-unit>", TICKS),
    TICKS * 3 // 2: ("<beat-unit>quarter</beat-unit><beat-unit-dot/>", TICKS * 3 // 2),
    TICKS * 2: ("<beat-unit>half</beat-unit>", TICKS * 2),
}
"""How a tempo is printed, by the metre's beat."""

_DRUM_LINES = {
    35: "F4", 36: "F4", 38: "C5", 40: "C5", 37: "C5", 41: "A4", 43: "A4", 45: "B4", 47: "D5",
    48: "E5", 50: "E5", 42: "G5", 44: "D4", 46: "G5", 49: "A5", 57: "A5", 51: "F5", 59: "F5",
}  # fmt: skip
"""Where strokes are written on the staff, as drummers are used to; others on the middle line."""


def _opened(head: Head, *, first: bool, drums: bool) -> str:
    """The beginning of a note: how loud, and its pitch."""
    velocity = head.note.velocity
    loud = "" if velocity == _USUAL_VELOCITY else f' dynamics="{velocity / 0.9:.2f}"'
    chord = "" if first else "<chord/>"
    if drums:
        line = _DRUM_LINES.get(head.note.pitch, "B4")
        return (
            f"<note{loud}>{chord}<unpitched><display-step>{line[0]}</display-step>"
            f"<display-octave>{line[1]}</display-octave></unpitched>"
        )
    name = head.name
    alter = f"<alter>{name.alter}</alter>" if name.alter else ""
    return (
        f"<note{loud}>{chord}<pitch><step>{name.step}</step>{alter}"
        f"<octave>{name.octave}</octave></pitch>"
    )


def _accidental(head: Head) -> str:
    if not head.accidental:
        return ""
    return f"<accidental>{_ACCIDENTALS[head.name.alter]}</accidental>"


def _ties(event: Event, tag: str) -> str:
    before = f'<{tag} type="stop"/>' if event.tied_from else ""
    return before + (f'<{tag} type="start"/>' if event.tied_to else "")


def _ratio(symbol: Symbol) -> str:
    """How a tuplet's notes are shortened."""
    if symbol.actual == 1:
        return ""
    return (
        f"<time-modification><actual-notes>{symbol.actual}</actual-notes>"
        f"<normal-notes>{symbol.normal}</normal-notes></time-modification>"
    )


def _tuplet(event: Event, *, bracket: bool) -> str:
    shown = "yes" if bracket else "no"
    text = f'<tuplet type="start" number="1" bracket="{shown}"/>' if event.symbol.opens else ""
    return text + ('<tuplet type="stop" number="1"/>' if event.symbol.closes else "")


def _bracketed(events: Sequence[Event]) -> set[int]:
    """The first events of tuplets that no beam shows as such."""
    found, first = set(), 0
    for place, event in enumerate(events):
        first = place if event.symbol.opens else first
        if event.symbol.closes and not all(e.beams for e in events[first : place + 1]):
            found.add(first)
    return found


def _by_bar(changes: Sequence[Change], score: Score) -> dict[int, list[tuple[int, Change]]]:
    """Changes by bar, with their ticks from the bar line; none beyond the last."""
    found: dict[int, list[tuple[int, Change]]] = {}
    for change in changes:
        if change.onset < score.length:
            index = bar_at(score.bars, change.onset)
            at = change.onset - score.bars[index].onset
            found.setdefault(index, []).append((at, change))
    return found


def _key(key: Key) -> str:
    mode = "minor" if key.minor else "major"
    return f"<key><fifths>{key.fifths}</fifths><mode>{mode}</mode></key>"


def _instrument(number: int, key: int) -> str:
    return f"P{number + 1}-I{key}" if key else f"P{number + 1}-I1"


def _decimal(thousandths: int) -> str:
    """Thousandths as a decimal number, exactly."""
    whole, rest = divmod(thousandths, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Text as XML holds it, without what XML cannot."""
    return escape(_UNPRINTABLE.sub("", text))
