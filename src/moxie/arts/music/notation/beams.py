"""Beams: which short notes are joined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from moxie.arts.music.notation.metre import beat, compound
from moxie.arts.music.notation.values import TYPES, Symbol
from moxie.arts.music.score import TICKS, Bar

_EIGHTH = TYPES.index("eighth")


def beams(symbols: Sequence[Symbol], bar: Bar) -> list[tuple[str, ...]]:
    """For each symbol of a voice its beams, from the first level on; () for none.

    A beat is joined; in simple metres two beats of nothing but eighths, where they are a half of
    the bar; a bar of three short units as a whole. Rests break a beam.
    """
    found: list[tuple[str, ...]] = [()] * len(symbols)
    span = _span(bar)
    halves = _halves(symbols, bar)
    keyed = []
    for symbol in symbols:
        half = symbol.onset // (2 * TICKS)
        group = ("half", half) if half in halves else ("beat", symbol.onset // span)
        keyed.append((_levels(symbol) > 0, group))
    for (short, _), run in groupby(range(len(symbols)), key=lambda n: keyed[n]):
        places = list(run)
        if short and len(places) > 1:
            levels = [_levels(symbols[place]) for place in places]
            for n, place in enumerate(places):
                found[place] = tuple(_state(levels, n, level) for level in range(1, levels[n] + 1))
    return found


def _span(bar: Bar) -> int:
    """Ticks that a beam joins."""
    if compound(bar):
        return beat(bar)
    if bar.unit <= 4:
        return TICKS
    return bar.full if bar.beats == 3 else 2 * beat(bar)


def _halves(symbols: Sequence[Symbol], bar: Bar) -> set[int]:
    """The pairs of beats in 4/4 and 2/4 that hold nothing but eighths."""
    if bar.unit != 4 or bar.beats not in (2, 4):
        return set()
    halves: dict[int, bool] = {}
    for symbol in symbols:
        plain = symbol.type == "eighth" and symbol.actual == 1 and not symbol.dots
        half = symbol.onset // (2 * TICKS)
        halves[half] = halves.get(half, True) and plain
    return {half for half, plain in halves.items() if plain}


def _levels(symbol: Symbol) -> int:
    """How many beams a note would have."""
    return 0 if symbol.chord is None else max(0, _EIGHTH + 1 - TYPES.index(symbol.type))


def _state(levels: Sequence[int], place: int, level: int) -> str:
    """What one beam does at one note of a group."""
    before = place > 0 and levels[place - 1] >= level
    after = place + 1 < len(levels) and levels[place + 1] >= level
    if before and after:
        return "continue"
    if before or after:
        return "end" if before else "begin"
    return "backward hook" if place else "forward hook"
