"""Recipes compared by what they make, on an art whose contents are their own vectors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from moxie.art import MADE, Art, Draft, Likeness, Recipe, Sample, Supply
from moxie.flow.contest import AWAY, DRAFTS, Contest
from moxie.flow.race import Race, race
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan

Rows = NDArray[np.float32]
D = 6


def works(seed: int, n: int, mean: float = 0.0) -> list[Rows]:
    rng = np.random.default_rng([9, seed])
    centers = rng.normal(mean, 1, (n, 1, D))
    return list((centers + rng.normal(0, 0.2, (n, 2, D))).astype(np.float32))


@dataclass
class Looks:
    """A judge that sees the rows as they are."""

    bank: dict[str, Rows]
    name: str = "looks"

    def embed(self, pieces: Sequence[Rows]) -> Rows:
        return np.stack(pieces) if len(pieces) else np.zeros((0, D), np.float32)

    def others(self) -> dict[str, Rows]:
        return self.bank


@dataclass
class Vectors:
    """Contents are float32 [pieces, D]."""

    judge: Looks

    def judges(self) -> Sequence[Looks]:
        return [self.judge]

    def split(self, content: Rows) -> Sequence[Rows]:
        return list(content)


@dataclass
class Decree:
    """An index that takes everything for as near a copy as it is told."""

    similarity: float = 0.1

    def nearest(self, content: Rows, *, exclude: Collection[int] = ()) -> Likeness | None:
        return Likeness(0, self.similarity, say("by decree"))


@dataclass
class Maker:
    """A style model that makes works about a mean of its own."""

    mean: float
    spread: float = 1.0
    trained: list[float] = field(default_factory=list)

    def fit(self, samples: Sequence[Sample[Rows]], *, plan: Plan, **_: object) -> Maker:
        self.trained.append(plan.seconds)
        return self

    def sample(self, brief: Any, *, seed: int) -> Draft[Rows]:
        rng = np.random.default_rng(seed)
        center = self.mean + self.spread * rng.normal(size=D)
        return Draft((center + rng.normal(0, 0.2, (2, D))).astype(np.float32))

    def losses(self, contents: Sequence[Rows]) -> NDArray[np.float32]:
        raise AssertionError("what it foretells is not asked")

    def recipe(self, name: str, rank: int, seconds: float = 5.0) -> Recipe[Any]:
        def plan(supply: Supply) -> Plan | None:
            return Plan({}, seconds, say("so")) if supply.seconds >= seconds else None

        return Recipe(name, say("x"), 1, rank, plan, lambda _: cast("Any", self), MADE)


def contest(similarity: float = 0.1, others: float = 2.0) -> Contest[Rows]:
    bank = {"near": np.concatenate([w[:1] for w in works(1, 40, others)])}
    art = cast("Art[Any]", Vectors(Looks(bank)))
    return Contest(art, works(10, 40), works(11, 12), Decree(similarity), 0.5, (1,))


def held(recipes: Sequence[Recipe[Any]], seconds: float, measure: Contest[Rows]) -> Race:
    return race(
        recipes,
        Supply(40, 40.0, Machine("cpu", 1), seconds),
        train=[Sample(str(i), w) for i, w in enumerate(works(10, 40))],
        validation=works(11, 12),
        seed=0,
        on_step=lambda *_: None,
        contest=measure,
    )


def test_the_error_is_1_for_the_artist_and_2_for_another() -> None:
    own = contest().losses(cast("Any", Maker(0.0)), 0)
    other = contest().losses(cast("Any", Maker(2.0)), 0)
    assert own.shape == (DRAFTS,)
    assert own.mean() == pytest.approx(AWAY - 1, abs=0.25)
    assert other.mean() == pytest.approx(AWAY, abs=0.5)


def test_endless_variations_of_one_work_are_farther_than_works() -> None:
    varied = contest().losses(cast("Any", Maker(0.0)), 0).mean()
    alike = contest().losses(cast("Any", Maker(0.8, spread=0.0)), 0).mean()
    assert alike > varied + 0.1


def test_near_copies_are_charged() -> None:
    original = contest().losses(cast("Any", Maker(0.0)), 0)
    copied = contest(similarity=0.9).losses(cast("Any", Maker(0.0)), 0)
    np.testing.assert_allclose(copied, original + 1)


def test_the_nearer_recipe_wins_though_its_rank_is_lower() -> None:
    near, far = Maker(0.0), Maker(2.0)
    found = held([near.recipe("x/near", 0, 20.0), far.recipe("x/far", 1)], 900, contest())
    assert found.winner == "x/near"
    assert "12 drafts" in str(found.notes[0])
    assert "farther" in str(dict(found.reasons)["x/far"])
    assert [lap.recipe for lap in found.laps] == ["x/near", "x/far"]
    assert near.trained == [20.0]  # one lap, and no second one of what has learnt all it can


@pytest.mark.parametrize("light", [0, 1])
def test_of_recipes_that_make_the_like_the_higher_rank_wins(light: int) -> None:
    ranks = {"x/light": light, "x/heavy": 1 - light}
    recipes = [
        Maker(0.0).recipe("x/light", ranks["x/light"]),
        Maker(0.02).recipe("x/heavy", ranks["x/heavy"], 40.0),
    ]
    found = held(recipes, 900, contest())
    winner, loser = sorted(ranks, key=lambda name: -ranks[name])
    assert found.winner == winner
    assert "its drafts were" in str(dict(found.reasons)[loser])
    assert "no other one is clearly nearer" in str(found.notes[0])


def test_there_is_no_race_in_too_little_time() -> None:
    recipes = [Maker(0.0).recipe("x/a", 0), Maker(2.0).recipe("x/b", 1)]
    found = held(recipes, 300, contest())
    assert found.winner is None
    assert "too few" in str(found.notes[0])


def test_there_is_no_race_where_the_artist_cannot_be_told_from_others() -> None:
    recipes = [Maker(0.0).recipe("x/a", 0), Maker(2.0).recipe("x/b", 1)]
    found = held(recipes, 900, contest(others=0.0))
    assert found.winner is None
    assert "cannot be told" in str(found.notes[0])
