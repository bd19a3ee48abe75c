"""ABC, the notation of folk tunes, to a `Sheet` (the ABC standard, version 2.1).

Read directly: music21 takes a second for a few tunes. Chord symbols, lyrics, decorations and
grace notes are passed over; `P:` does not change the order of parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from moxie.arts.music.files.limits import MAX_BARS, MAX_PARTS, check_number
from moxie.arts.music.files.names import LONGEST, tidy, title
from moxie.arts.music.notation import abc_fields as fields
from moxie.arts.music.notation.abc_voice import Voice
from moxie.arts.music.notation.ensemble import Player, check_size, tempo_at, together
from moxie.arts.music.notation.instruments import program_of
from moxie.arts.music.notation.sheet import Sheet
from moxie.arts.music.score import TICKS, Key
from moxie.errors import UnreadableWork

_LENGTH = r"\d{0,4}(?:/\d{0,4}){0,6}"
_PITCH = r"(?:\^\^|\^|__|_|=)?(?:\d{0,2}/\d{0,2})?[A-Ga-g][,']{0,9}"
_BAR = r"(?::{0,4}\[?\|{1,3}[:\]|]{0,4}|:{2,6})"  # bounded, or a row of them takes for ever
_TOKEN = re.compile(
    r'(?P<words>"[^"]*")'
    r"|(?P<mark>![^!\s]{1,40}!|\+[^+\s]{1,40}\+)"
    r"|(?P<grace>\{[^{}]{0,200}\})"
    r"|\[(?P<field>[A-Za-z]:[^\][]{0,200})\]"
    rf"|(?P<bar>{_BAR}(?:(?:\[|(?=\d))\d[\d,-]{{0,20}})?)"
    r"|\[(?P<ending>\d[\d,-]{0,20})"
    rf"|\[(?P<chord>[^\][|]{{0,200}})\](?P<chord_length>{_LENGTH})"
    rf"|(?P<note>{_PITCH})(?P<note_length>{_LENGTH})"
    rf"|(?P<rest>[zx])(?P<rest_length>{_LENGTH})"
    r"|(?P<bars>[ZX])(?P<count>\d{0,4})"
    r"|\((?P<tuplet>[2-9])(?::(?P<time>\d?))?(?::(?P<many>\d{0,2}))?"
    r"|(?P<broken><{1,4}|>{1,4})"
    r"|(?P<tie>-)"
    r"|(?P<overlay>&)"
)
_NOTE = re.compile(rf"(?P<pitch>{_PITCH})(?P<length>{_LENGTH})(?P<tie>-?)")
_MARKS = {
    "segno": "segno", "coda": "coda", "fine": "fine", "D.C.": "dacapo", "D.S.": "dalsegno",
    "dacapo": "dacapo", "dacoda": "tocoda", "D.C.alfine": "dacapo", "D.S.alfine": "dalsegno",
    "D.C.alcoda": "dacapo", "D.S.alcoda": "dalsegno",
}  # fmt: skip


_LONG = 400  # characters of a field that are looked at
_INSIDE = {
    "note_length": "note", "chord_length": "chord", "rest_length": "rest", "count": "bars",
    "time": "tuplet", "many": "tuplet",
}  # fmt: skip
"""The tokens whose last groups these are."""


def read_abc(data: bytes, name: str) -> Sheet:
    """The written tune. A file of several tunes is refused. Raises UnreadableWork."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    tunes = len(re.findall(r"^X:", text, re.MULTILINE))
    if tunes > 1:
        raise UnreadableWork(
            "{name} holds {count} tunes: save each in a file of its own.", name=name, count=tunes
        )
    reader = _Reader(name)
    for line in text.splitlines():
        reader.line(line)
    return reader.sheet()


class _Reader:
    """Reads a tune line by line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.base = Voice(name, None)  # what holds for every voice when the music begins
        self.declared: dict[str, fields.VoiceField] = {}
        self.voices: dict[str, Voice] = {}
        self.voice: Voice | None = None
        self.title = ""
        self.in_header, self.paused = True, False
        self.takers: Mapping[str, Callable[[re.Match[str], Voice], None]] = {
            "mark": _mark,
            "field": lambda found, _: self._field(found["field"][0], found["field"][2:]),
            "bar": lambda found, voice: _bar(found["bar"], voice),
            "ending": _ending,
            "chord": _chord,
            "note": _note,
            "rest": lambda found, voice: voice.sound([], voice.lasts(found["rest_length"])),
            "bars": _bars_rest,
            "tuplet": _tuplet,
            "broken": lambda found, voice: voice.break_rhythm(found["broken"]),
            "tie": lambda _, voice: voice.tie(),
            "overlay": lambda _, voice: voice.lay_over(),
        }

    def line(self, line: str) -> None:
        """One more line. After an empty one comes music or a field; other text is a remark."""
        if found := re.match(r"(?:%%|I:)\s*MIDI program\s+(?:\d+\s+)?(\d{1,3})\b", line):
            self._now().player.program = min(127, int(found[1]))
        empty = not line.strip()
        line = re.split(r"(?<!\\)%", line)[0]
        field = re.match(r"([A-Za-z+]):(?![|:\]])(.*)", line)
        if empty:
            self.paused = not self.in_header
        elif field:
            self._field(field[1], field[2][:_LONG])
        elif not self.in_header and (not self.paused or "|" in line):
            self._music(line)
            check_size([voice.player for voice in self.voices.values()], self.name)

    def _now(self) -> Voice:
        """The voice that is being read."""
        return self.base if self.in_header else (self.voice or self._turn_to("1"))

    def _turn_to(self, identity: str) -> Voice:
        if identity not in self.voices:
            check_number(len(self.voices) + 1, MAX_PARTS, "parts", self.name)
            voice = Voice(self.name, self.base)
            if not self.voices:
                voice.measure.tempos = list(self.base.measure.tempos)
            self.voices[identity] = voice
        self.voice = self.voices[identity]
        return self.voice

    def _field(self, letter: str, text: str) -> None:
        """A field on its own line or between brackets."""
        if letter == "T":
            self.title = self.title or title(text)
        elif letter == "V":
            self._voice(text)
        elif letter in "MLKQ":
            voice = self._now()
            {"M": _metre, "L": _unit, "K": _key, "Q": _tempo}[letter](text, voice)
            if letter == "K":
                self.in_header = False

    def _voice(self, text: str) -> None:
        found = fields.voice(text)
        if found.identity not in self.declared or found.name:
            self.declared[found.identity] = found
        if not self.in_header:
            voice = self._turn_to(found.identity)
            declared = self.declared[found.identity]
            voice.transposition = self.base.transposition + declared.transposition
            voice.player.drums |= declared.drums

    def _music(self, line: str) -> None:
        for found in _TOKEN.finditer(line):
            kind = found.lastgroup or ""
            if taker := self.takers.get(_INSIDE.get(kind, kind)):
                taker(found, self._now())
        if not line.rstrip().endswith("\\"):
            self._now().end_line()

    def sheet(self) -> Sheet:
        """What was read."""
        order = [*self.declared, *(n for n in self.voices if n not in self.declared)]
        players = []
        for identity in order:
            voice = self.voices.get(identity)
            if voice is not None:
                voice.close()
                if voice.player.measures:
                    players.append(self._named(voice.player, identity))
        return together(players, self.title, self.name)

    def _named(self, player: Player, identity: str) -> Player:
        declared = self.declared.get(identity)
        name = declared.name if declared else ""
        player.name = tidy(name or ("" if identity.isdigit() else identity))[:LONGEST]
        player.program = player.program or self.base.player.program
        player.program = player.program or program_of(player.name) or 0
        return player


def _metre(text: str, voice: Voice) -> None:
    voice.metre = voice.measure.metre = fields.metre(text)
    voice.measure.free = voice.metre is None


def _unit(text: str, voice: Voice) -> None:
    voice.unit = fields.length(text) or voice.unit


def _key(text: str, voice: Voice) -> None:
    voice.transposition += fields.transposition(text)
    found = fields.key(text)
    if found is None:
        return
    voice.alters = found.alters
    if found.fifths is not None:
        place = round(voice.place)
        voice.measure.keys = [key for key in voice.measure.keys if key.onset != place]
        voice.measure.keys.append(Key(place, found.fifths, found.minor))


def _tempo(text: str, voice: Voice) -> None:
    quarters = fields.tempo(text)
    if quarters and (tempo := tempo_at(round(voice.place), quarters)):
        voice.measure.tempos.append(tempo)


def _mark(found: re.Match[str], voice: Voice) -> None:
    mark = _MARKS.get(found["mark"].strip("!+"))
    if mark:
        voice.measure.marks.add(mark)


def _bar(sign: str, voice: Voice) -> None:
    """A bar line, with its repeat signs and the number of an ending behind it."""
    line = sign.rstrip("0123456789,-").rstrip("[ ")
    numbers = sign[len(line) :].strip("[ ")
    ends = len(line) - len(line.lstrip(":"))
    begins = line.endswith(":")
    if set(line) == {":"}:
        ends = 1
    voice.close()
    thick = ends or begins or len(line.strip(":[]")) > 1 or "]" in line or "[" in line
    if thick:
        voice.endings = voice.measure.endings = frozenset()
    if ends and voice.player.measures:
        voice.player.measures[-1].times = ends + 1
    voice.measure.begins |= begins
    if numbers:
        _end(numbers, voice)


def _ending(found: re.Match[str], voice: Voice) -> None:
    _end(found["ending"], voice)


def _end(numbers: str, voice: Voice) -> None:
    """The bars from here on are played these times only: `1`, `1,3`, `1-3`."""
    played: set[int] = set()
    for first, last in re.findall(r"(\d)(?:-(\d))?", numbers):
        played |= set(range(int(first), int(last or first) + 1))
    voice.endings = voice.measure.endings = frozenset(played)


def _note(found: re.Match[str], voice: Voice) -> None:
    place, pitch = voice.pitch(found["note"])
    voice.sound([(place, pitch, False)], voice.lasts(found["note_length"]))


def _chord(found: re.Match[str], voice: Voice) -> None:
    """Notes between brackets; the first one's length is the chord's."""
    notes = list(_NOTE.finditer(found["chord"]))
    if notes:
        lasts = voice.lasts(notes[0]["length"]) * fields.factor(found["chord_length"])
        voice.sound([(*voice.pitch(note["pitch"]), bool(note["tie"])) for note in notes], lasts)


def _bars_rest(found: re.Match[str], voice: Voice) -> None:
    """Rests of whole bars; the last of them is left open for the bar line that follows."""
    full = 4 * TICKS * Fraction(*(voice.metre or (4, 4)))
    count = int(found["count"] or 1)
    check_number(len(voice.player.measures) + count, MAX_BARS, "bars", voice.name)
    for _ in range(count):
        voice.close()
        voice.place = voice.extent = voice.began = full


def _tuplet(found: re.Match[str], voice: Voice) -> None:
    """`(3`: three in the time of two; `(p:q:r`: the next r notes, p in the time of q."""
    notes = int(found["tuplet"])
    three = voice.metre is not None and voice.metre[0] % 3 == 0 and voice.metre[0] > 3
    usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(notes, 3 if three else 2)
    voice.tuplet = Fraction(int(found["time"] or usual) or usual, notes)
    voice.left = int(found["many"] or notes)
