"""Ranking: pieces like the works come before the same pieces spoilt."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from moxie.arts.music.form.plan import Step
from moxie.arts.music.form.rank import Reference, craft, deviations, measures, merit, reference
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, score
from moxie.arts.music.theory.harmony import cadences

BAR = 4 * TICKS
PARTS = [Part("Violin", 40), Part("Viola", 41), Part("Violoncello", 42)]

HALF, CLOSE = (0, 5, 0, 7), (0, 5, 7, 0)
TRIADS = {0: (0, 4, 7), 5: (5, 9, 0), 7: (7, 11, 2)}


def piece(seed: int, *, key: int = 0, phrases: int = 4) -> Score:
    """Phrases over I IV I V and I IV V I: a melody of chord and passing notes over two voices."""
    rng = np.random.default_rng(seed)
    notes: list[Note] = []
    opening = [int(rng.integers(3)) for _ in range(4)]
    for bar in range(4 * phrases):
        closes = bar // 4 % 2 == 1
        root = (CLOSE if closes else HALF)[bar % 4]
        triad = TRIADS[root]
        onset = bar * BAR
        low = 48 + root if root < 7 else 36 + root
        notes += [Note(onset, BAR, key + low, 2), Note(onset, BAR, key + 60 + triad[1], 1)]
        if bar % 4 == 3:
            notes.append(Note(onset, 3 * TICKS, key + 72 + (0 if closes else 2), 0))
            continue
        tone = 72 + triad[opening[bar % 4]]
        for beat, step in enumerate((0, 2 if root else 4, 0, int(rng.choice([-1, 2])))):
            notes.append(Note(onset + beat * TICKS, TICKS, key + tone + step, 0))
    return score(notes, [Bar(i * BAR, BAR) for i in range(4 * phrases)], PARTS)


@pytest.fixture(scope="module")
def usual() -> Reference:
    return reference([piece(seed, key=seed % 5) for seed in range(8)], bars=16)


def cut_short(whole: Score) -> Score:
    return score([n for n in whole.notes if n.onset < 15 * BAR], whole.bars[:15], whole.parts)


def mixed(whole: Score) -> Score:
    order = np.random.default_rng(0).permutation(16)
    notes = [
        n._replace(onset=n.onset % BAR + int(order[n.onset // BAR]) * BAR) for n in whole.notes
    ]
    return score(notes, whole.bars, whole.parts)


def wrong_notes(whole: Score) -> Score:
    rng = np.random.default_rng(0)
    notes = [n._replace(pitch=n.pitch + int(rng.choice([-3, -1, 0, 0, 1, 3]))) for n in whole.notes]
    return score(notes, whole.bars, whole.parts)


def too_high(whole: Score) -> Score:
    notes = [n._replace(pitch=n.pitch + 24 * (n.part == 2)) for n in whole.notes]
    return score(notes, whole.bars, whole.parts)


def too_thick(whole: Score) -> Score:
    more = [n._replace(pitch=n.pitch - d, part=1) for n in whole.notes for d in (3, 4, 7)]
    return score([*whole.notes, *more], whole.bars, whole.parts)


@pytest.mark.parametrize("spoil", [cut_short, mixed, wrong_notes, too_high, too_thick])
def test_a_spoilt_piece_has_less_merit(usual: Reference, spoil: Callable[[Score], Score]) -> None:
    fresh = piece(99, key=2)
    assert merit(spoil(fresh), usual) < merit(fresh, usual) <= 0


def test_of_several_candidates_the_sound_one_is_chosen(usual: Reference) -> None:
    sound = piece(50)
    candidates = [wrong_notes(sound), mixed(sound), sound, cut_short(sound)]
    assert max(candidates, key=lambda c: merit(c, usual)) is sound


def test_merit_does_not_depend_on_the_key(usual: Reference) -> None:
    assert merit(piece(7, key=1), usual) == pytest.approx(merit(piece(7, key=2), usual), abs=0.1)


def test_faults_count_only_where_there_are_more(usual: Reference) -> None:
    spreads = dict(usual.spreads)
    spreads["hanging"] = spreads["hanging"]._replace(centre=1.0)
    found = deviations(piece(7), Reference(spreads))
    assert found["hanging"] == 0
    assert all(value >= 0 for value in found.values())


def test_what_is_off_can_be_named(usual: Reference) -> None:
    off = deviations(too_high(piece(7)), usual)
    assert off["lows"] > 1.5
    assert off["weak_end"] <= off["lows"]


def test_a_reference_survives_json(usual: Reference) -> None:
    assert Reference.from_json(json.loads(json.dumps(usual.to_json()))) == usual


@pytest.mark.parametrize("works", [0, 1, 2])
def test_few_works_are_enough(works: int) -> None:
    few = reference([piece(seed) for seed in range(works)])
    assert np.isfinite(merit(piece(9), few))
    assert all(spread.width > 0 for spread in few.spreads.values())


def test_one_work_makes_no_narrow_judge() -> None:
    one = reference([piece(3)])
    assert merit(piece(9), one) > -1
    assert merit(piece(9), one) > merit(wrong_notes(piece(9)), one)


@pytest.mark.parametrize(
    "notes", [[], [Note(0, TICKS, 60, 0)], [Note(0, TICKS, 60, 0), Note(TICKS, TICKS, 60, 0)]]
)
def test_the_least_of_pieces_can_be_measured(notes: list[Note], usual: Reference) -> None:
    least = score(notes, [Bar(0, BAR)], PARTS)
    assert all(np.isfinite(value) for value in measures(least).values())
    assert merit(least, usual) < merit(piece(9), usual)


def test_long_works_are_compared_by_their_beginning_and_end() -> None:
    long = [piece(seed, phrases=24) for seed in range(3)]
    found = reference(long, bars=16).spreads
    assert found["weak_end"].centre == 0
    assert found["begins_on_tonic"].centre == 1


NEW = [Step("new", None, "", close="")] * 3 + [Step("new", None, "", close="close")]


def made_well(whole: Score, first: int, usual: Reference) -> float:
    return craft(excerpt(whole, 0, first + 4), usual, first, NEW)


def test_a_phrase_with_faults_is_made_less_well(usual: Reference) -> None:
    fresh = piece(99)
    for spoil in (wrong_notes, too_high):
        assert made_well(spoil(fresh), 4, usual) < made_well(fresh, 4, usual) <= 0


def test_a_phrase_that_should_be_new_and_is_old_is_made_less_well(usual: Reference) -> None:
    fresh = piece(99)
    again = [n for n in fresh.notes if not 4 * BAR <= n.onset < 8 * BAR]
    again += [n._replace(onset=n.onset + 4 * BAR) for n in fresh.notes if n.onset < 4 * BAR]
    old = score(again, fresh.bars, fresh.parts)
    steps = [step._replace(kind="repeat", like=i) for i, step in enumerate(NEW)]
    passage = excerpt(old, 0, 8)
    assert craft(passage, usual, 4, NEW) < craft(passage, usual, 4, steps)


def test_a_close_wants_a_cadence(usual: Reference) -> None:
    closing = (excerpt(piece(seed), 0, 8) for seed in range(20))
    fresh = next(one for one in closing if cadences(one)[7])
    open_end = [NEW[0]] * 4
    low = [n for n in fresh.notes if n.part != 2 or n.onset < 6 * BAR]
    unclosed = score(
        [*low, *(Note(bar * BAR, BAR, 50, 2) for bar in (6, 7))], fresh.bars, fresh.parts
    )
    assert craft(fresh, usual, 4, NEW) == craft(fresh, usual, 4, open_end)
    assert craft(unclosed, usual, 4, NEW) < craft(unclosed, usual, 4, open_end)


def test_silence_is_no_craft(usual: Reference) -> None:
    silent = score([], [Bar(0, BAR)], PARTS)
    assert craft(silent, usual, 0, NEW[:1]) < craft(excerpt(piece(9), 0, 4), usual, 0, NEW)
