"""`literature/transformer`: a transformer over characters."""

from __future__ import annotations

from moxie.art import Recipe
from moxie.arts.literature.models.courses import transformer_plan
from moxie.arts.literature.models.style import TextModel
from moxie.text import say

RECIPE = Recipe(
    name="literature/transformer",
    summary=say("A transformer over characters."),
    least_works=8,
    rank=3,
    plan=transformer_plan,
    build=TextModel,
    scale="nats per character",
)
