"""Readers of a mixture: the text so far, and how far each network has heard it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from moxie.arts.literature.models.nets import Voice
from moxie.arts.literature.models.tables import Floats
from moxie.arts.literature.models.texts import DEPTH, Known, Past, Text
from moxie.arts.literature.models.tracks import Track

if TYPE_CHECKING:
    from moxie.arts.literature.models.mixture import Mixture

ROOM = 256
"""Symbols by which the memory of a text grows."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far a network has heard a text: a row of a state that other readers may share."""

    state: object
    heard: torch.Tensor  # [rows, width]
    row: int
    at: int


class TextReader:
    """A text that is being read by a mixture. A copy shares what both have heard."""

    def __init__(
        self,
        mixture: Mixture,
        past: Past,
        at: int,
        hearings: tuple[Hearing | None, ...],
        tracks: tuple[Track, ...],
        known: Known,
        ahead: Floats | None = None,
    ) -> None:
        self.mixture = mixture
        self.past = past
        self.at = at
        self.hearings = hearings
        self.tracks = tracks
        self.known = known
        self._ahead = ahead

    @property
    def text(self) -> Text:
        """What has been read, and room for more."""
        return Text(self.past, self.tracks, self.known)

    def probabilities(self) -> Floats:
        """What comes next, float32 [symbols]."""
        if self._ahead is None:
            self._ahead = self.mixture.ahead([self])[0]
        return self._ahead

    def read(self, symbol: int) -> None:
        """Go on by one symbol."""
        if self.at == len(self.past):
            self.past = np.concatenate((self.past, np.zeros(ROOM, np.int32)))
        self.past[self.at] = symbol
        self.at += 1
        for track in self.tracks:
            track.read(symbol)
        self._ahead = None

    def copy(self) -> Self:
        """Another reader at the same place, that goes on by itself."""
        past = self.past[: self.at].copy()
        tracks = tuple(track.copy() for track in self.tracks)
        known = self.known.copy()
        return type(self)(self.mixture, past, self.at, self.hearings, tracks, known, self._ahead)

    def pending(self, n: int) -> Past:
        """What the n-th network has not heard yet, the end before the text first."""
        hearing = self.hearings[n]
        return self.past[DEPTH - 1 if hearing is None else hearing.at : self.at]

    def hear(self, n: int, hearing: Hearing) -> None:
        """Keep how far the n-th network has come."""
        self.hearings = (*self.hearings[:n], hearing, *self.hearings[n + 1 :])


def catch_up(net: Voice, readers: Sequence[TextReader], n: int) -> torch.Tensor:
    """Let the n-th network hear all that was read; what it makes of it, float32 [readers, width].

    Readers that share a state and have as much before them go on side by side.
    """
    groups: dict[tuple[int, int], list[TextReader]] = {}
    for reader in readers:
        hearing = reader.hearings[n]
        shared = 0 if hearing is None else id(hearing.heard)
        groups.setdefault((shared, len(reader.pending(n))), []).append(reader)
    for (_, symbols), group in groups.items():
        if symbols:
            _together(net, group, n)
    found = [reader.hearings[n] for reader in readers]
    return torch.stack([one.heard[one.row] for one in found if one is not None])


def _together(net: Voice, readers: Sequence[TextReader], n: int) -> None:
    hearings = [reader.hearings[n] for reader in readers]
    rows = [one.row for one in hearings if one is not None]
    first = hearings[0]
    pasts = [reader.past[DEPTH - 1 : reader.at] for reader in readers]
    before = None if first is None else first.state
    heard, state = net.go_on(before, rows, pasts, len(readers[0].pending(n)))
    for row, reader in enumerate(readers):
        reader.hear(n, Hearing(state, heard, row, reader.at))
