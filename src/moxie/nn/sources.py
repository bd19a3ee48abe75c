"""Every source of something that an index of works can name, and not the likeliest alone."""

from __future__ import annotations

from typing import TypeVar

from moxie.art import CopyIndex, Likeness

S = TypeVar("S")

CERTAIN, MOST = 0.5, 24
"""From here on a source is told, and the most that are."""


def sources(index: CopyIndex[S], content: S, works: int) -> list[Likeness]:
    """The sources from `CERTAIN` on, or else the likeliest one; the likeliest first.

    `works` is how many the index has.
    """
    found: list[Likeness] = []
    while len(found) < min(MOST, works):
        near = index.nearest(content, exclude=[one.index for one in found])
        if near is None or (found and near.similarity < CERTAIN):
            break
        found.append(near)
        if near.similarity < CERTAIN:
            break
    return found
