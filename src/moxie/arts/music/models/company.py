"""Experts of several composers who speak together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.models.experts import Experts
from moxie.arts.music.models.gate import Floats

FILE = "company.json"


@dataclass(frozen=True, slots=True)
class Company(Experts):
    """Experts of several composers; what each composer's say is averaged by weight."""

    members: tuple[tuple[Experts, float], ...] = ()

    def mixed(
        self, f: int, known: NDArray[np.int16], heard: Sequence[Floats], tilt: Floats | None = None
    ) -> Floats:
        """See `Experts.mixed`; `tilt` is not used: the weights decide."""
        result = np.zeros((len(known), self.coding.fields[f].size), np.float32)
        start = 0
        for experts, weight in self.members:
            own = heard[start : start + len(experts.nets)]
            start += len(experts.nets)
            result += np.float32(weight) * experts.mixed(f, known, own)
        return result

    def save(self, folder: Path) -> None:
        """Write each member into a folder of its own, and `company.json` with the weights."""
        for number, (experts, _) in enumerate(self.members):
            place = folder / f"member-{number}"
            place.mkdir(exist_ok=True)
            experts.save(place)
        weights = [weight for _, weight in self.members]
        (folder / FILE).write_text(json.dumps({"weights": weights}), "utf-8")

    @classmethod
    def of(cls, members: Sequence[tuple[Experts, float]]) -> Company:
        """A company of experts that share a coding; weights sum to 1."""
        nets = tuple(net for experts, _ in members for net in experts.nets)
        return cls(members[0][0].coding, None, nets, (), tuple(members))


def load(folder: Path) -> Experts:
    """The experts that a model's folder holds, or the company of them."""
    if not (folder / FILE).exists():
        return Experts.load(folder)
    weights = json.loads((folder / FILE).read_text("utf-8"))["weights"]
    return Company.of(
        [(Experts.load(folder / f"member-{n}"), float(weight)) for n, weight in enumerate(weights)]
    )
