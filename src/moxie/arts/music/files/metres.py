"""Between bars and the changes of metre that a MIDI file states.

A file has no bars, only the times at which a metre begins. Two habits carry the irregular bars:
a pick-up is a metre of its own, one bar long (1/4, then 3/4), as notation programs write it; any
other bar that is too short is ended by stating the metre again, which begins a new bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from moxie.arts.music.files.limits import MAX_BARS, check_number
from moxie.arts.music.score import TICKS, Bar

Metre: TypeAlias = tuple[int, int]
"""Upper and lower figure."""

MOST_BEATS, SHORTEST_UNIT = 64, 128
"""Metres beyond 64 of anything, or in less than 128ths, are taken for damage."""

_NEAR = TICKS // 16  # a bar line and a change closer than a 64th note were meant to be one


def known(beats: int, unit: int) -> bool:
    """Whether there is such a metre: 0/4 and 3/5 are none."""
    return 0 < beats <= MOST_BEATS and 0 < unit <= SHORTEST_UNIT and not unit & unit - 1


def bars(changes: Sequence[tuple[int, Metre]], reach: int, name: str) -> list[Bar]:
    """Bars from 0 to `reach` and to the last change, in ticks; 4/4 until a metre is stated.

    Raises UnreadableWork, naming the file `name`, when there are too many.
    """
    if not changes or changes[0][0] > _NEAR:
        changes = [(0, (4, 4)), *changes]
    found: list[Bar] = []
    place = 0
    ends = [onset for onset, _ in changes[1:]]
    for (_, (beats, unit)), end in zip(changes, [*ends, None], strict=True):
        until = reach if end is None else end
        full = 4 * TICKS * beats // unit
        near = min(_NEAR, full // 4)
        while until - place > (0 if end is None else near):
            cut = end is not None and place + full - end > near
            found.append(Bar(place, until - place if cut else full, beats, unit))
            check_number(len(found), MAX_BARS, "bars", name)
            place += found[-1].length
    return _with_pickup(found)


def stated(bars: Sequence[Bar], reach: int) -> list[tuple[int, Metre]]:
    """The changes from which `bars` gives the same bars back; `reach` is the last note's end."""
    found: list[tuple[int, Metre]] = []
    before: Metre | None = None
    place = 0  # where the next bar would begin if nothing were stated
    for index, bar in enumerate(bars):
        metre = _as_stated(bars, index)
        if metre != before or place != bar.onset:
            found.append((bar.onset, metre))
        before, place = metre, bar.onset + 4 * TICKS * metre[0] // metre[1]
    if not bars or before is None:
        return found
    end = bars[-1].onset + bars[-1].length
    if place != end or bars[-1].onset >= reach:
        found.append((end, before))
    return found


def _with_pickup(found: list[Bar]) -> list[Bar]:
    """A single first bar of a shorter metre is the second metre's pick-up."""
    if len(found) > 1 and found[0].length == found[0].full < found[1].full:
        found[0] = Bar(0, found[0].length, found[1].beats, found[1].unit)
    return found


def _as_stated(bars: Sequence[Bar], index: int) -> Metre:
    bar = bars[index]
    pickup = (
        index == 0
        and bar.length < bar.full
        and len(bars) > 1
        and (bar.beats, bar.unit) == (bars[1].beats, bars[1].unit)
    )
    if pickup or bar.length > bar.full:
        return _lasting(bar.length, bar.unit) or (bar.beats, bar.unit)
    return bar.beats, bar.unit


def _lasting(length: int, unit: int) -> Metre | None:
    """The metre whose bar lasts `length` ticks, in `unit`s or finer; None for triplets."""
    while unit <= SHORTEST_UNIT:
        beats, rest = divmod(length * unit, 4 * TICKS)
        if not rest and known(beats, unit):
            return beats, unit
        unit *= 2
    return None
