"""Creations are repeatable one by one, and near-copies are made again or flagged."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import pytest

from moxie.art import Brief, Draft, Likeness
from moxie.errors import BadInput, Cancelled
from moxie.flow.create import NOVELTY_STEP, Made, create
from moxie.seeds import numbered
from moxie.text import say


class Dice:
    """Makes (seed, novelty) pairs and remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []

    def sample(self, brief: Brief[Any], *, seed: int) -> Draft[Any]:
        self.asked.append((seed, brief.novelty))
        return Draft((seed, brief.novelty), (("w0", 1.0),))


class Gate:
    """An index of two works whose similarity to a content is given by a function."""

    def __init__(self, similarity: Callable[[Any], float]) -> None:
        self.similarity = similarity

    def nearest(self, content: Any, *, exclude: Collection[int] = ()) -> Likeness | None:
        value = self.similarity(content)
        return None if math.isnan(value) else Likeness(1, value, say("{n}", n=value))


def make(similarity: Callable[[Any], float], **kwargs: Any) -> list[Made[Any]]:
    given: dict[str, Any] = {"n": 3, "seed": 5, "threshold": 0.5, "on_step": lambda *_: None}
    given |= kwargs
    novelty = given.pop("novelty", 0.5)
    model = given.pop("model", Dice())
    return list(create(model, Brief((8,), novelty), Gate(similarity), ["w0", "w1"], **given))


def test_what_passes_is_kept_with_its_nearest_work() -> None:
    made = make(lambda _: 0.3)
    assert [m.index for m in made] == [0, 1, 2]
    assert [m.attempts for m in made] == [1, 1, 1]
    assert not any(m.flagged for m in made)
    assert {m.nearest.work for m in made} == {"w1"}
    assert {m.nearest.similarity for m in made} == {0.3}
    assert all(m.content == (m.seed, m.novelty) == m.draft.content for m in made)
    assert made[0].draft.sources == (("w0", 1.0),)


def test_a_creation_depends_on_its_seed_and_number_alone() -> None:
    whole = make(lambda content: (content[0] % 10) / 10, n=8)
    for first in (0, 3, 7):
        assert make(lambda content: (content[0] % 10) / 10, n=1, first=first) == [whole[first]]
    assert make(lambda content: (content[0] % 10) / 10, n=8, seed=6) != whole
    assert len({m.seed for m in whole}) == 8


def test_attempt_seeds_are_fixed_for_ever() -> None:
    assert numbered(0, 0, 0) == 2968811710
    assert numbered(5, 1, 2) == 3226123766
    seeds = {numbered(s, i, a) for s in range(5) for i in range(5) for a in range(4)}
    assert len(seeds) == 100


def test_a_near_copy_is_made_again_a_little_further_away() -> None:
    model = Dice()
    [made] = make(lambda content: 0.9 if content[1] < 0.65 else 0.2, n=1, model=model)
    assert [novelty for _, novelty in model.asked] == pytest.approx([0.5, 0.6, 0.7])
    assert made.attempts == 3
    assert made.novelty == pytest.approx(0.5 + 2 * NOVELTY_STEP)
    assert made.seed == numbered(5, 0, 2)
    assert not made.flagged


def test_the_threshold_itself_is_a_near_copy() -> None:
    assert make(lambda _: 0.5, n=1)[0].flagged
    assert not make(lambda _: 0.4999, n=1)[0].flagged


def test_when_all_are_near_copies_the_least_similar_is_kept_and_flagged() -> None:
    values = iter([0.9, 0.7, 0.6, 0.8])
    [made] = make(lambda _: next(values), n=1)
    assert made.flagged
    assert made.nearest.similarity == 0.6
    assert made.attempts == 4
    assert made.seed == numbered(5, 0, 2)


def test_novelty_ends_at_one() -> None:
    model = Dice()
    make(lambda _: 0.9, n=1, model=model, novelty=0.95)
    assert [novelty for _, novelty in model.asked] == [0.95, 1.0, 1.0, 1.0]


def test_with_nothing_to_compare_nothing_is_flagged() -> None:
    [made] = make(lambda _: math.nan, n=1)
    assert (made.nearest.work, made.nearest.similarity, made.flagged) == ("", 0.0, False)


def test_steps_are_told_and_can_stop_it() -> None:
    told: list[tuple[int, int, float]] = []
    make(lambda _: 0.1, on_step=lambda *step: told.append(step))
    assert told == [(1, 3, 0.1), (2, 3, 0.1), (3, 3, 0.1)]

    def stop(*_: Any) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        make(lambda _: 0.1, on_step=stop)


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"n": -1}, {"first": -1}, {"attempts": 0}, {"novelty": 1.5}]
)
def test_bad_wishes_are_refused_before_anything_is_made(wrong: dict[str, Any]) -> None:
    model = Dice()
    with pytest.raises(BadInput):
        make(lambda _: 0.1, model=model, **wrong)
    assert model.asked == []
