"""`literature/pretrained`: a model that others trained, made an author's own."""

from __future__ import annotations

from moxie.art import Recipe, StyleModel
from moxie.arts.literature.pretrained.course import pretrained_plan
from moxie.arts.literature.writing import Writing
from moxie.settings import Machine
from moxie.text import say


def _build(machine: Machine) -> StyleModel[Writing]:
    from moxie.arts.literature.pretrained.model import PretrainedModel

    return PretrainedModel(machine)


RECIPE = Recipe(
    name="literature/pretrained",
    summary=say("A model that others trained, tuned to an author and mixed with counts."),
    least_works=2,
    # never taken unasked: which base to stand on, and under which terms, is a person's decision
    rank=0,
    plan=pretrained_plan,
    build=_build,
    # it has often read the works held out, so that no race with the others would be fair
    scale=None,
)
