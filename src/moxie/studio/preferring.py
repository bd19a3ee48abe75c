"""What a person prefers, gathered: their taste by named traits, and what was changed by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from moxie.art import Trait
from moxie.errors import Missing
from moxie.studio import looks, tasting, tuning
from moxie.studio.desk import Desk
from moxie.studio.tasting import Tasted
from moxie.studio.tuning import Tuning
from moxie.taste.explain import Effect, explain
from moxie.taste.space import Floats
from moxie.work import Said

S = TypeVar("S")

COMPARING: tuple[Said, ...] = ("order", "pick", "like", "stars")
"""Kinds of answers that a taste is learnt from."""

HUNG = 4
"""How many creations are shown as liked most, and least."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a trait of the creations has moved, in deviations of those before; 95 % interval."""

    trait: int
    by: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Preference:
    """A person's taste for a corpus' creations, as far as it can be said.

    `effects` are those of `traits`, what is sure first (see `taste.explain`). `answers` counts
    those that compare something. `liked` and `disliked` are ids of creations, the surest first.
    `tuned` is the model's last tuning by this person, and `moved` how far its creations have moved
    from those of the model before; None and nothing where there is no such model.
    """

    known: Tasted
    traits: tuple[Trait, ...]
    effects: tuple[Effect, ...]
    answers: int
    liked: tuple[str, ...]
    disliked: tuple[str, ...]
    tuned: Tuning | None = None
    moved: tuple[Moved, ...] = ()


def preference(desk: Desk[S], who: str) -> Preference:
    """What a person prefers. Raises NoWorks without creations, Missing without any answer."""
    known = tasting.taste(desk, who)
    compared = sum(said.kind in COMPARING for said in known.answers)
    if not compared:
        raise Missing(
            "{who} has not said yet what they like of {corpus}: compare a few creations first, "
            "with `moxie rate {corpus} --who {who}`.",
            who=who,
            corpus=desk.corpus.name,
        )
    effects = explain(known.said, known.points, known.traits)
    liked, doubt = known.likes()
    number = min(HUNG, len(known.ids) // 2)
    best, worst = np.argsort(-(liked - doubt))[:number], np.argsort(liked + doubt)[:number]
    return Preference(
        known,
        tuple(desk.art.traits()),
        tuple(effects),
        compared,
        tuple(known.ids[i] for i in best),
        tuple(known.ids[i] for i in worst),
        *_changed(desk, who),
    )


def _changed(desk: Desk[S], who: str) -> tuple[Tuning | None, tuple[Moved, ...]]:
    """The model that was made by this taste, and what its creations have more or less of."""
    tuned = tuning.last(desk, who)
    if tuned is None or tuned.run is None:
        return None, ()
    before, after = (looks.look(desk, lot).traits for lot in (tuned.old, tuned.new))
    return tuned, tuple(moved(before, after))


def moved(before: Floats, after: Floats) -> list[Moved]:
    """How far each trait [n, traits] has moved that differed before, what moved most first."""
    if min(len(before), len(after)) < 2:
        return []
    size = before.std(axis=0, ddof=1)
    apart = after.mean(axis=0) - before.mean(axis=0)
    doubt = np.sqrt(size**2 / len(before) + after.var(axis=0, ddof=1) / len(after))
    found = [
        Moved(k, *((apart[k] + np.array([0, -1.96, 1.96]) * doubt[k]) / size[k]).tolist())
        for k in np.flatnonzero(size > 1e-6).tolist()
    ]
    return sorted(found, key=lambda one: -abs(one.by))


def wanted(effects: Sequence[Effect], one: Moved) -> bool | None:
    """Whether a move is the way the person surely prefers; None where that, or it, is not sure."""
    kinds = {effect.trait: effect.kind for effect in effects}
    sign = {"more": 1, "less": -1}.get(kinds.get(one.trait, "unknown"), 0)
    if not sign or one.low <= 0 <= one.high:
        return None
    return sign * one.by > 0
