"""What every score that is made must be, and what tests read from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from moxie.art import Brief
from moxie.arts.music.files.codec import read, write
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import HIGHEST, LOWEST, Note, Score, bar_at


def assert_sound(whole: Score, bars: int) -> None:
    """What every score must be: whole, in order, nothing beyond its end or twice at once."""
    assert len(whole.bars) == bars
    assert whole.notes
    assert list(whole.notes) == sorted(whole.notes, key=lambda n: (n.onset, n.part, -n.pitch))
    sounding: dict[tuple[int, int], int] = {}
    for note in whole.notes:
        assert 0 <= note.onset < note.onset + note.duration <= whole.length
        assert LOWEST <= note.pitch <= HIGHEST
        assert 0 <= note.part < len(whole.parts)
        assert 1 <= note.velocity <= 127
        assert note.onset >= sounding.get((note.part, note.pitch), 0), "a pitch is struck twice"
        sounding[note.part, note.pitch] = note.onset + note.duration
    assert read(write(whole), "made.score") == whole


def assert_one_at_a_time(whole: Score, part: int) -> None:
    notes = [note for note in whole.notes if note.part == part]
    assert all(a.onset + a.duration <= b.onset for a, b in pairwise(notes))


def of_bar(whole: Score, bar: int) -> list[Note]:
    start = whole.bars[bar].onset
    inside = [note for note in whole.notes if bar_at(whole.bars, note.onset) == bar]
    return [note._replace(onset=note.onset - start) for note in inside]


def plain(notes: Sequence[Note]) -> list[tuple[int, int, int]]:
    return [(note.onset, note.part, note.pitch) for note in notes]


def made(model: ScoreModel, bars: int = 6, *, seed: int = 1, novelty: float = 0.5) -> Score:
    return model.sample(Brief((bars,), novelty), seed=seed).content
