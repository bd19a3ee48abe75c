"""Whose hand a creation is in: that of one corpus, or one between several, each with its weight."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from moxie.art import Art, CopyIndex, Likeness, StyleModel
from moxie.errors import BadInput
from moxie.studio import calibrating
from moxie.studio.desk import Desk
from moxie.studio.scoring import Scorer, scorer
from moxie.work import Calibration

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Hand(Generic[S]):
    """Trained corpora of one art and their weights, which sum to 1. Creations belong to the first.

    Where there are several, what is made is compared with the works of all of them.
    """

    parts: tuple[tuple[Desk[S], float], ...]

    @classmethod
    def of(cls, desk: Desk[S]) -> Hand[S]:
        """One corpus by itself."""
        return cls(((desk, 1.0),))

    @property
    def owner(self) -> Desk[S]:
        """The corpus to whose run the creations belong."""
        return self.parts[0][0]

    @property
    def art(self) -> Art[S]:
        """The art of all of them."""
        return self.owner.art

    @property
    def blended(self) -> tuple[tuple[Desk[S], float], ...]:
        """The parts by name where there are several: the order they were written in is nothing."""
        several = len(self.parts) > 1
        return tuple(sorted(self.parts, key=lambda part: part[0].corpus.name)) if several else ()

    @property
    def threshold(self) -> float:
        """The strictest of their thresholds for near-copies."""
        return min(desk.dataset.threshold for desk, _ in self.parts)

    @property
    def works(self) -> list[str]:
        """The ids of all their works, in the order of `index`."""
        return [place.work for desk, _ in self.parts for place in desk.dataset.places]

    @property
    def rights(self) -> Mapping[str, int]:
        """On what ground their works are used, each work counted once."""
        declared = {work.id: str(work.rights) for desk, _ in self.parts for work in desk.works}
        return dict(Counter(declared.values()))

    def setting(self, novelty: float) -> float:
        """What novelty is for the model: between several, their settings by weight."""
        return sum(
            weight * (novelty if dial is None else dial.setting(novelty))
            for dial, weight in self._dials()
        )

    @property
    def dialled(self) -> str:
        """Stands for the dials by which novelty is read; nothing where it is the setting itself."""
        dials = [(dial.dial if dial else (), weight) for dial, weight in self._dials()]
        return repr(dials) if any(dial for dial, _ in dials) else ""

    def _dials(self) -> list[tuple[Calibration | None, float]]:
        """What was measured of each part's dial; None where nobody has."""
        parts = self.blended or self.parts
        return [(calibrating.stored(desk, desk.trained), weight) for desk, weight in parts]

    def model(self) -> StyleModel[S]:
        """The trained model, or the one between the trained models; raises BadInput, Missing."""
        if not self.blended:
            return self.owner.model(self.owner.trained)
        models = [(desk.model(desk.trained), weight) for desk, weight in self.blended]
        return self.art.blend(models)

    def index(self) -> CopyIndex[S]:
        """Finds near-copies among the works of all of them."""
        indexes = [(desk.index, len(desk.dataset.places)) for desk, _ in self.parts]
        return indexes[0][0] if len(indexes) == 1 else Together(indexes)

    def judge(self) -> Closeness[S]:
        """What says how near a creation is to each of them."""
        scorers = {desk.corpus.name: scorer(desk) for desk, _ in self.parts}
        return Closeness(self.owner.corpus.name, scorers)

    def key(self) -> str:
        """Stands for the models and weights blended; nothing for one corpus alone."""
        facts = [f"{d.corpus.name} {d.trained.model} {weight!r}" for d, weight in self.blended]
        return "\n".join(facts)

    def record(self) -> list[dict[str, object]]:
        """Which models were blended, and how much of each; empty for one corpus alone."""
        return [
            {
                "corpus": desk.corpus.name,
                "weight": weight,
                "run": desk.trained.id,
                "model": desk.trained.model,
                "recipe": desk.trained.choice.recipe,
                "training_seed": desk.trained.seed,
                "works": len(desk.works),
            }
            for desk, weight in self.blended
        ]


def blend(desks: Sequence[Desk[S]], weights: Sequence[float]) -> Hand[S]:
    """A hand between several corpora; raises BadInput, and Missing for one that is not trained."""
    for desk in desks:
        if desk.art.name != desks[0].art.name:
            raise BadInput(
                "{first} and {other} cannot be blended: one is {first_art}, the other {other_art}.",
                first=desks[0].corpus.name,
                other=desk.corpus.name,
                first_art=desks[0].art.name,
                other_art=desk.art.name,
            )
    for desk in desks:
        _ = desk.trained  # says which corpus is not trained, before anything is loaded
    total = sum(weights)
    parts = [(desk, weight / total) for desk, weight in zip(desks, weights, strict=True)]
    return Hand(tuple(parts))


def names(owner: str | None, weights: Mapping[str, float]) -> list[str]:
    """The corpora to blend, the owner first (the first named where nobody says); BadInput."""
    if len(weights) < 2:
        raise BadInput("A blend names two corpora or more: bach:0.7,mozart:0.3.")
    if not all(math.isfinite(weight) and weight > 0 for weight in weights.values()):
        raise BadInput("The weights of a blend must be numbers over 0.")
    if owner is None:
        return list(weights)
    if owner not in weights:
        raise BadInput(
            "The corpus {corpus} is not in the blend of {names}: give it a weight too.",
            corpus=owner,
            names=", ".join(weights),
        )
    return [owner, *(name for name in weights if name != owner)]


@dataclass(frozen=True, slots=True)
class Closeness(Generic[S]):
    """How near a creation is to each of some corpora, by their names."""

    owner: str
    scorers: Mapping[str, Scorer[S] | None]

    def fidelity(self, content: S) -> float | None:
        """To the one corpus there is; a blend is meant to be like none of several, so None."""
        return self._to(self.owner, content) if len(self.scorers) == 1 else None

    def each(self, content: S) -> dict[str, float | None]:
        """To every one of several corpora, each measured as if it were the only artist."""
        several = self.scorers if len(self.scorers) > 1 else ()
        return {name: self._to(name, content) for name in several}

    def _to(self, name: str, content: S) -> float | None:
        found = self.scorers[name]
        return None if found is None else found.fidelity(content)


class Together(Generic[S_contra]):
    """Several indexes as one, each on the scale it was calibrated on; works numbered through."""

    def __init__(self, indexes: Sequence[tuple[CopyIndex[S_contra], int]]) -> None:
        self._indexes = list(indexes)

    def nearest(self, content: S_contra, *, exclude: Collection[int] = ()) -> Likeness | None:
        """The likeliest source in any of them."""
        best: Likeness | None = None
        first = 0
        for index, length in self._indexes:
            left_out = [i - first for i in exclude if first <= i < first + length]
            found = index.nearest(content, exclude=left_out)
            if found is not None and (best is None or found.similarity > best.similarity):
                best = replace(found, index=first + found.index)
            first += length
        return best
