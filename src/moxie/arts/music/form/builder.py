"""A plan put together section by section, some quoted from a real one, the others drawn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from moxie.arts.music.form.habits import LEAST, MOST, Habits, Move
from moxie.arts.music.form.plan import Plan, Section, Step

NEAR = 8
"""Bars within which a transposed reference is a sequence. Further off it is another key, which a
plan knows nothing of: the transposition is left out."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Builder:
    """The plan so far: `steps` and the `sections` that cover them."""

    def __init__(self, habits: Habits, rng: np.random.Generator) -> None:
        self.steps: list[Step] = []
        self.sections: list[Section] = []
        self._habits, self._rng = habits, rng
        self._bars: dict[int, int] = {}  # of the quoted plan: old bar to new
        self._labels: dict[str, str] = {}  # of the quoted plan: old label to new

    def quote(self, plan: Plan, sections: Iterable[Section]) -> None:
        """Take sections of a plan over; what they refer to is found among those taken before."""
        for section in sections:
            start = len(self.steps)
            for old in range(section.first, section.first + section.bars):
                self._bars[old] = len(self.steps)
                self.steps.append(self._quoted(plan, old, start))
            self._add(self._relabelled(section.label), section.bars)

    def fill(self, bars: int) -> None:
        """Add sections of so many bars together, 0 or at least `LEAST`, as the habits have it."""
        while bars:
            move = self._move()
            model = self._model(move)
            if model is None:
                length = self._length(bars)
                self._new(length)
            else:
                length = bars if bars < model.bars + LEAST else model.bars
                self._return(model, length, varied=move.endswith("varied"))
            bars -= length

    def _quoted(self, plan: Plan, old: int, start: int) -> Step:
        """A step of the plan with its reference found; new where that is not among the quoted."""
        step = plan.steps[old]
        like = step.like
        while like is not None and like not in self._bars:
            like = plan.steps[like].like
        if like is None:
            return step._replace(kind="new", like=None, shift=0)
        new = self._bars[like]
        near = new >= start or len(self.steps) - new <= NEAR
        return step._replace(like=new, shift=step.shift if near and like == step.like else 0)

    def _relabelled(self, label: str) -> str:
        """The label in this plan of a quoted section."""
        if label not in self._labels:
            kin = [new for old, new in self._labels.items() if old[0] == label[0]]
            self._labels[label] = self._primed(kin[0][0]) if kin else self._letter()
        return self._labels[label]

    def _move(self) -> Move:
        if not self.sections:
            return "new"
        moves = list(self._habits.moves)
        weights = np.array([self._habits.moves[move] for move in moves])
        return moves[int(self._rng.choice(len(moves), p=weights / weights.sum()))]

    def _model(self, move: Move) -> Section | None:
        """The section that a move takes up; None for a new one."""
        if move == "new":
            return None
        if move.startswith(("same", "varied")):
            letter = self.sections[-1].label[0]
        elif move.startswith("first"):
            letter = self.sections[0].label[0]
        else:
            letter = self.sections[self._rng.integers(len(self.sections))].label[0]
        return next(section for section in self.sections if section.label[0] == letter)

    def _length(self, left: int) -> int:
        """The length of a new section: one that leaves nothing, or enough for another."""
        lengths = [bars for bars in self._habits.lengths if bars == left or bars <= left - LEAST]
        if not lengths:
            return left if left <= MOST else LEAST
        weights = np.array([self._habits.lengths[bars] for bars in lengths])
        return lengths[int(self._rng.choice(len(lengths), p=weights / weights.sum()))]

    def _new(self, bars: int) -> None:
        choices = self._habits.inside(bars, returns=False)
        first = len(self.steps)
        for step in choices[self._rng.integers(len(choices))].steps:
            self.steps.append(step if step.like is None else step._replace(like=first + step.like))
        self._add(self._letter(), bars)

    def _return(self, model: Section, bars: int, *, varied: bool) -> None:
        """Take a section up again; cut short it keeps the last two bars, longer it goes on new."""
        choices = self._habits.inside(bars, returns=True)
        pattern = choices[self._rng.integers(len(choices))].steps
        for place in range(bars):
            like = model.first + place
            if bars < model.bars and place >= bars - 2:
                like += model.bars - bars
            step = pattern[place]._replace(like=like, shift=0)
            if like >= model.first + model.bars or (varied and step.kind == "new"):
                step = step._replace(kind="new", like=None)
            elif not varied:
                step = self.steps[like]._replace(kind="repeat", like=like, shift=0)
            self.steps.append(step)
        self._add(self._primed(model.label[0]) if varied else model.label, bars)

    def _add(self, label: str, bars: int) -> None:
        self.sections.append(Section(label, len(self.steps) - bars, bars))

    def _letter(self) -> str:
        used = {section.label[0] for section in self.sections}
        return next((letter for letter in LETTERS if letter not in used), LETTERS[-1])

    def _primed(self, letter: str) -> str:
        most = max(len(s.label) - 1 for s in self.sections if s.label[0] == letter)
        return letter + "'" * min(most + 1, 3)
