"""Passages of a score and variations of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from little_composer import chorales
from moxie.arts.music.pieces import DOWN, MOST_PIECES, PIECE, UP, excerpt, pieces, vary
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score
from moxie.arts.music.theory.ranges import range_of

BAR = 3 * TICKS


def waltz(bars: int, *, pitch: int = 60, part: Part | None = None) -> Score:
    notes = [Note(i * TICKS, TICKS, pitch + i % 3, 0) for i in range(3 * bars)]
    metre = [Bar(i * BAR, BAR, 3, 4) for i in range(bars)]
    keys, tempos = [Key(0, 1), Key(BAR * 4, -2, True)], [Tempo(0, 90_000), Tempo(BAR * 6, 60_000)]
    return score(notes, metre, [part or Part("Piano")], keys=keys, tempos=tempos, title="Waltz")


@pytest.mark.parametrize(
    ("bars", "number"), [(1, 1), (7, 1), (11, 1), (13, 2), (16, 2), (30, 4), (400, MOST_PIECES)]
)
def test_passages_reach_from_end_to_end(bars: int, number: int) -> None:
    whole = waltz(bars)
    found = pieces(whole)
    assert len(found) == number
    if number == 1:
        assert found[0] is whole
        return
    assert all(len(passage.bars) == PIECE for passage in found)
    assert found[0].notes == excerpt(whole, 0, PIECE).notes
    assert found[-1].notes == excerpt(whole, bars - PIECE, bars).notes


def test_a_score_without_bars_is_its_only_piece() -> None:
    nothing = Score((), (), ())
    assert list(pieces(nothing)) == [nothing]


def test_an_excerpt_begins_at_nothing_and_keeps_what_holds() -> None:
    found = excerpt(waltz(10), 5, 7)
    assert found.bars == (Bar(0, BAR, 3, 4), Bar(BAR, BAR, 3, 4))
    assert [note.onset for note in found.notes] == [i * TICKS for i in range(6)]
    assert found.keys == (Key(0, -2, True),)
    assert found.tempos == (Tempo(0, 90_000), Tempo(BAR, 60_000))
    assert (found.parts, found.title) == ((Part("Piano"),), "Waltz")
    assert found.length == 2 * BAR


def test_notes_belong_to_the_bar_they_begin_in_and_are_cut_at_the_end() -> None:
    notes = [Note(0, 2 * BAR, 60, 0), Note(BAR, 3 * BAR, 64, 0)]
    whole = score(notes, [Bar(i * BAR, BAR, 3, 4) for i in range(4)], [Part("Piano")])
    assert excerpt(whole, 1, 2).notes == (Note(0, BAR, 64, 0),)
    assert excerpt(whole, 0, 1).notes == (Note(0, BAR, 60, 0),)


def test_an_excerpt_beyond_the_end_ends_there() -> None:
    whole = waltz(8)
    assert len(excerpt(whole, 6, 99).bars) == 2
    assert excerpt(whole, 0, 8) == whole
    with pytest.raises(ValueError, match="no bars 8 to 9"):
        excerpt(whole, 8, 9)


def test_a_variation_is_the_music_in_another_key_and_pace() -> None:
    whole = chorales(1)[0]
    shifts = set()
    for seed in range(40):
        varied = vary(whole, seed=seed)
        assert varied == vary(whole, seed=seed)
        (shift,) = {b.pitch - a.pitch for a, b in zip(whole.notes, varied.notes, strict=True)}
        assert all(
            a._replace(pitch=0) == b._replace(pitch=0)
            for a, b in zip(whole.notes, varied.notes, strict=True)
        )
        shifts.add(shift)
        for before, after in zip(whole.keys, varied.keys, strict=True):
            assert (before.tonic + shift) % 12 == after.tonic
            assert abs(after.fifths) <= 6
        for old, new in zip(whole.tempos, varied.tempos, strict=True):
            assert 0.9 <= new.millibeats / old.millibeats <= 1.11
        for number, part in enumerate(varied.parts):
            low, high = range_of(part)
            own = [note.pitch for note in whole.notes if note.part == number]
            pitches = [note.pitch for note in varied.notes if note.part == number]
            assert min(low, *own) <= min(pitches)
            assert max(pitches) <= max(high, *own)
    assert DOWN <= min(shifts) < 0 < max(shifts) <= UP


def test_no_instrument_is_led_out_of_its_range() -> None:
    lowest = waltz(4, pitch=55, part=Part("Violin", 40))
    found = [vary(lowest, seed=seed) for seed in range(20)]
    assert all(min(note.pitch for note in one.notes) >= 55 for one in found)
    assert any(one.notes != lowest.notes for one in found)


def test_drums_stay_as_they_are() -> None:
    drums = Part("Drums", 0, drums=True)
    whole = waltz(4)
    mixed = score(
        [*whole.notes, Note(0, TICKS, 38, 1)], whole.bars, [*whole.parts, drums], keys=whole.keys
    )
    for seed in range(6):
        assert [n.pitch for n in vary(mixed, seed=seed).notes if n.part == 1] == [38]


def test_what_is_out_of_range_already_goes_no_further() -> None:
    wide = score(
        [Note(0, TICKS, 12, 0), Note(TICKS, TICKS, 119, 0)], [Bar(0, 4 * TICKS)], [Part("Piano")]
    )
    assert vary(wide, seed=1).notes == replace(wide).notes
