"""Steering: works count by liking without losing the artist; what is chosen is liked and varied."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.taste import held, shares
from moxie.taste.answers import Answer
from moxie.taste.held import foretold
from moxie.taste.space import Space
from moxie.taste.steering import (
    CAUTION,
    FEWEST,
    KEPT,
    careful,
    effective,
    faithful,
    next_best,
    usual_distance,
    weights,
)


def test_liked_works_count_more_and_enough_of_them_count() -> None:
    liking = np.random.default_rng(0).standard_normal(100)
    counts = weights(liking)
    assert counts.mean() == pytest.approx(1)
    assert (np.diff(counts[np.argsort(liking)]) >= 0).all()
    assert effective(counts) == pytest.approx(KEPT * 100, rel=0.02)


@pytest.mark.parametrize("number", [1, 2, FEWEST])
def test_few_works_all_count_the_same(number: int) -> None:
    counts = weights(np.arange(number, dtype=float))
    assert counts == pytest.approx(np.ones(number), rel=0.01)


def test_one_work_far_above_the_others_does_not_take_all() -> None:
    liking = np.zeros(50)
    liking[7] = 100.0
    counts = weights(liking)
    assert counts.argmax() == 7
    assert effective(counts) >= min(FEWEST, KEPT * 50) - 0.01


def test_no_difference_in_liking_is_no_steering() -> None:
    assert weights(np.full(20, 3.0)) == pytest.approx(np.ones(20))
    assert len(weights(np.zeros(0))) == 0


def test_doubt_is_taken_off_a_liking() -> None:
    found = careful(np.array([1.0, 1.0]), np.array([0.0, 1.0]))
    assert found == pytest.approx([1.0, 1.0 - CAUTION])


def test_what_is_chosen_is_liked_but_not_twice_the_same() -> None:
    points = np.array([[0.0, 0], [0.01, 0], [3, 0], [0, 3], [3, 3]])
    worth = np.array([2.0, 1.99, 1.6, 0.0, -1.0])
    width = usual_distance(points)
    assert next_best(worth, points, np.zeros((0, 2)), width) == 0
    assert next_best(worth[1:], points[1:], points[:1], width) == 1  # the far one, liked less
    assert next_best(np.array([5.0, 1.6]), points[[1, 2]], points[:1], width) == 0  # far better


def test_the_usual_distance_of_one_creation_is_something() -> None:
    assert usual_distance(np.zeros((1, 3))) == 1.0
    assert usual_distance(np.zeros((5, 3))) > 0


def said(
    points: np.ndarray, liking: np.ndarray, number: int, *, meant: bool = True
) -> list[Answer]:
    rng = np.random.default_rng(3)
    answers = []
    for _ in range(number):
        four = rng.choice(len(points), 4, replace=False)
        worth = liking[four] + 0.3 * rng.gumbel(size=4) if meant else rng.random(4)
        names = tuple(str(i) for i in four)
        order = tuple(names[i] for i in np.argsort(-worth))
        answers.append(Answer("order", names, order))
    return answers


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer shuffles than people get."""
    monkeypatch.setattr(held, "SHUFFLES", 19)


@pytest.fixture(scope="module")
def world() -> tuple[Space, np.ndarray, np.ndarray]:
    features = np.random.default_rng(1).standard_normal((60, 6))
    space = Space.of(features)
    return space, space.points(features), 2 * features[:, 0] - features[:, 3]


def test_a_steady_taste_is_foretold_and_chance_is_not(
    world: tuple[Space, np.ndarray, np.ndarray],
) -> None:
    space, points, liking = world
    place = {str(i): i for i in range(len(points))}
    meant = foretold(space, points, said(points, liking, 40), place)
    assert meant.share > 0.8
    assert meant.low < meant.share < meant.high
    assert meant.luck == 1 / 20
    assert (meant.pairs, meant.questions) == (240, 40)
    chance = foretold(space, points, said(points, liking, 40, meant=False), place)
    assert abs(chance.share - 0.5) < 0.15
    assert chance.luck > 1 / 20


def test_a_question_asked_again_is_never_foretold_from_itself(
    world: tuple[Space, np.ndarray, np.ndarray],
) -> None:
    space, points, liking = world
    place = {str(i): i for i in range(len(points))}
    once = said(points, liking, 30, meant=False)
    again = [Answer("order", a.shown[::-1], a.order) for a in once]
    found = foretold(space, points, [*once, *again], place)
    assert found.share < 0.65  # were each foretold from its twin, it would be near one


def test_ratings_are_compared_with_each_other(
    world: tuple[Space, np.ndarray, np.ndarray],
) -> None:
    space, points, liking = world
    place = {str(i): i for i in range(len(points))}
    rated = [Answer("like", (str(i),), value=int(liking[i] > 0)) for i in range(60)]
    found = foretold(space, points, rated, place)
    assert found.share > 0.8
    starred = [
        Answer("stars", (str(i),), value=int(np.clip(liking[i] + 3, 1, 5))) for i in place_of(place)
    ]
    assert foretold(space, points, starred, place).share > 0.8


def place_of(place: dict[str, int]) -> list[int]:
    return list(place.values())


def test_nothing_to_compare_is_no_figure(world: tuple[Space, np.ndarray, np.ndarray]) -> None:
    space, points, _ = world
    assert np.isnan(foretold(space, points, [], {}).share)
    gone = [Answer("pick", ("x", "y"), ("x",))]
    assert foretold(space, points, gone, {}).luck == 1


def alike(points: np.ndarray) -> np.ndarray:
    return (points @ points.T + 1) ** 3


def apart(counts: np.ndarray, kernel: np.ndarray) -> float:
    shares = (counts - 1) / len(counts)
    return float(shares @ kernel @ shares)


def test_counts_buy_the_most_liking_for_what_likeness_may_be_lost(
    rng: np.random.Generator,
) -> None:
    points = rng.normal(size=(90, 6)) / 2
    kernel, liking = alike(points), points @ rng.normal(size=6) + rng.normal(size=90)
    before = -np.inf
    for loss in (0.002, 0.01, 0.03):
        counts = faithful(liking, kernel, loss)
        assert counts.mean() == pytest.approx(1)
        assert (counts >= 0).all()
        assert effective(counts) >= max(FEWEST, KEPT * 90) - 1e-3
        assert 0.9 * loss < apart(counts, kernel) <= loss
        assert counts @ liking > before
        before = counts @ liking
        # rising evenly with liking costs more for the same
        steep = min(
            (weights(liking, kept=kept) for kept in np.linspace(0.2, 1, 60)),
            key=lambda other: abs(other @ liking - before),
        )
        assert apart(steep, kernel) > 1.1 * loss


def test_counts_do_not_take_what_is_made_further_from_the_artist(rng: np.random.Generator) -> None:
    points = rng.normal(size=(90, 6)) / 2
    kernel, liking = alike(points), points @ rng.normal(size=6) + rng.normal(size=90)
    made = points @ np.diag([1, 1, 1, 1, 1, 0.2]) + 0.3 * np.eye(6)[1]  # beside the artist
    drift = 2 * ((made @ points.T + 1) ** 3).mean(0) - 2 * kernel.mean(0)
    for toward in (liking, drift + 0.1 * liking):
        free, bound = (faithful(toward, kernel, 0.02, drift=d) for d in (None, drift))
        foretold = [apart(one, kernel) + drift @ (one - 1) / 90 for one in (free, bound)]
        assert foretold[1] <= 1e-9
        assert bound @ toward <= free @ toward + 1e-6
        assert bound @ (toward - toward.mean()) >= -1e-9  # even counts sum to 0 but for rounding
        if foretold[0] <= 0:
            np.testing.assert_allclose(free, bound)
    np.testing.assert_allclose(faithful(drift, kernel, 0.02, drift=drift), 1)


def test_of_many_works_counts_are_found_by_steps(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = rng.normal(size=(90, 6)) / 2
    kernel, liking = alike(points), points @ rng.normal(size=6) + rng.normal(size=90)
    drift = 2 * ((points[:20] + 0.3) @ points.T + 1).mean(0) ** 3
    for given in (None, drift):
        exact = faithful(liking, kernel, 0.02, drift=given)
        with monkeypatch.context() as patch:
            patch.setattr(shares, "MANY", 50)
            near = faithful(liking, kernel, 0.02, drift=given)
        assert apart(near, kernel) <= 0.02
        assert near.mean() == pytest.approx(1)
        assert (near - 1) @ liking > 0.97 * ((exact - 1) @ liking)


def test_counts_are_even_where_nothing_may_be_lost_or_is_liked(rng: np.random.Generator) -> None:
    kernel = alike(rng.normal(size=(30, 4)))
    np.testing.assert_allclose(faithful(rng.normal(size=30), kernel, 0.0), 1)
    np.testing.assert_allclose(faithful(np.ones(30), kernel, 1.0), 1)
    many = faithful(rng.normal(size=30), kernel, 1e9)
    assert effective(many) >= FEWEST - 1e-3


def test_equal_works_count_the_same(rng: np.random.Generator) -> None:
    points = np.repeat(rng.normal(size=(15, 4)), 2, axis=0)
    liking = np.repeat(rng.normal(size=15), 2)
    counts = faithful(liking, alike(points), 0.1)
    np.testing.assert_allclose(counts[::2], counts[1::2], atol=1e-3)
