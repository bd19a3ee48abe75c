"""What is no work goes, what was played is put on the grid, and faults are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from moxie.arts.music.clean import FEWEST_NOTES, MOST_PARTS, clean
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score

BAR = 4 * TICKS


def piece(
    bars: int = 8, parts: Sequence[Part] = (Part("Right"), Part("Left")), start: int = 0
) -> Score:
    """Quarter notes, each part with its own pitches; `start` bars of silence before them."""
    notes = [
        Note((4 * start + i) * TICKS, TICKS, 48 + 2 * part + (5 * i + part) % 17, part)
        for i in range(4 * bars)
        for part in range(len(parts))
    ]
    laid = [Bar(i * BAR, BAR) for i in range(start + bars)]
    return score(notes, laid, parts, keys=[Key(0, 1)], tempos=[Tempo(0, 90_000)], title="Tune")


def codes(found: Score) -> list[str]:
    return [flag.code for flag in clean(found).flags]


def test_a_clean_score_is_given_back_as_it_is() -> None:
    good = piece()
    cleaned = clean(good)
    assert cleaned.content is good
    assert cleaned.usable
    assert cleaned.flags == ()


def test_drums_are_left_out() -> None:
    band = piece(parts=(Part("Drums", drums=True), Part("Bass", 33)))
    cleaned = clean(band)
    assert cleaned.content.parts == (Part("Bass", 33),)
    assert {note.part for note in cleaned.content.notes} == {0}
    assert len(cleaned.content.notes) == 32
    assert [str(flag.message) for flag in cleaned.flags] == ["Its drums were left out (32 notes)."]
    assert cleaned.usable
    assert band.parts[0].drums  # what was given is as it was


def test_nothing_but_drums_or_silence_cannot_be_learnt_from() -> None:
    for empty in (piece(parts=(Part("Drums", drums=True),)), score([], [], ())):
        cleaned = clean(empty)
        assert cleaned.content is empty
        assert not cleaned.usable
        assert [flag.code for flag in cleaned.flags] == ["no notes"]


def test_parts_without_notes_go_without_a_word() -> None:
    good = piece()
    padded = replace(good, parts=(*good.parts, Part("Tacet")))
    assert clean(padded).content == good
    assert codes(padded) == []


def test_a_part_that_doubles_another_note_for_note_goes() -> None:
    good = piece()
    twice = [*good.notes, *(n._replace(part=2, velocity=50) for n in good.notes if n.part == 0)]
    doubled = score(twice, good.bars, (*good.parts, Part("Flute", 73)))
    cleaned = clean(doubled)
    assert cleaned.content.parts == good.parts
    assert str(cleaned.flags[0].message) == "Parts that only double others were left out: 1."
    octave = [n._replace(pitch=n.pitch + 12) if n.part == 2 else n for n in doubled.notes]
    assert codes(score(octave, good.bars, doubled.parts)) == []


def test_of_many_parts_the_busiest_stay_in_order() -> None:
    orchestra = piece(parts=[Part(f"Part {i}") for i in range(MOST_PARTS + 3)])
    thin = [n for n in orchestra.notes if n.part not in (0, 5, 9) or n.onset < BAR]
    cleaned = clean(replace(orchestra, notes=tuple(thin)))
    kept = [int(part.name.split()[1]) for part in cleaned.content.parts]
    assert kept == [i for i in range(MOST_PARTS + 3) if i not in (0, 5, 9)]
    assert [flag.code for flag in cleaned.flags] == ["many parts"]


def test_silence_at_the_ends_is_cut_and_the_rest_is_kept() -> None:
    late = piece(start=3)
    silent_end = [*late.bars, Bar(11 * BAR, BAR), Bar(12 * BAR, BAR)]
    cleaned = clean(replace(late, bars=tuple(silent_end)))
    assert cleaned.content == piece()
    assert cleaned.flags == ()


def test_a_note_that_sounds_on_keeps_its_bars() -> None:
    held = piece()
    notes = [*held.notes, Note(8 * BAR, 3 * BAR, 60, 0)]
    assert len(clean(score(notes, held.bars, held.parts)).content.bars) == 11


def test_a_performance_is_put_on_the_grid_and_told() -> None:
    written = piece(16)
    rng = np.random.default_rng(4)
    strays = rng.normal(0, TICKS / 40, len(written.notes)).astype(int).tolist()
    played = [
        n._replace(onset=max(0, n.onset + stray), duration=int(n.duration * 0.9))
        for n, stray in zip(written.notes, strays, strict=True)
    ]
    cleaned = clean(score(played, written.bars, written.parts))
    assert [flag.code for flag in cleaned.flags] == ["performance"]
    assert "It was played, not written:" in str(cleaned.flags[0].message)
    found = {(n.onset, n.pitch) for n in cleaned.content.notes}
    meant = {(n.onset, n.pitch) for n in written.notes}
    assert len(found & meant) > 0.9 * len(meant)
    assert cleaned.usable


@pytest.mark.parametrize("bars", [1, 3])
def test_what_is_short_cannot_be_learnt_from(bars: int) -> None:
    cleaned = clean(piece(bars))
    assert not cleaned.usable
    assert cleaned.flags[0].code == "short"
    assert str(cleaned.flags[0].message).startswith("It is too short to learn from: ")
    few = piece(8, parts=(Part("One"),))
    thin = replace(few, notes=few.notes[: FEWEST_NOTES - 1])
    assert not clean(thin).usable


def test_the_reason_comes_first() -> None:
    tiny = piece(2, parts=(Part("Drums", drums=True), Part("Bass")))
    assert codes(tiny) == ["short", "drums"]


def test_faults_are_told() -> None:
    good = piece(16)
    pause = [n for n in good.notes if not 4 * BAR <= n.onset < 9 * BAR]
    assert codes(replace(good, notes=tuple(pause))) == ["silent"]
    brief = [n for n in good.notes if not 4 * BAR <= n.onset < 8 * BAR]
    assert codes(replace(good, notes=tuple(brief))) == []
    one = replace(good, notes=tuple(n._replace(pitch=60 + 12 * n.part) for n in good.notes))
    assert codes(replace(one, parts=good.parts)) == []  # two pitches, half each
    drone = score([n for n in one.notes if n.part == 0], good.bars, good.parts[:1])
    assert codes(drone) == ["monotonous"]
    swarm = [
        Note(i * TICKS, TICKS, pitch, part) for i in range(16) for pitch in range(40, 80)
        for part in range(2)
    ]  # fmt: skip
    shifted = [n._replace(onset=n.onset + TICKS // 2 * n.part) for n in swarm]
    assert codes(score(shifted, [], good.parts)) == ["dense"]


def test_cleaning_is_repeatable_and_settles() -> None:
    band = piece(12, parts=(Part("Drums", drums=True), Part("A"), Part("B")), start=2)
    once = clean(band)
    assert clean(band) == once
    assert clean(once.content).content is once.content
