"""The works a model has learnt from, as forms and as fields of distances."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moxie.art import Sample
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.field import Box, Field, field_of
from moxie.arts.sculpture.form import STANDARD, Form
from moxie.nn.checkpoint import files_of_model

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE, FACTS = "works.safetensors", "works.json"

KEPT, FAR = 96, 24.0
"""Voxels along the longest side of the fields that are kept, and the greatest distance in them."""


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """One work: its id, how much it counts, its form in the standard frame, and its field.

    `near` [x, y, z] are distances in voxels, no farther than `FAR`, on a grid of `KEPT` voxels
    along the longest side.
    """

    work: str
    weight: float
    form: Form
    near: NDArray[np.float16]

    @classmethod
    def of(cls, sample: Sample[Form]) -> Exhibit:
        """A work to learn from."""
        form = standard(sample.content)
        field = field_of(form, KEPT)
        near = np.clip(field.values / field.pitch, -FAR, FAR).astype(np.float16)
        return cls(sample.work, sample.weight, form, near)

    @property
    def field(self) -> Field:
        """Its field; about 0.3 million voxels."""
        box = Box.about(self.form, KEPT)
        return Field(self.near.astype(np.float32) * np.float32(box.pitch), box.low, box.pitch)


class Workshop:
    """The exhibits, in the order they were learnt."""

    def __init__(self, exhibits: Sequence[Exhibit]) -> None:
        self.exhibits = tuple(exhibits)
        weights = np.array([max(e.weight, 1e-6) for e in exhibits], np.float64)
        self.chances = weights / weights.sum()

    def __len__(self) -> int:
        return len(self.exhibits)

    def field(self, index: int, size: int) -> Field:
        """A work's field with at least `size` voxels along its longest side."""
        exhibit = self.exhibits[index]
        return exhibit.field if size <= KEPT else field_of(exhibit.form, size)

    def save(self, folder: Path) -> None:
        """Write the works as safetensors and JSON."""
        from safetensors.numpy import save_file

        tensors, facts = pack(self.exhibits)
        save_file(tensors, folder / FILE)
        (folder / FACTS).write_text(facts, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Workshop:
        """Read what `save` wrote; raises Missing when a file is not there."""
        from safetensors.numpy import load_file

        with files_of_model():
            facts = (folder / FACTS).read_text("utf-8")
            tensors = load_file(folder / FILE)
        return cls(unpack(tensors, facts))


def pack(exhibits: Sequence[Exhibit]) -> tuple[dict[str, NDArray[Any]], str]:
    """Exhibits as arrays and a JSON list of facts, for a model file or a checkpoint."""
    tensors: dict[str, NDArray[Any]] = {
        "vertices": np.concatenate([e.form.vertices for e in exhibits]),
        "faces": np.concatenate([e.form.faces for e in exhibits]),
        "fields": np.concatenate([e.near.ravel() for e in exhibits]),
    }
    facts = [
        {
            "work": e.work,
            "weight": e.weight,
            "vertices": len(e.form.vertices),
            "faces": len(e.form.faces),
        }
        for e in exhibits
    ]
    return tensors, json.dumps(facts)


def unpack(tensors: Mapping[str, NDArray[Any]], facts: str) -> list[Exhibit]:
    """The inverse of `pack`."""
    found, v, f, at = [], 0, 0, 0
    for told in json.loads(facts):
        vertices = tensors["vertices"][v : v + told["vertices"]]
        faces = tensors["faces"][f : f + told["faces"]]
        v, f = v + told["vertices"], f + told["faces"]
        form = Form(vertices, faces, STANDARD)
        shape = Box.about(form, KEPT).shape
        near = tensors["fields"][at : at + int(np.prod(shape))].reshape(shape)
        at += near.size
        found.append(Exhibit(told["work"], told["weight"], form, near))
    return found
