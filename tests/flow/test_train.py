"""Training stops cleanly, goes on exactly, and saves only what reads back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moxie.art import Brief, Sample, StyleModel
from moxie.errors import Cancelled, MoxieError, TooLittleData
from moxie.flow import train as training
from moxie.flow.train import train
from moxie.nn.checkpoint import FileCheckpoint, NoCheckpoint
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Choice, Plan, Run
from toy import ART, Row
from toy.recipes.descent import RECIPE

STEPS = 40
RUN = Run(
    "r", "c", Choice("toy/descent", Plan({"steps": STEPS}, 1.0, say("x")), say("x")), 3, "training"
)


def samples() -> list[Sample[Row]]:
    return [Sample(name, ART.read(data, name)) for name, data in list(ART.examples())[:10]]


def model() -> StyleModel[Row]:
    return RECIPE.build(Machine())


def stop_at(step: int) -> Callable[[int, int, float], None]:
    def on_step(now: int, _total: int, _loss: float) -> None:
        if now == step:
            raise Cancelled("Stopped.")

    return on_step


def test_a_run_ends_done_with_its_losses_and_its_model_saved(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run = train(
        model(),
        samples(),
        RUN,
        checkpoint=NoCheckpoint(),
        on_step=lambda step, total, _: told.append((step, total)),
        folder=tmp_path / "deep" / "model",
    )
    assert told == [(step, STEPS) for step in range(1, STEPS + 1)]
    assert run == replace(RUN, state="done", losses=run.losses)
    assert len(run.losses) == STEPS
    assert np.mean(run.losses[-5:]) < np.mean(run.losses[:5])
    loaded = model().load(tmp_path / "deep" / "model")
    assert len(loaded.sample(Brief((20,)), seed=1).content) == 20


@pytest.mark.parametrize("stops", [(1,), (15,), (STEPS,), (7, 8, 30)])
def test_resuming_gives_the_same_run_as_not_stopping(
    tmp_path: Path, stops: tuple[int, ...]
) -> None:
    def quiet(*_: object) -> None:
        pass

    whole = train(
        model(), samples(), RUN, checkpoint=NoCheckpoint(), on_step=quiet, folder=tmp_path / "a"
    )
    checkpoint = FileCheckpoint(tmp_path / "checkpoint")
    for stop in stops:
        with pytest.raises(Cancelled):
            train(
                model(),
                samples(),
                RUN,
                checkpoint=checkpoint,
                on_step=stop_at(stop),
                folder=tmp_path / "b",
            )
        assert not (tmp_path / "b").exists(), "nothing half trained is saved"
    resumed = train(
        model(), samples(), RUN, checkpoint=checkpoint, on_step=quiet, folder=tmp_path / "b"
    )
    assert resumed == whole
    for name in ("table.safetensors", "works.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_without_works_there_is_nothing_to_learn(tmp_path: Path) -> None:
    with pytest.raises(TooLittleData, match="no work to learn from"):
        train(
            model(),
            [],
            RUN,
            checkpoint=NoCheckpoint(),
            on_step=lambda *_: None,
            folder=tmp_path / "m",
        )
    assert not (tmp_path / "m").exists()


def test_a_model_that_does_not_read_back_is_refused(tmp_path: Path) -> None:
    class Lossy:
        """Wraps the toy model; loading gives something else."""

        def __init__(self) -> None:
            self.inner = model()
            self.offset = 0.0

        def fit(self, given: Sequence[Sample[Row]], **kwargs: Any) -> Lossy:
            self.inner.fit(given, **kwargs)
            return self

        def losses(self, contents: Sequence[Row]) -> Any:
            return self.inner.losses(contents) + np.float32(self.offset)

        def save(self, folder: Path) -> None:
            self.inner.save(folder)

        def load(self, folder: Path) -> Lossy:
            self.offset = 0.01
            return self

    lossy: Any = Lossy()
    with pytest.raises(MoxieError, match="does not read back"):
        train(
            lossy,
            samples(),
            RUN,
            checkpoint=NoCheckpoint(),
            on_step=lambda *_: None,
            folder=tmp_path / "m",
        )


def test_many_losses_are_thinned_evenly() -> None:
    thin = training._thin([float(i) for i in range(100_000)])
    assert len(thin) == training.KEPT
    assert (thin[0], thin[-1]) == (0.0, 99_999.0)
    steps = np.diff(thin)
    assert steps.min() > 0
    assert steps.max() - steps.min() <= 1
    assert training._thin([1.0, 2.0]) == (1.0, 2.0)
