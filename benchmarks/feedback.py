"""How quickly a person's taste is learnt, by simulated judges whose features nobody else has.

    python benchmarks/feedback.py --works DIR [--seed N] [--quick] [--json]

One piece of each work (at most 400) is a creation; half of them may be asked about, the others
are new. A judge likes by what another extractor sees (the last judge of the art, eight principal
components), the learner sees the other judges' features alone. Families of judges: `linear`;
`ideal` (the nearer to one work in three directions the better); `mixture` (of two people the more
pleased one answers). Judges order four at a time with Gumbel noise, so that they agree with
themselves on 78 % of random pairs. No humans took part.

`pair_accuracy_<n>_<family>` is the share of all pairs of new creations that are put in the judge's
true order after n answers, tests and repetitions included; `gain_<n>_<family>` how much better, in
deviations of the true liking, the best of sixteen new ones is by the learner's choice. Systems:
`moxie` chooses its questions; `random questions` has the same model; `liked only` compares with
the mean of what came first; `others' taste` is the mean of twenty other judges of the family;
`shuffled` is Moxie with answers that mean nothing, which should learn nothing (0.5, 0). What knows
creations only by name (Elo, Bradley-Terry) stands at 0.5 and 0 for new ones by definition.
Values are means over seeds (20) with 95 % bootstrap intervals. `ready_ms` is the median time from
an answer to the next question among 1,000 creations, and its greatest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moxie import arts
from moxie.art import Art
from moxie.errors import MoxieError
from moxie.taste.answers import Choice
from moxie.taste.asking import SHOWN, question
from moxie.taste.model import Taste, fit, near_shapes
from moxie.taste.space import Space
from tables import Rows, parser

Floats = NDArray[np.float64]
Judged = Callable[[Sequence[int], np.random.Generator], list[int]]

MOST, HIDDEN, CONSISTENT, BEST_OF = 400, 8, 0.78, 16
ANSWERS = (10, 20, 50, 100)
FAMILIES = ("linear", "ideal", "mixture")


@dataclass(frozen=True)
class World:
    """Creations as the learner and as judges see them; the first half may be asked about."""

    seen: Floats
    hidden: Floats

    @property
    def half(self) -> int:
        """How many may be asked about."""
        return len(self.seen) // 2


def look(folder: Path, art: Art[Any], most: int) -> tuple[Floats, Floats]:
    """Features of one piece of each work: the learner's, and those of the last judge."""
    pieces = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in art.suffixes):
        if len(pieces) == most:
            break
        try:
            content = art.clean(art.read(path.read_bytes(), path.name)).content
        except MoxieError:
            continue
        pieces.append(art.split(content)[0])
    *known, last = art.judges()
    seen = [np.asarray(judge.embed(pieces), np.float64) for judge in known]
    return np.concatenate([_standard(one) for one in seen], 1), np.asarray(last.embed(pieces))


def _standard(features: Floats) -> Floats:
    return (features - features.mean(0)) / (features.std(0) + 1e-9)


def components(features: Floats, number: int) -> Floats:
    """Principal components, each of deviation 1."""
    left, values, _ = np.linalg.svd(_standard(features), full_matrices=False)
    return _standard(left[:, :number] * values[:number])


def liking(family: str, hidden: Floats, rng: np.random.Generator) -> Floats:
    """True utilities of all creations, in units of the judge's noise."""
    width = hidden.shape[1]
    if family == "linear":
        value = hidden @ rng.standard_normal(width)
    elif family == "ideal":
        turned = hidden @ np.linalg.qr(rng.standard_normal((width, 3)))[0]
        value = -((turned - turned[rng.integers(len(turned))]) ** 2).sum(1)
    else:
        value = (hidden @ rng.standard_normal((width, 2))).max(1)
    return np.asarray(value / noise(value), np.float64)


def noise(value: Floats) -> float:
    """The scale of noise at which random pairs are answered consistently so often."""
    apart = np.abs(value[:, None] - value[None])[np.triu_indices(len(value), 1)]
    low, high = 1e-3, 1e3
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        agreed = float((1 / (1 + np.exp(-np.clip(apart / middle, 0, 50)))).mean())
        low, high = (middle, high) if agreed > CONSISTENT else (low, middle)
    return low


def learnt(
    world: World, space: Space, answer: Judged, marks: Sequence[int], seed: int, *, active: bool
) -> dict[int, Taste]:
    """The taste after so many answers each."""
    rng = np.random.default_rng([seed, 5])
    points = space.points(world.seen[: world.half])
    said: list[Choice] = []
    asked: list[tuple[int, ...]] = []
    found: dict[int, Taste] = {}
    taste = fit(space, points, said)
    while len(asked) < max(marks):
        if active:
            new = question(taste, points, asked, rng)
            shown, kept = new.shown, new.why == "test"
        else:
            shown, kept = tuple(rng.choice(world.half, SHOWN, replace=False).tolist()), False
        order = answer(shown, rng)
        asked.append(shown)
        if not kept:
            said += [Choice(tuple(order[i:])) for i in range(len(order) - 1)]
        if len(asked) in marks:
            taste = found[len(asked)] = fit(space, points, said)
        elif active and not kept:
            taste = fit(space, points, said, near_shapes(taste.shape))
    return found


def judged(value: Floats) -> Judged:
    """A judge who orders what is shown."""

    def answer(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
        said = value[list(shown)] + rng.gumbel(size=len(shown))
        return [shown[i] for i in np.argsort(-said)]

    return answer


def meaningless(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
    """An answer at random."""
    return [int(one) for one in rng.permutation(shown)]


def accuracy(said: Floats, value: Floats) -> float:
    """The share of pairs in their true order; ties are half right."""
    i, j = np.triu_indices(len(value), 1)
    return float((0.5 + 0.5 * np.sign((said[i] - said[j]) * (value[i] - value[j]))).mean())


def gain(said: Floats, value: Floats, rng: np.random.Generator) -> float:
    """True liking of the best of sixteen, in deviations above the mean."""
    true = (value - value.mean()) / value.std()
    fours = [rng.choice(len(value), BEST_OF, replace=False) for _ in range(400)]
    return float(np.mean([true[four[said[four].argmax()]] for four in fours]))


def one_judge(
    world: World, space: Space, family: str, seed: int
) -> Mapping[str, tuple[float, float]]:
    """Accuracy and gain of every system, "<system>/<answers>"."""
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    value = liking(family, world.hidden, rng)
    true = value[world.half :]
    new = space.points(world.seen[world.half :])
    found: dict[str, tuple[float, float]] = {}

    def note(system: str, said: Floats) -> None:
        luck = np.random.default_rng([seed, 9])
        found[system] = accuracy(said, true), gain(said, true, luck)

    for system, answer, active in (
        ("moxie", judged(value), True),
        ("random questions", judged(value), False),
        ("shuffled", meaningless, False),
    ):
        marks = ANSWERS if system == "moxie" else (50,)
        for number, taste in learnt(world, space, answer, marks, seed, active=active).items():
            note(f"{system}/{number}", taste.likes(new)[0])
    firsts = [
        judged(value)(rng.choice(world.half, SHOWN, replace=False).tolist(), rng)[0]
        for _ in range(50)
    ]
    note("liked only/50", new @ space.points(world.seen[firsts]).mean(0))
    crowd = [liking(family, world.hidden, rng)[world.half :] for _ in range(20)]
    note("others' taste/50", np.mean([_standard(one[:, None])[:, 0] for one in crowd], 0))
    return found


def readiness(world: World, space: Space) -> list[float]:
    """Milliseconds from an answer to the next question, among 1,000 creations."""
    rng = np.random.default_rng(0)
    many = space.points(world.seen[rng.integers(len(world.seen), size=1000)])
    said: list[Choice] = []
    asked: list[tuple[int, ...]] = []
    taste = fit(space, many, said)
    taken = []
    for _ in range(60):
        new = question(taste, many, asked, rng)
        began = time.perf_counter()
        order = meaningless(new.shown, rng)
        said += [Choice(tuple(order[i:])) for i in range(len(order) - 1)]
        asked.append(new.shown)
        taste = fit(space, many, said, near_shapes(taste.shape))
        question(taste, many, asked, rng)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--art", default="painting")
    given = flags.parse_args()
    art = arts.find(given.art)
    seeds = range(given.seed, given.seed + (4 if given.quick else 20))
    seen, hidden = look(given.works, art, 120 if given.quick else MOST)
    order = np.random.default_rng([given.seed, 3]).permutation(len(seen))
    world = World(seen[order], components(hidden, HIDDEN)[order])
    space = Space.of(world.seen)
    rows = Rows()
    for family in FAMILIES:
        each = [one_judge(world, space, family, seed) for seed in seeds]
        for place in each[0]:
            system, number = place.split("/")
            for k, metric in enumerate(("pair_accuracy", "gain")):
                values = np.array([one[place][k] for one in each])
                rows.add(system, f"{metric}_{number}_{family}", *interval(values, given.seed))
    rows.spread("moxie", "ready_ms", readiness(world, space), "ms")
    rows.show(len(world.seen), given.json)


def interval(values: Floats, seed: int) -> tuple[float, float, float]:
    """The mean and its 95 % bootstrap interval."""
    rng = np.random.default_rng([seed, 8])
    means = values[rng.integers(len(values), size=(2000, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


if __name__ == "__main__":
    main()
