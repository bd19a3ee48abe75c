"""The grid coding, the fields of both codings, and echoes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from coded import assert_inside, assert_same, move_of, streamed, told
from little_composer import bars_of, chorale, sonata
from moxie.arts.music.coding import Coding, Events, Grid, in_key
from moxie.arts.music.coding.columns import FLOOR, PITCHES
from moxie.arts.music.coding.echo import Echo
from moxie.arts.music.coding.events_fields import LENGTH, PITCH, STEP
from moxie.arts.music.coding.grid import FIRST, HOLD, REST, GridTracker, places
from moxie.arts.music.coding.grid import STEP as SIXTEENTH
from moxie.arts.music.score import LOWEST, TICKS, Note, Part, score
from moxie.arts.music.theory.keys import estimate_key


@pytest.mark.parametrize("semitones", [-6, 2, 6])
def test_a_grid_in_another_key_is_that_of_a_score_moved_inside_the_frame(semitones: int) -> None:
    whole = chorale(3)
    grid = Grid(4)
    coded = grid.encode(whole)
    moved = in_key(coded, grid, semitones)
    symbols = np.where(coded.symbols >= FIRST, coded.symbols + semitones, coded.symbols)
    tracker = GridTracker(grid, whole.bars, minor=estimate_key(whole).minor)
    assert_same(moved, streamed(tracker, symbols.tolist(), grid))


def test_keys_at_the_edges_are_cut_and_not_wrapped() -> None:
    grid = Grid(1)
    notes = [Note(i * TICKS, TICKS, LOWEST + i, 0) for i in range(8)]
    low = grid.encode(score(notes, [], [Part("")]))
    assert_inside(grid, in_key(low, grid, -12))
    assert_inside(grid, in_key(in_key(low, grid, 100), grid, 12))
    assert in_key(low, grid, 0) is low


@pytest.mark.parametrize("metre", [(4, 4), (3, 4), (6, 8), (12, 8), (5, 8)])
def test_a_streamed_grid_is_the_encoded_one(metre: tuple[int, int]) -> None:
    whole = chorale(7, metre=metre, pickup=TICKS)
    coded = Grid(4).encode(whole)
    tracker = GridTracker(Grid(4), whole.bars, minor=estimate_key(whole).minor)
    assert_same(coded, streamed(tracker, coded.symbols.tolist(), Grid(4)))


def test_the_grid_tells_every_note() -> None:
    whole = chorale(6, fifths=2, pickup=TICKS)
    coded, move = Grid(4).encode(whole), move_of(whole)
    found: list[list[int]] = []
    order = Grid(4).order
    open_notes: dict[int, list[int]] = {}
    for step, row in enumerate(coded.symbols.tolist()):
        for field, symbol in enumerate(row):
            voice = order[field]
            if symbol == HOLD:
                if voice in open_notes:
                    open_notes[voice][3] += SIXTEENTH
                continue
            open_notes.pop(voice, None)
            if symbol >= FIRST:
                pitch = symbol - FIRST + FLOOR - move
                open_notes[voice] = [step * SIXTEENTH, voice, pitch, SIXTEENTH]
                found.append(open_notes[voice])
    assert sorted(map(tuple, found)) == told(whole)
    assert coded.notes == len(whole.notes)


def test_places_follow_the_metre() -> None:
    assert [place for place, _ in places(bars_of(2, 3, 4))] == [*range(12), *range(12)]
    waltz = places(bars_of(2, 3, 4, pickup=TICKS))
    assert [place for place, _ in waltz] == [8, 9, 10, 11, *range(12), *range(12)]
    assert max(place for place, _ in places(bars_of(2, 12, 8))) == 23
    left = [left for _, left in places(bars_of(8, 4, 4))]
    assert left[-1] == 0
    assert left[-2] == 1
    assert left[-17] == 1
    assert left[-18] == 2
    assert left[0] == 5
    assert left == sorted(left, reverse=True)


def test_a_note_struck_again_is_no_held_one() -> None:
    notes = [Note(0, TICKS, 60, 0), Note(TICKS, TICKS, 60, 0), Note(3 * TICKS, TICKS, 60, 0)]
    coded = Grid(1).encode(score(notes, [], [Part("")]))
    begins = np.flatnonzero(coded.symbols[:, 0] != HOLD).tolist()
    assert begins == [0, 4, 8, 12]
    assert coded.symbols[8, 0] == REST
    assert coded.symbols[4, 0] == coded.symbols[0, 0] >= FIRST


@pytest.mark.parametrize("coding", [Events(), *map(Grid, (1, 2, 4))], ids=lambda c: c.name)
def test_fields_are_sound(coding: Coding) -> None:
    for field in coding.fields:
        names = [column.name for column in field.columns]
        assert len(set(names)) == len(names)
        assert all(field.columns[place].kind == "pitch" for place in field.anchors)
        assert field.size - field.first == (PITCHES if field.tells_pitch else 0)
        for chain in field.chains:
            for wide, narrow in zip(chain.levels, chain.levels[1:], strict=False):
                assert narrow[: len(wide)] == wide
            if chain.anchor is not None:
                assert field.tells_pitch
                assert field.columns[chain.anchor].kind == "pitch"
            for view in chain.levels[-1]:
                pitched = field.columns[view.column].kind == "pitch"
                of_class = field.columns[view.column].kind == "class"
                assert pitched or view.how == "plain" or (of_class and view.how == "degree")
                assert view.how != "interval" or field.columns[view.origin].kind == "pitch"


def test_pitches_by_interval_do_not_change_with_the_key() -> None:
    """Chains that count intervals see one context in every key; that is what they are for."""
    from moxie.arts.music.models.counts import _contexts

    coded = Events().encode(sonata(0))
    field = Events().fields[PITCH]
    moved = in_key(coded, Events(), 3)
    for chain in field.chains:
        plain = {view.how for view in chain.levels[0]} == {"plain"}
        if chain.anchor is not None and plain:
            one = _contexts(chain, coded.known[PITCH])[0]
            assert np.array_equal(one, _contexts(chain, moved.known[PITCH])[0])


def test_what_is_known_of_a_length_is_the_rest_of_the_bar() -> None:
    whole = score([Note(3 * TICKS, TICKS, 60, 0)], bars_of(1, 4, 4), [Part("")])
    coded = Events().encode(whole)
    names = [column.name for column in Events().fields[LENGTH].columns]
    assert Fraction(int(coded.known[LENGTH][0, names.index("rest")]) * STEP, TICKS) == 1


def test_an_echo_tells_what_followed_the_same_events() -> None:
    echo = Echo((4, 2))
    for event in "abcdxyab":
        echo.put(event, ord(event))
    assert echo.predict() == (ord("c"), 1)
    echo.put("c", ord("c"))
    assert echo.predict() == (ord("d"), 1)
    echo.put("d", ord("d"))
    assert echo.predict() == (ord("x"), 2), "four events are a surer sign than two"
    echo.put("q", ord("q"))
    assert echo.predict() == (0, 0)


def test_an_echo_hears_the_latest_and_nothing_at_first() -> None:
    echo = Echo((2,))
    assert echo.predict() == (0, 0)
    for event, value in (("a", 1), ("b", 2), ("c", 3), ("a", 1), ("b", 2), ("d", 4)):
        echo.put(event, value)
    echo.put("a", 1)
    echo.put("b", 2)
    assert echo.predict() == (4, 1)
