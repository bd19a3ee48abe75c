"""Filling what is missing in a sculpture, from its own other side and from other works.

Guesses are what `precedents` finds: places in works, and in the broken work itself, that are like
what lies about the hole. Doing without any is one of the ways (`stump`); `weighing` says how much
each counts. The difference at the rim is carried into the hole (`film`), and the surface is laid in
the works' detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.arts.sculpture.field import MARGIN, Box, Field, field_in, samples
from moxie.arts.sculpture.film import Hole, film
from moxie.arts.sculpture.form import GRID, Bools, Floats, Form
from moxie.arts.sculpture.lending import PITCH, Known, Lender, Place
from moxie.arts.sculpture.precedents import precedents
from moxie.arts.sculpture.skin import Bank, lay
from moxie.arts.sculpture.stitch import stitched
from moxie.arts.sculpture.stump import continued, one_sided, solid
from moxie.arts.sculpture.weighing import weights
from moxie.arts.sculpture.workshop import Workshop
from moxie.seeds import pick

SIZE = 76
"""Voxels along the work's longest side."""

SHELL = 10
"""Voxels about the hole that are looked at with it."""

ROOM = 0.3
"""How far beyond what is left of a work what is missing may reach, in its longest sides."""

LENDING = 10
"""Places that lend."""

Doubles = NDArray[np.float64]


def mend(
    content: Form, mask: Bools, workshop: Workshop, bank: Bank | None, generator: torch.Generator
) -> Form:
    """The content with what the mask covers as it likely was, all else exactly as it is."""
    hole = hole_of(content, mask)
    return _laid(content, mask, hole, guess(content, mask, hole, workshop), bank, generator)


def remake(
    content: Form, mask: Bools, workshop: Workshop, bank: Bank | None, seed: int
) -> tuple[Form, Sequence[tuple[int, float]]]:
    """The content with what the mask covers as it could be, and the shares of works in that.

    Where mending weighs all that is likely, this takes one place of a work: another seed, another.
    """
    hole = hole_of(content, mask)
    scene = _Scene(content, mask, hole)
    places = _precedents(scene, workshop)
    generator = torch.Generator().manual_seed(seed)
    if not places:
        return mend(content, mask, workshop, bank, generator), []
    place, shown = places[pick(np.ones(len(places)), seed)]
    shares = [(place.lender, 1.0)] if place.lender < len(workshop) else []
    return _laid(content, mask, hole, shown, bank, generator), shares


def _laid(
    content: Form,
    mask: Bools,
    hole: Hole,
    guess: Floats,
    bank: Bank | None,
    generator: torch.Generator,
) -> Form:
    """The hole filled with a guess, in the works' detail, and sewn to the rest."""
    filled = film(hole, guess)
    if bank is not None:
        filled = lay(filled, bank, 0.6, generator, hole.missing).field
    return stitched(content, mask, filled.mesh(content.frame, whole=False))


def hole_of(content: Form, mask: Bools) -> Hole:
    """The masked part of the frame, as far as a work could reach, with a rim of what is known."""
    cells = np.argwhere(mask)
    cell, corner = content.frame.side / GRID, np.array(content.frame.low)
    low, high = cells.min(0) * cell + corner, (cells.max(0) + 1) * cell + corner
    long = content.frame.longest
    least, most = content.vertices.min(0) - ROOM * long, content.vertices.max(0) + ROOM * long
    pitch = long / SIZE
    rim = (SHELL + 2 - MARGIN) * pitch
    low, high = np.clip(low, least, most) - rim, np.clip(high, least, most) + rim
    box = Box.around(low, high, pitch)
    points = box.points()
    missing = content.frame.masked(points.reshape(-1, 3).astype(np.float32), mask)
    whole = _whole(content, mask)
    return Hole(Field(whole.at(points), box.low, pitch), missing.reshape(box.shape), whole)


def _whole(content: Form, mask: Bools) -> Field:
    """The field of what is known: what the mask covers must not speak for itself."""
    masked = content.frame.masked(content.vertices, mask)
    held = ~masked[content.faces].any(1)
    known = Form(content.vertices, content.faces[held], content.frame) if held.any() else content
    low, high = content.vertices.min(0).astype(float), content.vertices.max(0).astype(float)
    field = field_in(known, Box.around(low, high, content.frame.longest / SIZE))
    points = field.points()
    missing = content.frame.masked(points.reshape(-1, 3).astype(np.float32), mask)
    return solid(field, missing.reshape(field.values.shape), samples(known, 0.5 * field.pitch)[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A broken work in its longest sides about the middle of its frame."""

    content: Form
    mask: Bools
    hole: Hole

    @property
    def middle(self) -> Doubles:
        """Of the frame, in the work's own units."""
        frame = self.content.frame
        return np.asarray(np.array(frame.low) + frame.side / 2)

    def masked(self, points: Doubles) -> Bools:
        """Which places [n, 3] are missing."""
        places = points * self.content.frame.longest + self.middle
        return self.content.frame.masked(places.astype(np.float32), self.mask)

    def scaled(self, field: Field) -> Field:
        """A field of the work's own units."""
        long = self.content.frame.longest
        low = (np.array(field.low) - self.middle) / long
        first = (float(low[0]), float(low[1]), float(low[2]))
        return Field(field.values / np.float32(long), first, field.pitch / long)

    def box(self, pitch: float) -> Box:
        """A grid about what is known and the hole."""
        fields = [self.scaled(field) for field in (self.hole.field, self.hole.whole)]
        low = np.min([field.low for field in fields], axis=0)
        return Box.between(low, np.max([field.high for field in fields], axis=0), pitch)

    def itself(self) -> Lender:
        """The work as one that lends."""
        whole = self.scaled(self.hole.whole)
        wide = whole.on(self.box(whole.pitch))
        gone = self.masked(wide.points().reshape(-1, 3)).reshape(wide.values.shape)
        return Lender(wide, Field((~gone).astype(np.float32), wide.low, wide.pitch))


def guess(content: Form, mask: Bools, hole: Hole, workshop: Workshop) -> Floats:
    """What the works and the content's own parts say of the hole, in its box."""
    scene = _Scene(content, mask, hole)
    alone = continued(hole, content.frame.longest)
    shown = [field for _, field in _precedents(scene, workshop)]
    counts = weights(hole, [np.zeros_like(alone), *shown], one_sided(hole))
    total = sum(w * hole.clipped(v) for w, v in zip(counts, [alone, *shown], strict=True))
    return np.asarray(total, np.float32)


def _precedents(scene: _Scene, workshop: Workshop) -> list[tuple[Place, Floats]]:
    """The likeliest places, and what they show of the hole, each [x, y, z]."""
    known = Known.of(scene.scaled(scene.hole.whole), scene.masked, scene.box(PITCH))
    if not len(known.values):
        return []
    lenders = [Lender(workshop.field(i, SIZE)) for i in range(len(workshop))]
    lenders.append(scene.itself())
    smooth = film(scene.hole, np.zeros_like(scene.hole.field.values)).values
    places = precedents(known, lenders, LENDING)
    return [(place, _shown(scene, place, lenders[place.lender], smooth)) for place in places]


def _shown(scene: _Scene, place: Place, lender: Lender, smooth: Floats) -> Floats:
    """What a place shows of the hole, in the work's units; where it knows nothing, `smooth`."""
    points = scene.scaled(scene.hole.field).points().reshape(-1, 3)
    values = place.shown(lender.field, points) * scene.content.frame.longest
    sees = lender.sees(place.source(points)).reshape(smooth.shape)
    return np.where(sees, values.reshape(smooth.shape), smooth).astype(np.float32)


def sources(
    workshop: Workshop, shares: Sequence[tuple[int, float]]
) -> tuple[tuple[str, float], ...]:
    """Shares by number as shares by Work.id."""
    found: dict[str, float] = {}
    for number, share in shares:
        work = workshop.exhibits[number].work
        found[work] = found.get(work, 0.0) + share
    return tuple(sorted(found.items(), key=lambda item: -item[1]))
