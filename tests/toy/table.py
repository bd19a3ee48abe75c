"""What both recipes share: a table of which color follows which, and rows drawn from it."""

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
        return self._fill(content, mask, 0.0, seed)

    def save(self, folder: Path) -> None:
        save_file({"table": self.known()}, folder / "table.safetensors")
        (folder / "works.json").write_text(json.dumps(self.works), "utf-8")

    def load(self, folder: Path) -> Self:
        self.table = load_file(folder / "table.safetensors")["table"]
        self.works = json.loads((folder / "works.json").read_text("utf-8"))
        return self

    def _fill(self, row: Row, missing: Mask, novelty: float, seed: int) -> Row:
        """Each missing bead after the one before it; novelty evens the chances out."""
        rng = np.random.default_rng(seed)
        chances = (1 - 0.4 * novelty) * self.known() + 0.4 * novelty / 10
        beads = list(row)
        for i in np.flatnonzero(missing):
            before = beads[i - 1] if i else int(rng.integers(1, 10))
            beads[i] = int(rng.choice(10, p=chances[before] / chances[before].sum()))
        return tuple(beads)

    def known(self) -> NDArray[np.float64]:
        if self.table is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self.table
