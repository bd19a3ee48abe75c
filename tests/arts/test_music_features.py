"""Statistics of style: what they count, and what they do not hear."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from little_composer import chorales
from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, Tempo, score
from moxie.arts.music.style.features import FAMILIES, NAMES, describe
from moxie.arts.music.style.heard import ORNAMENT, hear
from moxie.arts.music.style.idioms import WIDTH, count
from moxie.arts.music.theory.keys import transpose

HALF = TICKS // 2
PIANO = Part("Piano")


def line(pitches: list[int], *, length: int = TICKS, part: int = 0, start: int = 0) -> list[Note]:
    return [Note(start + i * length, length, pitch, part) for i, pitch in enumerate(pitches)]


def piece(notes: list[Note], beats: int = 4, unit: int = 4, parts: int = 1) -> Score:
    return score(notes, [Bar(0, 4 * TICKS * beats // unit, beats, unit)], [PIANO] * parts)


def seen(content: Score) -> dict[str, float]:
    return dict(zip(NAMES, describe(content).tolist(), strict=True))


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    return chorales(4)


def test_every_statistic_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(FAMILIES)
    assert 120 <= len(NAMES) <= 256


@pytest.mark.parametrize("semitones", [-5, 1, 6])
def test_a_transposed_piece_has_the_same(scores: list[Score], semitones: int) -> None:
    for one in scores:
        moved = transpose(one, semitones)
        assert np.allclose(describe(one), describe(moved), atol=1e-5)
        assert np.array_equal(count(one), count(moved))


def other_encodings(one: Score) -> dict[str, Score]:
    """The same music written down otherwise."""
    notes, parts = list(one.notes), list(one.parts)
    voices = [n._replace(part=0, voice=n.part) for n in notes]
    last = ORNAMENT // 2
    grace = [n._replace(onset=n.onset + n.duration - last, duration=last) for n in notes[::9]]
    drum = [Note(0, TICKS, 38, len(parts))]
    loose = [n._replace(onset=n.onset + 40 * (n.part % 2)) for n in notes]
    return {
        "loudness": replace(one, notes=tuple(n._replace(velocity=9 + n.part) for n in notes)),
        "names, programs": replace(one, parts=tuple(Part("x", 5) for _ in parts)),
        "no signature, no tempo": replace(one, keys=(), tempos=()),
        "wrong signature": replace(one, keys=(Key(0, 5),), tempos=(Tempo(0, 40_000),)),
        "all in one part": score(voices, one.bars, [PIANO]),
        "parts upside down": score(
            [n._replace(part=len(parts) - 1 - n.part) for n in notes], one.bars, parts[::-1]
        ),
        "doubled": score(
            notes + [n._replace(part=len(parts)) for n in notes], one.bars, [*parts, PIANO]
        ),
        "grace notes written out": score(notes + grace, one.bars, parts),
        "drums": score(notes + drum, one.bars, [*parts, Part("Drums", 0, drums=True)]),
        "chords not quite together": score(loose, one.bars, parts),
    }


def test_the_way_a_piece_is_written_down_is_not_heard(scores: list[Score]) -> None:
    for name, other in other_encodings(scores[0]).items():
        assert np.allclose(describe(scores[0]), describe(other), atol=2e-3), name
        assert np.allclose(count(scores[0]), count(other), atol=2e-3), name


def test_staccato_is_no_rest() -> None:
    notes = line([60, 64, 67, 65, 62, 59, 60, 60])
    short = [n._replace(duration=n.duration // 2) for n in notes[:-1]] + notes[-1:]
    assert np.array_equal(describe(piece(notes)), describe(piece(short)))


def test_where_the_bar_line_is_changes_only_what_is_counted_by_bars(scores: list[Score]) -> None:
    one = scores[0]
    late = score([n._replace(onset=n.onset + TICKS) for n in one.notes], one.bars, one.parts)
    by_bars = np.isin(FAMILIES, ("form", "texture", "rhythm", "harmony"))
    assert np.allclose(describe(one)[~by_bars], describe(late)[~by_bars], atol=1e-4)


def test_an_offbeat_signature_does_not_move_the_beat() -> None:
    notes = line([60, 64, 67, 72] * 8, start=HALF)
    filled = notes + [Note(n.onset + HALF, HALF // 2, n.pitch + 2, 0) for n in notes[::4]]
    assert seen(piece(filled))["level_beat"] == pytest.approx(np.sqrt(0.8))


def test_a_scale() -> None:
    found = seen(piece(line([60, 62, 64, 65, 67, 69, 71, 72])))
    assert found["upper_interval_+2"] == pytest.approx(np.sqrt(5 / 7))
    assert found["upper_interval_+1"] == pytest.approx(np.sqrt(2 / 7))
    assert found["degree_1"] == pytest.approx(np.sqrt(2 / 8))
    assert found["length_1.00"] == found["level_beat"] == found["voices_1"] == 1
    assert found["run_5"] == 1
    assert found["pitch_scale_consistency"] == 1
    assert found["pitch_repeated"] == found["rhythm_silence"] == 0


def test_chords_and_how_outer_voices_move() -> None:
    triads = [Note(i * TICKS, TICKS, p, 0) for i in range(4) for p in (48, 64, 67)]
    found = seen(piece(triads))
    assert found["chord_major"] == found["root_1"] == found["texture_together"] == 1
    assert found["above_bass_3"] == found["above_bass_5"] == pytest.approx(np.sqrt(0.5))
    thirds = line([64, 65, 67, 69]) + line([60, 62, 64, 65], part=1)
    assert seen(piece(thirds, parts=2))["motion_parallel_imperfect"] == 1
    fifths = line([67, 69, 71, 72]) + line([60, 62, 64, 65], part=1)
    assert seen(piece(fifths, parts=2))["motion_parallel_perfect"] == 1
    wedge = line([67, 69, 71, 72]) + line([60, 59, 57, 55], part=1)
    assert seen(piece(wedge, parts=2))["motion_contrary"] == 1


def test_time_and_form() -> None:
    even = seen(piece(line([60, 64, 67, 64] * 8)))
    assert even["rhythm_groove"] == even["form_repeat"] == even["form_notes_1"] == 1
    assert even["rhythm_upper_syncopation"] == 0
    off = [Note(i * TICKS + HALF, TICKS, 60 + i % 5, 1) for i in range(16)]
    pulse = [Note(i * TICKS, TICKS, 40, 0) for i in range(17)]
    assert seen(piece(off + pulse, parts=2))["rhythm_upper_syncopation"] == 15 / 16
    rests = [Note(i * 2 * TICKS, HALF, 60, 0) for i in range(8)]
    assert seen(piece(rests))["rhythm_silence"] > 0.6


def test_compound_beats_have_three_parts() -> None:
    eighths = line([60, 62, 64, 65, 67, 69] * 4, length=HALF)
    found = seen(piece(eighths, beats=6, unit=8))
    assert found["length_0.33"] == 1
    assert found["level_beat"] == pytest.approx(np.sqrt(1 / 3))


@pytest.mark.parametrize(
    "content",
    [
        piece([]),
        piece([Note(0, TICKS, 60, 0)]),
        piece(line([60, 67])),
        piece(line([60] * 16)),
        piece(line(list(range(60, 74)), length=HALF), beats=7, unit=8),
        piece(line([60, 62, 64], length=TICKS // 3)),
        piece([Note(0, 40 * TICKS, 40 + 3 * i, i) for i in range(12)], parts=12),
        score([Note(0, TICKS, 38, 0)], [], [Part("Drums", 0, drums=True)]),
        score(line([60, 62, 64, 65, 67]), [Bar(0, TICKS, 3, 4)], [PIANO]),
    ],
    ids=["empty", "note", "two", "one pitch", "7/8", "triplet", "12 parts", "drums", "pick-up"],
)
def test_anything_has_finite_statistics(content: Score) -> None:
    found = describe(content)
    assert (found.shape, found.dtype) == ((len(NAMES),), np.float32)
    assert np.isfinite(found).all()
    figures = count(content)
    assert figures.shape == (WIDTH,)
    assert np.isfinite(figures).all()


def test_what_has_no_pitch_is_not_heard() -> None:
    assert hear(piece([])) is None
    assert not describe(piece([])).any()


@pytest.mark.slow
@pytest.mark.works
def test_an_engraving_and_a_midi_file_of_one_movement_are_alike() -> None:
    file = Path(__file__).resolve().parents[3] / "shared/data/music/mozart"
    midi = file / "KV458_k458_k458_score_mv4.mid"
    music21 = pytest.importorskip("music21")
    corpus = Path(music21.__file__).parent / "corpus/mozart/k458/movement4.mxl"
    if not midi.is_file() or not corpus.is_file():
        pytest.skip("the works are not here")
    from moxie.arts.music import Music
    from moxie.arts.music.pieces import excerpt

    one, other = (Music().read(path.read_bytes(), path.name) for path in (midi, corpus))
    starts = range(0, 64, 8)
    first, second = (
        np.array([describe(excerpt(content, i, i + 8)) for i in starts]) for content in (one, other)
    )
    spread = first.std(axis=0) + 0.05
    between = np.sqrt((((first - second) / spread) ** 2).mean())
    apart = np.sqrt((((first[1:] - first[:-1]) / spread) ** 2).mean())
    assert between < 0.4 * apart
