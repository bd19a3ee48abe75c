"""`toy/descent`: from eight works on; learns the same table step by step, as large models do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch.nn.functional import cross_entropy

from moxie.art import Checkpoint, OnStep, Recipe, Sample, Supply
from moxie.errors import Cancelled
from moxie.text import say
from moxie.work import Plan
from toy import Row
from toy.table import TableModel

SAVE_EVERY = 10


class Descent(TableModel):
    """Logits by gradient descent with momentum, on random batches of 64 pairs."""

    def fit(
        self,
        samples: Sequence[Sample[Row]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        rows = [torch.tensor(sample.content) for sample in samples]
        before, after = torch.cat([r[:-1] for r in rows]), torch.cat([r[1:] for r in rows])
        logits = torch.zeros(10, 10, requires_grad=True)
        optimizer = torch.optim.SGD([logits], lr=2.0, momentum=0.5)
        generator = torch.Generator().manual_seed(seed)
        done, total = 0, int(plan.options["steps"])
        if (state := checkpoint.load()) is not None:
            done = int(state["done"])  # type: ignore
            logits.data.copy_(state["logits"])  # type: ignore
            optimizer.load_state_dict(state["optimizer"])  # type: ignore
            generator.set_state(state["generator"])  # type: ignore

        def save() -> None:
            facts = {"done": done, "logits": logits, "optimizer": optimizer.state_dict()}
            checkpoint.save({**facts, "generator": generator.get_state()})

        try:
            while done < total:
                batch = torch.randint(len(before), (64,), generator=generator)
                loss = cross_entropy(logits[before[batch]], after[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                done += 1
                on_step(done, total, loss.item())
                if done % SAVE_EVERY == 0:
                    save()
        except Cancelled:
            save()
            raise
        self.table = torch.softmax(logits.detach().double(), 1).numpy()
        self.rows = [(sample.content, sample.weight) for sample in samples]
        self.works = {sample.work: float(len(sample.content)) for sample in samples}
        return self


def plan(supply: Supply) -> Plan | None:
    if supply.works < 8:
        return None
    steps = 40 if supply.seconds >= 1 else 20
    return Plan({"steps": steps}, 0.001 * steps, say("{n} steps of descent.", n=steps))


RECIPE = Recipe(
    name="toy/descent",
    summary=say("Learns which color follows which by gradient descent."),
    least_works=8,
    rank=2,
    plan=plan,
    build=Descent,
    scale="nats per bead",
)
