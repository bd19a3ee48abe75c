"""The main job: all the verbs in order, within one time budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from moxie.art import Brief
from moxie.flow.calibrate import QUICK
from moxie.studio import balancing, calibrating, learning, making, paging
from moxie.studio.blending import Hand
from moxie.studio.desk import Desk
from moxie.studio.learning import Collected
from moxie.studio.result import Result, WorkCounts, peak_rss_mb
from moxie.text import Catalogue, say
from moxie.work import Dataset, Run

S = TypeVar("S")

SHARES = {"augment": 0.12, "train": 0.30, "balance": 0.15, "calibrate": 0.15}
"""Of the whole budget, so that what is tried and chosen never depends on a busy machine.

The time to train includes that of a race between recipes, where there is one. Calibrating makes
three rounds where they fit, and takes less than its share as a rule."""

PROBING = 0.55
"""Of the time left after calibrating, for the samples a model is measured by."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. `budget` in seconds; `size` as the art reads it, None is its default.

    `also` are the formats to hand out besides; None is what the art usually hands out.
    """

    n: int
    seed: int
    budget: float
    size: str | None
    novelty: float
    out: Path
    also: Sequence[str] | None = None
    visible_label: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """How to learn: `budget` in seconds, and how samples are made for measuring."""

    budget: float
    seed: int = 0
    size: str | None = None
    novelty: float = 0.5
    recipe: str | None = None


def learn(desk: Desk[S], lesson: Lesson) -> Run:
    """From collected works to a trained and measured model; what is stored is not done again."""
    size = desk.art.size(lesson.size)  # a size that cannot be read is better refused first
    learning.prepare(desk)
    learning.augment(desk, _whole(lesson.budget * SHARES["augment"]))
    learning.choose(desk, _whole(lesson.budget * SHARES["train"]), lesson.recipe)
    learning.train(desk, lesson.seed)
    balance = balancing.balance(desk, _whole(lesson.budget * SHARES["balance"]))
    if balance.kept:
        desk.clock.progress.say(say("Balancing:"), balance.why)
    run = desk.trained
    calibrating.calibrate(desk, _whole(lesson.budget * SHARES["calibrate"]), QUICK)
    left = max(lesson.budget - desk.clock.elapsed, lesson.budget / 10)
    making.evaluate(desk, size, lesson.novelty, left * PROBING)
    return run


def go(desk: Desk[S], collected: Collected, wish: Wish, catalogue: Catalogue) -> Result:
    """Everything after collecting. Each stage stores its result, so that going again goes on."""
    size = desk.art.size(wish.size)
    making.check_writable(wish.out)  # better refused first, as a size that cannot be read
    also = making.formats(desk, wish.also)
    run = learn(desk, Lesson(wish.budget, wish.seed, wish.size, wish.novelty))
    evaluation = desk.library.evaluation(run.id)
    assert evaluation is not None  # just measured
    creations = making.create(Hand.of(desk), Brief(size, wish.novelty), wish.n, wish.seed)
    exported = making.export(desk, creations, wish.out, also=also, visible=wish.visible_label)
    report = paging.report(
        desk,
        wish.out,
        catalogue,
        creations=creations,
        refused=collected.refused,
        seconds=desk.clock.seconds,
    )
    return Result(
        art=desk.art.name,
        corpus=desk.corpus.name,
        recipe=run.choice.recipe,
        seed=wish.seed,
        works=_counts(desk.dataset, collected),
        refusals=collected.refused,
        sufficiency=desk.sufficiency,
        evaluation=evaluation,
        creations=tuple(exported),
        report=report,
        seconds=dict(desk.clock.seconds),
        peak_rss_mb=peak_rss_mb(),
    )


def _counts(dataset: Dataset, collected: Collected) -> WorkCounts:
    return WorkCounts(
        collected=collected.works,
        refused=len(collected.refused),
        train=len(dataset.part("train")),
        validation=len(dataset.part("validation")),
        test=len(dataset.part("test")),
    )


def _whole(seconds: float) -> float:
    return float(max(1, round(seconds)))
