"""How well a taste foretells answers it has not seen: what may be done in its name hangs on that.

Every answer is foretold once by a taste learnt from the others. An earlier question asked again
stays on the same side as its first time. The person's own noise is in the figure: somebody who
agrees with themselves on 78 % of pairs cannot be foretold better than that.

What chance would do is not 0.5 give or take a binomial: the folds share their answers, so that a
slope found by luck is found in all of them (there is no unbiased estimate of the variance of
cross-validation: Bengio and Grandvalet 2004). It is therefore measured, by foretelling answers
that were shuffled within their questions (a permutation test, valid whatever was asked).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from moxie.taste.answers import Answer, choices, pairs
from moxie.taste.model import Shape, fit
from moxie.taste.space import Floats, Space

FOLDS = 5
SHUFFLES = 99
DRAWS = 2000

TRUST, LUCK = 0.55, 0.02
"""The share of unseen pairs to be foretold, and how often luck may do as well, at most."""

ROUND = 4
"""Single ratings that are compared with each other, as many as a question shows."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """The share of pairs in unseen answers that were foretold, with a 95 % bootstrap interval.

    Drawn anew by question, because the pairs of one are not independent. `luck` is how often
    shuffled answers are foretold as well (the p of the permutation test). Shares are nan, and
    luck is 1, where nothing could be compared.
    """

    share: float
    low: float
    high: float
    luck: float
    pairs: int
    questions: int

    @property
    def sure(self) -> bool:
        """Whether anything may be done in the name of the taste."""
        return self.share > TRUST and self.luck <= LUCK


def foretold(
    space: Space,
    points: Floats,
    answers: Sequence[Answer],
    place: Mapping[str, int],
    *,
    seed: int = 0,
) -> Foretold:
    """Cross-validate a taste over the questions of one person's answers, tests included."""
    right, total = _validated(space, points, answers, place, seed)
    told = total > 0
    right, total = right[told], total[told]
    number = len(total)
    if not number:
        return Foretold(np.nan, np.nan, np.nan, 1.0, 0, 0)
    share = float(right.sum() / total.sum())
    rng = np.random.default_rng([seed, 24])
    as_well = 1
    for _ in range(SHUFFLES):
        shuffled = _shuffled(answers, rng)
        by_luck, compared = _validated(space, points, shuffled, place, seed)
        as_well += bool(by_luck.sum() >= share * compared.sum() - 1e-9)
    drawn = rng.integers(number, size=(DRAWS, number))
    shares = right[drawn].sum(1) / total[drawn].sum(1)
    low, high = np.percentile(shares, [2.5, 97.5])
    luck = as_well / (SHUFFLES + 1)
    return Foretold(share, float(low), float(high), luck, int(total.sum()), number)


def _validated(
    space: Space,
    points: Floats,
    answers: Sequence[Answer],
    place: Mapping[str, int],
    seed: int,
) -> tuple[Floats, Floats]:
    """Pairs foretold rightly, and all compared, by group of answers; float [groups] each.

    The shape of the taste is the usual one: one chosen by these answers would have seen them.
    """
    groups = _groups(answers)
    folds = np.random.default_rng([seed, 23]).permutation(len(groups)) % FOLDS
    right, total = np.zeros(len(groups)), np.zeros(len(groups))
    for fold in range(min(FOLDS, len(groups))):
        inside = [a for group, f in zip(groups, folds, strict=True) if f != fold for a in group]
        said = [choice for answer in inside for choice in choices(answer, dict(place))]
        liked, _ = fit(space, points, said, [Shape()]).likes(points)
        for i in np.flatnonzero(folds == fold):
            right[i], total[i] = _agreement(liked, place, groups[i])
    return right, total


def _shuffled(answers: Sequence[Answer], rng: np.random.Generator) -> list[Answer]:
    """The same questions, answered by chance; ratings are dealt anew among what was rated."""
    dealt: dict[str, Iterator[int]] = {}
    for kind in ("like", "stars"):
        values = [answer.value for answer in answers if answer.kind == kind]
        dealt[kind] = iter(rng.permutation(values).tolist())
    found = []
    for answer in answers:
        if answer.kind in ("order", "pick"):
            order = tuple(rng.permutation(answer.shown).tolist())[: len(answer.order)]
            found.append(replace(answer, order=order))
        else:
            found.append(replace(answer, value=int(next(dealt[answer.kind]))))
    return found


def _groups(answers: Sequence[Answer]) -> list[tuple[Answer, ...]]:
    """Answers that stay together: about the same creations, or ratings that are compared."""
    found: dict[frozenset[str], list[Answer]] = {}
    for answer in answers:
        if answer.kind in ("order", "pick"):
            found.setdefault(frozenset(answer.shown), []).append(answer)
    together = [tuple(group) for group in found.values()]
    for kind in ("like", "stars"):
        latest = {answer.shown[0]: answer for answer in answers if answer.kind == kind}
        rated = list(latest.values())
        together += [tuple(rated[i : i + ROUND]) for i in range(0, len(rated), ROUND)]
    return together


def _compared(group: Sequence[Answer]) -> Iterator[tuple[str, str]]:
    """The pairs (better, worse) that answers of one group say."""
    if group[0].kind in ("order", "pick"):
        for answer in group:
            yield from pairs(answer)
        return
    for one in group:
        for other in group:
            if one.value > other.value:
                yield one.shown[0], other.shown[0]


def _agreement(
    liked: Floats, place: Mapping[str, int], group: Sequence[Answer]
) -> tuple[float, int]:
    """Pairs of a group foretold rightly, and all that are still there; ties are half right."""
    signs = [
        np.sign(liked[place[better]] - liked[place[worse]])
        for better, worse in _compared(group)
        if better in place and worse in place
    ]
    return float(sum(0.5 + 0.5 * sign for sign in signs)), len(signs)
