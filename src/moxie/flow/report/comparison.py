"""A restored work on one page: before and after, what was masked, and how it was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from moxie.art import Preview
from moxie.flow.report.drawing import aspect
from moxie.flow.report.rendering import rendered
from moxie.text import Catalogue, Message, say

NAMES: Mapping[str, Message] = {
    "cracks": say("cracks"),
    "scratches": say("scratches"),
    "tears": say("tears"),
    "losses": say("losses"),
    "stains": say("stains"),
    "thin": say("thin damage"),
    "thick": say("thick damage"),
    "diffusion": say("by diffusion"),
    "biharmonic": say("as the surface that bends least"),
    "navier-stokes": say("by lines that run on"),
    "pieces": say("by pieces of the painting itself"),
    "pieces of the artist": say("by pieces of the artist's works"),
}
"""Words for kinds and methods; an art's others are shown as they are."""


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """What the page shows.

    `share` of the work was mended, which is `sure` to be right (both 0..1). `kinds` are shares by
    kind of damage; `methods` are kind of hole, method and how much of the mask it gave.
    """

    title: str
    before: Preview
    after: Preview
    mask: Preview
    share: float
    sure: float
    version: str
    made_at: str  # ISO 8601, UTC
    kinds: Mapping[str, float] = field(default_factory=dict)
    methods: Sequence[tuple[str, str, int]] = ()
    works: int = 0
    notes: tuple[Message, ...] = ()


def before_after(page: BeforeAfter, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    shapes = {aspect(preview) for preview in (page.before, page.after, page.mask)}
    total = sum(n for *_, n in page.methods) or 1

    def words_of(name: str) -> str:
        return catalogue.render(NAMES[name]) if name in NAMES else name

    return rendered("restored.html", catalogue, shapes, page=page, total=total, words_of=words_of)
