"""Harmony: chords, cadences, endings, ranges, faults of part writing, what sounds at cadences."""

from __future__ import annotations

import json

import numpy as np
import pytest

from moxie.arts.music.score import TICKS, Bar, Key, Note, Part, Score, score
from moxie.arts.music.theory.cadences import CadenceTable, cadence_targets, mine_cadences
from moxie.arts.music.theory.counterpoint import FAULTS, faults
from moxie.arts.music.theory.harmony import DOMINANT, MAJOR, MINOR, cadence, chords, ends_well
from moxie.arts.music.theory.ranges import range_of

BAR = 4 * TICKS
VOICES = [Part(name, 52) for name in ("Soprano", "Alto", "Tenor", "Bass")]

# four voices from the top, a chord a word
I, IV, V, V7 = "72-67-64-48", "72-69-65-53", "74-71-67-55", "74-71-65-55"  # noqa: E741
VI, II, I64 = "72-69-64-57", "74-69-65-50", "76-72-67-55"


def chorale(words: str, *, minor: bool = False, beats: int = 4) -> Score:
    """Chords of one beat each; "." holds the one before. In minor E and A are lowered."""
    notes: list[Note] = []
    for beat, word in enumerate(words.split()):
        if word == ".":
            notes[-4:] = [note._replace(duration=note.duration + TICKS) for note in notes[-4:]]
            continue
        for voice, pitch in enumerate(map(int, word.split("-"))):
            lowered = pitch - 1 if minor and pitch % 12 in (4, 9) else pitch
            notes.append(Note(beat * TICKS, TICKS, lowered, voice))
    whole = -(-len(words.split()) // beats)
    bars = [Bar(i * beats * TICKS, beats * TICKS, beats, 4) for i in range(whole)]
    return score(notes, bars, VOICES, keys=[Key(0, -3 if minor else 0, minor)])


CLOSE = f"{I} {VI} {IV} {II} {I64} . {V7} . {I} . . ."
HALF = f"{I} {VI} {I} {IV} {I} . {II} . {V} . . ."


def test_chords_are_named_by_root_and_kind() -> None:
    found = chords(chorale(f"{I} {VI} {IV} {II} {V7} . {I} ."))
    assert found.root.tolist() == [0, 9, 5, 2, 7, 7, 0, 0]
    assert found.bass.tolist() == [0, 9, 5, 2, 7, 7, 0, 0]
    assert [found.quality[i] for i in (0, 1, 2, 3, 4)] == [MAJOR, MINOR, MAJOR, MINOR, DOMINANT]


def test_silence_has_no_chord() -> None:
    found = chords(score([Note(0, TICKS, 60, 0)], [Bar(0, BAR)], VOICES))
    assert found.root.tolist()[1:] == found.bass.tolist()[1:] == [-1, -1, -1]


@pytest.mark.parametrize("minor", [False, True])
def test_an_authentic_cadence(*, minor: bool) -> None:
    piece = chorale(CLOSE, minor=minor)
    assert [cadence(piece, bar) for bar in range(3)] == [None, None, "authentic"]
    assert ends_well(piece)


def test_the_other_cadences() -> None:
    opening = f"{I} {VI} {II} {V} {I} {IV} {V7} {I}"
    assert cadence(chorale(HALF), 2) == "half"
    assert cadence(chorale(f"{opening} {IV} . . . {I} . . ."), 3) == "plagal"
    assert cadence(chorale(f"{opening} {IV} . {V7} . {VI} . . . {II} {V7} {I} ."), 3) == "deceptive"


def test_a_dominant_passed_through_is_no_half_cadence() -> None:
    piece = chorale(f"{I} {IV} {V} {I} " * 4)
    assert all(cadence(piece, bar) != "half" for bar in range(4))


@pytest.mark.parametrize(
    "ending",
    [
        f"{I} {VI} {IV} {II} {I64} . {V7} . {V} . . .",  # on the dominant
        f"{I} {VI} {IV} {II} {I64} . {V7} . 72-67-64-52 . . .",  # the third in the bass
        f"{I} {VI} {IV} {II} {I64} . {V7} . 74-67-64-48 . . .",  # a foreign note
        f"{I} {IV} {V} {I} {IV} {II} {V7} {I}",  # on a weak beat
    ],
)
def test_a_bad_ending_is_heard(ending: str) -> None:
    assert not ends_well(chorale(ending))


def test_a_score_without_notes_ends_badly_and_has_no_cadence() -> None:
    empty = score([], [Bar(0, BAR)], VOICES)
    assert not ends_well(empty)
    assert cadence(empty, 0) is None
    assert faults(empty)["empty"] == 1


@pytest.mark.parametrize(
    ("part", "low", "high"),
    [
        (Part("Violin I", 40), 55, 103),
        (Part("viola", 42), 48, 91),  # the name knows better than the program
        (Part("", 42), 36, 84),
        (Part("Fagotto", 0), 34, 77),
        (Part("Soprano", 52), 58, 84),
        (Part("Tenor", 0), 47, 72),
        (Part("basso", 42), 36, 84),
        (Part("Bass", 52), 38, 66),
        (Part("choir", 52), 38, 84),
        (Part("Piano, left hand", 0), 21, 108),
        (Part("女高音", 52), 58, 84),
        (Part("kit", 0, drums=True), 12, 119),
    ],
)
def test_ranges(part: Part, low: int, high: int) -> None:
    assert range_of(part) == (low, high)


def test_clean_writing_has_few_faults() -> None:
    found = faults(chorale(CLOSE))
    assert set(found) == set(FAULTS)
    assert all(0 <= value <= 1 for value in found.values())
    for name in ("crossing", "out_of_range", "leaps", "empty", "weak_end", "parallels_outer"):
        assert found[name] == 0


def lines(*voices: str) -> Score:
    """Melodies in quarter notes, from the top; "." is a rest."""
    notes = [
        Note(beat * TICKS, TICKS, int(word), voice)
        for voice, line in enumerate(voices)
        for beat, word in enumerate(line.split())
        if word != "."
    ]
    return score(notes, [Bar(0, BAR)], [Part("violin", 40), Part("cello", 42)])


def test_parallel_fifths_and_octaves_are_counted() -> None:
    assert faults(lines("67 69 71 72", "60 62 55 64"))["parallels"] == pytest.approx(1 / 3)
    assert faults(lines("72 74 71 72", "60 62 55 64"))["parallels_outer"] == pytest.approx(1 / 3)
    assert faults(lines("67 69 71 72", "64 60 55 52"))["parallels"] == 0
    assert faults(lines("67 67 71 72", "60 60 55 64"))["parallels"] == 0  # nothing moves


def test_doubling_in_octaves_is_no_fault() -> None:
    assert faults(lines("72 74 76 77 79 77", "60 62 64 65 67 65"))["parallels"] == 0


def test_crossing_leaps_ranges_and_empty_bars_are_counted() -> None:
    assert faults(lines("60 60 60 60", "55 64 55 64"))["crossing"] == pytest.approx(1 / 2)
    assert faults(lines("60 75 76 74", "55 55 55 55"))["leaps"] == pytest.approx(1 / 6)
    assert faults(lines("50 60 62 64", "48 48 48 48"))["out_of_range"] == pytest.approx(1 / 8)
    assert faults(lines("60 . . . . . . . 60 60 60 60", ""))["empty"] == pytest.approx(1 / 3)


def test_foreign_notes_struck_on_strong_beats_and_left_by_leap() -> None:
    chord = [Note(0, BAR, pitch, 1) for pitch in (48, 52, 55)]

    def over(line: str) -> dict[str, float]:
        notes = [Note(i * TICKS, TICKS, int(p), 0) for i, p in enumerate(line.split())]
        return faults(score([*notes, *chord], [Bar(0, BAR)], [Part("violin", 40), Part("", 0)]))

    assert over("76 77 79 76")["dissonance"] == 0  # it passes on a weak beat
    assert over("76 77 79 76")["hanging"] == 0
    wrong = over("78 72 78 72")
    assert wrong["dissonance"] > 0
    assert wrong["hanging"] == 1


@pytest.mark.parametrize(
    ("kind", "place", "bass", "some", "never"),
    [
        ("close", "final", 7, {7, 11, 2}, 0),
        ("close", "before", 2, {6, 9}, 8),
        ("half", "final", 2, {2, 6, 9}, 7),
    ],
)
def test_convention_says_what_may_sound_at_a_cadence(
    kind: str, place: str, bass: int, some: set[int], never: int
) -> None:
    targets = cadence_targets(Key(0, 1), kind, place)  # G major
    assert bass in targets.bass
    assert some <= targets.upper
    assert never not in targets.upper


def test_a_minor_key_has_its_own_third() -> None:
    assert 0 in cadence_targets(Key(0, 0, minor=True), "close", "final").upper  # A minor
    assert 1 in cadence_targets(Key(0, 3), "close", "final").upper  # A major


def test_cadences_are_mined_and_survive_json() -> None:
    table = mine_cadences([chorale(CLOSE), chorale(HALF), chorale(CLOSE, minor=True)])
    assert table.sonorities["close/final/major"] == {(0, 0, 4, 7): 1}
    assert table.sonorities["close/before/major"] == {(7, 2, 5, 11): 1}
    assert (0, 0, 3, 7) in table.sonorities["close/final/minor"]
    assert table.sonorities["half/final/major"] == {(7, 2, 7, 11): 1}
    assert table.places("close") == {0.0: 1.0}
    assert CadenceTable.from_json(json.loads(json.dumps(table.to_json()))) == table


def test_the_bias_is_convention_moved_by_the_works() -> None:
    plain = CadenceTable().bias("close", "final", minor=False)
    assert plain.bass.dtype == plain.upper.dtype == np.float32
    assert plain.bass.argmax() == 0
    assert plain.bass.max() == plain.upper.max() == 0
    assert set(np.flatnonzero(plain.upper > -2)) == {0, 4, 7}
    assert np.isfinite(plain.bass).all()
    bare = CadenceTable({"close/final/major": {(0, 0): 50}}).bias("close", "final", minor=False)
    assert bare.upper[4] < plain.upper[4]
    moved = plain.at(7)
    assert moved.bass.argmax() == 7
    assert set(np.flatnonzero(moved.upper > -2)) == {7, 11, 2}


def test_where_the_final_chord_comes_is_the_beginning_unless_works_say_otherwise() -> None:
    assert CadenceTable().places("half") == {0.0: 1.0}
    words = f"{I} {IV} {V} {I} {IV} {II} {V7} . {I} {IV} {I} {II} {V7} . {I} ."
    late = mine_cadences([chorale(words)])
    assert 0.5 in late.places("close")
