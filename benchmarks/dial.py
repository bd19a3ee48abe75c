"""What the dial of novelty does, in any art: before and after it has been calibrated.

    python benchmarks/dial.py --works DIR --art A [--recipe R] [--most N] [--size S] [--pieces N]
                              [--minutes M] [--seed N] [--keep DIR] [--quick] [--json]

The works are split by work as `moxie run` splits them. A model learns from the larger part and is
calibrated as `moxie run` does it, on the validation works; everything below is measured on the
test works (with few of them the validation works too) with other seeds, the same ones at every
novelty, past the gate of near-copies. `dialled` reads novelty by the calibration, `plain` takes it
for the model's own setting.

`originality` is 1 - similarity to the nearest of all works, looked up afresh; `fidelity` the
normalised style score by the first judge, 0 for the nearest other artists and 1 for the artist's
own works. `spearman_*` is the rank correlation of novelty with the mean at each novelty (for
fidelity as it falls), with a 95 % interval over resampled seeds; `spearman_*_pieces` that with
single pieces, which says how much a person sees of it from one piece to the next. `largest_step`
is the largest step of mean originality between neighbouring quarters over the mean step: 1 is
even. `unflagged_near_copies` were handed out although too near: none may be.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from moxie.flow.statistics import Estimate, between, kernel, resampled, within
from moxie.nn import machine
from moxie.nn.checkpoint import NoCheckpoint
from moxie.studio.scoring import FEW_HELD_OUT
from moxie.work import Calibration, Dataset, Part, Rights
from tables import Rows, parser

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

    def learn(self, name: str | None, seed: int) -> StyleModel[Any]:
        """The model of the named recipe, or of the first, which works from one work on."""
        recipes = {recipe.name: recipe for recipe in self.art.recipes()}
        recipe = recipes[name] if name else self.art.recipes()[0]
        places = zip(self.dataset.places, self.contents, strict=True)
        samples = [Sample(place.work, c) for place, c in places if place.part == "train"]
        on = machine.detect()
        amount = sum(self.art.amount(sample.content) for sample in samples)
        plan = recipe.plan(Supply(len(samples), amount, on, TRAINING))
        if plan is None:
            raise SystemExit(f"{recipe.name} does not suit {len(samples)} works")
        model = recipe.build(on)
        return model.fit(
            samples, plan=plan, seed=seed, checkpoint=NoCheckpoint(), on_step=lambda *_: None
        )


@dataclass
class Way:
    """Pieces made in one way: probes and likeness by seed and novelty, and what the gate did."""

    found: Calibration
    novelties: tuple[float, ...]
    probes: list[list[Probe]] = field(default_factory=list)
    likeness: list[list[float]] = field(default_factory=list)
    attempts: list[list[int]] = field(default_factory=list)
    flagged: int = 0
    passed_near: int = 0  # handed out although too near

    @property
    def original(self) -> Doubles:
        """Originality, [seeds, novelties]."""
        return np.array([[1 - probe.similarity for probe in row] for row in self.probes])


def calibrated(works: Works, model: StyleModel[Any], given: Namespace) -> Calibration:
    """As `moxie run` calibrates."""
    art = works.art
    size, judge, seed = art.size(given.size), art.judges()[0], given.seed
    bench = Bench(model, size, works.index, judge, art, seed)
    trying = calibrate.rounds(
        bench, Rounds(), numbers=(given.rounds,), seconds=1e9, on_step=lambda *_: None
    )
    made = list(trying)[-1]
    own, chosen_by = works.part("train"), works.part("validation")
    yardstick = Yardstick.of(judge, own, chosen_by, None, art, seed)
    reading = calibrate.read(
        made,
        yardstick,
        threshold=works.dataset.threshold,
        typical=works.dataset.typical_similarity,
        seed=seed,
    )
    return dial.fit(reading, seed=seed)


@dataclass(frozen=True)
class Maker:
    """Makes pieces and looks at them afresh."""

    works: Works
    model: StyleModel[Any]
    size: tuple[int, ...]
    seed: int
    scale: Yardstick
    again: CopyIndex[Any]
    keep: Path | None

    def row(self, way: Way, number: int) -> None:
        """One more seed at each novelty, past the gate."""
        probes, likeness, attempts = [], [], []
        for novelty in way.novelties:
            one = self._one(way, novelty, number)
            near = self.again.nearest(one.content)
            similarity = near.similarity if near else 0.0
            rows = self.works.art.judges()[0].embed(self.works.art.split(one.content))
            probes.append(Probe(similarity, tuple(map(tuple, rows.tolist()))))
            likeness.append(_alike(self.scale, rows))
            attempts.append(one.attempts)
            way.flagged += one.flagged
            way.passed_near += similarity >= self.works.dataset.threshold and not one.flagged
            if self.keep and way.found.dial and novelty in QUARTERS:
                _keep(self.keep, self.works.art.preview(one.content), number, novelty)
        way.probes.append(probes)
        way.likeness.append(likeness)
        way.attempts.append(attempts)

    def _one(self, way: Way, novelty: float, number: int) -> Made[Any]:
        [made] = create(
            self.model,
            Brief(self.size, novelty),
            self.works.index,
            [place.work for place in self.works.dataset.places],
            n=1,
            first=number,
            seed=self.seed + MEASURED,
            threshold=self.works.dataset.threshold,
            dial=way.found.setting,
            on_step=lambda *_: None,
        )
        return made


def report(rows: Rows, name: str, way: Way, yardstick: Yardstick, seed: int) -> None:
    """All rows of pieces made in one way."""
    number = len(way.probes)
    counts = resampled(number, np.random.default_rng(seed))
    columns = list(zip(*way.probes, strict=True))
    fidelity = np.stack([fidelities(yardstick, made, counts) for made in columns], axis=1)
    original = counts @ way.original / number
    for k, novelty in enumerate(way.novelties):
        unit = f"novelty {novelty:.3f}, setting {way.found.setting(novelty):.2f}, {number} pieces"
        for measure, values in (("originality", original), ("fidelity", fidelity)):
            one = Estimate.of(values[:, k])
            rows.add(name, measure, one.value, one.low, one.high, unit)
        rows.spread(name, "attempts", [float(np.mean(way.attempts, axis=0)[k])], unit)
    for measure, values, single in (
        ("originality", original, way.original),
        ("fidelity", -fidelity, -np.array(way.likeness)),
    ):
        ranks = Estimate.of(np.array([_order(way.novelties, row) for row in values]))
        rows.add(name, f"spearman_{measure}", ranks.value, ranks.low, ranks.high, "of means")
        pieces = _order(np.tile(way.novelties, number), single.ravel())
        rows.spread(name, f"spearman_{measure}_pieces", [pieces], "of pieces")
    quarters = original[:, [way.novelties.index(novelty) for novelty in QUARTERS]]
    steps = np.diff(quarters, axis=1)
    even = Estimate.of(steps.max(axis=1) / np.maximum(steps.mean(axis=1), 1e-9))
    rows.add(name, "largest_step", even.value, even.low, even.high, "mean steps; 1 is even")
    rows.spread(name, "flagged", [way.flagged], f"of {way.original.size}")
    rows.spread(name, "unflagged_near_copies", [way.passed_near], f"of {way.original.size}")


def fidelities(yardstick: Yardstick, made: Sequence[Probe], counts: Doubles) -> Doubles:
    """The style score of resampled pieces, [rows of counts]; the artist's side stays as it is."""
    seen = yardstick.space.project(calibrate.grouped(made))
    own = yardstick.own.join(yardstick.held_out)
    held = yardstick.held_out
    ones = {n: np.ones((1, n)) for n in (len(own), len(held), len(yardstick.others))}

    def far(group: statistics.Grouped, inside: statistics.Grouped, rows: Doubles) -> Doubles:
        within_ = within(kernel(inside, inside), rows if inside is group else ones[len(inside)])
        columns = np.repeat(ones[len(held)], len(rows), axis=0)
        return within_ - 2 * between(kernel(group, held), rows, columns)

    mine = float(far(yardstick.own, own, np.ones((1, len(yardstick.own))))[0])
    theirs = float(far(yardstick.others, yardstick.others, ones[len(yardstick.others)])[0])
    return np.asarray(1 - (far(seen, seen, counts) - mine) / (theirs - mine))


def _alike(scale: Yardstick, rows: NDArray[np.float32]) -> float:
    """One piece on the scale of single pieces."""
    seen = scale.space.project(statistics.Grouped(rows, np.zeros(len(rows), np.int64)))
    found = statistics.likeness(seen, scale.own, scale.held_out, scale.others)
    return float(found[0])


def _order(novelties: Sequence[float] | Doubles, values: Doubles) -> float:
    return float(spearmanr(novelties, values)[0]) if np.ptp(values) > 0 else float("nan")


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
    flags.add_argument("--rounds", type=int, default=calibrate.QUICK[1])
    flags.add_argument("--minutes", type=float, default=60.0, help="begin no seed after these")
    flags.add_argument("--keep", type=Path, help="a folder for previews to look at")
    given = flags.parse_args()
    if given.quick:
        given.pieces, given.plain = 6, 4
    if given.art == "toy" and not given.works.exists():
        toys(given.works)
    began = time.monotonic()
    works = Works.read(find(given.art), given.works, given.most)
    scale = Yardstick.of(
        works.art.judges()[0], works.part("train"), works.held_out, None, works.art, 0
    )
    if scale is None:
        raise SystemExit("there are too few works to measure fidelity")
    model = works.learn(given.recipe, given.seed)
    found = calibrated(works, model, given)
    rows = Rows()
    show(rows, found)
    again = works.art.copies(works.contents)
    size = works.art.size(given.size)
    maker = Maker(works, model, size, given.seed, scale, again, given.keep)
    dialled = Way(found, NOVELTIES)
    plain = Way(Calibration((), (), np.nan, 0, given.seed), QUARTERS)
    for number in range(given.pieces):
        if time.monotonic() - began > 60 * given.minutes:
            break
        maker.row(dialled, number)
        if number < given.plain:
            maker.row(plain, number)
        print(f"{number + 1} seeds, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    for name, way in (("dialled", dialled), ("plain", plain)):
        if len(way.probes) > 1:
            report(rows, name, way, scale, given.seed)
    rows.show(len(works.contents), given.json)


def show(rows: Rows, found: Calibration) -> None:
    """What the calibration was."""
    for one in found.settings:
        unit = f"setting {one.setting:.2f}, {found.rounds} rounds"
        for name, m in (("originality", one.originality), ("fidelity", one.fidelity)):
            rows.add("calibration", name, m.value, m.low, m.high, unit)
        rows.spread("calibration", "refused", [one.refused], unit)
    rows.spread("calibration", "floor", [found.floor], "fidelity")
    for novelty in (0, 0.25, 0.5, 0.75, 1):
        rows.spread("calibration", "setting", [found.setting(novelty)], f"novelty {novelty}")


if __name__ == "__main__":
    main()
