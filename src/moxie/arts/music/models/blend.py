"""Between composers: one model that listens to several, each as much as its weight says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moxie.art import StyleModel
from moxie.arts.music.compose.manner import Manner
from moxie.arts.music.models.experts import Experts
from moxie.arts.music.models.gate import Floats
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score
from moxie.errors import BadInput

PARTS = 100
"""Settings are drawn from the composers in these shares."""


@dataclass(frozen=True, slots=True)
class Company(Experts):
    """Experts of several composers; what each composer's say is averaged by weight."""

    members: tuple[tuple[Experts, float], ...] = ()

    def mixed(
        self, f: int, known: NDArray[np.int16], heard: Sequence[Floats], tilt: Floats | None = None
    ) -> Floats:
        """See `Experts.mixed`; `tilt` is not used: the weights decide."""
        result = np.zeros((len(known), self.coding.fields[f].size), np.float32)
        start = 0
        for experts, weight in self.members:
            own = heard[start : start + len(experts.nets)]
            start += len(experts.nets)
            result += np.float32(weight) * experts.mixed(f, known, own)
        return result


def blend(models: Sequence[tuple[StyleModel[Score], float]]) -> StyleModel[Score]:
    """A model between trained ones; weights sum to 1. Raises BadInput where they do not go
    together.
    """
    known = [(model, weight) for model, weight in models if isinstance(model, ScoreModel)]
    codings = {model.experts.coding.name for model, _ in known}
    if len(known) != len(models) or len(codings) != 1:
        raise BadInput(
            "These models cannot be blended: they tell scores in different ways ({names}). Train "
            "them on works of one kind.",
            names=", ".join(sorted(codings)),
        )
    coding = known[0][0].experts.coding
    nets = tuple(net for model, _ in known for net in model.experts.nets)
    members = tuple((model.experts, weight) for model, weight in known)
    heavy = max(known, key=lambda pair: pair[1])[0].manner
    return known[0][0].like(Company(coding, None, nets, (), members), _manner(heavy, known))


def _manner(heavy: Manner, known: Sequence[tuple[ScoreModel, float]]) -> Manner:
    settings = [
        model.manner.settings[i % len(model.manner.settings)]
        for model, weight in known
        for i in range(max(1, round(PARTS * weight)))
    ]
    plans = tuple(plan for model, _ in known for plan in model.manner.forms.plans)
    return replace(heavy, settings=tuple(settings), forms=replace(heavy.forms, plans=plans))
