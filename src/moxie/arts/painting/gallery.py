"""The artist's works as a style model keeps them: to take compositions and surfaces from.

A work is kept as a JPEG of near-lossless quality (its shorter side at most `SHORTEST` pixels),
as a thumbnail, and as three small descriptors that decide which works go together: its layout,
its palette and what it shows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from moxie.arts.painting import codec
from moxie.arts.painting.hands import Hands
from moxie.arts.painting.picture import Picture, resize, short_side
from moxie.arts.painting.tint import Gamut
from moxie.nn.checkpoint import files_of_model
from moxie.nn.vgg import Vgg19

SHORTEST = 640
"""Pixels of the shorter side at which works are kept; strokes finer than this are lost."""

THUMBNAIL = 128
"""Pixels of the shorter side of a thumbnail; compositions are joined at this scale."""

GRID = 12
"""Cells a side of the layout descriptor."""

SUBJECT_SIDE = 96
"""Pixels a side at which a work is looked at for its subject."""

QUALITY = 95

LOOKED_AT = 100
"""Works that say how strong an artist's colors are."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One work in the gallery."""

    work: str  # Work.id
    weight: float  # how often it is drawn on; 1 is neutral
    full: bytes  # JPEG
    thumbnail: bytes  # JPEG
    short: int  # shorter side of the work itself, in pixels
    layout: Floats  # [GRID, GRID, 3], Lab / 255
    subject: Floats  # [512] unit vector: mean VGG19 conv4_1 activation
    school: int = 0  # whose it is, where several artists' works hang together

    @classmethod
    def of(cls, work: str, picture: Picture, weight: float, vgg: Vgg19) -> Exhibit:
        """Prepare a work for the gallery."""
        short = min(picture.shape[:2])
        full = short_side(picture, SHORTEST) if short > SHORTEST else picture
        thumbnail = short_side(picture, THUMBNAIL)
        return cls(
            work,
            weight,
            _encode(full),
            _encode(thumbnail),
            short,
            layout_of(thumbnail),
            subject_of(thumbnail, vgg),
        )


class Gallery:
    """The exhibits, in the order they were learnt."""

    def __init__(self, exhibits: Sequence[Exhibit]) -> None:
        self.exhibits = tuple(exhibits)
        self._layouts = np.stack([e.layout for e in exhibits])
        self._palettes = np.sort(self._layouts.reshape(len(exhibits), -1, 3), axis=1)
        self._subjects = np.stack([e.subject for e in exhibits])
        self.weights = np.array([e.weight for e in exhibits], np.float64)
        self.chances = self.weights / self.weights.sum()
        self._schools = np.array([e.school for e in exhibits])

    def number(self, work: str) -> int:
        """Where a work hangs; ValueError for one that does not."""
        return [e.work for e in self.exhibits].index(work)

    @property
    def hands(self) -> Hands | None:
        """Whose works hang here, and their shares; None where they are all by one hand."""
        shares = np.bincount(self._schools, self.weights) / self.weights.sum()
        if len(shares) == 1:
            return None
        return Hands(dict(enumerate(self._schools.tolist())), tuple(shares.tolist()))

    def __len__(self) -> int:
        return len(self.exhibits)

    def covering(self, index: int, size: tuple[int, int]) -> Picture:
        """A work scaled until it just covers (height, width), but never enlarged."""
        exhibit = self.exhibits[index]
        small = max(size) <= THUMBNAIL  # then the thumbnail always covers it
        picture = codec.read(exhibit.thumbnail if small else exhibit.full, exhibit.work)
        scale = max(size[0] / picture.shape[0], size[1] / picture.shape[1])
        if scale >= 1:
            return picture
        return resize(picture, round(picture.shape[0] * scale), round(picture.shape[1] * scale))

    def thumbnail(self, index: int) -> Picture:
        """A work with its shorter side `THUMBNAIL`."""
        return codec.read(self.exhibits[index].thumbnail, self.exhibits[index].work)

    @cached_property
    def gamut(self) -> Gamut:
        """How strong the works' colors are, by no more than `LOOKED_AT` of them, evenly drawn."""
        step = -(-len(self) // LOOKED_AT)
        return Gamut.of(self.thumbnail(index) for index in range(0, len(self), step))

    def alike(self, index: int) -> Floats:
        """How alike in subject every work is to one of them: cosines, float32 [n]."""
        return np.asarray(self._subjects @ self._subjects[index], np.float32)

    def palette_gap(self, index: int) -> Floats:
        """Mean squared difference of every work's palette to one's, float32 [n]."""
        gap = (self._palettes - self._palettes[index]) ** 2
        return np.asarray(gap.mean((1, 2)), np.float32)

    def retrieve(
        self, layout: Picture, n: int, *, short: int = 0, exclude: Collection[int] = ()
    ) -> list[int]:
        """The `n` works best suited to paint a layout: by place of colours, and by palette.

        Works with fewer than `short` pixels are taken last: their strokes would have to be
        enlarged. Of several schools each lends as many works as the weight of its works allows.
        The weights of place and palette are an earlier prototype's, where both beat layout alone.
        """
        wanted = layout_of(layout)
        place = ((self._layouts - wanted) ** 2).mean((1, 2, 3))
        colours = np.sort(wanted.reshape(-1, 3), axis=0)
        palette = ((self._palettes - colours) ** 2).mean((1, 2))
        cost = 0.3 * place / (place.mean() + 1e-9) + 0.7 * palette / (palette.mean() + 1e-9)
        cost = cost / np.maximum(self.weights, 1e-3)
        cost += np.array([max(0.0, 1 - e.short / max(short, 1)) for e in self.exhibits])
        ordered = np.argsort(cost, kind="stable")
        return self._shared([int(i) for i in ordered if i not in set(exclude)], n)

    def _shared(self, ordered: Sequence[int], n: int) -> list[int]:
        """The first `n` of some works, by the shares of their schools."""
        shares = np.bincount(self._schools, self.weights) / self.weights.sum()
        given, chosen = np.zeros(len(shares)), list[int]()
        waiting = {s: [i for i in ordered if self._schools[i] == s] for s in range(len(shares))}
        while len(chosen) < n and any(waiting.values()):
            owed = shares * (len(chosen) + 1) - given
            school = max((s for s in waiting if waiting[s]), key=lambda s: owed[s])
            chosen.append(waiting[school].pop(0))
            given[school] += 1
        return chosen

    def save(self, folder: Path) -> None:
        """Write `gallery.safetensors` and `gallery.json`."""
        tensors, facts = pack(self.exhibits)
        save_file(tensors, folder / "gallery.safetensors")
        (folder / "gallery.json").write_text(facts, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Gallery:
        """Read what `save` wrote; raises Missing when a file is not there."""
        with files_of_model():
            facts = (folder / "gallery.json").read_text("utf-8")
            tensors = load_file(folder / "gallery.safetensors")
        return cls(unpack(tensors, facts))


def pack(exhibits: Sequence[Exhibit]) -> tuple[dict[str, NDArray[Any]], str]:
    """Exhibits as arrays and a JSON list of facts, for a model file or a checkpoint."""
    tensors: dict[str, NDArray[Any]] = {
        "full": _bytes([e.full for e in exhibits]),
        "thumbnail": _bytes([e.thumbnail for e in exhibits]),
        "layout": np.stack([e.layout for e in exhibits]),
        "subject": np.stack([e.subject for e in exhibits]),
    }
    facts = [
        {
            "work": e.work,
            "weight": e.weight,
            "short": e.short,
            "full": len(e.full),
            "thumbnail": len(e.thumbnail),
        }
        for e in exhibits
    ]
    return tensors, json.dumps(facts)


def unpack(tensors: Mapping[str, NDArray[Any]], facts: str) -> list[Exhibit]:
    """The inverse of `pack`."""
    known = json.loads(facts)
    full = _cut(tensors["full"], [f["full"] for f in known])
    thumbnails = _cut(tensors["thumbnail"], [f["thumbnail"] for f in known])
    return [
        Exhibit(f["work"], f["weight"], *jpegs, f["short"], layout, subject)
        for f, jpegs, layout, subject in zip(
            known,
            zip(full, thumbnails, strict=True),
            tensors["layout"],
            tensors["subject"],
            strict=True,
        )
    ]


def layout_of(picture: Picture) -> Floats:
    """Where the colours are: Lab / 255 on a coarse grid, float32 [GRID, GRID, 3]."""
    small = resize(picture, GRID, GRID)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32) / np.float32(255)


def subject_of(picture: Picture, vgg: Vgg19) -> Floats:
    """What is shown: mean VGG19 conv4_1 activations as a unit vector, float32 [512]."""
    square = resize(picture, SUBJECT_SIDE, SUBJECT_SIDE)  # one shape: new ones are slow to start
    image = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        found = vgg.features(image, ["conv4_1"])["conv4_1"].float().mean((0, 2, 3))
    return np.asarray((found / (found.norm() + 1e-9)).cpu().numpy(), np.float32)


def _encode(picture: Picture) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR]
    options.append(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done
    return data.tobytes()


def _bytes(parts: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(parts), np.uint8)


def _cut(data: NDArray[np.uint8], lengths: Sequence[int]) -> list[bytes]:
    ends = np.cumsum(lengths)
    return [data[e - n : e].tobytes() for e, n in zip(ends, lengths, strict=True)]
