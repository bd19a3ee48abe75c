"""Copies are found at any pitch and speed, with bars named; what everyone writes is no copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moxie.arts.music.family import family
from moxie.arts.music.files.midi import read_midi
from moxie.arts.music.originality.copies import ScoreIndex
from moxie.arts.music.originality.lines import grams, lines
from moxie.arts.music.originality.passages import Passage, span, stretch
from moxie.arts.music.originality.surprise import Surprise
from moxie.arts.music.pieces import excerpt, joined
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, score
from moxie.arts.music.theory.keys import transpose

MOZART = Path(__file__).resolve().parents[2] / "../shared/data/music/mozart"
PARTS = (Part("Violin", 40), Part("Viola", 41), Part("Cello", 42))
BAR = 4 * TICKS
SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
RHYTHMS = ((1, 1, 1, 1), (2, 1, 1), (1, 1, 2), (2, 2), (3, 1), (0.5, 0.5, 1, 2), (1.5, 0.5, 2))
CHORDS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16))


def compose(number: int, bars: int = 32) -> Score:
    """A melody of its own for each number, over the Alberti basses and long notes of them all."""
    rng = np.random.default_rng([11, number])
    notes: list[Note] = []
    degree = int(rng.integers(4, 10))
    for bar in range(bars):
        onset = bar * BAR
        for length in RHYTHMS[int(rng.integers(len(RHYTHMS)))]:
            degree = int(np.clip(degree + rng.integers(-4, 5), 0, 15))
            pitch = 60 + SCALE[degree % 7] + 12 * (degree // 7)
            notes.append(Note(onset, int(length * TICKS), pitch, 0))
            onset += int(length * TICKS)
        low, middle, high = CHORDS[int(rng.integers(len(CHORDS)))]
        for i in range(8):
            step = (low, high, middle, high)[i % 4]
            notes.append(Note(bar * BAR + i * TICKS // 2, TICKS // 2, 48 + step, 1))
        notes.append(Note(bar * BAR, BAR, 36 + low % 12, 2))
    return score(notes, [Bar(i * BAR, BAR) for i in range(bars)], PARTS)


def melody(piece: Score) -> Score:
    return score([n for n in piece.notes if n.part == 0], piece.bars, piece.parts[:1])


def times(piece: Score, when: Callable[[int], int]) -> Score:
    notes = [
        n._replace(onset=when(n.onset), duration=max(1, when(n.onset + n.duration) - when(n.onset)))
        for n in piece.notes
    ]
    last = max(n.onset + n.duration for n in notes)
    return score(notes, [Bar(i * BAR, BAR) for i in range(last // BAR + 1)], piece.parts)


def dotted(ticks: int) -> int:
    beat, rest = divmod(ticks, 2 * TICKS)
    return beat * 2 * TICKS + (rest * 3 // 2 if rest <= TICKS else (rest + 2 * TICKS) // 2)


def thinned(piece: Score, share: float) -> Score:
    """Some notes missing, some split into a neighbour and back."""
    rng = np.random.default_rng(5)
    notes: list[Note] = []
    for n in piece.notes:
        drawn = rng.random()
        if drawn < share:
            continue
        if drawn < 2 * share:
            third = n.duration // 3
            notes.append(n._replace(onset=n.onset + third, duration=third, pitch=n.pitch + 1))
        notes.append(n)
    return score(notes, piece.bars, piece.parts)


@pytest.fixture(scope="module")
def works() -> list[Score]:
    return [compose(i) for i in range(10)]


@pytest.fixture(scope="module")
def index(works: list[Score]) -> ScoreIndex:
    return ScoreIndex(works)


EDITS: dict[str, Callable[[Score], Score]] = {
    "a fifth lower": lambda p: transpose(p, -7),
    "half time": lambda p: times(p, lambda t: t // 2),
    "double time, higher": lambda p: transpose(times(p, lambda t: 2 * t), 3),
    "triple time": lambda p: times(p, lambda t: 3 * t),
    "other instruments": lambda p: replace(p, parts=tuple(Part("Flute", 73) for _ in p.parts)),
    "an octave higher": lambda p: transpose(p, 12),
    "notes missing and added": lambda p: thinned(p, 0.05),
    "the melody alone": melody,
    "its middle": lambda p: excerpt(p, 8, 24),
    "all in one part": lambda p: score([n._replace(part=0) for n in p.notes], p.bars, PARTS[:1]),
    "dotted": lambda p: times(p, dotted),
    "later": lambda p: times(p, lambda t: t + 5 * TICKS // 2),
    "played freely": lambda p: times(p, lambda t: t + int(9000 * np.sin(t / 90_000))),
}


@pytest.mark.parametrize("edit", EDITS)
def test_copies_are_found(works: list[Score], index: ScoreIndex, edit: str) -> None:
    for place in (0, 7):
        found = index.nearest(EDITS[edit](works[place]))
        assert found is not None
        assert found.index == place
        assert 0.9 < found.similarity <= 1


def test_the_same_piece_is_one_and_says_so(works: list[Score], index: ScoreIndex) -> None:
    for place, work in enumerate(works):
        found = index.nearest(replace(work, title="mine"))
        assert found is not None
        assert (found.index, found.similarity) == (place, 1.0)
        assert str(found.evidence) == "It is the same piece."
    up = index.nearest(transpose(works[3], 4))
    assert up is not None
    assert str(up.evidence) == "It is the same piece, transposed by +4 semitones."


def test_different_works_with_the_same_accompaniment_are_no_copies(
    works: list[Score], index: ScoreIndex
) -> None:
    for place, work in enumerate(works):
        found = index.nearest(work, exclude=[place])
        assert found is not None
        assert found.index != place
        assert found.similarity < 0.4
        assert str(found.evidence).startswith(("Most alike: bars", "It has no passage"))


def test_eight_bars_in_another_piece_are_found_and_named(works: list[Score]) -> None:
    index = ScoreIndex(works[:6])
    other = works[8]
    quotation = transpose(excerpt(works[4], 16, 24), 5)
    piece = joined(excerpt(other, 0, 8), quotation, excerpt(other, 8, 24))
    found = index.nearest(piece)
    assert found is not None
    assert found.index == 4
    assert found.similarity > 0.5
    params = found.evidence.params
    assert (params["bars"], params["others"], params["semitones"]) == ("9-16", "17-24", "+5")
    assert "of the work, in" in str(found.evidence)
    assert "transposed by +5 semitones" in str(found.evidence)


def test_a_melody_over_another_accompaniment_is_found(works: list[Score]) -> None:
    index = ScoreIndex(works[:6])
    accompaniment = [n for n in works[9].notes if n.part > 0]
    tune = excerpt(melody(works[2]), 8, 24)
    piece = score([*tune.notes, *accompaniment], works[9].bars, PARTS)
    found = index.nearest(piece)
    assert found is not None
    assert (found.index, found.similarity > 0.5) == (2, True)
    assert found.evidence.params["bars"] == "1-16"
    assert found.evidence.params["others"] == "9-24"
    assert "semitones" not in found.evidence.params


def test_scales_and_repeated_notes_are_evidence_of_nothing() -> None:
    def exercise(number: int) -> Score:
        own = melody(compose(number, 8))
        up = [60 + SCALE[i % 7] + 12 * (i // 7) for i in range(16)]
        run = [*up, *up[::-1], *([72] * 16)]
        start = own.length
        notes = [Note(start + i * TICKS // 4, TICKS // 4, p, 0) for i, p in enumerate(run)]
        return score([*own.notes, *notes], own.bars, PARTS[:1])

    index = ScoreIndex([exercise(i) for i in range(4)])
    found = index.nearest(exercise(0), exclude=[0])
    assert found is not None
    assert found.similarity < 0.5


def test_leaps_that_the_works_never_make_are_evidence_only_where_both_ends_agree() -> None:
    walk = np.random.default_rng(3).integers(-1, 2, 400).cumsum()
    steps = [Note(i * TICKS, TICKS, int(60 + p % 12), 0) for i, p in enumerate(walk)]
    pedal = [Note(i * TICKS, TICKS, 50, 0) for i in range(400, 464)]
    index = ScoreIndex([score([*steps, *pedal], [], PARTS[:1])])
    wild = [Note(i * TICKS + TICKS // 2, TICKS // 2, 70 + 7 * i % 19, 0) for i in range(64)]
    below = [n._replace(onset=n.onset - 400 * TICKS, part=1) for n in pedal]
    leaping = score([*wild, *below], [], PARTS)
    found = index.nearest(leaping)
    assert found is not None
    assert found.similarity < 0.2


def test_similarity_rises_steadily_with_what_was_copied(works: list[Score]) -> None:
    index = ScoreIndex([works[0]])
    values = []
    for bars in (0, 4, 8, 16, 24, 32):
        piece = joined(excerpt(works[0], 0, max(bars, 1)), excerpt(works[6], 0, 33 - max(bars, 1)))
        found = index.nearest(piece if bars else works[6])
        assert found is not None
        values.append(found.similarity)
    assert values == sorted(values)
    assert values[0] < 0.35
    assert values[-1] > 0.95


def test_everything_excluded_or_nothing_indexed_gives_none(
    works: list[Score], index: ScoreIndex
) -> None:
    assert index.nearest(works[0], exclude=range(10)) is None
    assert ScoreIndex([]).nearest(works[0]) is None


def test_little_or_no_music_does_no_harm(works: list[Score]) -> None:
    nothing = score([], [], ())
    one = score([Note(0, TICKS, 60, 0)], [], PARTS[:1])
    drone = score([Note(i * TICKS, TICKS, 60, 0) for i in range(64)], [], PARTS[:1])
    beats = [Note(i * TICKS, TICKS, 38, 0) for i in range(64)]
    drums = score(beats, [], (Part("Drums", drums=True),))
    odd = [nothing, one, drone, drums]
    index = ScoreIndex([*odd, works[0]])
    for place, piece in enumerate(odd):
        found = index.nearest(piece)
        assert found is not None
        assert 0 <= found.similarity <= 1
        if piece.notes:
            assert (found.index, found.similarity) == (place, 1.0)
        other = index.nearest(piece, exclude=[place])
        assert other is not None
        assert other.index != place
        assert other.similarity < 0.5
    assert index.nearest(works[0]) == ScoreIndex([*odd, works[0]]).nearest(works[0])


def test_an_untransposed_twin_is_preferred(works: list[Score]) -> None:
    index = ScoreIndex([transpose(works[0], 2), works[0], times(works[0], lambda t: 2 * t)])
    found = index.nearest(works[0])
    assert found is not None
    assert (found.index, found.similarity) == (1, 1.0)


def test_lines_are_tops_and_bottoms_of_parts_and_of_the_whole() -> None:
    upper = [Note(i * TICKS, TICKS, 72 + i, 0) for i in range(4)]
    chords = [Note(i * TICKS, TICKS, pitch, 1) for i in range(4) for pitch in (50, 55 - i)]
    drums = [Note(i * TICKS, TICKS, 40, 2) for i in range(4)]
    parts = (*PARTS[:2], Part("Drums", drums=True))
    found = lines(score([*upper, *chords, *drums], [], parts))
    by_line = [found.pitch[found.note[found.line == i]].tolist() for i in range(found.line[-1] + 1)]
    assert by_line == [[72, 73, 74, 75], [55, 54, 53, 52], [50, 50, 50, 50]]
    assert len(found.onset) == 12
    assert grams(found, 2, rhythm=True)[1].tolist() == [0, 1, 4, 5, 8, 9]
    assert len(grams(found, 4, rhythm=False)[0]) == 0


def test_runs_of_steps_are_the_same_at_any_pitch_and_speed(works: list[Score]) -> None:
    there = grams(lines(works[0]), 6, rhythm=True)[0]
    here = grams(lines(transpose(times(works[0], lambda t: 3 * t), -5)), 6, rhythm=True)[0]
    assert there.tolist() == here.tolist()
    uneven = lines(times(works[0], dotted))
    assert np.isin(grams(uneven, 6, rhythm=True)[0], there).mean() < 0.9
    even = grams(lines(works[0]), 6, rhythm=False)[0]
    assert grams(uneven, 6, rhythm=False)[0].tolist() == even.tolist()


def test_usual_notes_tell_less_than_unusual_ones(works: list[Score]) -> None:
    surprise = Surprise([lines(work) for work in works], rhythm=True)
    tune = surprise.bits(lines(melody(works[0])))
    alberti = score([n._replace(part=0) for n in works[0].notes if n.part == 1], [], PARTS[:1])
    assert tune.mean() > 2 * surprise.bits(lines(alberti)).mean()
    assert tune[0] == 0
    unheard = Surprise([], rhythm=False).bits(lines(melody(works[0])))
    assert (unheard[1:] > 0).all()


def test_the_best_run_is_the_best(rng: np.random.Generator) -> None:
    worth = rng.normal(size=(20, 30))
    found, first, last = stretch(worth)
    for row, best, a, b in zip(worth, found, first, last, strict=True):
        sums = [row[i : j + 1].sum() for i in range(30) for j in range(i, 30)]
        assert best == pytest.approx(max(sums))
        assert best == pytest.approx(row[a : b + 1].sum())


def test_a_bar_that_barely_agrees_is_not_named(works: list[Score]) -> None:
    piece = lines(melody(works[0]))
    bar = np.searchsorted(piece.bars, piece.onset, side="right") - 1
    inside = np.flatnonzero((bar >= 2) & (bar < 7))
    agree = np.isin(bar[inside], (3, 4, 5))
    agree[-1] = True  # one note of the last bar, by chance
    found = span(Passage(0, 50.0, inside, agree, piece.onset[inside] + BAR, 0), piece, piece.bars)
    assert (found.first, found.last) == (4, 6 + (np.sum(bar == 6) < 3))
    assert (found.there_first, found.there_last) == (found.first + 1, found.last + 1)


def mozart() -> list[tuple[str, Score]]:
    if not MOZART.is_dir():
        pytest.skip("the shared works of Mozart are not beside this checkout")
    paths = [p for p in sorted(MOZART.glob("*.mid")) if p.stat().st_size < 9_000][:16]
    return [(p.name, read_midi(p.read_bytes(), p.name)) for p in paths]


@pytest.mark.works
def test_different_real_works_stay_under_a_half() -> None:
    named = mozart()
    works = [work for _, work in named]
    families = [family(name) for name, _ in named]
    index = ScoreIndex(works)
    for i, work in enumerate(works):
        same = {j for j, other in enumerate(families) if other and other == families[i]}
        found = index.nearest(work, exclude={i} | same)
        assert found is not None
        assert found.similarity < 0.5, (named[i][0], named[found.index][0], str(found.evidence))
        if i % 4 == 0:
            quotation = transpose(excerpt(work, 0, 16), 3)
            copied = index.nearest(joined(quotation, excerpt(works[i - 7], 0, 16)))
            assert copied is not None
            assert copied.similarity > 0.5
