"""What both recipes share: a table of which color follows which, and rows drawn from it.

The nearer to the works a row is to be, the longer it goes on as one of theirs does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from moxie.art import Brief, Draft
from moxie.errors import Missing
from moxie.settings import Machine

if TYPE_CHECKING:
    from moxie.art import Floats, Mask
    from toy import Row


class TableModel:
    """`table[a, b]` is how likely color b is after color a; float64 [10, 10], rows sum to 1."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.table: NDArray[np.float64] | None = None
        self.works: dict[str, float] = {}
        self.rows: list[tuple[Row, float]] = []  # each with how much it counts

    def losses(self, contents: Sequence[Row]) -> Floats:
        table = self.known()
        mean = [-np.log(table[row[:-1], row[1:]]).mean() for row in map(np.array, contents)]
        return np.array(mean, np.float32)

    def sample(self, brief: Brief[Row], *, seed: int) -> Draft[Row]:
        (length,) = brief.size
        drawn = int(np.random.default_rng(seed).integers(1, 10))
        start = brief.start or (int(brief.options.get("first", drawn)),)
        row = (start + (0,) * length)[:length]
        keep = min(len(start), length)
        missing = np.arange(length) >= keep
        if brief.mask is not None:
            missing[:keep] = brief.mask[:keep]
        total = sum(self.works.values())
        sources = tuple((work, beads / total) for work, beads in self.works.items())
        return Draft(self._fill(row, missing, brief.novelty, seed), sources)

    def infill(self, content: Row, mask: Mask, *, seed: int) -> Row:
        return self._fill(content, mask, 0.5, seed)

    def save(self, folder: Path) -> None:
        save_file({"table": self.known()}, folder / "table.safetensors")
        (folder / "works.json").write_text(json.dumps(self.works), "utf-8")
        (folder / "rows.json").write_text(json.dumps(self.rows), "utf-8")

    def load(self, folder: Path) -> Self:
        self.table = load_file(folder / "table.safetensors")["table"]
        self.works = json.loads((folder / "works.json").read_text("utf-8"))
        rows = json.loads((folder / "rows.json").read_text("utf-8"))
        self.rows = [(tuple(row), weight) for row, weight in rows]
        return self

    def _fill(self, row: Row, missing: Mask, novelty: float, seed: int) -> Row:
        """Each missing bead after the one before it; novelty evens the chances out.

        After each, a work is followed from where it has that bead; novelty lets go of it sooner.
        """
        rng = np.random.default_rng(seed)
        evened = 0.6 * novelty**0.6
        chances = (1 - evened) * self.known() + evened / 10
        totals = np.cumsum(chances / chances.sum(1, keepdims=True), axis=1)
        beads = list(row)
        follows: Sequence[int] | None = None
        for i, (go_on, pick, jump) in enumerate(rng.random((len(beads), 3))):
            if not missing[i]:
                follows = None
                continue
            before = beads[i - 1] if i else 1 + int(9 * jump)
            if follows is None or go_on > 0.9 * (1 - novelty):
                beads[i] = min(9, int(np.searchsorted(totals[before], pick, side="right")))
                follows = self._from(beads[i], jump)
            else:
                beads[i], *rest = follows
                follows = rest or None
        return tuple(beads)

    def _from(self, bead: int, jump: float) -> Sequence[int] | None:
        """How a work goes on after such a bead; works that count more are followed more often."""
        here = [
            (known[i + 1 :], weight)
            for known, weight in self.rows
            for i in range(len(known) - 1)
            if known[i] == bead
        ]
        if not here:
            return None
        counted = np.cumsum([weight for _, weight in here])
        return here[min(len(here) - 1, int(np.searchsorted(counted, jump * counted[-1])))][0]

    def known(self) -> NDArray[np.float64]:
        if self.table is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self.table
