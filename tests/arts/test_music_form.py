"""Form: what bars are alike, where phrases end, sections, and plans mined, read and drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest

from moxie.arts.music.form.form import plan_of
from moxie.arts.music.form.library import FormLibrary, mine
from moxie.arts.music.form.plan import Plan, parse_plan
from moxie.arts.music.form.structure import structure
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, score
from moxie.arts.music.theory.keys import transpose
from moxie.arts.music.theory.likeness import likeness
from moxie.arts.music.theory.phrases import phrases, usual_phrases
from moxie.errors import BadInput

BAR = 4 * TICKS

# four bars each, as (pitch, beats); the bass has one note a bar
HALF = ("72 1 76 1 79 2", "77 1 76 1 74 1 71 1", "76 1 74 1 72 1 74 1", "74 3")
CLOSE = ("72 1 76 1 79 2", "77 1 76 1 74 1 71 1", "76 1 77 1 74 1 71 1", "72 3")
MIDDLE_1 = ("79 .5 77 .5 79 1 83 1 79 1", "81 1 84 1 83 1 81 1", "84 1 83 1 81 1 78 1", "79 3")
MIDDLE_2 = (
    "81 1 81 1 83 .5 84 .5 83 1",
    "79 1 74 1 83 1 81 1",
    "81 .5 79 .5 78 1 76 1 78 1",
    "79 3",
)
BASS = {
    HALF: "48 55 48 43",
    CLOSE: "48 50 43 48",
    MIDDLE_1: "43 48 50 43",
    MIDDLE_2: "50 55 50 43",
}
ROUNDED = (HALF, CLOSE, HALF, CLOSE, MIDDLE_1, MIDDLE_2, HALF, CLOSE)


def tune(parts: tuple[tuple[str, ...], ...]) -> Score:
    """Phrases one after the other, a melody over the bass notes of `BASS`."""
    notes: list[Note] = []
    bars = [bar for phrase in parts for bar in phrase]
    basses = [int(low) for phrase in parts for low in BASS[phrase].split()]
    for number, (bar, low) in enumerate(zip(bars, basses, strict=True)):
        onset = number * BAR
        notes.append(Note(onset, BAR, low, 1))
        words = bar.split()
        for pitch, beats in zip(words[::2], words[1::2], strict=True):
            length = round(float(beats) * TICKS)
            notes.append(Note(onset, length, int(pitch), 0))
            onset += length
    return score(
        notes, [Bar(i * BAR, BAR) for i in range(len(bars))], [Part("violin"), Part("cello")]
    )


@pytest.fixture(scope="module")
def rounded() -> Score:
    """A rounded binary form with its first half repeated: A8 A8 B8 A8."""
    return tune(ROUNDED)


def silent(bars: int) -> Score:
    return score([], [Bar(i * BAR, BAR) for i in range(bars)], [Part("flute")])


def assert_sound(plan: Plan, bars: int) -> None:
    assert len(plan) == bars
    assert plan.steps[-1].close == "close"
    for i, step in enumerate(plan.steps):
        assert (step.like is None) == (step.kind == "new")
        assert step.like is None or 0 <= step.like < i
    assert sum(section.bars for section in plan.sections) == bars


def test_bars_are_alike_exactly_under_transposition_and_in_no_way(rounded: Score) -> None:
    found = likeness(rounded)
    assert found.exact[8, 0] == pytest.approx(1)
    assert found.alike[8, 0] == pytest.approx(1)
    assert found.exact[7, 3] < 0.5 < found.alike[4, 0]
    assert found.alike[16, 2] < 0.45
    np.testing.assert_allclose(found.alike, found.alike.T)


def test_a_sequence_is_found_with_its_interval(rounded: Score) -> None:
    whole = rounded.notes
    up = [
        n._replace(onset=n.onset + 32 * BAR, pitch=n.pitch + 5) for n in whole if n.onset < 4 * BAR
    ]
    found = likeness(score([*whole, *up], rounded.bars, rounded.parts))
    assert [int(found.shift[32 + i, i]) for i in range(4)] == [5, 5, 5, 5]
    assert all(found.alike[32 + i, i] > 0.9 > found.exact[32 + i, i] for i in range(4))
    assert found.shift[0, 32] == -5


def test_phrases_of_four_bars_end_half_and_closed(rounded: Score) -> None:
    found = phrases(rounded)
    assert [phrase.last for phrase in found] == [3, 7, 11, 15, 19, 23, 27, 31]
    assert [phrase.close for phrase in found[:4]] == ["half", "close", "half", "close"]
    assert found[-1].cadence == "authentic"


def test_a_rounded_binary_form_is_recognised(rounded: Score) -> None:
    plan = plan_of(rounded)
    assert str(plan) == "A8 A8 B8 A8"
    assert [step.like for step in plan.steps[8:16]] == list(range(8))
    assert all(step.kind == "repeat" for step in plan.steps[8:16] + plan.steps[24:])
    assert [step.kind for step in plan.steps[:4]] == ["new"] * 4
    assert plan.steps[4].like == 0
    assert plan.ends[-1] == 31


def test_the_form_does_not_depend_on_the_key(rounded: Score) -> None:
    assert plan_of(transpose(rounded, 3)) == plan_of(rounded)


def test_a_pick_up_is_no_bar_of_the_plan(rounded: Score) -> None:
    moved = [note._replace(onset=note.onset + TICKS) for note in rounded.notes]
    bars = [Bar(0, TICKS), *(bar._replace(onset=bar.onset + TICKS) for bar in rounded.bars)]
    plan = plan_of(score([Note(0, TICKS, 67, 0), *moved], bars, rounded.parts))
    assert str(plan) == "A8 A8 B8 A8"


@pytest.mark.parametrize("bars", [1, 2, 7, 40])
def test_music_without_form_is_cut_into_usual_phrases(bars: int) -> None:
    plan = plan_of(silent(bars))
    assert len(plan) == bars
    assert plan.share("new") == 1
    assert np.diff([0, *usual_phrases(bars)]).max() <= 8


def test_plans_survive_json(rounded: Score) -> None:
    plan = plan_of(rounded)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    library = mine([rounded, silent(20)])
    text = json.dumps(library.to_json())
    assert FormLibrary.from_json(json.loads(text)) == library
    assert len(text) < 2000


def test_a_plan_is_read_as_a_person_writes_it() -> None:
    plan = parse_plan("A8 A'8 B8 A8", 32)
    assert_sound(plan, 32)
    assert str(plan) == "A8 A'8 B8 A8"
    assert [step.kind for step in plan.steps[24:]] == ["repeat"] * 8
    assert [step.like for step in plan.steps[8:16]] == list(range(8))
    assert {step.kind for step in plan.steps[8:16]} == {"vary"}
    assert plan.steps[4].like == 0
    assert plan.ends == (3, 7, 11, 15, 19, 23, 27, 31)


@pytest.mark.parametrize(
    ("text", "bars", "meant"),
    [
        ("aaba", 32, "A8 A8 B8 A8"),
        ("A a’ b、A", 30, "A8 A'8 B8 A6"),
        ("A B", 7, "A4 B3"),
        ("A,B16", 24, "A8 B16"),
        ("A8 - B8 - A8", 24, "A8 B8 A8"),
        ("A4 A8", 12, "A4 A8"),
        ("A8 C8", 16, "A8 C8"),
    ],
)
def test_numbers_may_be_left_out(text: str, bars: int, meant: str) -> None:
    plan = parse_plan(text, bars)
    assert str(plan) == meant
    assert_sound(plan, bars)
    assert str(parse_plan(str(plan), bars)) == meant


@pytest.mark.parametrize(
    ("text", "bars", "sentence"),
    [
        ("", 32, "cannot be read"),
        ("like Mozart", 32, "cannot be read"),
        ("A8 B8", 32, "has 16 bars, but 32"),
        ("A40", 32, "has 40 bars, but 32"),
        ("A0 B", 32, "no bars"),
        ("A B C D E", 4, "but 4 were asked for"),
        ("A", 3, "4 to 256 bars"),
        ("A", 257, "4 to 256 bars"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(text: str, bars: int, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        parse_plan(text, bars)


@pytest.mark.parametrize("novelty", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("bars", [4, 5, 13, 32, 64, 256])
def test_drawn_plans_are_sound(
    rounded: Score, bars: int, novelty: float, rng: np.random.Generator
) -> None:
    for works in ([], [silent(24)], [rounded], [rounded] * 6):
        plan = mine(works).draw(bars, rng=rng, novelty=novelty)
        assert_sound(plan, bars)
        lengths = np.diff([-1, *plan.ends])
        assert lengths.max() <= 12
        assert np.mean(lengths <= 8) > 0.5
        assert Plan.from_json(plan.to_json()) == plan


def test_without_novelty_a_plan_is_a_work_s(rounded: Score, rng: np.random.Generator) -> None:
    library = mine([rounded] * 4)
    assert str(library.draw(32, rng=rng, novelty=0.0)) == "A8 A8 B8 A8"


def test_shares_are_like_those_of_the_works(rounded: Score, rng: np.random.Generator) -> None:
    strict = mine([rounded] * 8)
    free = mine([silent(32)] * 8)
    for novelty in (0.0, 1.0):
        plans = [strict.draw(32, rng=rng, novelty=novelty) for _ in range(10)]
        assert abs(np.mean([p.share("repeat") for p in plans]) - 0.6) < 0.2
        plans = [free.draw(32, rng=rng, novelty=novelty) for _ in range(10)]
        assert np.mean([p.share("new") for p in plans]) > 0.8


def test_the_same_seed_draws_the_same_plan(rounded: Score) -> None:
    library = mine([rounded])
    draws = [library.draw(48, rng=np.random.default_rng(7)) for _ in range(2)]
    assert draws[0] == draws[1]


def test_a_length_that_no_plan_has_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(BadInput, match="4 to 256 bars"):
        FormLibrary().draw(3, rng=rng)


def test_structure_is_measured(rounded: Score, rng: np.random.Generator) -> None:
    found = structure(rounded)
    assert set(found) >= {"structure_short", "structure_mid", "structure_long"}
    assert all(0 <= value <= 1 for value in found.values())
    assert found["begins_on_tonic"] == found["ends_with_cadence"] == 1
    assert found["phrase_regularity"] == 1
    assert found["repeated"] >= 0.5
    order = rng.permutation(32)
    notes = [
        note._replace(onset=note.onset % BAR + int(order[note.onset // BAR]) * BAR)
        for note in rounded.notes
    ]
    mixed = structure(score(notes, rounded.bars, rounded.parts))
    assert mixed["structure_long"] < 0.3 < found["structure_long"]
    assert mixed["structure_mid"] < found["structure_mid"]
