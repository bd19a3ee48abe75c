"""Between composers: one model that listens to several, each as much as its weight says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moxie.art import StyleModel
from moxie.arts.music.compose.manner import Manner
from moxie.arts.music.models.company import Company
from moxie.arts.music.models.style import ScoreModel
from moxie.arts.music.score import Score
from moxie.errors import BadInput

PARTS = 100
"""Settings are drawn from the composers in these shares."""


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
    company = Company.of([(model.experts, weight) for model, weight in known])
    heavy = max(known, key=lambda pair: pair[1])[0].manner
    return known[0][0].like(company, _manner(heavy, known))


def _manner(heavy: Manner, known: Sequence[tuple[ScoreModel, float]]) -> Manner:
    settings = [
        model.manner.settings[i % len(model.manner.settings)]
        for model, weight in known
        for i in range(max(1, round(PARTS * weight)))
    ]
    plans = tuple(plan for model, _ in known for plan in model.manner.forms.plans)
    return replace(heavy, settings=tuple(settings), forms=replace(heavy.forms, plans=plans))
