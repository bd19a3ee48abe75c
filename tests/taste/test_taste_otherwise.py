"""Luce's rule fitted otherwise: choix, which knows creations by name only, finds the same."""

from __future__ import annotations

import choix
import numpy as np
import pytest

from moxie.taste.answers import Answer, Choice, choices
from moxie.taste.model import Shape, fit
from moxie.taste.space import Space

ITEMS = 12
NAMES = [f"creation {i}" for i in range(ITEMS)]
PLACE = {name: i for i, name in enumerate(NAMES)}


def nameless() -> tuple[Space, np.ndarray]:
    """One feature for each creation: a space in which nothing is like anything else."""
    nothing = np.zeros(ITEMS)
    axes = np.eye(ITEMS) * np.sqrt(ITEMS)
    space = Space(nothing, np.ones(ITEMS), axes, np.zeros((1, ITEMS)))
    return space, space.points(np.eye(ITEMS))


def rankings(rng: np.random.Generator, number: int) -> list[Answer]:
    liking = np.linspace(-2, 2, ITEMS)
    found = []
    for _ in range(number):
        four = rng.choice(ITEMS, 4, replace=False)
        order = four[np.argsort(-(liking[four] + rng.gumbel(size=4)))]
        shown = tuple(NAMES[i] for i in four)
        found.append(Answer("order", shown, tuple(NAMES[i] for i in order)))
    return found


def liked(said: list[Choice], deviation: float) -> np.ndarray:
    space, points = nameless()
    mean, _ = fit(space, points, said, [Shape(deviation, 0.0, 0.7)]).likes(points)
    return mean


# its penalty is alpha times the sum of squares: a Gaussian prior of variance 1 / (2 alpha)
@pytest.mark.parametrize("deviation", [0.5, 2.0])
@pytest.mark.parametrize("number", [1, 15, 120])
def test_orders_are_weighed_as_in_choix(
    rng: np.random.Generator, deviation: float, number: int
) -> None:
    answers = rankings(rng, number)
    said = [choice for one in answers for choice in choices(one, PLACE)]
    data = [tuple(PLACE[name] for name in one.order) for one in answers]
    theirs = choix.opt_rankings(ITEMS, data, alpha=0.5 / deviation**2, tol=1e-9)
    ours = liked(said, deviation)
    assert np.ptp(ours) > 0.1
    assert np.allclose(ours, theirs, atol=1e-4)


def test_picks_are_weighed_as_in_choix(rng: np.random.Generator) -> None:
    answers = [Answer("pick", one.shown, one.order[:1]) for one in rankings(rng, 60)]
    said = [choice for one in answers for choice in choices(one, PLACE)]
    data = [
        (PLACE[one.order[0]], [PLACE[name] for name in one.shown if name != one.order[0]])
        for one in answers
    ]
    theirs = choix.opt_top1(ITEMS, data, alpha=0.5, tol=1e-9)
    assert np.allclose(liked(said, 1.0), theirs, atol=1e-4)


def test_pairs_are_weighed_as_in_choix(rng: np.random.Generator) -> None:
    pairs = [(int(a), int(b)) for a, b in (rng.choice(ITEMS, 2, replace=False) for _ in range(80))]
    theirs = choix.opt_pairwise(ITEMS, pairs, alpha=0.5, tol=1e-9)
    assert np.allclose(liked([Choice(pair) for pair in pairs], 1.0), theirs, atol=1e-4)
