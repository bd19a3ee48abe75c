"""What each command does: a call of the studio, then the same facts as sentences and as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from moxie.cli import (
    base_verbs,
    license_verbs,
    pedigree_verbs,
    registry_verbs,
    rights_verbs,
    taste_verbs,
    tuning_verbs,
)
from moxie.cli.console import console
from moxie.cli.copying import search
from moxie.cli.outcome import Outcome
from moxie.errors import BadInput
from moxie.settings import Settings
from moxie.studio import Studio
from moxie.studio.result import (
    Exported,
    calibration_json,
    creations_json,
    measure_json,
    number,
    sufficiency_json,
)
from moxie.text import Catalogue, Message, say
from moxie.work import Evaluation, Lap

Perform: TypeAlias = Callable[[Studio, dict[str, Any]], Outcome]


def perform(name: str, params: dict[str, Any], settings: Settings, catalogue: Catalogue) -> Outcome:
    """Do what was asked, with progress on stderr and Ctrl-C as a request to stop."""
    with console(catalogue) as progress, Studio(settings=settings, progress=progress) as studio:
        return _VERBS[name](studio, params)


def _run(studio: Studio, params: dict[str, Any]) -> Outcome:
    sources = _sources(params)
    result = studio.run(*sources, **params)
    works = result.works
    flagged = sum(made.creation.flagged for made in result.creations)
    sentences = [
        _collected(works.collected, works.refused),
        result.sufficiency.why,
        *_measured(result.evaluation),
        _created(len(result.creations), flagged),
        say("Look at {report}", report=str(result.report)),
    ]
    return Outcome(result.to_json(), sentences)


def _collect(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.collect(*_sources(params), **params)
    refused = [{"name": r.name, "why": str(r.why), "forbidden": r.forbidden} for r in found.refused]
    facts = {
        "corpus": found.corpus,
        "art": found.art,
        "works": {"collected": found.works, "refused": len(refused), "new": found.new},
        "refusals": refused,
    }
    again = say("The corpus is called {corpus}.", corpus=found.corpus)
    return Outcome(facts, [_collected(found.works, len(refused)), again])


def _prepare(studio: Studio, params: dict[str, Any]) -> Outcome:
    dataset = studio.prepare(params["corpus"])
    counts = {p: len(dataset.part(p)) for p in ("train", "validation", "test", "left_out")}
    facts = {
        "works": counts,
        "near_copy_threshold": number(dataset.threshold),
        "typical_similarity": number(dataset.typical_similarity),
        "left_out": [{"work": p.work, "why": str(p.why)} for p in dataset.part("left_out")],
    }
    sentence = say(
        "{train} works to learn from, {validation} to choose by, {test} to measure by; "
        "{left_out} left out.",
        **counts,
    )
    return Outcome(facts, [sentence])


def _augment(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.augment(params["corpus"], seconds=params["budget"])
    return Outcome(sufficiency_json(found), [found.why, found.augment_why])


def _choose(studio: Studio, params: dict[str, Any]) -> Outcome:
    choice = studio.choose(params["corpus"], seconds=params["budget"], recipe=params["recipe"])
    facts = {
        "recipe": choice.recipe,
        "why": str(choice.why),
        "seconds": number(choice.plan.seconds),
        "options": dict(choice.plan.options),
        "others": {name: str(why) for name, why in choice.others},
        "race": [_lap(lap) for lap in choice.race],
        "scale": choice.scale,
        "notes": [str(note) for note in choice.notes],
    }
    return Outcome(facts, [choice.why, *choice.notes, choice.plan.why])


def _lap(lap: Lap) -> dict[str, object]:
    return {
        "recipe": lap.recipe,
        "rung": lap.rung,
        "seconds": number(lap.seconds),
        "loss": number(lap.loss),
        "low": number(lap.low),
        "high": number(lap.high),
        "expected": number(lap.expected),
        "promoted": lap.promoted,
    }


def _train(studio: Studio, params: dict[str, Any]) -> Outcome:
    run = studio.train(params["corpus"], seed=params["seed"])
    facts = {
        "run": run.id,
        "recipe": run.choice.recipe,
        "seed": run.seed,
        "model": run.model,
        "loss": number(run.losses[-1]) if run.losses else None,
    }
    sentence = say("Trained {recipe}; the run is {run}.", recipe=run.choice.recipe, run=run.id)
    return Outcome(facts, [sentence])


def _evaluate(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.evaluate(
        params["corpus"],
        size=params["size"],
        novelty=params["novelty"],
        seconds=params["budget"],
    )
    facts = {
        "fidelity": measure_json(found.fidelity),
        "diversity": measure_json(found.diversity),
        "originality": measure_json(found.originality),
        "judge": found.judge,
        "samples": found.samples,
        "near_copies": found.near_copies,
        "near_copy_threshold": number(found.threshold),
        "notes": [str(note) for note in found.notes],
    }
    figures = _measured(found)
    return Outcome(facts, [*figures, *(note for note in found.notes if note not in figures)])


def _balance(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.balance(params["corpus"], seconds=params["budget"])
    facts = {
        "run": found.run,
        "kept": found.kept,
        "foretold": number(found.foretold),
        "counted": number(found.counted),
        "before": measure_json(found.before.fidelity) if found.before else None,
        "after": measure_json(found.after.fidelity) if found.after else None,
        "why": str(found.why),
    }
    return Outcome(facts, [found.why])


def _calibrate(studio: Studio, params: dict[str, Any]) -> Outcome:
    found = studio.calibrate(params["corpus"], seconds=params["budget"])
    facts = calibration_json(found)
    if not found.dial:
        return Outcome(facts, found.notes)
    sentence = say(
        "Novelty 0 to 1 is the model's setting {near:.2f} to {far:.2f}, measured in {n} rounds and "
        "{further} more drafts about the floor.",
        near=found.dial[0],
        far=found.dial[-1],
        n=found.rounds,
        further=found.further,
    )
    return Outcome(facts, [sentence, *found.notes])


def _create(studio: Studio, params: dict[str, Any]) -> Outcome:
    out, also, visible = params.pop("out"), params.pop("also"), params.pop("visible_label")
    corpus, n, sketch = params.pop("corpus"), params.pop("n"), params.pop("sketch")
    wish = {**params, "options": _settings(params)}
    if sketch is not None:
        wish = _sketched(wish, sketch)
    made = studio.create(corpus, n, **wish, also=also or ())
    owner = str(made[0].record["corpus"])  # of several blended, one
    written = studio.export(owner, out, creations=made, also=also, visible_label=visible)
    return _handed_out(written, out)


def _restore(studio: Studio, params: dict[str, Any]) -> Outcome:
    source, out, region = params["source"], params["out"], params["region"]
    if source is None or out is None:
        raise BadInput(
            "Say what to restore and where to write it: moxie restore FILE --out FILE, with "
            "--mask or --region where you know what is damaged."
        )
    if region is not None and params["mask"] is not None:
        raise BadInput("Both --mask and --region say what is damaged: give one of them.")
    if params["suggest"]:
        return _suggest(studio, params)
    mask = params["mask"]
    if mask is not None and not mask.is_file():
        raise BadInput("There is no mask {path}.", path=str(mask))
    region = str(mask) if mask is not None else region
    undo = {name: _amount(name, text) for name, text in params["undo"] or ()}
    done = studio.restore(
        source, out, region=region, corpus=params["model"], seed=params["seed"], undo=undo
    )
    beside = {
        "mask": done.mask,
        "confidence": done.confidence,
        "page": done.page,
        "undone": done.undone,
    }
    facts = {
        "path": str(done.path),
        "record": str(done.record),
        "share": done.share,
        "exact": done.exact,
        "kinds": dict(done.kinds),
        **{name: None if path is None else str(path) for name, path in beside.items()},
        "strengths": dict(done.strengths),
        "notes": [str(note) for note in done.notes],
    }
    undone = [] if done.undone is None else [say("Wrote {path}.", path=str(done.undone))]
    if not done.share:
        return Outcome(facts, [say("Wrote {path}.", path=str(done.path)), *undone, *done.notes])
    made = say(
        "Restored {path}: {percent:.1f} % of it is new; {record} says so.",
        path=str(done.path),
        percent=100 * done.share,
        record=str(done.record),
    )
    page = [] if done.page is None else [say("Look at {report}", report=str(done.page))]
    return Outcome(facts, [made, *page, *undone, *done.notes])


def _amount(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(
            "How much of {name} is undone must be over 0 and at most 1, not {amount}.",
            name=name,
            amount=repr(text),
        ) from None


def _suggest(studio: Studio, params: dict[str, Any]) -> Outcome:
    if params["mask"] is not None or params["region"] is not None:
        raise BadInput("--suggest finds the damage itself: leave out --mask and --region.")
    found = studio.suggest(params["source"], params["out"])
    facts = {
        "mask": str(found.mask),
        "confidence": str(found.confidence),
        "share": found.share,
        "kinds": dict(found.kinds),
    }
    told = say(
        "Marked {percent:.2f} % as damaged in {mask}. Edit it if it is wrong, then mend with "
        "--mask.",
        percent=100 * found.share,
        mask=str(found.mask),
    )
    return Outcome(facts, [told])


def _export(studio: Studio, params: dict[str, Any]) -> Outcome:
    out = params.pop("out")
    return _handed_out(studio.export(params.pop("corpus"), out, **params), out)


def _report(studio: Studio, params: dict[str, Any]) -> Outcome:
    path = studio.report(params["corpus"], params["out"])
    return Outcome({"report": str(path)}, [say("Look at {report}", report=str(path))])


def _handed_out(written: Sequence[Exported], out: Path) -> Outcome:
    flagged = sum(made.creation.flagged for made in written)
    facts: dict[str, object] = {"creations": creations_json(written)}
    where = say("Look into {folder}", folder=str(out))
    return Outcome(facts, [_created(len(written), flagged), where])


def _sources(params: dict[str, Any]) -> tuple[Path, ...]:
    sources: tuple[Path, ...] = params.pop("sources")
    if not sources and not params["samples"]:
        raise BadInput("Say which folder of works to take in, or --samples for built-in ones.")
    return sources


def _settings(params: dict[str, Any]) -> dict[str, str]:
    """The dials set, by name; raises BadInput for one set twice."""
    pairs: tuple[tuple[str, str], ...] = params["options"]
    settings = dict(pairs)
    for name, _ in pairs:
        if [dial for dial, _ in pairs].count(name) > 1:
            raise BadInput("The dial {name} is set more than once.", name=name)
    return settings


def _sketched(wish: dict[str, Any], sketch: Path) -> dict[str, Any]:
    """A sketch is a beginning that the art is told about."""
    if wish["start"] is not None:
        raise BadInput("Both --from and --sketch say what to begin from: give one of them.")
    return {**wish, "start": sketch, "options": {**wish["options"], "lead": "sketch"}}


def _collected(works: int, refused: int) -> Message:
    return say("collected {works}, refused {refused}", works=works, refused=refused)


def _created(n: int, flagged: int) -> Message:
    if flagged:
        return say(
            "{n} creations, {flagged} of them kept apart as near-copies.", n=n, flagged=flagged
        )
    return say("{n} creations, none of them a near-copy.", n=n)


def _measured(found: Evaluation) -> list[Message]:
    """The three figures; where one could not be measured, why."""
    values = (found.fidelity.value, found.diversity.value, found.originality.value)
    if not all(map(math.isfinite, values)):
        return list(found.notes)
    return [
        say(
            "fidelity {fidelity:.2f}, diversity {diversity:.2f}, originality {originality:.2f}",
            fidelity=found.fidelity.value,
            diversity=found.diversity.value,
            originality=found.originality.value,
        )
    ]


_VERBS: dict[str, Perform] = {
    "run": _run,
    "collect": _collect,
    "prepare": _prepare,
    "augment": _augment,
    "choose": _choose,
    "train": _train,
    "balance": _balance,
    "calibrate": _calibrate,
    "evaluate": _evaluate,
    "create": _create,
    "restore": _restore,
    "report": _report,
    "export": _export,
    "taste": taste_verbs.taste,
    "tune": tuning_verbs.tune,
    "base": base_verbs.base,
    "works": pedigree_verbs.works,
    "models": pedigree_verbs.models,
    "forget": pedigree_verbs.forget,
    "register": registry_verbs.register,
    "prove": registry_verbs.prove,
    "record": registry_verbs.record,
    "search-copies": search,
    "license": license_verbs.license_,
    "verify": rights_verbs.verify,
    "keys": rights_verbs.keys,
}
