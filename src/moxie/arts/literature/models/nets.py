"""Networks that read symbols, and how they are trained: a trunk of `moxie.nn.trunks` over letters.

Embeddings serve at both ends (Press and Wolf 2017), with a small projection before the output,
without which a fresh network predicts its own input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from moxie.art import Checkpoint, OnStep
from moxie.arts.literature.models.texts import DEPTH, Past
from moxie.nn.machine import use
from moxie.nn.student import Student
from moxie.nn.trunks import Kind, Recurrent, Transformer, taken
from moxie.settings import Machine

SPREAD = 0.05
"""Standard deviation of fresh embeddings."""

BY_LENGTH = 0.9
"""A text is drawn by this power of its length."""

LOOKED_AT = 8192
"""Symbols of the works set aside that are looked at each time."""

WINDOW = 384
"""Symbols that a transformer sees when a whole text is predicted."""

STRETCH = 4096
"""Symbols that a recurrent network hears at a time: what its gates say takes memory."""


class Voice(Protocol):
    """A network as a mixture listens to it, on the CPU."""

    @property
    def fluent(self) -> bool:
        """See `Language.fluent`."""
        ...

    def over(self, past: Past) -> Tensor:
        """What it makes of all that stands before each symbol of a text, float32 [n, width]."""
        ...

    def said(self, heard: Tensor) -> NDArray[np.float32]:
        """Log probabilities float32 [n, symbols] after what was heard."""
        ...

    def go_on(
        self, state: object, rows: Sequence[int], pasts: Sequence[Past], pending: int
    ) -> tuple[Tensor, object]:
        """What is made of the last `pending` symbols of texts of one length, [texts, width].

        `state` is of an earlier answer, whose row `rows[i]` the i-th text goes on from; None at
        the beginning. Also answered is the new state.
        """
        ...


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a network."""

    kind: Kind
    width: int
    depth: int
    dropout: float

    def build(self, size: int) -> Net:
        """A network over `size` symbols with fresh weights, drawn from torch's generator."""
        return Net(size, self)


class Net(nn.Module):
    """From symbols to what may come after each of them."""

    fluent = False
    """What is learnt from one author alone says too much that nobody would."""

    def __init__(self, size: int, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.table = nn.Embedding(size, shape.width)
        build = Transformer if shape.kind == "transformer" else Recurrent
        self.trunk: Transformer | Recurrent = build(shape.width, shape.depth, shape.dropout)
        self.after = nn.RMSNorm(shape.width)
        self.out = nn.Linear(shape.width, shape.width, bias=False)
        self.often = nn.Parameter(torch.zeros(size))
        self.dropout = nn.Dropout(shape.dropout)
        nn.init.normal_(self.table.weight, std=SPREAD)
        nn.init.normal_(self.out.weight, std=0.02)

    def heard(self, symbols: Tensor) -> Tensor:
        """Symbols int64 [batch, symbols] to what is made of them, float [batch, symbols, width]."""
        entered = self.dropout(self.table(symbols) / SPREAD * 0.5)
        result: Tensor = self.after(self.trunk(entered))
        return result

    def step(self, symbols: Tensor, state: object) -> tuple[Tensor, object]:
        """One more symbol int64 [batch] after a state of `moxie.nn.trunks`; None at first."""
        awake = torch.ones(len(symbols), dtype=torch.bool, device=symbols.device)
        heard, after = self.trunk.step(self.table(symbols[:, None]) / SPREAD * 0.5, state, awake)
        return self.after(heard)[:, 0], after

    def told(self, heard: Tensor) -> Tensor:
        """Logits float32 [..., size] of what comes next."""
        logits = F.linear(self.dropout(self.out(heard)), self.table.weight, self.often)
        return logits.float()

    def over(self, past: Past) -> Tensor:
        """See `Voice.over`.

        A transformer reads windows that overlap by half; the later halves count.
        """
        symbols = torch.from_numpy(past[DEPTH - 1 : -1].astype(np.int64))[None]
        with torch.inference_mode():
            if isinstance(self.trunk, Recurrent):
                # a symbol at a time: threads would spend their time waiting for each other
                with use(Machine(threads=1)):
                    return torch.cat(self._stretches(symbols))
            half, parts = WINDOW // 2, []
            for start in range(0, symbols.shape[1], half):
                first = max(0, start - half)
                parts.append(self.heard(symbols[:, first : start + half])[0, start - first :])
            return torch.cat(parts)

    def said(self, heard: Tensor) -> NDArray[np.float32]:
        """See `Voice.said`."""
        with torch.inference_mode():
            result: NDArray[np.float32] = torch.log_softmax(self.told(heard), -1).numpy()
            return result

    def go_on(
        self, state: object, rows: Sequence[int], pasts: Sequence[Past], pending: int
    ) -> tuple[Tensor, object]:
        """See `Voice.go_on`."""
        state = None if state is None else taken(state, rows)
        told = np.stack([past[len(past) - pending :] for past in pasts]).astype(np.int64)
        with torch.inference_mode():
            for symbols in torch.from_numpy(told).T:
                heard, state = self.step(symbols, state)
        return heard, state

    def _stretches(self, symbols: Tensor) -> list[Tensor]:
        """What a recurrent network makes of a text [1, n], stretch by stretch."""
        awake, parts = torch.ones(1, dtype=torch.bool), []
        state: object = None
        for some in torch.split(symbols, STRETCH, dim=1):
            heard, state = self.trunk.step(self.table(some) / SPREAD * 0.5, state, awake)
            parts.append(self.after(heard)[0])
        return parts


def fresh(shape: Shape, texts: Sequence[Sequence[int]], size: int) -> Net:
    """A network that knows how often each symbol is met, and nothing else."""
    net = shape.build(size)
    often = np.bincount(np.concatenate([np.asarray(t, np.int64) for t in texts]), minlength=size)
    net.often.data = torch.from_numpy(np.log(often + 0.05)).float()
    net.often.data -= net.often.data.max()
    return net


def train(
    student: Student[Net],
    texts: Sequence[Sequence[int]],
    weights: Sequence[float],
    aside: Sequence[Sequence[int]],
    machine: Machine,
    *,
    checkpoint: Checkpoint,
    on_step: OnStep,
) -> Net:
    """The averaged network, trained on texts of symbols; ready to predict."""
    course = student.course
    end = student.net.table.num_embeddings - 1
    lengths = np.array([len(text) + 1 for text in texts], np.float64)
    chances = lengths**BY_LENGTH * np.asarray(weights, np.float64)
    chances /= chances.sum()
    told = [np.array([end, *text, end], np.int64) for text in texts]
    some = _windows([np.array([end, *text], np.int64) for text in aside], course.window)

    def loss(net: Net, rng: np.random.Generator) -> Tensor:
        rows = [_drawn(rng, told, chances, course.window + 1) for _ in range(course.batch)]
        batch = torch.from_numpy(np.stack(rows)).to(machine.device)
        logits = net.told(net.heard(batch[:, :-1]))
        return F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())

    def look(net: Net) -> float | None:
        return _nats(net, some, machine) if some else None

    return student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)


def _drawn(
    rng: np.random.Generator,
    told: Sequence[NDArray[np.int64]],
    chances: NDArray[np.float64],
    symbols: int,
) -> NDArray[np.int64]:
    """A window that begins anywhere in a text, and goes on with other texts."""
    text = told[rng.choice(len(told), p=chances)]
    parts = [text[int(rng.integers(0, len(text) - 1)) :][:symbols]]
    while (missing := symbols - sum(map(len, parts))) > 0:
        # the end of the text before stands for what is before the beginning of this one
        parts.append(told[rng.choice(len(told), p=chances)][1 : missing + 1])
    return np.concatenate(parts)


def _windows(texts: Sequence[NDArray[np.int64]], window: int) -> list[Tensor]:
    found = [
        torch.from_numpy(text[start : start + window + 1])
        for text in texts
        for start in range(0, len(text) - 1, window)
    ]
    wanted = max(1, LOOKED_AT // window)
    if len(found) <= wanted:
        return found
    places = np.linspace(0, len(found) - 1, wanted).round().astype(int)
    return [found[place] for place in places]


def _nats(net: Net, windows: Sequence[Tensor], machine: Machine) -> float:
    """Mean nats a symbol."""
    total, symbols = 0.0, 0
    whole = nn.utils.rnn.pad_sequence(list(windows), batch_first=True, padding_value=-1)
    with torch.inference_mode():
        for first in range(0, len(whole), 8):
            batch = whole[first : first + 8].to(machine.device)
            logits = net.told(net.heard(batch[:, :-1].clamp(min=0)))
            aims = batch[:, 1:].flatten()
            total += float(
                F.cross_entropy(logits.flatten(0, 1), aims, ignore_index=-1, reduction="sum")
            )
            symbols += int((aims >= 0).sum())
    return total / max(1, symbols)
