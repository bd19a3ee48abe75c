"""What novelty means for one trained model: measured once, stored with it, and looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import moxie
from moxie.errors import Missing
from moxie.flow import calibrate as calibrating
from moxie.flow import dial as dialling
from moxie.flow.calibrate import Bench, Rounds, Yardstick
from moxie.flow.report.frontier import Frontier
from moxie.store import Library
from moxie.studio.desk import Desk, digest
from moxie.studio.scoring import others
from moxie.studio.versions import lineage
from moxie.text import Message, say
from moxie.work import Calibration, Corpus, Run

S = TypeVar("S")

LEAST_HELD_OUT = 2
"""Validation works below which fidelity says too little to set a floor by."""

PROBE_SEED = 0x4469616C
"""Far from the seeds people use and from those that a model is evaluated by."""

_TOO_FEW = say("There are too few works to measure the dial: novelty is the model's own setting.")
_NO_TIME = say("There was too little time to measure the dial: novelty is the model's own setting.")
_NO_JUDGE = say(
    "The judge is not installed, so the dial cannot be measured: novelty is the model's own "
    "setting."
)


def calibrate(desk: Desk[S], seconds: float, numbers: Sequence[int]) -> Calibration:
    """Measure what the trained model's setting does, in the first of `numbers` of rounds that fits.

    Rounds are stored as they are made: a stopped calibration goes on, and more rounds make one
    that is there better. The works to measure by are never those that `evaluate` measures by.
    """
    run = desk.trained
    with desk.clock.stage("calibrate"):
        yardstick = _yardstick(desk, run)
        made = _rounds(desk, run, yardstick, seconds, numbers)
        before = _own(desk, run)
        if before is not None and _covers(before, made):
            return before
        found = _fitted(desk, run, yardstick, made)
        desk.library.save(desk.corpus.name, _name(desk, run, "calibration"), found)
    return found


def stored(desk: Desk[S], run: Run) -> Calibration | None:
    """The calibration of a run's model, or of the nearest it was tuned from; None without any.

    Tuning weighs the works anew and leaves the dial as it was, as far as nobody measures it.
    """
    return known(desk.library, desk.corpus, run)


def known(library: Library, corpus: Corpus, run: Run) -> Calibration | None:
    """The same, read without holding the corpus."""
    names = (_key(corpus.art, one, "calibration") for one in lineage(library, run))
    found = (library.load(corpus.name, name, Calibration) for name in names)
    return next((one for one in found if one is not None), None)


def told(found: Calibration) -> Message | None:
    """What the dial does for this model in one sentence, or why nobody knows; None without both."""
    frontier = Frontier.of(found)
    if frontier is None:
        return found.notes[0] if found.notes else None
    first, last = frontier.marks[0], frontier.marks[-1]
    return say(
        "As measured for this model, originality goes from about {original:.2f} to {new:.2f} and "
        "fidelity from {near:.2f} to {faint:.2f}.",
        original=first.originality,
        new=last.originality,
        near=first.fidelity,
        faint=last.fidelity,
    )


def setting(desk: Desk[S], run: Run, novelty: float) -> float:
    """What novelty is for a run's model; itself where nobody has measured it."""
    found = stored(desk, run)
    return novelty if found is None else found.setting(novelty)


def _covers(found: Calibration, made: Rounds) -> bool:
    """Whether a calibration rests on so many drafts already."""
    return (found.rounds, found.further) >= (len(made.probes), made.further)


def _yardstick(desk: Desk[S], run: Run) -> Yardstick | None:
    """The scale of fidelity by the validation works; None where there is none."""
    validation = desk.part("validation")
    if len(validation) < LEAST_HELD_OUT:
        return None
    try:
        return Yardstick.of(
            desk.art.judges()[0],
            desk.contents(desk.part("train")),
            desk.contents(validation),
            others(desk),
            desk.art,
            run.seed,
        )
    except Missing:  # the judge's own parts are not installed
        return None


def _rounds(
    desk: Desk[S],
    run: Run,
    yardstick: Yardstick | None,
    seconds: float,
    numbers: Sequence[int],
) -> Rounds:
    name = _name(desk, run, "rounds")
    made = desk.library.load(desk.corpus.name, name, Rounds) or Rounds()
    if len(desk.part("validation")) < LEAST_HELD_OUT:
        return made
    bench = Bench(
        desk.model(run),
        desk.art.size(None),
        desk.index,
        desk.art.judges()[0],
        desk.art,
        PROBE_SEED + run.seed,
    )
    step = desk.clock.on_step
    try:
        trying = calibrating.drafts(
            bench, made, yardstick, numbers=numbers, seconds=seconds, on_step=step
        )
        for more in trying:
            desk.library.save(desk.corpus.name, name, more)
            made = more
    except Missing:  # the judge's own parts are not installed
        return Rounds()
    return made


def _fitted(desk: Desk[S], run: Run, yardstick: Yardstick | None, made: Rounds) -> Calibration:
    """The calibration, or why there is none."""
    if len(desk.part("validation")) < LEAST_HELD_OUT:
        return dialling.unknown(run.seed, _TOO_FEW)
    if not made.probes:
        return dialling.unknown(run.seed, _NO_JUDGE)
    if len(made.probes) < calibrating.LEAST:
        return dialling.unknown(run.seed, _NO_TIME)
    reading = calibrating.read(
        made,
        yardstick,
        threshold=desk.dataset.threshold,
        typical=desk.dataset.typical_similarity,
        seed=run.seed,
    )
    return dialling.fit(reading, seed=run.seed)


def _own(desk: Desk[S], run: Run) -> Calibration | None:
    return desk.library.load(desk.corpus.name, _name(desk, run, "calibration"), Calibration)


def _name(desk: Desk[S], run: Run, kind: str) -> str:
    return _key(desk.art.name, run, kind)


def _key(art: str, run: Run, kind: str) -> str:
    """The document's key: of this model, made and measured by this Moxie."""
    return f"{kind}-{digest(moxie.__version__, art, run.model)}"
