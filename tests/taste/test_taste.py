"""Taste: answers become choices, choices a taste, and the next question is worth asking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from moxie.errors import BadInput
from moxie.taste import asking
from moxie.taste.answers import STAR_WEIGHT, Answer, Choice, choices, pairs
from moxie.taste.asking import EVERY, SHOWN, question
from moxie.taste.model import Shape, Taste, all_shapes, climb, fit, near_shapes
from moxie.taste.space import DIMENSIONS, Space

PLACE = {"a": 0, "b": 1, "c": 2, "d": 3}
QUICK = [Shape(1.0, 0.0, 0.7), Shape(2.0, 1.0, 1.4)]


def ordered(*best_first: str, **more: Any) -> Answer:
    return Answer("order", tuple(sorted(best_first)), best_first, **more)


def heard(
    points: np.ndarray, liking: np.ndarray, answers: int, seed: int, noise: float = 1.0
) -> list[Choice]:
    """Orders of four by a judge with Gumbel noise."""
    rng = np.random.default_rng(seed)
    said: list[Choice] = []
    for _ in range(answers):
        four = rng.choice(len(points), 4, replace=False)
        order = four[np.argsort(-(liking[four] + noise * rng.gumbel(size=4)))].tolist()
        said += [Choice(tuple(order[i:])) for i in range(3)]
    return said


def agreement(taste: Taste, points: np.ndarray, liking: np.ndarray) -> float:
    mean, _ = taste.likes(points)
    i, j = np.triu_indices(len(points), 1)
    return float((((mean[i] - mean[j]) * (liking[i] - liking[j])) > 0).mean())


def test_an_order_says_who_was_preferred_to_whom() -> None:
    answer = ordered("c", "a", "b")
    assert [choice.among for choice in choices(answer, PLACE)] == [(2, 0, 1), (0, 1)]
    assert list(pairs(answer)) == [("c", "a"), ("c", "b"), ("a", "b")]
    pick = Answer("pick", ("a", "b", "c"), ("b",))
    assert [choice.among for choice in choices(pick, PLACE)] == [(1, 0, 2)]
    assert list(pairs(pick)) == [("b", "a"), ("b", "c")]


def test_likes_and_stars_are_preferences_over_lines() -> None:
    assert [c.among for c in choices(Answer("like", ("a",), value=1), PLACE)] == [(0, -1)]
    assert [c.among for c in choices(Answer("like", ("a",), value=0), PLACE)] == [(-1, 0)]
    stars = list(choices(Answer("stars", ("b",), value=3), PLACE))
    assert [choice.among for choice in stars] == [(1, -2), (1, -3), (-4, 1), (-5, 1)]
    assert {choice.weight for choice in stars} == {STAR_WEIGHT}


def test_what_was_deleted_is_left_out() -> None:
    few = {"a": 0, "b": 1}
    assert [c.among for c in choices(ordered("c", "a", "b"), few)] == [(0, 1)]
    assert not list(choices(Answer("pick", ("a", "c"), ("c",)), few))
    assert not list(choices(Answer("like", ("c",), value=1), few))


@pytest.mark.parametrize(
    "given",
    [
        ("order", ("a", "b"), ("a",), 0),
        ("order", ("a", "a"), ("a", "a"), 0),
        ("pick", ("a", "b"), ("c",), 0),
        ("like", ("a",), (), 2),
        ("stars", ("a",), (), 6),
        ("stars", ("a", "b"), (), 3),
        ("pick", (), (), 0),
    ],
)
def test_answers_that_make_no_sense_are_refused(given: Any) -> None:
    with pytest.raises(BadInput):
        Answer(*given)


def test_a_space_is_small_and_of_one_size(rng: np.random.Generator) -> None:
    features = np.concatenate([rng.normal(size=(80, 60)) * 9, np.full((80, 2), 7.0)], axis=1)
    space = Space.of(features)
    points = space.points(features)
    assert points.shape == (80, DIMENSIONS)
    assert np.isclose((points**2).mean(), 1)
    assert np.isfinite(space.functions(points, 1.0, 1.0, 1.4)).all()
    alike = Space.of(np.ones((5, 3)))
    assert np.isfinite(alike.points(np.ones((2, 3)))).all()


def test_few_traits_are_not_lost_among_many_numbers(rng: np.random.Generator) -> None:
    judged, traits = rng.normal(size=(120, 200)), rng.normal(size=(120, 4))

    def kept(space: Space, points: np.ndarray) -> float:
        """Share of the traits' variance that the points hold."""
        columns = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        left = traits - columns @ np.linalg.lstsq(columns, traits, rcond=None)[0]
        return 1 - float(left.var() / traits.var())

    beside = Space.of(judged, traits)
    among = Space.of(np.concatenate([judged, traits], axis=1))
    assert kept(beside, beside.points(judged, traits)) > 0.85
    assert kept(among, among.points(np.concatenate([judged, traits], axis=1))) < 0.6
    alone = Space.of(judged[:, :0], traits)
    assert kept(alone, alone.points(judged[:, :0], traits)) > 0.99


def test_the_bend_is_the_kernel_it_stands_for(rng: np.random.Generator) -> None:
    space = Space.of(rng.normal(size=(30, 6)))
    points = space.landmarks
    values = space.functions(points, 0.0, 2.0, 1.4)[:, points.shape[1] :]
    apart = ((points[:, None] - points[None]) ** 2).sum(2)
    width = 1.4 * np.sqrt(points.shape[1])
    assert np.allclose(values @ values.T, 4 * np.exp(-apart / 2 / width**2), atol=1e-3)


def test_a_straight_taste_is_learnt_and_its_doubt_shrinks(rng: np.random.Generator) -> None:
    features = rng.normal(size=(160, 8))
    space = Space.of(features)
    points = space.points(features)
    liking = points @ rng.normal(size=8)
    known, new = points[:100], points[100:]
    first = fit(space, known, heard(known, liking[:100], 5, 0), QUICK)
    later = fit(space, known, heard(known, liking[:100], 60, 0), QUICK)
    assert agreement(later, new, liking[100:]) > 0.85
    assert agreement(later, new, liking[100:]) > agreement(first, new, liking[100:])
    assert later.likes(new)[1].mean() < first.likes(new)[1].mean()


def test_a_taste_for_the_middle_needs_the_bend(rng: np.random.Generator) -> None:
    features = rng.normal(size=(200, 3))
    space = Space.of(features)
    points = space.points(features)
    liking = -2 * (points**2).sum(1)
    said = heard(points[:120], liking[:120], 60, 1, noise=0.5)
    taste = fit(space, points[:120], said)
    straight = fit(space, points[:120], said, [Shape(1.0, 0.0, 0.7)])
    assert taste.shape.bend > 0
    assert agreement(taste, points[120:], liking[120:]) > 0.75
    assert agreement(straight, points[120:], liking[120:]) < 0.65


def test_answers_without_a_taste_teach_nothing(rng: np.random.Generator) -> None:
    features = rng.normal(size=(100, 8))
    space = Space.of(features)
    points = space.points(features)
    found = []
    for seed in range(6):
        said = heard(points, np.zeros(100), 40, seed)
        mean, sure = fit(space, points, said, QUICK).likes(points)
        found.append(float((np.abs(mean) > 2 * sure).mean()))
    assert np.mean(found) < 0.15, "what is believed stays within its doubt"


def test_nothing_said_is_nothing_known(rng: np.random.Generator) -> None:
    features = rng.normal(size=(20, 4))
    space = Space.of(features)
    taste = fit(space, space.points(features), [], QUICK)
    mean, sure = taste.likes(space.points(features))
    assert np.allclose(mean, 0)
    assert (sure > 0).all()


def test_contradictions_leave_doubt(rng: np.random.Generator) -> None:
    features = rng.normal(size=(20, 4))
    space = Space.of(features)
    points = space.points(features)
    both = [Choice((0, 1)), Choice((1, 0))] * 20
    mean, _ = fit(space, points, both, QUICK).likes(points)
    assert abs(mean[0] - mean[1]) < 0.05


def test_likes_find_the_line_of_the_person(rng: np.random.Generator) -> None:
    features = rng.normal(size=(80, 4))
    space = Space.of(features)
    points = space.points(features)
    liking = 3 * points[:, 0]
    said = [Choice((i, -1) if liking[i] > 1 else (-1, i)) for i in range(80)]
    assert agreement(fit(space, points, said, QUICK), points, liking) > 0.85


def test_questions_are_about_four_and_some_are_kept_to_measure(rng: np.random.Generator) -> None:
    features = rng.normal(size=(60, 6))
    space = Space.of(features)
    points = space.points(features)
    taste = fit(space, points, heard(points, points[:, 0], 10, 0), QUICK)
    asked: list[tuple[int, ...]] = []
    why = []
    for _ in range(4 * EVERY):
        found = question(taste, points, asked, rng)
        assert len(set(found.shown)) == SHOWN
        if found.why == "again":
            assert set(found.shown) in [set(one) for one in asked]
        asked.append(found.shown)
        why.append(found.why)
    assert why.count("test") == why.count("again") == 4
    assert "please" in why[30:]
    assert "please" not in why[:30]


def test_what_is_asked_is_worth_more_than_chance(rng: np.random.Generator) -> None:
    features = rng.normal(size=(100, 6))
    space = Space.of(features)
    points = space.points(features)
    taste = fit(space, points, heard(points[:20], points[:20, 0], 30, 0), QUICK)
    _, sure = taste.likes(points)
    shown = [question(taste, points, [], np.random.default_rng(s)).shown for s in range(20)]
    assert np.mean([sure[list(four)].mean() for four in shown]) > sure.mean()
    good = [
        question(taste, points, [(0, 1, 2, 3)] * 32, np.random.default_rng(s)) for s in range(9)
    ]
    mean, _ = taste.likes(points)
    assert {one.why for one in good} == {"please"}
    assert np.mean([mean[list(one.shown)].max() for one in good]) > np.percentile(mean, 90)


def test_an_order_tells_most_of_what_it_is_about(rng: np.random.Generator) -> None:
    # utilities of eight creations under many tastes, independent of each other
    drawn = 3 * rng.normal(size=(4000, 8))
    said = drawn[:, np.array([[0, 1, 2, 3], [4, 5, 6, 7]])]
    orders = asking._orders(said)
    assert orders.shape == (4000, 2, 24)
    np.testing.assert_allclose(orders.sum(axis=2), 1, rtol=1e-6)
    pair = 1 / (1 + np.exp(drawn[:, [1]] - drawn[:, [0]]))
    about, elsewhere = asking._information(said, pair)
    assert 0 <= elsewhere < 0.02
    assert 0.2 < about < np.log(2)


def test_few_creations_can_be_asked_about(rng: np.random.Generator) -> None:
    features = rng.normal(size=(3, 4))
    space = Space.of(features)
    taste = fit(space, space.points(features), [], QUICK)
    assert sorted(question(taste, space.points(features), [], rng).shown) == [0, 1, 2]


def test_shapes_near_one_are_among_all() -> None:
    every = set(all_shapes())
    assert all(set(near_shapes(shape)) <= every | {shape} for shape in every)


@pytest.mark.parametrize("bend", [0.0, 1.0])
def test_climbing_finds_what_trying_every_shape_finds(bend: float) -> None:
    rng = np.random.default_rng(4)
    space = Space.of(rng.normal(size=(80, 5)))
    points = space.points(rng.normal(size=(80, 5)))
    liking = (1 - bend) * points[:, 0] - 2 * bend * (points[:, :2] ** 2).sum(1)
    for answers in (0, 3, 40):
        said = heard(points, liking, answers, 2)
        best, found = fit(space, points, said), climb(space, points, said)
        assert found.evidence == pytest.approx(best.evidence, abs=0.1)
        assert found.evidence == climb(space, points, said).evidence
