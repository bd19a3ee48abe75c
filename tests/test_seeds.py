"""Seeds of one series differ and lie evenly; picks follow the chances."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.seeds import numbered, pick, place


def test_seeds_of_a_series_are_its_own() -> None:
    asked = [(seed, number, attempt) for seed in range(4) for number in range(50)
             for attempt in range(4)]  # fmt: skip
    assert len({numbered(*one) for one in asked}) == len(asked)
    assert numbered(3, 7) == numbered(3, 7)
    assert all(0 <= numbered(*one) < 2**32 for one in asked)


@pytest.mark.parametrize("works", [1, 5, 13, 36, 300])
@pytest.mark.parametrize("seed", [0, 1, 12_345])
def test_a_series_shows_the_works_in_turn(works: int, seed: int) -> None:
    shown = np.bincount(
        [pick(np.ones(works), numbered(seed, n)) for n in range(3 * works)], minlength=works
    )
    assert shown.min() >= 1
    assert shown.max() <= 5


def test_independent_draws_leave_works_out() -> None:
    """What `pick` is for: 36 draws of 36 works leave a third of them out."""
    drawn = np.random.default_rng(0).integers(0, 36, 36)
    picked = {pick(np.ones(36), numbered(0, n)) for n in range(36)}
    assert len(set(drawn.tolist())) < 27
    assert len(picked) > 29


def test_picks_follow_the_chances() -> None:
    chances = np.array([0.0, 1.0, 3.0, 0.0, 4.0, 0.0])
    shown = np.bincount([pick(chances, seed) for seed in range(800)], minlength=6)
    assert shown[[0, 3, 5]].sum() == 0
    assert np.abs(shown / 800 - chances / 8).max() < 0.01


def test_every_place_is_within() -> None:
    assert all(0 <= place(seed) < 1 for seed in (0, 1, 2**32 - 1, 2**63, 10**30))
    last = np.array([0.1] * 10)  # sums to less than 1
    assert all(0 <= pick(last, seed) < 10 for seed in range(1000))
