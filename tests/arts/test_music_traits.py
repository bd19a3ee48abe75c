"""Every trait of a piece means what it says: pieces made with more of it have more of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from little_composer import chorale, shuffled, sonata
from moxie.arts.music.pieces import joined
from moxie.arts.music.score import TICKS, Note, Part, Score, Tempo, score
from moxie.arts.music.style.traits import TRAITS, measure
from moxie.arts.music.theory.keys import transpose

NAMES = [trait.name for trait in TRAITS]
PIANO = [Part("Piano", 0)]
SCALE = (0, 2, 4, 5, 7, 9, 11)


def value(piece: Score, name: str) -> float:
    return float(measure(piece)[NAMES.index(name)])


def line(pitches: list[int], beats: float | list[float] = 1.0, *, start: float = 0.0) -> Score:
    """A melody, each note as long as it is until the next."""
    lengths = beats if isinstance(beats, list) else [beats] * len(pitches)
    notes, at = [], start
    for pitch, length in zip(pitches, lengths, strict=False):
        notes.append(Note(int(at * TICKS), int(length * TICKS), pitch, 0))
        at += length
    return score(notes, [], PIANO)


def steps(number: int, octaves: int = 1) -> list[int]:
    """Up and down the major scale by step."""
    ladder = [60 + 12 * o + s for o in range(octaves) for s in SCALE] + [60 + 12 * octaves]
    round_trip = ladder + ladder[-2:0:-1]
    return [round_trip[i % len(round_trip)] for i in range(number)]


def block(*chords: tuple[int, ...], beats: float = 1.0) -> Score:
    """Chords one after another."""
    notes = [
        Note(int(i * beats * TICKS), int(beats * TICKS), pitch, 0)
        for i, chord in enumerate(chords)
        for pitch in chord
    ]
    return score(notes, [], PIANO)


def paced(piece: Score, quarters: int) -> Score:
    return replace(piece, tempos=(Tempo(0, 1000 * quarters),))


def at_loudness(piece: Score, velocity: int) -> Score:
    return replace(piece, notes=tuple(n._replace(velocity=velocity) for n in piece.notes))


def with_rests(piece: Score, every: int) -> Score:
    """Two beats of rest in the place of the last two of so many notes."""
    kept = [note for i, note in enumerate(piece.notes) if i % every < every - 2]
    return score(kept, piece.bars, piece.parts)


def over_a_bass(melody: Score) -> Score:
    """With half notes on the beats below."""
    bass = [Note(i * 2 * TICKS, 2 * TICKS, 48, 0) for i in range(melody.length // TICKS // 2)]
    return score([*melody.notes, *bass], [], PIANO)


PIECE = chorale(1)
TONIC, SUPER, SUB, DOMINANT = (60, 64, 67), (62, 65, 69), (60, 65, 69), (59, 62, 67)
CLASH = [(60, 61, 66), (62, 63, 68), (64, 65, 70), (59, 60, 65)]

MORE_AND_LESS: dict[str, tuple[Score, Score]] = {
    "tempo": (paced(PIECE, 140), paced(PIECE, 60)),
    "loudness": (at_loudness(PIECE, 100), at_loudness(PIECE, 50)),
    "register": (transpose(PIECE, 7), transpose(PIECE, -5)),
    "range": (line(steps(64, 3)), line(steps(64, 1))),
    "density": (line(steps(64), 0.25), line(steps(64), 1.0)),
    "length": (line(steps(32), 2.0), line(steps(32), 0.5)),
    "evenness": (line(steps(32), 1.0), line(steps(32), [1.75, 0.25] * 16)),
    "syncopation": (
        over_a_bass(line(steps(32), 1.0, start=0.5)),
        over_a_bass(line(steps(32), 1.0)),
    ),
    "major": (chorale(2), chorale(2, minor=True)),
    "chromatic": (line([60 + i % 13 for i in range(48)]), line(steps(48))),
    "dissonance": (block(*CLASH * 4), block(*[TONIC, SUB, DOMINANT, TONIC] * 4)),
    "harmony": (block(*[TONIC, SUB, DOMINANT, SUPER] * 6), block(*[TONIC] * 24)),
    "voices": (block(*[(48, 55, *TONIC, 72)] * 8), line(steps(8))),
    "together": (
        block(*[TONIC, SUB, DOMINANT, SUPER] * 4),
        over_a_bass(line(steps(16), 0.5)),
    ),
    "leaps": (line([60, 72, 64, 76] * 8), line(steps(32))),
    "phrases": (line(steps(64)), with_rests(line(steps(64)), 6)),
    "repetition": (joined(chorale(3, bars=4), chorale(3, bars=4)), shuffled(chorale(3), 1)),
}


@pytest.mark.parametrize("name", NAMES)
def test_more_of_a_trait_is_more(name: str) -> None:
    more, less = (value(piece, name) for piece in MORE_AND_LESS[name])
    usual = np.std([value(chorale(number), name) for number in range(4, 10)])
    assert more > less + max(0.1, usual), (more, less, usual)


def test_another_key_changes_the_register_alone() -> None:
    moved = measure(transpose(PIECE, 3)) - measure(PIECE)
    assert moved[NAMES.index("register")] == pytest.approx(0.25)
    moved[NAMES.index("register")] = 0
    assert np.abs(moved).max() < 0.1


def test_a_change_of_tempo_counts_for_as_long_as_it_lasts() -> None:
    end = PIECE.length
    late = replace(PIECE, tempos=(Tempo(0, 100_000), Tempo(3 * end // 4, 50_000)))
    assert value(paced(PIECE, 100), "tempo") == 0
    assert value(paced(PIECE, 50), "tempo") == -1
    assert value(late, "tempo") == pytest.approx(-np.log2(1.25), abs=1e-3)


def test_nothing_and_little_have_traits() -> None:
    drums = score([Note(0, TICKS, 38, 0)], [], [Part("Drums", 0, drums=True)])
    for piece in (score([], [], PIANO), drums, score([Note(0, 1, 60, 0)], [], PIANO)):
        found = measure(piece)
        assert (found.dtype, found.shape) == (np.float32, (len(TRAITS),))
        assert np.isfinite(found).all()
    assert not measure(score([], [], PIANO)).any()
    assert np.array_equal(measure(sonata(1)), measure(sonata(1)))
