"""`literature/mixture`: counts and networks, mixed by a gate that works set aside have taught."""

from __future__ import annotations

from moxie.art import Recipe
from moxie.arts.literature.models.courses import mixture_plan
from moxie.arts.literature.models.style import TextModel
from moxie.text import say

RECIPE = Recipe(
    name="literature/mixture",
    summary=say("Counts and networks, mixed by a gate that works set aside have taught."),
    least_works=8,
    rank=4,
    plan=mixture_plan,
    build=TextModel,
    scale="nats per character",
)
