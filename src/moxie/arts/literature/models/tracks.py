"""What follows a text and makes contexts of what stands before each of its places.

A context is a 64-bit hash; those of a text are kept, so that the same can be found again.
"""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Hashes, Ints

LATEST = 512
"""Latest places of a text after the same contexts, or the same symbols, that count."""

BASE, WHOLE = 0x100000001B3, (1 << 64) - 1
START, MIXING = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


class Track(Protocol):
    """Contexts of one sort at all places of a text, which may go on."""

    within: tuple[int, ...]
    """For each context a wider one before it, of whose places its own are some; -1 for none."""

    keys: Hashes  # [contexts, room]

    def read(self, symbol: int) -> None:
        """Go on by one symbol."""
        ...

    def copy(self) -> Self:
        """The same, that goes on by itself."""
        ...


def earlier(track: Track, at: int, first: int) -> list[Ints]:
    """By context the latest places from `first` on, before `at`, that are after the same."""
    found: list[Ints] = []
    for keys, wider in zip(track.keys, track.within, strict=True):
        if wider < 0:
            found.append(np.flatnonzero(keys[first:at] == keys[at]) + first)
        else:
            some = found[wider]
            found.append(some[keys[some] == keys[at]])
    return [some[-LATEST:] for some in found]


def roomy(keys: Hashes, at: int) -> Hashes:
    """Keys with room for those of the place `at`."""
    if at < keys.shape[1]:
        return keys
    return np.concatenate((keys, np.zeros((len(keys), at), np.uint64)), 1)


def stretches(told: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Where stretches of what is told begin, and the places after them."""
    edges = np.diff(np.concatenate(([False], told, [False])).astype(np.int8))
    return np.flatnonzero(edges > 0), np.flatnonzero(edges < 0)


def hashed_runs(values: Ints, starts: Ints) -> Hashes:
    """Runs of values to hashes of each as far as it has come, uint64 [values + 1].

    As if multiplied by BASE and added to one after another, modulo 2^64, where BASE has an inverse.
    """
    n = len(values)
    powers = np.full(n + 1, BASE, np.uint64)
    inverse = np.full(n + 1, pow(BASE, -1, 1 << 64), np.uint64)
    powers[0] = inverse[0] = 1
    powers, inverse = powers.cumprod(), inverse.cumprod()
    sums = np.append(np.uint64(0), (values.astype(np.uint64) * inverse[1:]).cumsum())
    begins = np.zeros(n + 1, np.int64)
    begins[starts + 1] = starts
    begins = np.maximum.accumulate(begins)
    return np.asarray((sums - sums[begins]) * powers, np.uint64)


def joined(key: Hashes, value: Hashes) -> Hashes:
    """A hash of two."""
    key = (key ^ value) * MIXING
    return key ^ (key >> np.uint64(29))
