"""Codings: scores told as units and back, columns inside their sizes, keys, streaming, echoes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coded import assert_inside, assert_same, move_of, streamed, told
from little_composer import QUARTET, bars_of, chorale, crowd, sonata
from moxie.arts.music.coding import (
    Coded,
    Coding,
    Events,
    Grid,
    coding_for,
    coding_named,
    in_key,
)
from moxie.arts.music.coding.columns import FLOOR, PITCHES, home
from moxie.arts.music.coding.events import EventTracker, grid_notes, units
from moxie.arts.music.coding.events_fields import (
    GAP,
    LENGTHS,
    LONG,
    PARTS,
    STEP,
    length_code,
)
from moxie.arts.music.coding.grid import HOLD, REST
from moxie.arts.music.coding.harmonies import Harmonies
from moxie.arts.music.score import HIGHEST, LOWEST, TICKS, Bar, Note, Part, Score, score
from moxie.arts.music.theory.harmony import QUALITIES
from moxie.arts.music.theory.keys import estimate_key, transpose
from shared_works import SHARED

BAR = 4 * TICKS


def scattered(seed: int, *, parts: int = 3, notes: int = 200) -> Score:
    """Notes anywhere on the steps, of any length, high and low, with metres that change."""
    rng = np.random.default_rng(seed)
    bars = [Bar(0, TICKS, 3, 4)]
    for beats, unit in ((3, 4), (4, 4), (5, 8), (12, 8), (2, 2), (3, 2), (7, 16)) * 2:
        bars.append(Bar(bars[-1].onset + bars[-1].length, 4 * TICKS * beats // unit, beats, unit))
    end = (bars[-1].onset + bars[-1].length) // STEP
    onsets = np.sort(rng.integers(0, end, notes))
    found = [
        Note(
            int(onset) * STEP,
            int(rng.choice(LENGTHS[:60])) * STEP,
            int(rng.integers(LOWEST, HIGHEST + 1)),
            int(rng.integers(parts)),
        )
        for onset in onsets
    ]
    return score(found, bars, [Part(f"Part {i}", i % 128) for i in range(parts)])


def in_triplets() -> Score:
    third, sixth = TICKS // 3, TICKS // 6
    notes = [Note(i * third, third, 60 + i % 5, 0) for i in range(12)]
    notes += [Note(i * sixth, sixth, 48 + i % 7, 1) for i in range(24)]
    return score(notes, [], [Part("Flute", 73), Part("Bassoon", 70)])


def with_rests() -> Score:
    """Silence before the first note, of over a whole note, and of many whole notes."""
    onsets = (6 * TICKS, 7 * TICKS, 7 * TICKS + BAR + STEP, 40 * TICKS, 41 * TICKS)
    return score([Note(onset, TICKS, 62, 0) for onset in onsets], [], [Part("Horn", 60)])


EXACT = {
    "chords": sonata(3),
    "triplets": in_triplets(),
    "rests": with_rests(),
    "pick-up": sonata(1, metre=(3, 4), pickup=TICKS),
    "changing metre": scattered(0),
    "compound": sonata(5, metre=(12, 8)),
    "odd": chorale(2, metre=(5, 8)),
    "sixteen parts": crowd(16),
    "a note": score([Note(0, TICKS, 60, 0)], [], [Part("")]),
}


def decoded(coded: Coded, move: int) -> list[tuple[int, int, int, int]]:
    """The notes that the symbols of the event coding tell."""
    now, found = 0, []
    for gap, part, pitch, length in coded.symbols.tolist():
        now += LONG - 1 if gap == LONG else gap
        if gap < LONG:
            found.append((now * STEP, part, pitch + FLOOR - move, LENGTHS[length] * STEP))
    return sorted(found)


@pytest.mark.parametrize("name", EXACT)
def test_events_tell_every_note(name: str) -> None:
    whole = EXACT[name]
    coded = Events().encode(whole)
    assert decoded(coded, move_of(whole)) == told(whole)
    assert coded.notes == len(whole.notes)


def test_parts_beyond_the_last_are_told_with_it() -> None:
    whole = crowd(20)
    found = decoded(Events().encode(whole), move_of(whole))
    wanted = sorted((on, min(part, PARTS - 1), pitch, d) for on, part, pitch, d in told(whole))
    assert found == wanted
    orders = [(gap, part, -pitch) for gap, part, pitch, _ in units(whole, 0)]
    for before, after in itertools.pairwise(orders):
        assert after[0] > 0 or after[1:] > before[1:], "notes of one time are told from the top"


def test_silence_of_over_a_whole_note_is_told_in_whole_notes() -> None:
    coded = Events().encode(with_rests())
    gaps = coded.symbols[:, GAP].tolist()
    assert gaps[0] == LONG
    assert gaps.count(LONG) == 1 + 1 + 7
    rests = coded.symbols[:, GAP] == LONG
    assert (coded.symbols[rests, 1:] == -1).all()
    assert (coded.symbols[~rests] >= 0).all()
    after = np.flatnonzero(rests[:-1] & ~rests[1:]) + 1
    assert (coded.symbols[after, GAP] > 0).all(), "no note is told to begin with the silence"


def test_lengths_and_times_off_the_grid_go_to_the_nearest() -> None:
    assert [LENGTHS[length_code(n)] for n in (1, 24, 25, 26, 29, 96, 100, 103, 768, 5000)] == [
        *(1, 24, 24, 27, 30, 96, 96, 108, 768, 768)
    ]
    assert all(LENGTHS[length_code(length)] == length for length in LENGTHS)
    notes = [Note(7 * STEP + 100, 3 * STEP - 90, 60, 0), Note(9 * STEP - 70, 10, 61, 0)]
    assert grid_notes(score(notes, [], [Part("")])) == [(7, 0, 60, 3), (9, 0, 61, 1)]


def test_bars_in_steps_have_no_gaps_where_bar_lines_lie_between_steps() -> None:
    sixty_fourth = TICKS // 16  # one and a half steps
    bars = [Bar(i * 5 * sixty_fourth, 5 * sixty_fourth, 5, 64) for i in range(9)]
    steps = EventTracker(bars, 1, 0, minor=False).bars
    assert all(a.onset + a.length == b.onset for a, b in itertools.pairwise(steps))
    assert steps[-1].onset + steps[-1].length == round(9 * 5 * 1.5)


@pytest.mark.parametrize("seed", range(6))
def test_columns_and_symbols_stay_inside_their_sizes(seed: int) -> None:
    for whole in (scattered(seed), scattered(seed, parts=20), sonata(seed), chorale(seed)):
        assert_inside(Events(), Events().encode(whole))
    for voices in (1, 2, 3, 4, 6):
        grid = Grid(voices)
        assert_inside(grid, grid.encode(scattered(seed, parts=voices)))
        assert_inside(grid, grid.encode(chorale(seed, metre=(12, 8), pickup=TICKS, voices=2)))


def test_a_score_without_notes_is_no_units_or_rests() -> None:
    silent = score([], bars_of(2, 4, 4), QUARTET)
    assert Events().encode(silent).symbols.shape == (0, 4)
    coded = Grid(4).encode(silent)
    assert coded.notes == 0
    assert coded.symbols.shape == (32, 4)
    assert (coded.symbols[0] == REST).all()
    assert (coded.symbols[1:] == HOLD).all()


REAL = sorted((SHARED / "music" / "mozart").glob("*.mid"))[::40]


@pytest.mark.works
@pytest.mark.parametrize("path", REAL or [None], ids=lambda path: path.stem if path else "none")
def test_real_works_are_told_inside_the_sizes(path: Path | None) -> None:
    if path is None:
        pytest.skip("the shared works are not beside this checkout")
    from moxie.arts.music.files.codec import read
    from moxie.arts.music.pieces import excerpt

    whole = excerpt(read(path.read_bytes(), path.name), 0, 60)
    coded = Events().encode(whole)
    assert_inside(Events(), coded)
    steps = [(n.onset, n.part, n.pitch) for n in whole.notes]
    found = [(onset, part, pitch) for onset, part, pitch, _ in decoded(coded, move_of(whole))]
    assert len(found) >= 0.99 * len(steps)


# Keys


@pytest.mark.parametrize("coding", [Events(), Grid(4)], ids=["events", "grid"])
@pytest.mark.parametrize("semitones", [-5, -2, 3, 4, 7])
def test_a_transposed_score_is_told_alike(coding: Coding, semitones: int) -> None:
    whole = chorale(4, fifths=-1)
    moved = transpose(whole, semitones)
    assert (estimate_key(moved).tonic - estimate_key(whole).tonic - semitones) % 12 == 0
    between = semitones + move_of(moved) - move_of(whole)
    assert between in (-12, 0, 12)  # the nearest C may be the next one
    assert_same(in_key(coding.encode(whole), coding, between), coding.encode(moved))


def test_scores_in_one_key_frame_are_told_the_same() -> None:
    whole = chorale(1, fifths=0)
    for coding in (Events(), Grid(4)):
        assert_same(coding.encode(whole), coding.encode(transpose(whole, 2)))


@pytest.mark.parametrize("semitones", [-6, -1, 1, 5, 6])
def test_events_in_another_key_are_those_of_a_score_moved_inside_the_frame(semitones: int) -> None:
    whole = sonata(2)
    coded = Events().encode(whole)
    key, move = estimate_key(whole), move_of(whole) + semitones
    tracker = EventTracker(whole.bars, 2, move, minor=key.minor)
    assert_same(in_key(coded, Events(), semitones), streamed(tracker, units(whole, move), Events()))


def test_home_is_the_nearest_c_or_a() -> None:
    for tonic in range(12):
        assert (tonic + home(tonic, minor=False)) % 12 == 0
        assert (tonic + home(tonic, minor=True)) % 12 == 9
        assert -6 <= home(tonic, minor=False) <= 5
    reach = [
        pitch + home(t, minor=minor) - FLOOR
        for pitch in (LOWEST, HIGHEST)
        for t in range(12)
        for minor in (False, True)
    ]
    assert min(reach) >= 0, "every note has a symbol in every key"
    assert max(reach) < PITCHES


# Streaming


@pytest.mark.parametrize("name", [name for name in EXACT if name != "a note"])
def test_streamed_events_are_the_encoded_ones(name: str) -> None:
    whole = EXACT[name]
    coded = Events().encode(whole)
    assert_same(coded, streamed(EventTracker.of(whole), coded.symbols.tolist(), Events()))


def test_what_the_tracker_allows_is_what_comes() -> None:
    for whole in (sonata(1), scattered(5), crowd(16)):
        tracker = EventTracker.of(whole)
        for unit in units(whole, tracker.move):
            for f, symbol in enumerate(unit):
                if symbol < 0:
                    continue
                low, high = tracker.allowed(f)
                assert low <= symbol < high
                tracker.put(f, symbol)


# Which coding


def test_four_monophonic_voices_on_the_sixteenths_are_a_grid() -> None:
    assert coding_for([chorale(seed) for seed in range(3)]).name == "grid-4"
    assert coding_for([chorale(0, voices=2)]).name == "grid-2"
    assert coding_for([chorale(0, voices=1)]).name == "grid-1"


@pytest.mark.parametrize(
    "works",
    [
        [sonata(0)],
        [in_triplets()],
        [chorale(0), chorale(1, voices=3)],
        [chorale(0), sonata(1)],
        [crowd(7)],
    ],
    ids=["chords", "triplets", "other voices", "mixed", "many parts"],
)
def test_everything_else_is_events(works: list[Score]) -> None:
    assert coding_for(works).name == "events"


def test_a_few_grace_notes_do_not_hinder_the_grid() -> None:
    whole = chorale(0, bars=24)
    last = whole.notes[-1]
    grace = last._replace(onset=last.onset + TICKS // 3, duration=TICKS // 3, part=3)
    notes = [note for note in whole.notes if note != last] + [grace]
    assert coding_for([replace(whole, notes=tuple(notes))]).name == "grid-4"


def test_a_coding_is_found_by_its_name() -> None:
    for coding in (Events(), Grid(1), Grid(4)):
        named = coding_named(coding.name)
        assert type(named) is type(coding)
        assert named.name == coding.name
        assert named.fields == coding.fields
        assert named.trunk == coding.trunk


def test_the_chord_of_a_beat_is_known_as_it_grows() -> None:
    beat = Harmonies()
    assert beat.columns() == (0, 0, 0, 0)
    c, e, g, b = (60 - FLOOR + 1 + above for above in (0, 4, 7, 11))
    for pitch in (e, g):
        beat.put(pitch)
    assert QUALITIES[beat.columns()[1] - 1] == "minor", "E and G above E"
    beat.put(c)
    root, quality, _, _ = beat.columns()
    assert (root, QUALITIES[quality - 1]) == ((c - 1) % 12 + 1, "major")
    beat.enter((0, 1), [g])
    beat.put(b)
    root, _, root_before, quality_before = beat.columns()
    assert (root, root_before) == ((g - 1) % 12 + 1, (c - 1) % 12 + 1)
    assert QUALITIES[quality_before - 1] == "major"
    beat.enter((0, 2), [])
    beat.enter((0, 3), [])
    assert beat.columns()[:3] == (0, 0, (g - 1) % 12 + 1), (
        "of rests nothing is heard, and nothing is forgotten"
    )
