"""Note values: how times are written as whole notes, halves, dots, tuplets and ties.

Every length of whole ticks can be written exactly. Inside a bar, times on the grid of 128th
notes need no tuplet; where others occur, the shortest beat or part of a beat that holds them
becomes a tuplet, of three where three will do, and of 35 if it must.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import gcd
from typing import NamedTuple

from moxie.arts.music.notation.metre import beat, beats, compound
from moxie.arts.music.score import TICKS, Bar

GRID = TICKS // 32
"""Ticks of a 128th note, the shortest value outside tuplets."""

TYPES = (
    "1024th", "512th", "256th", "128th", "64th", "32nd", "16th", "eighth", "quarter", "half",
    "whole", "breve",
)  # fmt: skip
"""Note values by the logarithm of their length in 1024th notes."""

_UNIT = 256  # 1024th notes in a quarter note
_LEAST = _UNIT * GRID // TICKS  # of them in the shortest value outside tuplets


class Piece(NamedTuple):
    """A chord's part inside a bar, or a rest (`chord` None); times in ticks from the bar line."""

    onset: int
    end: int
    chord: int | None = None


class Symbol(NamedTuple):
    """One note value as it is written."""

    onset: int  # ticks from the bar line
    duration: int
    chord: int | None
    type: str
    dots: int = 0
    actual: int = 1  # so many notes of the tuplet ...
    normal: int = 1  # ... in the time of so many
    opens: bool = False  # the first of its tuplet
    closes: bool = False  # the last


class Span(NamedTuple):
    """A tuplet: from `onset` to `end`, `actual` notes in the time of `normal`."""

    onset: int
    end: int
    actual: int
    normal: int
    least: int  # 1024th notes, as written, that every value in it is a multiple of


@lru_cache(maxsize=4096)  # rhythms come back again and again
def symbols(pieces: tuple[Piece, ...], bar: Bar, *, first: bool) -> tuple[Symbol, ...]:
    """One voice of one bar, filled with rests; the durations add up to the bar's length exactly.

    `pieces` follow each other and do not overlap. The bar's own onset does not count; if it is
    the `first` of its piece and short, it is a pick-up.
    """
    grid = _Grid(bar, first=first)
    filled = list(_with_rests(pieces, grid))
    spans = grid.tuplets(filled, grid.points)
    found: list[Symbol] = []
    for piece in _cut(filled, [edge for span in spans for edge in span[:2]]):
        span = next((s for s in spans if s.onset <= piece.onset < s.end), None)
        found += _in_tuplet(piece, span) if span else grid.plain(piece)
    return tuple(found)


class _Grid:
    """Where a bar may be divided."""

    def __init__(self, bar: Bar, *, first: bool) -> None:
        self.points = beats(bar, first=first)
        self.beat = beat(bar)
        self.threes = compound(bar)
        self.origin = self.points[1] % self.beat  # pick-ups count from their end

    def on_grid(self, tick: int) -> bool:
        """Whether a time can be reached without tuplets."""
        return (tick - self.origin) % GRID == 0

    def tuplets(self, pieces: Sequence[Piece], points: Sequence[int]) -> list[Span]:
        """The tuplets needed between the first and the last of `points`."""
        start, end = points[0], points[-1]
        inside = [p for p in pieces if p.onset < end and start < p.end]
        times = {min(max(t, start), end) for p in inside for t in (p.onset, p.end)} | {start, end}
        if all(map(self.on_grid, times)):
            return []
        parts = self._parts(points)
        crossed = {part[0] for part in parts[1:] if _crossed(inside, part[0], self)}
        if len(parts) > 1 and not crossed:
            return [span for part in parts for span in self.tuplets(inside, part)]
        step = gcd(*(time - start for time in times))
        span = Span(start, end, *_ratio(step))
        beats_apart = len(points) > 2
        if beats_apart and (end - start) // step > 2 * span.actual:
            return [span for part in parts for span in self.tuplets(inside, part)]
        return [span]

    def _parts(self, points: Sequence[int]) -> list[list[int]]:
        """A stretch divided once: into halves, beats, or the parts of a beat."""
        count = len(points) - 1
        if count > 1 and count % 2 == 0:
            return [list(points[: count // 2 + 1]), list(points[count // 2 :])]
        if count > 1:
            return [list(points[n : n + 2]) for n in range(count)]
        start, end = points
        whole = end - start == self.beat
        ways = 3 if whole and self.threes else 2
        step, rest = divmod(end - start, ways)
        if rest or not self.on_grid(start) or not self.on_grid(end) or step % GRID:
            return [[start, end]]
        return [[start + n * step, start + (n + 1) * step] for n in range(ways)]

    def plain(self, piece: Piece) -> Iterator[Symbol]:
        """A piece outside tuplets in as few values as the metre allows."""
        place, end = ((tick - self.origin) * _UNIT // TICKS for tick in piece[:2])
        while place < end:
            fitting = (n for n in _VALUES if n <= end - place and n % _LEAST == 0)
            units = next(n for n in fitting if self._readable(place, n, rest=piece.chord is None))
            onset = self.origin + place * TICKS // _UNIT
            yield Symbol(onset, units * TICKS // _UNIT, piece.chord, *_value(units))
            place += units

    def _readable(self, place: int, units: int, *, rest: bool) -> bool:
        """Whether a value shows the beats: it begins where it may, and hides no strong one."""
        base = _VALUES[units][0]
        beat = self.beat * _UNIT // TICKS
        on_beat = place % beat == 0
        if self.threes:
            within = place % beat + units <= beat
            whole = on_beat and units % beat == 0
            if rest:
                return whole or (within and units == base and not place % beat % base)
            ends = place % beat + units == beat and place % (base // 2 or 1) == 0
            return whole or (within and (ends or _aligned(place % beat, units)))
        if rest:
            return units == base and place % base == 0
        even = len(self.points) > 4 and len(self.points) % 2 == 1
        middle = (self.points[len(self.points) // 2] - self.origin) * _UNIT // TICKS
        if even and place < middle < place + units and not on_beat:
            return False
        return _aligned(place, units)


def _crossed(pieces: Sequence[Piece], cut: int, grid: _Grid) -> bool:
    """Whether something sounds across a place; a rest only counts if it needs a tuplet."""
    return any(
        piece.onset < cut < piece.end
        and (piece.chord is not None or not (grid.on_grid(piece.onset) and grid.on_grid(piece.end)))
        for piece in pieces
    )


def _with_rests(pieces: Sequence[Piece], grid: _Grid) -> Iterator[Piece]:
    """Gaps filled; rests that need tuplets are cut at the beats."""
    place = 0
    for piece in [*pieces, Piece(grid.points[-1], grid.points[-1])]:
        if place < piece.onset:
            rest = Piece(place, piece.onset)
            odd = not (grid.on_grid(rest.onset) and grid.on_grid(rest.end))
            yield from _cut([rest], grid.points if odd else [])
        if piece.onset < piece.end:
            yield piece
        place = piece.end


def _cut(pieces: Sequence[Piece], places: Sequence[int]) -> Iterator[Piece]:
    """The pieces, divided at the places that fall inside them."""
    for piece in pieces:
        inside = sorted({place for place in places if piece.onset < place < piece.end})
        edges = [piece.onset, *inside, piece.end]
        for onset, end in pairwise(edges):
            yield Piece(onset, end, piece.chord)


def _ratio(step: int) -> tuple[int, int, int]:
    """(actual, normal, least) that write multiples of `step` ticks as multiples of plain values."""
    common = gcd(step, TICKS)
    number, parts = step // common, TICKS // common  # step is number / parts quarter notes
    actual = _odd(parts)
    normal = _odd(number)
    least = _UNIT * (number // normal) // (parts // actual)
    while 2 * normal <= actual and least > 1:
        normal, least = 2 * normal, least // 2
    return actual, normal, least


def _odd(number: int) -> int:
    """Without its factors of two."""
    return number // (number & -number)


def _in_tuplet(piece: Piece, span: Span) -> list[Symbol]:
    """A piece inside a tuplet, in the values that are written there."""
    found = []
    place, end = (_written(tick - span.onset, span) for tick in piece[:2])
    onset = piece.onset
    while place < end:
        units = next(
            n for n in _VALUES if n <= end - place and n % span.least == 0 and _aligned(place, n)
        )
        place += units
        after = span.onset + place * TICKS * span.normal // (_UNIT * span.actual)
        found.append(Symbol(onset, after - onset, piece.chord, *_value(units), *span[2:4]))
        onset = after
    found[0] = found[0]._replace(opens=found[0].onset == span.onset)
    found[-1] = found[-1]._replace(closes=onset == span.end)
    return found


def _aligned(place: int, units: int) -> bool:
    """Whether a value may begin at a place: a multiple of its half; if dotted, more strictly."""
    base, dots = _VALUES[units]
    if place % (base // 2 or 1):
        return False
    return not dots or place % base == 0 or (dots == 1 and (place + units) % base == 0)


def _written(ticks: int, span: Span) -> int:
    """Ticks inside a tuplet as written 1024th notes."""
    return ticks * _UNIT * span.actual // (TICKS * span.normal)


def _value(units: int) -> tuple[str, int]:
    """The type and dots of a length in 1024th notes."""
    base, dots = _VALUES[units]
    return TYPES[base.bit_length() - 1], dots


_VALUES: dict[int, tuple[int, int]] = {
    2**n * (2 ** (dots + 1) - 1) // 2**dots: (2**n, dots)
    for n in range(len(TYPES) - 1, -1, -1)
    for dots in (2, 1, 0)
    if n >= dots
}
"""What one value can last, in 1024th notes, the longest first: (undotted, dots)."""
