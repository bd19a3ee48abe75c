"""How well a taste foretells answers it has not seen: what may be done in its name hangs on that.

Every answer is foretold once by a taste learnt from the others. An earlier question asked again
stays on the same side as its first time. The person's own noise is in the figure: somebody who
agrees with themselves on 78 % of pairs cannot be foretold better than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from moxie.taste.answers import Answer, choices, pairs
from moxie.taste.model import Shape, fit
from moxie.taste.space import Floats, Space

FOLDS = 10
DRAWS = 2000

ROUND = 4
"""Single ratings that are compared with each other, as many as a question shows."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """The share of pairs in unseen answers that were foretold, with a 95 % bootstrap interval.

    Drawn anew by question, because the pairs of one are not independent. `bound` is what the
    share surely exceeds (95 %, one-sided). All nan where nothing could be compared.
    """

    share: float
    low: float
    high: float
    bound: float
    pairs: int
    questions: int


def foretold(
    space: Space,
    points: Floats,
    answers: Sequence[Answer],
    place: Mapping[str, int],
    shapes: Sequence[Shape],
    *,
    seed: int = 0,
) -> Foretold:
    """Cross-validate a taste over the questions of one person's answers, tests included."""
    groups = _groups(answers)
    folds = np.random.default_rng([seed, 23]).permutation(len(groups)) % FOLDS
    right: list[float] = []
    total: list[int] = []
    for fold in range(min(FOLDS, len(groups))):
        inside = [a for group, f in zip(groups, folds, strict=True) if f != fold for a in group]
        said = [choice for answer in inside for choice in choices(answer, dict(place))]
        taste = fit(space, points, said, shapes)
        liked, _ = taste.likes(points)
        for group, f in zip(groups, folds, strict=True):
            if f == fold:
                good, number = _agreement(liked, place, group)
                right.append(good)
                total.append(number)
    return _summary(np.array(right), np.array(total), seed)


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


def _summary(right: Floats, total: Floats, seed: int) -> Foretold:
    told = total > 0
    right, total = right[told], total[told]
    number = len(total)
    if not number:
        return Foretold(np.nan, np.nan, np.nan, np.nan, 0, 0)
    drawn = np.random.default_rng([seed, 24]).integers(number, size=(DRAWS, number))
    shares = right[drawn].sum(1) / total[drawn].sum(1)
    low, bound, high = np.percentile(shares, [2.5, 5, 97.5])
    return Foretold(
        float(right.sum() / total.sum()),
        float(low),
        float(high),
        float(bound),
        int(total.sum()),
        number,
    )
