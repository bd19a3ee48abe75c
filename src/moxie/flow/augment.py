"""Are the works enough, and do augmented copies help? Answered by measuring, not by a rule.

A learning curve: the art's first recipe learns from a quarter, a half and all of the works
(nested subsets) and is measured on works it has not seen. A power law through the three points,
err(n) = a + b n^-c (Cortes et al. 1993, "Learning curves"; Hestness et al. 2017), says what more
works would bring. Then the same is learnt with augmented copies as well; as many are used as
lower the held-out error by more than chance, or none.

What is tried follows from the number of works, the recipe's own expectation of its time, and
`seconds`, all known beforehand, so that one answer comes of one set of works. The clock is asked
only before a whole part begins: repetitions of the curve are dropped when half the time is gone,
augmented copies when all of it is, which happens where a recipe expects far too little.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar, overload

import numpy as np

from moxie.art import Art, OnStep, Recipe, Sample, StyleModel, Supply
from moxie.flow.curve import LEAST_GAIN, LEAST_HELD_OUT, curve, gain, judge
from moxie.settings import Machine
from moxie.text import Message, say
from moxie.work import Sufficiency

if TYPE_CHECKING:
    from numpy.typing import NDArray

S = TypeVar("S")
T = TypeVar("T")

SHARES = (0.25, 0.5, 1.0)
"""Of the works to learn from, at each point of the curve."""

LEAST_WORKS = 3
"""Fewer works to learn from give no curve."""

MOST_HELD_OUT = 32
"""Works the error is measured on at most: more would cost time and change little."""

OVERHEAD = 1.3
"""Time for measuring, beside that for learning."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried: repetitions of the curve with other subsets, copies, works for those."""

    repeats: int
    tries: tuple[int, ...]
    share: float  # of the works, when copies are first compared; the best is confirmed on all


EFFORTS = (
    Effort(3, (1, 2, 4), 1.0),
    Effort(2, (1, 2), 1.0),
    Effort(1, (1, 2), 0.25),
    Effort(1, (1,), 0.25),
    Effort(1, (), 1.0),
)
"""From thorough to least; the first that is expected to fit the time is made."""


def augment(
    train: Sequence[Sample[S]],
    validation: Sequence[S],
    art: Art[S],
    recipe: Recipe[S],
    machine: Machine,
    *,
    seed: int,
    seconds: float,
    on_step: OnStep,
) -> Sufficiency:
    """Whether the works are enough, and how many augmented copies of each to learn from as well.

    `recipe` should be quick: the art's first. `seconds` is what all of it may take; one curve is
    measured however little that is. Without held-out works, or with fewer than `LEAST_WORKS` to
    learn from, there is nothing to measure, and it says so.
    """
    held_out = _Chosen(validation, range(min(len(validation), MOST_HELD_OUT)))
    if len(train) < LEAST_WORKS or not held_out:
        return _unmeasured(len(train))
    bench = _Bench(train, held_out, art, recipe, machine, seed, seconds, on_step)
    effort = bench.effort()
    bench.expect(effort)
    errors = bench.errors(effort)
    points, fits = curve(errors, seed)
    verdict, more, why = judge(points, fits, len(held_out))
    copies, losses, augment_why = _copies(bench, effort, errors[len(train)][0])
    bench.finish()
    return Sufficiency(verdict, more, points, copies, losses, why, augment_why)


def augmented(
    train: Sequence[Sample[S]], art: Art[S], copies: int, *, seed: int
) -> Sequence[Sample[S]]:
    """The samples and `copies` augmented copies of each, beside their original, lazily.

    A copy has its work's id and weight, and is the same each time. Fewer copies are the first of
    more copies.
    """
    return _Augmented(train, art, copies, seed)


class _Lazy(Sequence[T]):
    """A sequence whose items are made when asked for, so that works can stay on the disk."""

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self._make(i) for i in range(*index.indices(len(self)))]
        return self._make(range(len(self))[index])

    def _make(self, place: int) -> T:
        raise NotImplementedError


class _Chosen(_Lazy[T]):
    """Some of a sequence."""

    def __init__(self, items: Sequence[T], chosen: Sequence[int]) -> None:
        self._items, self._chosen = items, chosen

    def __len__(self) -> int:
        return len(self._chosen)

    def _make(self, place: int) -> T:
        return self._items[self._chosen[place]]


class _Augmented(_Lazy[Sample[S]]):
    """Samples, each followed by its augmented copies."""

    def __init__(self, train: Sequence[Sample[S]], art: Art[S], copies: int, seed: int) -> None:
        self._train, self._art, self._copies, self._seed = train, art, copies, seed

    def __len__(self) -> int:
        return len(self._train) * (1 + self._copies)

    def _make(self, place: int) -> Sample[S]:
        work, copy = divmod(place, 1 + self._copies)
        sample = self._train[work]
        if copy == 0:
            return sample
        seeds = np.random.SeedSequence([self._seed, work, copy])
        content = self._art.augment(sample.content, seed=int(seeds.generate_state(1)[0]))
        return Sample(sample.work, content, sample.weight)


@dataclass
class _Bench(Generic[S]):
    """The trials: what they learn from and are measured on, and how far they are."""

    train: Sequence[Sample[S]]
    held_out: Sequence[S]
    art: Art[S]
    recipe: Recipe[S]
    machine: Machine
    seed: int
    seconds: float
    on_step: OnStep
    began: float = field(default_factory=time.monotonic)
    done: int = 0
    total: int = 0

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began

    def effort(self) -> Effort:
        """The most thorough effort that is expected to fit the time."""
        for effort in EFFORTS:
            if OVERHEAD * sum(map(self._expected, self._sizes(effort))) <= self.seconds:
                return effort
        return EFFORTS[-1]

    def expect(self, effort: Effort) -> None:
        """Count the samples that will be learnt from, for the progress."""
        self.total = max(1, sum(self._sizes(effort)))

    def finish(self) -> None:
        """Whatever turned out not to be needed is done."""
        self.on_step(self.total, self.total, 0.0)

    def errors(self, effort: Effort) -> dict[int, NDArray[np.float64]]:
        """Held-out errors by number of works, [repeats, held out]; all repeats are whole."""
        found: dict[int, list[NDArray[np.float64]]] = {n: [] for n in _levels(len(self.train))}
        for repeat in range(effort.repeats):
            if repeat and self.spent > self.seconds / 2:
                break
            order = self._order(repeat)
            for n, rows in found.items():
                rows.append(self.error(order[:n], 0, self.seed + repeat))
        return {n: np.stack(rows) for n, rows in found.items()}

    def error(self, chosen: Sequence[int], copies: int, seed: int) -> NDArray[np.float64]:
        """Held-out error, float64 [held out], after learning from some works and their copies."""
        samples = augmented(_Chosen(self.train, chosen), self.art, copies, seed=self.seed)
        model = self._fit(samples, seed)
        return np.asarray(model.losses(self.held_out), np.float64)

    def first(self, share: float) -> list[int]:
        """The first works of the first order, at least `LEAST_WORKS`."""
        return self._order(0)[: max(LEAST_WORKS, round(share * len(self.train)))]

    def _fit(self, samples: Sequence[Sample[S]], seed: int) -> StyleModel[S]:
        from moxie.nn.checkpoint import NoCheckpoint

        n, before = len(samples), self.done

        def step(now: int, of: int, loss: float) -> None:
            self.done = before + n * now // max(1, of)
            self.on_step(min(self.done, self.total), self.total, loss)

        plan = self.recipe.plan(self._supply(n))
        assert plan is not None, "the first recipe of an art learns from any number of works"
        model = self.recipe.build(self.machine)
        fitted = model.fit(samples, plan=plan, seed=seed, checkpoint=NoCheckpoint(), on_step=step)
        self.done = before + n
        return fitted

    def _sizes(self, effort: Effort) -> list[int]:
        """How many samples each of an effort's trials learns from."""
        n = len(self.train)
        sizes = effort.repeats * _levels(n)
        if not effort.tries or len(self.held_out) < LEAST_HELD_OUT:
            return sizes
        some = len(self.first(effort.share))
        sizes += [some * (1 + copies) for copies in effort.tries]
        # confirming the best on all works comes on top, where one wins, which is seldom
        return [*sizes, some] if some < n else sizes

    def _expected(self, works: int) -> float:
        plan = self.recipe.plan(self._supply(works))
        return plan.seconds if plan is not None else 0.0

    def _supply(self, works: int) -> Supply:
        """An eighth of the time for each trial; works are taken to be as large as the first."""
        amount = self.art.amount(self.train[0].content) * works
        return Supply(works, amount, self.machine, self.seconds / 8)

    def _order(self, repeat: int) -> list[int]:
        rng = np.random.default_rng([self.seed, repeat])
        return [int(i) for i in rng.permutation(len(self.train))]


def _levels(works: int) -> list[int]:
    return sorted({max(1, round(share * works)) for share in SHARES})


def _copies(
    bench: _Bench[S], effort: Effort, plain: NDArray[np.float64]
) -> tuple[int, Mapping[str, float], Message]:
    """How many copies to use, mean held-out error by number tried, and why.

    `plain` is the error without copies, [held out]. On a part of the works copies help more than
    on all: what wins there has to win again on all of them.
    """
    losses = {"0": float(plain.mean())}
    if len(bench.held_out) < LEAST_HELD_OUT:
        return 0, losses, _too_few_to_tell(len(bench.held_out))
    if not effort.tries or bench.spent > bench.seconds:
        return 0, losses, say("There was no time to try augmented copies, so none are used.")
    some = bench.first(effort.share)
    every = len(some) == len(bench.train)
    base = plain if every else bench.error(some, 0, bench.seed)
    tried = {copies: bench.error(some, copies, bench.seed) for copies in effort.tries}
    best, won = _best(base, tried, bench.seed)
    if won and not every and bench.spent > bench.seconds:
        return 0, losses, say("There was no time to confirm that augmented copies help.")
    if won and not every:
        tried = {best: bench.error(range(len(bench.train)), best, bench.seed)}
        base = plain
        best, won = _best(base, tried, bench.seed)
    if every or won:
        losses |= {str(copies): float(error.mean()) for copies, error in tried.items()}
    change, low, high = gain(base, tried[best], bench.seed, len(effort.tries))
    return (best if won else 0), losses, _say_copies(best, won, (change, low, high))


def _best(
    base: NDArray[np.float64], tried: Mapping[int, NDArray[np.float64]], seed: int
) -> tuple[int, bool]:
    """The number of copies with the least error, and whether that is more than chance."""
    best = min(tried, key=lambda copies: (float(tried[copies].mean()), copies))
    change, low, _ = gain(base, tried[best], seed, len(tried))
    return best, low > 0 and change >= LEAST_GAIN


def _say_copies(copies: int, won: bool, change: tuple[float, float, float]) -> Message:
    percent, low, high = (100 * value for value in change)
    if won:
        return say(
            "Each work is learnt from with {copies} augmented copies, which lower the held-out "
            "error by {percent:.1f} % ({low:.1f} to {high:.1f}).",
            copies=copies,
            percent=percent,
            low=low,
            high=high,
        )
    return say(
        "No augmented copies are used: the best number tried, {copies}, changes the held-out "
        "error by {percent:+.1f} % ({low:+.1f} to {high:+.1f}), which is not clearly better.",
        copies=copies,
        percent=-percent,
        low=-high,
        high=-low,
    )


def _too_few_to_tell(held_out: int) -> Message:
    return say(
        "No augmented copies are used: with {n} held-out works it cannot be measured whether "
        "they help; it takes {least}.",
        n=held_out,
        least=LEAST_HELD_OUT,
    )


def _unmeasured(works: int) -> Sufficiency:
    more = max(1, 10 - works)
    why = say(
        "With {works} works to learn from there are too few to measure how much more would help; "
        "about {more} more would be a start.",
        works=works,
        more=more,
    )
    return Sufficiency("few", more, (), 0, {}, why, _too_few_to_tell(0))
