"""`tune`: the model learns again by what a person likes, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moxie.cli.outcome import Outcome
from moxie.studio import Studio
from moxie.studio.result import measure_json, number
from moxie.studio.tuning import Gate, Tuning
from moxie.text import Message, say
from moxie.work import Run


def tune(studio: Studio, params: dict[str, Any]) -> Outcome:
    """Tune, or put an earlier version in use again."""
    corpus, wanted = params["corpus"], params["use"]
    if params["back"] or wanted is not None:
        run = studio.use_version(corpus, wanted)
        told = say(
            "Version {run} is in use now, trained with seed {seed}.", run=run.id, seed=run.seed
        )
        return Outcome({"in_use": _run(run)}, [told])
    found = studio.tune(corpus, who=params["who"])
    return Outcome(facts(found), [found.why, *_told(found.gates)])


def facts(found: Tuning) -> dict[str, object]:
    """All of a tuning but the answers themselves."""
    return {
        "outcome": found.outcome,
        "why": str(found.why),
        "who": found.who,
        "answers": found.answers,
        "foretold": number(found.foretold),
        "luck": number(found.luck),
        "parent": found.parent,
        "run": found.run,
        "gates": [_gate(gate) for gate in found.gates],
        "blind": {"shares": list(found.shares), "chance": number(found.chance)},
    }


def _gate(gate: Gate) -> dict[str, object]:
    versions = zip(("before", "after"), (gate.before, gate.after), gate.copied, strict=True)
    return {
        "kept": gate.kept,
        "failed": [str(why) for why in gate.failed],
        **{
            name: {
                "fidelity": measure_json(found.fidelity),
                "diversity": measure_json(found.diversity),
                "originality": measure_json(found.originality),
                "near_copies": copied,
            }
            for name, found, copied in versions
        },
    }


def _told(gates: Iterable[Gate]) -> Iterable[Message]:
    for gate in gates:
        yield say(
            "Of the works {kept:.0f} % kept counting: fidelity {f0:.2f} before, {f1:.2f} after; "
            "diversity {d0:.2f}, {d1:.2f}; first drafts that were near-copies {n0}, {n1}.",
            kept=100 * gate.kept,
            f0=gate.before.fidelity.value,
            f1=gate.after.fidelity.value,
            d0=gate.before.diversity.value,
            d1=gate.after.diversity.value,
            n0=gate.copied[0],
            n1=gate.copied[1],
        )


def _run(run: Run) -> dict[str, object]:
    return {"run": run.id, "model": run.model, "parent": run.parent, "seed": run.seed}
