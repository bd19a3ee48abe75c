"""A model learns again with its works counting so that what it makes is more like all of them.

What a model makes lies beside the works: some of them lend more than others, and some of what they
have gets lost. A few drafts show on which side, and works on the other are made to count more. It
is kept only where fresh measuring says that it helps, by works that the counts have not seen, and
as a version of its own: `moxie tune --back` goes back to where all works count the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from moxie.art import Brief
from moxie.errors import Missing
from moxie.seeds import numbered
from moxie.studio import learning
from moxie.studio.counting import Likeness
from moxie.studio.desk import Desk
from moxie.studio.scoring import measured, others
from moxie.studio.versions import lineage
from moxie.taste import shares, steering
from moxie.text import Message, say
from moxie.work import Evaluation, Run

if TYPE_CHECKING:
    from moxie.taste.space import Floats

S = TypeVar("S")

DRAFTS = (24, 16)
"""How many drafts show what is lacking, and as many whether it helped: the first number that there
is time for. Fewer tell too little."""

LEAST_LEARNT, LEAST_HELD_OUT = 12, 4
"""Works learnt from and validation works below which nothing is tried."""

WORTH = 0.05
"""Gain of fidelity, foretold and then measured, for which works are made to count unevenly."""

DIVERSITY_LOSS = 0.1

DRAFT_SEED = 0x42616C61
"""Far from the seeds people use and from those that a model is measured by."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What came of it: `run` is the version that was tried, `kept` whether it was worth it.

    `foretold` is the gain of fidelity that the counts promised; `counted` the effective share of
    the works in them. `before` and `after` are of drafts of the same seeds by validation works.
    """

    why: Message
    run: str | None = None
    kept: bool = False
    foretold: float | None = None
    counted: float = 1.0
    before: Evaluation | None = None
    after: Evaluation | None = None


def balance(desk: Desk[S], seconds: float) -> Balance:
    """Try it once for the model in use, in about so many seconds, and put in use what is better.

    A model that was balanced or tuned before stays as it is. Where it is stopped, drafts are made
    again. Raises Missing where nothing is trained.
    """
    run = desk.trained
    first = list(lineage(desk.library, run))[-1]
    known = desk.library.load(desk.corpus.name, f"balance-{first.id}", Balance)
    if known is not None:
        return known
    if run.id != first.id:
        return Balance(say("The model in use was tuned already: its works count as they do."))
    trial = _Trial(desk, run, seconds)
    with desk.clock.stage("balance"):
        found = _foretold(trial)
    if isinstance(found, _Promise):
        again = trial.retrained(found)
        with desk.clock.stage("balance"):
            found = trial.compared(found, again)
    if found.kept and found.run is not None:
        desk.use(desk.library.run(found.run))
    if found.before is not None:  # what was not tried may be when there are works or time
        desk.library.save(desk.corpus.name, f"balance-{first.id}", found)
    return found


@dataclass(frozen=True, slots=True)
class _Promise:
    """Counts of the works, and what they are foretold to gain."""

    counts: Floats
    gain: float
    before: Evaluation


def _foretold(trial: _Trial[S]) -> Balance | _Promise:
    """Counts that are worth trying, or why there are none."""
    desk = trial.desk
    train, validation = desk.part("train"), desk.part("validation")
    if len(train) < LEAST_LEARNT or len(validation) < LEAST_HELD_OUT:
        return Balance(say("All works count the same: there are too few to tell what is lacking."))
    try:
        likeness = Likeness.of(
            desk.art, desk.contents(train), desk.contents(validation), others(desk)
        )
    except Missing:  # the judge's own parts are not installed
        return Balance(say("All works count the same: the judge is not installed."))
    if likeness is None:
        return Balance(
            say("All works count the same: the artist cannot be told from others by so few.")
        )
    made = trial.drafts(trial.run)
    if made is None:
        return Balance(say("All works count the same: there was too little time to try others."))
    halves = [likeness.drift(made[start::2], desk.art) for start in (0, 1)]
    gain, before = promised(likeness, halves), trial.measured(made)
    if gain >= WORTH:
        counts = shares.balanced(likeness.alike, (halves[0] + halves[1]) / 2)
        return _Promise(counts, gain, before)
    why = say("All works count the same: what is made is as much like them as counts can tell.")
    return Balance(why, foretold=gain, before=before)


def promised(likeness: Likeness, halves: Sequence[Floats]) -> float:
    """The gain that counts by one half of the drafts have by the other half.

    By those that they were found by they promise too much: the drafts' own chance is in both.
    """
    pairs = ((halves[0], halves[1]), (halves[1], halves[0]))
    gains = [likeness.gained(shares.balanced(likeness.alike, a), b) for a, b in pairs]
    return sum(gains) / len(gains)


class _Trial(Generic[S]):
    """Drafts of two versions of a model, of the same seeds, and what they are worth."""

    def __init__(self, desk: Desk[S], run: Run, seconds: float) -> None:
        self.desk, self.run, self._seconds = desk, run, seconds
        self._number = DRAFTS[0]
        self._brief: Brief[S] = Brief(desk.art.size(None))

    def drafts(self, run: Run) -> list[S] | None:
        """As many as there is time for with those that are to follow; None if that is too few."""
        model, desk = self.desk.model(run), self.desk
        first = run.id == self.run.id
        made: list[S] = []
        began = time.process_time()
        while len(made) < self._number:
            seed = numbered(DRAFT_SEED + run.seed, len(made))
            made.append(model.sample(self._brief, seed=seed).content)
            if first and len(made) == 1:
                each = time.process_time() - began
                left = self._seconds - self.run.choice.plan.seconds
                self._number = next((n for n in DRAFTS if 2 * n * each <= left), 0)
                if not self._number:
                    return None
            done = len(made) + (0 if first else self._number)
            desk.clock.on_step(done, 2 * self._number)
        return made

    def measured(self, made: Sequence[S]) -> Evaluation:
        """By the validation works."""
        return measured(self.desk, made, self.desk.part("validation"))

    def retrained(self, promise: _Promise) -> Run:
        """The same model, its works counting so."""
        ids = [place.work for place in self.desk.part("train")]
        told = dict(zip(ids, promise.counts.tolist(), strict=True))
        return learning.retrain(self.desk, self.run, told, balanced=True)

    def compared(self, promise: _Promise, run: Run) -> Balance:
        """Whether it is better and harms nothing."""
        made = self.drafts(run)
        assert made is not None  # there was time for both
        before, after = promise.before, self.measured(made)
        kept, why = _judged(before, after)
        counted = steering.effective(promise.counts) / len(promise.counts)
        return Balance(why, run.id, kept, promise.gain, counted, before, after)


def _judged(before: Evaluation, after: Evaluation) -> tuple[bool, Message]:
    """Whether the second version is worth it, and why."""
    old, new = before.fidelity.value, after.fidelity.value
    less = before.diversity.value - after.diversity.value > DIVERSITY_LOSS
    if after.near_copies > before.near_copies or less or not new >= old + WORTH:
        return False, say(
            "All works count the same: counting some of them more was tried and is not better "
            "(fidelity {after:.2f}, {before:.2f} as they are, by works it has not seen).",
            after=new,
            before=old,
        )
    return True, say(
        "Some works count more than others now, so that what is made is more like all of them: "
        "fidelity {after:.2f}, {before:.2f} before, by works it has not seen. `moxie tune --back` "
        "undoes it.",
        after=new,
        before=old,
    )
