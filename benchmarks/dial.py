"""What the dial of novelty does, in any art: before and after it has been calibrated.

    python benchmarks/dial.py --works DIR --art A [--recipe R] [--most N] [--size S] [--pieces N]
                              [--minutes M] [--calibrating SECONDS] [--workers N] [--seed N]
                              [--keep DIR] [--quick] [--json]

The works are split by work as `moxie run` splits them. A model learns from the larger part and is
calibrated as a `moxie run` of ten minutes does it, on the validation works; everything below is
measured on the test works (with few of them the validation works too) with other seeds, the same
ones at every novelty, past the gate of near-copies. `dialled` reads novelty by the calibration,
`plain` takes it for the model's own setting.

`originality` is 1 - similarity to the nearest of all works, looked up afresh; `fidelity` the
normalised style score by the first judge, 0 for the nearest other artists and 1 for the artist's
own works. `spearman_*` is the rank correlation of novelty with the mean at each novelty (for
fidelity as it falls), with a 95 % interval over resampled seeds; `fidelity_fall` is the mean
fidelity at 0 less that at 1, `fidelity_rise` what it gains at most between two novelties on the way
(chosen afterwards, so its interval flatters the rise); `spearman_*_pieces` that with
single pieces, which says how much a person sees of it from one piece to the next. `largest_step`
is the largest step of mean originality between neighbouring quarters over the mean step: 1 is
even. `unflagged_near_copies` were handed out although too near: none may be.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from moxie import arts
from moxie.art import Art, Brief, CopyIndex, Preview, Sample, StyleModel, Supply
from moxie.flow import calibrate, dial, statistics
from moxie.flow.calibrate import Bench, Probe, Rounds, Yardstick
from moxie.flow.collect import Found, collect
from moxie.flow.create import Made, create
from moxie.flow.prepare import prepare
from moxie.flow.statistics import Estimate, resampled
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.studio.journey import SHARES
from moxie.studio.scoring import FEW_HELD_OUT
from moxie.work import Calibration, Dataset, Part, Rights
from tables import Rows, parser

os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
"""OpenCV's own threads hold a lock that a process forked off may wait for for ever."""

NOVELTIES = tuple(np.linspace(0, 1, 9).tolist())
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
TRAINING = 180.0
"""Seconds a recipe is planned for, as in a run of ten minutes."""

MEASURED = 1_000_003
"""Added to the seed: pieces that are measured are none that were calibrated on."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Works:
    """One artist's works, prepared, and what finds near-copies of them."""

    art: Art[Any]
    dataset: Dataset
    contents: Sequence[Any]
    index: CopyIndex[Any]

    @classmethod
    def read(cls, art: Art[Any], folder: Path, most: int | None) -> Works:
        """The works of a folder; `most` of them, drawn by a fixed seed."""
        found = [one for one in collect([folder], art, rights=Rights(), known={})
                 if isinstance(one, Found)]  # fmt: skip
        found.sort(key=lambda one: one.work.id)
        drawn = np.random.default_rng([0, 3]).permutation(len(found))[:most]
        found = [found[i] for i in sorted(drawn.tolist())]
        raw = [art.read(one.data, one.work.id) for one in found]
        works = [one.work for one in found]
        dataset, blobs = prepare(works, raw, art, seed=0, on_step=lambda *_: None)
        contents = [
            content if place.blob not in blobs else art.read(blobs[place.blob], place.blob)
            for place, content in zip(dataset.places, raw, strict=True)
        ]
        return cls(art, dataset, contents, art.copies(contents))

    def part(self, *parts: Part) -> list[Any]:
        """The works on some sides of the split."""
        places = zip(self.dataset.places, self.contents, strict=True)
        return [content for place, content in places if place.part in parts]

    @property
    def held_out(self) -> list[Any]:
        """What is measured against."""
        test = self.part("test")
        return test if len(test) >= FEW_HELD_OUT else self.part("test", "validation")

    def learn(self, name: str | None, seed: int, seconds: float | None = None) -> StyleModel[Any]:
        """The model of the named recipe, or of the first, which works from one work on."""
        recipes = {recipe.name: recipe for recipe in self.art.recipes()}
        recipe = recipes[name] if name else self.art.recipes()[0]
        places = zip(self.dataset.places, self.contents, strict=True)
        samples = [Sample(place.work, c) for place, c in places if place.part == "train"]
        on = machine.detect()
        amount = sum(self.art.amount(sample.content) for sample in samples)
        plan = recipe.plan(Supply(len(samples), amount, on, seconds or TRAINING))
        if plan is None:
            raise SystemExit(f"{recipe.name} does not suit {len(samples)} works")
        model = recipe.build(on)
        return model.fit(
            samples, plan=plan, seed=seed, checkpoint=NoCheckpoint(), on_step=lambda *_: None
        )


@dataclass(frozen=True)
class Row:
    """The pieces of one seed, one at each novelty, and what the gate did."""

    probes: list[Probe]
    likeness: list[float]
    attempts: list[int]
    flagged: int
    passed_near: int  # handed out although too near


@dataclass
class Way:
    """Pieces made in one way, by seed."""

    found: Calibration
    novelties: tuple[float, ...]
    rows: list[Row] = field(default_factory=list)

    @property
    def original(self) -> Doubles:
        """Originality, [seeds, novelties]."""
        return np.array([[1 - probe.similarity for probe in row.probes] for row in self.rows])


@dataclass(frozen=True)
class Maker:
    """Makes pieces and looks at them afresh. Processes that are forked off share it."""

    works: Works
    model: StyleModel[Any]
    size: tuple[int, ...]
    seed: int
    scale: Yardstick
    again: CopyIndex[Any]
    keep: Path | None

    def row(self, found: Calibration, novelties: Sequence[float], number: int) -> Row:
        """One seed at each novelty, past the gate."""
        made = [self._one(found, novelty, number) for novelty in novelties]
        near = [self.again.nearest(one.content) for one in made]
        similar = [one.similarity if one else 0.0 for one in near]
        art, threshold = self.works.art, self.works.dataset.threshold
        vectors = [art.judges()[0].embed(art.split(one.content)) for one in made]
        for novelty, one in zip(novelties, made, strict=True):
            if self.keep and found.dial and novelty in QUARTERS:
                _keep(self.keep, art.preview(one.content), number, novelty)
        passed = [one for one, s in zip(made, similar, strict=True) if s >= threshold]
        return Row(
            [
                Probe(s, tuple(map(tuple, rows.tolist())))
                for s, rows in zip(similar, vectors, strict=True)
            ],
            [_alike(self.scale, rows) for rows in vectors],
            [one.attempts for one in made],
            sum(one.flagged for one in made),
            sum(not one.flagged for one in passed),
        )

    def _one(self, found: Calibration, novelty: float, number: int) -> Made[Any]:
        [made] = create(
            self.model,
            Brief(self.size, novelty),
            self.works.index,
            [place.work for place in self.works.dataset.places],
            n=1,
            first=number,
            seed=self.seed + MEASURED,
            threshold=self.works.dataset.threshold,
            dial=found.setting,
            on_step=lambda *_: None,
        )
        return made


_MAKERS: list[Maker] = []
"""The one maker, where processes that are forked off find it."""


def _seed(task: tuple[list[tuple[Calibration, tuple[float, ...]]], int]) -> list[Row]:
    ways, number = task
    return [_MAKERS[0].row(found, novelties, number) for found, novelties in ways]


def _calibrated(seconds: float) -> Calibration:
    """As `moxie run` calibrates: on the validation works."""
    maker = _MAKERS[0]
    works, seed = maker.works, maker.seed
    art, own, chosen_by = works.art, works.part("train"), works.part("validation")
    yardstick = Yardstick.of(art.judges()[0], own, chosen_by, None, art, seed)
    bench = Bench(maker.model, maker.size, works.index, art.judges()[0], art, seed)
    made = Rounds()
    for more in calibrate.drafts(
        bench, made, yardstick, numbers=calibrate.QUICK, seconds=seconds, on_step=lambda *_: None
    ):
        made = more
        print(f"{len(made.probes)} rounds, {len(made.pairs)} pairs", file=sys.stderr, flush=True)
    reading = calibrate.read(
        made,
        yardstick,
        threshold=works.dataset.threshold,
        typical=works.dataset.typical_similarity,
        seed=seed,
    )
    return dial.fit(reading, seed=seed)


def report(rows: Rows, name: str, way: Way, yardstick: Yardstick, seed: int) -> None:
    """All rows of pieces made in one way."""
    number = len(way.rows)
    counts = resampled(number, np.random.default_rng(seed))
    columns = list(zip(*(row.probes for row in way.rows), strict=True))
    fidelity = np.stack([fidelities(yardstick, made, counts) for made in columns], axis=1)
    original = counts @ way.original / number
    attempts = np.mean([row.attempts for row in way.rows], axis=0)
    for k, novelty in enumerate(way.novelties):
        unit = f"novelty {novelty:.3f}, setting {way.found.setting(novelty):.2f}, {number} pieces"
        for measure, values in (("originality", original), ("fidelity", fidelity)):
            one = Estimate.of(values[:, k])
            rows.add(name, measure, one.value, one.low, one.high, unit)
        rows.spread(name, "attempts", [float(attempts[k])], unit)
    for measure, values, single in (
        ("originality", original, way.original),
        ("fidelity", -fidelity, -np.array([row.likeness for row in way.rows])),
    ):
        ranks = Estimate.of(np.array([_order(way.novelties, row) for row in values]))
        rows.add(name, f"spearman_{measure}", ranks.value, ranks.low, ranks.high, "of means")
        pieces = _order(np.tile(way.novelties, number), single.ravel())
        rows.spread(name, f"spearman_{measure}_pieces", [pieces], "of pieces")
    low, high = _rise(fidelity[0])
    for measure, (first, last) in (("fall", (0, -1)), ("rise", (high, low))):
        one = Estimate.of(fidelity[:, first] - fidelity[:, last])
        rows.add(name, f"fidelity_{measure}", one.value, one.low, one.high, "of means")
    quarters = original[:, [way.novelties.index(novelty) for novelty in QUARTERS]]
    steps = np.diff(quarters, axis=1)
    even = Estimate.of(steps.max(axis=1) / np.maximum(steps.mean(axis=1), 1e-9))
    rows.add(name, "largest_step", even.value, even.low, even.high, "mean steps; 1 is even")
    of = f"of {way.original.size}"
    rows.spread(name, "flagged", [sum(row.flagged for row in way.rows)], of)
    passed = sum(row.passed_near for row in way.rows)
    rows.spread(name, "unflagged_near_copies", [passed], of)


def fidelities(scale: Yardstick, made: Sequence[Probe], counts: Doubles) -> Doubles:
    """The style score of resampled pieces, [rows of counts]; the artist's side stays as it is."""
    seen = scale.space.project(calibrate.grouped(made))
    return statistics.scores(seen, scale.own, scale.held_out, scale.others, counts)


def _alike(scale: Yardstick, rows: NDArray[np.float32]) -> float:
    """One piece on the scale of single pieces."""
    seen = scale.space.project(statistics.Grouped(rows, np.zeros(len(rows), np.int64)))
    found = statistics.likeness(seen, scale.own, scale.held_out, scale.others)
    return float(found[0])


def _order(novelties: Sequence[float] | Doubles, values: Doubles) -> float:
    return float(spearmanr(novelties, values)[0]) if np.ptp(values) > 0 else float("nan")


def _rise(values: Doubles) -> tuple[int, int]:
    """The two places, in order, between which values grow most."""
    gains = np.triu(values[None, :] - values[:, None])
    low, high = np.unravel_index(int(gains.argmax()), gains.shape)
    return int(low), int(high)


def _keep(folder: Path, shown: Preview, number: int, novelty: float) -> None:
    """A piece as a file, where a person wants to look at them."""
    suffix = {"image/jpeg": ".jpg", "image/svg+xml": ".svg"}.get(shown.media_type, ".txt")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{novelty:.2f}-{number:02}{suffix}").write_bytes(shown.data)


def find(name: str) -> Art[Any]:
    """An art by its name; `toy` is the one of the tests."""
    if name == "toy":
        sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
        from toy import ART

        return ART
    return arts.find(name)


def toys(folder: Path) -> None:
    """The toy art's example works as files, where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in find("toy").examples():
        (folder / name).write_bytes(data)


def main() -> None:
    """Calibrate, make, and show."""
    flags = parser(__doc__)
    flags.add_argument("--art", required=True)
    flags.add_argument("--recipe", help="another than the art's first")
    flags.add_argument("--most", type=int, help="as many of the works at most")
    flags.add_argument("--size", help="of every piece, as the art reads it")
    flags.add_argument("--pieces", type=int, default=24, help="at every novelty")
    flags.add_argument("--plain", type=int, default=12, help="the same before calibration")
    flags.add_argument(
        "--calibrating",
        type=float,
        default=600 * SHARES["calibrate"],
        help="seconds of the processor, as in a run of ten minutes",
    )
    flags.add_argument(
        "--minutes", type=float, default=60.0, help="end with the first seed after these"
    )
    flags.add_argument("--workers", type=int, default=1, help="processes to make pieces in")
    flags.add_argument("--keep", type=Path, help="a folder for previews to look at")
    given = flags.parse_args()
    if given.quick:
        given.pieces, given.plain = 6, 4
    if given.art == "toy" and not given.works.exists():
        toys(given.works)
    began = time.monotonic()
    works = Works.read(find(given.art), given.works, given.most)
    measure(works, works.learn(given.recipe, given.seed), given, began)


def measure(works: Works, model: StyleModel[Any], given: Namespace, began: float) -> None:
    """Calibrate a model, make pieces in processes of their own, and show all rows."""
    art = works.art
    scale = Yardstick.of(art.judges()[0], works.part("train"), works.held_out, None, art, 0)
    if scale is None:
        raise SystemExit("there are too few works to measure fidelity")
    again = art.copies(works.contents)
    maker = Maker(works, model, art.size(given.size), given.seed, scale, again, given.keep)
    _MAKERS[:] = [maker]
    with get_context("fork").Pool(given.workers) as pool:
        found = pool.apply(_calibrated, (given.calibrating,))
        dialled = Way(found, NOVELTIES)
        plain = Way(Calibration((), (), np.nan, 0, given.seed), QUARTERS)
        tasks = [
            ([(w.found, w.novelties) for w in (dialled, plain)[: 1 + (n < given.plain)]], n)
            for n in range(given.pieces)
        ]
        for number, made in enumerate(pool.imap(_seed, tasks), 1):
            for way, row in zip((dialled, plain), made, strict=False):
                way.rows.append(row)
            spent = time.monotonic() - began
            print(f"{number} seeds, {spent:.0f} s", file=sys.stderr, flush=True)
            if spent > 60 * given.minutes:
                break
    rows = Rows()
    show(rows, found)
    for name, way in (("dialled", dialled), ("plain", plain)):
        if len(way.rows) > 1:
            report(rows, name, way, scale, given.seed)
    rows.show(len(works.contents), given.json)


def show(rows: Rows, found: Calibration) -> None:
    """What the calibration was."""
    for one in found.settings:
        unit = f"setting {one.setting:.2f}, {found.rounds} rounds"
        for name, m in (("originality", one.originality), ("fidelity", one.fidelity)):
            rows.add("calibration", name, m.value, m.low, m.high, unit)
        rows.spread("calibration", "refused", [one.refused], unit)
    rows.spread("calibration", "floor", [found.floor], f"fidelity, {found.further} drafts more")
    for novelty in (0, 0.25, 0.5, 0.75, 1):
        rows.spread("calibration", "setting", [found.setting(novelty)], f"novelty {novelty}")


if __name__ == "__main__":
    main()
