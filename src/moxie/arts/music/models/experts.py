"""What a model of scores has learnt: counts, networks, and how they are mixed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from moxie.arts.music.coding import HEADER, Coded, Coding, coding_named
from moxie.arts.music.models.counted import CountModel, gate_from, under
from moxie.arts.music.models.gate import Floats, Gate, confidence
from moxie.arts.music.models.learn import predictions
from moxie.arts.music.models.nets import Net
from moxie.nn.trunks import REACH, Kind

WINDOW = REACH
"""Units that a network sees when a whole piece is predicted."""

LEAST_SHARE = 1e-6
"""Of every prediction so much is spread evenly: nothing is impossible."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a network."""

    kind: Kind
    width: int
    depth: int
    dropout: float

    def build(self, coding: Coding) -> Net:
        """A network with fresh weights, drawn from torch's generator."""
        return Net(coding, self.kind, width=self.width, depth=self.depth, dropout=self.dropout)


@dataclass(frozen=True, slots=True)
class Experts:
    """Models of one coding. With more than one, `gates` mix them, one for each field."""

    coding: Coding
    counts: CountModel | None
    nets: tuple[tuple[Shape, Net], ...] = ()
    gates: tuple[Gate, ...] = ()

    @property
    def number(self) -> int:
        """How many experts speak."""
        return len(self.nets) + (self.counts is not None)

    def mixed(
        self, f: int, known: NDArray[np.int16], heard: Sequence[Floats], tilt: Floats | None = None
    ) -> Floats:
        """Probabilities of a field's symbols, float32 [n, symbols].

        `heard` are the networks' own, in order; `tilt` [experts] shifts the trust in each.
        """
        shares = [*heard]
        if self.counts is not None:
            shares.insert(0, self.counts.shares(f, known))
        if len(shares) == 1:
            return shares[0]
        stacked = np.stack(shares)
        return self.gates[f].mix(stacked, confidence(stacked), tilt)

    def with_gates(self, pieces: Sequence[Coded], seed: int) -> Experts:
        """The same experts, mixed by gates fitted on pieces that none of them has seen."""
        if self.number < 2:
            return self
        heard = [self.heard(piece) for piece in pieces]
        gates = []
        for f in range(len(self.coding.fields)):
            shares, symbols = [], []
            for piece, said in zip(pieces, heard, strict=True):
                told = np.flatnonzero(piece.symbols[:, f] >= 0)
                each = [one[f][told] for one in said]
                if self.counts is not None:
                    each.insert(0, self.counts.shares(f, piece.known[f][told]))
                shares.append(np.stack(each))
                symbols.append(piece.symbols[told, f])
            stacked = np.concatenate(shares, axis=1)
            gates.append(Gate.fit(stacked, confidence(stacked), np.concatenate(symbols), seed))
        return Experts(self.coding, self.counts, self.nets, tuple(gates))

    def heard(self, piece: Coded) -> list[list[Floats]]:
        """What each network says of each field of a piece: float32 [units, symbols]."""
        if not len(piece.symbols):
            silent = [np.zeros((0, field.size), np.float32) for field in self.coding.fields]
            return [silent for _ in self.nets]
        return [predictions(net, piece, WINDOW) for _, net in self.nets]

    def nats(self, piece: Coded) -> float:
        """What the piece costs in all, its key and length included."""
        return HEADER + float(self.nats_by_field(piece).sum())

    def nats_by_field(self, piece: Coded) -> NDArray[np.float64]:
        """What its units cost, float64 [fields]."""
        heard = self.heard(piece)
        total = np.zeros(len(self.coding.fields))
        for f, spec in enumerate(self.coding.fields):
            told = np.flatnonzero(piece.symbols[:, f] >= 0)
            mixed = self.mixed(f, piece.known[f][told], [one[f][told] for one in heard])
            mixed = (1 - LEAST_SHARE) * mixed + LEAST_SHARE / spec.size
            total[f] = -np.log(mixed[np.arange(len(told)), piece.symbols[told, f]]).sum()
        return total

    def save(self, folder: Path) -> None:
        """Write `experts.safetensors` and `experts.json`."""
        arrays: dict[str, NDArray[np.generic]] = {}
        if self.counts is not None:
            arrays |= {f"counts/{k}": v for k, v in self.counts.arrays().items()}
        for n, (_, net) in enumerate(self.nets):
            arrays |= {f"net{n}/{k}": v.cpu().numpy() for k, v in net.state_dict().items()}
        for f, gate in enumerate(self.gates):
            arrays |= {f"mix{f}/{k}": v for k, v in gate.arrays().items()}
        # safetensors writes the memory as it lies: views have to be laid out first
        save_file(
            {k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / "experts.safetensors"
        )
        facts = {
            "coding": self.coding.name,
            "counts": self.counts is not None,
            "nets": [[s.kind, s.width, s.depth, s.dropout] for s, _ in self.nets],
            "gates": len(self.gates),
        }
        (folder / "experts.json").write_text(json.dumps(facts), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Experts:
        """What `save` wrote."""
        facts = json.loads((folder / "experts.json").read_text("utf-8"))
        arrays = load_file(folder / "experts.safetensors")
        coding = coding_named(facts["coding"])
        counts = (
            CountModel.from_arrays(coding, under(arrays, "counts/")) if facts["counts"] else None
        )
        nets = []
        for n, (kind, width, depth, dropout) in enumerate(facts["nets"]):
            shape = Shape(cast("Kind", kind), int(width), int(depth), float(dropout))
            nets.append((shape, _net(shape, coding, under(arrays, f"net{n}/"))))
        gates = tuple(gate_from(under(arrays, f"mix{f}/")) for f in range(facts["gates"]))
        return cls(coding, counts, tuple(nets), gates)


def _net(shape: Shape, coding: Coding, arrays: Mapping[str, NDArray[np.generic]]) -> Net:
    with torch.random.fork_rng(devices=[]):  # the fresh weights are overwritten
        net = shape.build(coding)
    net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return net.eval().requires_grad_(requires_grad=False)
