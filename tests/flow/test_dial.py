"""The map from novelty to setting: even, monotone, between the gate and the floor, or none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from moxie.flow.dial import HALFWAY, REFUSED, TOLD, End, Reading, fit
from moxie.flow.statistics import Estimate
from moxie.work import Calibration

SETTINGS = (0.0, 1 / 3, 2 / 3, 1.0)
Curve = Callable[[float], float]


def reading(
    original: Curve,
    fidelity: Curve,
    *,
    rounds: int = 16,
    noise: float = 0.0,
    doubt: float = 0.001,
) -> Reading:
    rng = np.random.default_rng(1)
    means = np.array([1 - original(x) for x in SETTINGS])
    similar = means + noise * rng.normal(size=(rounds, len(SETTINGS)))
    near = tuple(Estimate(v, v - doubt, v + doubt) for v in map(fidelity, SETTINGS))
    counts = (rounds,) * len(SETTINGS)
    return Reading(SETTINGS, similar, near, near, counts, threshold=0.5, typical=0.1)


def steps(found: Calibration, original: Curve) -> list[float]:
    """How much originality each quarter of novelty adds, by the true curve."""
    values = [original(found.setting(v)) for v in np.linspace(0, 1, 5)]
    return np.diff(values).tolist()


def bent(setting: float) -> float:
    """Originality that grows quickly at first, as engines' does."""
    return 0.9 - 0.3 * float(np.exp(-3 * setting))


def test_equal_steps_of_novelty_are_about_equal_steps_of_originality() -> None:
    found = fit(reading(bent, lambda x: 1 - 0.2 * x), seed=0)
    plain = np.diff([bent(x) for x in np.linspace(0, 1, 5)])
    dialled = steps(found, bent)
    assert max(plain) / np.mean(plain) > 2
    assert max(dialled) / np.mean(dialled) < 1.4
    assert (found.setting(0), found.setting(1)) == pytest.approx((0, 1), abs=0.01)


def test_settings_never_fall_as_novelty_grows() -> None:
    for noise in (0.0, 0.05, 0.3):
        found = fit(reading(bent, lambda x: 1 - 0.5 * x, noise=noise, rounds=3), seed=0)
        settings = [found.setting(v) for v in np.linspace(0, 1, 101)]
        assert settings == sorted(settings)
        assert 0 <= settings[0] <= settings[-1] <= 1


def test_novelty_1_keeps_to_the_floor() -> None:
    found = fit(reading(bent, lambda x: 1 - 0.5 * x), seed=0)
    assert found.floor == pytest.approx(HALFWAY, abs=0.001)
    assert found.setting(1) == pytest.approx(0.5, abs=0.02)


def test_fidelity_that_chance_may_have_lowered_does_not_end_the_dial() -> None:
    vague = fit(reading(bent, lambda x: 0.9 - 1.5 * x, rounds=3, doubt=2.0), seed=0)
    assert vague.setting(1) == pytest.approx(1.0)
    assert "too few" in str(vague.notes[0])
    some = fit(reading(bent, lambda x: 1 - 0.5 * x, doubt=0.1), seed=0)
    assert some.floor == pytest.approx(HALFWAY * 0.9)
    assert some.setting(1) == pytest.approx(0.85, abs=0.02)


def end(fidelities: list[float], counts: list[int], doubt: float = 0.01) -> End:
    drafted = [Estimate(value, value - doubt, value + doubt) for value in fidelities]
    found = End.of(SETTINGS, drafted, counts)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fidelities", "pair", "setting"),
    [
        ([1.0, 0.7, 0.6, 0.5], 0, 0.278),
        ([1.0, 0.9, 0.8, 0.5], 2, 0.722),
        ([1.0, 0.9, 0.8, 0.76], 2, 1.0),  # never below
        ([1.0, 0.8, 0.6, 0.3], 1, 0.417),
    ],
)
def test_further_drafts_are_made_on_both_sides_of_the_floor(
    fidelities: list[float], pair: int, setting: float
) -> None:
    found = end(fidelities, [3, 3, 3, 3], doubt=0.0)
    assert (found.pair, found.floor) == (pair, HALFWAY)
    assert found.value == pytest.approx(setting, abs=0.005)
    assert found.low <= found.value <= found.high


def test_settings_with_more_drafts_count_for_more() -> None:
    rising = [0.6, 0.9, 0.6, 0.2]
    assert end(rising, [1, 20, 20, 20]).floor > end(rising, [20, 1, 20, 20]).floor


def test_an_end_is_told_by_its_own_width() -> None:
    sure, vague = (end([1.0, 0.9, 0.8, 0.5], [8] * 4, doubt) for doubt in (0.01, 0.2))
    assert sure.told
    assert not vague.told
    assert sure.high - sure.low < TOLD < vague.high - vague.low
    boundless = End.of(SETTINGS, [Estimate(0.9, -np.inf, np.inf)] * 4, [2] * 4)
    assert boundless is not None
    assert (boundless.low, boundless.high) == (0.0, 1.0)


def test_without_any_fidelity_there_is_no_end() -> None:
    assert End.of(SETTINGS, [Estimate(-0.1, -0.2, 0.0)] * 4, [3] * 4) is None
    perhaps = End.of(SETTINGS, [Estimate(-0.1, -0.9, 0.7)] * 4, [3] * 4)
    assert perhaps is not None
    assert np.isnan(perhaps.floor)
    assert (perhaps.pair, perhaps.high, perhaps.told) == (0, 1.0, False)


def test_a_dial_without_a_floor_says_so() -> None:
    found = fit(reading(bent, lambda x: -0.5), seed=0)
    assert np.isnan(found.floor)
    assert (found.setting(0), found.setting(1)) == pytest.approx((0, 1))
    assert "no floor" in str(found.notes[0])
    assert End.of(SETTINGS, [Estimate(np.nan, np.nan, np.nan)] * 4, [3] * 4) is None


def test_a_model_that_is_far_from_the_artist_keeps_a_share_of_its_best() -> None:
    found = fit(reading(bent, lambda x: 0.4 - 0.2 * x), seed=0)
    assert found.floor == pytest.approx(HALFWAY * 0.4, abs=0.001)
    assert found.setting(1) == pytest.approx(0.5, abs=0.02)


def test_novelty_0_is_where_few_drafts_are_near_copies() -> None:
    given = reading(lambda x: 0.4 + 0.5 * x, lambda x: 1.0)
    near = np.array([0.9] * 8 + [0.3] * 8)
    given.similarities[:, 0] = near  # half of the drafts at 0, none from a third on
    given.similarities[:, 1:] = np.minimum(given.similarities[:, 1:], 0.45)
    found = fit(given, seed=0)
    assert [one.refused for one in found.settings] == [0.5, 0.0, 0.0, 0.0]
    assert 0 < found.setting(0) < 1 / 3
    assert REFUSED < 0.5


@pytest.mark.parametrize(("refused", "near"), [(0, False), (1, False), (2, True), (3, True)])
def test_one_near_copy_of_three_drafts_does_not_move_novelty_0(refused: int, near: bool) -> None:
    given = reading(lambda x: 0.4 + 0.5 * x, lambda x: 1.0, rounds=3)
    given.similarities[:] = np.minimum(given.similarities, 0.45)
    given.similarities[:refused, 0] = 0.9
    assert (fit(given, seed=0).setting(0) > 0) == near


def test_a_near_copy_counts_as_if_at_the_threshold() -> None:
    given = reading(lambda x: 0.4 + 0.5 * x, lambda x: 1.0)
    given.similarities[:, 0] = 0.99
    assert fit(given, seed=0).settings[0].originality.value == pytest.approx(0.5)


def test_bends_that_may_be_chance_are_not_believed() -> None:
    """Three rounds of pure noise about a straight line leave novelty nearly as it is."""
    found = fit(reading(lambda x: 0.6 + 0.3 * x, lambda x: 1.0, noise=0.1, rounds=3), seed=0)
    sure = fit(reading(bent, lambda x: 1.0, noise=0.01), seed=0)
    assert abs(found.setting(0.5) - 0.5) < 0.12
    assert sure.setting(0.5) < 0.3


@pytest.mark.parametrize(
    ("original", "fidelity", "word"),
    [
        (lambda x: 0.6 + 0.3 * x, lambda x: float("nan"), "no floor"),
        (lambda x: 0.7, lambda x: 1 - 0.1 * x, "hardly moves"),
    ],
)
def test_where_too_little_is_told_novelty_is_the_setting(
    original: Curve, fidelity: Curve, word: str
) -> None:
    found = fit(reading(original, fidelity), seed=0)
    assert found.dial == ()
    assert [found.setting(v) for v in (0, 0.3, 1)] == [0, 0.3, 1]
    assert word in str(found.notes[-1])


def test_where_the_gate_leaves_nothing_over_the_floor_it_is_said() -> None:
    given = reading(lambda x: 0.3 + 0.4 * x, lambda x: 1 - 0.9 * x)
    found = fit(given, seed=0)  # near-copies up to the middle, where fidelity is 0.55
    assert np.isnan(found.floor)
    assert "without a floor" in str(found.notes[0])
    assert found.setting(0) > 0.4
    always = fit(reading(lambda x: 0.1 + 0.1 * x, lambda x: 1.0), seed=0)
    assert "near-copies" in str(always.notes[0])


def test_the_same_reading_and_seed_give_the_same() -> None:
    given = reading(bent, lambda x: 1 - 0.5 * x, noise=0.1)
    assert fit(given, seed=3) == fit(given, seed=3)
