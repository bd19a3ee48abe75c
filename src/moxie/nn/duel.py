"""A generator and its judges in training against each other, a number of steps fixed beforehand.

Hinge losses (Lim and Ye, 2017) and Adam without momentum, as in Sauer et al. (2021); an
exponential average of the generator's weights is what is kept. It can be stopped anywhere, and
goes on to the same network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from moxie.art import Checkpoint, OnStep
from moxie.errors import Cancelled
from moxie.nn.ema import average_of, follow
from moxie.nn.gan import Features, Generator, Judges, augment, settle

AVERAGE = 0.995
"""Decay of the averaged weights a step."""

SAVES = 12
"""Checkpoints in a training."""

CALIBRATED = 32
"""Pictures by which the judges' features are brought to one size."""

Draw: TypeAlias = Callable[[np.random.Generator, int], Tensor]
"""So many real pictures, float [n, 3, side, side] in 0..1."""


@dataclass(frozen=True, slots=True)
class Match:
    """The networks' sizes, and how long they are trained."""

    steps: int
    side: int = 32
    width: int = 8
    latent: int = 64
    batch: int = 16
    rate: float = 4e-4


class Duel:
    """Everything that a checkpoint of the training has to hold."""

    def __init__(
        self, match: Match, features: Features, channels: tuple[int, ...], draw: Draw, seed: int
    ) -> None:
        self.match, self.draw, self.step = match, draw, 0
        self.rng = np.random.default_rng([seed, 2])
        self.random = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.generator = Generator(match.side, match.latent, match.width)
            self.judges = Judges(features, channels)
            self.averaged = average_of(self.generator)
            self.judges.calibrate(draw(self.rng, CALIBRATED))
        learning = [p for p in self.judges.parameters() if p.requires_grad]
        self.optimisers = {
            "generator": torch.optim.Adam(self.generator.parameters(), match.rate, (0.0, 0.99)),
            "judges": torch.optim.Adam(learning, match.rate, (0.0, 0.99)),
        }

    def train(self, *, half: bool, checkpoint: Checkpoint, on_step: OnStep) -> Generator:
        """The averaged generator at the end of the match, ready to be used."""
        steps = self.match.steps
        every = max(1, steps // SAVES)
        while self.step < steps:
            found = self.learn(half=half)
            try:
                on_step(self.step, steps, found)
            except Cancelled:
                checkpoint.save(self.state())
                raise
            if self.step % every == 0 and self.step < steps:
                checkpoint.save(self.state())
        settle(self.averaged)
        return self.averaged

    def learn(self, *, half: bool) -> float:
        """One step of both; what the judges lost, before it. `half` multiplies in bfloat16."""
        match = self.match
        self.generator.train()
        z = torch.randn(match.batch, match.latent, generator=self.random)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            made = self.generator(z)
        seen = self.judges.see(augment(made, self.random))
        with torch.no_grad():
            real = self.judges.see(augment(self.draw(self.rng, match.batch), self.random))
        said = self.judges.judge(real)
        refused = self.judges.judge([part.detach() for part in seen])
        lost = F.relu(1 - said).mean() + F.relu(1 + refused).mean()
        self._descend("judges", lost)
        self._descend("generator", -self.judges.judge(seen).mean())
        self.step += 1
        follow(self.averaged, self.generator, AVERAGE, self.step)
        return float(lost.detach())

    def _descend(self, name: str, loss: Tensor) -> None:
        optimiser = self.optimisers[name]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def state(self) -> dict[str, object]:
        """Everything, as tensors, mappings and JSON scalars, for a checkpoint."""
        return {
            "step": self.step,
            "rng": json.dumps(self.rng.bit_generator.state),
            "random": self.random.get_state(),
            "generator": self.generator.state_dict(),
            "averaged": self.averaged.state_dict(),
            "judges": self.judges.state_dict(),
            "optimisers": {name: o.state_dict() for name, o in self.optimisers.items()},
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from what `state` gave."""
        self.step = int(str(state["step"]))
        self.rng.bit_generator.state = json.loads(str(state["rng"]))
        random = state["random"]
        assert isinstance(random, Tensor)
        self.random.set_state(random)
        for name in ("generator", "averaged", "judges"):
            getattr(self, name).load_state_dict(_mapping(state[name]))
        optimisers = _mapping(state["optimisers"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(dict(_mapping(optimisers[name])))


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value
