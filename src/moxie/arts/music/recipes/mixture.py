"""`music/mixture`: counts and networks, mixed by gates that works set aside have taught."""

from __future__ import annotations

from moxie.art import Recipe, Supply
from moxie.arts.music.models.courses import mixture_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.text import say
from moxie.work import Plan


def plan(supply: Supply) -> Plan | None:
    """See `courses.mixture_plan`."""
    return mixture_plan(supply)


RECIPE = Recipe(
    name="music/mixture",
    summary=say(
        "Counts, a recurrent network and a transformer, mixed by what works set aside say."
    ),
    least_works=12,
    rank=4,
    plan=plan,
    build=ScoreModel,
    scale="nats per note",
)
