"""Between sculptors: one model whose parts and surface come from several, by their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moxie.art import StyleModel
from moxie.arts.sculpture.form import Form
from moxie.arts.sculpture.recipes.patches import PatchModel
from moxie.arts.sculpture.workshop import Exhibit, Workshop
from moxie.errors import BadInput


def blend(models: Sequence[tuple[StyleModel[Form], float]]) -> StyleModel[Form]:
    """A model of all their works, each sculptor's counting by the weight, which sum to 1.

    A work that several have learnt counts for all of them. Raises BadInput for other models.
    """
    shown: dict[str, Exhibit] = {}
    for model, weight in models:
        if not isinstance(model, PatchModel):
            raise BadInput(
                "These models cannot be blended: only those of works built from their parts can."
            )
        shop = model.workshop
        for exhibit, chance in zip(shop.exhibits, shop.chances, strict=True):
            before = shown[exhibit.work].weight if exhibit.work in shown else 0.0
            shown[exhibit.work] = replace(exhibit, weight=before + weight * float(chance))
    first = models[0][0]
    assert isinstance(first, PatchModel)
    return PatchModel.of(first.machine, Workshop(list(shown.values())))
