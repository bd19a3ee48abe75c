"""What tuning by a taste does to creations, by simulated judges whose features nobody else has.

    python benchmarks/feedback_creations.py --works DIR [--art A] [--seed N] [--quick] [--json]

A model learns from the works (the art's first recipe; split as `moxie prepare` does) and makes
`POOL` creations. A judge (families as in feedback.py: likings of what the last judge of the art
sees, eight principal components of the pool) orders four at a time, 50 times; the learner sees the
other judges' features. Then works count by the taste, the model learns again, makes sixteen
candidates for each of two creations, and one of sixteen is chosen, as `moxie tune` and
`moxie create --for` do (baselines: for one creation). All is judged by the true liking, in
deviations of the pool around its mean; the taste's own opinion is nowhere reported.

`gain_50_<family>` is that of what is handed out; systems: `moxie`; `chosen only` (the first model's
candidates); `tuned only` (the new model's, none chosen); `liked only` (works count by their share
in what came first in the answers, then chosen by nearness to its mean); `shuffled` (answers that
mean nothing: should gain nothing); `contradictory` (every order reversed half of the time).
Where answers are not foretold surely enough nothing is done by them; `acted_<family>` is how often
something was.
`fidelity_change` and `diversity_change` are those of the normalised scores from the first
model to the new one, `near_copies` their shares before anything is made again. Values are means
over seeds (20) with 95 % bootstrap intervals. No humans took part.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from feedback import FAMILIES, Floats, interval, judged, meaningless, noise
from feedback_pool import Pool, Studio
from moxie import arts
from moxie.taste import steering
from moxie.taste.answers import Answer, Choice
from moxie.taste.asking import question
from moxie.taste.held import foretold
from moxie.taste.model import Taste, fit, near_shapes
from tables import Rows, parser

Orders = Callable[[Sequence[int], np.random.Generator], list[int]]

POOL, ANSWERS, OF, HANDED = 160, 50, 16, 2
UNCHOSEN = 8
"""Candidates that are judged where none is chosen."""

MEASURED = 24
"""Creations of the first model whose fidelity the new ones' is compared with."""


class Liking:
    """A true liking, of anything whose hidden features are known, in deviations of the pool."""

    def __init__(self, family: str, pool: Pool, rng: np.random.Generator) -> None:
        width = pool.hidden.shape[1]
        self._family = family
        self._axes = rng.standard_normal((width, 2))
        self._turn = np.linalg.qr(rng.standard_normal((width, 3)))[0]
        self._ideal = (pool.hidden @ self._turn)[rng.integers(len(pool.hidden))]
        raw = self._raw(pool.hidden)
        self._mean, self._spread = raw.mean(), raw.std()
        self.noise = noise(raw) / self._spread  # of its answers

    def __call__(self, hidden: Floats) -> Floats:
        """The liking of each row."""
        return np.asarray((self._raw(hidden) - self._mean) / self._spread, np.float64)

    def _raw(self, hidden: Floats) -> Floats:
        if self._family == "linear":
            return np.asarray(hidden @ self._axes[:, 0], np.float64)
        if self._family == "ideal":
            return np.asarray(-((hidden @ self._turn - self._ideal) ** 2).sum(1), np.float64)
        return np.asarray((hidden @ self._axes).max(1), np.float64)


def ask(pool: Pool, answer: Orders, seed: int) -> tuple[Taste | None, list[int]]:
    """The taste after `ANSWERS` questions, and what came first in each.

    None where answers are not foretold surely enough: nothing is done by them then.
    """
    rng = np.random.default_rng([seed, 5])
    said: list[Choice] = []
    asked: list[tuple[int, ...]] = []
    firsts: list[int] = []
    heard: list[Answer] = []
    taste = fit(pool.eyes.space, pool.points, said)
    while len(asked) < ANSWERS:
        new = question(taste, pool.points, asked, rng)
        order = answer(new.shown, rng)
        asked.append(new.shown)
        firsts.append(order[0])
        heard.append(Answer("order", tuple(map(str, new.shown)), tuple(map(str, order))))
        if new.why != "test":
            said += [Choice(tuple(order[i:])) for i in range(len(order) - 1)]
            taste = fit(pool.eyes.space, pool.points, said, near_shapes(taste.shape))
    place = {str(i): i for i in range(len(pool.points))}
    known = foretold(pool.eyes.space, pool.points, heard, place, seed=seed)
    return (fit(pool.eyes.space, pool.points, said) if known.sure else None), firsts


def contrary(true: Orders) -> Orders:
    """A judge who says the opposite half of the time."""

    def answer(shown: Sequence[int], rng: np.random.Generator) -> list[int]:
        order = true(shown, rng)
        return order[::-1] if rng.random() < 0.5 else order

    return answer


Worth = Callable[[Floats], Floats]
"""Points to how well each is worth choosing."""


def by_taste(taste: Taste, pool: Pool) -> Worth:
    """As `moxie create --for` does."""
    spread = max(float(taste.likes(pool.points)[0].std()), 1e-9)
    return lambda points: steering.careful(*taste.likes(points)) / spread


def handed_out(worth: Worth, points: Floats, width: float) -> list[int]:
    """One of each sixteen."""
    chosen: list[int] = []
    for first in range(0, len(points), OF):
        some = points[first : first + OF]
        best = steering.next_best(worth(some), some, points[chosen], width)
        chosen.append(first + best)
    return chosen


def counted_by_taste(taste: Taste, pool: Pool) -> Floats:
    """As `moxie tune` does."""
    return steering.weights(steering.careful(*taste.likes(pool.works)))


def counted_by_likes(firsts: Sequence[int], pool: Pool) -> Floats:
    """Works count by their share in what came first: learning from liked creations only."""
    share = dict.fromkeys(pool.studio.learnt, 0.0)
    for first in firsts:
        for work, part in pool.drafts[first].sources:
            share[work] += part
    counts = np.array([*share.values()])
    return counts / max(float(counts.mean()), 1e-9)


@dataclass(frozen=True)
class Lot:
    """Candidates of one model, as the learner sees them."""

    contents: Sequence[Any]
    points: Floats

    @classmethod
    def of(cls, pool: Pool, counts: Floats | None, seed: int, handed: int = 1) -> Lot:
        """Sixteen for each creation, by a model that learnt with these counts."""
        drafts = pool.studio.make(pool.studio.model(counts), OF * handed, 10_000 + seed)
        contents = [draft.content for draft in drafts]
        return cls(contents, pool.eyes.look(contents))

    def some(self, places: NDArray[np.int64]) -> Lot:
        """A part of it."""
        contents = [self.contents[i] for i in places]
        return Lot(contents, self.points[places])


def one_judge(
    pool: Pool, family: str, seed: int, first: Lot, normal: tuple[float, float, float]
) -> dict[str, dict[str, float]]:
    """Every system's figures with one judge."""
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    liking = Liking(family, pool, rng)
    true = judged(liking(pool.hidden) / liking.noise)
    width = steering.usual_distance(pool.points)
    taste, firsts = ask(pool, true, seed)
    found: dict[str, dict[str, float]] = {}

    def gain(system: str, lot: Lot, worth: Worth | None) -> None:
        picked = list(range(0, len(lot.points), len(lot.points) // UNCHOSEN))
        if worth is not None:
            picked = handed_out(worth, lot.points, width)
        value = float(liking(pool.eyes.judge([lot.contents[i] for i in picked])).mean())
        found.setdefault(system, {})[f"gain_{ANSWERS}_{family}"] = value

    def by(system: str, taste: Taste | None, handed: int) -> Lot:
        """What a person gets by this taste: without one, the first model's, none chosen."""
        if taste is None:
            gain(system, first, None)
            return first
        lot = Lot.of(pool, counted_by_taste(taste, pool), seed, handed)
        gain(system, lot, by_taste(taste, pool))
        return lot

    new = by("moxie", taste, HANDED)
    found["moxie"][f"acted_{family}"] = float(taste is not None)
    gain("tuned only", new, None)
    gain("chosen only", first, None if taste is None else by_taste(taste, pool))
    after = pool.studio.measure(new.contents)
    for name, a, b in zip(("fidelity", "diversity"), after, normal, strict=False):
        found["moxie"][f"{name}_change_{family}"] = a - b
    found["moxie"][f"near_copies_{family}"] = after[2]
    found["first model"] = {f"near_copies_{family}": normal[2]}
    if family == "linear":
        liked = pool.points[firsts].mean(0)
        counts = counted_by_likes(firsts, pool)
        gain("liked only", Lot.of(pool, counts, seed), lambda p: p @ liked)
        for system, answer in (("shuffled", meaningless), ("contradictory", contrary(true))):
            odd, _ = ask(pool, answer, seed)
            by(system, odd, 1)
            found[system]["acted_linear"] = float(odd is not None)
    return found


@dataclass(frozen=True)
class World:
    """What every judge of one run meets."""

    pool: Pool
    first: Lot  # the first model's candidates, of which each judge is offered some
    normal: tuple[float, float, float]

    @classmethod
    def of(cls, folder: Path, name: str, size: str | None, seed: int, *, quick: bool) -> World:
        """Made anew in every process, and the same in each."""
        studio = Studio.of(folder, arts.find(name), size, seed)
        number = 40 if quick else POOL
        pool = Pool.of(studio, number)
        first = Lot.of(pool, None, seed, number // OF)
        return cls(pool, first, studio.measure(first.contents[:MEASURED]))

    def judge(self, seed: int) -> list[tuple[str, str, float]]:
        """Every figure by three judges, as (system, metric, value)."""
        offered = np.random.default_rng([seed, 6]).permutation(len(self.first.points))
        first = self.first.some(offered[: OF * HANDED])
        works = len(self.pool.studio.dataset.places)
        return [("", "works", float(works))] + [
            (system, metric, value)
            for family in FAMILIES
            for system, figures in one_judge(self.pool, family, seed, first, self.normal).items()
            for metric, value in figures.items()
        ]


_worlds: list[World] = []  # of this process, made once


def _begin(folder: Path, name: str, size: str | None, seed: int, quick: bool) -> None:
    torch.set_num_threads(1)
    _worlds.append(World.of(folder, name, size, seed, quick=quick))


def _judge(seed: int) -> list[tuple[str, str, float]]:
    return _worlds[0].judge(seed)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--art", default="painting")
    flags.add_argument("--size", help="of creations, in the art's words; small ones are quicker")
    flags.add_argument("--jobs", type=int, default=2, help="processes side by side")
    flags.add_argument("--judges", type=int, default=20, help="of each family")
    given = flags.parse_args()
    world = (given.works, given.art, given.size, given.seed, given.quick)
    seeds = range(given.seed, given.seed + (2 if given.quick else given.judges))
    values: dict[tuple[str, str], list[float]] = {}
    with ProcessPoolExecutor(
        given.jobs, multiprocessing.get_context("spawn"), _begin, world
    ) as workers:
        for number, found in enumerate(workers.map(_judge, seeds)):
            print(f"judge {number + 1} of {len(seeds)}", file=sys.stderr, flush=True)
            for system, metric, value in found:
                values.setdefault((system, metric), []).append(value)
    works = int(values.pop(("", "works"))[0])
    rows = Rows()
    for (system, metric), each in values.items():
        rows.add(system, metric, *interval(np.array(each), given.seed))
    rows.show(works, given.json)


if __name__ == "__main__":
    main()
