"""What the event coding tells: a unit's fields, what is known before each, and their contexts.

The columns are filled by `events.EventTracker`, in the order in which they stand here.
"""

from __future__ import annotations

from bisect import bisect_left

from moxie.arts.music.coding.columns import PITCHES, Column, Field, chain
from moxie.arts.music.coding.harmonies import COLUMNS as HARMONIES
from moxie.arts.music.score import TICKS, Bar

PER_QUARTER = 24
"""Steps in a quarter note: 32nds, and triplets of sixteenths."""

STEP = TICKS // PER_QUARTER

LONG = 4 * PER_QUARTER + 1
"""The gap symbol for a whole note without a beginning; the unit then has no note."""

LENGTHS = (
    *range(1, 25),
    *(27, 28, 30, 32, 33, 36, 40, 42, 44, 45, 48, 54, 56, 60, 64, 66, 72, 80, 84, 90, 96),
    *(108, 120, 132, 144, 168, 192, 240, 288, 336, 384, 480, 576, 768),
)
"""Note lengths in steps; others are told as the nearest."""

PARTS = 16
"""Parts at most; lower ones are told with the last."""

ENSEMBLES = (1, 2, 3, 4, 5, 6, 7, 8, 11)
"""Numbers of parts up to which ensembles look the same: larger ones are seldom, and alike."""

METRES = ((4, 4), (3, 4), (2, 4), (6, 8), (2, 2), (3, 8), (12, 8), (9, 8), (6, 4), (3, 2))
POSITIONS = 145
"""Places in the bar, in half steps of a sixteenth triplet up to six quarters; then the last."""

LAST_BARS = 5
HELD = 9

GAP, PART, PITCH, LENGTH = 0, 1, 2, 3
"""The fields of a unit."""

NOTE_ECHOES = (8, 4, 2)
"""How many notes of a part are compared."""

UNIT_ECHOES = (12, 6, 3)
"""How many notes of the whole piece are compared."""

_CODES = len(LENGTHS) + 1  # a length column holds 0 for none


def length_code(steps: int) -> int:
    """The place in `LENGTHS` nearest to so many steps."""
    at = bisect_left(LENGTHS, steps)
    if at == len(LENGTHS):
        return at - 1
    if at and steps - LENGTHS[at - 1] < LENGTHS[at] - steps:
        return at - 1
    return at


def metre_code(bar: Bar) -> int:
    """The place of a bar's metre in `METRES`, or the one after them."""
    metre = (bar.beats, bar.unit)
    return METRES.index(metre) if metre in METRES else len(METRES)


def _places() -> tuple[Column, ...]:
    return (
        Column("pos", POSITIONS),
        Column("metre", len(METRES) + 1),
        Column("left", LAST_BARS + 1),
        Column("minor", 2),
    )


def _trunk() -> tuple[Column, ...]:
    """The note before, where it was, what sounds, what returns."""
    return (
        *_places(),
        Column("gap", LONG + 1),
        Column("part", PARTS),
        Column("pitch", PITCHES + 1, "pitch"),
        Column("length", _CODES),
        Column("sounding", HELD),
        Column("parts", len(ENSEMBLES) + 1),
        Column("echo", LONG + 2),
        Column("sure", 4),
        Column("same", 2),  # whether the note before began with the one before it
        *HARMONIES,
    )


def _gap() -> Field:
    columns = (
        *_places(),
        Column("last", LONG + 1),
        Column("before", LONG + 1),
        Column("earlier", LONG + 1),
        Column("length", _CODES),
        Column("part", PARTS),
        Column("here", HELD),  # notes that begin with the last one so far
        Column("there", HELD),  # notes that began together before that
        Column("next", LONG + 1),  # until the next note ends
        Column("sounding", HELD),
        Column("echo", LONG + 2),
        Column("sure", 4),
        Column("parts", len(ENSEMBLES) + 1),
        Column("below", PARTS),  # parts below the one told last
    )
    chains = (
        chain(columns, "here", "next", "length", "last pos", "part before", "parts"),
        chain(columns, "here there", "last before", "earlier length", "pos", "metre part"),
        chain(columns, "pos", "metre here", "part", "next sounding", "length last"),
        chain(columns, "sure", "echo", "here", "next part", "pos"),
        chain(columns, "below", "here there", "next", "part parts", "pos metre", "last length"),
        chain(columns, "left here", "next", "part parts", "pos"),
    )
    return Field("gap", LONG + 1, LONG + 1, columns, (), chains)


def _part() -> Field:
    columns = (
        *_places(),
        Column("gap", LONG + 1),
        Column("last", PARTS),
        Column("before", PARTS),
        Column("earlier", PARTS),
        Column("idle", PARTS + 1),  # the first part that could begin here and does not sound
        Column("here", HELD),
        Column("echo", PARTS + 1),
        Column("sure", 4),
        Column("parts", len(ENSEMBLES) + 1),
    )
    chains = (
        chain(columns, "parts", "idle", "gap last", "before", "earlier", "pos"),
        chain(columns, "last", "before parts", "gap", "idle", "earlier here", "pos metre"),
        chain(columns, "sure", "echo", "idle", "gap last", "before here"),
        chain(columns, "parts", "pos gap", "idle", "last", "before here"),
    )
    return Field("part", PARTS, PARTS, columns, (), chains)


def _pitch() -> Field:
    pitch = PITCHES + 1
    columns = (
        *_places(),
        Column("gap", LONG + 1),
        Column("part", PARTS),
        Column("parts", len(ENSEMBLES) + 1),
        Column("last", pitch, "pitch"),  # in the same part, the latest first
        Column("before", pitch, "pitch"),
        Column("earlier", pitch, "pitch"),
        Column("fourth", pitch, "pitch"),
        Column("above", pitch, "pitch"),  # the note before, where it begins here too
        Column("over", pitch, "pitch"),  # and the one before that
        Column("bass", pitch, "pitch"),  # the lowest that sounds
        Column("top", pitch, "pitch"),  # the highest that sounds
        Column("ago", pitch, "pitch"),  # in the same part at this place a bar ago
        Column("echo", pitch, "pitch"),
        Column("sure", 4),
        Column("unison", pitch, "pitch"),  # as the whole piece's echo has it
        Column("certain", 4),
        Column("length", _CODES),
        Column("chord", 2),  # whether the note before is of this part and begins here
        Column("second", pitch, "pitch"),  # the lowest but one that sounds
        Column("inner", pitch, "pitch"),  # the highest but one
        *HARMONIES,
    )
    chains = (
        chain(columns, "chord", "last", "part before", "earlier", "fourth", "gap"),
        chain(columns, "chord", "class(last)", "above", "part gap", "class(bass) over"),
        chain(columns, "chord", "class(bass)", "last", "class(top) above", "pos part"),
        chain(columns, "chord part", "last-before", "before-earlier", "gap length",
              "earlier-fourth", "class(last) minor", anchor="last"),
        chain(columns, "chord part", "above-last", "over-last", "bass-last",
              "last-before gap", "class(last) minor", anchor="last"),
        chain(columns, "chord", "bass-last", "top-last", "last-before", "gap part",
              "class(last) minor", anchor="last"),
        chain(columns, "sure", "echo-last", "chord above-last", "bass-last gap", anchor="last"),
        chain(columns, "certain", "unison-last", "sure echo-last", "gap part", anchor="last"),
        chain(columns, "chord", "ago-last", "last-before", "above-last", "pos", anchor="last"),
        chain(columns, "part parts", "class(bass) minor", "class(top) chord", "pos metre"),
        chain(columns, "chord left", "class(last) minor", "last-before", "pos part",
              anchor="last"),
        chain(columns, "part", "above-over", "bass-above", "last-above", "class(above) minor",
              anchor="above"),
        chain(columns, "chord", "root", "quality", "class(last)", "part", "pos"),
        chain(columns, "chord", "root-last", "quality", "last-before", "bass-last", "part gap",
              anchor="last"),
        chain(columns, "chord root_before", "quality_before", "root quality",
              "class(bass) part", "last"),
    )  # fmt: skip
    names = [column.name for column in columns]
    anchors = ("last", "before", "above", "bass", "echo", "unison")
    places = tuple(names.index(name) for name in anchors)
    return Field("pitch", PITCHES, 0, columns, places, chains)


def _length() -> Field:
    pitch = PITCHES + 1
    columns = (
        *_places(),
        Column("gap", LONG + 1),
        Column("part", PARTS),
        Column("parts", len(ENSEMBLES) + 1),
        Column("last", _CODES),  # in the same part
        Column("before", _CODES),
        Column("earlier", _CODES),
        Column("with", _CODES),  # of the note before, where it begins here too
        Column("previous", _CODES),  # of the note before, in any case
        Column("echo", _CODES),
        Column("sure", 4),
        Column("ago", _CODES),  # in the same part at this place a bar ago
        Column("rest", LONG + 1),  # what is left of the bar
        Column("pitch", pitch, "pitch"),
        Column("melody", pitch, "pitch"),  # the pitch before in the part
        Column("chord", 2),
    )
    chains = (
        chain(columns, "chord", "with", "part parts", "last", "pos metre", "before"),
        chain(columns, "part", "last", "before", "pos metre", "earlier", "with"),
        chain(columns, "sure", "echo", "last", "with chord", "pos"),
        chain(columns, "gap", "previous", "last part", "pos metre", "rest"),
        chain(columns, "pos metre", "part", "last gap", "pitch-melody", "with"),
        chain(columns, "ago", "last", "with chord", "pos metre"),
        chain(columns, "left rest", "part parts", "last", "with"),
    )
    return Field("length", len(LENGTHS), len(LENGTHS), columns, (), chains)


TRUNK = _trunk()
"""What the trunk is told before each unit."""

FIELDS = (_gap(), _part(), _pitch(), _length())
"""Gap, part, pitch, length."""
