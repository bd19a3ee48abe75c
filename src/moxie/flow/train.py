"""Train a style model under a checkpoint, and save it only if it reads back the same."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from moxie.art import Checkpoint, OnStep, Sample, StyleModel
from moxie.errors import MoxieError, TooLittleData
from moxie.work import Run

S = TypeVar("S")

KEPT = 500
"""Losses a run remembers, evenly spaced: enough for a plot, small enough for the store."""

LOSSES = "moxie.losses"
"""Under this name the losses so far go along in the checkpoint."""


def train(
    model: StyleModel[S],
    samples: Sequence[Sample[S]],
    run: Run,
    *,
    checkpoint: Checkpoint,
    on_step: OnStep,
    folder: Path,
) -> Run:
    """Fit the run's plan, save the model into `folder`, and return the run, done, with its losses.

    Goes on from the checkpoint. `Cancelled`, raised by `on_step`, comes out after `fit` has saved
    its state; the caller records that the run stopped. The losses of a resumed run are those of
    one that never stopped, except that a step may be missing where the process was killed.
    Raises TooLittleData without samples, MoxieError when the saved model does not read back as
    it was.
    """
    if not samples:
        raise TooLittleData("There is no work to learn from: all were held out or left out.")
    losses = _Losses()
    fitted = model.fit(
        samples,
        plan=run.choice.plan,
        seed=run.seed,
        checkpoint=_WithLosses(checkpoint, losses),
        on_step=losses.watch(on_step),
    )
    folder.mkdir(parents=True, exist_ok=True)
    _save(fitted, folder, [samples[0].content])
    return replace(run, state="done", losses=_thin(losses.in_order()))


class _Losses:
    """Losses by step, so that a step done again after a kill counts once."""

    def __init__(self) -> None:
        self.by_step: dict[int, float] = {}

    def watch(self, on_step: OnStep) -> OnStep:
        """Remember each loss before passing it on, as passing it on may stop the training."""

        def step(number: int, total: int, loss: float) -> None:
            self.by_step[number] = float(loss)
            on_step(number, total, loss)

        return step

    def in_order(self) -> list[float]:
        return [self.by_step[number] for number in sorted(self.by_step)]


class _WithLosses:
    """A checkpoint that carries the losses along without the model's knowing."""

    def __init__(self, inner: Checkpoint, losses: _Losses) -> None:
        self._inner = inner
        self._losses = losses

    def load(self) -> Mapping[str, object] | None:
        state = self._inner.load()
        if state is None:
            return None
        kept = json.loads(str(state.get(LOSSES, "[]")))
        self._losses.by_step = {int(step): float(loss) for step, loss in kept}
        return {name: value for name, value in state.items() if name != LOSSES}

    def save(self, state: Mapping[str, object]) -> None:
        kept = json.dumps(sorted(self._losses.by_step.items()))
        self._inner.save({**state, LOSSES: kept})


def _save(model: StyleModel[S], folder: Path, probe: Sequence[S]) -> None:
    """Save, and read back: what is stored must be what was trained."""
    before = model.losses(probe)
    model.save(folder)
    after = model.load(folder).losses(probe)
    if not np.allclose(before, after, rtol=1e-4, atol=1e-6, equal_nan=True):
        raise MoxieError(
            "The trained model was saved but does not read back as it was (its error on a work "
            "changed from {before:.6g} to {after:.6g}). This is a defect of the recipe.",
            before=float(before[0]),
            after=float(after[0]),
        )


def _thin(losses: Sequence[float]) -> tuple[float, ...]:
    """At most `KEPT` of the losses, evenly spaced, first and last among them."""
    if len(losses) <= KEPT:
        return tuple(losses)
    places = (math.floor(i * (len(losses) - 1) / (KEPT - 1) + 0.5) for i in range(KEPT))
    return tuple(losses[place] for place in places)
