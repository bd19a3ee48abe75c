"""`music/transformer`: a transformer over units of the score."""

from __future__ import annotations

from moxie.art import Recipe, Supply
from moxie.arts.music.models.courses import network_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.text import say
from moxie.work import Plan


def plan(supply: Supply) -> Plan | None:
    """See `courses.network_plan`."""
    return network_plan(supply, "transformer")


RECIPE = Recipe(
    name="music/transformer",
    summary=say("A transformer over units of the score."),
    least_works=8,
    rank=3,
    plan=plan,
    build=ScoreModel,
    scale="nats per note",
)
