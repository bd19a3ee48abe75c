"""How a pretrained model is made an author's own: its adapter learns to read the works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from moxie.art import Checkpoint, OnStep
from moxie.arts.literature.models.nets import BY_LENGTH
from moxie.arts.literature.pretrained.adapters import Adapter, weights
from moxie.arts.literature.pretrained.trunk import Trunk
from moxie.nn.student import Course, Student
from moxie.settings import Machine

LOOKED_AT = 2048
"""Units of the works set aside that are looked at each time."""

AT_ONCE = 8
"""Windows that are read side by side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts of units, and how much each counts; `begin` stands before every window."""

    texts: list[NDArray[np.int64]]  # each with its end
    chances: NDArray[np.float64]
    begin: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]], weights: Sequence[float], begin: int) -> Reading:
        """Longer texts are drawn more often."""
        told = [np.array([*text, begin], np.int64) for text in texts]
        chances = np.array([len(text) for text in told], np.float64) ** BY_LENGTH
        chances *= np.asarray(weights, np.float64)
        return cls(told, chances / chances.sum(), begin)

    def draw(self, rng: np.random.Generator, symbols: int) -> NDArray[np.int64]:
        """The beginning, and so many symbols from anywhere in a text; others follow its end."""
        parts = [np.array([self.begin], np.int64)]
        text = self.texts[rng.choice(len(self.texts), p=self.chances)]
        parts.append(text[int(rng.integers(0, len(text))) :][:symbols])
        while (missing := symbols + 1 - sum(map(len, parts))) > 0:
            # the end of the text before is the beginning of this one
            text = self.texts[rng.choice(len(self.texts), p=self.chances)]
            parts.append(text[:missing])
        return np.concatenate(parts)


def tune(
    trunk: Trunk,
    course: Course,
    reading: Reading,
    aside: Sequence[Sequence[int]],
    seed: int,
    machine: Machine,
    *,
    checkpoint: Checkpoint,
    on_step: OnStep,
) -> dict[str, Tensor]:
    """The adapter that reads what was set aside best, averaged over the last steps.

    The trunk has one injected, which is left as it was when training ended.
    """
    student = Student(Adapter(trunk.model), course, seed)
    state = checkpoint.load()
    if state is not None and "step" in state:
        student.restore(state)
    some = _windows(aside, reading.begin, course.window)

    def loss(_: Adapter, rng: np.random.Generator) -> Tensor:
        rows = [reading.draw(rng, course.window) for _ in range(course.batch)]
        batch = torch.from_numpy(np.stack(rows))
        with trunk.learning():
            heard = trunk.heard(batch[:, :-1])
        return cost(trunk, heard.flatten(0, 1), batch[:, 1:].flatten()).mean()

    def look(averaged: Adapter) -> float | None:
        if not some:
            return None
        with averaged.within(student.net), torch.inference_mode():
            return _nats(trunk, some)

    best = student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)
    with best.within(student.net):
        return weights(trunk.model)


def cost(trunk: Trunk, heard: Tensor, told: Tensor) -> Tensor:
    """Nats of each unit int64 [n] after what was heard, float32 [n]."""
    return -trunk.logs(heard).gather(1, told[:, None])[:, 0]


def _windows(texts: Sequence[Sequence[int]], begin: int, window: int) -> list[NDArray[np.int64]]:
    """Windows evenly spread over texts."""
    found = [
        np.array([begin, *text[start : start + window]], np.int64)
        for text in texts
        for start in range(0, len(text), window)
    ]
    wanted = max(1, LOOKED_AT // window)
    if len(found) <= wanted:
        return found
    places = np.linspace(0, len(found) - 1, wanted).round().astype(int)
    return [found[place] for place in places]


def _nats(trunk: Trunk, windows: Sequence[NDArray[np.int64]]) -> float:
    """Mean nats a unit."""
    total, symbols = 0.0, 0
    by_length = sorted(windows, key=len)
    for first in range(0, len(by_length), AT_ONCE):
        some = [torch.from_numpy(window) for window in by_length[first : first + AT_ONCE]]
        # what is added after the end of a window changes nothing before it
        rows = nn.utils.rnn.pad_sequence(some, batch_first=True, padding_value=-1)
        heard = trunk.heard(rows[:, :-1].clamp(min=0)).flatten(0, 1)
        aims = rows[:, 1:].flatten()
        known = aims >= 0
        total += float(cost(trunk, heard[known], aims[known]).sum())
        symbols += int(known.sum())
    return total / max(1, symbols)
