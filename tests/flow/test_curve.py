"""Learning curves: known laws are found again, and noise is not taken for news."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.flow.curve import PowerLaw, curve, fit, gain, judge


def errors(law: PowerLaw, works: tuple[int, ...], noise: float, held_out: int, seed: int) -> dict:
    """Works of different difficulty, the same at every point, with some noise on top."""
    rng = np.random.default_rng(seed)
    hardness = rng.uniform(0.5, 1.5, held_out)
    hardness /= hardness.mean()
    return {
        n: law.at(n) * hardness * (1 + noise * rng.standard_normal((1, held_out))) for n in works
    }


@pytest.mark.parametrize("a", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("c", [0.2, 0.5, 1.0])
def test_a_power_law_is_found_again(a: float, c: float) -> None:
    law = PowerLaw(a, 3.0, c)
    works = (25, 50, 100)
    found = fit(works, np.array([law.at(n) for n in works]))
    assert found.gain(100, 100) == pytest.approx(law.gain(100, 100), abs=0.015)
    assert found.at(50) == pytest.approx(law.at(50), rel=0.01)


def test_a_rising_curve_is_flat_and_the_limit_of_errors_is_no_less_than_zero() -> None:
    assert fit((25, 50, 100), np.array([1.0, 1.1, 1.2])).b == 0
    steep = fit((25, 50, 100), np.array([4.0, 2.0, 0.1]))
    assert steep.a >= 0
    assert steep.gain(100, 10_000) <= 1
    assert fit((25, 50, 100), np.array([-1.0, -2.0, -2.5])).at(200) < -2.4


def test_intervals_hold_the_point_and_narrow_with_more_held_out_works() -> None:
    law = PowerLaw(1.0, 3.0, 0.5)
    widths = []
    for held_out in (4, 40):
        points, fits = curve(errors(law, (25, 50, 100), 0.02, held_out, 1), seed=0)
        assert [p.works for p in points] == [25, 50, 100]
        assert all(p.low < p.loss < p.high for p in points)
        assert len(fits) == 400
        widths.append(points[-1].high - points[-1].low)
    assert widths[1] < widths[0]


def test_one_held_out_work_has_no_interval() -> None:
    points, _ = curve({2: np.array([[3.0]]), 4: np.array([[2.0]])}, seed=0)
    assert [(p.low, p.high) for p in points] == [(3.0, 3.0), (2.0, 2.0)]


@pytest.mark.parametrize(
    ("law", "works", "expected"),
    [
        (PowerLaw(1.0, 0.0, 0.5), (25, 50, 100), "enough"),
        (PowerLaw(1.0, 0.5, 0.5), (25, 50, 100), "enough"),  # twice as many: 1.4 %
        (PowerLaw(1.0, 2.0, 0.5), (25, 50, 100), "more"),  # 4.9 %
        (PowerLaw(0.0, 2.0, 0.2), (80, 159, 318), "more"),  # 13 %
        (PowerLaw(0.0, 9.0, 0.5), (9, 18, 36), "few"),  # 29 %
        (PowerLaw(1.0, 0.0, 0.5), (1, 2, 4), "few"),  # four works
    ],
)
def test_the_verdict_follows_the_curve(
    law: PowerLaw, works: tuple[int, int, int], expected: str
) -> None:
    points, fits = curve(errors(law, works, 0.003, 20, 2), seed=0)
    verdict, more, why = judge(points, fits, 20)
    assert verdict == expected
    assert (more == 0) == (expected == "enough")
    assert more <= max(works[-1], 6)
    assert str(works[-1]) in str(why)


def test_as_many_more_are_asked_for_as_bring_the_gain() -> None:
    law = PowerLaw(0.0, 2.0, 0.2)
    points, fits = curve(errors(law, (80, 159, 318), 0.0, 20, 2), seed=0)
    _, more, _ = judge(points, fits, 20)
    assert law.gain(318, more) == pytest.approx(0.05, abs=0.01)
    assert more % 5 == 0


def test_a_rise_is_never_called_a_fall() -> None:
    points, fits = curve({n: np.full((1, 5), 1 + n / 1000) for n in (25, 50, 100)}, seed=0)
    verdict, _, why = judge(points, fits, 5)
    assert verdict == "enough"
    assert "no longer lowers" in str(why)


def test_a_gain_needs_to_be_more_than_chance() -> None:
    rng = np.random.default_rng(0)
    base = rng.uniform(1, 2, 20)
    change, low, high = gain(base, base * 0.9, seed=0, tries=3)
    assert change == pytest.approx(0.1, abs=1e-6)
    assert 0 < low < change < high
    _, low, _ = gain(base, base * (1 + 0.05 * rng.standard_normal(20)), seed=0, tries=3)
    assert low < 0
    lucky = base.copy()
    lucky[0] *= 0.3  # one work much better, the others as before
    assert gain(base, lucky, seed=0, tries=1)[1] <= 0


def test_chance_seldom_wins() -> None:
    rng = np.random.default_rng(1)
    wins = 0
    for trial in range(200):
        base = rng.uniform(1, 2, 8)
        wins += gain(base, base + 0.1 * rng.standard_normal(8), seed=trial, tries=1)[1] > 0
    assert wins <= 12, "2.5 % are expected on one side"
