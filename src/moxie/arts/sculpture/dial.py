"""The dial from imitation to innovation, as the sculpture engine understands it.

Together with `novelty` grow: how many works a form is joined from, how far it is bent, twisted and
stretched, and how much of its surface is laid anew from other works' surfaces.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """What one setting of the dial means."""

    parts: int  # works a form is joined from
    bend: float  # sideways displacement of the axis, in heights (deviation)
    twist: float  # turn between foot and top, in radians (deviation)
    stretch: float  # change of proportions, in logarithms (deviation)
    swell: float  # displacement of places about a third of the height apart, in heights
    skin: float  # share of the surface's detail that is laid anew, 0..1


def dial(novelty: float) -> Dial:
    """The settings for a novelty in 0..1; each moves steadily with it."""
    v = min(1.0, max(0.0, novelty))
    far = 0.9 * v + 1.9 * v**4  # forms bear much before they are another sculptor's
    return Dial(
        parts=2 if v < 0.55 else 3 if v < 0.85 else 4,
        bend=0.025 + 0.05 * far,
        twist=0.15 + 0.55 * far,
        stretch=0.10 + 0.18 * far,
        swell=0.012 + 0.022 * far,
        skin=0.1 + 0.4 * v,
    )
