"""Two simulated tastes that the eye can tell apart, before and after: a sheet to look at.

    python benchmarks/feedback_sheet.py --works DIR --sheet FILE [--size S] [--seed N] [--quick]
                                        [--json]

One judge likes warm colors, the other blue and dark ones, both with noise; neither measure is among
what the learner sees. Each orders four creations 50 times, and what `moxie tune` and `moxie create
--for` do with that is played through as in feedback_creations.py. Rows of the sheet: creations of
the first model as they come; then what each judge is handed out. `gain` is the judge's true liking,
in deviations of the pool; `fidelity` that of 32 fresh creations of the model, none chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from feedback import Floats, judged, noise
from feedback_creations import FRESH, POOL, ask, by_taste
from feedback_pool import Eyes, Pool, Studio
from feedback_tuned import OF, Before, Lot, chosen, tuned
from moxie import arts
from moxie.taste import steering
from tables import Rows, parser

SHOWN = 8

TASTES = {"warm": (1.0, 0.0), "blue and dark": (-1.0, -0.7)}
"""What a judge likes: deviations of warmth and of brightness."""


@dataclass(frozen=True)
class PlainEyes(Eyes):
    """Eyes whose judges see nothing but warmth and brightness."""

    def judge(self, contents: Sequence[Any]) -> Floats:
        """Mean red less mean blue, and mean brightness, of each picture; [n, 2]."""
        means = np.array([np.asarray(one, np.float64).mean((0, 1)) for one in contents])
        return np.stack([means[:, 0] - means[:, 2], means.mean(1)], 1)


class Fond:
    """A true liking of warmth and brightness, in deviations of the pool."""

    def __init__(self, weights: tuple[float, float], hidden: Floats) -> None:
        self._mean, self._spread = hidden.mean(0), hidden.std(0)
        self._weights = np.array(weights) / np.linalg.norm(weights)
        self._scale = float(self._raw(hidden).std())
        self.noise = noise(self(hidden))

    def __call__(self, hidden: Floats) -> Floats:
        """The liking of each row."""
        return self._raw(hidden) / self._scale

    def _raw(self, hidden: Floats) -> Floats:
        return np.asarray((hidden - self._mean) / self._spread @ self._weights, np.float64)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--sheet", type=Path, required=True, help="PNG to be written")
    flags.add_argument("--size", default="192x160", help="of creations")
    given = flags.parse_args()
    torch.set_num_threads(1)
    studio = Studio.of(given.works, arts.find("painting"), given.size, given.seed)
    pool = seen_plainly(Pool.of(studio, 48 if given.quick else POOL))
    model = studio.model()
    before, rows = Before.of(pool, model), Rows()
    first = Lot.of(pool, model, OF * SHOWN, 10_000 + given.seed)
    rows.spread("first model", "fidelity", [studio.measure(first.contents[:FRESH]).fidelity.value])
    lines = [first.contents[::OF]]
    for name, weights in TASTES.items():
        liking = Fond(weights, pool.hidden)
        taste, _ = ask(pool, judged(liking(pool.hidden) / liking.noise), given.seed)
        if taste is None:
            raise SystemExit(f"the taste for {name} was not foretold surely enough")
        version = tuned(pool, taste, before, liking, model, given.seed)
        lot = first
        if version.promoted:
            lot = Lot.of(pool, version.model, OF * SHOWN, 10_000 + given.seed)
        width = steering.usual_distance(pool.points)
        handed = [lot.contents[i] for i in chosen(by_taste(taste, pool), lot, width)]
        lines.append(handed)
        for system, contents in (("first model, none chosen", lines[0]), ("handed out", handed)):
            value = float(liking(pool.eyes.judge(contents)).mean())
            rows.spread(f"{name}: {system}", "gain", [value], "deviations")
        rows.spread(name, "passed", [float(version.passed is not None)])
        rows.spread(name, "promoted", [float(version.promoted)])
        fidelity = studio.measure(lot.contents[:FRESH]).fidelity.value
        rows.spread(name, "fidelity", [fidelity], "of the model in use")
    sheet = np.vstack([np.hstack(list(line)) for line in lines])
    given.sheet.write_bytes(studio.art.write(sheet))
    rows.show(len(studio.contents), given.json)


def seen_plainly(pool: Pool) -> Pool:
    """The same pool before judges of warmth and brightness."""
    eyes = PlainEyes(pool.eyes.art, pool.eyes.space, pool.eyes.hidden)
    hidden = eyes.judge([draft.content for draft in pool.drafts])
    return Pool(pool.studio, eyes, pool.drafts, hidden, pool.points, pool.works)


if __name__ == "__main__":
    main()
