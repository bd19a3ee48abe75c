"""What grace notes leave behind in a MIDI file, mended.

Notation programs play a grace note in the time of its neighbour: the file has a very short note
that the score counts as none. LilyPond moreover lets a piece, or a section, that begins with a
grace note start late by its length, so that no later note is on a beat. Both would be taken for
free playing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from moxie.arts.music.score import TICKS, Note, Score
from moxie.arts.music.score import score as build

PLAIN = (1, 2, 4, 3, 6, 8, 12, 16)
"""Equal parts that a quarter note usually has."""

ROUNDING = TICKS // 192
"""What files with 96 ticks in a quarter note may be wrong by."""

_SHORT = TICKS // 16  # a 64th note; graces are shorter
_GAP = TICKS // 96  # between a grace note and what it leads to, and between graces
_EXACT = TICKS // 768  # what files with 384 ticks in a quarter note may be wrong by
_AHEAD, _FEWEST = 12, 4  # onsets that must agree on a shift; at least, near the end
_AGREED, _LOST = 0.75, 0.5  # shares of them that the new shift explains, and the old one at most


def fits(ticks: Iterable[int], divisions: Iterable[int], allowed: int) -> int | None:
    """The first division that has every tick on its grid, give or take; None when none has."""
    ticks = tuple(ticks)
    for division in divisions:
        if all(abs(tick - snapped(tick, division)) <= allowed for tick in ticks):
            return division
    return None


def snapped(tick: int, division: int) -> int:
    """The nearest tick where the quarter note's `division` equal parts begin."""
    step = TICKS // division
    return (2 * tick + step) // (2 * step) * step


def without_graces(score: Score) -> Score:
    """The score without played grace notes, each part moved back to where they pushed it from.

    Keys that have come to stand beside a bar line go back to it; bars and tempos stay. The same
    score where there is nothing to mend.
    """
    moved: list[Note] = []
    for part in range(len(score.parts)):
        notes = _without_short([note for note in score.notes if note.part == part])
        back = _shifts(sorted({note.onset for note in notes}))
        moved += (note._replace(onset=back(note.onset)) for note in notes)
    if set(moved) == set(score.notes):
        return score
    lines = sorted(bar.onset for bar in score.bars)
    return build(
        moved,
        score.bars,
        score.parts,
        keys=[key._replace(onset=_beside(key.onset, lines)) for key in score.keys],
        tempos=score.tempos,
        title=score.title,
    )


def _without_short(notes: Sequence[Note]) -> list[Note]:
    """One part without notes that are shorter than a 64th, off any grid, and soon followed."""
    onsets = sorted({note.onset for note in notes})

    def grace(note: Note) -> bool:
        if note.duration >= _SHORT:
            return False
        end = note.onset + note.duration
        place = bisect_left(onsets, max(note.onset + 1, end - _GAP))
        followed = place < len(onsets) and onsets[place] <= end + _GAP
        return followed and fits([note.onset, end], (*PLAIN, 24, 32), _EXACT) is None

    return [note for note in notes if not grace(note)]


def _shifts(onsets: Sequence[int]) -> Callable[[int], int]:
    """From a time in the file to its place in the music, for parts pushed off the grid."""
    since, shifts = [0], [0]
    for place, onset in enumerate(onsets[: 1 - _FEWEST]):
        if _plain(onset - shifts[-1], ROUNDING):
            continue
        ahead = onsets[place : place + _AHEAD]
        candidate = onset - snapped(onset, 4)
        agreed = _share(ahead, candidate, 2 * _EXACT)  # strictly: players stray into agreement
        if agreed >= _AGREED and _share(ahead, shifts[-1], ROUNDING) <= _LOST:
            since.append(onset)
            shifts.append(candidate)

    def back(tick: int) -> int:
        return max(0, tick - shifts[bisect_right(since, tick) - 1])

    return back


def _share(onsets: Sequence[int], shift: int, allowed: int) -> float:
    return sum(_plain(onset - shift, allowed) for onset in onsets) / len(onsets)


def _plain(tick: int, allowed: int) -> bool:
    return fits([tick], PLAIN, allowed) is not None


def _beside(tick: int, lines: Sequence[int]) -> int:
    """The nearest of the bar lines, if it is nearer than a 32nd note; otherwise `tick`."""
    place = bisect_left(lines, tick)
    near = min(lines[max(0, place - 1) : place + 1], key=lambda line: abs(line - tick))
    return near if abs(near - tick) < TICKS // 8 else tick
