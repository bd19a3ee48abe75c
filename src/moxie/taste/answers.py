"""What a person said of creations, as it was said, and what that compares.

Every answer becomes choices: of some things one was preferred. A like is the thing preferred to
the person's own line between liking and not; stars are preferences over the lines between them.
So rankings, picks, likes and stars speak about one taste in one likelihood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from moxie.errors import BadInput

Kind: TypeAlias = Literal["order", "pick", "like", "stars"]

STARS = 5

LINES = STARS
"""Lines of each person: between liking and not, and between the stars."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one person. `shown` are creation ids in the order they were shown.

    `order` lists all of `shown` from the best ("order"), or the best alone ("pick"); `value` is 1
    or 0 of a "like", 1 to 5 of "stars", about the only one shown. `test` answers are kept to
    measure by and never learnt from. `at` is an ISO 8601 time, `who` a pseudonym.
    """

    kind: Kind
    shown: tuple[str, ...]
    order: tuple[str, ...] = ()
    value: int = 0
    who: str = ""
    at: str = ""
    test: bool = False

    def __post_init__(self) -> None:
        """Raises BadInput where the parts do not go together."""
        if len(set(self.shown)) != len(self.shown) or not self.shown:
            raise BadInput("An answer has to be about different creations, one or more.")
        if self.kind in ("order", "pick"):
            wanted = len(self.shown) if self.kind == "order" else 1
            known = set(self.order) <= set(self.shown)
            if len(self.order) != wanted or len(set(self.order)) != wanted or not known:
                raise BadInput("An order names each creation that was shown once, a pick one.")
        elif len(self.shown) != 1 or self.value not in _VALUES[self.kind]:
            raise BadInput("A like is 0 or 1 and stars are 1 to 5, of one creation.")


_VALUES = {"like": (0, 1), "stars": tuple(range(1, STARS + 1))}


class Choice(NamedTuple):
    """Of `among` (places of creations; -1 - line for a person's lines) the first was preferred."""

    among: tuple[int, ...]
    weight: float = 1.0


STAR_WEIGHT = 0.6
"""What one of the four comparisons in a star rating counts: they are not independent."""


def choices(answer: Answer, place: dict[str, int]) -> Iterator[Choice]:
    """What an answer compares; creations without a place (deleted) are left out."""
    if answer.kind == "order":
        left = [place[one] for one in answer.order if one in place]
        while len(left) > 1:
            yield Choice(tuple(left))
            left = left[1:]
    elif answer.kind == "pick":
        best = place.get(answer.order[0])
        rest = [place[one] for one in answer.shown if one in place and one != answer.order[0]]
        if best is not None and rest:
            yield Choice((best, *rest))
    elif answer.shown[0] in place:
        yield from _against_lines(answer, place[answer.shown[0]])


def _against_lines(answer: Answer, item: int) -> Iterator[Choice]:
    if answer.kind == "like":
        yield Choice((item, -1) if answer.value else (-1, item))
        return
    for line in range(1, STARS):
        over = answer.value > line
        yield Choice((item, -1 - line) if over else (-1 - line, item), STAR_WEIGHT)


def pairs(answer: Answer) -> Iterator[tuple[str, str]]:
    """The pairs of creations (better, worse) that an order or a pick says."""
    if answer.kind == "order":
        ordered: Sequence[str] = answer.order
        for i, better in enumerate(ordered):
            for worse in ordered[i + 1 :]:
                yield better, worse
    elif answer.kind == "pick":
        for worse in answer.shown:
            if worse != answer.order[0]:
                yield answer.order[0], worse
