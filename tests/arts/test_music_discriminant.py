"""The discriminant that tells groups apart."""

from __future__ import annotations

import numpy as np
import pytest

from moxie.nn import discriminant


def groups(
    rng: np.random.Generator, number: int, width: int, apart: float = 6.0
) -> list[np.ndarray]:
    """Three groups apart along the first two features, among noisy others."""
    centres = np.zeros((3, width))
    centres[1, 0] = centres[2, 1] = apart
    noise = np.ones(width)
    noise[2:] = 3.0
    return [centre + noise * rng.normal(size=(number, width)) for centre in centres]


@pytest.mark.parametrize("number", [8, 200])
def test_groups_are_told_apart(number: int, rng: np.random.Generator) -> None:
    width = 40
    known, unknown = groups(rng, number, width), groups(rng, 50, width)
    found = [discriminant.scores(known, rows).argmax(axis=1) for rows in unknown]
    right = np.mean([np.mean(guess == group) for group, guess in enumerate(found)])
    assert right > (0.9 if number > width else 0.6)


def test_axes_are_few_and_of_about_unit_spread(rng: np.random.Generator) -> None:
    known = groups(rng, 400, 6)
    axes = discriminant.axes(known, shrinkage=0.0)
    assert axes.shape == (6, 2)
    seen = np.concatenate([(rows - rows.mean(axis=0)) @ axes for rows in known])
    assert np.allclose(seen.T @ seen / len(seen), np.eye(2), atol=1e-6)


def test_few_rows_give_the_axes_that_their_width_would(rng: np.random.Generator) -> None:
    known = groups(rng, 5, 30)
    quick = discriminant.axes(known)
    filled = [np.concatenate([rows, np.repeat(rows, 9, axis=0)]) for rows in known]
    assert len(np.concatenate(filled)) >= 30  # the same moments, by the other way
    full = discriminant.axes(filled)
    assert np.allclose(quick @ quick.T, full @ full.T, atol=1e-6)


def test_axes_of_fewer_works_are_turned_into_those_of_all(rng: np.random.Generator) -> None:
    known = groups(rng, 200, 5)
    every = np.concatenate(known)
    whole = discriminant.axes(known)
    turned = whole @ np.array([[0.0, -1.0], [1.0, 0.0]])
    assert np.allclose(discriminant.aligned(turned, whole, every), whole, atol=1e-8)
    part = discriminant.aligned(discriminant.axes([rows[:150] for rows in known]), whole, every)
    assert np.abs(every @ part - every @ whole).mean() < 0.5
