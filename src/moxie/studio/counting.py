"""What each work counts when a model learns again: by a taste, or by what its creations lack.

Counted one-sidedly, the works themselves are no longer quite the artist's: their fidelity falls.
That is known before anything is made, so counts are taken that cost no more than may be lost.
Creations stand beside the works, whatever the works count: counts may bring them nearer, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from moxie.art import Art
from moxie.flow import statistics
from moxie.flow.calibrate import Yardstick
from moxie.flow.evaluate import look
from moxie.flow.statistics import Grouped
from moxie.taste import steering

if TYPE_CHECKING:
    from moxie import art as protocol
    from moxie.taste.space import Floats

S = TypeVar("S")

FIDELITY_LOSS = 0.05
"""How much less like the artist a version by somebody's taste may be."""

LOST, LEFT = (0.7, 0.3), (steering.KEPT, 0.5)
"""Shares of `FIDELITY_LOSS` that the works may lose as they are counted, and of the works that keep
counting: where the steeper counts fail a gate, the gentler are tried."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the works are to the first judge, a kernel [n, n], and what a fidelity of 1 is.

    `seen` are the works as that judge sees them, `yardstick` is what lots of creations are measured
    with.
    """

    seen: Grouped
    alike: Floats
    unit: float
    yardstick: Yardstick

    @classmethod
    def of(
        cls,
        art: Art[S],
        train: Sequence[S],
        held_out: Sequence[S],
        others: Mapping[str, protocol.Floats] | None,
    ) -> Likeness | None:
        """Of the works that are learnt from; None where the artist cannot be told from others."""
        judge = art.judges()[0]
        yardstick = Yardstick.of(judge, train, held_out, others, art, 0)
        if yardstick is None:
            return None
        own = yardstick.own
        found = statistics.score(own, own, yardstick.held_out, yardstick.others, seed=0)
        unit = found.floor - found.ceiling
        if not unit > 0:
            return None
        seen = yardstick.space.project(look(judge, train, art, len(train), 0))
        return cls(seen, statistics.kernel(seen, seen), unit, yardstick)

    def drift(self, made: Sequence[S], art: Art[S]) -> Floats:
        """How much further from the works creations come as one work takes all, float [n].

        By the squared discrepancy between such creations as were `made` and the works, which moves
        by twice the product of what is between them and of how the works move. Works held out,
        which are measured by, have a part in it only as the judge's space was fitted on all works.
        """
        seen = self.yardstick.space.project(look(art.judges()[0], made, art, len(made), 0))
        number = len(self.alike)
        own = (self.alike.sum(0) - np.diag(self.alike)) / max(number - 1, 1)
        return np.asarray(2 * (statistics.kernel(seen, self.seen).mean(0) - own), np.float64)

    def gained(self, counts: Floats, drift: Floats) -> float:
        """By how much more fidelity creations are foretold to have with works counting so."""
        step = counts / len(counts) - 1 / len(counts)
        return -float(step @ self.alike @ step + drift @ step) / self.unit

    def chance(self, one: Sequence[S], other: Sequence[S], art: Art[S]) -> float:
        """How far the fidelities of two lots of the same seeds differ by chance, a deviation."""
        space, judge = self.yardstick.space, art.judges()[0]
        first, second = (space.project(look(judge, lot, art, len(lot), 0)) for lot in (one, other))
        held_out = self.yardstick.held_out
        return statistics.chance_of_change(first, second, held_out) / self.unit


def counts(
    liking: Floats,
    likeness: Likeness | None,
    drift: Floats | None = None,
    base: Floats | None = None,
) -> Iterator[Floats]:
    """What each work is to count by how it is liked, float [n] of mean 1; steeper counts first.

    See `Likeness.drift`; with it creations are foretold to come no further from the artist. `base`
    is what the works count in the model that made them.
    """
    for lost, left in zip(LOST, LEFT, strict=True):
        if likeness is None:
            risen = steering.weights(liking, kept=left) * (1 if base is None else base)
            yield risen / max(float(risen.mean()), 1e-9)
        else:
            most = lost * FIDELITY_LOSS * likeness.unit
            yield steering.faithful(liking, likeness.alike, most, drift=drift, kept=left, base=base)
