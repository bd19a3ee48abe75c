"""`literature/counts`: what followed what, seen from several sides and mixed by a gate."""

from __future__ import annotations

from moxie.art import Recipe
from moxie.arts.literature.models.courses import counting_plan
from moxie.arts.literature.models.style import TextModel
from moxie.text import say

RECIPE = Recipe(
    name="literature/counts",
    summary=say("Counts of what followed what, seen from several sides and mixed by a gate."),
    least_works=1,
    rank=1,
    plan=counting_plan,
    build=TextModel,
    scale="nats per character",
)
