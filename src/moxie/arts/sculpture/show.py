"""How a sculpture is shown: a strip of views in which it turns, and one view where room is short.

A browser shows the first view; what knows `Preview.frames` lets a person turn it. A moving picture
would need a decoder and no person could stop it at the side they want to see.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from moxie.art import Preview
from moxie.arts.sculpture import render
from moxie.arts.sculpture.form import Floats, Form

VIEWS = 24
"""Views in a strip, 15 degrees apart."""

TALL, SMALL = 320, 400
"""Longer side in pixels of a view in a strip, and of the picture that stands for it."""

FRONT = -20.0
"""The first view, in degrees: a little from the side shows more than the front."""

QUALITY = 84


def preview(form: Form) -> Preview:
    """The strip, with the first view alone as the smaller picture."""
    ready = render.lit(form)
    size = render.frame_size(form, TALL)
    turns = FRONT + np.arange(VIEWS) * (360 / VIEWS)
    strip = np.concatenate(render.views(ready, turns.tolist(), size), axis=1)
    return Preview("image/jpeg", jpeg(strip), small=_still(ready), frames=VIEWS)


def small(form: Form) -> Preview:
    """The first view alone."""
    return _still(render.lit(form))


def _still(ready: render.Lit) -> Preview:
    [view] = render.views(ready, [FRONT], render.frame_size(ready.form, SMALL))
    return Preview("image/jpeg", jpeg(view))


def side_by_side(pairs: list[tuple[Form, Floats | None]], turns: tuple[float, ...]) -> Preview:
    """Forms with their colors (float32 [v, 3] in linear light), a row each, seen from turns."""
    rows = []
    for form, tint in pairs:
        ready = render.lit(form, tint)
        rows.append(np.concatenate(render.views(ready, turns, (360, 270)), axis=1))
    return Preview("image/jpeg", jpeg(np.concatenate(rows)))


def jpeg(picture: np.ndarray) -> bytes:
    """A JPEG to look at, not to keep."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
