"""A pretrained model, corrected by what it learnt, as a mixture listens to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.models.places import DEPTH, Past
from moxie.arts.literature.pretrained import adapters, trunk
from moxie.arts.literature.pretrained.adapters import Rank
from moxie.arts.literature.pretrained.bases import Base
from moxie.arts.literature.pretrained.spelling import Spelling
from moxie.arts.literature.pretrained.trunk import Memory, Trunk, picked

REACH = 500
"""Symbols that it looks back on at most: layers of some models see no farther than 512."""

WINDOW = 384
"""Symbols that it sees when a whole text is predicted; half of them are the window's own."""

AT_ONCE = 8
"""Windows that are read side by side."""


@dataclass(frozen=True, slots=True)
class _State:
    memory: Memory

    @property
    def read(self) -> int:
        return self.memory[0][0].shape[2]


class Foreign:
    """A voice of a mixture; see `models.nets.Voice`."""

    def __init__(self, read: Trunk, begin: int, base: Base, learnt: Mapping[str, Tensor]) -> None:
        self.trunk = read
        self.begin = begin
        self.base = base
        self.learnt = learnt
        self.reach = min(REACH, read.places or REACH)

    @classmethod
    def of(
        cls,
        base: Base,
        alphabet: Alphabet,
        learnt: Mapping[str, Tensor],
        rank: Rank,
        *,
        half: bool,
    ) -> Foreign:
        """A base corrected by what was learnt; raises BadInput where these do not fit."""
        kept = Spelling.read(base.folder, base.name).kept(alphabet)
        read = trunk.load(base.folder, kept, base.name)
        adapters.merge(read.model, learnt, rank, base.name)
        if half:
            read.halve()
        return cls(read, alphabet.end, base, learnt)

    def over(self, past: Past) -> Tensor:
        """See `Voice.over`. Windows overlap by half; of all but the first the later halves count."""
        symbols = past[DEPTH:-1].astype(np.int64)  # after the end before the text
        own, starts = self._own(len(symbols) + 1)
        found = torch.zeros(len(symbols) + 1, self.trunk.width)
        with torch.inference_mode():
            for first in range(0, len(starts), AT_ONCE):
                some = starts[first : first + AT_ONCE]
                rows = [self._opened(symbols[start : start + 2 * own - 1]) for start in some]
                heard = self.trunk.heard(nn_pad(rows)).float()
                for start, row, one in zip(some, rows, heard, strict=True):
                    skipped = 0 if start == 0 else own
                    found[start + skipped : start + len(row)] = one[skipped : len(row)]
        return found

    def said(self, heard: Tensor) -> NDArray[np.float32]:
        """See `Voice.said`."""
        return self.trunk.said(heard)

    def go_on(
        self, state: object, rows: Sequence[int], pasts: Sequence[Past], pending: int
    ) -> tuple[Tensor, object]:
        """See `Voice.go_on`. What has grown too long to look back on is begun anew at its half."""
        told = np.stack(pasts).astype(np.int64)
        before = state.memory if isinstance(state, _State) else None
        read = state.read if isinstance(state, _State) else 0
        with torch.inference_mode():
            if before is not None and read + pending <= self.reach:
                new = torch.from_numpy(told[:, told.shape[1] - pending :])
                heard, memory = self.trunk.go_on(new, picked(before, rows))
                return heard[:, -1].float(), _State(memory)
            latest = told[:, 1:][:, -(self.reach // 2) :]
            alike, which = np.unique(latest, axis=0, return_inverse=True)
            opened = np.concatenate((np.full((len(alike), 1), self.begin), alike), 1)
            heard, memory = self.trunk.go_on(torch.from_numpy(opened), None)
            chosen = which.reshape(-1).tolist()
            return heard[chosen, -1].float(), _State(picked(memory, chosen))

    def _own(self, n: int) -> tuple[int, list[int]]:
        """Half a window, and where windows start so that each of n places is in one."""
        own = min(WINDOW, self.reach) // 2
        return own, list(range(0, max(1, n - own), own))

    def _opened(self, symbols: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(np.concatenate(([self.begin], symbols)))


def nn_pad(rows: Sequence[Tensor]) -> Tensor:
    """Rows of symbols side by side; what is added after their ends changes nothing before."""
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True)
