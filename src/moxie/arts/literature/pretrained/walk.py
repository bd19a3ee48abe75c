"""From chances of tokens to chances of characters, and where a text stands in being read.

A text can be cut into tokens in many ways, and nobody knows in the middle of one whether it has
ended. So every place keeps the places before it from which a token may still go on, each with its
weight: the chance that a token ended there. What comes next is summed over all of them, which is
exact for the model that at each place draws a token after all that was read. (Vieira et al. 2024,
"From language models over tokens to language models over characters", have the general case.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.pretrained.spelling import Cutter, Tree

Floats = NDArray[np.float32]

TINY = 1e-12
"""Least chance of a symbol: logarithms stay finite."""


@dataclass(frozen=True, slots=True)
class Start:
    """A place at which a token may have ended; `since` are the symbols read after it."""

    since: tuple[int, ...]
    weight: float
    chances: Floats  # [units]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a text is read: where tokens may have started, and what the cutter has begun."""

    starts: tuple[Start, ...]
    begun: tuple[int, ...] = ()

    @classmethod
    def first(cls, chances: Floats) -> Place:
        """After a beginning, or after what is cut for certain; `chances` of units float32."""
        return cls((Start((), 1.0, chances),))

    def logs(self, tree: Tree) -> Floats:
        """What comes next, log probabilities float32 [symbols]."""
        size = tree.units.symbols
        found = np.zeros(size)
        for start in self.starts:
            if start.since:
                units, following = tree.longer[start.since]
                np.add.at(found, following, start.weight * start.chances[units])
            else:
                found += start.weight * np.bincount(tree.firsts, start.chances, size)
        found = np.maximum(found / found.sum(), TINY)
        return np.asarray(np.log(found / found.sum()), np.float32)

    def read(self, tree: Tree, symbol: int) -> Step:
        """One symbol more; `chances` of units after it have to be told."""
        ended, left = 0.0, list[Start]()
        for start in self.starts:
            since = (*start.since, symbol)
            unit = tree.unit(since)
            if unit is not None:
                ended += start.weight * float(start.chances[unit])
            if since in tree.longer:
                left.append(replace(start, since=since))
        kept = [
            (start, start.weight * float(start.chances[tree.longer[start.since][0]].sum()))
            for start in left
        ]
        # weights are told of the whole, else they would grow smaller without end
        whole = max(ended + sum(mass for _, mass in kept), 1e-300)
        starts = [replace(start, weight=start.weight / whole) for start, _ in kept]
        cutter = Cutter(tree, self.begun)
        certain = cutter.read(symbol)
        return Step(tuple(starts), ended / whole, tuple(certain), cutter.begun, cutter.rest())


@dataclass(frozen=True, slots=True)
class Step:
    """A place whose own chances are not known yet: `certain` and `rest` are the units to read."""

    starts: tuple[Start, ...]
    weight: float
    certain: tuple[int, ...]
    begun: tuple[int, ...]
    rest: list[int]

    @property
    def units(self) -> list[int]:
        """What the model reads: units that are certain now, and for now those that have begun."""
        return [*self.certain, *self.rest]

    def told(self, chances: Floats) -> Place:
        """The place, with chances of units float32 after it."""
        return Place((*self.starts, Start((), self.weight, chances)), self.begun)
