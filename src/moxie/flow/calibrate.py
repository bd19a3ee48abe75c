"""Calibrate: try a style model's own dial, and measure what it does.

A round is one draft at each of a few settings, all with the same seed: what the seed does is the
same at every setting and does not disturb their comparison. How a dial is made of the rounds is in
`dial`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from moxie.art import Art, Brief, CopyIndex, Judge, OnStep, StyleModel
from moxie.flow import statistics
from moxie.flow.dial import Reading
from moxie.flow.evaluate import look, strangers
from moxie.flow.statistics import Estimate, Grouped, Space
from moxie.seeds import numbered

if TYPE_CHECKING:
    from moxie.art import Floats

S = TypeVar("S")

SETTINGS = (0.0, 1 / 3, 2 / 3, 1.0)
"""Settings that are tried; curves between them are smooth."""

THOROUGH, QUICK = (16, 8, 3, 2), (16, 3, 2)
"""How many rounds are made: the first number that there is time for. Wide steps, so that a machine
makes the same number every time; `QUICK` leaves out those that a whole run has to wait for."""

LEAST = 2
"""Rounds below which nothing is believed."""

MOST = 60
"""Works of a side that drafts are compared with."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A draft as it is remembered: how near the nearest work is, and its judge's vectors."""

    similarity: float
    vectors: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds made so far; each has a probe for every one of `SETTINGS`.

    `cost` is what the first took, in seconds of the processor.
    """

    probes: tuple[tuple[Probe, ...], ...] = ()
    cost: float = 0.0

    def affordable(self, numbers: Sequence[int], seconds: float) -> int:
        """The first of some numbers of rounds that fits into so many seconds; 1 if none does."""
        return next((n for n in numbers if n * self.cost <= seconds), 1)


@dataclass(frozen=True, slots=True)
class Bench(Generic[S]):
    """What drafts are made with and looked at by."""

    model: StyleModel[S]
    size: tuple[int, ...]
    index: CopyIndex[S]
    judge: Judge[S]
    art: Art[S]
    seed: int

    def round(self, number: int, wanted: int, on_step: OnStep) -> tuple[Probe, ...]:
        """Drafts of one seed at every setting: round `number`, from 0, of those wanted."""
        seed = numbered(self.seed, number)
        found: list[Probe] = []
        for setting in SETTINGS:
            content = self.model.sample(Brief(self.size, setting), seed=seed).content
            nearest = self.index.nearest(content)
            rows = self.judge.embed(self.art.split(content))
            vectors = tuple(tuple(float(value) for value in row) for row in rows)
            found.append(Probe(nearest.similarity if nearest else 0.0, vectors))
            on_step(number * len(SETTINGS) + len(found), wanted * len(SETTINGS), 0.0)
        return tuple(found)


def rounds(
    bench: Bench[S], known: Rounds, *, numbers: Sequence[int], seconds: float, on_step: OnStep
) -> Iterator[Rounds]:
    """More and more rounds, going on from those known; none where they take too long.

    How many is settled by what the first one takes, in seconds of the processor, so that a busy
    machine makes as many as an idle one: the first of `numbers` that fits, or no more than one.
    """
    found = known
    while len(found.probes) < (wanted := found.affordable(numbers, seconds)):
        began = time.process_time()
        made = bench.round(len(found.probes), wanted, on_step)
        cost = found.cost if found.probes else time.process_time() - began
        found = Rounds((*found.probes, made), cost)
        yield found


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The scale of fidelity for sets of drafts: see `statistics.score`."""

    space: Space
    own: Grouped
    held_out: Grouped
    others: Grouped

    @classmethod
    def of(
        cls,
        judge: Judge[S],
        train: Sequence[S],
        held_out: Sequence[S],
        others: Mapping[str, Floats] | None,
        art: Art[S],
        seed: int,
    ) -> Yardstick | None:
        """Between the artist and the nearest other artist; None where there are too few works."""
        own, held = (look(judge, works, art, MOST, seed) for works in (train, held_out))
        if len(own) < 2 or not len(held):
            return None
        whole = own.join(held)
        groups, _ = strangers(whole, {**judge.others(), **(others or {})})
        if not groups:
            return None
        space = Space.fit(whole, list(groups.values()))
        own, held = space.project(own), space.project(held)
        seen = [space.project(Grouped.singles(rows)) for rows in groups.values()]
        nearest = min(seen, key=lambda group: statistics.score(own, own, held, group, seed=0).floor)
        return cls(space, own, held, nearest)

    def score(self, made: Sequence[Probe], seed: int) -> Estimate:
        """The fidelity of some drafts."""
        seen = self.space.project(grouped(made))
        return statistics.score(seen, self.own, self.held_out, self.others, seed=seed).score


def grouped(made: Sequence[Probe]) -> Grouped:
    """The judge's vectors of drafts, each a work."""
    works = [place for place, probe in enumerate(made) for _ in probe.vectors]
    rows = np.array([row for probe in made for row in probe.vectors], np.float32)
    return Grouped(rows, np.array(works, np.int64))


def read(
    found: Rounds, yardstick: Yardstick | None, *, threshold: float, typical: float, seed: int
) -> Reading:
    """What rounds say; fidelity is nan without a yardstick."""
    similar = np.array([[probe.similarity for probe in one] for one in found.probes], np.float64)
    nothing = Estimate(np.nan, np.nan, np.nan)
    columns = list(zip(*found.probes, strict=True))
    fidelities = [yardstick.score(one, seed) if yardstick else nothing for one in columns]
    return Reading(SETTINGS, similar, tuple(fidelities), threshold, typical)
