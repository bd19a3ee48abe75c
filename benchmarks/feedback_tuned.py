"""What `moxie tune` does with a taste, played through: gentler counts, gates, blind questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from feedback import FAMILIES, Floats, noise
from feedback_pool import Pool
from moxie.art import StyleModel
from moxie.studio import counting
from moxie.studio.liking import allowed
from moxie.studio.tuning import SPARE, TRIAL_SEED, TRIED, failures
from moxie.taste import blind, steering
from moxie.taste.answers import Answer
from moxie.taste.model import Taste
from moxie.work import Evaluation

Orders = Callable[[Sequence[int], np.random.Generator], list[int]]
"""A judge: places of creations, best first."""

Worth = Callable[[Floats], Floats]
"""Points to how well each is worth choosing."""

OF, FEWER = 24, (8, 16)
"""Candidates of which one creation is chosen; and what is told of the first so many of them."""


class Likes(Protocol):
    """A true liking of the judges' components, in deviations; `noise` is that of its answers."""

    noise: float

    def __call__(self, hidden: Floats) -> Floats:
        """The liking of each row."""
        ...


class Liking:
    """A true liking, of anything whose hidden features are known, in deviations of the pool."""

    def __init__(self, family: str, pool: Pool, rng: np.random.Generator) -> None:
        width = pool.hidden.shape[1]
        self._family = family
        self._axes = rng.standard_normal((width, 2))
        self._turn = np.linalg.qr(rng.standard_normal((width, 3)))[0]
        self._ideal = (pool.hidden @ self._turn)[rng.integers(len(pool.hidden))]
        raw = self._raw(pool.hidden)
        self._mean, self._spread = raw.mean(), raw.std()
        self.noise = noise(raw) / self._spread  # of its answers

    @classmethod
    def of(cls, family: str, pool: Pool, seed: int) -> Liking:
        """The judge of a family that the seed draws."""
        return cls(family, pool, np.random.default_rng([seed, FAMILIES.index(family)]))

    def __call__(self, hidden: Floats) -> Floats:
        """The liking of each row."""
        return np.asarray((self._raw(hidden) - self._mean) / self._spread, np.float64)

    def _raw(self, hidden: Floats) -> Floats:
        if self._family == "linear":
            return np.asarray(hidden @ self._axes[:, 0], np.float64)
        if self._family == "ideal":
            return np.asarray(-((hidden @ self._turn - self._ideal) ** 2).sum(1), np.float64)
        return np.asarray((hidden @ self._axes).max(1), np.float64)


@dataclass(frozen=True)
class Lot:
    """Candidates of one model, as the learner sees them; `likeness` is each one's fidelity."""

    contents: Sequence[Any]
    points: Floats
    likeness: Sequence[float | None]
    copies: Sequence[bool]

    @classmethod
    def of(cls, pool: Pool, model: StyleModel[Any], number: int, seed: int) -> Lot:
        """So many first attempts by a model."""
        contents = [draft.content for draft in pool.studio.make(model, number, seed)]
        return cls(
            contents,
            pool.eyes.look(contents),
            [pool.studio.scorer.fidelity(content) for content in contents],
            [pool.studio.copied(content) for content in contents],
        )

    def some(self, places: Sequence[int]) -> Lot:
        """A part of it."""
        return Lot(
            [self.contents[i] for i in places],
            self.points[places],
            [self.likeness[i] for i in places],
            [self.copies[i] for i in places],
        )

    def mean_likeness(self) -> float:
        """What single creations score; orders lots, and is no measure of a set."""
        known = [value for value in self.likeness if value is not None]
        return float(np.mean(known)) if known else float("nan")


def chosen(worth: Worth, lot: Lot, width: float, of: int = OF) -> list[int]:
    """Places of one of the first `of` of each `OF`, as `moxie create --for` chooses."""
    found: list[int] = []
    for first in range(0, len(lot.points), OF):
        span = slice(first, first + of)
        fit = [first + i for i in allowed(lot.copies[span], lot.likeness[span])]
        some = lot.points[fit]
        found.append(fit[steering.next_best(worth(some), some, lot.points[found], width)])
    return found


@dataclass(frozen=True)
class Before:
    """The first model's creations that a new version is held against."""

    lot: Sequence[Any]
    gate: Evaluation
    hidden: Floats  # of those for the blind comparison
    drift: Floats | None

    @classmethod
    def of(cls, pool: Pool, model: StyleModel[Any]) -> Before:
        """Made and measured once for all judges."""
        contents = trial(pool, model)
        likeness = pool.studio.likeness
        return cls(
            contents,
            pool.studio.measure(contents),
            pool.eyes.judge(contents[:TRIED]),
            likeness.drift(contents, pool.studio.art) if likeness else None,
        )


@dataclass(frozen=True)
class Version:
    """What a model learnt by a taste came to: which try passed, None if all were refused."""

    model: StyleModel[Any]
    passed: int | None
    kept: float  # the effective share of the works
    promoted: bool


def tuned(
    pool: Pool, taste: Taste, before: Before, liking: Likes, old: StyleModel[Any], seed: int
) -> Version:
    """As `moxie tune`: the steepest counts that pass the gates, then twelve blind questions."""
    liked = steering.careful(*taste.likes(pool.works))
    for number, counts in enumerate(counting.counts(liked, pool.studio.likeness, before.drift)):
        model = pool.studio.model(counts)
        contents = trial(pool, model)
        likeness, after = pool.studio.likeness, pool.studio.measure(contents)
        chance = likeness.chance(before.lot, contents, pool.studio.art) if likeness else 0.0
        if failures(before.gate, after, (before.gate.near_copies, after.near_copies), chance):
            continue
        new = liking(pool.eyes.judge(contents[:TRIED]))
        better = preferred(liking(before.hidden), new, liking.noise, seed)
        return Version(model, number, steering.effective(counts) / len(counts), better)
    return Version(old, None, 1.0, promoted=False)


def trial(pool: Pool, model: StyleModel[Any]) -> list[Any]:
    """The creations a version is measured by: the same seeds for all."""
    return [draft.content for draft in pool.studio.make(model, TRIED + SPARE, TRIAL_SEED)]


def preferred(old: Floats, new: Floats, doubt: float, seed: int) -> bool:
    """Whether the judge, who does not know which is which, likes the new ones better."""
    rng = np.random.default_rng([seed, 7])
    values = np.concatenate([old, new])
    order = rng.permutation(len(old))
    newer = {str(i) for i in range(len(old), len(values))}
    shares = []
    for number in range(blind.QUESTIONS):
        two = order[2 * number : 2 * number + 2]
        shown = rng.permutation([*two, *(two + len(old))])
        heard = values[shown] + doubt * rng.gumbel(size=4)
        best = tuple(str(shown[i]) for i in np.argsort(-heard))
        share = blind.won(Answer("order", tuple(map(str, shown)), best), newer)
        shares += [] if share is None else [share]
    return blind.better(shares)
