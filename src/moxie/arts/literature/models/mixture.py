"""The language that is learnt: counts and networks as experts, and the gate that mixes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from moxie.arts.literature.models.counts import Counts
from moxie.arts.literature.models.gate import Gate, Teacher
from moxie.arts.literature.models.language import Alphabet, Reader
from moxie.arts.literature.models.nets import Voice
from moxie.arts.literature.models.places import Places
from moxie.arts.literature.models.reading import TextReader, catch_up
from moxie.arts.literature.models.tables import Floats
from moxie.arts.literature.models.texts import DEPTH, Past, Text, opened
from moxie.arts.literature.models.words import Words

LEAST_SHARE = 1e-4
"""Of every prediction so much is spread evenly: nothing is impossible."""

RUN = 48
"""Places of a text that are looked at together."""

LEAST_TAUGHT, MOST_TAUGHT, SPREAD = 12_000, 60_000, 20_000_000
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
    """Experts over one alphabet. With more than one a gate mixes them."""

    alphabet: Alphabet
    counts: Counts | None
    nets: tuple[Voice, ...] = ()
    gate: Gate | None = None

    @property
    def fluent(self) -> bool:
        """Whether a voice among them is."""
        return any(net.fluent for net in self.nets)

    def reader(self) -> TextReader:
        """At the beginning of a text."""
        past = opened(self.alphabet.end)
        return TextReader(self, past, DEPTH, (None,) * len(self.nets), self._words(past))

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
        text = Text.whole(past, self._words(past))
        heard = [net.over(past) for net in self.nets]
        for first in range(DEPTH, len(past), RUN):
            last = min(first + RUN, len(past))
            some = tuple(one[first - DEPTH : last - DEPTH] for one in heard)
            yield Run(text, first, last, some)

    def _words(self, past: Past) -> Words | None:
        return None if self.counts is None else self.counts.words(past)

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
            logs.append(counted)
            signs.append(seen)
        for net, one in zip(self.nets, heard, strict=True):
            said = net.said(one)
            logs.append(said[:, None])
            signs.append(np.stack((said.max(1), -(np.exp(said) * said).sum(1)), 1))
        if len(logs) == 1:
            return logs[0], signs[0]
        return np.concatenate(logs, 1), np.concatenate(signs, 1)


@dataclass(slots=True)
class School:
    """Fits the gate of a mixture on texts that none of its experts has learnt from.

    There must be a symbol in them.
    """

    mixture: Mixture
    runs: list[Run]
    teacher: Teacher
    seed: int

    @classmethod
    def of(cls, mixture: Mixture, texts: Sequence[Sequence[int]], seed: int) -> School:
        """Runs evenly spread over texts of symbols; see `runs_in`."""
        end = mixture.alphabet.end
        runs = [run for text in texts if len(text) for run in mixture.runs(opened(end, text))]
        places = (
            np.linspace(0, len(runs) - 1, runs_in(texts, mixture.alphabet.size)).round().astype(int)
        )
        runs = [runs[place] for place in places]
        some = [mixture.opinions(run.places, run.heard) for run in runs[:: max(1, len(runs) // 24)]]
        signs = np.concatenate([seen for _, seen in some])
        gate = Gate.fresh(signs, some[0][0].shape[1], seed)
        return cls(mixture, runs, Teacher(gate, cls.steps(len(runs))), seed)

    @staticmethod
    def steps(runs: int) -> int:
        """How many runs are learnt from, each several times."""
        return PASSES * runs

    def learn(self) -> float:
        """One run of places; nats a symbol before it."""
        done = self.teacher.step
        order = np.random.default_rng([self.seed, 12, done // len(self.runs)])
        run = self.runs[order.permutation(len(self.runs))[done % len(self.runs)]]
        logs, signs = self.mixture.opinions(run.places, run.heard)
        return self.teacher.learn(logs, signs, run.told.astype(np.int64))

    @property
    def done(self) -> bool:
        """Whether all has been learnt."""
        return self.teacher.step >= self.teacher.steps

    def taught(self) -> Mixture:
        """The mixture with its gate."""
        return replace(self.mixture, gate=self.teacher.gate)


def runs_in(texts: Sequence[Sequence[int]], size: int) -> int:
    """How many runs of texts of so many symbols a gate is fitted on."""
    most = min(max(SPREAD // size, LEAST_TAUGHT), MOST_TAUGHT)
    return min(sum(-(-len(text) // RUN) for text in texts), most // RUN)
