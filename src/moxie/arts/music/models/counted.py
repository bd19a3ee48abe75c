"""The count model of a coding: counts of every field, and gates that mix their chains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.coding import Coded, Coding, Ints
from moxie.arts.music.models.counts import FieldCounts, count
from moxie.arts.music.models.gate import Floats, Gate

GATE_UNITS = 20_000
"""Units that a field's gate is fitted on, each predicted by counts without its own work."""

SPREAD = 1.0
"""A sign counts in at least such units: the widest contexts have all seen as much, and where they
see a little more, once other works are counted, that must not look like another world."""

BLOCK = 4096
"""Units asked about at once: shares of all chains take memory."""


@dataclass(frozen=True, slots=True)
class CountModel:
    """What was counted, and how much each chain is believed."""

    coding: Coding
    fields: tuple[FieldCounts, ...]
    gates: tuple[Gate, ...]
    share: float = 1.0  # of what is counted now, what was when the gates were fitted

    @classmethod
    def learn(
        cls,
        coding: Coding,
        pieces: Sequence[Coded],
        works: Sequence[str],
        weights: Sequence[float],
        seed: int,
    ) -> CountModel:
        """Count pieces; those of one work are left out together when the gates are fitted."""
        fields = count(coding.fields, pieces, weights)
        gates = tuple(
            _gate(f, counted, pieces, works, weights, seed) for f, counted in enumerate(fields)
        )
        return cls(coding, fields, gates)

    def shares(self, field: int, known: Ints) -> Floats:
        """Probabilities of a field's symbols, float32 [n, symbols]."""
        blocks = []
        for start in range(0, len(known), BLOCK):
            opinion = self.fields[field].ask(known[start : start + BLOCK], scale=self.share)
            blocks.append(self.gates[field].mix(opinion.shares, opinion.signs))
        if not blocks:
            return np.zeros((0, self.coding.fields[field].size), np.float32)
        return np.concatenate(blocks)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All of it as arrays by name, to be saved."""
        found: dict[str, NDArray[np.generic]] = {"share": np.array([self.share])}
        for f, (counted, gate) in enumerate(zip(self.fields, self.gates, strict=True)):
            found |= {f"counts.{f}.{name}": array for name, array in counted.arrays().items()}
            found |= {f"gate.{f}.{name}": array for name, array in gate.arrays().items()}
        return found

    @classmethod
    def from_arrays(cls, coding: Coding, arrays: Mapping[str, NDArray[np.generic]]) -> CountModel:
        """What `arrays` gave."""
        fields, gates = [], []
        for f, field in enumerate(coding.fields):
            fields.append(FieldCounts.from_arrays(field, under(arrays, f"counts.{f}.")))
            gates.append(gate_from(under(arrays, f"gate.{f}.")))
        return cls(coding, tuple(fields), tuple(gates), float(arrays["share"][0]))


def under(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> dict[str, NDArray[np.generic]]:
    """The arrays whose names begin so, without that beginning."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def gate_from(arrays: Mapping[str, NDArray[np.generic]]) -> Gate:
    """A gate from what `Gate.arrays` gave."""
    return Gate(**{name: array.astype(np.float32) for name, array in arrays.items()})


def _gate(
    f: int,
    counted: FieldCounts,
    pieces: Sequence[Coded],
    works: Sequence[str],
    weights: Sequence[float],
    seed: int,
) -> Gate:
    """Fit a field's gate on units of every work, each without what its own work counted."""
    rng = np.random.default_rng([seed, f])
    total = sum(len(piece.symbols) for piece in pieces)
    share = min(1.0, GATE_UNITS / max(1, total))
    shares, signs, symbols = [], [], []
    for work in dict.fromkeys(works):
        mine = [i for i, name in enumerate(works) if name == work]
        known = np.concatenate([pieces[i].known[f] for i in mine])
        told = np.concatenate([pieces[i].symbols[:, f] for i in mine])
        each = np.repeat(
            np.asarray([weights[i] for i in mine], np.float32),
            [len(pieces[i].symbols) for i in mine],
        )
        places = np.flatnonzero(told >= 0)
        chosen = rng.permutation(places)[: max(1, round(share * len(places)))]
        own = FieldCounts.of(counted.field, known, told, each)
        opinion = counted.ask(known[chosen], own)
        shares.append(opinion.shares)
        signs.append(opinion.signs)
        symbols.append(told[chosen])
    return Gate.fit(
        np.concatenate(shares, axis=1),
        np.concatenate(signs),
        np.concatenate(symbols),
        seed,
        floor=SPREAD,
    )
