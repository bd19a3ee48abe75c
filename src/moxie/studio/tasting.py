"""One person's taste as the studio knows it: learnt from their answers, measured on others.

Answers to test questions are never learnt from, nor are repetitions of them; they say how well
the taste predicts. Repetitions of questions say how steadily the person answers, which is the
most that any prediction can be right about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from moxie.studio.candidates import Candidates, candidates
from moxie.studio.desk import Desk
from moxie.taste.answers import Answer, Choice, choices, pairs
from moxie.taste.held import Foretold, foretold
from moxie.taste.model import Taste, climb
from moxie.taste.space import Floats, Space
from moxie.text import Message, say
from moxie.work import Answered

S = TypeVar("S")

ENOUGH = 50
"""Answers to questions after which a taste is usually known well enough to act on."""

Z, Z_ONE_SIDED = 1.96, 1.645
"""Normal quantiles of a 95 % interval, and of a bound that 95 % lie above."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share that was counted, with its 95 % interval and the bound that 95 % lie above.

    `n` pairs were counted, but those of one question hang together: the interval is Wilson's for
    as many independent pairs as the questions have places but the first.
    """

    value: float
    low: float
    high: float
    bound: float
    n: int

    @classmethod
    def of(cls, right: float, n: int, independent: int) -> Estimate:
        """Of `n` pairs so many were right."""
        value = right / n
        low, high = _wilson(value, independent, Z)
        bound, _ = _wilson(value, independent, Z_ONE_SIDED)
        return cls(value, low, high, bound, n)


@dataclass(frozen=True, slots=True)
class Tasted:
    """What is known of a person's taste for a corpus' creations.

    It was learnt from `said`, choices among the places of `ids`.
    `tested` is how often the taste puts pairs of test answers in the order the person gave,
    `steady` how often the person repeats their own; None before there are any. Of `compared`
    pairs that were compared more than once, `contradicted` were answered both ways.
    """

    corpus: str
    who: str
    candidates: Candidates
    said: tuple[Choice, ...]
    taste: Taste
    answers: tuple[Answered, ...]
    tested: Estimate | None
    steady: Estimate | None
    compared: int
    contradicted: int

    @property
    def asked(self) -> tuple[Answered, ...]:
        """The answers to questions, without what the person said unasked."""
        return tuple(said for said in self.answers if said.question is not None)

    @property
    def left(self) -> int:
        """How many more answers it usually takes until a taste is known well."""
        return max(0, ENOUGH - sum(said.kind != "skip" for said in self.asked))

    @property
    def ids(self) -> tuple[str, ...]:
        """The creations that can be asked about."""
        return self.candidates.ids

    @property
    def points(self) -> Floats:
        """Where each of `ids` is in the taste's space, float [n, dimensions]."""
        return self.candidates.points

    @property
    def space(self) -> Space:
        """The space of `points`."""
        return self.candidates.space

    @property
    def traits(self) -> Floats:
        """The art's traits of each of `ids`, float [n, traits]."""
        return self.candidates.traits

    def foretold(self) -> Foretold:
        """How well answers are foretold by a taste learnt from the others."""
        place = {one: i for i, one in enumerate(self.ids)}
        return foretold(self.candidates.space, self.points, list(heard(self.answers)), place)

    def likes(self) -> tuple[Floats, Floats]:
        """How much each of `ids` is liked, and how sure that is; in units of the choice's noise."""
        return self.taste.likes(self.points)


def taste(desk: Desk[S], who: str) -> Tasted:
    """Learn a person's taste from all they have said. Raises NoWorks where nothing can be asked."""
    found = candidates(desk)
    return learn(desk.corpus.name, who, found, desk.library.answers.find(desk.corpus.name, who))


def unsure(found: Foretold) -> Message:
    """Why nothing is done by a taste."""
    return say(
        "Your answers do not yet tell surely enough what you will like ({percent:.0f} % of unseen "
        "pairs foretold, which luck does {luck:.0f} % of the time): more answers, or steadier "
        "ones.",
        percent=100 * found.share if found.pairs else 0.0,
        luck=100 * found.luck,
    )


def learn(corpus: str, who: str, found: Candidates, answers: Sequence[Answered]) -> Tasted:
    """The taste that answers speak for, among creations of which features are known."""
    place = {one: i for i, one in enumerate(found.ids)}
    compared = list(heard(answers))
    said = [choice for one in compared if not one.test for choice in choices(one, place)]
    known = _fitted(found, said)
    return Tasted(
        corpus,
        who,
        found,
        tuple(said),
        known,
        tuple(answers),
        _tested(known, found.points, place, compared),
        _steady(compared),
        *_contradictions(compared),
    )


def heard(answers: Sequence[Answered]) -> Iterator[Answer]:
    """Answers that compare something; those to a test question again are tests as well."""
    tests = {frozenset(said.shown) for said in answers if said.why == "test"}
    for said in answers:
        if said.kind in ("order", "pick", "like", "stars"):
            test = len(said.shown) > 1 and frozenset(said.shown) in tests
            yield Answer(said.kind, said.shown, said.order, said.value, said.who, said.at, test)


def _fitted(found: Candidates, said: Sequence[Choice]) -> Taste:
    """The taste, from the points that were spoken of alone: the others say nothing."""
    named = sorted({one for choice in said for one in choice.among if one >= 0})
    place = {one: i for i, one in enumerate(named)}
    moved = [
        Choice(tuple(place.get(one, one) for one in choice.among), choice.weight) for choice in said
    ]
    return climb(found.space, found.points[named], moved)


def _tested(
    known: Taste, points: Floats, place: dict[str, int], compared: Sequence[Answer]
) -> Estimate | None:
    """How often pairs of test answers are predicted, but for pairs that were learnt as well.

    Of repeated questions the first counts.
    """
    liked, _ = known.likes(points)
    learnt = {frozenset(pair) for one in compared if not one.test for pair in pairs(one)}
    tests = [one for one in compared if one.test]
    right, n, independent = 0.0, 0, 0
    for said in {frozenset(one.shown): one for one in reversed(tests)}.values():
        apart = [
            liked[place[better]] - liked[place[worse]]
            for better, worse in pairs(said)
            if better in place and worse in place and frozenset((better, worse)) not in learnt
        ]
        right += sum(0.5 + 0.5 * float(np.sign(one)) for one in apart)
        n += len(apart)
        independent += min(len(apart), len(said.shown) - 1)
    return Estimate.of(right, n, independent) if n else None


def _steady(heard: Sequence[Answer]) -> Estimate | None:
    """How often the same question again gets the same answer, by pairs."""
    earlier: dict[frozenset[str], set[tuple[str, str]]] = {}
    same, n, independent = 0, 0, 0
    for said in heard:
        key, told = frozenset(said.shown), set(pairs(said))
        before = earlier.get(key)
        if before is not None:
            both = [pair for pair in told if pair in before or pair[::-1] in before]
            same += sum(pair in before for pair in both)
            n += len(both)
            independent += len(said.shown) - 1 if both else 0
        if told:
            earlier[key] = told
    return Estimate.of(same, n, independent) if n else None


def _contradictions(heard: Sequence[Answer]) -> tuple[int, int]:
    """Pairs compared more than once, and how many of them were answered both ways."""
    told: dict[frozenset[str], list[str]] = defaultdict(list)
    for said in heard:
        for better, worse in pairs(said):
            told[frozenset((better, worse))].append(better)
    again = [better for better in told.values() if len(better) > 1]
    return len(again), sum(len(set(better)) > 1 for better in again)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    """Wilson's interval of a share of `n`."""
    middle = share + z * z / (2 * n)
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    whole = 1 + z * z / n
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
