"""A composition laid in the artist's own strokes: what every recipe of painting ends with.

Whoever made the composition (parts of works joined, a network, a person's photo or sketch), it is
laid anew from blocks of the works that suit it (`quilt`). `enliven` lends a composition that has
colours only the liveliness of the works, without which it would be laid from their calmest parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moxie.art import Draft
from moxie.arts.painting.blocks import Floats, block_side, means, to_lab, vigour
from moxie.arts.painting.dial import Dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.picture import Picture, resize
from moxie.arts.painting.quilt import Quilt, Target, quilt
from moxie.arts.painting.tint import Tint

RETRIEVED = 16
"""Works that lend their strokes beside those of the composition."""

OWN = 8
"""Works of a composition that lend strokes at most: those it has most of."""

LENDERS = 8
"""Places in the works whose liveliness is lent to one place of a composition: their median."""

PLACE = 0.15
"""How much where a colour is counts beside the colour itself: skies are above."""


RIM = 0.25
"""Share of a block's side over which a part made anew comes in."""


def lay(
    gallery: Gallery,
    montage: Montage,
    settings: Dial,
    tint: Tint | None = None,
    *,
    finer: Sequence[float] | None = None,
    chance: Generator | None = None,
) -> Draft[Picture]:
    """The composition in the artist's strokes, at its own size.

    `finer` are the shares of it that are followed in detail, by smaller and smaller blocks
    (see `quilt`): for what a person drew, not for what comes from a work. With `chance` the works
    that lend strokes are drawn from half as many again.
    """
    laid = quilt(
        Target(montage.picture, montage.places, montage.vigour),
        _works(gallery, montage, chance),
        mended=(settings.mended,) if finer is None else finer,
        apart=settings.apart,
        sharp=finer is not None,
        hands=gallery.hands,
    )
    picture = laid.picture if tint is None else tint.on(laid.picture, gallery.gamut)
    return Draft(picture, _sources(gallery, montage, laid))


def enliven(gallery: Gallery, picture: Picture) -> Montage:
    """A composition of colours alone, as lively as the works are where they show such colours.

    Each place takes the median liveliness of the `LENDERS` places in the works suited to it that
    are nearest in colour, and in height and breadth.
    """
    size = picture.shape[:2]
    side = block_side(min(size))
    looked, lent = [], []
    for index in gallery.retrieve(picture, RETRIEVED, short=min(size)):
        work = to_lab(gallery.covering(index, size))
        looked.append(_places(work, side))
        lent.append(means(vigour(work, side), side // 2).reshape(-1, 4))
    wanted = _places(to_lab(picture), side)
    found = _median(np.concatenate(looked), np.concatenate(lent), wanted)
    rows, columns = _cells(size, side)
    lively = cv2.resize(found.reshape(rows, columns, 4), size[::-1], interpolation=cv2.INTER_LINEAR)
    plain = np.full(picture.shape, -1, np.float32)
    return Montage(picture, plain, np.asarray(lively, np.float32), ())


def keep_known(picture: Picture, start: Picture, mask: NDArray[np.bool_]) -> Picture:
    """The start, with the picture where the mask says; both are scaled to the picture's size.

    Within the mask the picture comes in over a little way, so that no edge shows; what lies outside
    is exactly the start.
    """
    height, width = picture.shape[:2]
    wide = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    rim = max(1.0, RIM * block_side(min(height, width)))
    shown = np.clip(cv2.distanceTransform(wide, cv2.DIST_L2, 5) / rim, 0, 1)[..., None]
    known = resize(start, height, width).astype(np.float32)
    mixed = np.rint(known + shown * (picture - known))
    return np.ascontiguousarray(mixed, np.uint8)


def _cells(size: tuple[int, ...], side: int) -> tuple[int, int]:
    return size[0] // (side // 2), size[1] // (side // 2)


def _places(lab: Floats, side: int) -> Floats:
    """Colour and place of every half block, float32 [places, 5]."""
    colours = means(lab, side // 2)
    rows, columns = colours.shape[:2]
    grid = np.meshgrid(*(np.linspace(0, PLACE, n) for n in (rows, columns)), indexing="ij")
    return np.concatenate([colours, *(g[..., None] for g in grid)], 2).reshape(-1, 5)


def _median(known: Floats, lent: Floats, wanted: Floats) -> Floats:
    """Of each wanted place the median of what the nearest known ones lend, float32 [n, 4]."""
    far = (wanted**2).sum(1)[:, None] - 2 * wanted @ known.T + (known**2).sum(1)
    nearest = np.argpartition(far, min(LENDERS, far.shape[1]) - 1, axis=1)[:, :LENDERS]
    return np.asarray(np.median(lent[nearest], axis=1), np.float32)


def _works(
    gallery: Gallery, montage: Montage, chance: Generator | None
) -> list[tuple[int, Picture]]:
    """The works to lay from: the composition's own, and others suited to it."""
    own = [index for index, _ in montage.shares[:OWN]]
    size = montage.picture.shape[:2]
    wanted = RETRIEVED if chance is None else RETRIEVED * 3 // 2
    others = gallery.retrieve(montage.picture, wanted, short=min(size), exclude=own)
    if chance is not None and len(others) > RETRIEVED:
        others = [others[i] for i in sorted(chance.permutation(len(others))[:RETRIEVED])]
    return [(index, gallery.covering(index, size)) for index in (*own, *others)]


def _sources(gallery: Gallery, montage: Montage, laid: Quilt) -> tuple[tuple[str, float], ...]:
    """What each work gave: half for the composition, half for the strokes."""
    shares: dict[str, float] = {}
    halves: Sequence[tuple[tuple[tuple[int, float], ...], float]] = (
        (montage.shares, 0.5 if montage.shares else 0.0),
        (laid.shares, 0.5 if montage.shares else 1.0),
    )
    for part, half in halves:
        for index, share in part:
            work = gallery.exhibits[index].work
            shares[work] = shares.get(work, 0.0) + half * share
    return tuple(sorted(shares.items(), key=lambda item: -item[1]))
