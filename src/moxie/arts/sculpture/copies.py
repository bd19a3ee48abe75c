"""Finding what a sculpture might have been copied from, turned, mirrored or scaled, whole or half.

The scale: 1 is the same form; from 0.5 on there is something to explain. How it was set, see
`align.HALF` and benchmarks/sculpture.py.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from moxie.art import Likeness
from moxie.arts.sculpture.align import (
    HALVES,
    Doubles,
    Fit,
    halves,
    likely,
    points_of,
    promise,
    refine,
)
from moxie.arts.sculpture.form import Form
from moxie.errors import BadInput
from moxie.text import Message, say

CLOSELY = 6
"""The most promising works, which are compared closely."""

LIKELY = 96
"""The shapes (works and halves of works) with the likeliest distances, which are laid at all."""

STRICTER = 0.85
"""Halves are simpler than wholes, and alike more easily: their likeness counts so much."""

MAGIC = b"MXS1"
_STEPS = 30_000.0  # places are kept to 1 / 30000 of the longest side


@dataclass(frozen=True, slots=True)
class Found:
    """A work, which of its halves, which half of the suspect lies over it, and how well."""

    index: int
    here: int
    there: int
    fit: Fit

    @property
    def similarity(self) -> float:
        """On the copy scale."""
        whole = self.here == 0 and self.there == 0
        return self.fit.similarity if whole else sure(self.fit.similarity)

    def likeness(self) -> Likeness:
        """As the protocol has it."""
        return Likeness(self.index, self.similarity, evidence(self))


class FormIndex:
    """A `CopyIndex` and a `Finder` of sculptures. Keeps points, and no form."""

    def __init__(self, clouds: Sequence[Doubles]) -> None:
        self._works = [halves(points) for points in clouds]

    @classmethod
    def of(cls, contents: Sequence[Form]) -> FormIndex:
        """Of works, read one by one."""
        return cls([points_of(contents[i]) for i in range(len(contents))])

    def nearest(self, content: Form, *, exclude: Collection[int] = ()) -> Likeness | None:
        """The likeliest source; None when every work is excluded."""
        allowed = [i for i in range(len(self._works)) if i not in exclude]
        found = self._closely(content, allowed)
        return found[0].likeness() if found else None

    def closest(self, content: Form) -> Found:
        """The likeliest source and how it was found; there must be one work at least."""
        return self._closely(content, range(len(self._works)))[0]

    def search(self, content: Form) -> list[Likeness]:
        """Every source at 0.5 or more, or else the likeliest; the likeliest first."""
        found = [one.likeness() for one in self._closely(content, range(len(self._works)))]
        return [one for one in found if one.similarity >= 0.5] or found[:1]

    def _closely(self, content: Form, allowed: Sequence[int]) -> list[Found]:
        """The likeliest works compared closely, one finding each, the likeliest first."""
        if not allowed:
            return []
        suspect = halves(points_of(content))
        looks = []
        for here, part in enumerate(suspect):
            places = [(i, t) for i in allowed for t in (0, 1, 2)]  # a suspect may be a fragment
            shapes = [self._works[i][t] for i, t in places]
            chosen = likely(part, shapes, LIKELY)
            places, shapes = [places[k] for k in chosen], [shapes[k] for k in chosen]
            least, poses = promise(part, shapes)
            order = np.argsort(least, kind="stable")[:CLOSELY]
            looks += [(*places[k], here, shapes[k], part, poses[k]) for k in order]
        best: dict[int, Found] = {}
        for index, there_one, here, shape, part, poses in looks:
            found = Found(index, here, there_one, refine(part, shape, poses))
            if index not in best or found.similarity > best[index].similarity:
                best[index] = found
        return sorted(best.values(), key=lambda one: -one.similarity)


def sure(value: float) -> float:
    """The likeness of halves on the scale of wholes; the same half stays the same."""
    return STRICTER * value + (1 - STRICTER) * value**8


def evidence(found: Found) -> Message:
    """What was found, in words."""
    percent = round(100 * found.fit.distance / 2, 1)  # of the diameter
    if HALVES[found.here] == HALVES[0]:
        return say(
            "Laid over it, the whole surface is {percent} % of its size away on average.",
            percent=percent,
        )
    if found.here == 1:
        return say(
            "Its upper half, laid over a half of the work, is {percent} % of its size away on "
            "average.",
            percent=percent,
        )
    return say(
        "Its lower half, laid over a half of the work, is {percent} % of its size away on average.",
        percent=percent,
    )


def pack(points: Doubles) -> bytes:
    """Points of a form as bytes, about 14 kB."""
    steps = np.clip(np.rint(points * _STEPS), -32768, 32767).astype("<i2")
    return MAGIC + struct.pack("<I", len(steps)) + steps.tobytes()


def unpack(data: bytes) -> Doubles:
    """The inverse of `pack`, to the steps that it keeps; raises BadInput for anything else."""
    if len(data) < 8 or data[:4] != MAGIC:
        raise BadInput("This is not what is kept of a sculpture to find copies of it.")
    (number,) = struct.unpack_from("<I", data, 4)
    if not number or len(data) != 8 + 6 * number:
        raise BadInput("What is kept of a sculpture to find copies of it is cut off.")
    return np.frombuffer(data, "<i2", 3 * number, 8).reshape(-1, 3) / _STEPS
