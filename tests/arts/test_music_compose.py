"""New scores: as many bars as asked, in range, to the end, by seed, as the dials say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from little_composer import bars_of, chorale, crowd, sonata
from little_models import COUNTS, fitted, hasty, models
from made_scores import assert_one_at_a_time, assert_sound, made, of_bar, plain
from moxie.art import Brief
from moxie.arts.music import asking
from moxie.arts.music.compose import composing, draw
from moxie.arts.music.compose.manner import Manner
from moxie.arts.music.compose.script import Script, blank
from moxie.arts.music.form.plan import parse_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import TICKS, Key, Note, Part, Score
from moxie.arts.music.theory.keys import estimate_key
from moxie.errors import BadInput

__all__ = ["hasty"]  # pytest finds the fixture by its name

KINDS = ("events", "grid", pytest.param("mixed", marks=pytest.mark.slow))


@pytest.fixture(name="models")
def _models() -> Mapping[str, ScoreModel]:
    return models()


def asked(model: ScoreModel, bars: int = 4, *, seed: int = 1, **dials: str) -> Score:
    return model.sample(Brief((bars,), options=asking.options(dials)), seed=seed).content


def led(model: ScoreModel, theme: Score, bars: int = 4, *, seed: int = 1, **dials: str) -> Score:
    brief = Brief((bars,), start=theme, options=asking.options(dials))
    return model.sample(brief, seed=seed).content


def drawn(model: ScoreModel, number: int, script: Script, seed: int) -> list[Score]:
    """So many pieces side by side, as `compose` draws its candidates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "FAMILIES", number)
        patch.setattr(draw, "SIBLINGS", 1)
        patch.setattr(draw, "MOST_UNITS", 300 * len(script.bars))
        lines = draw.draw(model.experts, script, 80, seed, draw.Dial.at(0.7), None)
    assert all(line.done for line in lines), "a piece does not end"
    setting = model.manner.settings[0]
    return [composing._finished(script, setting, line) for line in lines]


# Whole pieces


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bars", [4, 7])
def test_a_piece_has_the_bars_asked_for(
    kind: str, bars: int, models: Mapping[str, ScoreModel]
) -> None:
    whole = made(models[kind], bars)
    assert_sound(whole, bars)
    assert of_bar(whole, 0), "it begins in the first bar"
    last = of_bar(whole, bars - 1)
    assert max(note.onset + note.duration for note in last) == whole.bars[-1].length
    assert whole.parts == models[kind].manner.settings[0].players[0:0] or whole.parts
    assert whole.keys
    assert whole.tempos


@pytest.mark.parametrize("kind", KINDS)
def test_notes_stay_in_the_reach_of_the_works(kind: str, models: Mapping[str, ScoreModel]) -> None:
    model = models[kind]
    for novelty in (0.0, 1.0):
        whole = made(model, 4, novelty=novelty)
        settings = [s for s in model.manner.settings if len(s.players) == len(whole.parts)]
        for note in whole.notes:
            low = min(setting.players[note.part].low for setting in settings)
            high = max(setting.players[note.part].high for setting in settings)
            assert low <= note.pitch <= high
    if kind == "grid":
        for part in range(4):
            assert_one_at_a_time(whole, part)
    else:
        assert_one_at_a_time(whole, 0)
        chords = [note.onset for note in whole.notes if note.part == 1]
        assert len(set(chords)) < len(chords), "the piano plays chords, as in the works"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["grid", "mixed"])
def test_a_seed_makes_one_piece(kind: str, models: Mapping[str, ScoreModel]) -> None:
    one = made(models[kind], 4, seed=3)
    assert made(models[kind], 4, seed=3) == one
    assert made(models[kind], 4, seed=4) != one


@pytest.mark.parametrize("kind", ["events", "grid"])
def test_pieces_close_on_their_tonic(kind: str, models: Mapping[str, ScoreModel]) -> None:
    closes = thirds = 0
    model = models[kind]
    setting = model.manner.settings[0]
    players = len(setting.players)
    script = Script(
        blank(setting, 4),
        setting.players,
        setting.key,
        np.ones((4, players), np.bool_),
        plan=parse_plan("A4", 4),
        cadences=model.manner.cadences,
        ending=True,
    )
    for whole in drawn(model, 12, script, seed=2):
        bass = min(note.pitch for note in of_bar(whole, 3))
        tonic = whole.keys[0].tonic
        closes += bass % 12 == tonic
        above = {(note.pitch - tonic) % 12 for note in of_bar(whole, 3)}
        assert above <= {0, 3, 4, 7}
        thirds += bool(above & {3, 4})
    assert closes >= 10
    assert thirds >= 10, "one says whether it is major or minor"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_piece_is_endless(kind: str, models: Mapping[str, ScoreModel]) -> None:
    model = models[kind]
    setting = model.manner.settings[0]
    bars = blank(setting, 3)
    free = np.ones((3, len(setting.players)), np.bool_)
    for ending in (True, False):
        script = Script(bars, setting.players, setting.key, free, ending=ending)
        for whole in drawn(model, 30, script, seed=int(ending)):
            assert_sound(whole, 3)


@pytest.mark.slow
@pytest.mark.parametrize(("beats", "unit"), [(5, 8), (12, 8)])
@pytest.mark.parametrize("write_one", [sonata, chorale])
def test_any_metre_can_be_learnt(beats: int, unit: int, write_one: Callable[..., Score]) -> None:
    model = fitted([write_one(seed, bars=4, metre=(beats, unit)) for seed in range(2)], COUNTS)
    whole = made(model, 4)
    assert_sound(whole, 4)
    assert {(bar.beats, bar.unit, bar.length) for bar in whole.bars} == {
        (beats, unit, 4 * TICKS * beats // unit)
    }


@pytest.mark.parametrize("voices", [1, 2])
def test_one_work_of_few_parts_is_enough(voices: int) -> None:
    model = fitted([chorale(3, voices=voices)], COUNTS)
    assert model.experts.coding.name == f"grid-{voices}"
    assert_sound(made(model, 4), 4)
    alone = fitted([sonata(2, bars=4)], COUNTS)
    assert_sound(made(alone, 5), 5)


@pytest.mark.slow
def test_a_piece_for_many_parts_has_as_many_as_can_be_told() -> None:
    model = fitted([crowd(20)], COUNTS)
    whole = made(model, 4)
    assert_sound(whole, 4)
    assert len(whole.parts) == 16


def test_symbols_are_drawn_by_the_temperature() -> None:
    shares = np.array([0.5, 0.3, 0.19, 0.009, 0.001], np.float32)
    rng = np.random.default_rng(0)

    def often(novelty: float, *, steady: bool) -> list[float]:
        dial = draw.Dial.at(novelty)
        found = [draw._drawn(shares, rng, dial, steady=steady) for _ in range(8000)]
        return (np.bincount(found, minlength=5) / 8000).tolist()

    cold, warm, rhythm = often(0, steady=False), often(1, steady=False), often(1, steady=True)
    assert cold[0] > warm[0] + 0.03
    assert rhythm[0] > warm[0] + 0.01, "rhythm is drawn more steadily"
    assert warm[4] == rhythm[4] == rhythm[3] == 0 < warm[3], "the far less likely never comes"
    assert draw.Dial.at(0).counts > 0 > draw.Dial.at(1).counts


# Dials


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["events", "grid"])
def test_dials_are_followed(kind: str, models: Mapping[str, ScoreModel]) -> None:
    inside = []
    for seed in (1, 2, 3):
        whole = asked(models[kind], seed=seed, key="E minor", metre="3/4", tempo="63")
        assert whole.keys == (Key(0, 1, True),)
        assert {(bar.beats, bar.unit) for bar in whole.bars} == {(3, 4)}
        assert whole.tempos[0].millibeats == 63_000
        assert_sound(whole, 4)
        inside += [(note.pitch - 4) % 12 in (0, 2, 3, 5, 7, 8, 10, 11) for note in whole.notes]
    assert np.mean(inside) >= 0.8, "the notes are of the key"


def test_instruments_are_followed(models: Mapping[str, ScoreModel]) -> None:
    whole = asked(models["events"], instruments="flute,bassoon,cello")
    assert [part.program for part in whole.parts] == [73, 70, 42]
    assert all(note.pitch <= 84 for note in whole.notes if note.part == 2), "a cello's reach"
    assert_sound(whole, 4)
    four = asked(models["grid"], instruments="flute,violin,viola,cello")
    assert [part.program for part in four.parts] == [73, 40, 41, 42]
    with pytest.raises(BadInput, match="writes for 4 voices"):
        asked(models["grid"], instruments="flute,cello")


@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_plan_repeats_its_bars_exactly(kind: str, models: Mapping[str, ScoreModel]) -> None:
    whole = asked(models[kind], 8, plan="A4 A4")
    assert_sound(whole, 8)
    for bar in range(3):
        assert of_bar(whole, bar)
        assert plain(of_bar(whole, bar)) == plain(of_bar(whole, bar + 4))
    shorter = [note for note in of_bar(whole, 1) if note.onset + note.duration < 4 * TICKS]
    again = [note for note in of_bar(whole, 5) if note.onset + note.duration < 4 * TICKS]
    assert shorter == again


@pytest.mark.slow
def test_a_plan_varies_its_bars(models: Mapping[str, ScoreModel]) -> None:
    for kind in ("events", "grid"):
        whole = asked(models[kind], 8, plan="A4 A'4")
        for bar in range(3):
            then, now = of_bar(whole, bar), of_bar(whole, bar + 4)
            kept = [
                [n.onset for n in then if n.part == part]
                == [n.onset for n in now if n.part == part]
                for part in range(len(whole.parts))
            ]
            assert sum(kept) >= len(kept) - max(1, round(len(kept) / 3)), "most rhythms stay"
        assert [plain(of_bar(whole, bar)) for bar in range(3)] != [
            plain(of_bar(whole, bar)) for bar in range(4, 7)
        ]
    with pytest.raises(BadInput, match="bars"):
        asked(models["events"], 8, plan="A4 B8")


# Themes


THEMES = {"events": sonata(11, bars=3), "grid": chorale(11, bars=3), "mixed": sonata(12, bars=3)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_theme_goes_on(kind: str, models: Mapping[str, ScoreModel]) -> None:
    theme = THEMES[kind]
    whole = led(models[kind], theme, 5, lead="continue")
    assert_sound(whole, 5)
    end = theme.length
    assert [note for note in whole.notes if note.onset < end] == list(theme.notes)
    assert [note for note in whole.notes if note.onset >= end]
    assert whole.parts == theme.parts
    assert whole.keys[0].tonic == estimate_key(theme).tonic
    assert kind == "grid" or led(models[kind], theme, 5) == whole, (
        "a theme goes on unless something else is said"
    )
    assert len(led(models[kind], theme, 2).bars) == 4, "at least one bar is added"


def test_a_theme_with_a_pickup_and_off_the_grid_goes_on(models: Mapping[str, ScoreModel]) -> None:
    theme = sonata(5, bars=2, metre=(3, 4), pickup=TICKS)
    late = [note._replace(onset=note.onset + 13) for note in theme.notes]
    played = Score(tuple(late), theme.bars, theme.parts, theme.keys, theme.tempos)
    whole = led(models["events"], played, 5)
    assert [note for note in whole.notes if note.onset < theme.length] == late
    assert whole.bars[0].length == TICKS


@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_melody_is_harmonised(kind: str, models: Mapping[str, ScoreModel]) -> None:
    melody = chorale(13, voices=1, bars=4, fifths=1)
    whole = led(models[kind], melody, lead="harmonise")
    assert_sound(whole, 4)
    assert [note for note in whole.notes if note.part == 0] == list(melody.notes)
    assert {note.part for note in whole.notes} == set(range(len(whole.parts)))
    assert len(whole.parts) == (4 if kind == "grid" else 2)
    assert whole.keys[0].tonic == estimate_key(melody).tonic
    assert whole.tempos == melody.tempos


def test_a_melody_needs_other_parts_to_be_harmonised() -> None:
    alone = fitted([chorale(3, voices=1)], COUNTS)
    with pytest.raises(BadInput, match="no part to add"):
        led(alone, chorale(4, voices=1), lead="harmonise")


@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_varied_theme_is_to_be_recognised(kind: str, models: Mapping[str, ScoreModel]) -> None:
    theme = (sonata if kind == "events" else chorale)(14)
    whole = led(models[kind], theme, 8, lead="vary")
    assert_sound(whole, 8)
    assert of_bar(whole, 0) == of_bar(theme, 0)
    assert of_bar(whole, 7) == of_bar(theme, 7)
    assert whole != theme
    assert any(of_bar(whole, bar) == of_bar(theme, bar) for bar in range(1, 7))


def test_a_theme_of_other_parts_is_refused(models: Mapping[str, ScoreModel]) -> None:
    with pytest.raises(BadInput, match="writes for 4 voices"):
        led(models["grid"], chorale(1, voices=3))
    with pytest.raises(BadInput, match="The theme has 2 parts"):
        led(models["events"], THEMES["events"], instruments="piano")


# Settings


def test_a_manner_draws_what_is_asked_for() -> None:
    works = [chorale(0), chorale(1, minor=True, metre=(3, 4)), chorale(2, voices=2)]
    manner = Manner.of(works)
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert len(manner.draw(rng, parts=2).players) == 2
        assert manner.draw(rng, minor=True).key.minor
        assert (manner.draw(rng, metre=(3, 4)).beats, manner.draw(rng, metre=(9, 8)).unit)[0] == 3
        assert len(manner.draw(rng, least=3).players) == 4
    assert blank(manner.settings[1], 2) == tuple(bars_of(2, 3, 4))


def test_players_are_asked_for_what_they_can_sound() -> None:
    violins = replace(chorale(0, voices=1), parts=(Part("Violin", 40),))
    low = [note._replace(pitch=note.pitch - 24) for note in violins.notes]
    below = [low[0]._replace(pitch=50), *violins.notes[1:]]  # one note a violin has not
    works = [replace(violins, notes=tuple(low)), replace(violins, notes=tuple(below))]
    manner = Manner.of(works)
    assert manner.settings[0].players[0].low < 55, "it is no violin that plays this"
    assert manner.settings[1].players[0].low == 55
    drawn = [manner.draw(np.random.default_rng(seed)) for seed in range(4)]
    assert drawn == [manner.settings[1]] * 4


def test_a_varied_chord_leaves_room_for_its_lower_notes(models: Mapping[str, ScoreModel]) -> None:
    model = models["events"]
    setting = model.manner.settings[0]
    hand = setting.players[1]
    narrow = replace(hand, low=60, high=63)
    players = (setting.players[0], narrow)
    free = np.ones((4, 2), np.bool_)
    free[0, 1] = False
    bars = blank(setting, 4)
    chord = tuple(
        Note(beat * TICKS, TICKS, pitch, 1) for beat in range(4) for pitch in (63, 62, 61)
    )
    script = Script(bars, players, setting.key, free, chord, plan=parse_plan("A1 A'1 A'1 A'1", 4))
    for whole in drawn(model, 6, script, seed=1):
        assert min(note.pitch for note in whole.notes if note.part == 1) >= 60
