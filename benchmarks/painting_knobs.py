"""What makes new paintings better: more works, tuned figures, prior knowledge; each by itself.

    python benchmarks/painting_knobs.py --works DIR [--others DIR ...] [--seed N] [--quick] [--json]

`painting/patches` learns from the larger part of the works (80/20 by work), as it is (`all`) and
with one thing switched off at a time:

- `works 5`, `20`, `80`: only so many of the works, drawn anew for each seed;
- `flat description`: blocks are found by their colours alone, the weights that were tuned on other
  works (contrast, busyness, direction) being 0;
- `not evened`: regions keep the contrast that the blocks chosen happen to have;
- `no subjects`: partners of a composition are drawn without the frozen network's opinion of what
  works show (the one thing here that was learnt from other people's pictures).

`style_score_<judge>` as in painting.py, the first judge deciding; `originality` is 1 - similarity
to the nearest work. Medians over seeds, the least and the greatest; `gain` is the score of `all`
less that of the row, by pairs of one seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest import mock

import numpy as np

from moxie.art import Brief, Sample
from moxie.arts.painting import blocks, montage, quilt
from moxie.arts.painting.copies import PictureIndex
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes.patches import PatchModel
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.text import say
from moxie.work import Plan
from painting import ART, SIZE, Yardstick, load
from tables import Rows, parser

FEWER = (5, 20, 80)


@dataclass(frozen=True)
class Knob:
    """One row: how many works are learnt from (None: all), and what is switched off meanwhile."""

    name: str
    works: int | None = None
    off: str = ""


KNOBS = (
    Knob("all"),
    *(Knob(f"works {n}", n) for n in FEWER),
    Knob("flat description", off="description"),
    Knob("not evened", off="evening"),
    Knob("no subjects", off="subjects"),
)


@contextmanager
def switched(off: str) -> Iterator[None]:
    """Without one part of the engine."""
    if off == "description":
        names = ("CONTRAST", "ENERGY", "DIRECTION")
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(mock.patch.object(blocks, name, 0.0))
            yield
    elif off == "evening":
        with mock.patch.object(quilt, "even", lambda laid, wanted, side: laid):
            yield
    elif off == "subjects":

        def blind(gallery: Gallery, index: int) -> montage.Floats:
            return np.zeros(len(gallery), np.float32)

        with mock.patch.object(Gallery, "alike", blind):
            yield
    else:
        yield


def learnt(works: Sequence[Picture]) -> PatchModel:
    """The recipe on some works."""
    samples = [Sample(f"work-{i}", work) for i, work in enumerate(works)]
    plan, checkpoint = Plan({}, 0.0, say("It is short.")), NoCheckpoint()
    model = PatchModel(machine.detect())
    return model.fit(samples, plan=plan, seed=0, checkpoint=checkpoint, on_step=lambda *_: None)


@dataclass(frozen=True)
class Ground:
    """What every row is measured on."""

    train: Sequence[Picture]
    yardsticks: Sequence[Yardstick]
    index: PictureIndex
    creations: int

    def scores(self, knob: Knob, model: PatchModel, seed: int) -> dict[str, float]:
        """Every figure of one row and seed."""
        with switched(knob.off):
            seeds = range(10_000 * seed, 10_000 * seed + self.creations)
            made = [model.sample(Brief(SIZE), seed=s).content for s in seeds]
            found = {f"style_score_{y.judge.name}": y.score(made) for y in self.yardsticks}
            nearest = [self.index.nearest(picture) for picture in made]
            found["originality"] = 1 - float(np.mean([n.similarity for n in nearest if n]))
        return found

    def row(self, knob: Knob, whole: PatchModel, seeds: range) -> dict[str, list[float]]:
        """The figures of one row, by seed."""
        found: dict[str, list[float]] = {}
        for seed in seeds:
            rng = np.random.default_rng([seed, 1])
            few = rng.permutation(len(self.train))[: knob.works]
            model = whole if knob.works is None else learnt([self.train[i] for i in few])
            for name, value in self.scores(knob, model, seed).items():
                found.setdefault(name, []).append(value)
        return found


def main() -> None:
    """Measure and print."""
    args = parser(__doc__).parse_args()
    seeds, creations = (1, 8) if args.quick else (5, 8)
    works = load(args.works)
    order = np.random.default_rng(args.seed).permutation(len(works))
    cut = max(1, len(works) // 5)
    held_out, train = ([works[i] for i in part] for part in (order[:cut], order[cut:]))
    others: dict[str, Sequence[Picture]] = {f.name: load(f) for f in args.others}
    yardsticks = [Yardstick(judge, train, held_out, others) for judge in ART.judges()]
    ground = Ground(train, yardsticks, PictureIndex(works), creations)
    whole = learnt(train)
    rows, baseline = Rows(), dict[str, list[float]]()
    for knob in KNOBS:
        if knob.works is not None and knob.works >= len(train):
            continue
        found = ground.row(knob, whole, range(args.seed, args.seed + seeds))
        baseline = baseline or found
        for name, values in found.items():
            rows.spread(knob.name, name, values)
        first = next(iter(found))
        pairs = zip(baseline[first], found[first], strict=True)
        rows.spread(knob.name, "gain", [own - less for own, less in pairs])
    rows.show(len(works), args.json)


if __name__ == "__main__":
    main()
