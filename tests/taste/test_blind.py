"""The blind comparison: what a question says across the lots, and how often luck says as much."""

from __future__ import annotations

import pytest

from moxie.taste.answers import Answer
from moxie.taste.blind import QUESTIONS, better, chance, won

NEW = {"n1", "n2"}


def order(*best: str) -> Answer:
    return Answer("order", tuple(sorted(best)), best)


def test_pairs_across_the_lots_are_counted() -> None:
    assert won(order("n1", "n2", "o1", "o2"), NEW) == 1.0
    assert won(order("o1", "n1", "n2", "o2"), NEW) == 0.5
    assert won(order("o1", "o2", "n1", "n2"), NEW) == 0.0
    assert won(Answer("pick", ("o1", "n1", "n2", "o2"), ("n2",)), NEW) == 1.0
    assert won(Answer("pick", ("o1", "n1", "n2", "o2"), ("o2",)), NEW) == 0.0


def test_a_question_within_one_lot_says_nothing() -> None:
    assert won(order("n1", "n2"), NEW) is None
    assert won(Answer("pick", ("o1", "o2"), ("o1",)), NEW) is None
    assert won(Answer("like", ("n1",), value=1), NEW) is None


def test_luck_is_counted_exactly() -> None:
    assert chance([1.0] * QUESTIONS) == pytest.approx(1 / 2**QUESTIONS)
    assert chance([0.5] * QUESTIONS) == 1.0
    assert chance([1.0, 0.0]) == pytest.approx(0.75)
    assert chance([0.0] * QUESTIONS) == 1.0
    assert chance([1, 1, 1, 1, 1, 1, 0.75, 0.25]) < 0.05
    assert chance([1, 1, 1, 1, 0, 0, 0.75, 0.25]) > 0.15


def test_the_newer_is_better_where_it_wins_more_than_half() -> None:
    assert better([1, 1, 0.75, 0, 0.25, 0.25])
    assert not better([1, 0, 0.5, 0.5])
    assert not better([0.75, 0, 0.25, 0.75])


@pytest.mark.slow
def test_luck_of_alike_lots_is_what_it_says() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    passed = np.mean([chance(rng.integers(0, 5, QUESTIONS) / 4) <= 0.15 for _ in range(400)])
    assert passed <= 0.15 + 0.04
