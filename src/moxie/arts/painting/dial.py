"""The dial from imitation to innovation, as the painting engine understands it.

Four things move together with `novelty`: of how many works a composition is joined, how far their
parts are enlarged and bent, how freely it is followed, and how far the palette may leave the
artist's. What is taken from elsewhere grows slowly at first, as the first changes tell most in
originality. The palette is left later still, and then far: a turned palette adds nothing to a
composition's originality and is what costs most of the hand, so it is spent where the rest is at
its end already.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """What one setting of the dial means."""

    parts: int  # works a composition is joined from
    share: float  # of the picture that goes to the second work; half as much to each after it
    warp: float  # bending of the composition, in shares of its shorter side
    zoom: float  # greatest enlargement of a work before it is cut to shape
    mended: float  # share of the picture laid again, finer, where it strays from the composition
    apart: float  # least distance, in a work's sides, of strokes from their place in it
    hue: float  # greatest turn of the palette, in radians
    chroma: float  # greatest relative change of its strength


def dial(novelty: float) -> Dial:
    """The settings for a novelty in 0..1; each moves steadily with it."""
    v = min(1.0, max(0.0, novelty))
    far, tint = v**1.25, v**2
    return Dial(
        parts=2 if v < 0.4 else 3,
        share=0.25 + 0.25 * far,
        warp=0.015 + 0.06 * far,
        zoom=1.15 + 0.95 * far,
        mended=0.4 * (1 - v) ** 1.5,
        apart=0.1 + 0.4 * far,
        hue=0.9 * tint,
        chroma=0.35 * tint,
    )
