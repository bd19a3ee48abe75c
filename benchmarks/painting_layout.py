"""Compositions of `painting/layout` beside those of `painting/patches`: style, originality, memory.

    python benchmarks/painting_layout.py --works DIR [--others DIR ...] [--seed N] [--minutes M]
        [--model DIR] [--quick] [--json]

The works are split 80/20 by work, as in painting.py, whose measures these are. The network learns
for `--minutes` of processor time as its plan counts them; `--model` keeps it, or takes it where it
is kept. `dial_<novelty>_*` are at settings of the dial, the same seeds at each; `own works` is how
far the artist's different works are from each other. `apart_*` are root mean squared distances of
underpaintings at 16 x 16, in deviations of the works: from what is made to the nearest work learnt
and held out, and from works held out to the nearest learnt. Larger parts of fewer works (`parts`)
mean less of the model's own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.art import Brief, Sample, StyleModel, Supply
from moxie.arts.painting.composer import Beginning
from moxie.arts.painting.lesson import looked_at
from moxie.arts.painting.picture import Picture
from moxie.arts.painting.recipes import layout, patches
from moxie.arts.painting.underpainting import PLANES, cut, shrunk
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from painting import SIZE, THRESHOLD, Bench, load
from tables import Rows, parser

NOVELTIES = (0.0, 0.5, 1.0)
COARSE = (16, 16)
LARGE = (512, 512)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--minutes", type=float, default=6, help="of learning")
    flags.add_argument("--model", type=Path, help="folder that the model is kept in")
    given = flags.parse_args()
    bench = Bench(load(given.works), {f.name: load(f) for f in given.others}, given.seed)
    rows = Rows()
    with machine.use(bench.machine):
        model = learn(bench, rows, 60 * given.minutes, given.model)
        joined = patches.PatchModel.of(bench.machine, model.gallery)
        nearest = [bench.index.nearest(w, exclude={i}) for i, w in enumerate(bench.works[:64])]
        alike = [found.similarity for found in nearest if found]
        rows.spread("own works", "median_similarity", [float(np.median(alike))], "0..1")
        n = 6 if given.quick else 16
        for name, system in (("layout", model), ("patches", joined)):
            for novelty in NOVELTIES:
                dial(bench, rows, name, system, novelty, n, given.seed)
        began = time.process_time()
        model.sample(Brief(LARGE), seed=given.seed)
        rows.spread("layout", "seconds_512", [time.process_time() - began], "CPU s")
        memory(bench, rows, model, n, given.seed)
    rows.show(len(bench.works), given.json)


def learn(bench: Bench, rows: Rows, seconds: float, folder: Path | None) -> layout.LayoutModel:
    """The model, learnt or read."""
    model = layout.RECIPE.build(bench.machine)
    assert isinstance(model, layout.LayoutModel)
    if folder is not None and folder.is_dir():
        return model.load(folder)
    samples = [Sample(f"work-{i}", work) for i, work in enumerate(bench.train)]
    amount = sum(work.shape[0] * work.shape[1] / 1e6 for work in bench.train)
    plan = layout.plan(Supply(len(samples), amount, bench.machine, seconds))
    if plan is None:
        raise SystemExit("There are too few works or minutes to learn from.")
    began = time.process_time()
    model.fit(samples, plan=plan, seed=0, checkpoint=NoCheckpoint(), on_step=lambda *_: None)
    rows.spread("layout", "learn_seconds", [time.process_time() - began], "CPU s")
    if folder is not None:
        folder.mkdir(parents=True)
        model.save(folder)
    return model


def dial(
    bench: Bench,
    rows: Rows,
    name: str,
    model: StyleModel[Picture],
    novelty: float,
    n: int,
    seed: int,
) -> None:
    """Style and originality of some drafts at a setting, as they come."""
    began = time.process_time()
    made = [model.sample(Brief(SIZE, novelty), seed=seed + 100 + i).content for i in range(n)]
    spent = (time.process_time() - began) / n
    alike = [bench.similarity(picture) for picture in made]
    rows.spread(name, f"dial_{novelty:.1f}_seconds", [spent], "CPU s")
    for yardstick in bench.yardsticks:
        score = yardstick.score(made)
        rows.spread(name, f"dial_{novelty:.1f}_style_{yardstick.judge.name}", [score], "0..1")
    rows.spread(name, f"dial_{novelty:.1f}_originality", [1 - float(np.mean(alike))], "0..1")
    rows.spread(name, f"dial_{novelty:.1f}_median_similarity", [float(np.median(alike))], "0..1")
    copies = float(np.mean([s >= THRESHOLD for s in alike]))
    rows.spread(name, f"dial_{novelty:.1f}_near_copies", [copies], "share")


def memory(bench: Bench, rows: Rows, model: layout.LayoutModel, n: int, seed: int) -> None:
    """Whether underpaintings are those of works learnt, and of how many works they are made."""
    rng = np.random.default_rng(seed)
    made = [model.composer.imagine(SIZE, Beginning(), layout.reach(0.5), rng) for _ in range(4 * n)]
    largest = [np.unique(one[..., PLANES], return_counts=True)[1].max() for one in made]
    share = float(np.median(largest)) / made[0][..., 0].size
    rows.spread("layout", "parts_largest_share", [share], "share")
    numbers = [len(np.unique(one[..., PLANES])) for one in made]
    rows.spread("layout", "parts_works", [float(np.median(numbers))], "works")
    learnt = coarse(model, list(model.composer.lesson.planes))
    held_out = coarse(model, [looked_at(work) for work in bench.held_out])
    ours = coarse(model, [one[..., :PLANES] for one in made])
    for name, one, other in (
        ("made_to_learnt", ours, learnt),
        ("made_to_held_out", ours, held_out),
        ("held_out_to_learnt", held_out[::2], learnt),
    ):
        rows.spread("layout", f"apart_{name}", [float(np.median(gaps(one, other)))], "deviations")


def coarse(model: layout.LayoutModel, planes: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The colours of the middle of underpaintings, as they are and mirrored, [2 n, numbers]."""
    found = []
    for one in planes:
        rng = np.random.default_rng(0)
        small = model.composer.lesson.scaling.scaled(shrunk(cut(one, COARSE, rng), COARSE))
        found += [small[..., :3].ravel(), small[:, ::-1, :3].ravel()]
    return np.stack(found)


def gaps(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each row the root mean squared distance to the nearest of the others."""
    apart = [np.sqrt(((row - other) ** 2).mean(1)).min() for row in one]
    return np.array(apart, np.float32)


if __name__ == "__main__":
    main()
