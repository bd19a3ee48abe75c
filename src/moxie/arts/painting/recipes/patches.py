"""`painting/patches`: from one work on, compositions joined from the works and laid anew.

Learning is preparing the gallery; making is `montage` (a composition), then `quilt` (the works'
own strokes, found by place, busyness and direction). What has been measured is in
benchmarks/RESULTS.md, what was tried and lost in docs/decisions/0003-painting-surfaces.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import MADE, Brief, Checkpoint, Draft, OnStep, Recipe, Sample, Supply
from moxie.arts.painting import guide
from moxie.arts.painting.dial import dial
from moxie.arts.painting.fill import fill
from moxie.arts.painting.gallery import Exhibit, Gallery, pack, unpack
from moxie.arts.painting.laying import lay
from moxie.arts.painting.montage import compose
from moxie.arts.painting.picture import Picture, short_side
from moxie.arts.painting.tensors import to_tensor
from moxie.arts.painting.tint import Tint
from moxie.errors import Cancelled, Missing
from moxie.nn.checkpoint import as_state, from_state
from moxie.nn.nearest import bank, nearest, patches
from moxie.nn.vgg import Vgg19
from moxie.seeds import pick
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan

LENDING = 4
"""Works that lend their patches to a hole that is filled."""

ERROR_SIDES = (48, 96)
"""Shorter sides, in pixels, at which held-out error is measured."""

ERROR_PATCH = 5
ERROR_BANK = 12_000
"""Patches known, whatever the number of works: more works must mean better, not more."""

SAVE_EVERY = 100
"""Works between two checkpoints."""


class PatchModel:
    """A style model that holds the works themselves and paints new ones out of them."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._gallery: Gallery | None = None
        self._vgg: Vgg19 | None = None

    @classmethod
    def of(cls, machine: Machine, gallery: Gallery) -> Self:
        """A model of works that hang already."""
        model = cls(machine)
        model._gallery = gallery
        return model

    def fit(
        self,
        samples: Sequence[Sample[Picture]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Prepare the gallery, work by work. Nothing here is random: `seed` is not needed."""
        exhibits = _exhibits(checkpoint.load())
        try:
            for i in range(len(exhibits), len(samples)):
                sample = samples[i]
                exhibits.append(Exhibit.of(sample.work, sample.content, sample.weight, self.vgg))
                if len(exhibits) % SAVE_EVERY == 0:
                    checkpoint.save(_state(exhibits))
                on_step(len(exhibits), len(samples), 0.0)
        except Cancelled:
            if exhibits:
                checkpoint.save(_state(exhibits))
            raise
        self._gallery = Gallery(exhibits)
        return self

    @property
    def gallery(self) -> Gallery:
        """The works learnt from; raises Missing before `fit` or `load`."""
        if self._gallery is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._gallery

    @property
    def vgg(self) -> Vgg19:
        """The network whose activations are matched, loaded once."""
        if self._vgg is None:
            self._vgg = Vgg19.load(self.machine, last="conv4_1")
        return self._vgg

    def losses(self, contents: Sequence[Picture]) -> NDArray[np.float32]:
        """Mean squared difference of a work's patches to the nearest known ones, float32 [n].

        It answers how well a work could be painted out of the others, at two scales.
        """
        total = np.zeros(len(contents), np.float32)
        for side in ERROR_SIDES:
            generator = torch.Generator().manual_seed(side)
            works = [
                to_tensor(short_side(self.gallery.thumbnail(i), side))
                for i in range(len(self.gallery))
            ]
            known = bank(works, ERROR_PATCH, ERROR_BANK, generator)
            for i, content in enumerate(contents):
                found = patches(to_tensor(short_side(content, side)), ERROR_PATCH, stride=3)
                total[i] += float(nearest(found, known)[1].mean()) / len(ERROR_SIDES)
        return total

    def sample(self, brief: Brief[Picture], *, seed: int) -> Draft[Picture]:
        """Compose, then lay; with `brief.start`, lay that picture in the artist's hand."""
        rng = np.random.default_rng(seed)
        settings = dial(brief.novelty)
        if brief.start is not None:
            return guide.led(self.gallery, brief, settings, self.vgg, rng)
        base = pick(self.gallery.chances, seed)
        montage = compose(self.gallery, base, settings, (brief.size[0], brief.size[1]), rng)
        return lay(self.gallery, montage, settings, Tint.draw(settings, rng))

    def infill(self, content: Picture, mask: NDArray[np.bool_], *, seed: int) -> Picture:
        """See `fill.fill`; the nearest works in layout and palette lend their patches."""
        generator = torch.Generator().manual_seed(seed)
        suited = self.gallery.retrieve(content, LENDING, short=min(content.shape[:2]))
        works = [partial(self.gallery.covering, index) for index in suited]
        return fill(content, mask, works, generator)

    def save(self, folder: Path) -> None:
        """See `Gallery.save`."""
        self.gallery.save(folder)

    def load(self, folder: Path) -> Self:
        """See `Gallery.load`."""
        self._gallery = Gallery.load(folder)
        return self


def plan(supply: Supply) -> Plan:
    """About a twentieth of a second a work; suits any supply."""
    return Plan(
        {},
        0.05 * supply.works + 1,
        say(
            "It learns from any number of works, in about {seconds:.0f} s here.",
            seconds=0.05 * supply.works + 1,
        ),
    )


def _state(exhibits: Sequence[Exhibit]) -> dict[str, object]:
    """The exhibits so far as tensors and one JSON string, for a checkpoint."""
    return as_state(*pack(exhibits))


def _exhibits(state: Mapping[str, object] | None) -> list[Exhibit]:
    """What `_state` kept; none at the start."""
    return [] if state is None else unpack(*from_state(state))


RECIPE = Recipe(
    name="painting/patches",
    summary=say("Compositions joined from the works and laid anew with their strokes."),
    least_works=1,
    rank=1,
    plan=plan,
    build=PatchModel,
    scale=MADE,
)
