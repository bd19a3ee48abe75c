"""Synthetic damage: a seeded tool that harms a picture and says exactly where.

Two families of algorithms, written without knowledge of each other, draw the same kinds of
damage: `field` from distances and thresholded noise, `growth` by walks, flaking and spreading.
What is tuned or trained on one can so be tested on the other: a method that only knows a
generator's habits fails there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from moxie.arts.painting.picture import Picture
from moxie.arts.painting.restoration.damage import field, growth
from moxie.arts.painting.restoration.damage.canvas import Draw, lay
from moxie.arts.painting.restoration.kinds import KINDS, Kind, Marked
from moxie.errors import BadInput

FAMILIES: Mapping[str, Mapping[Kind, Draw]] = {"field": field.DRAW, "growth": growth.DRAW}
"""Each family's way to draw each kind."""

LEAST_SIDE = 32
"""Smaller pictures have no room for damage, in pixels."""

MOST = 0.5
"""The greatest share of a picture that is harmed: beyond, nothing would be left to mend from."""

_ORDER = (Kind.STAINS, Kind.CRACKS, Kind.SCRATCHES, Kind.TEARS, Kind.LOSSES)
"""Later ones hide earlier ones, as on a wall: what fell off has no cracks any more."""


@dataclass(frozen=True)
class Damaged:
    """A harmed picture. Outside its masks it is the picture it was made from, bit by bit."""

    picture: Picture
    masks: Mapping[Kind, Marked]
    """What each kind harmed, bool [h, w]; disjoint, and only the kinds that were asked for."""

    @property
    def mask(self) -> Marked:
        """All kinds together, bool [h, w]."""
        return np.asarray(np.any(list(self.masks.values()), axis=0), np.bool_)


def damage(
    picture: Picture,
    kinds: Iterable[Kind] = KINDS,
    *,
    share: float = 0.05,
    seed: int = 0,
    family: str = "field",
) -> Damaged:
    """Harm about `share` of the pixels (0..0.5), divided evenly among the kinds.

    Same arguments, same damage. The size of the damage follows the picture's: a photograph of
    twice the resolution gets cracks of twice the width, in pixels. Damage over paint of its own
    color cannot be seen and is not marked, so the marked share may be a little smaller. Raises
    BadInput for an unknown family, a share out of range or a picture with a side under 32 pixels.
    """
    wanted = [kind for kind in _ORDER if kind in set(kinds)]
    _check(picture, wanted, share, family)
    harmed = picture
    masks: dict[Kind, Marked] = {}
    for kind in wanted:
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        drawn = FAMILIES[family][kind](harmed.astype(np.float32), share / len(wanted), rng)
        harmed, seen = lay(harmed, drawn)
        masks = {other: mask & ~seen for other, mask in masks.items()} | {kind: seen}
    return Damaged(
        np.ascontiguousarray(harmed), {kind: masks[kind] for kind in KINDS if kind in masks}
    )


def _check(picture: Picture, wanted: list[Kind], share: float, family: str) -> None:
    if family not in FAMILIES:
        raise BadInput(
            "There is no family of damage {family}: choose one of {names}.",
            family=repr(family),
            names=", ".join(FAMILIES),
        )
    if not 0 < share <= MOST:
        raise BadInput(
            "The share of damage must be above 0 and at most {most}, not {share}.",
            most=MOST,
            share=share,
        )
    if not wanted:
        raise BadInput("No kind of damage is given: choose of {names}.", names=", ".join(KINDS))
    if min(picture.shape[:2]) < LEAST_SIDE:
        raise BadInput(
            "The picture is too small to be damaged: each side needs at least {least} pixels.",
            least=LEAST_SIDE,
        )
