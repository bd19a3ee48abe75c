"""Does the race choose what a full training shows best? Over corpora of several sizes.

    python benchmarks/chooser.py --works DIR [--sizes 5 20 36 100 398] [--budget 900]
        [--measuring 240] [--seed N] [--quick] [--json]

Of the works so many are drawn by the seed, the largest size being all where it exceeds them. A
recipe is chosen as `moxie choose --budget` does; then every recipe that suits is trained for what
the choice leaves of the budget, and measured as `moxie evaluate` does, on works that neither the
race nor the training saw, with samples of its own for about `--measuring` seconds. `score` is the
style score of the deciding judge (1 the artist's own other works, 0 the nearest other artist's),
`near_copies` the share of samples that are near-copies before anything is made again, `race` the
error in the race. `rest` is the style score of 16 creations by up to two hundred of DIR's works
that were not drawn (half of them the ceiling), where there are forty or more: the tenth of a small
corpus that `score` goes by leaves much to chance. `chosen` is 1 for the recipe taken, `behind` by
how much its `rest` (where there is none, its `score`) is less than the best recipe's (0: it is the
best), in the last row of each corpus.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from moxie import Studio, arts
from moxie.arts.painting.picture import Picture
from moxie.errors import BadInput, TooLittleData
from moxie.work import Choice, Evaluation
from painting import ART, Yardstick, prepared
from tables import Rows, parser

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
SIZES = [5, 20, 36, 100, 398]
QUICK = [20, 36]
CREATIONS, MOST_REST, LEAST_REST = 16, 200, 40


def drawn(works: Path, size: int, seed: int) -> list[Path]:
    """So many files of a folder, by the seed, in the order of their names."""
    paths = sorted(path for path in works.iterdir() if path.suffix.lower() in SUFFIXES)
    kept = np.random.default_rng([seed, size]).permutation(len(paths))[:size]
    return [paths[i] for i in sorted(kept)]


def whole(studio: Studio, name: str, seconds: float, measuring: float) -> Evaluation | None:
    """A recipe trained for so long and measured; None where it does not suit."""
    try:
        studio.choose(seconds=seconds, recipe=name)
    except (BadInput, TooLittleData):
        return None
    studio.train()
    return studio.evaluate(seconds=measuring)


def rest(works: Path, drawn_: Sequence[Path], seed: int) -> Yardstick | None:
    """The deciding judge by works of the folder that were not drawn; None where these are few."""
    others = [path for path in drawn(works, sys.maxsize, seed) if path not in set(drawn_)]
    if len(others) < LEAST_REST:
        return None
    kept = np.random.default_rng(seed).permutation(len(others))[:MOST_REST]
    works_ = prepared([others[i] for i in kept])
    return Yardstick(ART.judges()[0], works_[::2], works_[1::2], {})


def created(studio: Studio) -> list[Picture]:
    """New works of the model that was trained last."""
    with tempfile.TemporaryDirectory() as out:
        files = studio.export(out=out, creations=studio.create(n=CREATIONS))
        return [ART.read(Path(file.path).read_bytes(), "made.png") for file in files]


def corpus(paths: Sequence[Path], given: Namespace, rows: Rows) -> None:
    """One corpus: the choice, and what each recipe comes to."""
    yardstick = rest(given.works, paths, given.seed)
    with tempfile.TemporaryDirectory() as home, Studio(home) as studio:
        studio.collect(*paths, corpus="some", art="painting", rights="own")
        studio.prepare()
        choice = studio.choose(seconds=given.budget)
        where = f"{len(paths)} works"
        scores = {}
        for recipe in arts.find("painting").recipes():
            known = whole(studio, recipe.name, given.budget, given.measuring)
            if known is not None:
                _row(rows, f"{where}: {recipe.name}", known, choice, recipe.name)
                scores[recipe.name] = known.fidelity.value
                if yardstick is not None:
                    seen = yardstick.scored(yardstick.seen(created(studio))).score
                    row = f"{where}: {recipe.name}"
                    rows.add(row, "rest", seen.value, seen.low, seen.high)
                    scores[recipe.name] = seen.value
        best = max(scores.values(), key=lambda v: (np.isfinite(v), v))
        behind = best - scores[choice.recipe]
        rows.add(f"{where}: chosen {choice.recipe}", "behind", behind, behind, behind)


def _row(rows: Rows, system: str, known: Evaluation, choice: Choice, name: str) -> None:
    score = known.fidelity
    rows.add(system, "score", score.value, score.low, score.high, f"{known.samples} samples")
    copies = known.near_copies / max(1, known.samples)
    rows.add(system, "near_copies", copies, copies, copies)
    original = known.originality
    rows.add(system, "originality", original.value, original.low, original.high)
    for lap in choice.race:
        if lap.recipe == name:
            rows.add(system, "race", lap.loss, lap.low, lap.high, f"{lap.seconds:.0f} s")
    taken = float(name == choice.recipe)
    rows.add(system, "chosen", taken, taken, taken)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--sizes", type=int, nargs="+")
    flags.add_argument("--budget", type=float, default=900)
    flags.add_argument("--measuring", type=float, default=240)
    given = flags.parse_args()
    rows = Rows()
    for size in given.sizes or (QUICK if given.quick else SIZES):
        corpus(drawn(given.works, size, given.seed), given, rows)
        if not given.json:
            rows.show(size, as_json=False)
    rows.show(max(given.sizes or SIZES), given.json)


if __name__ == "__main__":
    main()
