"""Training a network on coded pieces, a number of steps that is fixed beforehand.

AdamW with a cosine schedule; an exponential average of the weights is what is kept, of the moment
at which it predicted the works set aside best (early stopping by work). Windows are drawn by
piece, long ones less than by their length, so that no long work drowns the others. Transposition
is drawn anew each time.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from moxie.art import Checkpoint, OnStep
from moxie.arts.music.coding import Coded, Coding, in_key
from moxie.arts.music.models.nets import Net
from moxie.errors import Cancelled
from moxie.settings import Machine

WARM = 60
"""Steps until the learning rate is reached."""

AVERAGE = 0.995
"""Decay of the averaged weights a step."""

BY_LENGTH = 0.75
"""A piece is drawn by this power of its length."""

TRANSPOSED = 0.5
"""Share of the windows that are moved by up to six semitones out of their key."""

LOOKS = 12
"""How often the works set aside are looked at."""

SET_ASIDE_UNITS = 6000
"""Units of the works set aside that are looked at each time."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a network is trained."""

    steps: int
    batch: int = 12
    window: int = 192
    rate: float = 3e-3
    decay: float = 0.1


class Student:
    """A network in training: everything that a checkpoint has to hold."""

    def __init__(self, net: Net, course: Course, seed: int) -> None:
        self.net, self.course = net, course
        self.averaged = copy.deepcopy(net).eval().requires_grad_(requires_grad=False)
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

    def rate(self) -> float:
        """The learning rate of the next step."""
        course = self.course
        warm = min(1.0, (self.step + 1) / min(WARM, max(1, course.steps // 4)))
        cosine = 0.5 * (1 + math.cos(math.pi * self.step / course.steps))
        return course.rate * warm * (0.02 + 0.98 * cosine)

    def learn(self, batch: Sequence[Coded], machine: Machine) -> float:
        """One step; nats a unit before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.net.train()
        with torch.autocast(machine.device.split(":")[0], torch.bfloat16, enabled=machine.half):
            losses = nats(self.net, batch)
        told = sum(len(piece.symbols) for piece in batch)
        loss = torch.stack([one.sum() for one in losses]).sum() / told
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        decay = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, new in zip(self.averaged.parameters(), self.net.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        return float(loss.detach())

    def look(self, aside: Sequence[Coded]) -> None:
        """Keep the averaged weights if they predict the works set aside best so far."""
        loss = nats_a_unit(self.averaged, aside, self.course.window) if aside else 0.0
        if loss < self.best_loss or not aside:
            self.best_loss = loss
            self.best = copy.deepcopy(self.averaged.state_dict())

    def state(self) -> dict[str, object]:
        """Everything, as tensors and JSON scalars, for a checkpoint."""
        import json

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
        import json

        self.step, self.best_loss = int(str(state["step"])), float(str(state["best_loss"]))
        self.rng.bit_generator.state = json.loads(str(state["rng"]))
        torch.set_rng_state(_tensor(state["torch"]))
        self.net.load_state_dict(_under(state, "net."))
        self.averaged.load_state_dict(_under(state, "averaged."))
        self.best = _under(state, "best.")
        slots: dict[int, dict[str, Tensor]] = {}
        for name, value in _under(state, "slot.").items():
            index, _, key = name.partition(".")
            slots.setdefault(int(index), {})[key] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": slots, "param_groups": groups})


def train(
    student: Student,
    coding: Coding,
    pieces: Sequence[Coded],
    weights: Sequence[float],
    aside: Sequence[Coded],
    machine: Machine,
    *,
    checkpoint: Checkpoint,
    on_step: OnStep,
) -> Net:
    """The averaged network, trained to the end of its course; ready to predict."""
    course = student.course
    every = max(1, course.steps // LOOKS)
    chances = _chances(pieces, weights)
    some = _some(aside, SET_ASIDE_UNITS, course.window)
    while student.step < course.steps:
        batch = _draw(student.rng, coding, pieces, chances, course)
        loss = student.learn(batch, machine)
        if student.step % every == 0 or student.step == course.steps:
            student.look(some)
        try:
            on_step(student.step, course.steps, loss)
        except Cancelled:
            checkpoint.save(student.state())
            raise
        if student.step % every == 0 and student.step < course.steps:
            checkpoint.save(student.state())
    student.averaged.load_state_dict(student.best)
    return student.averaged


def nats(net: Net, pieces: Sequence[Coded]) -> list[Tensor]:
    """Nats of every symbol, by field: float32 [pieces, units] each, 0 beyond a piece's end."""
    trunk, known, symbols = tensors(pieces, next(net.parameters()).device)
    logits = net(trunk, known)
    return [
        F.cross_entropy(
            one.flatten(0, 1).float(), symbols[..., f].flatten(), ignore_index=-1, reduction="none"
        ).view(symbols.shape[:2])
        for f, one in enumerate(logits)
    ]


def nats_a_unit(net: Net, pieces: Sequence[Coded], window: int) -> float:
    """Mean nats a unit over pieces no longer than a window."""
    total, units = 0.0, 0
    for start in range(0, len(pieces), 16):
        some = pieces[start : start + 16]
        with torch.inference_mode():
            total += sum(float(one.sum()) for one in nats(net, some))
        units += sum(len(piece.symbols) for piece in some)
    return total / max(1, units)


def predictions(net: Net, piece: Coded, window: int) -> list[NDArray[np.float32]]:
    """Probabilities of every symbol of a piece, by field: float32 [units, symbols] each.

    Long pieces are read in windows that overlap by half; the second halves count. The network
    is on the CPU.
    """
    parts: list[list[Tensor]] = []
    for start, end, first in windows(len(piece.symbols), window):
        trunk, known, _ = tensors([cut(piece, start, end)])
        with torch.inference_mode():
            logits = net(trunk, known)
        parts.append([torch.softmax(one[0, first:], -1) for one in logits])
    return [torch.cat([part[f] for part in parts]).numpy() for f in range(len(piece.known))]


def windows(units: int, window: int) -> list[tuple[int, int, int]]:
    """(start, end, first unit that counts, from the start) of overlapping windows."""
    half = max(1, window // 2)
    found = [(0, min(window, units), 0)]
    while found[-1][1] < units:
        start = found[-1][1] - half
        found.append((start, min(start + window, units), half))
    return found


def cut(piece: Coded, start: int, end: int) -> Coded:
    """Some units of a piece."""
    return Coded(
        piece.trunk[start:end],
        tuple(known[start:end] for known in piece.known),
        piece.symbols[start:end],
        0,
    )


def tensors(
    pieces: Sequence[Coded], device: torch.device | None = None
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Trunk, known and symbols as int64 [pieces, units, ...], filled up with 0, 0 and -1."""
    units = max(len(piece.symbols) for piece in pieces)
    trunk = _stacked([piece.trunk for piece in pieces], units, 0)
    fields = range(len(pieces[0].known))
    known = [_stacked([piece.known[f] for piece in pieces], units, 0).to(device) for f in fields]
    symbols = _stacked([piece.symbols for piece in pieces], units, -1)
    return trunk.to(device), known, symbols.to(device)


def _stacked(arrays: Sequence[NDArray[np.int16]], units: int, fill: int) -> Tensor:
    result = np.full((len(arrays), units, arrays[0].shape[1]), fill, np.int64)
    for row, array in zip(result, arrays, strict=True):
        row[: len(array)] = array
    return torch.from_numpy(result)


def _draw(
    rng: np.random.Generator,
    coding: Coding,
    pieces: Sequence[Coded],
    chances: NDArray[np.float64],
    course: Course,
) -> list[Coded]:
    batch = []
    for place in rng.choice(len(pieces), course.batch, p=chances):
        piece = pieces[place]
        start = int(rng.integers(0, max(1, len(piece.symbols) - course.window + 1)))
        part = cut(piece, start, start + course.window)
        if rng.random() < TRANSPOSED:
            part = in_key(part, coding, int(rng.integers(-6, 7)))
        batch.append(part)
    return batch


def _chances(pieces: Sequence[Coded], weights: Sequence[float]) -> NDArray[np.float64]:
    lengths = np.array([len(piece.symbols) for piece in pieces], np.float64)
    chances = lengths**BY_LENGTH * np.asarray(weights, np.float64)
    return np.asarray(chances / chances.sum(), np.float64)


def _some(pieces: Sequence[Coded], units: int, window: int) -> list[Coded]:
    """Windows evenly spread over pieces, with about so many units in all."""
    found = [
        cut(piece, start, start + window)
        for piece in pieces
        for start in range(0, len(piece.symbols), window)
    ]
    wanted = max(1, units // window)
    if len(found) <= wanted:
        return found
    places = np.linspace(0, len(found) - 1, wanted).round().astype(int)
    return [found[place] for place in places]


def _under(state: Mapping[str, object], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): _tensor(value)
        for name, value in state.items()
        if name.startswith(prefix)
    }


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value
