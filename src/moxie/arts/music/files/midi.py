"""Standard MIDI files to scores and back.

What a file does not hold cannot be read: voices inside a part, spelling, slurs. What survives
`read_midi(write_midi(score))` are notes (pitch, onset, duration, velocity), bars and metres,
keys, tempos up to 244 quarter notes a minute exactly, the title, and the names and programs of
parts that have notes. All voices come back as 0; where two voices of a part hold one pitch at
the same time, the earlier note ends where the later begins, because one MIDI key sounds once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeVar

from moxie.arts.music.files import metres, names, smf
from moxie.arts.music.files.limits import MAX_PARTS, MAX_QUARTERS, check, check_number
from moxie.arts.music.files.metres import Metre
from moxie.arts.music.files.smf import Event, MidiFile
from moxie.arts.music.score import (
    HIGHEST,
    LOWEST,
    TICKS,
    Bar,
    Key,
    Note,
    Part,
    Score,
    Tempo,
    bar_at,
    score,
)

_DRUMS = 9  # the channel that General MIDI calls 10
_HIT = TICKS // 8  # a drum stroke that the file gives no length
_FIRST_TEMPO = 120_000  # what the format prescribes until a tempo is stated
_QUICKEST = 60_000  # microseconds in a quarter note: 1000 a minute; less is damage
_CLEAR = 5  # semitones between parts that are surely not crossing

T = TypeVar("T")


@dataclass
class _Line:
    """One channel of one track: a part to be. Strokes are (tick, velocity; 0 ends) by pitch."""

    channel: int
    name: str
    end: int  # of its track, in the file's ticks
    program: int | None = None
    strokes: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


class _Span(NamedTuple):
    """A note whose part is not known yet, in score ticks; without an end it never stopped."""

    onset: int
    end: int | None
    pitch: int
    velocity: int


def read_midi(data: bytes, name: str = "The file") -> Score:
    """The score in a file of type 0 or 1; `name` is what messages call it.

    A part for each channel of each track, in the file's order, turned only when several parts of
    one instrument run clearly from the bass up. Times that are no whole ticks are rounded. A note
    without an end lasts to the end of its bar, or of its track if that is earlier; a note struck
    again ends there; notes of no length and those outside C0 to B8 are dropped (drum strokes of
    no length are kept). Unknown metres and keys are passed over. Controllers, pedals, lyrics and
    copyright lines are not read. Raises UnreadableWork.
    """
    file = smf.parse(data, name)
    played = [(line, spans) for line in _lines(file) if (spans := _spans(line, file.division))]
    check_number(len(played), MAX_PARTS, "parts", name)
    played = _from_the_top(played)
    changes = _stated(file, smf.METRE, _metre)
    reach = max((span.end or span.onset + 1 for _, spans in played for span in spans), default=0)
    reach = max([reach, *(onset for onset, _ in changes)])
    check_number(reach // TICKS, MAX_QUARTERS, "quarters", name)
    bars = metres.bars(changes, reach, name)
    found = score(
        [
            Note(span.onset, end - span.onset, span.pitch, part, velocity=span.velocity)
            for part, (line, spans) in enumerate(played)
            for span in spans
            for end in [span.end or _given_up(span, _ticks(line.end, file.division), bars)]
        ],
        bars,
        [_part(line) for line, _ in played],
        keys=_keys(file),
        tempos=_tempos(file),
        title=_title(file),
    )
    check(found, name)
    return found


def write_midi(score: Score) -> bytes:
    """A file of type 1: metres, keys, tempos and the title in the first track, then the parts.

    480 ticks in a quarter note where that is exact, otherwise the score's own 10,080.
    """
    division = _coarse(score)
    scale = TICKS // division
    tracks = [_head(score)]
    for place, channel in enumerate(_channels(score.parts)):
        tracks.append(_track(score, place, channel))
    scaled = [
        tuple(event._replace(tick=event.tick // scale) for event in track) for track in tracks
    ]
    return smf.build(MidiFile(division, tuple(scaled)))


# Reading


def _lines(file: MidiFile) -> list[_Line]:
    """Every channel of every track that has notes, in the file's order."""
    found: list[_Line] = []
    programs: dict[int, int] = {}  # the first of each channel, for tracks that name none
    for track in file.tracks:
        here: dict[int, _Line] = {}
        name = _name(track) if len(file.tracks) > 1 else ""  # a single track's is the title
        for event in track:
            if not (kind := smf.channel_kind(event)):
                continue
            channel = event.status & 0x0F
            line = here.setdefault(channel, _Line(channel, name, track[-1].tick))
            if kind != smf.PROGRAM:
                velocity = event.data[1] if kind == smf.NOTE_ON else 0
                line.strokes.setdefault(event.data[0], []).append((event.tick, velocity))
            elif not line.strokes:
                line.program = event.data[0]
            if kind == smf.PROGRAM:
                programs.setdefault(channel, event.data[0])
        found += (here[channel] for channel in sorted(here))
    for line in found:
        line.program = programs.get(line.channel, 0) if line.program is None else line.program
    return found


def _name(track: Sequence[Event]) -> str:
    """The track's name, or its instrument's where it has none to show."""
    for kind in (smf.TRACK_NAME, smf.INSTRUMENT):
        for event in track:
            if event.status == kind and (name := names.part_name(names.text(event.data))):
                return name
    return ""


def _part(line: _Line) -> Part:
    return Part(line.name, line.program or 0, line.channel == _DRUMS)


def _spans(line: _Line, division: int) -> list[_Span]:
    """The line's notes in score ticks, in no order."""
    found: list[_Span] = []
    for pitch, strokes in line.strokes.items():
        if not LOWEST <= pitch <= HIGHEST:
            continue
        for begin, stop, velocity in _paired(strokes):
            onset = _ticks(begin, division)
            end = None if stop is None else max(onset + 1, _ticks(stop, division))
            if stop == begin:
                if line.channel != _DRUMS:
                    continue
                end = onset + _HIT
            found.append(_Span(onset, end, pitch, velocity))
    return found


def _paired(strokes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int | None, int]]:
    """One key's beginnings with their ends, and velocities.

    Where every beginning has an end, ends belong to notes in the order in which they began, and
    the end of a note already cut short is passed over. Otherwise any end ends what sounds.
    """
    balanced = 2 * sum(velocity > 0 for _, velocity in strokes) == len(strokes)
    sounding: tuple[int, int] | None = None
    owed = 0  # ends still to come of notes that were struck again
    for tick, velocity in strokes:
        if velocity:
            if sounding:
                yield sounding[0], tick, sounding[1]
                owed += 1
            sounding = tick, velocity
        elif sounding and owed and (balanced or tick == sounding[0]):
            owed -= 1
        elif sounding:
            yield sounding[0], tick, sounding[1]
            sounding, owed = None, 0
    if sounding:
        yield sounding[0], None, sounding[1]


def _given_up(span: _Span, end: int, bars: Sequence[Bar]) -> int:
    """Where a note that is never ended ends; `end` is its track's."""
    bar = bars[bar_at(bars, span.onset)]
    line = max(bar.onset + bar.length, span.onset + 1)
    return min(line, end) if end > span.onset else line


def _from_the_top(played: list[tuple[_Line, list[_Span]]]) -> list[tuple[_Line, list[_Span]]]:
    """The parts as in the file, turned if one instrument's run clearly from the bass up."""
    means = [sum(span.pitch for span in spans) / len(spans) for _, spans in played]
    one = len({(line.program, line.channel == _DRUMS) for line, _ in played}) == 1
    climbing = all(high - low >= _CLEAR for low, high in pairwise(means))
    return played[::-1] if one and climbing else played


def _stated(
    file: MidiFile, status: int, meaning: Callable[[bytes], T | None]
) -> list[tuple[int, T]]:
    """What the tracks state, in time; at one time the first track counts, and its last word."""
    found: dict[int, T] = {}
    for track in reversed(file.tracks):
        for event in track:
            if event.status == status and (value := meaning(event.data)) is not None:
                found[_ticks(event.tick, file.division)] = value
    return [(onset, found[onset]) for onset in sorted(found)]


def _keys(file: MidiFile) -> list[Key]:
    """The first track's keys when it only conducts; otherwise those of most tracks at each time.

    Tracks of transposing instruments state the key that is written, not the one that sounds.
    """
    conductor, *others = file.tracks or ((),)
    conducts = not any(map(smf.channel_kind, conductor))
    tracks = [conductor] if conducts and _stated_in(conductor) else [conductor, *others]
    now: Counter[tuple[int, bool]] = Counter()
    current: dict[int, tuple[int, bool]] = {}
    found: list[Key] = []
    for tick, place, key in sorted(
        (tick, place, key) for place, track in enumerate(tracks) for tick, key in _stated_in(track)
    ):
        now[current.get(place, key)] -= place in current
        current[place] = key
        now[key] += 1
        most = max(now, key=lambda k: (now[k], bool(found) and k == found[-1][1:]))
        onset = _ticks(tick, file.division) if found else 0
        if found and found[-1].onset == onset:
            found.pop()
        if not found or most != found[-1][1:]:
            found.append(Key(onset, *most))
    return found


def _stated_in(track: Sequence[Event]) -> list[tuple[int, tuple[int, bool]]]:
    return [
        (event.tick, key)
        for event in track
        if event.status == smf.KEY and (key := _key(event.data)) is not None
    ]


def _tempos(file: MidiFile) -> list[Tempo]:
    stated = _stated(file, smf.TEMPO, _tempo)
    if stated and stated[0][0] > 0:
        stated.insert(0, (0, _FIRST_TEMPO))
    return [
        Tempo(onset, millibeats)
        for place, (onset, millibeats) in enumerate(stated)
        if not place or millibeats != stated[place - 1][1]
    ]


def _title(file: MidiFile) -> str:
    """The first track's name, if that track is the whole file or has no notes."""
    if not file.tracks or (len(file.tracks) > 1 and any(map(smf.channel_kind, file.tracks[0]))):
        return ""
    given = (e.data for e in file.tracks[0] if e.status == smf.TRACK_NAME)
    return next((found for data in given if (found := names.title(names.text(data)))), "")


def _metre(data: bytes) -> Metre | None:
    if len(data) < 2 or data[1] > 7 or not metres.known(data[0], 1 << data[1]):
        return None
    return data[0], 1 << data[1]


def _key(data: bytes) -> tuple[int, bool] | None:
    if len(data) < 2 or data[1] > 1:
        return None
    fifths = int.from_bytes(data[:1], "big", signed=True)
    return (fifths, data[1] == 1) if -7 <= fifths <= 7 else None


def _tempo(data: bytes) -> int | None:
    microseconds = int.from_bytes(data, "big") if len(data) == 3 else 0
    return round(60_000_000_000 / microseconds) if microseconds >= _QUICKEST else None


def _ticks(tick: int, division: int) -> int:
    """The file's ticks as the score's, to the nearest."""
    return (2 * tick * TICKS + division) // (2 * division)


# Writing


def _coarse(score: Score) -> int:
    """480 ticks a quarter note if all times are whole in it, as every program likes best."""
    times = [time for note in score.notes for time in (note.onset, note.duration)]
    times += [time for bar in score.bars for time in (bar.onset, bar.length)]
    times += [key.onset for key in score.keys] + [tempo.onset for tempo in score.tempos]
    return 480 if all(time % (TICKS // 480) == 0 for time in times) else TICKS


def _head(score: Score) -> list[Event]:
    reach = max((note.onset + note.duration for note in score.notes), default=0)
    found = [Event(0, smf.TRACK_NAME, score.title.encode())] if score.title else []
    for onset, (beats, unit) in metres.stated(score.bars, reach):
        # a click every metrical beat of 24 clocks a quarter; 8 thirty-seconds in a quarter
        clock = max(1, min(255, 96 // unit))
        found.append(Event(onset, smf.METRE, bytes((beats, unit.bit_length() - 1, clock, 8))))
    found += (
        Event(key.onset, smf.KEY, bytes((key.fifths & 0xFF, key.minor))) for key in score.keys
    )
    for tempo in score.tempos:
        microseconds = min(0xFFFFFF, max(1, round(60_000_000_000 / tempo.millibeats)))
        found.append(Event(tempo.onset, smf.TEMPO, microseconds.to_bytes(3, "big")))
    return sorted(found, key=lambda event: event.tick)


def _track(score: Score, part: int, channel: int) -> list[Event]:
    name, program, _ = score.parts[part]
    found = [Event(0, smf.TRACK_NAME, name.encode())] if name else []
    found.append(Event(0, smf.PROGRAM | channel, bytes((program,))))
    again: dict[int, int] = {}  # where each pitch is next struck, from the end backwards
    notes = [note for note in score.notes if note.part == part]
    strokes: list[Event] = []
    for note in reversed(notes):
        end = min(note.onset + note.duration, again.get(note.pitch, note.onset + note.duration))
        again[note.pitch] = note.onset
        strokes.append(Event(end, smf.NOTE_OFF | channel, bytes((note.pitch, 0))))
        begin = smf.NOTE_ON | channel, bytes((note.pitch, note.velocity))
        strokes.append(Event(note.onset, *begin))
    # what ends at a time comes before what begins there
    return found + sorted(strokes, key=lambda e: (e.tick, e.status & 0xF0, -e.data[0]))


def _channels(parts: Sequence[Part]) -> list[int]:
    """A channel for each part, drums on the tenth; by instrument where there are too few."""
    free = [channel for channel in range(16) if channel != _DRUMS]
    own = [part for part in parts if not part.drums]
    kinds = list(dict.fromkeys(part.program for part in own))
    found: list[int] = []
    pitched = 0
    for part in parts:
        place = pitched if len(own) <= len(free) else kinds.index(part.program)
        found.append(_DRUMS if part.drums else free[place % len(free)])
        pitched += not part.drums
    return found
