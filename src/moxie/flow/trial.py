"""Short trainings of recipes, and what they promise: the laps of a race.

A lap is a whole training with a plan of its own, made for the lap's time. With more time errors
fall on: a recipe that is still learning is credited with a part of what its last lap brought. How
much was measured, see docs/decisions/0005-choosing-by-race.md.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np

from moxie.art import OnStep, Recipe, Sample, StyleModel, Supply
from moxie.errors import MoxieError
from moxie.flow.augment import OVERHEAD
from moxie.flow.statistics import Estimate, resampled
from moxie.flow.telling import Words
from moxie.work import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Losses: TypeAlias = NDArray[np.float64]

S = TypeVar("S")

SHARE = 0.3
"""Of the training time, what a race may take; the winner is trained in the rest."""

LIMIT = 0.4
"""Of the training time, when the clock ends a race whose trainings took longer than planned."""

CREDIT = 0.5
"""Of what the last doubling of the time brought, what all the time to come is trusted to bring."""

STEPS = 1000
"""In so many steps progress is told."""

Memory: TypeAlias = MutableMapping[str, tuple[float, ...]]
"""Errors by training, kept by the caller so that a stopped race goes on where it was."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: its plan's seconds, and the errors it came to, float64 [held out or drafts]."""

    rung: int
    seconds: float
    losses: Losses

    def mean(self, seed: int) -> Estimate:
        """The mean error with its bootstrap interval over works."""
        counts = resampled(len(self.losses), np.random.default_rng(seed))
        return Estimate.of(counts @ self.losses / counts.sum(axis=1))


@dataclass(eq=False)
class Runner(Generic[S]):
    """A recipe in the race. `whole` is its plan for the time there would be after the race.

    It has one trial a lap; where it was not trained again, the one before stands in for it.
    """

    recipe: Recipe[S]
    whole: Plan
    trials: list[Trial] = field(default_factory=list)
    finished: bool = False  # has learnt all it would in the whole time

    @property
    def name(self) -> str:
        """The recipe's."""
        return self.recipe.name

    @property
    def weight(self) -> tuple[int, int, str]:
        """Lighter recipes first: by time, to a factor of two, then by rank."""
        doublings = round(math.log2(max(1.0, self.whole.seconds)))
        return doublings, self.recipe.rank, self.name

    def claim(self, *, ranked: bool) -> tuple[int, int, str]:
        """Who is to be beaten: the lighter, or the one of higher rank."""
        doublings, rank, name = self.weight
        return (-rank, doublings, name) if ranked else self.weight

    @property
    def settled(self) -> bool:
        """Whether it is known what more time would bring."""
        return self.finished or self.trials[-1].seconds > self.trials[0].seconds

    @property
    def expected(self) -> Losses:
        """The errors expected of the whole time, float64 [held out]."""
        return self.after(len(self.trials))

    @property
    def order(self) -> tuple[float, tuple[int, int, str]]:
        """The best first."""
        return float(self.expected.mean()), self.weight

    def after(self, laps: int) -> Losses:
        """The errors that so many of its laps let expect of the whole time, float64 [held out].

        `CREDIT` of the last lap's gain if it is far to go, in proportion to what a + b/seconds has
        still to fall if it is not; nothing where the lap brought nothing.
        """
        last = self.trials[laps - 1]
        if laps < 2 or (self.finished and laps == len(self.trials)):
            return last.losses
        before = self.trials[laps - 2]
        fall = before.losses - last.losses
        if fall.mean() <= 0 or not 0 < before.seconds < last.seconds:
            return last.losses
        gone = 1 / before.seconds - 1 / last.seconds
        coming = 1 / last.seconds - 1 / max(last.seconds, self.whole.seconds)
        return np.asarray(last.losses - CREDIT * min(1.0, coming / gone) * fall, np.float64)

    def is_whole(self, plan: Plan | None) -> bool:
        """Whether a plan leads to the same model as the whole time would."""
        return plan is not None and dict(plan.options) == dict(self.whole.options)


class Measure(Protocol):
    """What a race goes by: errors of a trained model, in pairs with those of any other."""

    @property
    def overhead(self) -> float:
        """Seconds that training and measuring take, by those of training."""

    @property
    def least(self) -> float:
        """Seconds for the whole race without which it tells nothing."""

    @property
    def laps(self) -> int | None:
        """How many there are; None: as many as halve the recipes to two, and one more."""

    @property
    def ranked(self) -> bool:
        """Whether of recipes it cannot tell apart that of higher rank is taken, not the lighter."""

    @property
    def tells(self) -> bool:
        """Whether it can tell good from bad at all, by these works."""

    @property
    def words(self) -> Words:
        """How its results are told, and how many errors there are of a model."""

    def losses(self, model: StyleModel[Any], seed: int) -> Losses:
        """The errors, float64 [n]; lower is better."""


@dataclass(frozen=True)
class Foretelling(Generic[S]):
    """Models compared by how well they foretell works kept aside, one error a work."""

    held_out: Sequence[S]
    overhead: float = OVERHEAD
    least: float = 0.0
    laps: int | None = None
    ranked: bool = False
    tells: bool = True

    @property
    def words(self) -> Words:
        """An error for each work."""
        return Words(len(self.held_out))

    def losses(self, model: StyleModel[Any], seed: int) -> Losses:
        """The model's own; nothing is left to chance."""
        return np.asarray(model.losses(self.held_out), np.float64)


@dataclass
class Bench(Generic[S]):
    """What recipes are tried on, and how much of the race's time is spent.

    `seconds` and `spent` go by the plans; only `late` looks at the clock.
    """

    supply: Supply
    train: Sequence[Sample[S]]
    measure: Measure
    seed: int
    on_step: OnStep
    memory: Memory
    spent: float = 0.0
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Of training in the whole race; measuring takes time as well."""
        return SHARE * self.supply.seconds / self.measure.overhead

    @property
    def late(self) -> bool:
        """Whether the trainings have taken much longer than they were planned to."""
        return time.monotonic() - self.began > LIMIT * self.supply.seconds

    def plan(self, recipe: Recipe[S], seconds: float) -> Plan | None:
        """A recipe's plan for so many seconds; None where it has none."""
        try:
            return recipe.plan(replace(self.supply, seconds=seconds)) if seconds > 0 else None
        except MoxieError:
            return None

    def losses(self, recipe: Recipe[S], plan: Plan) -> Losses:
        """The errors a training comes to, float64 [n]; remembered if it was made before.

        Raises what the recipe raises, and `Cancelled` from `on_step`.
        """
        from moxie.nn.checkpoint import NoCheckpoint

        key = f"{recipe.name} {json.dumps(dict(plan.options), sort_keys=True)}"
        step = self._steps(plan)
        self.spent += plan.seconds
        if key not in self.memory:
            model = recipe.build(self.supply.machine).fit(
                self.train,
                plan=plan,
                seed=self.seed,
                checkpoint=NoCheckpoint(),
                on_step=step,
            )
            self.memory[key] = tuple(map(float, self.measure.losses(model, self.seed)))
        step(1, 1, 0.0)
        return np.asarray(self.memory[key], np.float64)

    def _steps(self, plan: Plan) -> OnStep:
        """Tells how much of the race's time is gone."""
        before = self.spent

        def step(now: int, of: int, loss: float) -> None:
            gone = (before + plan.seconds * now / max(1, of)) / self.seconds
            self.on_step(int(STEPS * min(1.0, gone)), STEPS, loss)

        return step
