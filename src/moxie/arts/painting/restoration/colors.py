"""Changes of a whole painting's color that a person can ask to have undone, apart from mending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import numpy as np

from moxie.arts.painting.restoration import fading, varnish
from moxie.arts.painting.restoration.scan import Pixels, Scan
from moxie.errors import BadInput
from moxie.text import Message, say

UNDOABLE: Mapping[str, Message] = {
    "varnish": say("Yellowed varnish"),
    "fading": say("Pale veil over faded colors"),
}


def undo(scan: Scan, asked: Mapping[str, float]) -> tuple[Scan, Mapping[str, float]]:
    """A copy with these undone, by name and amount (0..1), and how strong each was found to be.

    Opacity, size, depth and profile stay. Raises BadInput for a grey picture, which has no
    yellow to lose.
    """
    done = scan.copy()
    if "varnish" in asked and scan.colours == 1:
        raise BadInput("A grey picture has no yellowed varnish that could be told: leave it out.")
    strengths: dict[str, float] = {}
    levels = done.pixels[..., : done.colours]
    for name, amount in asked.items():  # in the order a person gave
        colors = cast("Pixels", np.broadcast_to(levels, (*levels.shape[:2], 3)))
        opaque = replace(done, pixels=cast("Pixels", np.ascontiguousarray(levels)))
        seen = opaque.picture()
        if name == "varnish":
            yellowing = varnish.estimate(seen)
            strengths[name] = yellowing.strength
            changed = varnish.undo(colors, yellowing, amount)
        else:
            veil = fading.estimate(seen)
            strengths[name] = float(veil.max())
            changed = fading.undo(colors, veil, amount)
        levels[...] = changed[..., : done.colours]
    return done, strengths
