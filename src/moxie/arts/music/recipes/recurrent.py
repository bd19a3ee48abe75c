"""`music/recurrent`: a recurrent network over units of the score."""

from __future__ import annotations

from moxie.art import Recipe, Supply
from moxie.arts.music.models.courses import network_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.text import say
from moxie.work import Plan


def plan(supply: Supply) -> Plan | None:
    """See `courses.network_plan`."""
    return network_plan(supply, "recurrent")


RECIPE = Recipe(
    name="music/recurrent",
    summary=say("A recurrent network over units of the score."),
    least_works=8,
    rank=2,
    plan=plan,
    build=ScoreModel,
    scale="nats per note",
)
