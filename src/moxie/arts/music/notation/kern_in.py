"""Humdrum kern to a `Sheet`.

A file is a table: columns ("spines") are parts, rows are moments. A row lasts as long as the
shortest note sounding in it. Columns may divide, for voices, and join again. Rows of commands
begin with `*`, bar lines with `=` (Huron, "The Humdrum Toolkit: Reference Manual", 1994).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from moxie.arts.music.files.limits import MAX_BARS, MAX_NOTES, MAX_PARTS, check_number
from moxie.arts.music.files.names import LONGEST, tidy, title
from moxie.arts.music.notation.ensemble import (
    PartMeasure,
    Player,
    Ticks,
    check_size,
    tempo_at,
    together,
)
from moxie.arts.music.notation.instruments import HUMDRUM, KEYBOARDS, program_of
from moxie.arts.music.notation.metre import metre_of
from moxie.arts.music.notation.sheet import Sheet, Written
from moxie.arts.music.score import TICKS, Key
from moxie.errors import UnreadableWork

_KERN = "**kern"
_VELOCITY = 80
_MOST_COLUMNS = 256
_VALUE = re.compile(r"(\d+)(?:%(\d+))?(\.*)")
_PITCH = re.compile(r"([a-g]+|[A-G]+)([#n-]*)")
_STEPS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SHARPS = "fcgdaeb"
_MODES = {"ion": 0, "dor": 2, "phr": 4, "lyd": -1, "mix": 1, "aeo": 3, "loc": 5}


@dataclass
class _Spine:
    """A column of notes: one part, in one or several sub-columns."""

    player: Player = field(default_factory=Player)
    named: bool = False
    signature: int | None = None  # stated at this moment
    tonic: str = ""  # a key named at this moment: "G:", "a:"


@dataclass
class _Column:
    """A column as it is now: its part (None for lyrics and the like), and how far it sounds."""

    spine: _Spine | None
    until: Ticks = 0


def read_kern(data: bytes, name: str) -> Sheet:
    """The written score, the last column on top. Raises UnreadableWork."""
    reader = _Reader(name)
    for number, line in enumerate(_text(data).splitlines(), 1):
        try:
            reader.line(line)
        except UnreadableWork:
            raise
        except Exception as error:  # a column too few, a value that is none, ...
            raise UnreadableWork(
                "{name} is damaged: line {line} cannot be understood ({reason}).",
                name=name,
                line=number,
                reason=" ".join(str(error).split())[:80] or type(error).__name__,
            ) from error
    return reader.sheet()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Reader:
    """Reads a file line by line."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: list[_Column] | None = None
        self.spines: list[_Spine] = []
        self.now: Ticks = 0
        self.starts: list[Ticks] = []  # of the bars
        self.notes = 0
        self.records: dict[str, str] = {}
        self.labels: dict[str, int] = {}  # the bar that a section begins with
        self.order: list[str] = []

    def line(self, line: str) -> None:
        """One more line."""
        if line.startswith("!"):
            if found := re.match(r"!!!([A-Z]+)[^:]*:(.*)", line):
                self.records.setdefault(found[1], found[2])
            return
        if not line.strip():
            return
        cells = line.split("\t")
        if self.columns is None or all(cell.startswith("**") for cell in cells):
            self._open(cells)
        elif len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} columns, not {len(self.columns)}")
        elif line.startswith("*"):
            self._interpret(cells)
        elif line.startswith("="):
            self._bar_line(cells)
        else:
            self._notes(cells)

    def _open(self, cells: list[str]) -> None:
        """The row that says what the columns hold."""
        kinds = [_Spine() if cell == _KERN else None for cell in cells]
        if self.columns is not None or not any(kinds):
            raise UnreadableWork("{name} has no column of kern notes.", name=self.name)
        self.spines = [spine for spine in kinds if spine is not None]
        check_number(len(self.spines), MAX_PARTS, "parts", self.name)
        self.columns = [_Column(spine) for spine in kinds]
        self._new_bar()

    def _new_bar(self) -> None:
        """A bar begins now; it replaces one that holds nothing yet."""
        if self.starts and self.starts[-1] == self.now:
            return
        self.starts.append(self.now)
        check_number(len(self.starts), MAX_BARS, "bars", self.name)
        check_size([spine.player for spine in self.spines], self.name)
        for spine in self.spines:
            spine.player.measures.append(PartMeasure(str(len(self.starts)), implicit=True))

    def _bar_line(self, cells: list[str]) -> None:
        before = self.spines[0].player.measures[-1]
        grew = self.now > self.starts[-1]
        self._new_bar()
        sign = next(cell for cell in cells if cell.startswith("="))
        both = sign.count(":") > 1
        if grew and (both or re.search(r":[|!=]", sign)):
            before.times = 2
        if both or re.search(r"[|!]:", sign):
            self.spines[0].player.measures[-1].begins = True

    def _notes(self, cells: list[str]) -> None:
        assert self.columns is not None
        moved = False
        voices: dict[int, int] = {}
        for cell, column in zip(cells, self.columns, strict=True):
            if column.spine is None:
                continue
            voice = voices.get(id(column.spine), 0)
            voices[id(column.spine)] = voice + 1
            if cell != ".":
                length = self._chord(cell, column.spine, voice)
                if length:
                    column.until = self.now + length
                    moved = True
        ends = [c.until for c in self.columns if c.spine is not None and c.until > self.now]
        if moved and ends:
            self.now = min(ends)

    def _chord(self, cell: str, spine: _Spine, voice: int) -> Ticks:
        """Notes of one column at one moment; how long it is until its next."""
        place = round(self.now - self.starts[-1])
        measure = spine.player.measures[-1]
        lasts: Ticks = 0
        for sub in cell.split(" "):
            value = _VALUE.search(sub)
            own = _length(value) if value else lasts
            if "q" in sub or not own:
                continue
            lasts = lasts or own
            pitch = _PITCH.search(sub)
            if pitch is None or "r" in sub:
                continue
            end = round(self.now + own - self.starts[-1])
            written = Written(
                place, max(1, end - place), _midi(pitch), 0, 0, _VELOCITY,
                "]" in sub or "_" in sub, "[" in sub or "_" in sub,
            )  # fmt: skip
            measure.notes.append((1, str(voice), written))
            self.notes += 1
            check_number(self.notes, MAX_NOTES, "notes", self.name)
        return lasts

    def _interpret(self, cells: list[str]) -> None:
        assert self.columns is not None
        for cell, column in zip(cells, self.columns, strict=True):
            if column.spine is not None:
                self._tandem(cell, column.spine)
        for spine in self.spines:
            self._key(spine)
        self.columns = _rearranged(cells, self.columns)
        if len(self.columns) > _MOST_COLUMNS:
            raise ValueError(f"{len(self.columns)} columns")

    def _tandem(self, cell: str, spine: _Spine) -> None:
        """A command that holds from here on."""
        measure = spine.player.measures[-1]
        place = round(self.now - self.starts[-1])
        if found := re.fullmatch(r"\*M([\d+]+)/(\d+)", cell):
            self._stated(spine).metre = metre = metre_of([found[1]], [found[2]])
            self._stated(spine).free = metre is None
        elif re.fullmatch(r"\*M[X?FZ].*", cell):
            self._stated(spine).free = True
        elif found := re.fullmatch(r"\*k\[([a-g#n-]*)\]", cell):
            spine.signature = found[1].count("#") - found[1].count("-")
        elif found := re.fullmatch(r"\*([A-Ga-g][#-]?):(\w*)", cell):
            spine.tonic = found[0][1:]
        elif found := re.fullmatch(r"\*MM(\d{1,4}(?:\.\d{1,3})?)", cell):
            if tempo := tempo_at(place, Fraction(found[1])):
                measure.tempos.append(tempo)
        elif cell.startswith("*I"):
            _instrument(cell, spine)
        elif cell.startswith("*>") and spine is self.spines[0]:
            self._section(cell)

    def _stated(self, spine: _Spine) -> PartMeasure:
        """The bar that a metre holds from: one that begins here."""
        self._new_bar()
        return spine.player.measures[-1]

    def _section(self, cell: str) -> None:
        """A section begins here, or the order of sections is given."""
        if found := re.fullmatch(r"\*>\[([^\]]*)\]", cell):
            self.order = found[1].split(",")
        elif found := re.fullmatch(r"\*>(\w+)", cell):
            self._new_bar()
            self.labels.setdefault(found[1], len(self.starts) - 1)

    def _key(self, spine: _Spine) -> None:
        """What was stated at this moment, the signature and the key's name taken together.

        A key that is named without a signature is an analyst's remark, unless at the beginning.
        """
        signature, tonic = spine.signature, spine.tonic
        spine.signature, spine.tonic = None, ""
        named = _named(tonic)
        measure = spine.player.measures[-1]
        place = round(self.now - self.starts[-1])
        if signature is None and named is not None:
            here = [n for n, key in enumerate(measure.keys) if key.onset == place]
            if here and measure.keys[here[0]].fifths == named[0]:
                measure.keys[here[0]] = Key(place, *named)
            elif not self.now and not measure.keys:
                measure.keys.append(Key(place, *named))
        elif signature is not None and -7 <= signature <= 7:
            minor = named is not None and named == (signature, True)
            measure.keys = [key for key in measure.keys if key.onset != place]
            measure.keys.append(Key(place, signature, minor))

    def sheet(self) -> Sheet:
        """What was read."""
        if self.columns is None:
            raise UnreadableWork("{name} has no column of kern notes.", name=self.name)
        ends = [*self.starts[1:], max(self.now, self.starts[-1])]
        for spine in self.spines:
            measures = spine.player.measures
            for measure, start, end in zip(measures, self.starts, ends, strict=True):
                measure.extent = end - start
            if ends[-1] == self.starts[-1]:
                del measures[-1]  # a last bar line with nothing behind it
        players = [spine.player for spine in reversed(self.spines)]
        _name_hands(players)
        heading = title(self.records.get("OTL", "")) or title(self.records.get("OPR", ""))
        sheet = together(players, heading, self.name)
        sheet.order = self._played(len(sheet.measures))
        return sheet

    def _played(self, bars: int) -> list[int] | None:
        """The bars in the order of sections that the file gives."""
        if not self.order or not set(self.order) <= set(self.labels):
            return None
        firsts = sorted({0, *self.labels.values(), bars})
        found: list[int] = list(range(min(self.labels.values())))
        for label in self.order:
            first = self.labels[label]
            found += range(first, min(n for n in [*firsts, bars] if n > first or n == bars))
            check_number(len(found), MAX_BARS, "bars", self.name)
        return found


def _rearranged(cells: list[str], columns: list[_Column]) -> list[_Column]:
    """The columns after a row in which some divide, join, change places, begin or end."""
    found: list[_Column] = []
    joining = exchanged = False
    for cell, column in zip(cells, columns, strict=True):
        if cell == "*v" and joining and found and found[-1].spine is column.spine:
            found[-1].until = max(found[-1].until, column.until)
        elif cell == "*x" and exchanged:
            found.insert(-1, column)
        elif cell != "*-":
            found.append(column)
        if cell == "*^":
            found.append(_Column(column.spine, column.until))
        elif cell == "*+":
            found.append(_Column(None))
        joining = cell == "*v"
        exchanged = cell == "*x" and not exchanged
    return found


def _length(value: re.Match[str]) -> Ticks:
    """Ticks of a value: 4 is a quarter, 3%2 two thirds of a whole, 0 a breve; with dots."""
    digits = value[1][:6]
    if not digits.strip("0"):
        whole = Fraction(2 ** min(len(digits), 3))
    else:
        whole = Fraction(int((value[2] or "1")[:6]), int(digits))
    dots = min(len(value[3]), 4)
    ticks = 4 * TICKS * whole * (2 - Fraction(1, 2**dots))
    return int(ticks) if ticks.denominator == 1 else ticks


def _midi(pitch: re.Match[str]) -> int:
    """The MIDI pitch: c is middle C, cc an octave higher, C an octave lower."""
    letters = pitch[1][:12]
    octave = 4 + len(letters) if letters.islower() else 5 - len(letters)
    alter = pitch[2].count("#") - pitch[2].count("-")
    return 12 * octave + _STEPS[letters[0].lower()] + alter


def _named(tonic: str) -> tuple[int, bool] | None:
    """(fifths, minor) of a key's name: "G:", "a:", "d:dor"."""
    found = re.fullmatch(r"([A-Ga-g])([#-]?):(\w{3})?\w*", tonic)
    if not found:
        return None
    step = _SHARPS.index(found[1].lower()) - 1
    fifths = step + {"#": 7, "-": -7}.get(found[2], 0)
    minor = found[1].islower() and found[3] in (None, "aeo")
    mode = _MODES.get(found[3] or "", 3 if found[1].islower() else 0)
    fifths -= mode
    return (fifths, minor) if -7 <= fifths <= 7 else None


def _instrument(cell: str, spine: _Spine) -> None:
    """An instrument's name (`*I"Violin I`) or its code (`*Ivioln`)."""
    player = spine.player
    if found := re.match(r'\*I"(.+)|\*I:\s*(.+)', cell):
        player.name = tidy(found[1] or found[2]).strip("[]")[:LONGEST]
        spine.named = True
        program = program_of(player.name)
        player.program = player.program if program is None else program
    elif cell[2:] in HUMDRUM:
        name, player.program = HUMDRUM[cell[2:]]
        player.name = player.name or name


def _name_hands(players: list[Player]) -> None:
    """Two columns of one keyboard are its hands."""
    for upper, lower in pairwise(players):
        same = (upper.name, upper.program) == (lower.name, lower.program)
        if same and upper.program in KEYBOARDS and upper.name:
            upper.name, lower.name = f"{upper.name}, right hand", f"{lower.name}, left hand"
