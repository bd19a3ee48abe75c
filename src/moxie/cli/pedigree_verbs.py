"""`works`, `models`, `forget`: what was learnt from, on what ground, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.studio import Studio
from moxie.studio.pedigree import Model, Source
from moxie.studio.result import number
from moxie.text import Message, say
from moxie.work import Rights, Work

MOST_SHOWN = 24
"""Works of a model that are listed for a person; --json lists all."""


def works(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Every work with its rights."""
    found = studio.works(params["corpus"])
    facts = {"works": [_work(work) for work in found]}
    lines = [
        say("{work}  {title}: {rights}", work=w.id[:8], title=w.title, rights=str(w.rights))
        for w in found
    ]
    passed = [w for w in found if "rights_override" in w.facts]
    notes = [
        say(
            "{work} says no ({signal}); it was taken all the same: {reason}",
            work=w.id[:8],
            signal=str(w.facts.get("rights_signal", "")),
            reason=str(w.facts["rights_override"]),
        )
        for w in passed
    ]
    return Outcome(facts, [*lines, *notes])


def models(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Each trained model with the works behind it."""
    found = studio.models(params["corpus"])
    facts = {"models": [_model(model) for model in found]}
    sentences = [line for model in found for line in _page(model)]
    return Outcome(facts, sentences or [say("No model has been trained on these works yet.")])


def forget(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Take a work out, and say what came from it."""
    if params["work"] is None:
        raise BadInput("Say which work to forget: moxie forget WORK; `moxie works` lists them.")
    done = studio.forget(params["work"], params["corpus"], erase=params["erase"])
    facts = {
        "work": done.work.id,
        "title": done.work.title,
        "erased": done.erased,
        "models": [{"run": run.id, "model": run.model} for run in done.models],
        "creations": [{"id": made.id, "share": number(share)} for made, share in done.creations],
    }
    told = say(
        "{title} is forgotten. {models} models and {creations} creations came from it.",
        title=done.work.title,
        models=len(done.models),
        creations=len(done.creations),
    )
    lines = [say("  model {model}", model=str(run.model)[:8]) for run in done.models]
    lines += [say("  creation {creation}", creation=made.id[:8]) for made, _ in done.creations]
    again = say(
        "They are still there. The next training leaves the work out: moxie prepare, moxie choose, "
        "moxie train."
    )
    return Outcome(facts, [told, *lines, again])


def _work(work: Work) -> dict[str, object]:
    kept = {key: work.facts[key] for key in _KEPT if key in work.facts}
    return {"id": work.id, "title": work.title, "rights": _rights(work.rights), **kept}


_KEPT = ("file", "license_found", "rights_signal", "rights_override")


def _rights(rights: Rights) -> dict[str, object]:
    return {"basis": rights.basis, "license": rights.license}


def _model(model: Model) -> dict[str, object]:
    listed = None if model.works is None else [_source(source) for source in model.works]
    return {
        "run": model.run.id,
        "model": model.run.model,
        "recipe": model.run.choice.recipe,
        "seed": model.run.seed,
        "parent": model.run.parent,
        "balanced": model.run.balanced,
        "in_use": model.in_use,
        "creations": model.creations,
        "works": listed,
    }


def _source(source: Source) -> dict[str, object]:
    return {
        "work": source.work,
        "title": source.title,
        "rights": _rights(source.rights),
        "held_out": source.held_out,
        "forgotten": source.forgotten,
        "license_found": source.license_found,
        "rights_override": source.overridden,
    }


def _page(model: Model) -> Iterable[Message]:
    yield say(
        "Model {model} of {recipe}, seed {seed}: {creations} creations.",
        model=str(model.run.model)[:8],
        recipe=model.run.choice.recipe,
        seed=model.run.seed,
        creations=model.creations,
    )
    if model.run.parent is not None:
        ids = {"run": model.run.id[:8], "parent": model.run.parent[:8]}
        if model.run.balanced:
            yield say("  Run {run}, some works counting more than in {parent}.", **ids)
        else:
            yield say("  Run {run}, tuned by a person's taste from {parent}.", **ids)
    if model.in_use:
        yield say("  It is in use.")
    if model.works is None:
        yield say("  It was trained by an older Moxie, which did not note the works.")
        return
    yield from _sources(model.works)


def _sources(works: Sequence[Source]) -> Iterable[Message]:
    """How many works there are on which ground, and as many of them as one can look over."""
    learnt = [source for source in works if not source.held_out]
    grounds = Counter(str(source.rights) for source in works)
    yield say(
        "  Learnt from {learnt} works, measured by {held} others; {grounds}.",
        learnt=len(learnt),
        held=len(works) - len(learnt),
        grounds=", ".join(f"{ground}: {n}" for ground, n in grounds.most_common()),
    )
    # what is out of the ordinary first: whoever looks on whose rights a model stands looks for it
    usual = grounds.most_common(1)[0][0] if grounds else ""
    odd_first = sorted(works, key=lambda one: (not one.forgotten, str(one.rights) == usual))
    for source in odd_first[:MOST_SHOWN]:
        line = {"work": source.work[:8], "title": source.title, "rights": str(source.rights)}
        if source.forgotten:
            yield say("  {work}  {title}: {rights}; forgotten since", **line)
        elif source.held_out:
            yield say("  {work}  {title}: {rights}; only measured by", **line)
        else:
            yield say("  {work}  {title}: {rights}", **line)
    if len(works) > MOST_SHOWN:
        yield say("  ... and {more} more; --json lists them all.", more=len(works) - MOST_SHOWN)
