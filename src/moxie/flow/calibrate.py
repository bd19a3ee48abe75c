"""Calibrate: try a style model's own dial, and measure what it does.

A round is one draft at each of a few settings, all with the same seed: what the seed does is the
same at every setting and does not disturb their comparison. Where the rounds leave open at which
setting fidelity meets its floor, pairs of drafts at the two settings about it follow until it is
told. How a dial is made of all that is in `dial`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from moxie.art import Art, Brief, CopyIndex, Judge, OnStep, StyleModel
from moxie.flow import statistics
from moxie.flow.dial import SURE, End, Reading
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

PAIRS = (24, 12, 6, 3, 0)
"""How many pairs of further drafts are made at most: the first number that there is time for."""

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
class Pair:
    """Two drafts of one seed, at the setting of this place in `SETTINGS` and at the next."""

    place: int
    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds made so far, each with a probe for every one of `SETTINGS`, and pairs beyond them.

    `cost` is what the first took, in seconds of the processor.
    """

    probes: tuple[tuple[Probe, ...], ...] = ()
    cost: float = 0.0
    pairs: tuple[Pair, ...] = ()

    @property
    def further(self) -> int:
        """How many drafts there are beyond the rounds."""
        return sum(len(pair.probes) for pair in self.pairs)

    def affordable(self, numbers: Sequence[int], seconds: float) -> int:
        """The first of some numbers of rounds that fits into so many seconds; 1 if none does."""
        return next((n for n in numbers if n * self.cost <= seconds), 1)

    def affordable_pairs(self, seconds: float) -> int:
        """How many pairs may be made at most in what the rounds leave of so many seconds."""
        left, each = seconds - len(self.probes) * self.cost, 2 / len(SETTINGS) * self.cost
        return next((n for n in PAIRS if n * each <= left), 0)

    def columns(self) -> list[list[Probe]]:
        """All drafts by setting."""
        found = [list(probes) for probes in zip(*self.probes, strict=True)]
        for pair in self.pairs:
            for place, probe in enumerate(pair.probes, pair.place):
                found[place].append(probe)
        return found


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
        found: list[Probe] = []
        for setting in SETTINGS:
            found.append(self._draft(setting, numbered(self.seed, number)))
            on_step(number * len(SETTINGS) + len(found), wanted * len(SETTINGS), 0.0)
        return tuple(found)

    def pair(self, number: int, place: int) -> Pair:
        """Pair `number`, from 0, at the setting of this place and at the next."""
        seed = numbered(self.seed, max(THOROUGH) + number)
        probes = tuple(self._draft(setting, seed) for setting in SETTINGS[place : place + 2])
        return Pair(place, probes)

    def _draft(self, setting: float, seed: int) -> Probe:
        content = self.model.sample(Brief(self.size, setting), seed=seed).content
        nearest = self.index.nearest(content)
        rows = self.judge.embed(self.art.split(content))
        vectors = tuple(tuple(float(value) for value in row) for row in rows)
        return Probe(nearest.similarity if nearest else 0.0, vectors)


def drafts(
    bench: Bench[S],
    known: Rounds,
    yardstick: Yardstick | None,
    *,
    numbers: Sequence[int],
    seconds: float,
    on_step: OnStep,
) -> Iterator[Rounds]:
    """More and more rounds and then pairs, within so many seconds of the processor."""
    found = known
    for more in rounds(bench, known, numbers=numbers, seconds=seconds, on_step=on_step):
        found = more
        yield found
    if yardstick is not None and len(found.probes) >= LEAST:
        yield from pairs(bench, found, yardstick, seconds=seconds, on_step=on_step)


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


def pairs(
    bench: Bench[S], known: Rounds, yardstick: Yardstick, *, seconds: float, on_step: OnStep
) -> Iterator[Rounds]:
    """Pairs of drafts about the setting where fidelity meets its floor, until that is told.

    `seconds` of the processor are those of the rounds and the pairs together.
    """
    found, most = known, known.affordable_pairs(seconds)
    while len(found.pairs) < most:
        columns = found.columns()
        end = End.of(SETTINGS, [yardstick.by_drafts(c) for c in columns], [len(c) for c in columns])
        if end is None or end.told:
            return
        made = bench.pair(len(found.pairs), end.pair)
        found = replace(found, pairs=(*found.pairs, made))
        on_step(len(found.pairs), most, 0.0)
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
        return statistics.score(*self._seen(made), seed=seed).score

    def by_drafts(self, made: Sequence[Probe]) -> Estimate:
        """The same with an interval for which drafts were made alone, as a dial is ended by."""
        return statistics.by_drafts(*self._seen(made), sure=SURE)

    def _seen(self, made: Sequence[Probe]) -> tuple[Grouped, Grouped, Grouped, Grouped]:
        return self.space.project(grouped(made)), self.own, self.held_out, self.others


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
    columns = found.columns()
    nothing = tuple(Estimate(np.nan, np.nan, np.nan) for _ in columns)
    return Reading(
        SETTINGS,
        similar,
        tuple(yardstick.score(one, seed) for one in columns) if yardstick else nothing,
        tuple(map(yardstick.by_drafts, columns)) if yardstick else nothing,
        tuple(map(len, columns)),
        threshold,
        typical,
    )
