"""Which creations to ask about next.

First the four of which the answer is expected to tell most (BALD: Houlsby et al. 2011, for the
choice of the best of four), later the four whose best is expected to be best (EUBO: Lin et al.
2022), so that what a person is shown gets better. One question in ten is drawn at random and
kept to measure by; one in ten is an earlier one again, to know how steadily the person answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.taste.model import Taste
from moxie.taste.space import Floats

Why: TypeAlias = Literal["learn", "please", "test", "again"]

SHOWN = 4
TASTES = 96
"""Tastes drawn from what is possible, by which an answer's information is judged."""

TRIED = 256
"""Fours that are compared."""

EVERY = 10
"""One question in so many is a test, and one a repetition."""

LEARNING = 30
"""Answers after which every other question is asked to please."""


@dataclass(frozen=True, slots=True)
class Question:
    """Places of creations to show, in this order, and why these."""

    shown: tuple[int, ...]
    why: Why


def question(
    taste: Taste,
    points: Floats,
    asked: Sequence[tuple[int, ...]],
    rng: np.random.Generator,
    *,
    fresh: NDArray[np.bool_] | None = None,
) -> Question:
    """The next question about creations, points [n, d]; `asked` are those answered so far.

    Where `fresh` is given, only creations that it marks are asked about in new questions.
    """
    pool = np.flatnonzero(fresh) if fresh is not None and fresh.sum() >= SHOWN else None
    pool = np.arange(len(points)) if pool is None else pool
    number = min(SHOWN, len(pool))
    turn = len(asked) % EVERY
    if turn == EVERY // 2 and asked:
        earlier = asked[int(rng.integers(len(asked)))]
        return Question(tuple(rng.permutation(earlier).tolist()), "again")
    if turn == EVERY - 1 or number < 2:
        return Question(tuple(rng.choice(pool, number, replace=False).tolist()), "test")
    please = len(asked) >= LEARNING and len(asked) % 2 == 0
    drawn = taste.drawn(points[pool], TASTES, rng)
    fours = _fours(drawn, number, rng, good=please)
    said = drawn[:, fours]  # [tastes, fours, shown]
    worth = said.max(axis=2).mean(axis=0) if please else _information(said)
    chosen = pool[fours[int(worth.argmax())]]
    return Question(tuple(rng.permutation(chosen).tolist()), "please" if please else "learn")


def _fours(
    drawn: Floats, number: int, rng: np.random.Generator, *, good: bool
) -> NDArray[np.int64]:
    """Fours to compare, int [TRIED, number]: at random, or each the best under drawn tastes."""
    tastes, items = drawn.shape
    if not good:
        return np.stack([rng.choice(items, number, replace=False) for _ in range(TRIED)])
    best = drawn.argmax(axis=1)
    found = []
    for _ in range(TRIED):
        some = dict.fromkeys(best[rng.integers(tastes, size=3 * number)].tolist())
        four = list(some)[:number]
        while len(four) < number:
            other = int(rng.integers(items))
            if other not in four:
                four.append(other)
        found.append(four)
    return np.array(found, np.int64)


def _information(said: Floats) -> Floats:
    """Nats that the choice of the best tells of the taste; utilities [tastes, fours, shown]."""
    share = np.exp(said - said.max(axis=2, keepdims=True))
    share /= share.sum(axis=2, keepdims=True)
    mean = share.mean(axis=0)
    surprise = -(share * np.log(np.maximum(share, 1e-12))).sum(axis=2).mean(axis=0)
    total = -(mean * np.log(np.maximum(mean, 1e-12))).sum(axis=1)
    return np.asarray(total - surprise, np.float64)
