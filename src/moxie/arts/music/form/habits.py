"""What works do from section to section: how they go on, how long sections are, what is inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from moxie.arts.music.form.plan import Plan, Section, Step, usual_closes

LEAST, MOST = 4, 16
"""Bars of a section that is drawn; longer ones in the works are passages without any section."""

Move: TypeAlias = Literal["new", "same", "varied", "first", "first varied", "other", "other varied"]
"""What a section is: new, the one before or the first or another once more, as it was or varied."""

_MOVES: Mapping[Move, float] = {
    "new": 2.0, "same": 0.5, "varied": 0.5,
    "first": 0.5, "first varied": 0.5, "other": 0.1, "other varied": 0.1,
}  # fmt: skip
"""What is believed of moves before any work is seen, as counts."""


class Pattern(NamedTuple):
    """The inside of a section: kinds, references as bars of the section, shifts and closes."""

    steps: tuple[Step, ...]
    returns: bool
    varied: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """What works do from section to section, counted."""

    moves: Mapping[Move, float]
    lengths: Mapping[int, float]
    patterns: tuple[Pattern, ...] = field(repr=False)

    def inside(self, bars: int, *, returns: bool) -> list[Pattern]:
        """The patterns of sections of so many bars that are new, or else return varied."""
        return [
            pattern
            for pattern in self.patterns
            if len(pattern.steps) == bars
            and pattern.returns == returns
            and (pattern.varied or not returns)
        ] or [plain_pattern(bars, returns=returns)]

    @classmethod
    def of(cls, plans: Sequence[Plan], novelty: float) -> Habits:
        """Counts over plans; `novelty` makes what is rare in them likelier."""
        moves, lengths = dict(_MOVES), {4: 0.3, 8: 1.0, 16: 0.3}
        patterns: list[Pattern] = []
        for plan in plans:
            sections = plan.sections
            for number, section in enumerate(sections):
                if number:
                    moves[_move(sections, number)] += 1.0
                if LEAST <= section.bars <= MOST:
                    lengths[section.bars] = lengths.get(section.bars, 0.0) + 1.0
                    patterns.append(_pattern(plan, sections, number))
        power = 1.0 - 0.5 * novelty
        return cls(
            {move: count**power for move, count in moves.items()},
            {bars: count**power for bars, count in lengths.items()},
            tuple(patterns),
        )


def _move(sections: Sequence[Section], number: int) -> Move:
    """What the section of that number is beside the earlier ones."""
    label, earlier = sections[number].label, [section.label for section in sections[:number]]
    letters = [other[0] for other in earlier]
    if label[0] not in letters:
        return "new"
    exact = label in earlier
    if letters[-1] == label[0]:
        return "same" if exact else "varied"
    if letters[0] == label[0]:
        return "first" if exact else "first varied"
    return "other" if exact else "other varied"


def _pattern(plan: Plan, sections: Sequence[Section], number: int) -> Pattern:
    """The inside of a section, references to what lies outside of it left out."""
    section = sections[number]
    move = _move(sections, number)
    steps = []
    for step in plan.steps[section.first : section.first + section.bars]:
        like = None if step.like is None else step.like - section.first
        if move == "new" and (like is None or like < 0):
            steps.append(step._replace(kind="new", like=None, shift=0))
        else:
            steps.append(step._replace(like=like))
    return Pattern(tuple(steps), move != "new", move.endswith("varied"))


def plain_pattern(bars: int, *, returns: bool) -> Pattern:
    """Usual phrases; of eight bars the second begins like the first; a return varies every bar."""
    steps = []
    for place, close in enumerate(usual_closes(bars)):
        if returns:
            steps.append(Step("vary", place, "", close=close))
        elif bars % 8 == 0 and place % 8 in (4, 5):
            steps.append(Step("vary", place - 4, "", close=close))
        else:
            steps.append(Step("new", None, "", close=close))
    return Pattern(tuple(steps), returns, returns)
