"""Generative adversarial networks on one artist's works, at equal time of the processor.

    python benchmarks/painting_gan.py --works DIR [--others DIR ...] [--minutes M] [--json]

The works are split 80/20 by work; all systems learn from the larger part and are measured against
the smaller. Networks learn thumbnails of one size, each for M minutes of the processor's time, on
one thread:

* `article`: the founding article's program, repaired as far as it takes to run (gan_baselines.py)
* `fastgan`: training as in FastGAN and lightweight-gan, narrow enough for a processor
* `moxie raw`: the generator of `painting/gan`, its small pictures enlarged
* `moxie`: the same plans with the artist's surface laid over them, as `painting/gan` hands out
* `patches`: `painting/patches`, which trains no network
* `own works`: works that were learnt from, as the ceiling

`distance` is the unbiased kernel distance (polynomial of degree three on standardized principal
components; Binkowski et al., 2018) to the held-out works by the judge that decides;
`distance_<judge>` is a second opinion. Neither sees what the networks are trained by.
`plan_distance` compares compositions and colors alone: every picture, and every work, is shrunk to
a plan's size first. `times_nearer` is the article's distance over the system's. `style_score`
is 0 for other artists and 1 for the artist's own other works; `originality` is 1 - similarity to
the nearest of all works, `raw_near_copies` the share at or above the threshold; `diversity` is the
pictures' mean distance to each other over that of the artist's works. Intervals of the
originality are quartiles, those of scores and diversity 95 % bootstrap intervals over pictures.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from gan_baselines import Article, Baseline, Fast
from moxie.art import Brief, Judge, Sample, StyleModel, Supply
from moxie.arts.painting.copies import PictureIndex
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.recipes import gan, patches
from moxie.arts.painting.tensors import to_picture, to_tensor
from moxie.errors import Cancelled
from moxie.flow import statistics
from moxie.nn import machine
from moxie.nn.checkpoint import MemoryCheckpoint, NoCheckpoint
from moxie.settings import Machine
from moxie.work import Plan
from painting import ART, SIZE, THRESHOLD, Yardstick, load
from tables import Rows, parser

PICTURES, QUICK_PICTURES = 32, 12
"""Made by each system."""

NOVELTY = 0.5

OWN = "own works"

SIDE = gan.SIDE
"""Of the baselines' pictures, as of our plans: all networks learn the same thumbnails."""


class Bench:
    """One artist's works, split, and what the systems are measured by."""

    def __init__(
        self, works: Sequence[Picture], others: Mapping[str, Sequence[Picture]], seed: int
    ) -> None:
        order = np.random.default_rng(seed).permutation(len(works))
        cut = max(1, round(0.8 * len(works)))
        self.train = [works[i] for i in order[:cut]]
        held_out = [works[i] for i in order[cut:]]
        judges = [judge for judge in ART.judges() if getattr(judge, "independent", False)]
        self.yardsticks = [Yardstick(judge, self.train, held_out, dict(others)) for judge in judges]
        self.plans = _of_plans(judges[0], self.train, held_out, others)
        self.index = PictureIndex(works)

    def measure(self, rows: Rows, system: str, made: Sequence[Picture]) -> None:
        """The rows of one system."""
        for i, yardstick in enumerate(self.yardsticks):
            name = "" if i == 0 else f"_{yardstick.judge.name}"
            seen = yardstick.seen(made)
            found = yardstick.scored(seen)
            rows.spread(system, f"distance{name}", [found.distance])
            low, high = found.score.low, found.score.high
            rows.add(system, f"style_score{name}", found.score.value, low, high, "0..1")
            if i == 0:
                varied, _ = statistics.spread(seen, yardstick.own, seed=0)
                rows.add(system, "diversity", varied.value, varied.low, varied.high, "times own")
        small = self.plans.scored(self.plans.seen([_small(p) for p in made]))
        rows.spread(system, "plan_distance", [small.distance])
        if system != OWN:  # they are in the index themselves
            self._originality(rows, system, made)

    def _originality(self, rows: Rows, system: str, made: Sequence[Picture]) -> None:
        alike = [f.similarity if (f := self.index.nearest(p)) else 0.0 for p in made]
        low, middle, high = np.percentile(alike, [25, 50, 75])
        rows.add(system, "originality", 1 - middle, 1 - high, 1 - low, "0..1")
        copies = float(np.mean([a >= THRESHOLD for a in alike]))
        rows.spread(system, "raw_near_copies", [copies], "share")


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--minutes", type=float, default=15.0, help="of training, each network")
    flags.add_argument("--sheets", type=Path, help="folder for pictures of what was made")
    given = flags.parse_args()
    minutes = 1.0 if given.quick else given.minutes
    works = load(given.works)
    rows, seed = Rows(), given.seed
    # one thread: with several, time spent waiting for the others would count as well
    here = Machine(threads=1, half=machine.detect().half)
    with machine.use(here):
        bench = Bench(works, {f.name: load(f) for f in given.others}, seed)
        made = _all(bench, rows, 60 * minutes, seed, here, given.quick)
        for system, pictures in made.items():
            bench.measure(rows, system, pictures)
            if given.sheets:
                _sheet(pictures, given.sheets / f"{system.replace(' ', '_')}.png")
    _ratios(rows)
    rows.show(len(works), given.json)


def _all(
    bench: Bench, rows: Rows, seconds: float, seed: int, here: Machine, quick: bool
) -> dict[str, list[Picture]]:
    """What every system makes, by its name."""
    n = QUICK_PICTURES if quick else PICTURES
    made: dict[str, list[Picture]] = {}
    baselines: dict[str, Baseline] = {"article": Article(SIDE), "fastgan": Fast(SIDE)}
    for name, baseline in baselines.items():
        baseline.train(_Thumbnails(bench.train, baseline.side, seed), seconds, seed)
        rows.spread(name, "steps", [float(baseline.steps)])
        random = torch.Generator().manual_seed(seed)
        drawn = baseline.draw(torch.randn(n, baseline.latent, generator=random))
        made[name] = [resize(to_picture(image[None]), *SIZE) for image in drawn]
    model, steps = _learn(bench.train, seconds, seed, here)
    rows.spread("moxie raw", "steps", [float(steps)])
    rng = np.random.default_rng(seed)
    made["moxie raw"] = [resize(model.plan(NOVELTY, rng), *SIZE) for _ in range(n)]
    made["moxie"] = _painted(rows, "moxie", model, n, seed)
    plain = patches.RECIPE.build(here).fit(
        _samples(bench.train),
        plan=Plan({}, 0.0, patches.RECIPE.summary),
        seed=seed,
        checkpoint=NoCheckpoint(),
        on_step=lambda *_: None,
    )
    made["patches"] = _painted(rows, "patches", plain, n, seed)
    drawn_works = np.random.default_rng(seed).permutation(len(bench.train))[:n]
    made[OWN] = [bench.train[i] for i in drawn_works]
    return made


def _painted(rows: Rows, name: str, model: StyleModel[Picture], n: int, seed: int) -> list[Picture]:
    began = time.process_time()
    made = [model.sample(Brief(SIZE, NOVELTY), seed=1000 * seed + i).content for i in range(n)]
    rows.spread(name, "creation_seconds", [(time.process_time() - began) / n], "s of a core")
    return made


def _learn(
    works: Sequence[Picture], seconds: float, seed: int, here: Machine
) -> tuple[gan.GanModel, int]:
    """`painting/gan` after so many seconds of the processor's time, and its steps.

    The gallery's preparation is in it.
    """
    supply = Supply(len(works), sum(map(ART.amount, works)), here, 3600.0)
    plan = gan.plan(supply)
    assert plan is not None
    checkpoint = MemoryCheckpoint()
    began, last = time.process_time(), 0

    def stop_in_time(step: int, _total: int, _loss: float) -> None:
        nonlocal last
        last = step - len(works)
        if time.process_time() - began >= seconds:
            raise Cancelled("The time is over.")

    def fit(steps: int) -> gan.GanModel:
        course = Plan({**plan.options, "steps": steps}, seconds, plan.why)
        return gan.GanModel(here).fit(
            _samples(works), plan=course, seed=seed, checkpoint=checkpoint, on_step=stop_in_time
        )

    try:
        return fit(10**6), last
    except Cancelled:
        return fit(last), last  # goes on from where it stopped, and has nothing left to do


def _samples(works: Sequence[Picture]) -> list[Sample[Picture]]:
    return [Sample(f"work-{i}", work) for i, work in enumerate(works)]


class _Thumbnails:
    """Works as square thumbnails, drawn at random and mirrored half of the time."""

    def __init__(self, works: Sequence[Picture], side: int, seed: int) -> None:
        self.images = torch.cat([to_tensor(resize(work, side, side)) for work in works])
        self.rng = np.random.default_rng(seed)

    def __call__(self, n: int) -> torch.Tensor:
        """See `gan_baselines.Batch`."""
        drawn = self.images[torch.from_numpy(self.rng.integers(0, len(self.images), n))]
        mirrored = torch.from_numpy(self.rng.random(n) < 0.5)
        return torch.where(mirrored[:, None, None, None], drawn.flip(3), drawn)


def _of_plans(
    judge: Judge[Picture],
    train: Sequence[Picture],
    held_out: Sequence[Picture],
    others: Mapping[str, Sequence[Picture]],
) -> Yardstick:
    """A yardstick of compositions: all works at the networks' size."""
    strangers: dict[str, Sequence[Picture]] = {
        name: [_small(work) for work in works] for name, works in others.items()
    }
    own, held = ([_small(work) for work in works] for works in (train, held_out))
    return Yardstick(judge, own, held, strangers)


def _small(picture: Picture) -> Picture:
    """Shrunk to a plan's size and enlarged again, in a square."""
    return resize(resize(picture, gan.SIDE, gan.SIDE), *SIZE)


def _ratios(rows: Rows) -> None:
    """How many times nearer to the held-out works each system is than the article's."""
    found = {(row["system"], row["metric"]): row["value"] for row in rows.rows}
    for metric in ("distance", "plan_distance"):
        base = found["article", metric]
        assert isinstance(base, float)
        for (system, name), value in found.items():
            # at a ceiling's distance, about 0, a ratio says nothing
            if name == metric and isinstance(value, float) and value > 0.01:
                rows.spread(str(system), f"times_nearer_{metric}", [base / value])


def _sheet(pictures: Sequence[Picture], path: Path) -> None:
    """Some of the pictures side by side, in lines of four."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = [resize(picture, 200, 200) for picture in pictures[:24]]
    lines = [np.concatenate(small[i : i + 4], 1) for i in range(0, len(small) // 4 * 4, 4)]
    cv2.imwrite(str(path), cv2.cvtColor(np.concatenate(lines), cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
