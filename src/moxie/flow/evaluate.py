"""Evaluate: how much creations are in the artist's hand, unlike each other, and not copied.

Each measure stands between two controls on one scale:

- fidelity: the normalized style score of `statistics.score`; 0 = the nearest group of other
  artists, 1 = the artist's own other works. It is a squared distance: halfway there scores 0.75.
- diversity: mean pairwise distance of the creations, in units of the artist's own works' (1);
  the floor is that of pieces of single works.
- originality: 1 - similarity to the nearest work, on average; the floor is a near-copy's
  (1 - threshold), the ceiling that of the artist's different works (1 - typical).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from moxie.art import Art, CopyIndex, Judge
from moxie.errors import Missing
from moxie.flow import statistics
from moxie.flow.statistics import Estimate, Grouped, Score, Space
from moxie.text import Message, say
from moxie.work import Evaluation, Measure

if TYPE_CHECKING:
    from moxie.art import Floats

S = TypeVar("S")
Vectors: TypeAlias = NDArray[np.floating]

MOST, MOST_OTHER_JUDGES = 120, 24
"""Works of a side that the deciding judge looks at, and the others; more add little."""

FEW_HELD_OUT, WIDE = 8, 0.5
"""From here on the reader is told that a figure is uncertain."""

SHARED, SAME, ALONE = 0.2, 0.1, 0.25
"""A group is the artist himself when it has this share of his works, is this much nearer to him
than the farthest group is, or this much nearer than any other."""

FLAT = 1e-6
"""A feature that deviates by so small a share of itself is the same everywhere: that is rounding.
"""

NEAREST, ELSEWHERE = 8, 6.0
"""Only so many groups count, the nearest: a floor is among them, and the more there are that have
little to do with the artist, the less is seen of what sets him apart. Those that are so many
standard deviations away in the average feature are of another medium or language."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What one judge found."""

    fidelity: Measure
    diversity: Measure
    details: Mapping[str, float]
    notes: tuple[Message, ...]


def evaluate(  # noqa: PLR0913  every part of the question is the caller's
    creations: Sequence[S],
    train: Sequence[S],
    held_out: Sequence[S],
    others: Mapping[str, Floats] | None,
    art: Art[S],
    index: CopyIndex[S],
    *,
    threshold: float,
    typical: float,
    seed: int,
    opinions: bool = True,
) -> Evaluation:
    """Measure creations of one model against works it has not seen.

    `others` are other artists' works as the first judge sees them, one row a work, by group; they
    join the judge's own. `index` holds all works; `threshold` and `typical` are its near-copy
    threshold and the median similarity of a work to its nearest different work. What cannot be
    told from so few works is nan, and the notes say so. Without `opinions` the first judge alone
    is asked. The same input and seed give the same.
    """
    deciding, *rest = art.judges()
    verdict = _judge(deciding, creations, train, held_out, others, art, MOST, seed)
    originality, near_copies = _originality(creations, index, threshold, typical, seed)
    second_opinions, details = {}, dict(verdict.details)
    notes = [*verdict.notes]
    for judge in rest if opinions else ():
        try:
            second = _judge(judge, creations, train, held_out, None, art, MOST_OTHER_JUDGES, seed)
        except Missing:
            notes.append(
                say("The judge {judge} is not installed; its opinion is missing.", judge=judge.name)
            )
            continue
        second_opinions[judge.name] = second.fidelity
        details |= second.details
        notes += _dependence(judge)
    return Evaluation(
        fidelity=verdict.fidelity,
        diversity=verdict.diversity,
        originality=originality,
        threshold=threshold,
        judge=deciding.name,
        samples=len(creations),
        near_copies=near_copies,
        second_opinions=second_opinions,
        details={name: value for name, value in details.items() if np.isfinite(value)},
        notes=tuple(notes),
    )


def _judge(
    judge: Judge[S],
    creations: Sequence[S],
    train: Sequence[S],
    held_out: Sequence[S],
    others: Mapping[str, Floats] | None,
    art: Art[S],
    most: int,
    seed: int,
) -> _Verdict:
    made = look(judge, creations, art, most, seed)
    own = look(judge, train, art, most, seed)
    held = look(judge, held_out, art, most, seed)
    return compare(judge.name, made, own, held, {**judge.others(), **(others or {})}, seed=seed)


def compare(
    judge: str,
    made: Grouped,
    own: Grouped,
    held_out: Grouped,
    others: Mapping[str, Floats],
    *,
    seed: int,
) -> _Verdict:
    """What a judge's vectors of creations, learnt works, held-out works and others' works say."""
    whole = own.join(held_out) if len(held_out) else own
    groups, excluded = strangers(whole, others)
    notes = [
        say(
            "The reference works {group} look like this artist's own, so they do not count as "
            "other artists'.",
            group=name,
        )
        for name in excluded
    ]
    space = Space.fit(whole, list(groups.values()))
    made, own, held_out, whole = (space.project(g) for g in (made, own, held_out, whole))
    seen = {name: space.project(Grouped.singles(rows)) for name, rows in groups.items()}
    found = {
        name: statistics.score(made, own, held_out, rows, seed=seed)
        for name, rows in seen.items()
        if len(held_out) and len(made) > 1 and len(own) > 1
    }
    nearest = min(found, key=lambda name: found[name].floor, default=None)
    fidelity = found[nearest].score if nearest else Estimate(np.nan, np.nan, np.nan)
    diversity, stuck = statistics.spread(made, whole, seed=seed)
    notes += _limits(found[nearest] if nearest else None, bool(groups), len(own), len(held_out))
    return _Verdict(
        Measure(fidelity.value, fidelity.low, fidelity.high, 0.0, 1.0),
        Measure(diversity.value, diversity.low, diversity.high, stuck, 1.0),
        _details(judge, found, nearest, made, held_out),
        tuple(notes),
    )


def look(judge: Judge[S], contents: Sequence[S], art: Art[S], most: int, seed: int) -> Grouped:
    """The judge's vectors of the pieces of at most so many contents, drawn by the seed."""
    number = len(contents)
    chosen = sorted(np.random.default_rng(seed).permutation(number)[:most].tolist())
    vectors: list[Vectors] = []
    works: list[int] = []
    for place, i in enumerate(chosen):
        rows = judge.embed(art.split(contents[i]))
        vectors.append(rows)
        works += [place] * len(rows)
    stacked = np.concatenate(vectors) if vectors else judge.embed([])
    return Grouped(stacked, np.array(works, np.int64))


def strangers(
    whole: Grouped, others: Mapping[str, Floats]
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """The groups that are other artists, and the names of those that are this artist."""
    usable = _comparable(whole, {name: rows for name, rows in others.items() if len(rows) > 1})
    if not usable:
        return {}, ()
    space = Space.fit(whole, list(usable.values()))
    own = space.project(whole)
    seen = {name: space.project(Grouped.singles(rows)) for name, rows in usable.items()}
    shared = {name: statistics.familiar(own, rows.vectors) for name, rows in seen.items()}
    far = {name: statistics.distance(own, rows) for name, rows in seen.items()}
    reach = SAME * max(far.values())
    if len(far) > 2:  # of two, the nearer one may well be a good deal nearer
        reach = max(reach, ALONE * sorted(far.values())[1])
    excluded = tuple(name for name in usable if shared[name] >= SHARED or far[name] < reach)
    return {name: rows for name, rows in usable.items() if name not in excluded}, excluded


def _comparable(whole: Grouped, others: Mapping[str, Floats]) -> dict[str, Floats]:
    """The groups that are near enough to say something, in the order given."""
    sets = [whole.shares() @ whole.vectors, *others.values()]
    inside = np.mean([rows.var(axis=0, dtype=np.float64) for rows in sets], axis=0)
    middle = sets[0].mean(axis=0)
    flat = (FLAT * np.maximum(1.0, np.abs(middle))) ** 2
    scale = np.sqrt(np.where(inside > flat, inside, 1.0))
    far = {
        name: float((((rows.mean(axis=0, dtype=np.float64) - middle) / scale) ** 2).mean())
        for name, rows in others.items()
    }
    near = sorted((name for name in far if far[name] <= ELSEWHERE**2), key=lambda name: far[name])
    return {name: rows for name, rows in others.items() if name in near[:NEAREST]}


def _originality(
    creations: Sequence[S], index: CopyIndex[S], threshold: float, typical: float, seed: int
) -> tuple[Measure, int]:
    found = [index.nearest(creation) for creation in creations]
    similarities = np.array([match.similarity if match else 0.0 for match in found])
    counts = statistics.resampled(len(found), np.random.default_rng(seed)) if found else None
    floor, ceiling = 1 - threshold, 1 - typical
    if counts is None:
        return Measure(np.nan, np.nan, np.nan, floor, ceiling), 0
    estimate = Estimate.of(counts @ (1 - similarities) / len(found))
    near_copies = int((similarities >= threshold).sum())
    return Measure(estimate.value, estimate.low, estimate.high, floor, ceiling), near_copies


def _details(
    judge: str, found: Mapping[str, Score], nearest: str | None, made: Grouped, held_out: Grouped
) -> dict[str, float]:
    covered, dense = statistics.coverage(made, held_out)
    details = {f"{judge}_coverage": covered, f"{judge}_density": dense}
    details |= {f"{judge}_distance_{name}": one.floor for name, one in found.items()}
    if nearest:
        one = found[nearest]
        details[f"{judge}_distance"] = one.distance
        details[f"{judge}_distance_own"] = one.ceiling
        details[f"{judge}_certain"] = one.certain
    return details


def _limits(score: Score | None, strangers: bool, train: int, held_out: int) -> list[Message]:
    """What the figures cannot say, worst first."""
    if not held_out or train < 2:
        return [say("There are too few works to hold any out, so fidelity cannot be measured.")]
    if not strangers:
        return [say("There are no works of other artists to compare with.")]
    if score is None or np.isnan(score.score.value):
        return [
            say("With so few works this artist cannot be told from others, so fidelity is unknown.")
        ]
    notes = []
    if held_out < FEW_HELD_OUT:
        notes.append(say("Only {n} works were held out: fidelity is a rough figure.", n=held_out))
    if score.score.high - score.score.low > WIDE:
        notes.append(say("The interval of the fidelity is wide: read it as a rough figure."))
    return notes


def _dependence(judge: Judge[S]) -> list[Message]:
    # an attribute a judge may have beyond the protocol; without it it is taken as independent
    if getattr(judge, "independent", True):
        return []
    return [
        say(
            "The judge {judge} sees features that the recipes use: it is not independent.",
            judge=judge.name,
        )
    ]
