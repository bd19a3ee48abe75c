"""Tuning by a taste: gates, the blind comparison, versions; and creations chosen for a person."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, pairwise
from pathlib import Path

import numpy as np
import pytest

from moxie import Studio
from moxie.cli import run
from moxie.errors import BadInput, Missing
from moxie.studio import tuning
from moxie.studio.tuning import Tuning
from moxie.taste import held
from moxie.taste.blind import QUESTIONS, better
from moxie.work import Evaluation, Measure

MADE = 40
Liking = Callable[[str], float]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few shuffles as can call anything sure."""
    monkeypatch.setattr(held, "SHUFFLES", 49)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def studio(made_once: Path, beads: Path, tmp_path: Path) -> Iterator[Studio]:
    """A store of the toy art with creations and forty steady answers; copied for each test."""
    kept, home = made_once / "home", tmp_path / "home"
    if not kept.exists():
        shutil.copytree(home, kept)
        with Studio(kept) as opened:
            opened.collect(beads, corpus="beads", art="toy", rights="own")
            opened.prepare()
            opened.choose()
            opened.train()
            opened.create(n=MADE, novelty=0.5)
            answer(opened, 40, steep(opened))
    shutil.copytree(kept, home, dirs_exist_ok=True)
    with Studio(home) as opened:
        yield opened


def steep(studio: Studio) -> Liking:
    """A taste for large steps from bead to bead, which the toy art's judge sees."""

    def liking(creation: str) -> float:
        beads = [int(bead) for bead in studio._library.get(creation).split()[1:]]
        return sum((b - a) % 10 >= 4 for a, b in pairwise(beads)) / len(beads)

    return liking


def answer(studio: Studio, times: int, liking: Liking, who: str = "me") -> list[str]:
    why = []
    for _ in range(times):
        asked = studio.ask(who=who)
        shown = [made.id for made in asked.shown]
        order = sorted(shown, key=liking, reverse=True)
        about = {"why": asked.why, "question": asked.number, "seed": asked.seed}
        studio.answer(None, "order", shown, who=who, order=order, **about)
        why.append(asked.why)
    return why


def in_use(studio: Studio) -> str:
    return next(model.run.id for model in studio.models() if model.in_use)


@pytest.mark.slow
def test_a_version_by_taste_is_used_only_after_a_blind_comparison_is_won(studio: Studio) -> None:
    liking, before = steep(studio), in_use(studio)
    found = studio.tune()
    assert found.outcome == "waiting", found.why
    assert in_use(studio) == before
    assert [found.run] != [before]
    assert answer(studio, QUESTIONS, lambda one: one in found.new) == ["blind"] * QUESTIONS
    done = studio.tuned()
    assert done is not None
    assert len(done.shares) == QUESTIONS
    assert done.outcome == ("promoted" if better(done.shares) else "rejected")
    old, new = (sum(map(liking, lot)) / len(lot) for lot in (done.old, done.new))
    assert new > old
    assert done.outcome == "promoted"
    assert in_use(studio) == done.run
    assert studio.ask().why != "blind"
    [model] = [model for model in studio.models() if model.in_use]
    assert model.run.parent == before
    studio.train()  # what is trained is not trained again, and the tuning stays
    assert in_use(studio) == done.run
    assert studio.use_version().id == before
    assert in_use(studio) == before


@pytest.mark.slow
def test_an_undone_blind_answer_does_not_count(studio: Studio) -> None:
    studio.tune()
    first = studio.ask()
    answer(studio, 1, steep(studio))
    studio.undo()
    assert studio.ask() == first
    answer(studio, QUESTIONS - 1, steep(studio))
    waiting = studio.tuned()
    assert waiting is not None
    assert waiting.outcome == "waiting"


@pytest.mark.slow
def test_a_version_that_is_not_liked_better_is_left(studio: Studio) -> None:
    before, liking = in_use(studio), steep(studio)
    assert studio.tune().outcome == "waiting"
    answer(studio, QUESTIONS, lambda creation: -liking(creation))
    done = studio.tuned()
    assert done is not None
    assert done.outcome == "rejected"
    assert in_use(studio) == before


@pytest.mark.slow
def test_each_creation_of_a_blind_comparison_is_shown_once(studio: Studio) -> None:
    found = studio.tune()
    shown: list[str] = []
    for _ in range(QUESTIONS):
        four = [made.id for made in studio.ask().shown]
        assert len({*four} & {*found.new}) == len({*four} & {*found.old}) == 2
        shown += four
        answer(studio, 1, steep(studio))
    assert sorted(shown) == sorted((*found.old, *found.new))


@pytest.mark.slow
def test_few_answers_and_answers_that_foretell_nothing_touch_no_model(studio: Studio) -> None:
    few = studio.tune(who="somebody")
    assert few.outcome == "unready"
    assert str(few.why).startswith("There are 0 answers")
    dice = np.random.default_rng(0)
    answer(studio, tuning.LEAST_ANSWERS + 5, lambda _: dice.random(), who="dice")
    models = len(studio.models())
    chance = studio.tune(who="dice")
    assert chance.outcome == "unready"
    assert chance.luck > held.LUCK
    assert len(studio.models()) == models


@pytest.mark.slow
def test_a_version_that_harms_is_refused_with_what_it_would_harm(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, before = tuning._measured, in_use(studio)
    lots: list[object] = []

    def worse(desk, lot):  # type: ignore[no-untyped-def]
        found = real(desk, lot)
        lots.append(lot)
        if len(lots) % 2:
            return found
        lower = replace(found.fidelity, value=found.fidelity.value - 9)
        return replace(found, fidelity=lower)

    monkeypatch.setattr(tuning, "_measured", worse)
    copied = cycle((0, 1))
    monkeypatch.setattr(tuning, "_copied", lambda _: next(copied))
    found = studio.tune()
    assert found.outcome == "refused"
    steeper, gentler = (gate.kept for gate in found.gates)
    assert 0 < steeper < gentler <= 1
    assert "less like the artist" in str(found.why)
    assert "copy more (1 near-copies" in str(found.gates[0].failed[1])
    assert found.gates[0].copied == (0, 1)
    assert in_use(studio) == before
    assert studio.ask().why != "blind"


def test_a_gate_that_was_kept_before_drafts_were_counted_is_read(
    studio: Studio,
) -> None:
    blank = Measure(0.5, 0.4, 0.6, 0.0, 1.0)
    measured = Evaluation(blank, blank, blank, 0.5, "judge", 8, 0)
    kept = tuning.Gate(0.4, measured, measured, ())
    with studio._desk(None) as desk:
        document = json.loads(desk.library._codec.encode(kept))
        document.pop("copied", None)
        again = desk.library._codec.decode(json.dumps(document), tuning.Gate)
    assert again.copied == (0, 0)


@pytest.mark.slow
def test_copies_are_first_drafts_however_they_were_made_again(studio: Studio) -> None:
    made = replace(studio.create(n=1)[0], attempts=1, flagged=False)
    again, kept_apart = replace(made, attempts=2), replace(made, attempts=4, flagged=True)
    alone = replace(made, flagged=True)
    assert tuning._copied([made, again, kept_apart, alone, made]) == 3


@pytest.mark.slow
def test_tuning_again_with_the_same_answers_is_the_same(studio: Studio) -> None:
    first, again = studio.tune(), studio.tune()
    assert replace(first, at="") == replace(again, at="")


@pytest.mark.slow
def test_a_person_can_be_erased_after_tuning(studio: Studio) -> None:
    found = studio.tune()
    assert isinstance(found, Tuning)
    gone = studio.erase_person("me")
    assert [run.id for run in gone.models] == [found.run]
    assert studio.tuned() is None
    assert studio.ask().why != "blind"


def test_there_is_no_version_before_the_first(studio: Studio) -> None:
    with pytest.raises(BadInput, match="came from no other"):
        studio.use_version()
    with pytest.raises(BadInput, match="0 trained versions"):
        studio.use_version(run="zzz")


def test_a_version_of_other_works_is_not_put_in_use(studio: Studio) -> None:
    before = in_use(studio)
    studio.forget(studio.works()[0].id)
    studio.prepare()
    studio.choose()
    studio.train()
    with pytest.raises(BadInput, match="other works"):
        studio.use_version(run=before)


@pytest.mark.slow
def test_creations_for_a_person_are_liked_better_and_say_how_chosen(studio: Studio) -> None:
    liking = steep(studio)
    usual = studio.create(n=6, seed=5)
    chosen = studio.create(n=6, seed=5, liked_by="me", of=8)
    assert sum(liking(c.id) for c in chosen) > sum(liking(c.id) for c in usual)
    assert not any(made.flagged for made in chosen)
    assert len({made.id for made in chosen}) == 6
    facts = chosen[0].record["chosen"]
    assert isinstance(facts, dict)
    assert (facts["of"], facts["answers"]) == (8, 40)
    assert "me" not in [*map(str, facts.values())]
    assert studio.create(n=6, seed=5, liked_by="me", of=8) == chosen
    more = studio.create(n=7, seed=5, liked_by="me", of=8)
    assert more[:6] == chosen
    assert studio.create(n=6, seed=5) == usual


@pytest.mark.parametrize("of", [1, 65])
def test_a_choice_is_from_two_candidates_or_more(studio: Studio, of: int) -> None:
    with pytest.raises(BadInput, match="candidates"):
        studio.create(n=1, liked_by="me", of=of)


def test_who_has_said_nothing_cannot_be_pleased(studio: Studio) -> None:
    with pytest.raises(BadInput, match="nobody else"):
        studio.create(n=1, liked_by="nobody else")


@pytest.mark.slow
def test_nothing_is_chosen_by_answers_without_sense(studio: Studio) -> None:
    dice = np.random.default_rng(1)
    answer(studio, 12, lambda _: dice.random(), who="dice")
    usual = studio.create(n=3, seed=8)
    assert studio.create(n=3, seed=8, liked_by="dice", of=4) == usual


def test_tuning_before_training_says_so(beads: Path, tmp_path: Path) -> None:
    with Studio(tmp_path / "other") as opened:
        opened.collect(beads, corpus="beads", art="toy", rights="own")
        opened.prepare()
        with pytest.raises(Missing):
            opened.tune()


@pytest.mark.slow
def test_the_command_line_tunes_asks_blind_and_tells_what_came_of_it(
    studio: Studio,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = in_use(studio)
    assert run(["tune", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["outcome"], found["parent"]) == ("waiting", before)
    assert found["gates"][-1]["failed"] == []
    monkeypatch.setattr("sys.stdin", io.StringIO("abcd\n" * QUESTIONS))
    assert run(["rate"]) == 0
    told = capsys.readouterr().err
    assert told.count("Which are which is not told.") == QUESTIONS
    assert "of your blind comparisons" in told
    assert run(["models"]) == 0
    assert "tuned by a person's taste from" in capsys.readouterr().out
    assert run(["tune", "--use", found["run"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["in_use"]["parent"] == before
    assert run(["tune", "--back"]) == 0
    assert in_use(studio) == before
