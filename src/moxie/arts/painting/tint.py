"""A palette turned away from the artist's, by colors as strong as the artist's own at most.

Turned alone, the strong yellows of a field become greens that no pigment has: what a hue bears
differs from hue to hue. So a turned color is as strong there as the works are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from moxie.arts.painting.blocks import Floats, to_lab, to_rgb
from moxie.arts.painting.dial import Dial
from moxie.arts.painting.picture import Picture, turned

HUES = 36
"""Hues that are told apart, evenly about Lab's gray axis."""

FEW = 200
"""Pixels about a hue with which it is known how strong it is in the works."""

STRONGEST = 0.95
"""The quantile of strength that counts as a hue's strongest."""

FAINTEST = 0.08
"""The strength that any hue bears, in the units of `to_lab`."""

KNEE = 4
"""How sharply strength is held back; endless would cut it off."""


@dataclass(frozen=True, slots=True)
class Gamut:
    """How strong the works are in each hue: chroma in the units of `to_lab`, float32 [HUES]."""

    limits: Floats

    @classmethod
    def of(cls, works: Iterable[Picture]) -> Self:
        """Of small pictures of the works: every pixel counts the same."""
        pixels = np.concatenate([to_lab(work)[..., 1:].reshape(-1, 2) for work in works])
        strong, hue = np.hypot(*pixels.T), np.rint(_hues(pixels)).astype(int) % HUES
        limits = np.full(HUES, FAINTEST, np.float32)
        for place in range(HUES):
            about = strong[np.isin(hue, [(place + step) % HUES for step in (-1, 0, 1)])]
            if len(about) >= FEW:
                limits[place] = max(FAINTEST, np.quantile(about, STRONGEST))
        return cls(limits)

    def bears(self, opponents: Floats) -> Floats:
        """The share of their strength that colors [..., 2] may have there, float32 [...]."""
        ends = np.append(self.limits, self.limits[0])
        limit = np.interp(_hues(opponents) % HUES, np.arange(HUES + 1), ends)
        strong = np.hypot(opponents[..., 0], opponents[..., 1])
        return np.asarray((1 + (strong / limit) ** KNEE) ** (-1 / KNEE), np.float32)


@dataclass(frozen=True, slots=True)
class Tint:
    """How the palette is turned: by an angle in radians, and by a share of its strength."""

    turn: float = 0.0
    chroma: float = 0.0

    @classmethod
    def draw(cls, settings: Dial, rng: Generator) -> Self:
        """A turn that the dial allows."""
        turn = float(rng.choice((-1, 1)) * rng.uniform(0.7, 1.0) * settings.hue)
        return cls(turn, float(rng.uniform(-0.5, 1.0) * settings.chroma))

    def on(self, picture: Picture, gamut: Gamut | None = None) -> Picture:
        """The picture with its palette turned; no stronger than the works are, if that is known.

        A color that was stronger than they are before is held back by as much less: no turn
        changes nothing, and a small one little.
        """
        if self.turn == 0 and self.chroma == 0:
            return picture
        lab = to_lab(picture)
        before = lab[..., 1:]
        after = turned(before, self.turn, self.chroma)
        if gamut is not None:
            after *= np.minimum(1, gamut.bears(after) / gamut.bears(before))[..., None]
        lab[..., 1:] = after
        return to_rgb(lab)


def _hues(opponents: Floats) -> Floats:
    """Where colors [..., 2] lie about the gray axis, -HUES / 2 to HUES / 2, float32 [...]."""
    angle = np.arctan2(opponents[..., 1], opponents[..., 0])
    return np.asarray(angle / (2 * np.pi) * HUES, np.float32)
