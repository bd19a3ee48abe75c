"""Which runs of characters an author has written: short ones make a text fluent, long ones a copy.

Runs are kept as hashes of 64 bits, sorted: half a megabyte for 20,000 characters, 15 for 600,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

Hashes = NDArray[np.uint64]

CHINESE, LETTERS = (2, 3, 6), (4, 7, 18, 32)
"""Lengths of runs: hardly a word, a word and what it leans on, a phrase; likewise of letters, of
which some three words begin a passage and a clause is a copy."""

FILE = "runs.safetensors"

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Grams:
    """The runs of some lengths in some works, shortest first, hashes in order."""

    lengths: tuple[int, ...]
    runs: tuple[Hashes, ...]

    @classmethod
    def learn(cls, texts: Sequence[str], *, chinese: bool) -> Self:
        """All runs inside the texts."""
        lengths = CHINESE if chinese else LETTERS
        found = [[_hashes(text, n) for text in texts] for n in lengths]
        none = np.zeros(0, np.uint64)
        sets = [np.unique(np.concatenate([none, *some])) for some in found]
        return cls(lengths, tuple(sets))

    @property
    def chinese(self) -> bool:
        """Whether they are runs of ideographs."""
        return self.lengths[0] == CHINESE[0]

    @classmethod
    def joined(cls, several: Sequence[Self]) -> Self:
        """The runs of several authors."""
        together = zip(*(one.runs for one in several), strict=True)
        sets = tuple(np.unique(np.concatenate(runs)) for runs in together)
        return cls(several[0].lengths, sets)

    def save(self, folder: Path) -> None:
        """Write them into a model's folder."""
        arrays = {f"runs/{n}": run for n, run in zip(self.lengths, self.runs, strict=True)}
        save_file(arrays, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote."""
        arrays = load_file(folder / FILE)
        lengths = sorted(int(name.removeprefix("runs/")) for name in arrays)
        return cls(tuple(lengths), tuple(arrays[f"runs/{n}"] for n in lengths))

    def known(self, before: str, next_ones: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether the run that each next character (code points) would end is known, [lengths, n].

        A run that would begin before the text does is not told apart: True for short ones.
        """
        found = np.zeros((len(self.lengths), len(next_ones)), np.bool_)
        for place, (length, runs) in enumerate(zip(self.lengths, self.runs, strict=True)):
            if len(before) < length - 1:
                found[place] = place < 2
                continue
            start = np.uint64(0)
            with np.errstate(over="ignore"):
                for char in before[len(before) - length + 1 :]:
                    start = start * _FACTOR + np.uint64(ord(char))
                keys = start * _FACTOR + next_ones
            at = np.minimum(np.searchsorted(runs, keys), max(0, len(runs) - 1))
            found[place] = runs[at] == keys if len(runs) else False
        return found


def _hashes(text: str, length: int) -> Hashes:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < length:
        return np.zeros(0, np.uint64)
    keys = np.zeros(len(codes) - length + 1, np.uint64)
    for place in range(length):
        keys = keys * _FACTOR + codes[place : len(codes) - length + 1 + place]
    return keys
