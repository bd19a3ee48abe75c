"""How near a single creation is to the artist: what orders creations, where a set is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from moxie.errors import Missing
from moxie.flow import evaluate as evaluating
from moxie.flow import statistics
from moxie.flow.evaluate import strangers
from moxie.flow.statistics import Grouped, Space
from moxie.studio.contents import Contents
from moxie.studio.desk import Desk
from moxie.studio.inputs import Origin
from moxie.work import Evaluation, Prepared

if TYPE_CHECKING:
    from moxie.art import Art, Floats, Judge

S = TypeVar("S")

LOOKED_AT = 60
"""Works of the artist a single creation is compared with; more cost time and change little."""

FEW_HELD_OUT = 8
"""With fewer test works the validation works are measured on too."""

OTHERS_AT_LEAST, OTHERS_AT_MOST = 10, 40
"""Works another corpus needs to stand for other artists, and how many of them are looked at."""


class Scorer(Generic[S]):
    """Places single creations on the scale of fidelity: 0 as other artists, 1 as held-out works.

    One creation says little, so this orders creations; `Evaluation.fidelity` measures the model.
    """

    def __init__(
        self,
        art: Art[S],
        train: Sequence[S],
        held_out: Sequence[S],
        others: Mapping[str, Floats] | None = None,
    ) -> None:
        """By the first judge's own other artists and `others`, a row a work, by group."""
        self._art = art
        self._judge: Judge[S] = art.judges()[0]
        own, held = self._look(train), self._look(held_out)
        groups = {**self._judge.others(), **(others or {})}
        self._scale = self._fit(own, held, groups) if len(own) > 1 and len(held) else None

    @classmethod
    def of(cls, desk: Desk[S]) -> Scorer[S]:
        """By a corpus' works, and the user's other artists."""
        train = desk.part("train")
        step = max(1, len(train) // LOOKED_AT)
        some, held = desk.contents(train[::step]), desk.contents(held_out(desk))
        return cls(desk.art, some, held, others(desk))

    def fidelity(self, content: S) -> float | None:
        """About 0 to 1; None where other artists or held-out works are missing."""
        if self._scale is None:
            return None
        space, own, held, strangers = self._scale
        made = space.project(self._look([content]))
        value = float(statistics.likeness(made, own, held, strangers)[0])
        return value if np.isfinite(value) else None

    def _fit(
        self, own: Grouped, held: Grouped, groups: Mapping[str, Floats]
    ) -> tuple[Space, Grouped, Grouped, Grouped] | None:
        """The space, and in it the artist, the held-out works, and the nearest other artists."""
        rows, _ = strangers(own.join(held), groups)
        if not rows:
            return None
        space = Space.fit(own.join(held), list(rows.values()))
        own, held = space.project(own), space.project(held)
        seen = [space.project(Grouped.singles(found)) for found in rows.values()]
        nearest = min(seen, key=lambda group: statistics.distance(own, group))
        return space, own, held, nearest

    def _look(self, contents: Sequence[S]) -> Grouped:
        rows = [self._judge.embed(self._art.split(content)) for content in contents]
        works = [place for place, found in enumerate(rows) for _ in found]
        vectors = np.concatenate(rows) if rows else self._judge.embed([])
        return Grouped(vectors, np.array(works, np.int64))


def scorer(desk: Desk[S]) -> Scorer[S] | None:
    """A scorer; None where the judge's own parts are not installed."""
    try:
        return Scorer.of(desk)
    except Missing:
        return None


def held_out(desk: Desk[S]) -> list[Prepared]:
    """The works to measure on: the test works; with the validation works where those are few."""
    test = desk.part("test")
    return test if len(test) >= FEW_HELD_OUT else desk.part("validation", "test")


def measured(desk: Desk[S], made: Sequence[S], by: Sequence[Prepared]) -> Evaluation:
    """What some contents are worth by the first judge and these works held out."""
    return evaluating.evaluate(
        made,
        desk.contents(desk.part("train")),
        desk.contents(by),
        others(desk),
        desk.art,
        desk.index,
        threshold=desk.dataset.threshold,
        typical=desk.dataset.typical_similarity,
        seed=0,
        opinions=False,
    )


def others(desk: Desk[S]) -> dict[str, Floats] | None:
    """The user's other artists of the same art, as the first judge sees a piece of each work.

    A corpus that shares a work with this one is not another artist; nor are the built-in samples.
    """
    judge = desk.art.judges()[0]
    own = {work.id for work in desk.works}
    found: dict[str, Floats] = {}
    for corpus in desk.library.corpora():
        ids = [work.id for work in desk.library.works(corpus.name)]
        origin = desk.library.load(corpus.name, "origin", Origin)
        different = corpus.art == desk.art.name and own.isdisjoint(ids)
        if different and len(ids) >= OTHERS_AT_LEAST and not (origin and origin.builtin):
            contents = Contents(desk.library, desk.art, ids[:OTHERS_AT_MOST])
            found[corpus.name] = judge.embed([_middle(desk.art.split(c)) for c in contents])
    return found or None


def _middle(pieces: Sequence[S]) -> S:
    return pieces[len(pieces) // 2]
