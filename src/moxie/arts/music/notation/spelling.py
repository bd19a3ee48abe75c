"""Names for pitches: which of two enharmonic spellings, and which accidentals are printed.

Pitches are named on the line of fifths (... Bb F C G D A E B F# ...) as near together as they can
be, around the key: Temperley's "pitch variance rule" (2001, chapter 5), bar by bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from moxie.arts.music.score import Key, Score, bar_at

_STEPS = "FCGDAEB"
_FROM_TONIC = (-3, -2)
"""The flattest name used, in fifths from a major tonic (Eb in C) and from the signature's in
minor (Bb in A minor, where D# leads to the dominant)."""

_FLATTEST, _SHARPEST = -15, 8  # the windows without triple flats and sharps
_SHIFTS = range(-4, 5)
_WEIGHT = 2  # notes that each step of the key's scale counts for


class Name(NamedTuple):
    """A spelled pitch: F sharp 4 is ("F", 1, 4)."""

    step: str
    alter: int
    octave: int


def signature(score: Score, onset: int) -> Key:
    """The key signature at a time; C major where none is stated."""
    return next((key for key in reversed(score.keys) if key.onset <= onset), Key(0, 0))


def spell(pitch: int, flattest: int) -> Name:
    """The name of a pitch among the twelve from `flattest` on, on the line of fifths where C is 0.

    >>> spell(61, -3), spell(61, -8)
    (Name(step='C', alter=1, octave=4), Name(step='D', alter=-1, octave=4))
    """
    place = flattest + (7 * pitch - flattest) % 12
    alter, step = divmod(place + 1, 7)
    return Name(_STEPS[step], alter, (pitch - alter) // 12 - 1)


def flattest_by_bar(score: Score) -> list[int]:
    """What to give `spell` in each bar."""
    counts = [[0] * 12 for _ in score.bars]
    for note in score.notes:
        if not score.parts[note.part].drums:
            counts[bar_at(score.bars, note.onset)][note.pitch % 12] += 1
    found = []
    for index, bar in enumerate(score.bars):
        near = counts[max(0, index - 1) : index + 2]
        around = [sum(column) for column in zip(*near, strict=True)]
        key = signature(score, bar.onset)
        windows = (_home(key) + shift for shift in _SHIFTS)
        known = (low for low in windows if _FLATTEST <= low <= _SHARPEST)
        found.append(min(known, key=partial(_cost, around, key)))
    return found


def _cost(counts: Sequence[int], key: Key, low: int) -> tuple[float, int]:
    """How far apart the names from `low` on lie; the nearer to the key where that is equal.

    The key's own scale sounds along, so that a few notes do not speak for another key.
    """
    places = [(low + (7 * pitch - low) % 12, count) for pitch, count in enumerate(counts) if count]
    scale = [(key.fifths + key.minor + step, _WEIGHT) for step in range(-1, 6)]
    total = sum(count for _, count in places + scale)
    mean = sum(place * count for place, count in places + scale) / total
    spread = sum(count * (place - mean) ** 2 for place, count in places)
    return spread, abs(low - _home(key))


def _home(key: Key) -> int:
    """The flattest name in use in a key."""
    return key.fifths + _FROM_TONIC[key.minor]


def printed(names: Iterable[tuple[Name, bool]], fifths: int) -> list[bool]:
    """Which notes of one bar and staff need an accidental.

    `names` are in the order of reading, with whether a tie leads to them: those need none.
    """
    raised = {step: (fifths - n + 6) // 7 for n, step in enumerate(_STEPS)}
    found, now = [], dict[tuple[str, int], int]()
    for name, tied in names:
        place = (name.step, name.octave)
        needed = not tied and name.alter != now.get(place, raised[name.step])
        found.append(needed)
        if needed:
            now[place] = name.alter
    return found
