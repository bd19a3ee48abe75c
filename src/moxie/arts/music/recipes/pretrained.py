"""`music/pretrained`: a network of the user's, trained on much music, made a composer's own.

MOXIE_MUSIC_BASE names the folder of a music model that Moxie saved (`experts.json` and
`experts.safetensors`); nothing is ever downloaded. Its first network is adapted by LoRA and mixed
with counts of the works.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from moxie.art import Recipe, Supply
from moxie.arts.music.models import lowrank
from moxie.arts.music.models.courses import network_plan
from moxie.arts.music.models.style import ScoreModel
from moxie.text import say
from moxie.work import Plan

BASE = "MOXIE_MUSIC_BASE"
"""The environment variable that names the folder."""


def plan(supply: Supply) -> Plan | None:
    """None unless a folder is named; raises Missing where it holds no music model."""
    named = os.environ.get(BASE)
    if not named:
        return None
    folder = Path(named).expanduser()
    lowrank.check(folder)
    found = network_plan(supply, "counts", "pretrained")
    if found is None:
        return None
    options = {**found.options, "base": str(folder), "base_sha256": lowrank.digest(folder)}
    return replace(found, options=options)


RECIPE = Recipe(
    name="music/pretrained",
    summary=say(
        "A pretrained network in a folder of yours, adapted by LoRA and mixed with counts."
    ),
    least_works=8,
    rank=5,
    plan=plan,
    build=ScoreModel,
    scale="nats per note",
)
