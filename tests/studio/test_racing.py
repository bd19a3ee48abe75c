"""Choosing by race, on the store: remembered, stopped, taken up again, shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from moxie import Studio
from moxie.errors import Cancelled
from moxie.studio import Silent, Stage
from moxie.studio.learning import Trials


class Steps(Silent):
    """Counts the steps of choosing; stops at one of them when asked to."""

    def __init__(self, stop: int | None = None) -> None:
        self.stage, self.steps, self.stop = "", 0, stop

    def begin(self, stage: Stage) -> None:
        self.stage = stage

    def step(self, done: int, total: int) -> None:
        if self.stage == "choose":
            self.steps += 1
            if self.steps == self.stop:
                raise Cancelled("stopped")


@pytest.fixture
def prepared(beads: Path, home: Path) -> Path:
    """The store's folder, with beads collected and prepared in it."""
    with Studio() as studio:
        studio.collect(beads)
        studio.prepare()
    return home


def test_a_race_is_run_once_and_kept(prepared: Path) -> None:
    first, second = Steps(), Steps()
    with Studio(progress=first) as studio:
        choice = studio.choose()
    with Studio(progress=second) as studio:
        assert studio.choose() == choice
        run = studio.train()
    assert (first.steps > 20, second.steps) == (True, 0)
    assert {lap.recipe for lap in choice.race} == {"toy/chain", "toy/descent"}
    assert choice.scale == "nats per bead"
    assert run.choice == choice
    assert choice.race[0].recipe == choice.recipe


@pytest.mark.parametrize("when", [1, 25, 45])
def test_stopped_on_the_way_it_goes_on_to_the_same_choice(
    when: int, prepared: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(prepared, other)
    whole, rest, stopped = Steps(), Steps(), Steps(when)
    with Studio(other, progress=whole) as studio:
        choice = studio.choose()
    with Studio(progress=stopped) as studio, pytest.raises(Cancelled):
        studio.choose()
    assert stopped.steps == when
    with Studio(progress=rest) as studio:
        assert studio.choose() == choice
    assert (rest.steps < whole.steps) == (when > 20), "a finished training is not made again"


def test_what_the_race_measured_is_in_the_store(prepared: Path) -> None:
    with Studio() as studio:
        choice = studio.choose()
        with studio._desk(None) as desk:
            stored = desk.library.load("beads", f"trials-{desk.key}-{zero_copies()}", Trials)
    assert stored is not None
    assert len(stored.losses) == len(choice.race) == 2
    means = {round(sum(losses) / len(losses), 6) for losses in stored.losses.values()}
    assert means == {round(lap.loss, 6) for lap in choice.race}


def zero_copies() -> str:
    from moxie.studio.desk import digest

    return digest(0)


def test_a_wanted_recipe_is_not_raced_for(prepared: Path) -> None:
    steps = Steps()
    with Studio(progress=steps) as studio:
        choice = studio.choose(recipe="toy/descent")
        assert studio.train().choice.recipe == "toy/descent"
    assert (choice.recipe, choice.race, steps.steps) == ("toy/descent", (), 0)


def test_with_one_recipe_that_suits_there_is_nobody_to_race(beads: Path, home: Path) -> None:
    for path in sorted(beads.iterdir())[5:]:
        path.unlink()
    steps = Steps()
    with Studio(progress=steps) as studio:
        studio.collect(beads)
        studio.prepare()
        choice = studio.choose()
    assert (choice.recipe, choice.race, choice.notes, steps.steps) == ("toy/chain", (), (), 0)


def test_the_report_shows_the_race(prepared: Path, tmp_path: Path) -> None:
    with Studio() as studio:
        studio.choose()
        studio.train()
        page = studio.report(out=tmp_path / "out").read_text("utf-8")
    assert '<table class="race">' in page
    assert "nats per bead" in page
    assert "won the race of 2 recipes" in page
