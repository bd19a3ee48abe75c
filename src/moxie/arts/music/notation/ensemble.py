"""Parts that were read bar by bar, put together to a `Sheet`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from moxie.arts.music.files.limits import MAX_BARS, MAX_PARTS, check_number
from moxie.arts.music.notation.instruments import staff_names
from moxie.arts.music.notation.metre import fitting
from moxie.arts.music.notation.repeats import Signs
from moxie.arts.music.notation.sheet import Measure, Sheet, Written
from moxie.arts.music.score import TICKS, Key, Part, Tempo
from moxie.errors import UnreadableWork

Ticks: TypeAlias = int | Fraction
Metre: TypeAlias = tuple[int, int]

QUICKEST = 1000
"""Quarter notes a minute; what is quicker is damage."""

MAX_MEASURES = 300_000
"""Bars of single parts in a file; forty parts of a long symphony movement have 40,000."""

_NEAR = TICKS // 64  # a bar this near to full is full: its tuplets were rounded


@dataclass(slots=True)
class PartMeasure:
    """What one part says of one bar. Notes are by (staff, voice label), their part still 0."""

    number: str
    implicit: bool = False
    extent: Ticks = 0  # how far its contents reach
    notes: list[tuple[int, str, Written]] = field(default_factory=list)
    strokes: list[tuple[int, str, Written]] = field(default_factory=list)  # without a pitch
    metre: Metre | None = None
    free: bool = False  # no metre, or none that is known, from here on
    keys: list[Key] = field(default_factory=list)
    tempos: list[Tempo] = field(default_factory=list)
    begins: bool = False
    times: int = 0
    endings: frozenset[int] = frozenset()
    marks: set[str] = field(default_factory=set)
    ruled: bool = False  # ends in more than a plain bar line


@dataclass
class Player:
    """A `score-part` and what its bars hold."""

    name: str = ""
    program: int = 0
    drums: bool = False
    unpitched: dict[str, int] = field(default_factory=dict)
    measures: list[PartMeasure] = field(default_factory=list)
    staves: int = 1


def tempo_at(onset: int, quarters: Ticks) -> Tempo | None:
    """So many quarter notes a minute; None where nobody could play that."""
    return Tempo(onset, round(quarters * 1000)) if 1 <= quarters <= QUICKEST else None


def check_size(players: Sequence[Player], name: str, *, coming: int = 0) -> None:
    """Refuse a file of more bars, over all parts, than memory is for. Raises UnreadableWork."""
    count = coming + sum(len(player.measures) for player in players)
    if count > MAX_MEASURES:
        raise UnreadableWork(
            "{name} has {count} bars in all its parts together; at most {limit} can be read.",
            name=name,
            count=count,
            limit=MAX_MEASURES,
        )


def together(players: Sequence[Player], title: str, name: str) -> Sheet:
    """The sheet of all players; every staff is a part. `name` is what messages call the file.

    Raises UnreadableWork where there are too many parts or bars.
    """
    check_number(sum(player.staves for player in players), MAX_PARTS, "parts", name)
    bars = max((len(player.measures) for player in players), default=0)
    check_number(bars, MAX_BARS, "bars", name)
    parts = [
        Part(staff, player.program, player.drums)
        for player in players
        for staff in staff_names(player.name, player.program, player.staves)
    ]
    return Sheet(_measures(players), parts, title)


def _measures(players: Sequence[Player]) -> list[Measure]:
    """The bars of all parts laid together.

    A bar may be shorter than its metre where it says so, at the ends of sections, and where it
    makes a whole one with its neighbour; elsewhere rests were left out.
    """
    found: list[Measure] = []
    metre, free, ruled = (4, 4), False, True
    notes = _notes(players)
    count = max((len(player.measures) for player in players), default=0)
    bars = [[p.measures[n] for p in players if n < len(p.measures)] for n in range(count)]
    extents = [max(round(row.extent) for row in rows) for rows in bars]
    for index, rows in enumerate(bars):
        for row in reversed(rows):
            if row.metre or row.free:
                metre, free = row.metre or metre, row.free
        ruled_after = any(row.ruled for row in rows) or index == count - 1
        full = 4 * TICKS * metre[0] // metre[1]
        # a pick-up makes a whole bar with the last one, not with the second
        pairs = (n for n in (index - 1, index) if n >= 1)
        split = any(sum(extents[n : n + 2]) == full for n in pairs)
        short = ruled or ruled_after or split or any(row.implicit for row in rows)
        measure = _measure(rows, metre, free=free, short=short)
        measure.notes = next(notes)
        measure.keys = _keys(players, index)
        found.append(measure)
        ruled = ruled_after
    return found


def _measure(
    rows: Sequence[PartMeasure], metre: tuple[int, int], *, free: bool, short: bool
) -> Measure:
    """A bar without its notes and keys. It may be `short` only where there is a reason."""
    full = 4 * TICKS * metre[0] // metre[1]
    length = max(round(row.extent) for row in rows)
    implicit = any(row.implicit for row in rows)
    nearly = abs(length - full) <= _NEAR and not implicit
    if not free and (not length or nearly or (length < full and not short)):
        length = full
    if length > full or (free and length):
        metre = fitting(length, metre)
    tempos = {tempo.onset: tempo for row in reversed(rows) for tempo in reversed(row.tempos)}
    return Measure(
        length or full,
        *metre,
        tempos=sorted(tempos.values()),
        signs=Signs(
            any(row.begins for row in rows),
            max(row.times for row in rows),
            frozenset().union(*(row.endings for row in rows)),
            frozenset().union(*(row.marks for row in rows)),
        ),
    )


def _notes(players: Sequence[Player]) -> Iterator[list[Written]]:
    """Each bar's notes, with parts counted over all staves and voices from 0 in each."""
    places: list[dict[tuple[int, str], tuple[int, int]]] = []
    first = 0
    for player in players:
        places.append(_places(player, first))
        first += player.staves
    for index in range(max((len(player.measures) for player in players), default=0)):
        yield [
            written._replace(part=place[staff, label][0], voice=place[staff, label][1])
            for player, place in zip(players, places, strict=True)
            if index < len(player.measures)
            for staff, label, written in _sounding(player, player.measures[index])
        ]


def _sounding(player: Player, measure: PartMeasure) -> list[tuple[int, str, Written]]:
    """What has a pitch; in a drum part, the strokes too."""
    return measure.notes + measure.strokes if player.drums else measure.notes


def _places(player: Player, first: int) -> dict[tuple[int, str], tuple[int, int]]:
    """Part and voice for each staff and voice label; voices are counted in the labels' order."""
    labels = {
        (staff, label)
        for measure in player.measures
        for staff, label, _ in _sounding(player, measure)
    }
    found: dict[tuple[int, str], tuple[int, int]] = {}
    voices: Counter[int] = Counter()
    for staff, label in sorted(labels, key=lambda place: (place[0], len(place[1]), place[1])):
        found[staff, label] = (first + staff - 1, voices[staff])
        voices[staff] += 1
    return found


def _keys(players: Sequence[Player], index: int) -> list[Key]:
    """What most pitched parts say; horns and drums are often written without a signature."""
    votes: dict[int, Counter[Key]] = {}
    for player in players:
        if index < len(player.measures) and not player.drums:
            for key in player.measures[index].keys:
                votes.setdefault(key.onset, Counter())[key] += 1
    return [votes[onset].most_common(1)[0][0] for onset in sorted(votes)]
