"""What balanced works do to creations: fidelity by works held out, all counting the same or not.

    python benchmarks/balance.py --works DIR [--art A] [--size S] [--seed N] [--quick] [--json]

A model learns from the works (the art's first recipe; split as `moxie prepare` does) and makes
`DRAFTS` drafts; works count by what these lack (docs/decisions/0030-balanced-works.md), the model
learns again, and `MADE` creations of both models, of the same seeds, other than the drafts', are
measured by all judges on works held out. `promised` is the gain by counts of one half of the
drafts for the other half, and `counted` the effective share of the works. The gate that `moxie
balance` has besides is not played through. Medians of `SEEDS` lots of drafts, least and greatest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from feedback import Floats
from feedback_pool import Studio
from moxie import arts
from moxie.flow import evaluate
from moxie.studio.balancing import DRAFTS, promised
from moxie.studio.counting import Likeness
from moxie.taste import shares, steering
from moxie.work import Evaluation
from tables import Rows, parser

SEEDS, MADE = 3, 32


def measured(studio: Studio, counts: Floats | None, seed: int, number: int) -> Evaluation:
    """Fresh creations of a model whose works count so, by all judges."""
    made = [draft.content for draft in studio.make(studio.model(counts), number, 5000 + seed)]
    places = studio.dataset.part("validation"), studio.dataset.part("test")
    held = [studio.contents[place.work] for part in places for place in part]
    return evaluate.evaluate(
        made,
        [studio.contents[work] for work in studio.learnt],
        held,
        None,
        studio.art,
        studio.index,
        threshold=studio.dataset.threshold,
        typical=studio.dataset.typical_similarity,
        seed=0,
    )


def balanced(studio: Studio, likeness: Likeness, seed: int) -> tuple[Floats, float]:
    """What works count by one lot of drafts, and what is promised of it."""
    drafts = studio.make(studio.model(), DRAFTS[0], 77_000 + seed)
    made: list[Any] = [draft.content for draft in drafts]
    halves = [likeness.drift(made[start::2], studio.art) for start in (0, 1)]
    counts = shares.balanced(likeness.alike, (halves[0] + halves[1]) / 2)
    return counts, promised(likeness, halves)


def main() -> None:
    """The command line."""
    flags = parser(__doc__)
    flags.add_argument("--art", default="painting")
    flags.add_argument("--size", help="of creations, in the art's words")
    given = flags.parse_args()
    torch.set_num_threads(1)
    studio = Studio.of(given.works, arts.find(given.art), given.size, given.seed)
    if studio.likeness is None:
        raise SystemExit("The artist cannot be told from others by so few works.")
    values: dict[tuple[str, str], list[float]] = {}
    for seed in range(given.seed, given.seed + (1 if given.quick else SEEDS)):
        counts, gain = balanced(studio, studio.likeness, seed)
        values.setdefault(("balanced", "promised"), []).append(gain)
        share = steering.effective(counts) / len(counts)
        values.setdefault(("balanced", "counted"), []).append(share)
        for system, told in (("even", None), ("balanced", counts)):
            found = measured(studio, told, seed, MADE // 2 if given.quick else MADE)
            figures = {
                "fidelity": found.fidelity.value,
                "diversity": found.diversity.value,
                "originality": found.originality.value,
                "near_copies": float(found.near_copies),
                **{name: one.value for name, one in found.second_opinions.items()},
            }
            for metric, value in figures.items():
                values.setdefault((system, metric), []).append(value)
    rows = Rows()
    for (system, metric), each in values.items():
        rows.add(system, metric, float(np.median(each)), min(each), max(each))
    rows.show(len(studio.contents), given.json)


if __name__ == "__main__":
    main()
