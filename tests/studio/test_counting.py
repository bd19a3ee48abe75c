"""What works count by a taste, on an art whose contents are their own vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from moxie.art import Art
from moxie.flow.statistics import Grouped, distance
from moxie.studio.counting import FIDELITY_LOSS, LOST, Likeness, counts
from moxie.taste.shares import LEAST, MOST, balanced

Rows = NDArray[np.float32]
D = 6


class Looks:
    """A judge that sees rows as they are."""

    name, independent = "looks", True

    def embed(self, pieces: Sequence[Rows]) -> Rows:
        return np.stack(pieces) if len(pieces) else np.zeros((0, D), np.float32)

    def others(self) -> Mapping[str, Rows]:
        return {"other": np.concatenate(drawn(1, 40, 2.5))}


class Vectors:
    """Contents are float32 [pieces, D]."""

    def judges(self) -> Sequence[Looks]:
        return [Looks()]

    def split(self, content: Rows) -> Sequence[Rows]:
        return list(content)


ART = cast("Art[Any]", Vectors())


def drawn(seed: int, n: int, mean: float = 0.0) -> list[Rows]:
    rng = np.random.default_rng([3, seed])
    return list(rng.normal(mean, 1, (n, 1, D)).astype(np.float32))


@pytest.fixture(scope="module")
def works() -> list[Rows]:
    return drawn(10, 60)


@pytest.fixture(scope="module")
def likeness(works: list[Rows]) -> Likeness:
    found = Likeness.of(ART, works, drawn(11, 20), None)
    assert found is not None
    return found


def beside(works: Sequence[Rows], seed: int, n: int, shares: NDArray[np.float64]) -> list[Rows]:
    """Creations that look like a work each, and further along the first direction than any."""
    rng = np.random.default_rng([4, seed])
    picked = rng.choice(len(works), n, p=shares / shares.sum())
    return [works[i] + np.eye(D, dtype=np.float32)[:1] for i in picked]


def far(made: Sequence[Rows], likeness: Likeness) -> float:
    """How far creations are from the works, as a share of what a fidelity of 1 is."""
    seen = likeness.yardstick.space.project(Grouped.singles(np.concatenate(made)))
    return distance(seen, likeness.seen) / likeness.unit


def test_creations_beside_the_artist_drift_as_works_on_that_side_count_more(
    likeness: Likeness, works: list[Rows]
) -> None:
    made = beside(works, 0, 40, np.ones(len(works)))
    first = np.array([work[0, 0] for work in works])
    assert np.corrcoef(likeness.drift(made, ART), first)[0, 1] > 0.7
    spread = likeness.drift(made, ART).std()
    assert likeness.drift(works, ART).std() < 0.2 * spread  # nothing is between them


def test_who_likes_that_side_gets_no_creations_further_from_the_artist(
    likeness: Likeness, works: list[Rows]
) -> None:
    even = np.ones(len(works))
    drift = likeness.drift(beside(works, 0, 40, even), ART)
    liking = np.array([work[0, 0] + work[0, 1] for work in works], np.float64)
    free, bound = (next(counts(liking, likeness, given)) for given in (None, drift))
    lots = [beside(works, 1, 1200, one) for one in (even, free, bound)]
    before, loose, kept = (far(lot, likeness) for lot in lots)
    assert loose > before + 0.05
    assert kept < before + 0.2 * (loose - before)
    gained = [float(np.mean((one - 1) * liking)) for one in (free, bound)]
    assert 0.1 * gained[0] < gained[1] <= gained[0]


def test_balanced_works_bring_creations_nearer_and_all_of_them_count(
    likeness: Likeness, works: list[Rows]
) -> None:
    even = np.ones(len(works))
    drift = likeness.drift(beside(works, 0, 40, even), ART)
    found = balanced(likeness.alike, drift)
    assert found.mean() == pytest.approx(1)
    assert LEAST - 1e-9 <= found.min() < found.max() <= MOST + 1e-9
    before, after = (far(beside(works, 1, 1200, one), likeness) for one in (even, found))
    assert after < 0.7 * before
    assert before - after == pytest.approx(likeness.gained(found, drift), rel=0.5)
    # where creations are what the works are there is nothing to gain
    nothing = likeness.drift(works, ART)
    assert likeness.gained(balanced(likeness.alike, nothing), nothing) < 0.01


def test_a_taste_starts_from_what_the_works_count_already(
    likeness: Likeness, works: list[Rows]
) -> None:
    drift = likeness.drift(beside(works, 0, 40, np.ones(len(works))), ART)
    base = balanced(likeness.alike, drift)
    liking = np.array([work[0, 1] for work in works], np.float64)
    found = next(counts(liking, likeness, None, base))
    assert found.mean() == pytest.approx(1)
    assert found @ liking > base @ liking
    step = (found - base) / len(works)
    assert step @ likeness.alike @ step <= LOST[0] * FIDELITY_LOSS * likeness.unit * 1.001
    for scale in (likeness, None):
        np.testing.assert_allclose(next(counts(0 * liking, scale, None, base)), base)


def test_gentler_counts_follow_and_a_taste_without_a_scale_counts_too(
    likeness: Likeness, works: list[Rows]
) -> None:
    liking = np.array([work[0, 1] for work in works], np.float64)
    for scale in (likeness, None):
        steeper, gentler = counts(liking, scale)
        assert steeper @ liking > gentler @ liking > 0
        assert steeper.mean() == pytest.approx(1)
    assert Likeness.of(ART, works, [], None) is None
