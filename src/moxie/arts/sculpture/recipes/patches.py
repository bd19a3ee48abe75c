"""`sculpture/patches`: from one work on, forms joined from the works, with their surface.

Learning is measuring the works' fields of distances; making is `montage` (a form, bent), then
`skin` (the works' own detail, found by the coarse shape of each place).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import Brief, Checkpoint, Draft, OnStep, Recipe, Sample, Supply
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.dial import dial
from moxie.arts.sculpture.field import Field, field_of
from moxie.arts.sculpture.form import STANDARD, Form
from moxie.arts.sculpture.mend import mend, remake, sources
from moxie.arts.sculpture.montage import compose
from moxie.arts.sculpture.rebuilding import SIZE, error
from moxie.arts.sculpture.skin import PATCH, TRUNCATED, Bank, lay, near
from moxie.arts.sculpture.workshop import Exhibit, Workshop, pack, unpack
from moxie.errors import Cancelled, Missing
from moxie.nn.checkpoint import as_state, from_state
from moxie.nn.nearest import nearest
from moxie.nn.voting import patches_at, vote
from moxie.seeds import pick
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan

ERROR_BANK = 10_000
"""Patches known where errors are measured, whatever the number of works."""

SECONDS = 2.0
"""About what it takes to measure a work."""


class PatchModel:
    """A style model that holds the works themselves and builds new ones out of them."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._workshop: Workshop | None = None
        self._bank: Bank | None = None

    @classmethod
    def of(cls, machine: Machine, workshop: Workshop) -> Self:
        """A model of works that are measured already."""
        model = cls(machine)
        model._workshop = workshop
        return model

    def fit(
        self,
        samples: Sequence[Sample[Form]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Measure the works one by one. Nothing here is random: `seed` is not needed."""
        exhibits = _exhibits(checkpoint.load())
        try:
            for i in range(len(exhibits), len(samples)):
                exhibits.append(Exhibit.of(samples[i]))
                on_step(len(exhibits), len(samples), 0.0)
        except Cancelled:
            if exhibits:
                checkpoint.save(_state(exhibits))
            raise
        self._workshop, self._bank = Workshop(exhibits), None
        return self

    @property
    def workshop(self) -> Workshop:
        """The works learnt from; raises Missing before `fit` or `load`."""
        if self._workshop is None:
            raise Missing("This model has not learnt anything yet: train it first.")
        return self._workshop

    @property
    def bank(self) -> Bank:
        """Patches of the works' surfaces, drawn once."""
        if self._bank is None:
            shop = self.workshop
            fields = [(i, shop.field(i, 0)) for i in range(len(shop))]
            self._bank = Bank.of(fields, torch.Generator().manual_seed(0))
        return self._bank

    def losses(self, contents: Sequence[Form]) -> NDArray[np.float32]:
        """See `rebuilding.error`: each content told by the nearest known patches, [n]."""
        generator = torch.Generator().manual_seed(SIZE)
        forms = [exhibit.form for exhibit in self.workshop.exhibits]
        share = max(1, ERROR_BANK // len(forms))
        known = torch.cat([_patches(form, share, generator) for form in forms])
        return np.array([_error(standard(content), known) for content in contents], np.float32)

    def sample(self, brief: Brief[Form], *, seed: int) -> Draft[Form]:
        """Compose, then lay; with `brief.start`, lay that form in the artist's hand."""
        generator = torch.Generator().manual_seed(seed)
        shop = self.workshop
        if brief.start is not None and brief.mask is not None:
            made, shares = remake(brief.start, brief.mask, shop, self.bank, seed)
            return Draft(made, sources(shop, shares))
        settings = dial(brief.novelty)
        if brief.start is not None:
            given = field_of(standard(brief.start), brief.size[0])
            laid = lay(given, self.bank, 1.0, generator)
            return Draft(_form(laid.field), sources(shop, laid.shares))
        montage = compose(shop, pick(shop.chances, seed), settings, np.random.default_rng(seed))
        joined = montage.field(shop, brief.size[0])
        laid = lay(joined, self.bank, settings.skin, generator)
        both = [(i, share / 2) for part in (montage.shares(shop), laid.shares) for i, share in part]
        return Draft(
            _form(laid.field), sources(shop, both if laid.shares else montage.shares(shop))
        )

    def infill(self, content: Form, mask: NDArray[np.bool_], *, seed: int) -> Form:
        """See `mend.mend`."""
        generator = torch.Generator().manual_seed(seed)
        return mend(content, mask, self.workshop, self.bank, generator)

    def save(self, folder: Path) -> None:
        """See `Workshop.save`."""
        self.workshop.save(folder)

    def load(self, folder: Path) -> Self:
        """See `Workshop.load`."""
        self._workshop, self._bank = Workshop.load(folder), None
        return self


def plan(supply: Supply) -> Plan:
    """About two seconds a work; suits any supply."""
    seconds = SECONDS * supply.works + 1
    why = say("It learns from any number of works, in about {seconds:.0f} s here.", seconds=seconds)
    return Plan({}, seconds, why)


def _form(field: Field) -> Form:
    """One piece, watertight, in the standard frame."""
    return standard(field.mesh(STANDARD))


def _patches(form: Form, most: int, generator: torch.Generator) -> torch.Tensor:
    """At most so many patches of a form's field at the size of errors."""
    values = _values(form)
    corners = near(values, 1)
    drawn = corners[torch.randperm(len(corners), generator=generator)[:most]]
    return patches_at(values[None], drawn, PATCH)


def _values(form: Form) -> torch.Tensor:
    field = field_of(form, SIZE)
    return torch.from_numpy(field.values / np.float32(field.pitch)).clamp(-TRUNCATED, TRUNCATED)


def _error(form: Form, known: torch.Tensor) -> float:
    """How far a form is from what the nearest known patches make of it."""
    values, field = _values(form), field_of(form, SIZE)
    corners = near(values, 2)
    chosen = known[nearest(patches_at(values[None], corners, PATCH), known)[0]]
    told, count = vote(chosen, corners, (1, *values.shape), PATCH)
    rebuilt = torch.where(count > 0, told[0], values.sign() * TRUNCATED).numpy()
    return error(form, Field(rebuilt * np.float32(field.pitch), field.low, field.pitch))


def _state(exhibits: Sequence[Exhibit]) -> dict[str, object]:
    """The exhibits so far as tensors and one JSON string, for a checkpoint."""
    return as_state(*pack(exhibits))


def _exhibits(state: Mapping[str, object] | None) -> list[Exhibit]:
    """What `_state` kept; none at the start."""
    return [] if state is None else unpack(*from_state(state))


RECIPE = Recipe(
    name="sculpture/patches",
    summary=say("Forms joined from parts of the works, bent, with the works' own surface."),
    least_works=1,
    rank=1,
    plan=plan,
    build=PatchModel,
    scale="voxels",
)
