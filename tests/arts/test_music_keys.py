"""Keys are found with and without a signature; transposing moves everything but the drums."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from moxie.arts.music.score import HIGHEST, LOWEST, TICKS, Bar, Key, Note, Part, Score, score
from moxie.arts.music.theory.keys import (
    correlations,
    durations,
    estimate_key,
    estimate_keys_by_bar,
    transpose,
    transposed_fifths,
)

PIANO = (Part("Piano"),)
MAJOR = (0, 4, 7, 12, 9, 5, 7, 4, 2, 7, 11, 7, 0, 4, 0, 0)  # I, IV, V, I
MINOR = (0, 3, 7, 12, 8, 5, 8, 3, 2, 7, 11, 7, 0, 3, 0, 0)


def tune(
    degrees: Sequence[int], tonic: int = 60, keys: Sequence[Key] = (), drums: bool = False
) -> Score:
    """Quarter notes, so many semitones above the tonic, in bars of four."""
    notes = [Note(i * TICKS, TICKS, tonic + step, 0) for i, step in enumerate(degrees)]
    bars = [Bar(i * 4 * TICKS, 4 * TICKS) for i in range((len(degrees) + 3) // 4)]
    parts = (Part("Piano", drums=drums),)
    return score(notes, bars, parts, keys=keys)


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_every_key_is_found_without_a_signature(tonic: int, minor: bool) -> None:
    found = estimate_key(tune(MINOR if minor else MAJOR, 60 + tonic))
    assert (found.onset, found.tonic, found.minor) == (0, tonic, minor)
    assert -6 <= found.fifths <= 6


def test_the_signature_decides_the_spelling_and_close_calls() -> None:
    assert estimate_key(tune(MAJOR, 61, [Key(0, 7)])) == Key(0, 7)  # C sharp, not D flat
    assert estimate_key(tune(MAJOR, 61)) == Key(0, -5)
    ambiguous = (0, 2, 4, 7, 9, 7, 4, 9)  # the pentatonic scale of C major and A minor
    assert estimate_key(tune(ambiguous, 60, [Key(0, 0, minor=True)])) == Key(0, 0, minor=True)


def test_a_signature_that_the_notes_contradict_is_not_believed() -> None:
    assert estimate_key(tune(MAJOR, 64, [Key(0, 0)])) == Key(0, 4)  # E major, in a file that says C
    relative = tune(MAJOR, 63, [Key(0, -3, minor=True)])  # E flat major, called C minor
    assert estimate_key(relative) == Key(0, -3)


def test_drums_and_silence_have_no_key() -> None:
    assert estimate_key(tune(MAJOR, 60, drums=True)) == Key(0, 0)
    assert estimate_key(score([], [], PIANO, keys=[Key(0, 2, minor=True)])) == Key(0, 2, minor=True)
    assert not durations(tune(MAJOR, drums=True)).any()
    assert len(durations(score([], [], ()))) == 1


def test_modulations_are_followed_bar_by_bar_and_passing_chords_are_not() -> None:
    # the dominant on the way home is no modulation; the second tune is in another key throughout
    there = [step + 6 for step in MAJOR]
    found = estimate_keys_by_bar(tune((*MAJOR, *MAJOR, *there, *there), 60))
    assert len(found) == 16
    assert [key.onset for key in found] == [i * 4 * TICKS for i in range(16)]
    assert {key.tonic for key in found[:7]} == {0}
    assert {key.tonic for key in found[9:]} == {6}


def test_transposing_moves_notes_and_keys_alike() -> None:
    piece = tune(MAJOR, 60, [Key(0, 0), Key(8 * TICKS, -3, minor=True)])
    up = transpose(piece, 5)
    assert [n.pitch for n in up.notes] == [n.pitch + 5 for n in piece.notes]
    assert up.keys == (Key(0, -1), Key(8 * TICKS, -4, minor=True))
    assert (up.bars, up.parts) == (piece.bars, piece.parts)
    assert transpose(up, -5) == piece
    assert transpose(piece, 0) == piece


@pytest.mark.parametrize("fifths", range(-6, 7))
@pytest.mark.parametrize("semitones", [-13, -7, -1, 1, 6, 12])
def test_transposed_signatures_have_few_accidentals_and_the_right_tonic(
    fifths: int, semitones: int
) -> None:
    moved = transposed_fifths(fifths, semitones)
    assert -6 <= moved <= 6
    for minor in (False, True):
        before, after = Key(0, fifths, minor), Key(0, moved, minor)
        assert after.tonic == (before.tonic + semitones) % 12


def test_transposed_chords_keep_their_order() -> None:
    chord = [Note(0, TICKS, pitch, 0) for pitch in (60, 64, 67)]
    up = transpose(score(chord, [], PIANO), 3)
    assert [n.pitch for n in up.notes] == [70, 67, 63]
    assert up == score([n._replace(pitch=n.pitch + 3) for n in chord], [], PIANO)


def test_notes_come_back_into_range_and_drums_stay() -> None:
    parts = (Part("Piano"), Part("Drums", drums=True))
    notes = [Note(0, TICKS, HIGHEST, 0), Note(0, TICKS, LOWEST, 0), Note(0, TICKS, 38, 1)]
    up = transpose(score(notes, [], parts), 4)
    assert sorted(n.pitch for n in up.notes if n.part == 0) == [LOWEST + 4, HIGHEST - 8]
    assert [n.pitch for n in up.notes if n.part == 1] == [38]


def test_correlations_are_of_24_keys_and_nothing_where_nothing_sounds() -> None:
    rows = correlations(durations(tune((*MAJOR, *MAJOR), 62)))
    assert rows.shape == (8, 24)
    assert (abs(rows) <= 1 + 1e-9).all()
    assert not correlations(durations(tune(MAJOR)) * 0).any()
