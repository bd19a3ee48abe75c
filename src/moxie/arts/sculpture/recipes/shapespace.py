"""`sculpture/shapespace`: from about ten works, forms between them, with their surface.

The works' fields in one cube span a space by their principal components (Leventon, Grimson and
Faugeras, "Statistical Shape Influence in Geodesic Active Contours", 2000). A new form is a place
between a few works that are near each other there; it is coarse, and `skin` gives it the works'
surface. What is to be filled is completed by the place that agrees best with what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from moxie.art import Brief, Checkpoint, Draft, OnStep, Recipe, Sample, Supply
from moxie.arts.sculpture.clean import standard
from moxie.arts.sculpture.dial import dial
from moxie.arts.sculpture.field import Box, Field
from moxie.arts.sculpture.form import STANDARD, Form
from moxie.arts.sculpture.mend import sources
from moxie.arts.sculpture.rebuilding import cubed, error, field_in_cube
from moxie.arts.sculpture.recipes.patches import PatchModel
from moxie.arts.sculpture.recipes.patches import plan as plan_patches
from moxie.arts.sculpture.skin import lay
from moxie.arts.sculpture.warp import Warp
from moxie.seeds import pick
from moxie.settings import Machine
from moxie.text import say
from moxie.work import Plan

LEAST = 8
"""Works below which a space has too few directions to be one."""

KEPT = 0.98
"""Share of the variance that the components kept explain."""

NEIGHBOURS = 4
"""Works near the first one, of which one or two more are drawn."""

DETAIL = 1.0
"""How much of the works' detail is laid: what lies between works has none of its own."""

Doubles = NDArray[np.float64]


class ShapeModel(PatchModel):
    """A style model of the space that works span; it holds the works for their surface."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self._space: tuple[Doubles, Doubles, Doubles] | None = None

    def fit(
        self,
        samples: Sequence[Sample[Form]],
        *,
        plan: Plan,
        seed: int,
        checkpoint: Checkpoint,
        on_step: OnStep,
    ) -> Self:
        """Measure the works; the space is worked out when it is first asked for."""
        super().fit(samples, plan=plan, seed=seed, checkpoint=checkpoint, on_step=on_step)
        self._space = None
        return self

    @property
    def space(self) -> tuple[Doubles, Doubles, Doubles]:
        """Mean [voxels], components [k, voxels] (unit rows) and the works' places [works, k]."""
        if self._space is None:
            rows = np.stack([cubed(e.form) for e in self.workshop.exhibits]).astype(np.float64)
            mean = np.average(rows, axis=0, weights=self.workshop.chances)
            _, scales, components = np.linalg.svd(rows - mean, full_matrices=False)
            share = np.cumsum(scales**2) / max(float((scales**2).sum()), 1e-12)
            kept = components[: int(np.searchsorted(share, KEPT)) + 1]
            self._space = mean, kept, (rows - mean) @ kept.T
        return self._space

    def load(self, folder: Path) -> Self:
        """See `Workshop.load`."""
        self._space = None
        return super().load(folder)

    def losses(self, contents: Sequence[Form]) -> NDArray[np.float32]:
        """See `rebuilding.error`: each content told by its nearest place in the space [n]."""
        mean, components, _ = self.space
        forms = [standard(content) for content in contents]
        told = [mean + (cubed(form) - mean) @ components.T @ components for form in forms]
        errors = [error(f, field_in_cube(v)) for f, v in zip(forms, told, strict=True)]
        return np.array(errors, np.float32)

    def sample(self, brief: Brief[Form], *, seed: int) -> Draft[Form]:
        """A place between works, bent a little, in their surface; from a start as `patches`."""
        if brief.start is not None:
            return super().sample(brief, seed=seed)
        rng = np.random.default_rng(seed)
        shares = self._between(pick(self.workshop.chances, seed), brief.novelty, rng)
        mean, components, places = self.space
        at = sum(share * places[i] for i, share in shares)
        coarse = field_in_cube(mean + np.asarray(at) @ components)
        warped = _warped(coarse, Warp.draw(dial(0.5 * brief.novelty), rng), brief.size[0])
        generator = torch.Generator().manual_seed(seed)
        laid = lay(warped, self.bank, DETAIL, generator)
        both = [(i, s / 2) for part in (shares, laid.shares) for i, s in part]
        made = standard(laid.field.mesh(STANDARD))
        return Draft(made, sources(self.workshop, both if laid.shares else shares))

    def _between(
        self, first: int, novelty: float, rng: np.random.Generator
    ) -> list[tuple[int, float]]:
        """A few works and how much of each there is: `first` leads, the less the newer."""
        places = self.space[2]
        gap = np.linalg.norm(places - places[first], axis=1)
        others = [int(i) for i in np.argsort(gap, kind="stable") if i != first][:NEIGHBOURS]
        drawn = rng.permutation(others)[: 1 + int(rng.random() < novelty)]
        lead = float(np.clip(rng.normal(0.72 - 0.2 * novelty, 0.05), 0.4, 0.9))
        if not len(drawn):
            return [(first, 1.0)]
        rest = rng.dirichlet(np.full(len(drawn), 3.0)) * (1 - lead)
        return [(first, lead), *((int(i), float(s)) for i, s in zip(drawn, rest, strict=True))]


def _warped(coarse: Field, warp: Warp, size: int) -> Field:
    """The coarse form bent, on a grid of `size` voxels along its longest side."""
    rough = Box.around(np.full(3, -0.75), np.full(3, 0.75), 1.5 / 40)
    seen = _through(coarse, warp, rough)
    inside = np.argwhere(seen.values < 0)
    if not len(inside):
        return coarse
    low = np.array(rough.low) + rough.pitch * (inside.min(0) - 1.0)
    high = np.array(rough.low) + rough.pitch * (inside.max(0) + 1.0)
    return _through(coarse, warp, Box.around(low, high, float((high - low).max()) / (size - 8)))


def _through(coarse: Field, warp: Warp, box: Box) -> Field:
    from scipy.ndimage import map_coordinates

    air = Field(np.zeros(box.shape, np.float32), box.low, box.pitch)
    places = warp.source(air.points().reshape(-1, 3))
    at = ((places - coarse.low) / coarse.pitch).T
    smooth = map_coordinates(coarse.values, at, order=3, mode="nearest")
    return Field(smooth.reshape(box.shape).astype(np.float32), box.low, box.pitch)


def plan(supply: Supply) -> Plan | None:
    """As long as measuring the works takes; None for fewer works than span a space."""
    if supply.works < LEAST:
        return None
    seconds = plan_patches(supply).seconds
    why = say("It learns from eight works on, in about {seconds:.0f} s here.", seconds=seconds)
    return Plan({}, seconds, why)


RECIPE = Recipe(
    name="sculpture/shapespace",
    summary=say("Forms between the works, in the space that they span, with the works' surface."),
    least_works=LEAST,
    rank=0,
    plan=plan,
    build=ShapeModel,
    scale="voxels",
)
