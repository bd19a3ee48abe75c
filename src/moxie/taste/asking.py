"""Which creations to ask about next.

The four whose order is expected to tell most about which of two other creations is liked better
(EPIG: Bickford Smith et al. 2023): what an answer tells of the taste itself (BALD) is as often
about creations of which there are few. Later, now and then, the four whose best is expected to be
best (EUBO: Lin et al. 2022), so that what a person is shown gets better. One question in ten is
drawn at random and kept to measure by; one in ten is an earlier one again, to know how steadily
the person answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.taste.model import Taste
from moxie.taste.space import Floats

Why: TypeAlias = Literal["learn", "please", "test", "again"]

TINY = 1e-12
SHOWN = 4
TASTES = 192
"""Tastes drawn from what is possible, by which an answer's information is judged."""

TRIED = 192
"""Fours that are compared."""

TWOS = 100
"""Pairs of creations of which an answer is to foretell which is liked better."""

EVERY = 10
"""One question in so many is a test, and one a repetition."""

LEARNING, PLEASE = 30, (2, 7)
"""Answers after which, and questions of ten in which, it is asked to please."""


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
    please = len(asked) >= LEARNING and turn in PLEASE
    drawn = taste.drawn(points[pool], TASTES, rng)
    fours = _fours(drawn, number, rng, good=please)
    said = drawn[:, fours]  # [tastes, fours, shown]
    worth = said.max(axis=2).mean(axis=0) if please else _information(said, _twos(drawn, rng))
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


def _twos(drawn: Floats, rng: np.random.Generator) -> Floats:
    """How likely one of two creations is liked better under each taste, [tastes, TWOS]."""
    items = drawn.shape[1]
    first = rng.integers(items, size=TWOS)
    second = (first + rng.integers(1, items, size=TWOS)) % items
    return np.asarray(1 / (1 + np.exp(drawn[:, second] - drawn[:, first])), np.float64)


def _information(said: Floats, twos: Floats) -> Floats:
    """Nats that the order of each four tells of a pair, on average; utilities [tastes, fours, n].

    The information that two answers have of each other, given nothing but the tastes drawn.
    """
    tastes, fours = said.shape[:2]
    orders = _orders(said).reshape(tastes, -1)
    likely, better = orders.mean(axis=0)[:, None], twos.mean(axis=0)
    both = orders.T @ twos / tastes
    nats = sum(
        together * np.log((together + TINY) / (alone * likely + TINY))
        for together, alone in ((both, better), (likely - both, 1 - better))
    )
    return np.asarray(np.mean(nats, axis=1).reshape(fours, -1).sum(axis=1), np.float64)


def _orders(said: Floats) -> Floats:
    """The probability of every order of each four (Plackett 1975), [tastes, fours, orders]."""
    number = said.shape[2]
    strength = np.exp(said - said.max(axis=2, keepdims=True))
    found = []
    for order in permutations(range(number)):
        ways, left = np.ones(said.shape[:2]), strength.sum(axis=2)
        for place in order[:-1]:
            ways = ways * strength[..., place] / left
            left = np.maximum(left - strength[..., place], TINY)
        found.append(ways)
    return np.stack(found, axis=2)
