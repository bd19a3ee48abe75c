"""Where bars begin, heard where a file does not say it."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.arts.music.files.midi import read_midi, write_midi
from moxie.arts.music.files.upbeat import upbeat, with_upbeat
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, score

QUARTER = TICKS


def dance(pickup: int, *, beats: int = 3, count: int = 16) -> Score:
    """A tune over a bass on each downbeat and chords on the other beats; bars from 0."""
    rng = np.random.default_rng(0)
    full = beats * QUARTER
    notes = [Note(0, pickup, 72, 0)] if pickup else []
    for bar in range(count):
        start = pickup + bar * full
        notes.append(Note(start, full, 40 + int(rng.integers(0, 5)), 1))
        notes += (Note(start + n * QUARTER, QUARTER, 60, 1) for n in range(1, beats))
        notes.append(Note(start, QUARTER, 74, 0))
        notes += (
            Note(start + QUARTER + n * QUARTER // 2, QUARTER // 2, 70 + int(rng.integers(0, 9)), 0)
            for n in range(2 * (beats - 1))
        )
    laid = [Bar(n * full, full, beats, 4) for n in range(count)]
    return score(notes, laid, [Part("right"), Part("left")])


@pytest.mark.parametrize("beats", [2, 3, 4])
@pytest.mark.parametrize("pickup", [0, QUARTER // 4, QUARTER // 2, QUARTER, QUARTER * 5 // 4])
def test_a_pickup_is_heard(pickup: int, beats: int) -> None:
    assert upbeat(dance(pickup, beats=beats)) == pickup


def test_bars_are_moved_after_the_pickup_and_nothing_else_changes() -> None:
    content = dance(QUARTER)
    found = with_upbeat(content, QUARTER)
    assert found.notes == content.notes
    assert found.bars[0] == Bar(0, QUARTER, 3, 4)
    assert all(b.length == b.full and (b.onset - QUARTER) % b.full == 0 for b in found.bars[1:])
    assert upbeat(found) == 0
    assert read_midi(write_midi(found)) == found


def test_nothing_is_moved_without_need() -> None:
    content = dance(0)
    assert with_upbeat(content, 0) is content
    assert with_upbeat(content, 3 * QUARTER) is content


def test_bars_that_were_stated_are_believed() -> None:
    content = dance(QUARTER)
    two = [*content.bars[:8], *(bar._replace(beats=6, unit=8) for bar in content.bars[8:])]
    cut = [Bar(0, 2 * QUARTER, 3), *(b._replace(onset=b.onset - QUARTER) for b in content.bars[1:])]
    for bars in (two, cut, content.bars[:7]):
        reach = bars[-1].onset + bars[-1].length
        notes = [n for n in content.notes if n.onset + n.duration <= reach]
        assert upbeat(score(notes, bars, content.parts)) == 0


def test_evenness_says_nothing() -> None:
    even = [Note(n * QUARTER, QUARTER, 60, 0) for n in range(64)]
    laid = [Bar(n * 4 * QUARTER, 4 * QUARTER) for n in range(16)]
    assert upbeat(score(even, laid, [Part("Bell", drums=False)])) == 0
