"""New paintings in an artist's hand, beside three baselines, on works that none has seen.

    python benchmarks/painting.py --works DIR [--others DIR ...] [--seed N] [--quick] [--json]

The works are split 80/20 by work. Moxie's recipe and the peers (patch nearest neighbours, patch
and feature matching, see peers.py) learn from the larger part; everything is measured against the
smaller. `style_score` is 0 for other artists (the nearest group of `--others`, or of the bank
that ships with Moxie) and 1 for the artist's own other works, by a judge that no system optimises;
`style_score_<judge>` are second opinions. `patch_swd` is the sliced Wasserstein distance of 7 x 7
patches to the held-out works, `flatness` that of local contrast; for both, less is better, and as
many pictures of each system are compared. `own works` are works that were learnt from.
`originality` is 1 - similarity to the nearest of all works; `raw_near_copies` the share of samples
at or above the calibrated threshold before anything is made again. Values are medians over seeds,
between the least and the greatest. `run_*` are whole runs of the command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from moxie.art import Brief, Judge, Sample, StyleModel
from moxie.arts.painting import Painting
from moxie.arts.painting.copies import PictureIndex
from moxie.arts.painting.picture import Picture, fit, short_side
from moxie.arts.painting.tensors import to_tensor
from moxie.flow import statistics
from moxie.flow.create import create
from moxie.flow.evaluate import strangers
from moxie.flow.statistics import Grouped, Score, Space
from moxie.nn import machine, sliced
from moxie.nn.checkpoint import NoCheckpoint
from moxie.nn.nearest import bank
from moxie.work import Plan
from peers import PEERS
from tables import Rows, parser

SIZE = (256, 256)
THRESHOLD = 0.5
DIAL = (0.0, 0.25, 0.5, 0.75, 1.0)
ART = Painting()


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    seeds: int
    creations: int  # a seed and system
    peer_creations: int  # a seed and peer; they are slower
    dial: int  # creations a setting of the dial
    checked: int  # creations looked through for near-copies


FULL, QUICK = Effort(5, 16, 2, 12, 64), Effort(1, 8, 2, 4, 8)


class Yardstick:
    """One judge's view of the artist: train, held-out and other artists' works."""

    def __init__(
        self,
        judge: Judge[Picture],
        train: Sequence[Picture],
        held_out: Sequence[Picture],
        others: dict[str, Sequence[Picture]],
    ) -> None:
        self.judge = judge
        own, held = self._grouped(train), self._grouped(held_out)
        groups = {name: judge.embed(_pieces(works)) for name, works in others.items()}
        if not groups:
            groups = strangers(own, dict(judge.others()))[0]
        self.space = Space.fit(own, list(groups.values()))
        self.own, self.held_out = self.space.project(own), self.space.project(held)
        projected = {n: self.space.project(Grouped.singles(g)) for n, g in groups.items()}
        self.nearest = min(
            projected, key=lambda n: statistics.distance(projected[n], self.held_out)
        )
        self.others = projected[self.nearest]

    def score(self, made: Sequence[Picture]) -> float:
        """The normalised style score of some pictures."""
        return float(self.scored(self.seen(made)).score.value)

    def scored(self, seen: Grouped) -> Score:
        """The style score of pictures seen, with its interval and distances."""
        return statistics.score(seen, self.own, self.held_out, self.others, seed=0)

    def seen(self, made: Sequence[Picture]) -> Grouped:
        """Pictures as the judge sees them, projected."""
        return self.space.project(self._grouped(made))

    def _grouped(self, works: Sequence[Picture]) -> Grouped:
        pieces = [list(ART.split(work)) for work in works]
        owners = np.repeat(np.arange(len(works)), [len(p) for p in pieces])
        return Grouped(self.judge.embed([piece for p in pieces for piece in p]), owners)


def load(folder: Path) -> list[Picture]:
    """The works of a folder as Moxie prepares them, at most 640 px."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in ART.suffixes]
    return prepared(paths)


def prepared(paths: Sequence[Path]) -> list[Picture]:
    """Those of some files that Moxie can use, as it prepares them, at most 640 px."""
    cleaned = (ART.clean(ART.read(path.read_bytes(), path.name)) for path in paths)
    return [fit(work.content, 640) for work in cleaned if work.usable]


def texture(works: Sequence[Picture], seed: int) -> torch.Tensor:
    """7 x 7 patches of pictures at 256 px, [n, 147]."""
    images = [to_tensor(short_side(work, 256)) for work in works]
    return bank(images, 7, 30_000, torch.Generator().manual_seed(seed))


def patch_swd(made: Sequence[Picture], real: torch.Tensor) -> float:
    """Sliced Wasserstein distance of patches, in units of 8-bit levels."""
    lines = sliced.directions(256, 147, torch.Generator().manual_seed(0))
    return 255 * float(sliced.distance(texture(made, 1), real, lines))


def contrast(works: Sequence[Picture]) -> NDArray[np.float64]:
    """Standard deviation of lightness in every 16 x 16 cell at 256 px, sorted quantiles."""
    found = []
    for work in works:
        gray = cv2.cvtColor(short_side(work, 256), cv2.COLOR_RGB2GRAY).astype(np.float32)
        rows, columns = gray.shape[0] // 16 * 16, gray.shape[1] // 16 * 16
        cells = gray[:rows, :columns].reshape(rows // 16, 16, columns // 16, 16)
        found.append(cells.std((1, 3)).ravel())
    return np.asarray(np.quantile(np.concatenate(found), np.linspace(0.005, 0.995, 100)))


class Bench:
    """The works of one artist, split, and what everything is measured by."""

    def __init__(
        self, works: list[Picture], others: dict[str, Sequence[Picture]], seed: int
    ) -> None:
        order = np.random.default_rng(seed).permutation(len(works))
        cut = max(1, round(0.8 * len(works)))
        self.works = works
        self.train = [works[i] for i in order[:cut]]
        self.held_out = [works[i] for i in order[cut:]]
        self.yardsticks = [Yardstick(j, self.train, self.held_out, others) for j in ART.judges()]
        self.index = PictureIndex(works)
        self.texture = texture(self.held_out, 0)
        self.contrast = contrast(self.held_out)
        self.machine = machine.detect()

    def learn(self) -> tuple[StyleModel[Picture], float]:
        """Moxie's first recipe, trained, and the seconds that took."""
        began = time.perf_counter()
        model = ART.recipes()[0].build(self.machine)
        samples = [Sample(f"work-{i}", work) for i, work in enumerate(self.train)]
        plan: Plan = Plan({}, 0.0, ART.recipes()[0].summary)
        fitted = model.fit(
            samples, plan=plan, seed=0, checkpoint=NoCheckpoint(), on_step=lambda *_: None
        )
        return fitted, time.perf_counter() - began

    def surface(self, rows: Rows, system: str, groups: Sequence[Sequence[Picture]]) -> None:
        """Patches and contrast; of as many pictures of each system, since both fall with them."""
        rows.spread(system, "patch_swd", [patch_swd(m, self.texture) for m in groups], "levels")
        flat = [float(np.abs(contrast(m) - self.contrast).mean()) for m in groups]
        rows.spread(system, "flatness", flat, "levels")
        together = [picture for made in groups for picture in made]
        rows.spread(system, "patch_swd_all_seeds", [patch_swd(together, self.texture)], "levels")

    def measure(
        self, rows: Rows, system: str, groups: Sequence[Sequence[Picture]], few: int
    ) -> None:
        """The rows of one system, one group of pictures a seed; `few` of each for the surface."""
        for i, yardstick in enumerate(self.yardsticks):
            name = "style_score" if i == 0 else f"style_score_{yardstick.judge.name}"
            rows.spread(system, name, [yardstick.score(made) for made in groups], "0..1")
        self.surface(rows, system, [made[:few] for made in groups])
        alike = [[self.similarity(p) for p in made] for made in groups]
        rows.spread(system, "originality", [1 - float(np.mean(s)) for s in alike], "0..1")
        copies = [float(np.mean([s >= THRESHOLD for s in group])) for group in alike]
        rows.spread(system, "raw_near_copies", copies, "share")

    def similarity(self, picture: Picture) -> float:
        """To the nearest of all works."""
        found = self.index.nearest(picture)
        return found.similarity if found else 0.0


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--no-runs", action="store_true", help="leave out the whole runs")
    given = flags.parse_args()
    effort = QUICK if given.quick else FULL
    works = load(given.works)
    others: dict[str, Sequence[Picture]] = {f.name: load(f) for f in given.others}
    rows = Rows()
    bench = Bench(works, others, given.seed)
    with machine.use(bench.machine):
        _controls(bench, rows, effort, given.seed)
        model, seconds = bench.learn()
        rows.spread("moxie", "learn_seconds", [seconds], "s")
        _moxie(bench, rows, model, effort, given.seed)
        _peers(bench, rows, effort, given.seed)
        _dial(bench, rows, model, effort, given.seed)
        _gate(bench, rows, model, effort, given.seed)
    if not given.no_runs:
        _runs(rows, given.works, works, five=not given.quick)
    rows.show(len(works), given.json)


def _controls(bench: Bench, rows: Rows, effort: Effort, seed: int) -> None:
    """What the artist's own works get: the ceiling of every measure."""
    groups, many = [], min(effort.creations, len(bench.train))
    for group in range(effort.seeds):
        drawn = np.random.default_rng(seed + group).permutation(len(bench.train))[:many]
        groups.append([bench.train[i] for i in drawn])
    for i, yardstick in enumerate(bench.yardsticks):
        name = "style_score" if i == 0 else f"style_score_{yardstick.judge.name}"
        rows.spread("own works", name, [yardstick.score(works) for works in groups], "0..1")
    bench.surface(rows, "own works", [works[: effort.peer_creations] for works in groups])
    nearest = [bench.index.nearest(w, exclude={i}) for i, w in enumerate(bench.works[:64])]
    alike = [1 - n.similarity for n in nearest if n]
    rows.spread("own works", "originality", [float(np.median(alike))], "0..1")


def _moxie(bench: Bench, rows: Rows, model: StyleModel[Picture], effort: Effort, seed: int) -> None:
    groups, seconds = _made(
        lambda s: model.sample(Brief(SIZE, 0.5), seed=s).content,
        effort.seeds,
        effort.creations,
        seed,
    )
    rows.add("moxie", "creation_seconds", *_quartiles(seconds), "s")
    bench.measure(rows, "moxie", groups, effort.peer_creations)


def _peers(bench: Bench, rows: Rows, effort: Effort, seed: int) -> None:
    for name, peer in PEERS.items():
        groups, seconds = _made(
            lambda s, peer=peer: peer(bench.train, SIZE, s),  # type: ignore[misc]
            effort.seeds,
            effort.peer_creations,
            seed,
        )
        rows.add(name, "creation_seconds", *_quartiles(seconds), "s")
        bench.measure(rows, name, groups, effort.peer_creations)


def _dial(bench: Bench, rows: Rows, model: StyleModel[Picture], effort: Effort, seed: int) -> None:
    scores, originals = [], []
    for novelty in DIAL:
        made = [
            model.sample(Brief(SIZE, novelty), seed=seed + 900 + i).content
            for i in range(effort.dial)
        ]
        scores.append(bench.yardsticks[0].score(made))
        originals.append(1 - float(np.mean([bench.similarity(p) for p in made])))
        rows.spread("moxie", f"dial_{novelty:.2f}_style_score", [scores[-1]], "0..1")
        rows.spread("moxie", f"dial_{novelty:.2f}_originality", [originals[-1]], "0..1")
    rows.spread("moxie", "dial_originality", [spearmanr(DIAL, originals)[0]], "Spearman")
    rows.spread("moxie", "dial_fidelity", [-spearmanr(DIAL, scores)[0]], "Spearman")


def _gate(bench: Bench, rows: Rows, model: StyleModel[Picture], effort: Effort, seed: int) -> None:
    """What is handed out at a quarter of the dial, where copies are likelier than at a half."""
    names = [f"work-{i}" for i in range(len(bench.works))]
    made = list(
        create(
            model,
            Brief(SIZE, 0.25),
            bench.index,
            names,
            n=effort.checked,
            seed=seed + 5000,
            threshold=THRESHOLD,
            on_step=lambda *_: None,
        )
    )
    # looked at afresh: by another index, over the pictures as a person would get them
    again = PictureIndex(bench.works)
    passed = [m for m in made if not m.flagged]
    found = [again.nearest(ART.read(ART.write(m.content), "made.png")) for m in passed]
    missed = sum(bool(f and f.similarity >= THRESHOLD) for f in found)
    rows.spread("moxie", "unflagged_near_copies", [missed], f"of {len(made)}")
    rows.spread("moxie", "flagged", [sum(m.flagged for m in made)], f"of {len(made)}")
    rows.spread("moxie", "attempts", [float(m.attempts) for m in made], "a creation")


def _runs(rows: Rows, folder: Path, works: Sequence[Picture], *, five: bool) -> None:
    """The whole command on all works, and on five of them."""
    _run(rows, "run", [str(folder)])
    if not five:
        return
    with tempfile.TemporaryDirectory() as some:
        for i in range(5):
            path = Path(some) / f"work-{i}.png"
            path.write_bytes(ART.write(works[i * len(works) // 5]))
        _run(rows, "run_five", [some])


def _run(rows: Rows, name: str, arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "moxie", "run", *arguments, "--json"]
        command += ["--home", f"{scratch}/home", "--out", f"{scratch}/out"]
        began = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=dict(os.environ)
        )
        seconds = time.perf_counter() - began
    result = json.loads(done.stdout.strip().splitlines()[-1])
    rows.spread("moxie", f"{name}_seconds", [seconds], "s")
    rows.spread("moxie", f"{name}_peak_rss", [float(result["peak_rss_mb"])], "MB")
    value = result["fidelity"]["value"]
    low, high = result["fidelity"]["low"], result["fidelity"]["high"]
    value, low, high = (float("nan") if v is None else float(v) for v in (value, low, high))
    rows.add("moxie", f"{name}_fidelity", value, low, high, "0..1")
    for stage, spent in result["seconds"].items():
        rows.spread("moxie", f"{name}_seconds_{stage}", [float(spent)], "s")


def _made(
    make: Callable[[int], Picture], seeds: int, n: int, seed: int
) -> tuple[list[list[Picture]], list[float]]:
    """`n` pictures for each of `seeds` seeds, and the seconds each took."""
    groups, seconds = [], []
    for group in range(seeds):
        made = []
        for i in range(n):
            began = time.perf_counter()
            made.append(make(10_000 * (seed + group) + i))
            seconds.append(time.perf_counter() - began)
        groups.append(made)
    return groups, seconds


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return float(middle), float(low), float(high)


def _pieces(works: Sequence[Picture]) -> list[Picture]:
    """The middle piece of every work."""
    split = [ART.split(work) for work in works]
    return [pieces[len(pieces) // 2] for pieces in split]


if __name__ == "__main__":
    main()
