"""`toy/chain`: from one work on; counts which color follows which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import torch

from moxie.art import Checkpoint, OnStep, Recipe, Sample, StyleModel, Supply
from moxie.errors import BadInput, Cancelled
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan
from toy import Row
from toy.table import TableModel


class Chain(TableModel):
    """A Markov chain of the first order, with half a count added to each pair."""

    def fit(
        self,
        samples: Sequence[Sample[Row]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        state = checkpoint.load() or {"counts": torch.full((10, 10), 0.5).double(), "works": {}}
        counts, works = state["counts"].numpy(), dict(state["works"])  # type: ignore
        done = int(state.get("done", 0))  # type: ignore
        try:
            for i in range(done, len(samples)):
                row = np.array(samples[i].content)
                np.add.at(counts, (row[:-1], row[1:]), samples[i].weight)
                works[samples[i].work] = works.get(samples[i].work, 0) + len(row)
                done = i + 1
                on_step(done, len(samples), 1 / done)
        except Cancelled:
            checkpoint.save({"counts": torch.from_numpy(counts), "works": works, "done": done})
            raise
        self.rows = [(samples[i].content, samples[i].weight) for i in range(len(samples))]
        self.table, self.works = counts / counts.sum(1, keepdims=True), works
        return self


def blend(models: Sequence[tuple[StyleModel[Row], float]]) -> Chain:
    """A chain whose table, and whose sources, are between those of the models."""
    chain = Chain(Machine())
    chain.table = np.zeros((10, 10))
    for model, weight in models:
        if not isinstance(model, TableModel):
            raise BadInput("Only tables can be blended.")
        chain.rows += [(row, weight * counted) for row, counted in model.rows]
        chain.table += weight * model.known()
        total = sum(model.works.values())
        for work, beads in model.works.items():
            chain.works[work] = chain.works.get(work, 0) + weight * beads / total
    return chain


def plan(supply: Supply) -> Plan:
    return Plan({}, 0.0001 * supply.works, say("Counting takes no time."))


RECIPE = Recipe(
    name="toy/chain",
    summary=say("Counts which color follows which."),
    least_works=1,
    rank=1,
    plan=plan,
    build=Chain,
    scale="nats per bead",
)
