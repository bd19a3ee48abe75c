"""`literature/recurrent`: a recurrent network over characters."""

from __future__ import annotations

from moxie.art import Recipe
from moxie.arts.literature.models.courses import recurrent_plan
from moxie.arts.literature.models.style import TextModel
from moxie.text import say

RECIPE = Recipe(
    name="literature/recurrent",
    summary=say("A recurrent network over characters."),
    least_works=8,
    rank=2,
    plan=recurrent_plan,
    build=TextModel,
    scale="nats per character",
)
