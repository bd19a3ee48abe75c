"""Distances by work: against closed forms, brute force and known shifts."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.flow import statistics
from moxie.flow.statistics import Estimate, Grouped, Space


def normal(rng: np.random.Generator, works: int, mean: float = 0.0, d: int = 8) -> Grouped:
    return Grouped.singles(rng.normal(mean, 1.0, (works, d)))


def in_pieces(rng: np.random.Generator, works: int, pieces: int, mean: float = 0.0) -> Grouped:
    """Works far apart, their pieces alike."""
    centers = rng.normal(mean, 1.0, (works, 8))
    rows = np.repeat(centers, pieces, axis=0) + rng.normal(0, 0.05, (works * pieces, 8))
    return Grouped(rows, np.repeat(np.arange(works), pieces))


@pytest.mark.slow
def test_distance_has_the_closed_form_of_two_gaussians(rng: np.random.Generator) -> None:
    m = 0.7
    a, b = normal(rng, 1500, d=1), normal(rng, 1500, m, d=1)
    # (xy + 1)^3 compares the first three moments with weights 3, 3, 1
    expected = 3 * m**2 + 3 * (m**2) ** 2 + (m**3 + 3 * m) ** 2
    assert statistics.distance(a, b) == pytest.approx(expected, rel=0.2)


def test_distance_of_one_distribution_is_unbiased(rng: np.random.Generator) -> None:
    found = np.array([statistics.distance(normal(rng, 8), normal(rng, 8)) for _ in range(300)])
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean()) < 3 * error
    assert (found < 0).any()


def test_distance_grows_with_the_shift(rng: np.random.Generator) -> None:
    base = normal(rng, 200)
    distances = [statistics.distance(base, normal(rng, 200, shift)) for shift in (0, 0.5, 1, 2)]
    assert distances == sorted(distances)
    assert distances[-1] > 10 * distances[1] > 0


def test_pieces_of_one_work_are_never_compared_with_each_other(rng: np.random.Generator) -> None:
    by_work, by_piece = [], []
    for _ in range(100):
        a, b = in_pieces(rng, 8, 3), in_pieces(rng, 8, 3)
        by_work.append(statistics.distance(a, b))
        by_piece.append(statistics.distance(Grouped.singles(a.vectors), Grouped.singles(b.vectors)))
    error = np.std(by_work) / 10
    assert abs(np.mean(by_work)) < 3 * error
    assert np.mean(by_piece) > 10 * error


def test_each_work_counts_once_however_many_pieces_it_has() -> None:
    a = Grouped(np.array([[0.0], [0.0], [0.0], [2.0]]), np.array([0, 0, 0, 1]))
    b = Grouped.singles(np.array([[0.0], [2.0]]))
    assert statistics.kernel(a, b) == pytest.approx(statistics.kernel(b, b))


def test_within_and_between_agree_with_counting_pairs(rng: np.random.Generator) -> None:
    values = rng.random((5, 5))
    values += values.T
    cross = rng.random((5, 4))
    counts, columns = np.array([[2.0, 0, 1, 1, 1]]), np.array([[0.0, 3, 1, 0]])
    drawn, other = [0, 0, 2, 3, 4], [1, 1, 1, 2]
    pairs = [values[i, j] for i in drawn for j in drawn if i != j]
    assert statistics.within(values, counts)[0] == pytest.approx(np.mean(pairs))
    both = [cross[i, j] for i in drawn for j in other]
    assert statistics.between(cross, counts, columns)[0] == pytest.approx(np.mean(both))


def test_a_work_drawn_alone_has_no_pair() -> None:
    assert np.isnan(statistics.within(np.ones((3, 3)), np.array([[3.0, 0.0, 0.0]]))[0])
    assert np.isnan(
        statistics.distance(Grouped.singles(np.ones((1, 2))), Grouped.singles(np.eye(2)))
    )


def test_score_runs_from_others_to_own(rng: np.random.Generator) -> None:
    own, held, others = normal(rng, 200), normal(rng, 60), normal(rng, 200, 1.5)
    sets = [normal(rng, 200, shift) for shift in (0.0, 0.75, 1.5, 2.5)]
    found = [statistics.score(made, own, held, others, seed=1) for made in sets]
    values = [one.score.value for one in found]
    assert values[0] == pytest.approx(1, abs=0.1)
    assert 0.3 < values[1] < 0.95
    assert values[2] == pytest.approx(0, abs=0.3)
    assert values[3] < -1
    for one in found:
        assert one.score.low <= one.score.value <= one.score.high
        assert one.floor > one.ceiling
    assert found[0].score.low < 1 < found[0].score.high
    assert statistics.score(sets[0], own, held, others, seed=1) == found[0]


def test_the_interval_covers_the_truth_as_often_as_it_says(rng: np.random.Generator) -> None:
    hits = []
    for seed in range(60):
        own, held, others = normal(rng, 25), normal(rng, 10), normal(rng, 30, 1.2)
        one = statistics.score(normal(rng, 16), own, held, others, seed=seed).score
        hits.append(one.low <= 1.0 <= one.high)
    assert np.mean(hits) >= 0.85


def test_one_held_out_work_gives_a_score_and_none_is_given_without_a_scale(
    rng: np.random.Generator,
) -> None:
    own, one, others = normal(rng, 12), normal(rng, 1), normal(rng, 20, 4.0)
    found = statistics.score(normal(rng, 8), own, one, others, seed=0)
    assert np.isfinite([found.score.value, found.distance, found.floor]).all()
    same = statistics.score(normal(rng, 8), normal(rng, 6), normal(rng, 3), normal(rng, 6), seed=0)
    assert np.isnan(same.score.value)
    assert same.certain < statistics.CERTAIN


def test_likeness_orders_single_works(rng: np.random.Generator) -> None:
    own, held, others = normal(rng, 60), normal(rng, 30), normal(rng, 40, 1.5)
    mean = [
        float(statistics.likeness(normal(rng, 40, shift), own, held, others).mean())
        for shift in (0.0, 0.75, 1.5)
    ]
    assert mean == sorted(mean, reverse=True)
    assert mean[0] == pytest.approx(1, abs=0.25)
    assert mean[2] == pytest.approx(0, abs=0.25)


def test_likeness_stays_on_a_readable_scale_where_the_artist_varies_as_others_do(
    rng: np.random.Generator,
) -> None:
    """A painter of many manners beside a school like him: he differs in two features of forty."""
    apart = np.zeros(40)
    apart[:2] = 1.6
    own, held = (Grouped.singles(rng.normal(0, 1, (n, 40))) for n in (60, 40))
    others = Grouped.singles(rng.normal(0, 1, (70, 40)) + apart)
    real = statistics.likeness(held, own, held, others)
    assert np.median(real) == pytest.approx(1)
    assert np.abs(real - 1).max() < 3
    unlike = Grouped.singles(rng.normal(0, 1, (40, 40)) + apart)
    strange = statistics.likeness(unlike, own, held, others)
    assert np.mean(strange[:, None] < real[None]) > 0.85


def test_likeness_is_unknown_where_the_artist_is_like_the_others(rng: np.random.Generator) -> None:
    own, others = normal(rng, 40), normal(rng, 40, 1.0)
    assert np.isnan(statistics.likeness(own, own, normal(rng, 20, 3.0), others)).all()


def test_one_work_is_enough_for_a_likeness(rng: np.random.Generator) -> None:
    one, others = normal(rng, 1), normal(rng, 40, 1.5)
    assert statistics.likeness(one, one, one, others) == pytest.approx(1)


def test_the_space_keeps_the_artist_at_length_one_and_draws_outliers_in(
    rng: np.random.Generator,
) -> None:
    rows = rng.normal(5, 3, (300, 40)) * np.geomspace(1e-3, 1e3, 40)
    space = Space.fit(Grouped.singles(rows))
    seen = space.project(Grouped.singles(rows)).vectors
    assert seen.shape == (300, statistics.COMPONENTS)
    assert (seen**2).sum(axis=1).mean() == pytest.approx(1, abs=0.1)
    odd = space.project(Grouped.singles(rows[:1] * 1e6)).vectors
    assert (odd**2).sum() <= 1 + statistics.REACH


def test_few_works_do_not_blind_the_space_to_what_others_differ_in(
    rng: np.random.Generator,
) -> None:
    few = rng.normal(0, 1, (4, 60))
    few[:, 40:] *= 0.01  # where these few happen not to vary
    others = rng.normal(0, 1, (40, 60))
    others[:, 40:] += 3
    own = Grouped.singles(few)
    space = Space.fit(own, [others])
    fresh, strange = rng.normal(0, 1, (40, 60)), rng.normal(0, 1, (40, 60))
    strange[:, 40:] += 3
    seen = space.project(own)
    near, far = (
        statistics.distance(seen, space.project(Grouped.singles(rows))) for rows in (fresh, strange)
    )
    assert far > 5 * abs(near)


@pytest.mark.parametrize("rows", [np.zeros((1, 6)), np.ones((5, 6)), np.eye(6)[:1]])
def test_a_space_of_one_work_or_of_equal_works_is_finite(rows: np.ndarray) -> None:
    space = Space.fit(Grouped.singles(rows), [np.eye(6) * 3])
    assert np.isfinite(space.project(Grouped.singles(np.eye(6))).vectors).all()
    assert np.isfinite(
        Space.fit(Grouped.singles(rows)).project(Grouped.singles(rows)).vectors
    ).all()


def test_spread_is_relative_to_the_artist_with_single_works_as_the_floor(
    rng: np.random.Generator,
) -> None:
    own = in_pieces(rng, 30, 3)
    same, floor = statistics.spread(in_pieces(rng, 30, 1), own, seed=0)
    assert same.value == pytest.approx(1, abs=0.1)
    assert same.low < 1 < same.high
    assert 0.02 < floor < 0.08
    half, _ = statistics.spread(Grouped(own.vectors / 2, own.works), own, seed=0)
    assert half.value == pytest.approx(0.5, abs=1e-6)
    stuck, _ = statistics.spread(Grouped.singles(own.vectors[:3]), own, seed=0)
    assert stuck.value == pytest.approx(floor, rel=0.8)
    one, _ = statistics.spread(Grouped.singles(own.vectors[:1]), own, seed=0)
    assert np.isnan(one.value)


def test_coverage_and_density(rng: np.random.Generator) -> None:
    real = normal(rng, 40)
    covered, dense = statistics.coverage(normal(rng, 200), real)
    assert covered > 0.9
    assert dense == pytest.approx(1, abs=0.3)
    assert statistics.coverage(normal(rng, 40, 9.0), real) == (0.0, 0.0)
    stuck = Grouped.singles(np.repeat(real.vectors[:1], 40, axis=0))
    assert statistics.coverage(stuck, real)[0] < 0.4
    assert np.isnan(statistics.coverage(real, normal(rng, 2))[0])


def test_familiar_works_are_found_through_rounding(rng: np.random.Generator) -> None:
    own = in_pieces(rng, 10, 2)
    group = np.concatenate([own.vectors[[0, 4, 6]].astype(np.float16), rng.normal(0, 1, (30, 8))])
    assert statistics.familiar(own, group) == pytest.approx(0.3)
    assert statistics.familiar(own, rng.normal(0, 1, (30, 8))) == 0


def test_estimates_leave_out_what_is_unknown() -> None:
    found = Estimate.of(np.array([1.0, np.nan, 0.5, 1.5, np.inf]))
    assert (found.value, found.low >= 0.5, found.high <= 1.5) == (1.0, True, True)
    assert np.isnan(Estimate.of(np.array([np.nan, 1.0, 2.0])).value)


def test_sets_of_the_same_seeds_differ_by_less_than_sets_that_are_not_alike(
    rng: np.random.Generator,
) -> None:
    held = Grouped.singles(rng.normal(size=(20, 3)) / 2)
    rows = rng.normal(size=(28, 3)) / 2
    one, near = Grouped.singles(rows), Grouped.singles(rows + 0.05 * rng.normal(size=rows.shape))
    new = Grouped.singles(rng.normal(size=rows.shape) / 2)
    chance = [statistics.chance_of_change(one, other, held) for other in (one, near, new)]
    assert chance[0] == 0 < chance[1] < chance[2]
    # as wide as lots of one kind really lie apart
    lots = [Grouped.singles(rng.normal(size=rows.shape) / 2) for _ in range(200)]
    far = np.array([statistics.distance(lot, held) for lot in lots])
    told = [
        statistics.chance_of_change(lot, other, held)
        for lot, other in zip(lots[::2], lots[1::2], strict=True)
    ]
    assert np.median(told) == pytest.approx(np.std(far[::2] - far[1::2]), rel=0.35)


def test_scores_of_the_set_itself_are_its_score(rng: np.random.Generator) -> None:
    own, held, others = normal(rng, 30), normal(rng, 8), normal(rng, 20, 0.8)
    made = normal(rng, 12, 0.3)
    [value] = statistics.scores(made, own, held, others, np.ones((1, 12)))
    whole = statistics.score(made, own, held, others, seed=0).score
    assert value == pytest.approx(whole.value)
    assert statistics.by_drafts(made, own, held, others).value == pytest.approx(whole.value)
    assert np.isnan(statistics.scores(made, others, held, own, np.ones((1, 12)))).all()


@pytest.mark.slow
def test_the_interval_by_drafts_holds_and_narrows_with_them(rng: np.random.Generator) -> None:
    """It is for the artist's side as it is, so it holds the score of endless drafts."""
    own, held, others = normal(rng, 30), normal(rng, 4), normal(rng, 20, 0.8)
    truth = statistics.by_drafts(normal(rng, 1500, 0.3), own, held, others).value
    for number in (3, 12):
        found = [
            statistics.by_drafts(normal(rng, number, 0.3), own, held, others) for _ in range(200)
        ]
        assert np.mean([one.low <= truth <= one.high for one in found]) > 0.9
    few, many = (
        statistics.by_drafts(normal(rng, number, 0.3), own, held, others) for number in (6, 96)
    )
    assert many.high - many.low < 0.3 * (few.high - few.low)
    bold = statistics.by_drafts(normal(np.random.default_rng(5), 6), own, held, others, sure=0.75)
    shy = statistics.by_drafts(normal(np.random.default_rng(5), 6), own, held, others)
    assert shy.low < bold.low < bold.value == shy.value < bold.high < shy.high
    lone = statistics.by_drafts(normal(rng, 2, 0.3), own, held, others)
    assert (lone.low, lone.high) == (-np.inf, np.inf)
