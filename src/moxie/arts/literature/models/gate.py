"""A gate over experts: how much each is believed, by what can be seen at a place.

The experts' probabilities are mixed as in PAQ (Mahoney 2005) and in products of experts: their
logarithms are summed by weight, and the sum is made a distribution again. A small network gives
the weights; they may be over 1 and below 0, so that one expert can correct another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Floats, Ints

DECAY = 1e-4

STILL = 0.3
"""A sign that hardly changed is taken to spread so much: what is new to a gate is no wonder."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a gate is fitted."""

    hidden: int
    runs: int  # looked at in one step
    rate: float


OF_FEW, OF_MANY = Fitting(24, 1, 0.01), Fitting(48, 3, 0.004)
"""Fitting to few and to many places: with many, larger and smaller steps are better by 0.3 % of
PPMd's bits (Austen), and a larger gate by 0.1 %."""

MANY = 1000
"""Runs that are many."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Weights of experts as a function of signs."""

    middle: Floats  # [signs], what is usual
    spread: Floats  # [signs]
    inner: Floats  # [signs + 1, hidden]
    outer: Floats  # [hidden + 1, experts]

    @classmethod
    def fresh(cls, signs: Floats, experts: int, seed: int, hidden: int = OF_FEW.hidden) -> Gate:
        """Believes the first expert alone, whatever the signs float32 [n, signs]."""
        rng = np.random.default_rng([seed, 11])
        width = signs.shape[1]
        inner = rng.normal(0, (width + 1) ** -0.5, (width + 1, hidden))
        outer = np.zeros((hidden + 1, experts))
        outer[-1, 0] = 1.0
        spread = np.maximum(signs.std(0), STILL) if len(signs) else np.ones(width)
        middle = signs.mean(0) if len(signs) else np.zeros(width)
        arrays = middle, spread, inner, outer
        return cls(*(np.asarray(array, np.float32) for array in arrays))

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Gate:
        """The inverse of `arrays`."""
        names = ("middle", "spread", "inner", "outer")
        return cls(*(np.asarray(arrays[name], np.float32) for name in names))

    def weights(self, signs: Floats) -> tuple[Floats, Floats]:
        """How much each expert is believed, float32 [n, experts]; and the hidden units."""
        scaled = np.clip((signs - self.middle) / self.spread, -4, 4)
        hidden = np.tanh(_and_one(scaled) @ self.inner)
        return _and_one(hidden) @ self.outer, hidden

    def mix(self, logs: Floats, signs: Floats) -> Floats:
        """Log probabilities [n, experts, symbols] of experts to one distribution [n, symbols]."""
        return softened(summed(self.weights(signs)[0], logs))

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All of it by name, to be saved."""
        return {name: getattr(self, name) for name in ("middle", "spread", "inner", "outer")}


@dataclass(slots=True)
class Teacher:
    """Fits a gate by Adam (Kingma and Ba 2015), a batch of places at a time."""

    gate: Gate
    steps: int
    rate: float = OF_FEW.rate
    step: int = 0
    slots: tuple[Floats, ...] = ()  # mean and square of the slopes of `inner` and of `outer`

    def learn(self, logs: Floats, signs: Floats, symbols: Ints) -> float:
        """One step on places whose next symbols, int [n], are known; nats a symbol before it."""
        gate = self.gate
        weights, hidden = gate.weights(signs)
        shares = softened(summed(weights, logs))
        rows = np.arange(len(symbols))
        right = logs[rows, :, symbols]
        slope = (np.einsum("nv,nkv->nk", shares, logs, optimize=True) - right) / len(rows)
        back = (slope @ gate.outer[:-1].T) * (1 - hidden**2)
        scaled = np.clip((signs - gate.middle) / gate.spread, -4, 4)
        slopes = (_and_one(scaled).T @ back, _and_one(hidden).T @ slope)
        self.gate = self._moved(slopes)
        return float(-np.log(np.maximum(shares[rows, symbols], 1e-30)).mean())

    def _moved(self, slopes: tuple[Floats, Floats]) -> Gate:
        self.slots = self.slots or tuple(np.zeros_like(slope) for slope in (*slopes, *slopes))
        self.step += 1
        rate = self.rate * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * self.step / (self.steps + 1))))
        means = [0.9 * a + 0.1 * b for a, b in zip(self.slots[:2], slopes, strict=True)]
        squares = [0.99 * a + 0.01 * b**2 for a, b in zip(self.slots[2:], slopes, strict=True)]
        self.slots = tuple(slot.astype(np.float32) for slot in (*means, *squares))
        moved = []
        for value, mean, square in zip(
            (self.gate.inner, self.gate.outer), means, squares, strict=True
        ):
            size = np.sqrt(square / (1 - 0.99**self.step)) + 1e-6
            by = mean / (1 - 0.9**self.step) / size
            moved.append(np.asarray(value * (1 - rate * DECAY) - rate * by, np.float32))
        return Gate(self.gate.middle, self.gate.spread, moved[0], moved[1])


def summed(weights: Floats, logs: Floats) -> Floats:
    """Logarithms [n, experts, symbols] summed by weight [n, experts]."""
    return np.asarray(np.matmul(weights[:, None], logs)[:, 0], np.float32)


def softened(scores: Floats) -> Floats:
    """Scores [n, symbols] to distributions; changes what it is given."""
    scores -= scores.max(1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(1, keepdims=True)
    return scores


def _and_one(values: Floats) -> Floats:
    return np.concatenate((values, np.ones((len(values), 1), np.float32)), 1)
