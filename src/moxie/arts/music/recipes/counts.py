"""`music/counts`: counts of what followed what, over several viewpoints, mixed by a gate."""

from __future__ import annotations

from moxie.art import Recipe
from moxie.arts.music.models.courses import counting_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.text import say

RECIPE = Recipe(
    name="music/counts",
    summary=say("Counts of what followed what, over several viewpoints, mixed by a gate."),
    least_works=1,
    rank=1,
    plan=counting_plan,
    build=ScoreModel,
    scale="nats per note",
)
