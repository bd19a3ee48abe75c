"""What tuning by a taste does to creations, by simulated judges whose features nobody else has.

    python benchmarks/feedback_creations.py --works DIR [--art A] [--seed N] [--quick] [--json]
        [--keep FILE]

A judge takes minutes; `--keep` writes what each showed to a file and takes up those in it.

A model learns from the works (the art's first recipe; split as `moxie prepare` does) and makes
`POOL` creations. A judge (families as in feedback.py: likings of what the last judge of the art
sees, eight principal components of the pool) orders four at a time, 50 times; the learner sees the
other judges' features. Then what `moxie tune` does is played through: works count by the taste,
the model learns again, the version has to pass the gates of fidelity, diversity and near-copies
(the steeper counts first, then gentler ones) and the judge's own blind comparison, or the first
model stays. Of 24 candidates for each of two creations one is chosen as `moxie create --for` does.
All is judged by the true liking, in deviations of the pool around its mean; the taste's own
opinion is nowhere reported.

`gain_50_<family>` is that of what is handed out, `gain_50` over all families, `of_8_...` and
`of_16_...` of the first so many candidates; systems: `moxie` (the
model in use in the end, chosen); `moxie, gates only` (versions that lost
the blind comparison, chosen); `tuned only`
(the version that passed the gates, none chosen); `chosen only` (the first model's candidates);
`first model` (none chosen); `oracle` (the first model's, chosen by the true liking: no taste can
do better; for an ideal point 1.4 is the very best there is); `liked only` (works count by their
share in what came first in the answers, then chosen by nearness to its mean, no gates);
`shuffled` (answers that mean nothing: should gain nothing over `first model`) and `contradictory`
(every order reversed half of the time), each as `moxie`, and `..._over_first` by pairs.
Where answers are not foretold surely enough nothing is done by them; `acted_<family>` is how often
something was; `passed_steeper` and `passed_gentler` how often these counts passed the gates, `kept`
the effective share of the works in them, `promoted` how often the version won its blind comparison.
`fidelity_change` and `diversity_change` are those of the normalised scores of 48 fresh creations,
none chosen, from the first model to the version that passed the gates, by the same seeds, others
for each judge (0 where none passed); `likeness_change` that of the single figures of what is handed
out; `near_copies` the share of those 48 before anything is made again, and `near_copies_change` how
much larger it is than the first model's. Values are means over seeds (20) with 95 % bootstrap
intervals. No humans took part.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from feedback import FAMILIES, Floats, interval, judged, meaningless, of_two_minds
from feedback_pool import Pool, Studio
from feedback_tuned import FEWER, OF, Before, Liking, Lot, Orders, Version, Worth, chosen, tuned
from moxie import arts
from moxie.art import StyleModel
from moxie.nn import machine
from moxie.settings import Machine
from moxie.taste import steering
from moxie.taste.answers import Answer, Choice
from moxie.taste.asking import question
from moxie.taste.held import foretold
from moxie.taste.model import Taste, fit, near_shapes
from moxie.work import Evaluation
from tables import Rows, parser

POOL, ANSWERS, HANDED = 160, 50, 2

UNCHOSEN = 8
"""Candidates that are judged where none is chosen."""

ALL_FAMILIES = ("moxie", "chosen only", "first model", "oracle")
"""Systems whose gain is told over all families too."""

FRESH = OF * HANDED
"""Creations whose fidelity before and after is compared, others than those of the gates."""


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


def by_taste(taste: Taste, pool: Pool) -> Worth:
    """As `moxie create --for` does."""
    spread = max(float(taste.likes(pool.points)[0].std()), 1e-9)
    return lambda points: steering.careful(*taste.likes(points)) / spread


def counted_by_likes(firsts: Sequence[int], pool: Pool) -> Floats:
    """Works count by their share in what came first: learning from liked creations only."""
    share = dict.fromkeys(pool.studio.learnt, 0.0)
    for first in firsts:
        for work, part in pool.drafts[first].sources:
            share[work] += part
    counts = np.array([*share.values()])
    return counts / max(float(counts.mean()), 1e-9)


@dataclass(frozen=True)
class World:
    """What every judge of one run meets: the first model, and its creations."""

    pool: Pool
    model: StyleModel[Any]
    first: Lot  # candidates, of which each judge is offered some
    before: Before
    seen: Mapping[int, Floats]  # of the first model's candidates, by their identity: they stay

    @classmethod
    def of(cls, given: Namespace, on: Machine) -> World:
        """Made anew in every process, and the same in each."""
        name, size, seed, quick = given.art, given.size, given.seed, given.quick
        studio = Studio.of(given.works, arts.find(name), size, seed, on)
        number = 48 if quick else POOL
        pool = Pool.of(studio, number)
        model = studio.model()
        first = Lot.of(pool, model, 2 * FRESH, 10_000 + seed)
        seen = dict(zip(map(id, first.contents), pool.eyes.judge(first.contents), strict=True))
        return cls(pool, model, first, Before.of(pool, model), seen)

    def look(self, contents: Sequence[Any]) -> Floats:
        """What judges see of contents; what every judge is offered is looked at once."""
        if all(id(content) in self.seen for content in contents):
            return np.stack([self.seen[id(content)] for content in contents])
        return self.pool.eyes.judge(contents)

    def judge(self, seed: int) -> list[tuple[str, str, float]]:
        """Every figure by three judges, as (system, metric, value)."""
        works = len(self.pool.studio.dataset.places)
        found = [("", "works", float(works))]
        fresh = Fresh.of(self, self.model, seed)
        for family in FAMILIES:
            figures = Session(self, family, seed, fresh).figures()
            found += [
                (system, metric, value)
                for system, named in figures.items()
                for metric, value in named.items()
            ]
        return found


@dataclass(frozen=True)
class Fresh:
    """First attempts by a model that nobody chose from, and what they are like."""

    lot: Lot
    measured: Evaluation

    @classmethod
    def of(cls, world: World, model: StyleModel[Any], seed: int) -> Fresh:
        """The same seeds for every model that one judge meets."""
        lot = Lot.of(world.pool, model, FRESH, 10_000 + seed)
        return cls(lot, world.pool.studio.measure(lot.contents))

    @property
    def near_copies(self) -> float:
        """The share of them."""
        return float(np.mean(self.lot.copies))


class Session:
    """One judge, before whom every system is played through. `fresh` are the first model's."""

    def __init__(self, world: World, family: str, seed: int, fresh: Fresh) -> None:
        self.world, self.pool, self.family, self.seed = world, world.pool, family, seed
        self.fresh = fresh
        self.liking = Liking.of(family, world.pool, seed)
        self.true = self.liking(world.pool.hidden) / self.liking.noise
        self.width = steering.usual_distance(world.pool.points)
        offered = np.random.default_rng([seed, 6]).permutation(len(world.first.points))
        self.first = world.first.some(offered[: OF * HANDED].tolist())
        self.found: dict[str, dict[str, float]] = {}

    def figures(self) -> dict[str, dict[str, float]]:
        """Every system's figures."""
        taste, firsts = ask(self.pool, judged(self.true), self.seed)
        unchosen = self.gain("first model", self.first.contents)
        best = self._hidden(self.first.contents).reshape(HANDED, OF).max(1)
        self.note("oracle", f"gain_{ANSWERS}", float(best.mean()))
        self.note("first model", "near_copies", self.fresh.near_copies)
        self.play("moxie", taste)
        if taste is None:
            self.note("chosen only", f"gain_{ANSWERS}", unchosen)
        else:
            self.choose("chosen only", self.first, by_taste(taste, self.pool))
        if self.family == "linear":
            self.liked_only(firsts)
            for system, answers in (
                ("shuffled", meaningless),
                ("contradictory", of_two_minds(self.true)),
            ):
                odd, _ = ask(self.pool, answers, self.seed)
                got = self.play(system, odd)
                self.note(system, f"gain_{ANSWERS}_over_first", got - unchosen)
        return self.found

    def play(self, system: str, taste: Taste | None) -> float:
        """What a person gets by this taste; without one, the first model's, none chosen."""
        self.note(system, "acted", float(taste is not None))
        if taste is None:
            return self.gain(system, self.first.contents)
        world, seed = self.world, self.seed
        version = tuned(self.pool, taste, world.before, self.liking, world.model, seed)
        worth = by_taste(taste, self.pool)
        lot = self.first
        fresh = self.fresh
        if version.passed is not None:
            fresh = Fresh.of(world, version.model, seed)
            lot = fresh.lot
        self.changed(system, fresh)
        self.tell(system, version)
        gated = self.choose(system if version.promoted else f"{system}, gates only", lot, worth)
        if system == "moxie":
            self.gain("tuned only", lot.contents[:: len(lot.contents) // UNCHOSEN])
        return gated if version.promoted else self.choose(system, self.first, worth)

    def changed(self, system: str, after: Fresh) -> None:
        """How far a version's creations are from the first model's."""
        for name in ("fidelity", "diversity"):
            old, new = (getattr(one.measured, name).value for one in (self.fresh, after))
            self.note(system, f"{name}_change", new - old)
        self.note(system, "near_copies", after.near_copies)
        self.note(system, "near_copies_change", after.near_copies - self.fresh.near_copies)

    def tell(self, system: str, version: Version) -> None:
        """What became of the version."""
        for number, name in enumerate(("steeper", "gentler")):
            self.note(system, f"passed_{name}", float(version.passed == number))
        self.note(system, "kept", version.kept)
        self.note(system, "promoted", float(version.promoted))

    def choose(self, system: str, lot: Lot, worth: Worth) -> float:
        """Hand out of candidates what the taste says, and judge it."""
        for of in FEWER:
            fewer = [lot.contents[i] for i in chosen(worth, lot, self.width, of)]
            self.note(system, f"of_{of}_gain_{ANSWERS}", float(self._hidden(fewer).mean()))
        places = chosen(worth, lot, self.width)
        change = lot.some(places).mean_likeness() - self.world.first.mean_likeness()
        self.note(system, "likeness_change", change)
        return self.gain(system, [lot.contents[i] for i in places])

    def liked_only(self, firsts: Sequence[int]) -> None:
        """Works count by what came first; creations are chosen by nearness to it."""
        liked = self.pool.points[firsts].mean(0)
        model = self.pool.studio.model(counted_by_likes(firsts, self.pool))
        lot = Lot.of(self.pool, model, OF, 10_000 + self.seed)
        self.gain("liked only", [lot.contents[i] for i in chosen(lambda p: p @ liked, lot, 1.0)])

    def gain(self, system: str, contents: Sequence[Any]) -> float:
        """The true liking of what is handed out."""
        value = float(self._hidden(contents).mean())
        self.note(system, f"gain_{ANSWERS}", value)
        return value

    def note(self, system: str, metric: str, value: float) -> None:
        """Keep a figure."""
        self.found.setdefault(system, {})[f"{metric}_{self.family}"] = value

    def _hidden(self, contents: Sequence[Any]) -> Floats:
        return self.liking(self.world.look(contents))


_worlds: list[World] = []  # of this process, made once


def _begin(given: Namespace, on: Machine) -> None:
    torch.set_num_threads(1)
    _worlds.append(World.of(given, on))


def _judge(seed: int) -> list[tuple[str, str, float]]:
    return _worlds[0].judge(seed)


Figures = list[tuple[str, str, float]]


def kept(path: Path | None, world: str) -> dict[int, Figures]:
    """What judges of this world showed before, by seed."""
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {
        line["seed"]: [(s, m, v) for s, m, v in line["figures"]]
        for line in lines
        if line["world"] == world
    }


def keep(path: Path | None, world: str, seed: int, figures: Figures) -> None:
    """Write down what one judge showed."""
    if path is not None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"world": world, "seed": seed, "figures": figures}) + "\n")


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--art", default="painting")
    flags.add_argument("--size", help="of creations, in the art's words; small ones are quicker")
    flags.add_argument("--jobs", type=int, default=2, help="processes side by side")
    flags.add_argument("--minutes", type=float, help="end with the first judges after these")
    flags.add_argument("--judges", type=int, default=20, help="of each family")
    flags.add_argument("--keep", type=Path, metavar="FILE", help="write each judge's figures here")
    given = flags.parse_args()
    on = machine.detect()
    seeds = range(given.seed, given.seed + (2 if given.quick else given.judges))
    facts = (given.works.resolve().name, given.art, given.size, given.seed, given.quick, on.half)
    name = " ".join(map(str, facts))
    known = kept(given.keep, name)
    values: dict[tuple[str, str], list[float]] = {}
    began = time.monotonic()
    with ProcessPoolExecutor(
        given.jobs, multiprocessing.get_context("spawn"), _begin, (given, on)
    ) as workers:
        waiting = {seed: workers.submit(_judge, seed) for seed in seeds if seed not in known}
        for number, seed in enumerate(seeds):
            if given.minutes and time.monotonic() - began > 60 * given.minutes:
                workers.shutdown(wait=False, cancel_futures=True)
                break
            if seed in waiting:
                known[seed] = waiting[seed].result()
                keep(given.keep, name, seed, known[seed])
            for system, metric, value in known[seed]:
                values.setdefault((system, metric), []).append(value)
                if metric.startswith(f"gain_{ANSWERS}_") and system in ALL_FAMILIES:
                    values.setdefault((system, f"gain_{ANSWERS}"), []).append(value)
            told = {
                name: round(float(np.mean(v)), 3) for (s, name), v in values.items() if s == "moxie"
            }
            print(f"judge {number + 1} of {len(seeds)}: {told}", file=sys.stderr, flush=True)
    works = int(values.pop(("", "works"))[0])
    rows = Rows()
    for (system, metric), each in values.items():
        rows.add(system, metric, *interval(np.array(each), given.seed))
    rows.show(works, given.json)


if __name__ == "__main__":
    main()
