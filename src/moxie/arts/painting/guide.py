"""A person leads: their photo, or their sketch, becomes the composition that is laid.

A photo gives what is shown and its colours, which are drawn towards the palette of the works suited
to it. A sketch gives colour blocks, or lines only; lines get their colours from a work whose
contours run as they do (see `sketch`).
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from moxie.art import Brief, Draft
from moxie.arts.painting.asking import Lead
from moxie.arts.painting.blocks import Floats
from moxie.arts.painting.dial import Dial, dial
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.laying import RETRIEVED, Tint, enliven, keep_known, lay
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.picture import Picture, cover
from moxie.arts.painting.sketch import colored, is_drawn
from moxie.errors import BadInput

LENT, LIGHT = 4, 0.5
"""Works suited to a picture that lend it their palette, and how much of the way lightness goes
with it: lightness is what a picture shows."""

PLAIN = 1.0
"""Deviation of lightness, of 255, below which a picture shows nothing."""

STRETCHED = 1.05
"""Ratio of proportions from which a sketch is no longer of the size asked for."""


def led(gallery: Gallery, brief: Brief[Picture], settings: Dial, rng: Generator) -> Draft[Picture]:
    """The picture that a person gave, `brief.start`, in the artist's hand.

    With a mask all else stays as it is. In the upper half of the dial of novelty the colours are
    turned as well.
    """
    assert brief.start is not None
    lead = Lead.of(brief.options)
    size = (brief.size[0], brief.size[1])
    pull = lead.pull(part=brief.mask is not None)
    montage = composition(gallery, brief.start, lead, size, rng, pull)
    tint = Tint.draw(dial(2 * brief.novelty - 1), rng)
    draft = lay(gallery, montage, settings, tint, finer=lead.finer, chance=rng)
    if brief.mask is None:
        return draft
    return replace(draft, content=keep_known(draft.content, brief.start, brief.mask))


def composition(
    gallery: Gallery, start: Picture, lead: Lead, size: tuple[int, int], rng: Generator, pull: float
) -> Montage:
    """What a person's picture becomes, at a size (height, width), as lively as the works are.

    Its colours go to the works' by `pull`, 0..1; lines have none, and get some. A photo of other
    proportions is cut, not squashed. Raises BadInput for a picture that shows nothing, and for a
    sketch of other proportions.
    """
    if lead.sketch:
        _check_proportions(start, size)
    picture = cover(start, *size)
    if float(np.std(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))) < PLAIN:
        raise BadInput("The picture to begin from is of one color: there is nothing to follow.")
    if lead.sketch and is_drawn(picture):
        return enliven(gallery, colored(gallery, picture, rng))
    return enliven(gallery, tuned(gallery, picture, pull, LENT, LIGHT))


def tuned(
    gallery: Gallery, picture: Picture, amount: float, lent: int = RETRIEVED, light: float = 1.0
) -> Picture:
    """The picture with its colours drawn towards the palette of some works suited to it.

    The linear map that carries one normal distribution to another at the least cost (Pitie and
    Kokaram, "The linear Monge-Kantorovitch linear colour mapping", 2007), in Lab; 0 changes
    nothing, 1 gives the works' mean and covariance. Lightness goes `light` of that.
    """
    works = [gallery.thumbnail(index) for index in gallery.retrieve(picture, lent)]
    theirs = np.concatenate([_pixels(work) for work in works])
    ours = _pixels(picture)
    mapped = (ours - ours.mean(0)) @ _transport(_spread(ours), _spread(theirs)) + theirs.mean(0)
    moved = (mapped - ours) * np.array([light, 1, 1], np.float32)
    lab = (ours + amount * moved).reshape(picture.shape)
    whole = np.clip(np.rint(lab), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.cvtColor(whole, cv2.COLOR_LAB2RGB), np.uint8)


def _check_proportions(sketch: Picture, size: tuple[int, int]) -> None:
    ratio = sketch.shape[1] / sketch.shape[0] / (size[1] / size[0])
    if not 1 / STRETCHED < ratio < STRETCHED:
        raise BadInput(
            "The sketch has {width}x{height} pixels, which a picture of {wanted_width}x"
            "{wanted_height} would distort: give no size, or one of its proportions.",
            width=sketch.shape[1],
            height=sketch.shape[0],
            wanted_width=size[1],
            wanted_height=size[0],
        )


def _pixels(picture: Picture) -> Floats:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)


def _spread(pixels: Floats) -> Floats:
    """Covariance of colours, never quite flat: float32 [3, 3]."""
    return np.asarray(np.cov(pixels.T) + 4 * np.eye(3), np.float32)


def _transport(ours: Floats, theirs: Floats) -> Floats:
    """The linear map between two covariances."""
    root = _root(ours)
    inverse = np.linalg.inv(root)
    middle = _root(np.asarray(root @ theirs @ root, np.float32))
    return np.asarray(inverse @ middle @ inverse, np.float32)


def _root(spread: Floats) -> Floats:
    values, axes = np.linalg.eigh(spread)
    return np.asarray((axes * np.sqrt(np.maximum(values, 1e-6))) @ axes.T, np.float32)
