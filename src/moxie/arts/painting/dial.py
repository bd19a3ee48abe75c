"""The dial from imitation to innovation, as the painting engine understands it.

Four things move together with `novelty`: how much of the composition is one work's, how
tightly it is held, how far the palette may leave the artist's, and how far the surface comes
from works other than those the composition came from.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """What one setting of the dial means."""

    parts: int  # works a composition is joined from
    share: float  # of the picture that goes to the works after the first
    warp: float  # bending of the composition, in shares of its shorter side
    zoom: float  # greatest enlargement of a work before it is cut to shape
    detail: int  # shorter side, in pixels, at which the composition is held
    hold: float  # how strongly it is held
    own: float  # share of the surface taken from the composition's own works
    hue: float  # greatest turn of the palette, in radians
    chroma: float  # greatest relative change of its strength


def dial(novelty: float) -> Dial:
    """The settings for a novelty in 0..1; each moves steadily with it."""
    v = min(1.0, max(0.0, novelty))
    return Dial(
        parts=1 if v < 0.1 else 2 if v < 0.7 else 3,
        share=0.5 * v**0.5,
        warp=0.01 + 0.03 * v,
        zoom=1.05 + 0.45 * v,
        detail=round(60 - 30 * v),
        hold=45 - 30 * v,
        own=max(0.0, 0.7 - 0.8 * v),
        hue=0.9 * max(0.0, v - 0.3) ** 1.5,
        chroma=0.4 * max(0.0, v - 0.3),
    )
