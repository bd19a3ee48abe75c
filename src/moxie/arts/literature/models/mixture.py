"""The language that is learnt: counts and networks as experts, and the gate that mixes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from moxie.arts.literature.models.counts import TINY, Counts
from moxie.arts.literature.models.gate import MANY, OF_FEW, OF_MANY, Fitting, Gate, Teacher
from moxie.arts.literature.models.language import Alphabet, Reader
from moxie.arts.literature.models.nets import Voice
from moxie.arts.literature.models.places import Places
from moxie.arts.literature.models.reading import TextReader, catch_up
from moxie.arts.literature.models.tables import Floats
from moxie.arts.literature.models.texts import DEPTH, Known, Past, Text, opened
from moxie.arts.literature.models.tracks import Track

LEAST_SHARE = 1e-4
"""Of every prediction so much is spread evenly: nothing is impossible."""

RUN = 48
"""Places of a text that are looked at together."""

LEAST_TAUGHT, MOST_TAUGHT, SPREAD = 12_000, 90_000, 30_000_000
"""Places that a gate is fitted on at most: so many that places times symbols come to `SPREAD`, but
within these bounds. An alphabet of letters is quick to look at, and gains by it."""

PASSES = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Places of a text one after another, and what each network has heard before them."""

    text: Text
    first: int
    last: int
    heard: tuple[torch.Tensor, ...]

    @property
    def places(self) -> Places:
        """The places themselves."""
        return Places([(self.text, at) for at in range(self.first, self.last)])

    @property
    def told(self) -> Past:
        """The symbols that come there."""
        return self.text.past[self.first : self.last]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Experts over one alphabet. With more than one a gate mixes them.

    The sides of the counts have a gate of their own, so that it can be fitted on more works than
    networks can do without; counts are one expert then. Models saved before that have none.
    """

    alphabet: Alphabet
    counts: Counts | None
    nets: tuple[Voice, ...] = ()
    gate: Gate | None = None
    sides: Gate | None = None

    @property
    def fluent(self) -> bool:
        """Whether a voice among them is."""
        return any(net.fluent for net in self.nets)

    def reader(self) -> TextReader:
        """At the beginning of a text."""
        past = opened(self.alphabet.end)
        nothing = (None,) * len(self.nets)
        return TextReader(self, past, DEPTH, nothing, self._tracks(past), Known())

    def ahead(self, readers: Sequence[Reader]) -> Floats:
        """What comes next for each reader, float32 [readers, symbols]."""
        own = [reader for reader in readers if isinstance(reader, TextReader)]
        heard = [catch_up(net, own, n) for n, net in enumerate(self.nets)]
        return self.shares(Places([(reader.text, reader.at) for reader in own]), heard)

    def nats(self, text: str) -> Floats:
        """What each character of a text costs, float32 [characters]."""
        symbols = self.alphabet.encode(text)
        if not symbols:
            return np.zeros(0, np.float32)
        costs = []
        for run in self.runs(opened(self.alphabet.end, symbols)):
            shares = self.shares(run.places, run.heard)
            costs.append(-np.log(shares[np.arange(len(run.told)), run.told]))
        starts = self.alphabet.lengths(text).cumsum()[:-1]
        return np.add.reduceat(np.concatenate(costs), np.concatenate(([0], starts)))

    def runs(self, past: Past) -> Iterator[Run]:
        """A whole text in runs."""
        text = Text.whole(past, self._tracks(past))
        heard = [net.over(past) for net in self.nets]
        for first in range(DEPTH, len(past), RUN):
            last = min(first + RUN, len(past))
            some = tuple(one[first - DEPTH : last - DEPTH] for one in heard)
            yield Run(text, first, last, some)

    def _tracks(self, past: Past) -> tuple[Track, ...]:
        return () if self.counts is None else self.counts.tracks(past)

    def shares(self, places: Places, heard: Sequence[torch.Tensor]) -> Floats:
        """What comes next at places, float32 [n, symbols]; `heard` by each network before them."""
        logs, signs = self.opinions(places, heard)
        shares = np.exp(logs[:, 0]) if self.gate is None else self.gate.mix(logs, signs)
        shares *= (1 - LEAST_SHARE) / shares.sum(1, keepdims=True)
        return np.asarray(shares + np.float32(LEAST_SHARE / self.alphabet.size), np.float32)

    def opinions(self, places: Places, heard: Sequence[torch.Tensor]) -> tuple[Floats, Floats]:
        """Log probabilities [n, experts, symbols], and signs [n, signs] of whom to believe."""
        logs, signs = [], []
        if self.counts is not None:
            counted, seen = self.counts.opinions(places)
            signs.append(seen)
            if self.sides is not None:
                said = np.log(self.sides.mix(counted, seen) + TINY)
                counted = said[:, None]
                signs.append(_sureness(said))
            logs.append(counted)
        for net, one in zip(self.nets, heard, strict=True):
            said = net.said(one)
            logs.append(said[:, None])
            signs.append(_sureness(said))
        if len(logs) == 1:
            return logs[0], signs[0]
        return np.concatenate(logs, 1), np.concatenate(signs, 1)


def _sureness(said: Floats) -> Floats:
    """How likely the likeliest is, and how much is open, float32 [n, 2]."""
    return np.stack((said.max(1), -(np.exp(said) * said).sum(1)), 1)


@dataclass(slots=True)
class School:
    """Fits a gate on texts that the experts before it have not learnt from.

    `runs` are of these texts, each beside the mixture whose experts it mixes. There must be one.
    """

    runs: Sequence[tuple[Mixture, Run]]
    fitting: Fitting
    teacher: Teacher
    seed: int

    @classmethod
    def of(cls, lessons: Sequence[tuple[Mixture, Sequence[Sequence[int]]]], seed: int) -> School:
        """Runs evenly spread over texts of symbols, by mixture; see `runs_in`."""
        runs = [
            (mixture, run)
            for mixture, texts in lessons
            for text in texts
            if len(text)
            for run in mixture.runs(opened(mixture.alphabet.end, text))
        ]
        size = lessons[0][0].alphabet.size
        taken = runs_in([text for _, texts in lessons for text in texts], size)
        runs = [runs[place] for place in np.linspace(0, len(runs) - 1, taken).round().astype(int)]
        some = [
            mixture.opinions(run.places, run.heard)
            for mixture, run in runs[:: max(1, len(runs) // 24)]
        ]
        signs = np.concatenate([seen for _, seen in some])
        fitting = fitting_of(len(runs))
        gate = Gate.fresh(signs, some[0][0].shape[1], seed, fitting.hidden)
        return cls(runs, fitting, Teacher(gate, cls.steps(len(runs)), fitting.rate), seed)

    @staticmethod
    def steps(runs: int) -> int:
        """How often a few of so many runs are learnt from, so that each comes several times."""
        return PASSES * -(-runs // fitting_of(runs).runs)

    def learn(self) -> float:
        """Some runs of places; nats a symbol before it."""
        a_pass = -(-len(self.runs) // self.fitting.runs)
        passes, done = divmod(self.teacher.step, a_pass)
        order = np.random.default_rng([self.seed, 12, passes]).permutation(len(self.runs))
        logs, signs, told = [], [], []
        for place in order[done * self.fitting.runs :][: self.fitting.runs]:
            mixture, run = self.runs[place]
            said, seen = mixture.opinions(run.places, run.heard)
            logs.append(said)
            signs.append(seen)
            told.append(run.told.astype(np.int64))
        return self.teacher.learn(*(np.concatenate(some) for some in (logs, signs, told)))

    @property
    def done(self) -> bool:
        """Whether all has been learnt."""
        return self.teacher.step >= self.teacher.steps


def fitting_of(runs: int) -> Fitting:
    """How a gate is fitted on so many runs."""
    return OF_MANY if runs >= MANY else OF_FEW


def places_in(size: int) -> int:
    """Places that a gate is fitted on at most, with so many symbols."""
    return min(max(SPREAD // size, LEAST_TAUGHT), MOST_TAUGHT)


def runs_in(texts: Sequence[Sequence[int]], size: int) -> int:
    """How many runs of texts of so many symbols a gate is fitted on."""
    return min(sum(-(-len(text) // RUN) for text in texts), places_in(size) // RUN)
