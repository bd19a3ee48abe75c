"""From playing to notation: notes on a grid of simple divisions of the quarter note.

Each quarter note has its own division, so that triplets, quintuplets and thirty-seconds stay what
they are. In a written piece what lies on a division is not moved at all, and small errors, such
as those of a file whose ticks cannot hold a quintuplet, are mended. A performance is drawn to the
divisions that explain it best: a trade between how far notes move and how intricate the rhythm
becomes (a description length; cf. Cemgil, Desain and Kappen 2000, "Rhythm quantization for
transcription").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from moxie.arts.music.files.graces import PLAIN, ROUNDING, fits, snapped, without_graces
from moxie.arts.music.score import TICKS, Note, Score
from moxie.arts.music.score import score as build

DIVISIONS = (1, 2, 4, 3, 8, 6, 12, 16, 5, 10, 7, 9, 14, 24, 32)
"""Equal parts a quarter note may have in a written piece, the likeliest first."""

TOLERANCE = TICKS // 96
"""A note moved further than this was not on the grid: 6 ms at 100 quarter notes a minute."""

WRITTEN, WHOLLY = 0.7, 0.9
"""A piece is written if this share of its onsets is on a plain division, or this share lies in
quarter notes that one division holds wholly. By chance they are a quarter, and a half."""

_COSTS = dict(zip(PLAIN, (0.0, 1.0, 2.0, 3.0, 5.0, 5.0, 8.0, 9.0), strict=True))  # in nats
_STRAYS = TICKS / 24  # how far players stray, one standard deviation: 25 ms at 100 a minute


def quantise(score: Score) -> tuple[Score, float]:
    """The score with onsets and ends on the grid, and the share of notes that were off it.

    The share, 0..1, counts onsets that had to move by more than `TOLERANCE`; ends do not count,
    since many programs write them short on purpose. Grace notes are taken out first, and with
    them the time they push in. Bars stay. A score on the grid is given back as it is; where
    something moved, notes of one pitch in one voice that have come to overlap are cut.
    """
    score = without_graces(score)
    grid = _Grid([note.onset for note in score.notes])
    moved = 0
    found: list[Note] = []
    for note in score.notes:
        onset = grid.onset(note.onset)
        moved += abs(onset - note.onset) > TOLERANCE
        end = grid.end(note.onset + note.duration, onset)
        found.append(note._replace(onset=onset, duration=end - onset))
    if tuple(found) == score.notes:
        return score, 0.0
    settled = build(
        _apart(found),
        score.bars,
        score.parts,
        keys=score.keys,
        tempos=score.tempos,
        title=score.title,
    )
    return settled, moved / len(score.notes)


class _Grid:
    """The division of each quarter note, found from what begins in it."""

    def __init__(self, onsets: Sequence[int]) -> None:
        within: defaultdict[int, list[int]] = defaultdict(list)
        for onset in onsets:
            within[onset // TICKS].append(onset)
        plain = sum(fits([onset], PLAIN, ROUNDING) is not None for onset in onsets)
        wholly = sum(
            len(begun)
            for begun in within.values()
            if fits(set(begun), DIVISIONS, ROUNDING) is not None
        )
        self._written = plain >= WRITTEN * len(onsets) or wholly >= WHOLLY * len(onsets)
        self._divisions = {quarter: self._division(set(begun)) for quarter, begun in within.items()}

    def onset(self, tick: int) -> int:
        """Where a note that begins at `tick` belongs."""
        return snapped(tick, self._divisions[tick // TICKS])

    def end(self, tick: int, onset: int) -> int:
        """Where a note that stops at `tick` ends, at least a short step after its `onset`."""
        if self._written and tick > onset and fits([tick], DIVISIONS, 0):
            return tick  # whatever begins beside it
        # a note may end where nothing begins: quarters of the beat, or halves of its tuplet
        here = self._divisions.get(tick // TICKS, 4)
        fine = 4 if here in (1, 2) else here
        step = TICKS // max(4, self._divisions.get(onset // TICKS, 4))
        return max(snapped(tick, fine), onset + step)

    def _division(self, onsets: set[int]) -> int:
        if self._written:
            for allowed in (0, ROUNDING):
                if division := fits(onsets, DIVISIONS, allowed):
                    return division
        return min(PLAIN, key=lambda division: _cost(onsets, division))


def _cost(onsets: Iterable[int], division: int) -> float:
    """In nats: how unlikely such straying is, and how intricate the division."""
    strays = ((onset - snapped(onset, division)) / _STRAYS for onset in onsets)
    return sum(stray**2 for stray in strays) / 2 + _COSTS[division]


def _apart(notes: Sequence[Note]) -> list[Note]:
    """Notes of one pitch and voice, each ended at the latest where the next begins."""
    following: dict[tuple[int, int, int], int] = {}
    found: list[Note] = []
    for note in sorted(notes, key=lambda n: n.onset, reverse=True):
        place = (note.part, note.voice, note.pitch)
        later = following.get(place, note.onset)
        room = later - note.onset if later > note.onset else note.duration
        found.append(note._replace(duration=min(note.duration, room)))
        following[place] = note.onset
    return found
