"""What a person asks of a painting in words: how their own picture leads it.

Light: pages and `--help` read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moxie.errors import BadInput
from moxie.text import Message, Scalar, say

LEADS = ("photo", "sketch")

USUAL = 0.5
"""Strength when nobody says."""

DIALS: Mapping[str, Message] = {
    "strength": say(
        "How much of the artist's hand a picture of yours takes on, 0 to 1: small strokes that "
        "keep every detail, or broad ones."
    ),
    "lead": say("What you begin from: photo or sketch (color blocks, or lines on plain paper)."),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """How a picture of a person's leads."""

    strength: float = USUAL
    sketch: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Scalar]) -> Lead:
        """From `Brief.options`."""
        return cls(float(options.get("strength", USUAL)), options.get("lead") == "sketch")

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
    if "strength" in given:
        found["strength"] = _share(given["strength"])
    if "lead" in given:
        found["lead"] = given["lead"].strip().lower()
        if found["lead"] not in LEADS:
            raise BadInput(
                "The lead {text} is not known: write {known}.",
                text=repr(given["lead"]),
                known=" / ".join(LEADS),
            )
    return found


def _share(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise BadInput("The strength {text} cannot be used: it runs from 0 to 1.", text=repr(text))
    return found
