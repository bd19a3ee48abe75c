"""What a mask hides is made anew and nothing else; blends of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from little_composer import QUARTET, bars_of, chorale, chorales, crowd, sonata
from little_models import COUNTS, MACHINE, fitted, hasty, models
from made_scores import assert_one_at_a_time, assert_sound, made, of_bar
from moxie.art import Brief
from moxie.arts.music import ART
from moxie.arts.music.coding.events_fields import GAP, PARTS, STEP
from moxie.arts.music.coding.grid import STEP as SIXTEENTH
from moxie.arts.music.compose import composing
from moxie.arts.music.compose.events_line import EventLine
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import TICKS, Bar, Note, Part, Score, bar_at, score
from moxie.errors import BadInput

__all__ = ["hasty"]  # pytest finds the fixture by its name

Mask = NDArray[np.bool_]


@pytest.fixture(name="models")
def _models() -> Mapping[str, ScoreModel]:
    return models()


BARS = 5
WORKS = {
    "events": sonata(15, bars=BARS),
    "grid": chorale(15, bars=BARS),
    "mixed": sonata(16, bars=BARS),
}
KINDS = ("events", "grid", pytest.param("mixed", marks=pytest.mark.slow))


def hidden(whole: Score, mask: Mask, note: Note) -> bool:
    bar = bar_at(whole.bars, note.onset)
    return bool(mask[bar] if mask.ndim == 1 else mask[note.part, bar])


def filled(model: ScoreModel, whole: Score, mask: Mask, *, seed: int = 1) -> Score:
    """What is filled in, with every known note checked to be as it was, and to have been heard."""
    with pytest.MonkeyPatch.context() as patch:
        lines = spied(patch)
        found = model.infill(whole, mask, seed=seed)
    known = [note for note in whole.notes if not hidden(whole, mask, note)]
    assert [note for note in found.notes if not hidden(whole, mask, note)] == known
    on_the_grid = not any(note.onset % SIXTEENTH or note.duration % SIXTEENTH for note in known)
    for line in lines[0]:
        assert line.done
        if isinstance(line, EventLine) or on_the_grid:
            assert {n[:4] for n in known} <= {n[:4] for n in line.notes}
        if isinstance(line, EventLine):
            told = [(round(n.onset / STEP), min(n.part, PARTS - 1), -n.pitch) for n in line.notes]
            assert told == sorted(told), "notes are told in order"
    assert found.bars == whole.bars
    assert found.parts == whole.parts
    assert (found.keys, found.tempos, found.title) == (whole.keys, whole.tempos, whole.title)
    assert_sound(found, len(whole.bars))
    return found


def spied(patch: pytest.MonkeyPatch) -> list[list[composing.Line]]:
    """The lines that are drawn from now on."""
    draw = composing.draw
    found: list[list[composing.Line]] = []

    def spy(*given: Any) -> list[composing.Line]:
        found.append(draw(*given))
        return found[-1]

    note = EventLine._note

    def on_time(line: EventLine, code: int) -> None:
        if line.cue is not None:
            assert line.tracker.time == round(line.cue.onset / STEP), "a note is told late"
        if line.notes and line.tracker.unit[GAP] == 0:
            assert len(line.tracker.same) > 1, "a note is told to begin with a silence"
        note(line, code)

    patch.setattr(composing, "draw", spy)
    patch.setattr(EventLine, "_note", on_time)
    return found


def of_bars(*bars: int, number: int = BARS) -> Mask:
    mask = np.zeros(number, np.bool_)
    mask[list(bars)] = True
    return mask


def of_part(part: int, bars: Mask, parts: int) -> Mask:
    mask = np.zeros((parts, len(bars)), np.bool_)
    mask[part] = bars
    return mask


MASKS = {
    "first": of_bars(0),
    "middle": of_bars(2, 3),
    "last": of_bars(4),
    "scattered": of_bars(1, 3),
    "all but one": ~of_bars(2),
    "all but the first": ~of_bars(0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_hidden_bars_are_made_anew(kind: str, name: str, models: Mapping[str, ScoreModel]) -> None:
    whole, mask = WORKS[kind], MASKS[name]
    found = filled(models[kind], whole, mask)
    assert all(of_bar(found, int(bar)) for bar in np.flatnonzero(mask)), "no bar stays empty"
    usual = max(len(of_bar(whole, bar)) for bar in range(BARS))
    assert max(len(of_bar(found, bar)) for bar in range(BARS)) <= 3 * usual
    assert found != whole
    if name == "middle":
        assert filled(models[kind], whole, mask) == found, "one seed fills in one way"


@pytest.mark.parametrize("part", range(4))
def test_one_voice_of_a_chorale_is_made_anew(part: int, models: Mapping[str, ScoreModel]) -> None:
    whole = WORKS["grid"]
    found = filled(models["grid"], whole, of_part(part, of_bars(2, 3), 4))
    assert [
        note for note in found.notes if note.part == part and 2 <= note.onset // (4 * TICKS) < 6
    ]
    assert_one_at_a_time(found, part)


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("kind", ["events", "mixed"])
def test_one_hand_is_made_anew(kind: str, part: int, models: Mapping[str, ScoreModel]) -> None:
    whole = WORKS[kind]
    found = filled(models[kind], whole, of_part(part, ~of_bars(0), 2))
    assert [note for note in found.notes if note.part == part and note.onset > 4 * TICKS]
    assert_one_at_a_time(found, 0)


def test_a_voice_between_voices_may_begin_with_them() -> None:
    """Known notes above and below come at the same time: there is room between them."""
    works = [chorale(seed) for seed in range(6)]
    grace = Note(TICKS // 3, TICKS // 3, 80, 0)  # so that they are told as events
    uneven = [score([*w.notes, grace], w.bars, w.parts, keys=w.keys) for w in works] + [sonata(0)]
    model = fitted(uneven, COUNTS)
    assert model.experts.coding.name == "events"
    whole = chorale(9)
    found = filled(model, whole, of_part(1, ~of_bars(0, 7, number=8), 4))
    new = [note for note in found.notes if note.part == 1 and note.onset >= 4 * TICKS]
    on_the_bar = sum(note.onset % (4 * TICKS) == 0 for note in new)
    assert on_the_bar >= 4, "the second violin begins with the others, as in the works"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_known_note_that_is_held_is_waited_for(
    kind: str, models: Mapping[str, ScoreModel]
) -> None:
    whole = WORKS[kind]
    before = [note for note in whole.notes if note.part == 0 and note.onset < 8 * TICKS][-1]
    long = before._replace(duration=13 * TICKS - before.onset)
    notes = [long if note == before else note for note in whole.notes]
    tied = score(notes, whole.bars, whole.parts, keys=whole.keys)
    for seed in range(3):
        found = model_fill(models[kind], tied, of_bars(2, 3), seed=seed)
        new = [note for note in found.notes if note.part == 0 and note.onset >= 8 * TICKS]
        assert min(note.onset for note in new) >= 13 * TICKS


def model_fill(model: ScoreModel, whole: Score, mask: Mask, *, seed: int) -> Score:
    """Without the check that nothing overlaps: the known notes after the mask may."""
    found = model.infill(whole, mask, seed=seed)
    known = [note for note in whole.notes if not hidden(whole, mask, note)]
    assert [note for note in found.notes if not hidden(whole, mask, note)] == known
    return found


@pytest.mark.parametrize("part", [3, 15, 17])
def test_scores_of_many_parts_are_filled(part: int, models: Mapping[str, ScoreModel]) -> None:
    whole = crowd(18)
    found = filled(models["events"], whole, of_part(part, np.array([False, True]), 18))
    assert {note.part for note in found.notes} == set(range(18))
    filled(models["events"], whole, np.array([True, False]))


@pytest.mark.slow
def test_what_is_off_the_grid_stays_off_it(models: Mapping[str, ScoreModel]) -> None:
    rng = np.random.default_rng(3)
    for kind in ("events", "grid"):
        whole = WORKS[kind]
        notes = [
            note._replace(
                onset=note.onset + int(rng.integers(0, 90)),
                duration=note.duration - 200,
                velocity=int(rng.integers(1, 128)),
                voice=note.part % 2,
            )
            for note in whole.notes
        ]
        played = score(notes, whole.bars, whole.parts, keys=whole.keys, title="as played")
        filled(models[kind], played, of_bars(2, 3))
        filled(models[kind], played, of_part(1, of_bars(2, 3), len(whole.parts)))


@pytest.mark.parametrize(
    "beats", [range(24), (0, 4, 5, 9, 18), (0, 12, 13)], ids=["every", "some", "few"]
)
def test_while_a_note_is_held_others_are_heard(
    beats: Sequence[int], models: Mapping[str, ScoreModel]
) -> None:
    known = [Note(i * TICKS, TICKS, 50 - i % 3, 1) for i in beats]
    long = Note(0, 11 * TICKS, 76, 0)
    whole = score([long, *known], bars_of(8, 3, 4), [Part("Violin", 40), Part("Piano")])
    found = filled(models["events"], whole, of_part(0, of_bars(1, 2, 3, 4, 5, number=8), 2))
    new = [note for note in found.notes if note.part == 0 and note != long]
    assert new
    assert min(note.onset for note in new) >= 11 * TICKS


def test_the_end_rings_out(models: Mapping[str, ScoreModel]) -> None:
    """Works end on a chord; what is filled in does not go on and on after it."""
    whole = WORKS["events"]
    found = [filled(models["events"], whole, of_bars(4), seed=seed) for seed in range(4)]
    assert np.mean([len(of_bar(one, 4)) for one in found]) <= 2.5 * len(of_bar(whole, 4))


@pytest.mark.slow
def test_odd_bars_are_filled(models: Mapping[str, ScoreModel]) -> None:
    bars = [Bar(0, TICKS, 3, 4)]
    for beats, unit in ((3, 4), (5, 8), (12, 8), (7, 16), (4, 4), (5, 64), (3, 4)):
        bars.append(Bar(bars[-1].onset + bars[-1].length, 4 * TICKS * beats // unit, beats, unit))
    notes = [Note(bar.onset, bar.length, 60 + i, p) for i, bar in enumerate(bars) for p in (0, 1)]
    whole = score(notes, bars, [Part("Violin", 40), Part("Piano")])
    for hide in ((0,), (2, 4), (6,), (0, 2, 3, 4, 5, 6, 7)):
        filled(models["events"], whole, of_bars(*hide, number=8))
    four = score([*notes, *(n._replace(part=n.part + 2) for n in notes)], bars, QUARTET)
    for hide in ((0,), (2, 4)):
        filled(models["grid"], four, of_bars(*hide, number=8))


def test_long_silence_is_passed_over(models: Mapping[str, ScoreModel]) -> None:
    notes = [
        Note(0, TICKS, 72, 0),
        Note(100 * TICKS, TICKS, 72, 0),
        Note(101 * TICKS, TICKS, 60, 1),
    ]
    whole = score(notes, [], [Part("Violin", 40), Part("Piano")])
    mask = of_bars(12, number=len(whole.bars))
    found = filled(models["events"], whole, mask)
    assert of_bar(found, 12)
    filled(models["events"], whole, of_part(0, of_bars(25, number=len(whole.bars)), 2))


def test_nothing_new_is_struck_where_a_known_note_sounds() -> None:
    known = [Note(0, 4 * TICKS, 60, 0), Note(6 * TICKS, TICKS, 60, 0), Note(0, TICKS, 60, 1)]
    at = (0, TICKS, 4 * TICKS, 5 * TICKS, 6 * TICKS, 7 * TICKS, 8 * TICKS)
    new = [Note(onset, 2 * TICKS, 60, 0) for onset in at]
    found = [(n.onset // TICKS, n.duration // TICKS) for n in composing._cut(new, known, 8 * TICKS)]
    assert found == [(4, 2), (5, 1), (7, 1)]
    assert len(composing._cut([Note(2 * TICKS, 9 * TICKS, 60, 1)], known, 8 * TICKS)) == 1


def test_scores_of_other_voices_are_refused(models: Mapping[str, ScoreModel]) -> None:
    with pytest.raises(BadInput, match="writes for 4 voices"):
        models["grid"].infill(sonata(1), of_bars(2), seed=1)


@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_brief_with_a_mask_is_filled(kind: str, models: Mapping[str, ScoreModel]) -> None:
    whole, mask = WORKS[kind], of_bars(2, 3)
    brief = Brief((BARS,), start=whole, mask=mask)
    found = models[kind].sample(brief, seed=4).content
    for bar in (0, 1, 4):
        assert of_bar(found, bar) == of_bar(whole, bar)
    assert found != whole


def test_what_follows_is_listened_to(models: Mapping[str, ScoreModel]) -> None:
    """Of several ways to fill in, the one is kept after which the known notes are likeliest."""
    for kind in ("events", "grid"):
        with pytest.MonkeyPatch.context() as patch:
            lines = spied(patch)
            models[kind].infill(WORKS[kind], of_bars(3), seed=1)
        fits = [line.fit for line in lines[0]]
        assert all(fit < 0 for fit in fits)
        assert len(set(fits)) > 1


# Blends


@pytest.mark.slow
def test_a_blend_writes_between_its_models(models: Mapping[str, ScoreModel]) -> None:
    other = fitted([sonata(seed, metre=(3, 4), minor=True) for seed in range(30, 33)], COUNTS)
    blended = ART.blend([(models["mixed"], 0.6), (other, 0.4)])
    whole = blended.sample(Brief((4,)), seed=2).content
    assert_sound(whole, 4)
    assert blended.sample(Brief((4,)), seed=2).content == whole
    works = [WORKS["events"], sonata(31, metre=(3, 4), minor=True)]
    one, two, both = (model.losses(works) for model in (models["mixed"], other, blended))
    assert (both <= np.maximum(one, two) + 1e-3).all(), "it is no worse than the worse one"
    assert isinstance(blended, ScoreModel)
    found = [(setting.beats, setting.unit) for setting in blended.manner.settings]
    assert found.count((4, 4)) / len(found) == pytest.approx(0.6, abs=0.02)


@pytest.mark.slow
def test_a_blend_can_be_kept(models: Mapping[str, ScoreModel], tmp_path: Path) -> None:
    blended = ART.blend([(models["mixed"], 0.6), (models["events"], 0.4)])
    blended.save(tmp_path)
    again = ScoreModel(MACHINE).load(tmp_path)
    brief = Brief((4,), options={})
    assert again.sample(brief, seed=3).content == blended.sample(brief, seed=3).content
    works = [sonata(90)]
    assert again.losses(works).tolist() == blended.losses(works).tolist()


def test_blended_shares_are_averages(models: Mapping[str, ScoreModel]) -> None:
    one = models["mixed"]
    blended = ART.blend([(one, 0.75), (one, 0.25)])
    assert isinstance(blended, ScoreModel)
    work = [sonata(1, bars=4)]
    assert blended.losses(work) == pytest.approx(one.losses(work), rel=1e-4)


def test_models_that_tell_scores_differently_are_not_blended(
    models: Mapping[str, ScoreModel],
) -> None:
    with pytest.raises(BadInput, match="events, grid-4"):
        ART.blend([(models["events"], 0.5), (models["grid"], 0.5)])


def test_pieces_of_two_seeds_differ_in_a_blend_too(models: Mapping[str, ScoreModel]) -> None:
    blended = ART.blend([(models["grid"], 0.5), (fitted(chorales(2), COUNTS), 0.5)])
    assert isinstance(blended, ScoreModel)
    assert made(blended, 4, seed=1) != made(blended, 4, seed=2)
