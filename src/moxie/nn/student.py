"""A network in training, a number of steps that is fixed beforehand.

AdamW with a cosine schedule; an exponential average of the weights is what is kept, of the moment
at which it predicted what was set aside best (early stopping). It can be stopped anywhere, and
goes on to the same network.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from moxie.art import Checkpoint, OnStep
from moxie.errors import Cancelled
from moxie.nn.ema import average_of, follow
from moxie.settings import Machine

WARM = 60
"""Steps until the learning rate is reached."""

AVERAGE = 0.995
"""Decay of the averaged weights a step."""

LOOKS = 12
"""How often what was set aside is looked at."""

N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class Course:
    """How a network is trained."""

    steps: int
    batch: int = 12
    window: int = 192
    rate: float = 3e-3
    decay: float = 0.1


class Student(Generic[N]):
    """Everything that a checkpoint of a network in training has to hold."""

    def __init__(self, net: N, course: Course, seed: int) -> None:
        self.net, self.course = net, course
        self.averaged = average_of(net)
        self.best = copy.deepcopy(self.averaged.state_dict())
        self.best_loss = math.inf
        self.step = 0
        self.rng = np.random.default_rng([seed, 1])
        learning = [p for p in net.parameters() if p.requires_grad]
        matrices = [p for p in learning if p.dim() > 1]
        others = [p for p in learning if p.dim() <= 1]
        self.optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": course.decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=course.rate,
            betas=(0.9, 0.98),
        )

    def train(
        self,
        loss: Callable[[N, np.random.Generator], Tensor],
        look: Callable[[N], float | None],
        machine: Machine,
        *,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> N:
        """The averaged network, trained to the end of its course; ready to predict.

        `loss` draws a batch and says how badly the network does on it; `look` how badly on what
        was set aside, None where nothing was.
        """
        every = max(1, self.course.steps // LOOKS)
        while self.step < self.course.steps:
            found = self.learn(loss, machine)
            if self.step % every == 0 or self.step == self.course.steps:
                self.keep(look(self.averaged))
            try:
                on_step(self.step, self.course.steps, found)
            except Cancelled:
                checkpoint.save(self.state())
                raise
            if self.step % every == 0 and self.step < self.course.steps:
                checkpoint.save(self.state())
        self.averaged.load_state_dict(self.best)
        return self.averaged

    def rate(self) -> float:
        """The learning rate of the next step."""
        course = self.course
        warm = min(1.0, (self.step + 1) / min(WARM, max(1, course.steps // 4)))
        cosine = 0.5 * (1 + math.cos(math.pi * self.step / course.steps))
        return course.rate * warm * (0.02 + 0.98 * cosine)

    def learn(self, loss: Callable[[N, np.random.Generator], Tensor], machine: Machine) -> float:
        """One step; the loss before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.net.train()
        with torch.autocast(machine.device.split(":")[0], torch.bfloat16, enabled=machine.half):
            found = loss(self.net, self.rng)
        self.optimiser.zero_grad()
        found.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        follow(self.averaged, self.net, AVERAGE, self.step)
        return float(found.detach())

    def keep(self, loss: float | None) -> None:
        """Keep the averaged weights if their loss is the least so far; None keeps them anyway."""
        if loss is None or loss < self.best_loss:
            self.best_loss = 0.0 if loss is None else loss
            self.best = copy.deepcopy(self.averaged.state_dict())

    def state(self) -> dict[str, object]:
        """Everything, as tensors and JSON scalars, for a checkpoint."""
        found: dict[str, object] = {"step": self.step, "best_loss": repr(self.best_loss)}
        found["rng"] = json.dumps(self.rng.bit_generator.state)
        found["torch"] = torch.get_rng_state()
        found |= {f"net.{k}": v for k, v in self.net.state_dict().items()}
        found |= {f"averaged.{k}": v for k, v in self.averaged.state_dict().items()}
        found |= {f"best.{k}": v for k, v in self.best.items()}
        for index, slot in self.optimiser.state_dict()["state"].items():
            found |= {f"slot.{index}.{name}": value for name, value in slot.items()}
        return found

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from what `state` gave."""
        self.step, self.best_loss = int(str(state["step"])), float(str(state["best_loss"]))
        self.rng.bit_generator.state = json.loads(str(state["rng"]))
        torch.set_rng_state(_tensor(state["torch"]))
        self.net.load_state_dict(under(state, "net."))
        self.averaged.load_state_dict(under(state, "averaged."))
        self.best = under(state, "best.")
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in under(state, "slot.").items():
            index, _, key = name.partition(".")
            slots.setdefault(int(index), {})[key] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": slots, "param_groups": groups})


@dataclass(frozen=True, slots=True)
class Among:
    """A checkpoint of one network among several: what is `beside` it is saved with it."""

    whole: Checkpoint
    beside: Mapping[str, object]

    def load(self) -> Mapping[str, object] | None:
        """What was last saved of all."""
        return self.whole.load()

    def save(self, state: Mapping[str, object]) -> None:
        """Save the state and what is beside it."""
        self.whole.save({**self.beside, **state})


def under(state: Mapping[str, object], prefix: str) -> dict[str, Tensor]:
    """The weights in a state whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): _tensor(value)
        for name, value in state.items()
        if name.startswith(prefix)
    }


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value
