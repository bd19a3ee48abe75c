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
from moxie.arts.painting.dial import Dial, dial
from moxie.arts.painting.finishing import Held, finished
from moxie.arts.painting.gallery import Gallery
from moxie.arts.painting.laying import enliven, keep_known, lay
from moxie.arts.painting.montage import Montage
from moxie.arts.painting.palette import tuned
from moxie.arts.painting.picture import Picture, cover
from moxie.arts.painting.sketch import colored, is_drawn
from moxie.arts.painting.tint import Tint
from moxie.errors import BadInput
from moxie.nn.vgg import Vgg19

LENT, LIGHT = 4, 0.5
"""Works suited to a picture that lend it their palette, and how much of the way lightness goes
with it: lightness is what a picture shows."""

PLAIN = 1.0
"""Deviation of lightness, of 255, below which a picture shows nothing."""

STRETCHED = 1.05
"""Ratio of proportions from which a sketch is no longer of the size asked for."""


def led(
    gallery: Gallery, brief: Brief[Picture], settings: Dial, vgg: Vgg19, rng: Generator
) -> Draft[Picture]:
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
    draft = lay(gallery, montage, settings, finer=lead.finer, chance=rng)
    if brief.mask is None:
        if not lead.draft:
            held = Held(montage.picture, 1 - lead.strength)
            draft = finished(gallery, draft, vgg, held, pull, chance=rng)
        return replace(draft, content=tint.on(draft.content, gallery.gamut))
    content = keep_known(tint.on(draft.content, gallery.gamut), brief.start, brief.mask)
    return replace(draft, content=content)


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
