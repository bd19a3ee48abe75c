"""Make new works with a trained model; none too near to an old one passes unmarked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from moxie.art import Brief, CopyIndex, Draft, OnStep, StyleModel
from moxie.errors import BadInput
from moxie.seeds import numbered
from moxie.text import say
from moxie.work import Match

S = TypeVar("S")

NOVELTY_STEP = 0.1
"""How much further from the works each new attempt goes on the dial of novelty."""


@dataclass(frozen=True, slots=True)
class Made(Generic[S]):
    """A creation and how it came about.

    `seed` and `novelty` are those of the attempt that was kept (`seed` and `brief.novelty` of the
    first where that one passed), and `setting` is what the dial made of its novelty; `flagged` is
    True where every attempt came out as a near-copy.
    """

    content: S
    draft: Draft[S]
    seed: int
    index: int
    novelty: float
    setting: float
    nearest: Match
    flagged: bool
    attempts: int


def create(  # noqa: PLR0913  what is made, what it is compared with, and how often
    model: StyleModel[S],
    brief: Brief[S],
    index: CopyIndex[S],
    work_ids: Sequence[str],
    *,
    n: int,
    seed: int,
    threshold: float,
    first: int = 0,
    attempts: int = 4,
    dial: Callable[[float], float] = float,
    on_step: OnStep,
) -> Iterator[Made[S]]:
    """Creations `first` to `first + n - 1` of this seed, one by one.

    Each is compared with every work in `index`, whose ids are `work_ids` in the same order. One
    whose similarity reaches `threshold` is made again, up to `attempts` times in all, each time
    `NOVELTY_STEP` further in novelty, which `dial` turns into the model's own setting. If all come
    out too near, the least similar is kept and flagged. A creation depends on its seed and number
    alone, not on the others.
    `on_step` gets (creations done, n, similarity). Raises BadInput for a seed, number or dial
    that cannot be used.
    """
    _check(brief, n=n, seed=seed, first=first, attempts=attempts)
    bench = _Bench(model, brief, index, work_ids, seed, threshold, attempts, dial)
    return bench.make_all(range(first, first + n), on_step)


@dataclass(frozen=True, slots=True)
class _Bench(Generic[S]):
    """Everything that stays the same from one creation to the next."""

    model: StyleModel[S]
    brief: Brief[S]
    index: CopyIndex[S]
    work_ids: Sequence[str]
    seed: int
    threshold: float
    attempts: int
    dial: Callable[[float], float]

    def make_all(self, numbers: range, on_step: OnStep) -> Iterator[Made[S]]:
        for done, number in enumerate(numbers, 1):
            made = self.make(number)
            on_step(done, len(numbers), made.nearest.similarity)
            yield made

    def make(self, number: int) -> Made[S]:
        """The first attempt that is no near-copy, or the least similar one, flagged."""
        failed: list[Made[S]] = []
        for attempt in range(self.attempts):
            made = self._attempt(number, attempt)
            if not made.flagged:
                return made
            failed.append(made)
        kept = min(failed, key=lambda made: made.nearest.similarity)
        return replace(kept, attempts=self.attempts)

    def _attempt(self, number: int, attempt: int) -> Made[S]:
        novelty = min(1.0, self.brief.novelty + NOVELTY_STEP * attempt)
        seed = numbered(self.seed, number, attempt)
        setting = self.dial(novelty)
        draft = self.model.sample(replace(self.brief, novelty=setting), seed=seed)
        nearest = self._nearest(draft.content)
        flagged = nearest.similarity >= self.threshold
        return Made(
            *(draft.content, draft, seed, number, novelty, setting, nearest, flagged),
            attempts=attempt + 1,
        )

    def _nearest(self, content: S) -> Match:
        found = self.index.nearest(content)
        if found is None:
            return Match("", 0.0, say("There is no work to compare it with."))
        return Match(self.work_ids[found.index], found.similarity, found.evidence)


def _check(brief: Brief[S], *, n: int, seed: int, first: int, attempts: int) -> None:
    if seed < 0:
        raise BadInput("The seed {seed} cannot be used: it must be 0 or more.", seed=seed)
    if n < 0 or first < 0 or attempts < 1:
        raise BadInput("{n} creations from number {first} cannot be made.", n=n, first=first)
    if not 0 <= brief.novelty <= 1:
        raise BadInput(
            "The novelty {novelty} cannot be used: it runs from 0 to 1.", novelty=brief.novelty
        )
