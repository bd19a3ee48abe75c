"""The race: who is tried for how long, who drops out and why, and when there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from moxie import arts
from moxie.art import Recipe, Sample, Supply
from moxie.errors import Cancelled, Missing
from moxie.flow import trial as trials
from moxie.flow.race import Race, race
from moxie.flow.trial import SHARE, Runner, Trial
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Lap, Plan

TRAIN = [Sample(str(i), 3.0 + 0.1 * (i % 5)) for i in range(20)]
VALIDATION = [3.0 + 0.05 * i for i in range(8)]
MACHINE = Machine("cpu", 1)


class Guess:
    """Descends to the mean of the works; its error is the squared distance, and its floor."""

    def __init__(self, kind: Kind) -> None:
        self.kind, self.guess = kind, 0.0

    def fit(
        self, samples: Sequence[Sample[float]], *, plan: Plan, on_step: Any, **_: object
    ) -> Guess:
        self.kind.trained.append(plan.seconds)
        mean = float(np.mean([sample.content for sample in samples]))
        steps = int(plan.options["steps"])
        for step in range(steps):
            self.guess += self.kind.rate * (mean - self.guess)
            on_step(step + 1, steps, 0.0)
        if self.kind.fault == "raises":
            raise Missing("The plugin bad cannot be used.")
        return self

    def losses(self, contents: Sequence[float]) -> np.ndarray:
        if self.kind.fault == "nan":
            return np.full(len(contents), np.nan)
        noise = self.kind.noise * np.random.default_rng(self.kind.rank).normal(size=len(contents))
        return np.array([self.kind.floor + (c - self.guess) ** 2 for c in contents]) + noise


@dataclass
class Kind:
    """A recipe to be: ten steps a second, or `steps` however much time there is."""

    name: str
    rank: int
    rate: float = 1.0
    floor: float = 0.5
    steps: int | None = None
    least: float = 0.0  # seconds
    fault: str = ""
    noise: float = 0.0  # in the error of each work
    trained: list[float] = field(default_factory=list)

    def plan(self, supply: Supply) -> Plan | None:
        if supply.seconds < self.least:
            return None
        steps = int(10 * supply.seconds) if self.steps is None else self.steps
        return Plan({"steps": steps}, steps / 10, say("so")) if steps else None

    def recipe(self) -> Recipe[Any]:
        return Recipe(
            f"x/{self.name}",
            say("x"),
            1,
            self.rank,
            self.plan,
            lambda _: Guess(self),  # type: ignore[arg-type, return-value]
            "squares",
        )


def run(kinds: Sequence[Kind], seconds: float = 100.0, **other: Any) -> Race:
    usual = {"train": TRAIN, "validation": VALIDATION, "seed": 0, "on_step": lambda *_: None}
    supply = Supply(len(TRAIN), 20.0, MACHINE, seconds)
    return race([kind.recipe() for kind in kinds], supply, **{**usual, **other})


def lap(found: Race, name: str) -> list[Lap]:
    return [lap for lap in found.laps if lap.recipe == f"x/{name}"]


def five(**other: Any) -> list[Kind]:
    return [Kind(f"k{i}", i, rate=0.5, floor=1.5 - 0.2 * i, **other) for i in range(1, 6)]


def test_the_best_wins_and_says_by_how_much() -> None:
    found = run(five())
    assert found.winner == "x/k5"
    assert found.laps[0].recipe == "x/k5", "the best first"
    reasons = dict(found.reasons)
    assert set(reasons) == {f"x/k{i}" for i in range(1, 5)}
    assert all("higher than that of x/k5" in str(reason) for reason in reasons.values())
    assert "x/k5 won the race of 5 recipes" in str(found.notes[0])
    assert "8 held-out works" in str(found.notes[0])


def test_the_worse_half_drops_out_lap_by_lap_and_earlier_who_is_clearly_worse() -> None:
    def rungs(found: Race) -> list[list[str]]:
        for rung in (1, 2, 3):
            now = [lap for lap in found.laps if lap.rung == rung]
            then = {lap.recipe for lap in found.laps if lap.rung == rung + 1} or {found.winner}
            assert not now or {lap.recipe for lap in now if lap.promoted} == then
        return [[lap.recipe for lap in found.laps if lap.rung == rung] for rung in (1, 2, 3)]

    assert list(map(len, rungs(run(five(noise=0.5))))) == [5, 3, 2]
    assert list(map(len, rungs(run(five())))) == [5, 3, 0], "after two laps it is clear"


def test_laps_grow_and_the_race_keeps_to_its_share() -> None:
    kinds = five(noise=0.5)
    found = run(kinds)
    assert found.winner is not None
    [first, second, third] = (lap.seconds for lap in lap(found, found.winner[2:]))
    assert first < second < third
    assert 1.5 < second / first < 3
    assert sum(sum(kind.trained) for kind in kinds) <= SHARE * 100
    assert found.plan is not None
    assert found.seconds + found.plan.seconds <= 100
    assert found.plan.seconds >= (1 - SHARE) * 100 - 0.1


def test_each_lap_says_how_sure_it_is() -> None:
    for each in run(five()).laps:
        assert each.low < each.loss < each.high
        assert each.expected <= each.loss


def test_a_slow_learner_is_not_given_up_for_being_slow() -> None:
    quick = Kind("quick", 1, steps=5, floor=2.8)
    slow = Kind("slow", 2, rate=0.004, floor=0.1)
    found = run([quick, slow])
    start, end = lap(found, "slow")
    assert start.loss > end.loss > lap(found, "quick")[0].loss > end.expected
    assert found.winner == "x/slow"
    assert any("still learning" in str(note) for note in found.notes)


def test_what_has_learnt_all_it_can_is_trained_once_and_its_time_goes_to_the_others() -> None:
    quick, slow, other = Kind("q", 1, steps=5), Kind("s", 2, rate=0.01), Kind("o", 3, rate=0.02)
    run([quick, slow, other])
    assert quick.trained == [0.5]
    alone = max(slow.trained + other.trained)
    slow, other, third = Kind("s", 2, rate=0.01), Kind("o", 3, rate=0.02), Kind("t", 1, rate=0.02)
    run([slow, other, third])
    assert alone > max(slow.trained + other.trained + third.trained)


@pytest.mark.parametrize(
    ("floor", "winner"), [(1.0, "light"), (0.9975, "light"), (1.3, "light"), (0.8, "heavy")]
)
def test_a_heavier_recipe_has_to_be_worth_it(floor: float, winner: str) -> None:
    light = Kind("light", 1, steps=5, floor=1.0)
    heavy = Kind("heavy", 2, steps=50, floor=floor)
    found = run([light, heavy])
    assert found.winner == f"x/{winner}"
    [reason] = dict(found.reasons).values()
    worse = "higher than" if floor in {1.3, 0.8} else "not clearly better than x/light"
    assert worse in str(reason)
    assert ("no heavier one" in str(found.notes[0])) == (floor in {0.9975, 1.0})


def test_better_by_chance_is_not_better() -> None:
    light, heavy = Kind("light", 1, steps=5), Kind("heavy", 2, steps=50, noise=1.0)
    heavy.floor -= float(np.random.default_rng(2).normal(size=len(VALIDATION)).mean()) + 0.1
    found = run([light, heavy])
    assert lap(found, "heavy")[0].loss < 0.9 * lap(found, "light")[0].loss
    assert found.winner == "x/light"


@pytest.mark.parametrize(
    ("fault", "said"), [("raises", "The plugin bad"), ("nan", "not a finite number")]
)
def test_a_recipe_that_fails_is_out_with_its_reason(fault: str, said: str) -> None:
    found = run([*five(), Kind("bad", 9, fault=fault)])
    assert found.winner == "x/k5"
    assert said in str(dict(found.reasons)["x/bad"])
    assert lap(found, "bad") == []
    alone = run([Kind("good", 1), Kind("bad", 9, fault=fault)])
    assert alone.winner == "x/good"
    assert "it alone could be trained" in str(alone.notes[0])
    nobody = run([Kind("bad", 9, fault=fault), Kind("worse", 8, fault=fault)])
    assert (nobody.winner, nobody.laps) == (None, ())
    assert "No recipe could be tried" in str(nobody.notes[0])


@pytest.mark.parametrize("when", [1, 30, 150])
def test_a_person_stops_it_at_once(when: int) -> None:
    steps: list[int] = []

    def on_step(done: int, total: int, _: float) -> None:
        assert 0 <= done <= total
        steps.append(done)
        if len(steps) == when:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        run(five(noise=0.5), on_step=on_step)
    assert len(steps) == when
    assert steps == sorted(steps)


def test_progress_ends_with_the_race() -> None:
    steps: list[tuple[int, int]] = []
    run(five(), on_step=lambda done, total, _: steps.append((done, total)))
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


@pytest.mark.parametrize("works", [0, 1])
def test_too_few_validation_works_are_no_race(works: int) -> None:
    kinds = five()
    found = run(kinds, validation=VALIDATION[:works])
    assert (found.winner, found.plan, found.laps) == (None, None, ())
    assert f"there are {works}" in str(found.notes[0])
    assert all(kind.trained == [] for kind in kinds)


def test_two_validation_works_tell_what_is_plain() -> None:
    assert run(five(), validation=VALIDATION[:2]).winner == "x/k5"


def test_too_little_time_is_no_race() -> None:
    for kinds in (
        [Kind("a", 1, steps=5), Kind("best", 2, least=60)],  # cannot be tried
        [Kind("a", 1, steps=5), Kind("best", 2, steps=900)],  # cannot be trained afterwards
        [Kind("a", 1, steps=250), Kind("best", 2, steps=250)],  # cannot be tried both
    ):
        found = run(kinds)
        assert found.winner is None
        assert "30 s are too few" in str(found.notes[0])
        assert all(kind.trained == [] for kind in kinds)


def test_a_lower_rank_that_cannot_be_tried_is_left_out() -> None:
    found = run([Kind("a", 2, steps=5), Kind("b", 3, steps=9), Kind("slow", 1, least=60)])
    assert found.winner in ("x/a", "x/b")
    assert "no time to try it" in str(dict(found.reasons)["x/slow"])


def test_the_same_race_has_the_same_result_in_any_order() -> None:
    found = run(five())
    again = run(five()[::-1])
    assert again.laps == found.laps
    assert again.notes == found.notes
    assert dict(again.reasons) == dict(found.reasons)


class Watch:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    found = Watch()
    monkeypatch.setattr(trials, "time", found)
    return found


def pass_time(watch: Watch, each: float) -> Callable[..., None]:
    def on_step(*_: object) -> None:
        watch.now += each

    return on_step


def test_the_clock_ends_it_between_trainings_and_it_says_so(watch: Watch) -> None:
    kinds = five(noise=0.5)
    found = run(kinds, on_step=pass_time(watch, 0.25))
    assert found.winner is not None
    assert "ended early" in str(found.notes[-1])
    assert sum(len(kind.trained) for kind in kinds) == 5 + 3 + 1, "of the last two one"


@pytest.mark.parametrize(("each", "laps"), [(50, 0), (0.5, 1)])
def test_if_the_clock_leaves_the_highest_rank_too_little_rank_decides(
    each: float, laps: int, watch: Watch
) -> None:
    kinds = [Kind("light", 1, steps=5), Kind("best", 2, rate=0.01)]
    found = run(kinds, on_step=pass_time(watch, each))
    assert [len(kind.trained) for kind in kinds] == [1, laps]
    assert found.winner is None
    assert "ended early" in str(found.notes[0])


def test_a_stopped_race_goes_on_after_its_last_finished_training() -> None:
    memory: dict[str, tuple[float, ...]] = {}
    count = 0

    def on_step(*_: object) -> None:
        nonlocal count
        count += 1
        if count == 100:
            raise Cancelled("stopped")

    first, again, whole = five(noise=0.5), five(noise=0.5), five(noise=0.5)
    with pytest.raises(Cancelled):
        run(first, on_step=on_step, memory=memory)
    assert 0 < len(memory) < sum(len(kind.trained) for kind in first) + 1
    found = run(again, memory=memory)
    assert found == run(whole)
    remembered = len(memory) - sum(len(kind.trained) for kind in again)
    assert remembered > 0
    untouched = five(noise=0.5)
    assert run(untouched, memory=memory) == found
    assert all(kind.trained == [] for kind in untouched)


def test_credit_is_for_learning_and_never_more_than_was_seen() -> None:
    def expected(first: float, last: float, seconds: float = 20.0, whole: float = 70.0) -> float:
        runner = Runner(Kind("a", 1).recipe(), Plan({}, whole, say("so")))
        runner.trials = [Trial(1, 10.0, np.full(4, first)), Trial(2, seconds, np.full(4, last))]
        return float(runner.expected.mean())

    assert 0.5 < expected(2.0, 1.0) < 0.75
    assert expected(2.0, 1.0, whole=7000.0) == pytest.approx(0.5, abs=0.01)
    assert expected(2.0, 1.0, whole=20.0) == 1.0, "no time is left"
    assert expected(1.0, 1.2) == 1.2, "it got worse"
    assert expected(2.0, 1.0, seconds=10.0) == 1.0, "no longer lap"
    assert math.isclose(expected(2.0, 1.0, seconds=10.1), 0.5), "however near the laps"


def test_counting_beats_forty_steps_of_descent_on_beads(toy: object) -> None:
    art = arts.find("toy")
    rows = [art.read(data, name) for name, data in art.examples()]
    found = race(
        art.recipes(),
        Supply(18, 18 * 48.0, MACHINE, 60),
        train=[Sample(str(i), row) for i, row in enumerate(rows[:18])],
        validation=rows[18:],
        seed=0,
        on_step=lambda *_: None,
    )
    assert found.winner == "toy/chain"
    assert {lap.recipe for lap in found.laps} == {"toy/chain", "toy/descent"}
