"""New forms: parts of several works joined where their cross-sections agree, then bent.

As a head is set on a body: of all heights at which one work could go on as another, those are
taken where the two cut outlines lie over each other best. Across the joint the fields of
distances pass into each other, so that the surface runs through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.arts.sculpture.dial import Dial
from moxie.arts.sculpture.field import Box, Field
from moxie.arts.sculpture.warp import Doubles, Warp
from moxie.arts.sculpture.workshop import Workshop

PLANNED = 48
"""Voxels along the longest side of the fields that joints are looked for in."""

OUTLINE = 28
"""Pixels along the side of a cross-section."""

CANDIDATES = 6
"""Works tried at a joint."""

CHOICE = 3
"""Of the best joints, how many are drawn from."""

YAWS = (0.0, 0.35, -0.35, 0.8, -0.8, 1.57, -1.57, 3.14)
"""Turns of the upper part about the vertical that are tried, in radians."""

SOFT = 0.045
"""Half the height of a joint, in heights of the work."""

SCALES = (0.62, 1.6)
"""How far a part may be made smaller or larger than the other."""


@dataclass(frozen=True, slots=True)
class Section:
    """A cut through a work: its height, middle (x, z), breadth, and outline bool [side, side]."""

    height: float
    middle: tuple[float, float]
    breadth: float
    outline: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """A work in a montage: `above` this height it takes over from those before it.

    A place p of the montage shows the work's place (p - here) / scale, turned back by `yaw`,
    mirrored or not, + there.
    """

    index: int
    above: float
    here: tuple[float, float, float] = (0.0, 0.0, 0.0)
    there: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: float = 1.0
    yaw: float = 0.0
    mirrored: bool = False

    def source(self, points: Doubles) -> Doubles:
        """Where in the work places [n, 3] of the montage lie."""
        moved = (points - self.here) / self.scale
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        x, z = c * moved[:, 0] - s * moved[:, 2], s * moved[:, 0] + c * moved[:, 2]
        x = -x if self.mirrored else x
        return np.stack([x, moved[:, 1], z], 1) + self.there


@dataclass(frozen=True, slots=True)
class Montage:
    """Parts from the foot up, and how it all is bent."""

    parts: tuple[Part, ...]
    warp: Warp

    def field(self, workshop: Workshop, size: int) -> Field:
        """The form as a field, `size` voxels along its longest side, centred, that side 1."""
        rough = Box.around(np.array([-0.8] * 3), np.array([0.8] * 3), 1.6 / 44)
        seen = self._values(workshop, rough, 40)
        inside = np.argwhere(seen.values < 0)
        if not len(inside):
            inside = np.array([[22, 22, 22], [26, 26, 26]])
        low = np.array(rough.low) + rough.pitch * (inside.min(0) - 1.0)
        high = np.array(rough.low) + rough.pitch * (inside.max(0) + 1.0)
        long = float((high - low).max())
        fine = Box.around(low, high, long / max(size - 8, 16))
        return self._values(workshop, fine, size)

    def _values(self, workshop: Workshop, box: Box, size: int) -> Field:
        air = Field(np.zeros(box.shape, np.float32), box.low, box.pitch)
        places = self.warp.source(air.points().reshape(-1, 3))
        values = np.zeros(len(places), np.float32)
        for number, part in enumerate(self.parts):
            shown = workshop.field(part.index, size).at(part.source(places)) * part.scale
            passed = (places[:, 1] - part.above) / (2 * SOFT) + 0.5
            share = _smooth(passed) if number else np.ones(len(places))
            values = (values + share * (shown - values)).astype(np.float32)
        return Field(values.reshape(box.shape), box.low, box.pitch)

    def shares(self, workshop: Workshop) -> tuple[tuple[int, float], ...]:
        """(work's number, share of the height it gave), summing to 1."""
        ends = [part.above for part in self.parts[1:]] + [0.5]
        found: dict[int, float] = {}
        start = -0.5
        for part, end in zip(self.parts, ends, strict=True):
            found[part.index] = found.get(part.index, 0.0) + max(end - start, 0.02)
            start = max(start, end)
        total = sum(found.values())
        return tuple(sorted(((i, s / total) for i, s in found.items()), key=lambda x: -x[1]))


def compose(workshop: Workshop, base: int, dial: Dial, rng: Generator) -> Montage:
    """Join `dial.parts` works, `base` at the foot, into one form, and bend it.

    The others are drawn by how much they count.
    """
    parts = [Part(base, -np.inf)]
    bounds = [(0.4, 0.75)] if dial.parts == 2 else [(0.22, 0.45), (0.6, 0.82)]
    for low, high in bounds:
        parts.append(_joined(workshop, parts, (low - 0.5, high - 0.5), rng))
    return Montage(tuple(parts), Warp.draw(dial, rng))


def _joined(
    workshop: Workshop, parts: Sequence[Part], band: tuple[float, float], rng: Generator
) -> Part:
    """The part that goes on best from what there is, somewhere in a band of heights."""
    last = parts[-1]
    below = workshop.field(last.index, PLANNED)
    used = {part.index for part in parts}
    others = [i for i in range(len(workshop)) if i not in used] or [last.index]
    chances = workshop.chances[others] / workshop.chances[others].sum()
    tried = rng.choice(others, min(CANDIDATES, len(others)), replace=False, p=chances)
    cuts = []
    for height in np.linspace(*band, 6):
        own = last.source(np.array([[0.0, height, 0.0]]))[0, 1]
        found = section(below, float(own))
        if found is not None:
            cuts.append((float(height), found))
    ways = []
    for index in tried:
        field = workshop.field(int(index), PLANNED)
        for height in np.linspace(-0.22, 0.32, 8):
            other = section(field, float(height))
            for at, cut in cuts if other is not None else ():
                assert other is not None
                ways.append((*_agree(cut, other, last.scale), int(index), at, cut, other))
    if not ways:
        return Part(int(tried[0]), 0.0, scale=last.scale)
    ways.sort(key=lambda way: way[0])
    best = {way[3]: way for way in reversed(ways)}  # one joint a work, so that luck has a say
    chosen = sorted(best.values(), key=lambda way: way[0])[:CHOICE]
    _, yaw, mirrored, index, at, cut, other = chosen[int(rng.integers(len(chosen)))]
    return _placed(last, index, at, cut, other, (yaw, mirrored))


def _placed(
    last: Part, index: int, at: float, cut: Section, other: Section, turn: tuple[float, bool]
) -> Part:
    """The other work set on the cut through the last, breadth on breadth."""
    scale = float(np.clip(last.scale * cut.breadth / other.breadth, *SCALES))
    here = _montage_place(last, cut)
    there = (other.middle[0], other.height, other.middle[1])
    yaw = turn[0] + last.yaw
    return Part(index, at, (here[0], at, here[1]), there, scale, yaw, turn[1] ^ last.mirrored)


def _montage_place(part: Part, cut: Section) -> tuple[float, float]:
    """Where in the montage the middle of a cut through a part's work lies (x, z)."""
    x, z = cut.middle[0] - part.there[0], cut.middle[1] - part.there[2]
    x = -x if part.mirrored else x
    c, s = np.cos(part.yaw), np.sin(part.yaw)
    return (
        float((c * x + s * z) * part.scale + part.here[0]),
        float((c * z - s * x) * part.scale + part.here[2]),
    )


def section(field: Field, height: float) -> Section | None:
    """The cut through a work at a height; None where there is hardly anything."""
    row = round((height - field.low[1]) / field.pitch)
    if not 0 <= row < field.values.shape[1]:
        return None
    inside = np.argwhere(field.values[:, row] < 0)
    if len(inside) < 6:
        return None
    places = np.array([field.low[0], field.low[2]]) + field.pitch * inside
    middle = places.mean(0)
    breadth = float(np.sqrt(len(inside)) * field.pitch)
    outline = np.zeros((OUTLINE, OUTLINE), np.bool_)
    # two breadths wide, so that an arm held aside is seen
    axis = ((np.arange(OUTLINE) + 0.5) / OUTLINE - 0.5) * 2 * breadth
    x, z = np.meshgrid(axis + middle[0], axis + middle[1], indexing="ij")
    outline = field.at(np.stack([x, np.full_like(x, height), z], -1)) < 0
    return Section(height, (float(middle[0]), float(middle[1])), breadth, outline)


def _agree(cut: Section, other: Section, scale: float) -> tuple[float, float, bool]:
    """How badly two cuts agree at the best turn (0..1 and more), that turn, and if mirrored."""
    import cv2

    size = abs(np.log(scale * cut.breadth / other.breadth))
    best = (np.inf, 0.0, False)
    picture = other.outline.astype(np.float32)
    for yaw in YAWS:
        middle = (OUTLINE / 2 - 0.5, OUTLINE / 2 - 0.5)
        spin = cv2.getRotationMatrix2D(middle, -np.degrees(yaw), 1.0)
        turned = cv2.warpAffine(picture, spin, (OUTLINE, OUTLINE)) > 0.5
        for mirrored in (False, True):
            laid = turned[::-1] if mirrored else turned
            both = (laid & cut.outline).sum() / max((laid | cut.outline).sum(), 1)
            cost = 1 - both + 0.5 * size + 0.03 * abs(yaw)
            if cost < best[0]:
                best = (float(cost), yaw, mirrored)
    return best


def _smooth(share: Doubles) -> Doubles:
    t = np.clip(share, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
