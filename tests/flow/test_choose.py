"""The chooser takes the best recipe that suits, and explains itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from moxie.art import Recipe, Supply
from moxie.errors import BadInput, Missing, TooLittleData
from moxie.flow.choose import choose
from moxie.flow.race import Race
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Lap, Plan


def recipe(name: str, least: int, rank: int, seconds: float | None) -> Recipe[Any]:
    def plan(supply: Supply) -> Plan | None:
        return None if seconds is None else Plan({"works": supply.works}, seconds, say("so"))

    def build(_: Machine) -> Any:
        raise NotImplementedError

    return Recipe(f"x/{name}", say("x"), least, rank, plan, build)


def broken() -> Recipe[Any]:
    def plan(_: Supply) -> Plan | None:
        raise Missing("The plugin bad cannot be used.")

    return Recipe("x/broken", say("x"), 10**9, -1, plan, plan)  # type: ignore[arg-type]


SIMPLE = recipe("simple", 1, 1, 5)
DEEP = recipe("deep", 50, 2, 100)
SLOW = recipe("slow", 20, 3, 1000)
NEVER = recipe("never", 1, 9, None)
ALL = (SIMPLE, NEVER, SLOW, DEEP, broken())


def supply(works: int, seconds: float = 300) -> Supply:
    return Supply(works, float(works), Machine("cpu", 2), seconds)


@pytest.mark.parametrize(
    ("works", "seconds", "expected"),
    [(5, 300, "simple"), (60, 300, "deep"), (60, 50, "simple"), (60, 2000, "slow")],
)
def test_the_highest_rank_that_suits_is_taken(works: int, seconds: float, expected: str) -> None:
    choice = choose(supply(works, seconds), ALL)
    assert choice.recipe == f"x/{expected}"
    assert choice.plan.options == {"works": works}
    assert str(works) in str(choice.why)


def test_every_other_recipe_has_its_reason() -> None:
    others = {name: str(why) for name, why in choose(supply(30), ALL).others}
    assert set(others) == {"x/never", "x/slow", "x/deep", "x/broken"}
    assert "needs 50 works" in others["x/deep"]
    assert "1000 s" in others["x/slow"]
    assert "300 s" in others["x/slow"]
    assert "does not suit" in others["x/never"]
    assert "plugin bad" in others["x/broken"]
    ranked = dict(choose(supply(60), [SIMPLE, DEEP]).others)
    assert "x/deep is ranked higher" in str(ranked["x/simple"])


def test_when_nothing_fits_the_time_the_quickest_is_taken_and_says_so() -> None:
    choice = choose(supply(60, 1), ALL)
    assert choice.recipe == "x/simple"
    assert "in 1 s" in str(choice.why)
    assert "5 s" in str(choice.why)


def test_the_order_of_the_recipes_does_not_matter() -> None:
    assert choose(supply(60), ALL).recipe == choose(supply(60), ALL[::-1]).recipe == "x/deep"


def test_a_wanted_recipe_is_taken_whatever_its_rank_and_time() -> None:
    assert choose(supply(60), ALL, wanted="x/simple").recipe == "x/simple"
    choice = choose(supply(60, 1), ALL, wanted="x/slow")
    assert choice.recipe == "x/slow"
    assert "asked for" in str(choice.why)
    assert {name for name, _ in choice.others} == {"x/simple", "x/never", "x/deep", "x/broken"}


@pytest.mark.parametrize(
    ("works", "wanted", "error", "sentence"),
    [
        (5, "x/deep", TooLittleData, "5 works are too few to learn from: at least 50"),
        (5, "x/none", BadInput, "'x/none' is not known; there is x/simple, x/never"),
        (5, "x/never", BadInput, "no way to learn"),
        (5, "x/broken", Missing, "plugin bad"),
        (0, None, TooLittleData, "0 works are too few to learn from: at least 1"),
    ],
)
def test_what_cannot_be_is_refused(
    works: int, wanted: str | None, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        choose(supply(works), ALL, wanted=wanted)


QUICK, BIG, OTHER = (
    replace(recipe(name, 1, rank, 9), scale=scale)
    for name, rank, scale in (("quick", 3, "nats"), ("big", 5, "nats"), ("other", 4, "bits"))
)
TRIED = (QUICK, BIG, OTHER, SIMPLE, replace(SLOW, scale="nats"))
LAPS = (Lap("x/quick", 1, 2.0, 0.5, 0.4, 0.6, 0.5, promoted=True),)


def racing(
    asked: list[tuple[str, ...]], winner: str | None
) -> Callable[[Sequence[Recipe[Any]], Supply], Race]:
    """A race with a known end, which notes who was in it."""

    def race(recipes: Sequence[Recipe[Any]], _: Supply) -> Race:
        asked.append(tuple(recipe.name for recipe in recipes))
        plan = Plan({"won": True}, 7.0, say("so")) if winner else None
        reasons = (("x/big", say("It lost.")),) if winner else ()
        return Race(winner, plan, (say("Said."),), LAPS if winner else (), reasons, 20.0)

    return race


def test_those_of_the_best_one_s_scale_race_each_other_and_the_winner_is_taken() -> None:
    asked: list[tuple[str, ...]] = []
    choice = choose(supply(30), TRIED, race=racing(asked, "x/quick"))
    assert asked == [("x/quick", "x/big")], "not who is of another scale, of none, or too slow"
    assert (choice.recipe, choice.plan.options) == ("x/quick", {"won": True})
    assert (choice.race, choice.scale, choice.notes) == (LAPS, "nats", (say("Said."),))
    assert "about 7 s of the 280 s" in str(choice.why)
    others = {name: str(why) for name, why in choice.others}
    assert set(others) == {"x/big", "x/other", "x/simple", "x/slow"}
    assert others["x/big"] == "It lost."
    assert "x/big is ranked higher" in others["x/other"]


def test_without_a_winner_rank_decides_and_it_says_why() -> None:
    choice = choose(supply(30), TRIED, race=racing([], None))
    assert replace(choice, notes=()) == choose(supply(30), TRIED)
    assert choice.notes == (say("Said."),)
    assert (choice.recipe, choice.race) == ("x/big", ())


@pytest.mark.parametrize(
    ("recipes", "seconds", "wanted"),
    [
        ([QUICK, SIMPLE], 300, None),  # nobody of its scale
        ([QUICK, OTHER], 300, None),
        ([SIMPLE, recipe("second", 1, 2, 5)], 300, None),  # of no scale
        (TRIED, 300, "x/quick"),
        (TRIED, 1, None),  # none in time
    ],
)
def test_there_is_nobody_to_race(
    recipes: Sequence[Recipe[Any]], seconds: float, wanted: str | None
) -> None:
    asked: list[tuple[str, ...]] = []
    there = supply(30, seconds)
    choice = choose(there, recipes, wanted=wanted, race=racing(asked, "x/quick"))
    assert asked == []
    assert choice == choose(there, recipes, wanted=wanted)


@pytest.mark.parametrize("recipes", [[], [NEVER], [NEVER, broken()]])
def test_no_recipe_at_all_is_too_little(recipes: Sequence[Recipe[Any]]) -> None:
    with pytest.raises(TooLittleData):
        choose(supply(5), recipes)
