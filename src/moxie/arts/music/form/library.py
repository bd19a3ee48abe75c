"""Plans learnt from works, and new ones drawn in their manner.

A new plan keeps the beginning and the end of a real one and fills the rest section by section:
new or returning as often as in the works, with the inner pattern of a real section. Several are
drawn, and the one is taken whose shares of new, varied and repeated bars come nearest to those of
a work at that length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from moxie.arts.music.form.builder import Builder
from moxie.arts.music.form.form import plan_of
from moxie.arts.music.form.habits import LEAST, Habits
from moxie.arts.music.form.plan import (
    LONGEST,
    SHORTEST,
    Kind,
    Plan,
    check_bars,
    closed,
    labelled,
    parse_plan,
)
from moxie.arts.music.score import Score
from moxie.arts.music.theory.sounding import evenly

MAX_PLANS = 64
"""Plans that a library keeps, so that it stays small."""

TRIES = 12
"""Plans that are drawn for each that is given."""

FEW = 4
"""Plans below which a usual form is believed in as if it were one more."""

FORMS: Mapping[int, tuple[str, ...]] = {
    1: ("A",),
    2: ("A A'", "A B"),
    3: ("A B A'", "A A' B"),
    4: ("A A' B A'", "A A B A", "A A' B B'"),
    6: ("A A' B A C A'", "A A B B C A"),
    8: ("A A' B A C D C A'", "A A B A' C C B A"),
}
"""Usual forms by how many times eight bars there are."""

_KINDS: tuple[Kind, ...] = ("new", "vary", "repeat")


@dataclass(frozen=True, slots=True)
class FormLibrary:
    """The plans of some works."""

    plans: tuple[Plan, ...] = ()

    def draw(self, bars: int, *, rng: np.random.Generator, novelty: float = 0.5) -> Plan:
        """A plan of exactly so many bars in the manner of the works, its last bar a close.

        `novelty` 0 keeps as much as fits of one work's plan, 1 only what the works have in
        common. Raises BadInput for fewer than 4 or more than 256 bars.
        """
        check_bars(bars)
        plans = self.plans
        if len(plans) < FEW:
            forms = FORMS[min(FORMS, key=lambda number: abs(number - bars / 8))]
            plans = (*plans, parse_plan(forms[int(rng.integers(len(forms)))], bars))
        habits = Habits.of(plans, novelty)
        drafts = [_draft(plans, habits, bars, rng, novelty) for _ in range(TRIES)]
        target = _shares(_opening(plans[int(rng.integers(len(plans)))], bars))
        distance = np.array([np.abs(_shares(draft) - target).sum() for draft in drafts])
        return drafts[int(distance.argmin())]

    def to_json(self) -> dict[str, object]:
        """The library as small plain data."""
        return {"plans": [plan.to_json() for plan in self.plans]}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> FormLibrary:
        """The inverse of `to_json`."""
        plans = cast("Sequence[Mapping[str, object]]", data["plans"])
        return cls(tuple(Plan.from_json(plan) for plan in plans))


def mine(scores: Sequence[Score]) -> FormLibrary:
    """The plans of up to `MAX_PLANS` scores, evenly chosen, each up to a section end in `LONGEST`.

    Scores of fewer bars than a plan may have are passed over.
    """
    long = [score for score in scores if len(score.bars) > SHORTEST]
    chosen = evenly(len(long), MAX_PLANS)
    return FormLibrary(tuple(_opening(plan_of(long[i]), LONGEST) for i in chosen))


def _draft(
    plans: Sequence[Plan], habits: Habits, bars: int, rng: np.random.Generator, novelty: float
) -> Plan:
    """One plan: a real one's beginning and end as far as they fit, or only the habits."""
    build = Builder(habits, rng)
    if plans and rng.random() >= novelty:
        plan = plans[int(rng.integers(len(plans)))]
        head, tail = _fitting(plan, bars, rng)
        ending = plan.sections[len(plan.sections) - tail :]
        build.quote(plan, plan.sections[:head])
        build.fill(bars - len(build.steps) - sum(section.bars for section in ending))
        build.quote(plan, ending)
    else:
        build.fill(bars)
    return closed(Plan(labelled(build.steps, build.sections)))


def _fitting(plan: Plan, bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """How many sections to keep at the beginning and at the end; few bars are left to fill."""
    lengths = [section.bars for section in plan.sections]
    choices, weights = [(0, 0)], [1e-6]
    for head in range(1, len(lengths) + 1):
        for tail in range(len(lengths) - head + 1):
            left = bars - sum(lengths[:head]) - sum(lengths[len(lengths) - tail :])
            if left == 0 or left >= LEAST:
                choices.append((head, tail))
                weights.append(float(np.exp(-left / 8)))
    share = np.array(weights) / sum(weights)
    return choices[int(rng.choice(len(choices), p=share))]


def _opening(plan: Plan, bars: int) -> Plan:
    """The sections that fit into so many bars; the bars themselves where the first does not."""
    if len(plan) <= bars:
        return plan
    fitting = [section for section in plan.sections if section.first + section.bars <= bars]
    end = fitting[-1].first + fitting[-1].bars if fitting else bars
    return Plan(plan.steps[:end])


def _shares(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([plan.share(kind) for kind in _KINDS])
