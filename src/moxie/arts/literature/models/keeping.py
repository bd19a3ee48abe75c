"""Mixtures in a folder: `language.json` and `language.safetensors`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from moxie.arts.literature.models.counts import PHRASED, SKIPPING, Counts, growing
from moxie.arts.literature.models.gate import Gate
from moxie.arts.literature.models.language import Alphabet
from moxie.arts.literature.models.mixture import Mixture
from moxie.arts.literature.models.nets import Net, Shape
from moxie.arts.literature.models.tables import Chain, Columns, Table
from moxie.nn.trunks import Kind

Arrays: TypeAlias = Mapping[str, NDArray[np.generic]]


def save(mixture: Mixture, folder: Path) -> None:
    """Write a mixture into a folder."""
    arrays: dict[str, NDArray[np.generic]] = {}
    if mixture.counts is not None:
        for c, chain in enumerate((mixture.counts.growing, *mixture.counts.skipping)):
            for t, table in enumerate(chain.tables):
                arrays |= {f"counts/{c}/{t}/{name}": a for name, a in table.arrays().items()}
    nets = [net for net in mixture.nets if isinstance(net, Net)]
    for n, net in enumerate(nets):
        arrays |= {f"net/{n}/{name}": v.cpu().numpy() for name, v in net.state_dict().items()}
    if mixture.gate is not None:
        arrays |= {f"gate/{name}": a for name, a in mixture.gate.arrays().items()}
    # safetensors writes the memory as it lies: views have to be laid out first
    laid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(laid, folder / "language.safetensors")
    facts = {
        "characters": mixture.alphabet.characters,
        "counts": mixture.counts is not None,
        "nets": [[s.kind, s.width, s.depth, s.dropout] for s in (net.shape for net in nets)],
        "gate": mixture.gate is not None,
    }
    (folder / "language.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


def load(folder: Path) -> Mixture:
    """What `save` wrote."""
    facts = json.loads((folder / "language.json").read_text("utf-8"))
    arrays = load_file(folder / "language.safetensors")
    alphabet = Alphabet(facts["characters"])
    counts = _counts(_under(arrays, "counts/"), alphabet) if facts["counts"] else None
    nets = []
    for n, (kind, width, depth, dropout) in enumerate(facts["nets"]):
        shape = Shape(cast("Kind", kind), int(width), int(depth), float(dropout))
        nets.append(_net(shape, alphabet.size, _under(arrays, f"net/{n}/")))
    gate = Gate.of(_under(arrays, "gate/")) if facts["gate"] else None
    return Mixture(alphabet, counts, tuple(nets), gate)


def _counts(arrays: Arrays, alphabet: Alphabet) -> Counts:
    def chain(number: int, columns: tuple[Columns, ...]) -> Chain:
        places = range(len(columns))
        tables = [Table.of(_under(arrays, f"{number}/{place}/")) for place in places]
        return Chain.of(columns, tables, alphabet.size)

    others = SKIPPING if f"{len(SKIPPING)}/0/keys" in arrays else PHRASED
    skipping = tuple(chain(number, columns) for number, columns in enumerate(others, 1))
    orders = sum(name.startswith("0/") and name.endswith("/keys") for name in arrays) - 1
    return Counts(alphabet.marks, chain(0, growing(orders)), skipping)


def _net(shape: Shape, size: int, arrays: Arrays) -> Net:
    with torch.random.fork_rng(devices=[]):  # the fresh weights are overwritten
        net = shape.build(size)
    net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return net.eval().requires_grad_(requires_grad=False)


def _under(arrays: Arrays, prefix: str) -> dict[str, NDArray[np.generic]]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
