"""Training a network on coded pieces, a number of steps that is fixed beforehand.

It goes as `moxie.nn.student` says. Windows are drawn by
piece, long ones less than by their length, so that no long work drowns the others. Transposition
is drawn anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from moxie.art import Checkpoint, OnStep
from moxie.arts.music.coding import Coded, Coding, in_key
from moxie.arts.music.models.nets import Net
from moxie.nn.student import Course, Student
from moxie.settings import Machine

BY_LENGTH = 0.75
"""A piece is drawn by this power of its length."""

TRANSPOSED = 0.5
"""Share of the windows that are moved by up to six semitones out of their key."""

SET_ASIDE_UNITS = 6000
"""Units of the works set aside that are looked at each time."""


def train(
    student: Student[Net],
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
    chances = _chances(pieces, weights)
    some = _some(aside, SET_ASIDE_UNITS, course.window)

    def loss(net: Net, rng: np.random.Generator) -> Tensor:
        batch = _draw(rng, coding, pieces, chances, course)
        told = sum(len(piece.symbols) for piece in batch)
        return torch.stack([one.sum() for one in nats(net, batch)]).sum() / told

    def look(net: Net) -> float | None:
        return nats_a_unit(net, some, course.window) if some else None

    return student.train(loss, look, machine, checkpoint=checkpoint, on_step=on_step)


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
