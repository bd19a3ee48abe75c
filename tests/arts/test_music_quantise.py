"""Onto the grid: scores stay as they are, tuplets survive, performances are found out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moxie.arts.music.files.graces import without_graces
from moxie.arts.music.files.midi import read_midi
from moxie.arts.music.files.quantise import DIVISIONS, quantise
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, score

MOZART = Path(__file__).resolve().parents[2] / "../shared/data/music/mozart"
QUARTER = TICKS
TICK = TICKS / 384  # one of LilyPond's


def piece(notes: list[Note], *, keys: tuple[Key, ...] = ()) -> Score:
    parts = 1 + max(note.part for note in notes)
    return score(notes, [Bar(0, 4 * QUARTER)], [Part("Piano")] * parts, keys=keys)


def rhythm(divisions: tuple[int, ...], repeat: int = 1) -> list[Note]:
    """A quarter note in equal parts, for each of the divisions, one after the other."""
    return [
        Note(quarter * QUARTER + n * QUARTER // parts, QUARTER // parts, 60 + n, 0)
        for quarter, parts in enumerate(divisions * repeat)
        for n in range(parts)
    ]


def played(content: Score, spread: float, rng: np.random.Generator) -> Score:
    """As a person might: onsets and ends strayed by `spread` quarter notes."""
    notes = []
    for note in content.notes:
        onset, end = (
            round(tick + rng.normal(0, spread) * QUARTER)
            for tick in (note.onset, note.onset + note.duration * 0.9)
        )
        onset = max(0, onset)
        notes.append(note._replace(onset=onset, duration=max(100, end - onset)))
    return score(notes, content.bars, content.parts)


def test_every_division_stays_as_it_is() -> None:
    content = piece(rhythm(DIVISIONS))
    assert quantise(content) == (content, 0.0)


def test_what_ends_between_beats_stays() -> None:
    notes = [Note(0, QUARTER * 7 // 8, 60, 0), Note(QUARTER, QUARTER // 3, 62, 0)]
    assert quantise(piece(notes))[0].notes == tuple(notes)


def test_rounded_tuplets_are_mended() -> None:
    exact = piece(rhythm((1, 2, 5, 7, 4, 9, 2, 1), 4))
    rounded = score(
        [
            n._replace(
                onset=round(round(n.onset / TICK) * TICK),
                duration=max(1, round(round(n.duration / TICK) * TICK)),
            )
            for n in exact.notes
        ],
        exact.bars,
        exact.parts,
    )
    assert rounded.notes != exact.notes
    found, share = quantise(rounded)
    assert share == 0
    assert [n.onset for n in found.notes] == [n.onset for n in exact.notes]


def test_a_performance_is_drawn_to_the_grid_and_counted(rng: np.random.Generator) -> None:
    exact = piece(rhythm((1, 2, 4, 3, 2, 1, 4, 4), 8))
    found, share = quantise(played(exact, 0.03, rng))
    assert share > 0.5
    right = {(n.onset, n.pitch) for n in found.notes} & {(n.onset, n.pitch) for n in exact.notes}
    assert len(right) > 0.85 * len(exact.notes)
    assert all(n.duration > 0 for n in found.notes)


def test_short_ends_alone_do_not_make_a_performance() -> None:
    exact = piece(rhythm((1, 2, 4, 3, 2, 1), 4))
    gated = score(
        [n._replace(duration=round(n.duration * 0.95)) for n in exact.notes],
        exact.bars,
        exact.parts,
    )
    found, share = quantise(gated)
    assert share == 0
    same = sum(a == b for a, b in zip(found.notes, exact.notes, strict=True))
    assert same > 0.95 * len(exact.notes)


def test_overlaps_made_by_moving_are_cut(rng: np.random.Generator) -> None:
    repeated = piece([Note(n * QUARTER // 2, QUARTER // 2, 60, 0) for n in range(64)])
    found, _ = quantise(played(repeated, 0.04, rng))
    for before, after in zip(found.notes, found.notes[1:], strict=False):
        assert before.onset + before.duration <= after.onset


def test_played_grace_notes_go() -> None:
    grace = round(21 * TICK)
    notes = rhythm((1, 2, 4, 1), 2)
    before = next(n for n in notes if n.onset == 3 * QUARTER)
    notes.append(Note(before.onset - grace, grace - 1, 80, 0))
    found, share = quantise(piece(notes))
    assert share == 0
    assert [n.onset for n in found.notes] == [n.onset for n in rhythm((1, 2, 4, 1), 2)]


def test_a_real_128th_is_no_grace_note() -> None:
    notes = [*rhythm((1, 1, 2)), Note(3 * QUARTER - QUARTER // 32, QUARTER // 32, 80, 0)]
    notes.append(Note(3 * QUARTER, QUARTER, 60, 0))
    content = piece(notes)
    assert quantise(content) == (content, 0.0)


def test_a_part_pushed_late_by_a_grace_note_comes_back() -> None:
    grace = round(21 * TICK)
    late = [n._replace(onset=n.onset + grace) for n in rhythm((1, 2, 4, 3), 4)]
    late.append(Note(0, grace, 70, 0))
    other = [n._replace(part=1, pitch=n.pitch - 20) for n in rhythm((1, 1, 2, 2), 4)]
    content = piece([*late, *other], keys=(Key(0, 0), Key(4 * QUARTER + grace, 2)))
    found = without_graces(content)
    expected = piece([*rhythm((1, 2, 4, 3), 4), *other], keys=(Key(0, 0), Key(4 * QUARTER, 2)))
    assert found.notes == expected.notes
    assert found.keys == expected.keys
    assert quantise(content) == (found, 0.0)


@pytest.mark.slow
@pytest.mark.works
def test_real_scores_are_on_the_grid() -> None:
    if not MOZART.is_dir():
        pytest.skip("the shared works of Mozart are not beside this checkout")
    for path in sorted(MOZART.glob("*.mid"))[::6]:
        found, share = quantise(read_midi(path.read_bytes(), path.name))
        assert share < 0.05, path.name
        assert quantise(found) == (found, 0.0), path.name
