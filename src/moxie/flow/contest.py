"""Recipes compared by what they make, where what they foretell has nothing in common.

A few drafts of each are looked at by the art's first judge, which no recipe optimises, on the scale
of `statistics.score`: how far they are from works kept aside, between the artist's own other works
and the nearest other artist's. A near-copy of a work is charged as if another artist had made it.

The style of a set is no mean over its members, yet a race compares by means of pairs. So each draft
stands for what the set would lose without it: the pseudo-values of the jackknife (Tukey, 1958),
whose mean is the figure itself, and whose pairs are drafts of one seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from moxie.art import Art, Brief, CopyIndex, StyleModel
from moxie.flow import statistics
from moxie.flow.calibrate import Yardstick
from moxie.flow.evaluate import look
from moxie.flow.telling import Words

S = TypeVar("S")

DRAFTS = 12
"""That each recipe makes, one a seed: fewer do not tell recipes apart, more take their time."""

NOVELTY = 0.5
"""Where on the dial they are made: in its middle."""

AWAY = 2.0
"""The error of drafts as far away as the nearest other artist's works; the artist's own have 1."""


@dataclass(frozen=True)
class Contest(Generic[S]):
    """Drafts of `size` looked at; see `trial.Measure`. `threshold` is that of near-copies."""

    art: Art[S]
    train: Sequence[S]
    held_out: Sequence[S]
    index: CopyIndex[S]
    threshold: float
    size: tuple[int, ...]
    seed: int = 0
    overhead: float = 2.0  # drafts take about as long as training for a lap
    least: float = 100.0
    ranked: bool = True  # twelve drafts are few: what many showed before is not lightly overturned
    laps: int | None = 1  # drafts of a half-learnt recipe say nothing of what it is learning

    @property
    def words(self) -> Words:
        """An error for each draft."""
        return Words(DRAFTS, drafts=True)

    @property
    def tells(self) -> bool:
        """Whether the judge can tell the artist from others at all, by these works."""
        return self._scale is not None

    def losses(self, model: StyleModel[Any], seed: int) -> NDArray[np.float64]:
        """1 where a draft is like the artist's own works, `AWAY` like another's, float64 [drafts].

        Nan where the artist cannot be told from others.
        """
        brief: Brief[S] = Brief(self.size, novelty=NOVELTY)
        drafts = [model.sample(brief, seed=seed + i).content for i in range(DRAFTS)]
        found = self._scale
        if found is None:
            return np.full(DRAFTS, np.nan)
        made = found.space.project(look(self.art.judges()[0], drafts, self.art, DRAFTS, seed))
        counts = np.concatenate([np.ones((1, DRAFTS)), 1 - np.eye(DRAFTS)])
        scores = statistics.scores(made, found.own, found.held_out, found.others, counts)
        values = DRAFTS * scores[0] - (DRAFTS - 1) * scores[1:]
        return np.asarray(AWAY - values + self._copied(drafts), np.float64)

    def _copied(self, drafts: Sequence[S]) -> NDArray[np.float64]:
        """1 for each near-copy of a work, else 0."""
        found = [self.index.nearest(draft) for draft in drafts]
        near = [match is not None and match.similarity >= self.threshold for match in found]
        return np.array(near, np.float64)

    @cached_property
    def _scale(self) -> Yardstick | None:
        judge = self.art.judges()[0]
        found = Yardstick.of(judge, self.train, self.held_out, None, self.art, self.seed)
        if found is None:
            return None
        own = statistics.score(found.own, found.own, found.held_out, found.others, seed=self.seed)
        return found if np.isfinite(own.score.value) else None
