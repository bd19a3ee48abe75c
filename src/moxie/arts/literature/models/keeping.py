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

from moxie.arts.literature.models.counts import SKIPPING, Counts, growing, others
from moxie.arts.literature.models.gate import Gate
from moxie.arts.literature.models.kinds import Kinds
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
        for c, chain in enumerate((mixture.counts.growing, *mixture.counts.others)):
            for t, table in enumerate(chain.tables):
                arrays |= {f"counts/{c}/{t}/{name}": a for name, a in table.arrays().items()}
        if mixture.counts.kinds is not None:
            kinds = mixture.counts.kinds
            arrays |= {"kinds/words": kinds.words.view(np.int64), "kinds/kinds": kinds.kinds}
    nets = [net for net in mixture.nets if isinstance(net, Net)]
    for n, net in enumerate(nets):
        arrays |= {f"net/{n}/{name}": v.cpu().numpy() for name, v in net.state_dict().items()}
    for name, gate in (("gate", mixture.gate), ("sides", mixture.sides)):
        if gate is not None:
            arrays |= {f"{name}/{part}": array for part, array in gate.arrays().items()}
    # safetensors writes the memory as it lies: views have to be laid out first
    laid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    save_file(laid, folder / "language.safetensors")
    facts = {
        "characters": mixture.alphabet.characters,
        "counts": mixture.counts is not None,
        "nets": [[s.kind, s.width, s.depth, s.dropout] for s in (net.shape for net in nets)],
        "sides": [] if mixture.counts is None else mixture.counts.sides,
    }
    (folder / "language.json").write_text(json.dumps(facts, ensure_ascii=False), "utf-8")


def load(folder: Path) -> Mixture:
    """What `save` wrote."""
    facts = json.loads((folder / "language.json").read_text("utf-8"))
    arrays = load_file(folder / "language.safetensors")
    alphabet = Alphabet(facts["characters"])
    counts = None
    if facts["counts"]:
        counts = _counts(arrays, alphabet, tuple(facts.get("sides", ())))
    nets = []
    for n, (kind, width, depth, dropout) in enumerate(facts["nets"]):
        shape = Shape(cast("Kind", kind), int(width), int(depth), float(dropout))
        nets.append(_net(shape, alphabet.size, _under(arrays, f"net/{n}/")))
    gate, sides = (_gate(_under(arrays, f"{name}/")) for name in ("gate", "sides"))
    return Mixture(alphabet, counts, tuple(nets), gate, sides)


def _gate(arrays: Arrays) -> Gate | None:
    return Gate.of(arrays) if arrays else None


def _counts(arrays: Arrays, alphabet: Alphabet, sides: tuple[str, ...]) -> Counts:
    """Counts with these sides; without any, as they were before sides had names."""
    told = _under(arrays, "counts/")

    def chain(number: int, columns: tuple[Columns, ...]) -> Chain:
        places = range(len(columns))
        tables = [Table.of(_under(told, f"{number}/{place}/")) for place in places]
        return Chain.of(columns, tables, alphabet.size)

    sides = sides or (("skipping",) if f"{len(SKIPPING)}/0/keys" in told else ("phrased",))
    beside = tuple(chain(number, columns) for number, columns in enumerate(others(sides), 1))
    orders = sum(name.startswith("0/") and name.endswith("/keys") for name in told) - 1
    kinds = None
    if "kindred" in sides:
        words = np.asarray(arrays["kinds/words"], np.int64).view(np.uint64)
        kinds = Kinds(words, np.asarray(arrays["kinds/kinds"], np.int32))
    return Counts(alphabet.marks, chain(0, growing(orders)), sides, beside, kinds)


def _net(shape: Shape, size: int, arrays: Arrays) -> Net:
    with torch.random.fork_rng(devices=[]):  # the fresh weights are overwritten
        net = shape.build(size)
    net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return net.eval().requires_grad_(requires_grad=False)


def _under(arrays: Arrays, prefix: str) -> dict[str, NDArray[np.generic]]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
