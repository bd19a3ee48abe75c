"""The nouns of the store as the API's models, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moxie.art import MADE
from moxie.studio.recording import Recorded
from moxie.studio.result import number
from moxie.studio.views import Overview, Placed, Standing, Trained, id_of, parts
from moxie.text import Catalogue, Message
from moxie.web import models
from moxie.work import Choice, Corpus, Creation, Evaluation, Measure, Sufficiency

if TYPE_CHECKING:
    from moxie.art import Art

MOST_LOSSES = 400
"""Points of a loss curve; a screen shows no more."""


def art(found: Art[Any], catalogue: Catalogue) -> models.ArtFacts:
    """An art."""
    said = catalogue  # names of units are said elsewhere; see the protocol
    return models.ArtFacts(
        name=found.name,
        suffixes=sorted(found.suffixes),
        handout=list(found.handout),
        unit=said(found.unit),
        size=list(found.size(None)),
        dials=[
            models.DialFacts(name=name, hint=catalogue.render(hint))
            for name, hint in found.dials().items()
        ],
    )


def undoable(found: Mapping[str, Message], catalogue: Catalogue) -> list[models.UndoableFacts]:
    """What can be undone in a work."""
    return [
        models.UndoableFacts(name=name, title=catalogue.render(title))
        for name, title in found.items()
    ]


def corpus(found: Overview) -> models.CorpusFacts:
    """A corpus."""
    return models.CorpusFacts(
        id=found.id,
        name=found.corpus.name,
        art=found.corpus.art,
        works=found.works,
        creations=found.creations,
        runs=found.runs,
        trained=found.trained,
    )


def work(found: Placed, catalogue: Catalogue) -> models.WorkFacts:
    """A work in its place."""
    place = found.place
    flags = (*found.work.flags, *(place.flags if place else ()))
    told = dict.fromkeys((flag.code, catalogue.render(flag.message)) for flag in flags)
    return models.WorkFacts(
        id=found.work.id,
        title=found.work.title,
        rights=str(found.work.rights),
        amount=found.work.amount,
        facts={key: _scalar(value) for key, value in found.work.facts.items()},
        flags=[models.FlagFacts(code=code, message=message) for code, message in told],
        part=place.part if place else None,
        why=catalogue.render(place.why) if place and place.why else None,
        group=place.group if place else None,
        duplicates=list(found.duplicates),
    )


def creation(
    made: Creation, titles: Mapping[str, str], catalogue: Catalogue
) -> models.CreationFacts:
    """A creation, as a gallery shows it."""
    return models.CreationFacts(
        id=made.id,
        run=made.run,
        seed=made.seed,
        index=made.index,
        novelty=made.novelty,
        size=list(made.size),
        made_at=made.made_at,
        flagged=made.flagged,
        fidelity=number(made.fidelity),
        attempts=made.attempts,
        nearest=models.NearFacts(
            work=made.nearest.work,
            title=titles.get(made.nearest.work),
            similarity=number(made.nearest.similarity),
            evidence=catalogue.render(made.nearest.evidence),
        ),
    )


def model(found: Standing, overview: Overview, catalogue: Catalogue) -> models.ModelFacts:
    """How far a corpus has come."""
    dataset = found.dataset
    return models.ModelFacts(
        corpus=corpus(overview),
        parts=parts(dataset) if dataset else None,
        threshold=number(dataset.threshold) if dataset else None,
        sufficiency=_sufficiency(found.sufficiency, catalogue) if found.sufficiency else None,
        choice=_choice(found.choice, catalogue) if found.choice else None,
        runs=[_run(one, catalogue) for one in found.runs],
        dial=catalogue.render(found.dial) if found.dial else None,
    )


def steps(recorded: Recorded) -> list[models.StepFacts]:
    """The steps of a creation's record."""
    return [
        models.StepFacts(place=event.place, time=event.time, kind=event.kind)
        for event in recorded.checked.events
    ]


def measure(found: Measure) -> models.MeasureFacts:
    """A value between its controls."""
    return models.MeasureFacts(
        value=number(found.value),
        low=number(found.low),
        high=number(found.high),
        floor=number(found.floor),
        ceiling=number(found.ceiling),
    )


def corpus_id(found: Corpus) -> str:
    """The id of a corpus."""
    return id_of(found.name)


def plain(record: Mapping[str, object]) -> dict[str, object]:
    """A creation's record as JSON has it."""
    text = json.dumps(dict(record), default=str, allow_nan=True)
    read: dict[str, object] = json.loads(text, parse_constant=lambda _name: None)
    return read


def thinned(values: Sequence[float]) -> list[float | None]:
    """At most `MOST_LOSSES` of the values, evenly taken, the last among them."""
    step = max(1, -(-len(values) // MOST_LOSSES))
    return [number(value) for value in values[::-1][::step][::-1]]


def _run(found: Trained, catalogue: Catalogue) -> models.RunFacts:
    return models.RunFacts(
        id=found.run.id,
        recipe=found.run.choice.recipe,
        seed=found.run.seed,
        state=found.run.state,
        model=found.run.model,
        parent=found.run.parent,
        balanced=found.run.balanced,
        current=found.current,
        losses=thinned(found.run.losses),
        creations=found.creations,
        evaluation=_evaluation(found.evaluation, catalogue) if found.evaluation else None,
    )


def _sufficiency(found: Sufficiency, catalogue: Catalogue) -> models.SufficiencyFacts:
    return models.SufficiencyFacts(
        verdict=found.verdict,
        more=found.more,
        why=catalogue.render(found.why),
        augment=found.augment,
        augment_why=catalogue.render(found.augment_why),
        curve=[
            models.PointFacts(
                works=p.works, loss=number(p.loss), low=number(p.low), high=number(p.high)
            )
            for p in found.curve
        ],
    )


def _choice(found: Choice, catalogue: Catalogue) -> models.ChoiceFacts:
    said = catalogue  # so are scales
    return models.ChoiceFacts(
        recipe=found.recipe,
        why=catalogue.render(found.why),
        seconds=number(found.plan.seconds),
        plan_why=catalogue.render(found.plan.why),
        others=[
            models.OtherFacts(recipe=name, why=catalogue.render(why)) for name, why in found.others
        ],
        race=[
            models.LapFacts(
                recipe=lap.recipe,
                rung=lap.rung,
                seconds=number(lap.seconds),
                loss=number(lap.loss),
                low=number(lap.low),
                high=number(lap.high),
                expected=number(lap.expected),
                promoted=lap.promoted,
            )
            for lap in found.race
        ],
        scale=said(found.scale) if found.scale and found.scale != MADE else None,
        made=found.scale == MADE,
        notes=[catalogue.render(note) for note in found.notes],
    )


def _evaluation(found: Evaluation, catalogue: Catalogue) -> models.EvaluationFacts:
    return models.EvaluationFacts(
        fidelity=measure(found.fidelity),
        diversity=measure(found.diversity),
        originality=measure(found.originality),
        judge=found.judge,
        samples=found.samples,
        near_copies=found.near_copies,
        threshold=number(found.threshold),
        second_opinions={name: measure(one) for name, one in found.second_opinions.items()},
        notes=[catalogue.render(note) for note in found.notes],
    )


def _scalar(value: str | float | bool) -> str | int | float | bool | None:
    return number(value) if isinstance(value, float) else value
