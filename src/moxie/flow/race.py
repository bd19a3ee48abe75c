"""Which recipe makes the most of the works: a race, measured on validation works.

Successive halving (Jamieson and Talwalkar, 2016, "Non-stochastic best arm identification and
hyperparameter optimization"): all recipes learn for a short time, the worse half drops out, and
the others learn anew for twice as long.

Short laps are unfair to recipes that learn slowly. So a recipe that has learnt all it can is not
trained again (its time goes to the others), the last two always get a second lap, and recipes are
compared by the error their laps let expect of the whole time (see `trial`).

A heavier recipe has to be better by more than chance (a paired bootstrap over works) and by more
than `LEAST_GAIN`; otherwise the lighter one is trained. Where a dozen drafts are compared instead
of works, chance is great and the time that learning takes says little: there the recipe of the
highest rank is the one to beat.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np

from moxie.art import OnStep, Recipe, Sample, Supply
from moxie.errors import Cancelled, MoxieError
from moxie.flow.augment import MOST_HELD_OUT
from moxie.flow.curve import gain
from moxie.flow.trial import (
    CREDIT,
    SHARE,
    STEPS,
    Bench,
    Foretelling,
    Measure,
    Memory,
    Runner,
    Trial,
)
from moxie.text import Message, say
from moxie.work import Lap, Plan

S = TypeVar("S")

LEAST_HELD_OUT = 2
"""Validation works it takes to compare recipes at all."""

LEAST_GAIN = 0.005
"""A smaller gain, as a share of the error, is not worth a heavier recipe."""

UNTOLD = say(
    "There was no race: by these works the artist cannot be told from others; the highest rank "
    "was taken."
)

UNTRIED = say("There was no time to try it in the race.")


@dataclass(frozen=True, slots=True)
class Race:
    """What a race showed. Without a winner rank decides, for the reason in `notes`.

    `plan` is how the winner will be trained; `reasons` say of each other recipe why it is not
    the winner; `seconds` is the time the race was expected to take.
    """

    winner: str | None
    plan: Plan | None
    notes: tuple[Message, ...]
    laps: tuple[Lap, ...] = ()
    reasons: tuple[tuple[str, Message], ...] = ()
    seconds: float = 0.0


def race(
    recipes: Sequence[Recipe[S]],
    supply: Supply,
    *,
    train: Sequence[Sample[S]],
    validation: Sequence[S],
    seed: int,
    on_step: OnStep,
    memory: Memory | None = None,
    contest: Measure | None = None,
) -> Race:
    """Race recipes of one scale, all of which suit the supply, within `SHARE` of its seconds.

    Deterministic given the plans, unless trainings take much longer than planned: the clock,
    asked only between whole trainings, may then end the race, and the notes say so. A recipe that
    raises a MoxieError, or whose errors are not finite, is out. There is no winner with too few
    validation works, or when the recipe of the highest rank cannot be tried in the time there is,
    for as long as it needs to show what it can do. With a `contest` recipes are compared by that
    instead of by what they foretell of the validation works. `Cancelled`, raised by `on_step`,
    comes out at once.
    """
    if len(validation) < LEAST_HELD_OUT:
        return Race(None, None, (_too_few(len(validation)),))
    held_out = validation if len(validation) <= MOST_HELD_OUT else validation[:MOST_HELD_OUT]
    measure: Measure = contest or Foretelling(held_out)
    bench = Bench(supply, train, measure, seed, on_step, {} if memory is None else memory)
    fits = SHARE * supply.seconds >= measure.least
    course = _Course.of(recipes, bench) if fits else None
    if course is None:
        return Race(None, None, (_too_short(SHARE * supply.seconds),))
    if not measure.tells:
        return Race(None, None, (UNTOLD,))
    course.go()
    return course.result()


@dataclass
class _Course(Generic[S]):
    """The race as it goes: who is still in it, who is out and why."""

    bench: Bench[S]
    running: list[Runner[S]]
    out: dict[str, Message]
    best: str  # the recipe of the highest rank
    measured: list[Runner[S]] = field(default_factory=list)
    ended: bool = False  # by the clock

    @classmethod
    def of(cls, recipes: Sequence[Recipe[S]], bench: Bench[S]) -> _Course[S] | None:
        """Those that can be tried now and trained afterwards; None if that leaves no race."""
        best = max(recipes, key=lambda recipe: (recipe.rank, recipe.least_works, recipe.name))
        course = cls(bench, [], {}, best.name)
        after = (1 - SHARE) * bench.supply.seconds
        for recipe in recipes:
            whole = bench.plan(recipe, after)
            if whole is not None and whole.seconds <= after:
                course.running.append(Runner(recipe, whole))
        plans = course.plans(course.laps_of(len(course.running)))
        course.running = [runner for runner in course.running if runner.name in plans]
        course.out = {recipe.name: UNTRIED for recipe in recipes if recipe.name not in plans}
        return course if len(course.running) > 1 and best.name in plans else None

    def laps_of(self, runners: int) -> int:
        """So many laps halve the runners to two, and then tell those apart; or as is measured."""
        return self.bench.measure.laps or max(2, math.ceil(math.log2(max(1, runners))))

    def plans(self, laps: int) -> dict[str, Plan]:
        """The next lap's plans of those that can learn more in it; `laps` are still to come.

        What recipes need that learn all they can is set aside; the others share the rest alike.
        """
        learners = [runner for runner in self.running if not runner.finished]
        left = self.bench.seconds - self.bench.spent
        share = left / _shares(len(learners), laps)
        fixed = [r for r in learners if r.is_whole(self.bench.plan(r.recipe, share))]
        found = {runner.name: runner.whole for runner in fixed}
        left -= sum(plan.seconds for plan in found.values())
        share = left / _shares(len(learners) - len(fixed), laps)
        for runner in learners:
            plan = self.bench.plan(runner.recipe, share) if runner not in fixed else None
            if plan is not None and plan.seconds <= share:
                found[runner.name] = plan
        return found if left >= 0 else {}

    def go(self) -> None:
        """Lap after lap, until one is left, or nobody can learn more in the time there is."""
        laps = self.laps_of(len(self.running))
        for rung in range(1, laps + 1):
            plans = self.plans(laps - rung + 1)
            if self.ended or not plans or len(self.running) < 2:
                break
            self.lap(rung, plans)
            if rung < laps and self.running and not self.ended:
                self.halve()
        self.bench.on_step(STEPS, STEPS, 0.0)

    def lap(self, rung: int, plans: dict[str, Plan]) -> None:
        """Train each that has a plan; light ones first, since the clock may end the lap."""
        for runner in sorted(self.running, key=lambda r: r.weight):
            self.ended = self.ended or self.bench.late
            if runner.name in plans and not self.ended:
                self.run(runner, rung, plans[runner.name])
            elif runner.trials:
                runner.trials.append(replace(runner.trials[-1], rung=rung))
            else:
                self.out[runner.name] = UNTRIED
        self.running = [runner for runner in self.running if runner.name not in self.out]

    def run(self, runner: Runner[S], rung: int, plan: Plan) -> None:
        """One training of one recipe, measured; it is out if that cannot be done."""
        try:
            losses = self.bench.losses(runner.recipe, plan)
        except Cancelled:
            raise
        except MoxieError as error:
            self.out[runner.name] = error.message
            return
        if not np.isfinite(losses).all():
            self.out[runner.name] = say("Its held-out error in the race is not a finite number.")
            return
        if not runner.trials:
            self.measured.append(runner)
        runner.trials.append(Trial(rung, plan.seconds, losses))
        runner.finished = runner.is_whole(plan)

    def halve(self) -> None:
        """The better half goes on, at least two, without those that are clearly worse."""
        best = min(self.running, key=lambda r: r.order)
        champion = self.champion(self.running)
        ordered = sorted(self.running, key=lambda r: (r is not champion, r.order))
        for place, runner in enumerate(ordered):
            worse = runner.settled and self.gain(runner, best)[1] > 0
            if place >= _half(len(ordered)) or (worse and runner is not champion):
                self.out[runner.name] = self.against(runner, best)
        self.running = [runner for runner in self.running if runner.name not in self.out]

    def champion(self, runners: Iterable[Runner[S]]) -> Runner[S]:
        """The first by claim that none beats by more than chance and `LEAST_GAIN`."""
        ranked = self.bench.measure.ranked
        first, *others = sorted(runners, key=lambda r: r.claim(ranked=ranked))
        for runner in others:
            change, low, _ = self.gain(first, runner)
            if low > 0 and change >= LEAST_GAIN:
                first = runner
        return first

    def gain(self, base: Runner[S], other: Runner[S]) -> tuple[float, float, float]:
        """By which share `other` lowers the error of `base`, and its interval over all tries."""
        tries = max(1, len(self.measured) - 1)
        return gain(base.expected, other.expected, self.bench.seed, tries)

    def result(self) -> Race:
        """Who won, how it will be trained, and what there is to say."""
        clock = say("The race was ended early: its trainings took longer than planned.")
        if not self.running or (self.ended and not self.known()):
            failed = say("No recipe could be tried in a race; the highest rank was taken.")
            return Race(None, None, (clock if self.ended else failed,))
        winner = self.champion(self.running)
        for runner in self.running:
            if runner is not winner:
                self.out[runner.name] = self.against(runner, winner)
        seconds = self.bench.spent * self.bench.measure.overhead
        plan = self.bench.plan(winner.recipe, self.bench.supply.seconds - seconds)
        return Race(
            winner.name,
            plan or winner.whole,
            (self.why(winner), *self.credit(), *([clock] if self.ended else [])),
            tuple(self.laps(winner)),
            tuple(self.out.items()),
            seconds,
        )

    def known(self) -> bool:
        """Whether what the recipe of the highest rank can do has been seen."""
        unseen = [runner for runner in self.running if not runner.settled]
        return self.out.get(self.best) != UNTRIED and self.best not in {r.name for r in unseen}

    def against(self, runner: Runner[S], best: Runner[S]) -> Message:
        """Why a recipe lost, to a better one or to one with the better claim."""
        return self.bench.measure.words.lost(best.name, self.gain(best, runner))

    def why(self, winner: Runner[S]) -> Message:
        """Who won, and by how much."""
        last = len(self.running) > 1
        rivals = [r for r in (self.running if last else self.measured) if r is not winner]
        if not rivals:
            return say("{recipe} won the race: it alone could be trained.", recipe=winner.name)
        rival = min(rivals, key=lambda r: r.order)
        gain_ = self.gain(rival, winner)
        return self.bench.measure.words.won(winner.name, rival.name, len(self.measured), gain_)

    def credit(self) -> Iterator[Message]:
        """That errors are expected ones, where they are."""
        if any((runner.expected != runner.trials[-1].losses).any() for runner in self.measured):
            yield say(
                "Recipes that were still learning are compared by the error that is expected "
                "after the whole time: lower again by up to {percent:.0f} % of what their last lap "
                "brought.",
                percent=100 * CREDIT,
            )

    def laps(self, winner: Runner[S]) -> Iterator[Lap]:
        """Every lap, by rung, the best first."""
        found = [self.lap_of(r, i, winner) for r in self.measured for i in range(len(r.trials))]
        yield from sorted(found, key=lambda lap: (lap.rung, lap.loss, lap.recipe))

    def lap_of(self, runner: Runner[S], place: int, winner: Runner[S]) -> Lap:
        """One lap of one recipe, as it is remembered."""
        trial = runner.trials[place]
        mean = trial.mean(self.bench.seed)
        expected = float(runner.after(place + 1).mean())
        onward = place + 1 < len(runner.trials) or runner is winner
        figures = (trial.seconds, float(trial.losses.mean()), mean.low, mean.high, expected)
        return Lap(runner.name, trial.rung, *figures, promoted=onward)


def _half(runners: int) -> int:
    return max(2, math.ceil(runners / 2))


def _shares(runners: int, laps: int) -> float:
    """How many shares of the next lap there are in all, with laps twice as long each."""
    total = 0
    for lap in range(laps):
        total += runners * 2**lap
        runners = min(runners, _half(runners))
    return float(max(1, total))


def _too_few(held_out: int) -> Message:
    return say(
        "There was no race: it takes {least} validation works to compare recipes, there are "
        "{held_out}; the highest rank was taken.",
        least=LEAST_HELD_OUT,
        held_out=held_out,
    )


def _too_short(seconds: float) -> Message:
    return say(
        "There was no race: {seconds:.0f} s are too few to try the recipes in; the highest rank "
        "was taken.",
        seconds=seconds,
    )
