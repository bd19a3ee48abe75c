"""What two sculptures have in common, side by side, for people who have to judge it."""

from __future__ import annotations

import numpy as np

from moxie.art import Comparison
from moxie.arts.sculpture.align import Doubles, Fit, Shape, halves, points_of
from moxie.arts.sculpture.copies import FormIndex, evidence
from moxie.arts.sculpture.form import Floats, Form
from moxie.arts.sculpture.render import STONE
from moxie.arts.sculpture.show import side_by_side
from moxie.text import say

NEAR = 0.04
"""Surfaces nearer than this, in mean radii, are marked as shared."""

COPIED = (0.16, 0.52, 0.24)
"""The color of what both have, in linear light."""

SIDES = (-20.0, 100.0, 220.0)
"""Turns that both are drawn from, in degrees."""

METHOD = say(
    "Both forms, whole and by halves, are laid over each other: turned, mirrored, scaled and moved "
    "until their surfaces are nearest (principal axes and turns about the vertical, then ICP). "
    "What counts is how far the surfaces are apart on average."
)
ERRORS = say(
    "Measured on {works} scans of real sculptures: no two different ones reach 0.5. So few show no "
    "more than that such an error is not frequent.",
    works=17,
)
LIMITS = say(
    "This finds copies of a form or of a half of it. It says nothing of style, manner or motif, "
    "and nothing of who made which first. Two figures in one plain pose are alike by necessity; "
    "a person must look."
)


def compare(suspect: Form, original: Form) -> Comparison:
    """The two drawn from three sides, what lies in the same place on both colored."""
    one, other = points_of(suspect), points_of(original)
    found = FormIndex([other]).closest(suspect)
    here, there = halves(one)[found.here], halves(other)[found.there]
    pose, scale = found.fit.pose, found.fit.pose.scale
    over = _tint(suspect, pose.laid((_own(suspect) - here.middle) / here.radius), there)
    back = (_own(original) - there.middle) / there.radius
    under = _tint(original, (back - pose.shift) @ pose.turn / scale, here)
    return Comparison(
        similarity=found.similarity,
        evidence=evidence(found),
        shown=side_by_side([(suspect, over), (original, under)], SIDES),
        facts=_facts(found.fit, found.here, found.there),
        method=METHOD,
        errors=ERRORS,
        limits=LIMITS,
    )


def _facts(fit: Fit, here: int, there: int) -> dict[str, float | bool]:
    return {
        "distance": round(fit.distance, 4),
        "scale": round(fit.pose.scale, 3),
        "half_of_the_suspect": here > 0,
        "half_of_the_original": there > 0,
    }


def _own(form: Form) -> Doubles:
    """Vertices in longest sides of the work, as its points are."""
    middle = np.array(form.frame.low) + form.frame.side / 2
    return np.asarray((form.vertices - middle) / form.frame.longest, np.float64)


def _tint(form: Form, laid: Doubles, on: Shape) -> Floats:
    """Stone, and green where the vertices, laid over the other, are near its surface."""
    gap = on.tree.query(laid)[0]
    share = np.clip(2 - gap / NEAR, 0, 1)[:, None]
    return np.asarray(np.array(STONE) * (1 - share) + np.array(COPIED) * share, np.float32)
