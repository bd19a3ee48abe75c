"""How a bar is divided: the metre that fits a length, and where the beats fall."""

from __future__ import annotations

from collections.abc import Sequence

from moxie.arts.music.files.metres import SHORTEST_UNIT, known
from moxie.arts.music.score import TICKS, Bar


def fitting(length: int, metre: tuple[int, int]) -> tuple[int, int]:
    """The metre whose bar lasts `length` ticks, in the unit of `metre` or finer.

    Where there is none, `metre` itself.
    """
    unit = metre[1]
    while unit <= SHORTEST_UNIT:
        beats, rest = divmod(length * unit, 4 * TICKS)
        if not rest and known(beats, unit):
            return beats, unit
        unit *= 2
    return metre


def metre_of(beats: Sequence[str], units: Sequence[str]) -> tuple[int, int] | None:
    """The metre of a time signature, its parts (3+2, or 2/4 + 3/8) added up; None if unknown."""
    try:
        sums = [sum(int(beat) for beat in text.split("+")) for text in beats]
        under = [int(unit) for unit in units]
    except ValueError:
        return None
    pairs = list(zip(sums, under, strict=False))
    if not pairs or not all(known(*pair) for pair in pairs):
        return None
    finest = max(under)
    metre = sum(beat * finest // unit for beat, unit in pairs), finest
    return metre if known(*metre) else None


def compound(bar: Bar) -> bool:
    """Whether its beats are of three units: 6/8, 9/8, 12/16, but not 3/8 or 6/4 in quarters."""
    return bar.unit >= 8 and bar.beats % 3 == 0 and bar.beats > 3


def beat(bar: Bar) -> int:
    """Ticks of one beat."""
    return 4 * TICKS // bar.unit * (3 if compound(bar) else 1)


def beats(bar: Bar, *, first: bool) -> list[int]:
    """Ticks from its beginning to each of its beats and to its end.

    A piece's first bar, if it is short, is a pick-up: its beats count from its end.
    """
    step = beat(bar)
    start = bar.length % step if first and bar.length < bar.full else 0
    inner = range(start or step, bar.length, step)
    return [0, *inner, bar.length]
