"""What a person asks of a painting in words: how their own picture leads it.

Light: pages and `--help` read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moxie.errors import BadInput
from moxie.text import Message, Scalar, say

LEADS = ("photo", "sketch")

FINISHES = ("whole", "draft")

USUAL = 0.5
"""Strength when nobody says."""

FAR, NEAR = 1.0, 0.3
"""How far colours go when nobody says: those of a photo; and those of a sketch, which were chosen,
or of a part that has to go with what is around it."""

DIALS: Mapping[str, Message] = {
    "strength": say(
        "How much of the artist's hand a picture of yours takes on, 0 to 1: small strokes that "
        "keep every detail, or broad ones."
    ),
    "palette": say(
        "How far the colors of a picture of yours go to those of a work of the artist, 0 to 1."
    ),
    "lead": say("What you begin from: photo or sketch (color blocks, or lines on plain paper)."),
    "finish": say("Whole, or draft: without the last strokes, in about a third of the time."),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """How a picture of a person's leads, and how far any picture is taken."""

    strength: float = USUAL
    sketch: bool = False
    palette: float | None = None
    draft: bool = False  # without the last strokes

    @classmethod
    def of(cls, options: Mapping[str, Scalar]) -> Lead:
        """From `Brief.options`."""
        palette = options.get("palette")
        return cls(
            float(options.get("strength", USUAL)),
            options.get("lead") == "sketch",
            None if palette is None else float(palette),
            options.get("finish") == "draft",
        )

    def pull(self, *, part: bool) -> float:
        """How far colours go to the artist's, 0..1, in a whole picture or in a part of one."""
        usual = NEAR if part or self.sketch else FAR
        return usual if self.palette is None else self.palette

    @property
    def finer(self) -> tuple[float, float]:
        """Shares of all places that are laid again by halves, and by quarters, of a block."""
        return 1 - 0.85 * self.strength, max(0.0, 0.6 - 0.9 * self.strength)


def options(given: Mapping[str, str]) -> dict[str, Scalar]:
    """Check the dials that a person sets; raises BadInput for others, and what they cannot be."""
    unknown = sorted(set(given) - set(DIALS))
    if unknown:
        raise BadInput(
            "A painting has no dial {names}: there are {known}.",
            names=", ".join(unknown),
            known=", ".join(DIALS),
        )
    found: dict[str, Scalar] = {}
    for name in ("strength", "palette"):
        if name in given:
            found[name] = _share(given[name], name)
    for name, known in (("lead", LEADS), ("finish", FINISHES)):
        if name in given:
            found[name] = _one_of(given[name], name, known)
    return found


def _one_of(text: str, name: str, known: Sequence[str]) -> str:
    found = text.strip().lower()
    if found not in known:
        raise BadInput(
            "The {name} {text} is not known: write {known}.",
            name=name,
            text=repr(text),
            known=" / ".join(known),
        )
    return found


def _share(text: str, name: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise BadInput(
            "The {name} {text} cannot be used: it runs from 0 to 1.", name=name, text=repr(text)
        )
    return found
