"""A pretrained model, corrected by what it learnt, as a mixture listens to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moxie.arts.literature.models.texts import DEPTH, Past
from moxie.arts.literature.pretrained import adapters, trunk
from moxie.arts.literature.pretrained.adapters import Rank
from moxie.arts.literature.pretrained.bases import Base
from moxie.arts.literature.pretrained.spelling import Tree, Units
from moxie.arts.literature.pretrained.trunk import Memory, Trunk
from moxie.arts.literature.pretrained.walk import Place

REACH = 480
"""Units that are remembered at most: some layers of small models see no farther than 512."""

OPENED = 256
"""Symbols of a text that are read again where more would have to be remembered."""

OWN = 192
"""Symbols that are predicted in one go of a whole text, after OPENED others."""

AT_ONCE = 32
"""Stretches of a text that are read side by side."""

JUMP = 24
"""From so many new symbols on a text is read at one go, and not one by one."""


@dataclass(frozen=True, slots=True)
class _State:
    """Texts side by side: the last `lengths` slots of a row of the memory are of its text."""

    memory: Memory
    lengths: NDArray[np.int64]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Places of a text that are predicted one after another, from `first` on."""

    symbols: Sequence[int]
    found: Tensor  # [of the text, symbols]
    first: int

    @property
    def length(self) -> int:
        return min(OWN, len(self.symbols) - self.first)

    @property
    def before(self) -> Sequence[int]:
        return self.symbols[max(0, self.first - OPENED) : self.first]


class Foreign:
    """A voice of a mixture; see `models.nets.Voice`. What it hears are logarithms of chances."""

    fluent = True

    def __init__(self, read: Trunk, base: Base, learnt: Mapping[str, Tensor]) -> None:
        self.trunk = read
        self.base = base
        self.learnt = learnt
        self.tree = Tree(read.units)
        self.reach = min(REACH, read.places or REACH)
        self._known: dict[bytes, Tensor] = {}

    @classmethod
    def of(
        cls, base: Base, units: Units, learnt: Mapping[str, Tensor], rank: Rank, *, half: bool
    ) -> Foreign:
        """A base corrected by what was learnt; raises BadInput where these do not fit."""
        read = trunk.load(base.folder, units, base.name)
        adapters.merge(read.model, learnt, rank, base.name)
        if half:
            read.lighten()
        return cls(read, base, learnt)

    def over(self, past: Past) -> Tensor:
        """See `Voice.over`; log probabilities float32 [n, symbols]."""
        self.prime([past])
        return self._known[past.tobytes()]

    def prime(self, pasts: Sequence[Past]) -> None:
        """Look ahead at texts that `over` is about to be asked for, side by side; forget others."""
        before = self._known
        self._known = {}
        stretches: list[_Stretch] = []
        for past in pasts:
            key, symbols = past.tobytes(), past[DEPTH:].tolist()
            found = before.get(key)
            if found is None:
                found = torch.zeros(len(symbols), self.tree.units.symbols)
                starts = range(0, len(symbols), OWN)
                stretches += [_Stretch(symbols, found, first) for first in starts]
            self._known[key] = found
        # those of like lengths together: a batch goes on until its longest has come to its end
        stretches.sort(key=lambda one: -one.length)
        for first in range(0, len(stretches), AT_ONCE):
            self._predict(stretches[first : first + AT_ONCE])

    def said(self, heard: Tensor) -> NDArray[np.float32]:
        """See `Voice.said`."""
        return np.asarray(heard.numpy(), np.float32)

    def go_on(
        self, state: object, rows: Sequence[int], pasts: Sequence[Past], pending: int
    ) -> tuple[Tensor, object]:
        """See `Voice.go_on`. What has grown too long is read again from its latest symbols on."""
        with torch.inference_mode():
            if not isinstance(state, _State) or pending > JUMP or self._full(state, pending):
                return self._opened([past[1:].tolist() for past in pasts])
            state = _picked(state, rows)
            for at in range(-pending, 0):
                state = self._step(state, [int(past[at]) for past in pasts])
        return self._logs(state), state

    def _full(self, state: _State, pending: int) -> bool:
        return int(state.lengths.max()) + pending + JUMP > self.reach

    def _opened(self, texts: Sequence[Sequence[int]]) -> tuple[Tensor, _State]:
        """Texts of symbols, the latest of each; the same text is read once."""
        latest = [tuple(text[-min(OPENED, self.reach // 2) :]) for text in texts]
        alike = sorted(set(latest))
        state = self._open(alike)
        state = _picked(state, [alike.index(text) for text in latest])
        return self._logs(state), state

    def _open(self, texts: Sequence[Sequence[int]]) -> _State:
        units = [[self.tree.units.end, *self.tree.cut(text)] for text in texts]
        lengths = np.zeros(len(units), np.int64)
        chances, memory, lengths = self._read(None, lengths, units, [len(one) for one in units])
        return _State(memory, lengths, tuple(Place.first(one) for one in chances))

    def _step(self, state: _State, symbols: Sequence[int]) -> _State:
        steps = [
            place.read(self.tree, symbol)
            for place, symbol in zip(state.places, symbols, strict=True)
        ]
        chances, memory, lengths = self._read(
            state.memory,
            state.lengths,
            [step.units for step in steps],
            [len(step.certain) for step in steps],
        )
        places = [step.told(one) for step, one in zip(steps, chances, strict=True)]
        return _State(memory, lengths, tuple(places))

    def _read(
        self,
        memory: Memory | None,
        lengths: NDArray[np.int64],
        units: Sequence[Sequence[int]],
        kept: Sequence[int],
    ) -> tuple[NDArray[np.float32], Memory, NDArray[np.int64]]:
        """Chances after some units, float32 [texts, units]; and the memory with those `kept`."""
        slots = 0 if memory is None else memory[0][0].shape[2]
        widest = max(map(len, units))
        rows = np.full((len(units), widest), self.tree.units.end, np.int64)
        mask = np.zeros((len(units), slots + widest), np.int64)
        for row, (some, length) in enumerate(zip(units, lengths, strict=True)):
            rows[row, : len(some)] = some
            mask[row, slots - length : slots + len(some)] = 1
        places = torch.from_numpy(lengths[:, None] + np.arange(widest))
        heard, grown = self.trunk.go_on(
            torch.from_numpy(rows), torch.from_numpy(mask), places, memory
        )
        last = [len(some) - 1 for some in units]
        logs = self.trunk.logs(heard[torch.arange(len(units)), last].float())
        after = lengths + np.asarray(kept)
        return logs.exp().numpy(), _latest(grown, slots + np.asarray(kept), after), after

    def _logs(self, state: _State) -> Tensor:
        return torch.from_numpy(np.stack([place.logs(self.tree) for place in state.places]))

    def _predict(self, stretches: Sequence[_Stretch]) -> None:
        """Fill in what comes next at the places of some stretches."""
        with torch.inference_mode():
            state = self._open([one.before for one in stretches])
            for ahead in range(OWN):
                for one, logs in zip(stretches, self._logs(state), strict=True):
                    one.found[one.first + ahead] = logs
                going = [row for row, one in enumerate(stretches) if ahead + 1 < one.length]
                if not going:
                    return
                stretches = [stretches[row] for row in going]
                told = [one.symbols[one.first + ahead] for one in stretches]
                state = self._step(_picked(state, going), told)


def _picked(state: _State, rows: Sequence[int]) -> _State:
    """Some texts, each as often as it is named."""
    if list(rows) == list(range(len(state.places))):
        return state
    which = torch.as_tensor(rows)
    memory = tuple((keys[which], values[which]) for keys, values in state.memory)
    return _State(memory, state.lengths[list(rows)], tuple(state.places[row] for row in rows))


def _latest(memory: Memory, ends: NDArray[np.int64], lengths: NDArray[np.int64]) -> Memory:
    """Of each row the slots that end at `ends`, as many as the longest text has."""
    most = int(lengths.max())
    if (ends == ends[0]).all():
        return tuple(
            (keys[:, :, ends[0] - most : ends[0]], values[:, :, ends[0] - most : ends[0]])
            for keys, values in memory
        )
    # what a shorter text has before its beginning is never heard
    slots = (ends[:, None] - most + np.arange(most)).clip(min=0)
    row = torch.arange(len(ends))[:, None]
    column = torch.from_numpy(slots)
    return tuple(
        (
            keys.transpose(1, 2)[row, column].transpose(1, 2),
            values.transpose(1, 2)[row, column].transpose(1, 2),
        )
        for keys, values in memory
    )
