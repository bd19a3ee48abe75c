"""The chooser takes the best recipe that suits, and explains itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from moxie.art import Recipe, Supply
from moxie.errors import BadInput, Missing, TooLittleData
from moxie.flow.choose import choose
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan


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


@pytest.mark.parametrize("recipes", [[], [NEVER], [NEVER, broken()]])
def test_no_recipe_at_all_is_too_little(recipes: Sequence[Recipe[Any]]) -> None:
    with pytest.raises(TooLittleData):
        choose(supply(5), recipes)
