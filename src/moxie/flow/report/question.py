"""A question on one page: a few creations beside each other, each under its letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moxie.art import Preview
from moxie.flow.report.rendering import rendered
from moxie.text import Catalogue


@dataclass(frozen=True, slots=True)
class Choices:
    """What is shown, by letter, and the number of the question from 1."""

    corpus: str
    number: int
    shown: Mapping[str, Preview]

    @property
    def sheets(self) -> bool:
        """Whether these are scores or texts, which want width."""
        return any(
            shown.sound or not shown.media_type.startswith("image/")
            for shown in self.shown.values()
        )


def question(choices: Choices, catalogue: Catalogue) -> str:
    """The page as HTML in the catalogue's language; everything it shows is inside it."""
    return rendered("question.html", catalogue, (), choices=choices)
