"""The page about a person's taste: what they prefer, how sure that is, what they like best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moxie.flow.report.drawing import aspect, modest
from moxie.flow.report.page import Exhibit
from moxie.flow.report.rendering import rendered
from moxie.text import Catalogue

WIDEST = 1.0
"""Deviations of liking per deviation of a trait at the ends of the line."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """One trait on its line: what is at its ends, the figures, and what they come to.

    `slope`, `low` and `high` in deviations of liking per deviation of the trait; `told` says
    whether anything is sure.
    """

    less: str
    more: str
    slope: float
    low: float
    high: float
    means: str
    told: bool

    def place(self, figure: float) -> float:
        """Where a figure stands, in per cent from the left."""
        return round(50 + 48 * min(max(figure / WIDEST, -1.0), 1.0), 2)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a trait has moved from one model's creations to another's.

    In deviations of the first's; `wanted` says whether the person prefers that way (True), the
    other way (False), or neither surely (None).
    """

    less: str
    more: str
    by: float
    low: float
    high: float
    wanted: bool | None

    def place(self, figure: float) -> float:
        """Where a figure stands, in per cent from the left: up to two deviations."""
        return round(50 + 48 * min(max(figure / 2, -1.0), 1.0), 2)


@dataclass(frozen=True, slots=True)
class Likings:
    """Everything the page shows; sentences are in the catalogue's language already."""

    who: str
    corpus: str
    answers: int
    prefers: tuple[str, ...]
    reliable: tuple[str, ...]
    leanings: tuple[Leaning, ...]
    liked: tuple[Exhibit, ...]
    disliked: tuple[Exhibit, ...]
    changed: tuple[str, ...]
    shifts: tuple[Shift, ...]
    version: str
    made_at: str  # ISO 8601, UTC


def likings(page: Likings, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    return rendered("likings.html", catalogue, _shapes((*page.liked, *page.disliked)), page=page)


def _shapes(exhibits: Sequence[Exhibit]) -> list[int]:
    return [aspect(modest(exhibit.preview)) for exhibit in exhibits]
