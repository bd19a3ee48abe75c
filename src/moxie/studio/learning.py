"""From files to a trained style model: the first five verbs, each stored and taken up again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from moxie.art import MADE, Recipe, Sample, Supply
from moxie.errors import Cancelled, Missing, NotPermitted, NoWorks
from moxie.flow import augment as augmenting
from moxie.flow import choose as choosing
from moxie.flow import collect as collecting
from moxie.flow import prepare as preparing
from moxie.flow import race as racing
from moxie.flow import train as training
from moxie.flow.contest import Contest
from moxie.studio import pedigree, versions
from moxie.studio.contents import Contents, Samples
from moxie.studio.desk import Desk, digest
from moxie.studio.inputs import Origin, count_suffixes
from moxie.text import say
from moxie.work import Choice, Dataset, Prepared, Refusal, Rights, Run, Sufficiency

S = TypeVar("S")

SPLIT_SEED = 0
"""One split for every seed of the user's, so that runs are measured on the same held-out works."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What collecting found. `works` is how many there are now, `new` how many came just now."""

    corpus: str
    art: str
    works: int
    new: int
    repeats: int
    refused: tuple[Refusal, ...]


def collect(
    desk: Desk[S],
    sources: Sequence[Path],
    rights: Rights,
    origin: Origin,
    gate: collecting.Gate,
) -> Collected:
    """Add what can be read and `gate` lets in; refuse the rest, each with its reason.

    Raises NoWorks where there are none, NotPermitted where none may be learnt from.
    """
    new = repeats = 0
    refused: list[Refusal] = []
    with desk.clock.stage("collect"):
        total = sum(count_suffixes(sources).values())
        known = _known(desk)
        found = collecting.collect(sources, desk.art, rights=rights, known=known, gate=gate)
        for number, item in enumerate(found, 1):
            if isinstance(item, collecting.Found):
                new += _add(desk, item, origin)
            elif isinstance(item, Refusal):
                refused.append(item)
                desk.clock.progress.say(say("Refused {name}:", name=item.name), item.why)
            else:
                repeats += 1
                _declare(desk, item.work, rights)
            desk.clock.on_step(number, max(total, number))
    desk.forget()
    works = _counted(desk, refused)
    return Collected(desk.corpus.name, desk.art.name, works, new, repeats, tuple(refused))


def prepare(desk: Desk[S]) -> Dataset:
    """Clean the works, find near duplicates, split them, calibrate what a near-copy is."""
    name = f"dataset-{desk.key}"
    with desk.clock.stage("prepare"):
        dataset = desk.library.load(desk.corpus.name, name, Dataset)
        if dataset is None:
            contents = Contents(desk.library, desk.art, [work.id for work in desk.works])
            dataset, blobs = preparing.prepare(
                desk.works, contents, desk.art, seed=SPLIT_SEED, on_step=desk.clock.on_step
            )
            for data in blobs.values():
                desk.library.put(data)
            desk.library.save(desk.corpus.name, name, dataset)
    return dataset


def augment(desk: Desk[S], seconds: float) -> Sufficiency:
    """Measure whether the works are enough, and whether augmented copies help, once."""
    name = f"sufficiency-{desk.key}"
    with desk.clock.stage("augment"):
        sufficiency = desk.library.load(desk.corpus.name, name, Sufficiency)
        if sufficiency is None:
            train, validation = desk.part("train"), desk.part("validation")
            sufficiency = augmenting.augment(
                Samples([place.work for place in train], desk.contents(train)),
                desk.contents(validation),
                desk.art,
                desk.art.recipes()[0],
                desk.machine,
                seed=SPLIT_SEED,
                seconds=seconds,
                on_step=desk.clock.on_step,
            )
            desk.library.save(desk.corpus.name, name, sufficiency)
    return sufficiency


@dataclass(frozen=True, slots=True)
class Counts:
    """What each work counts in a run, by its id, where they do not all count the same."""

    by_work: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trials:
    """Held-out errors of a race's trainings so far, by training."""

    losses: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def choose(desk: Desk[S], seconds: float, wanted: str | None) -> Choice:
    """Choose a recipe for these works, this machine and these seconds; the same choice again.

    Where recipes can be compared they race for a part of the seconds; a stopped race goes on
    after its last finished training.
    """
    name = f"choice-{desk.key}-{digest(seconds, wanted)}"
    with desk.clock.stage("choose"):
        choice = desk.library.load(desk.corpus.name, name, Choice)
        if choice is None:
            supply = _supply(desk, seconds)
            recipes, race = desk.art.recipes(), partial(_race, desk)
            choice = choosing.choose(supply, recipes, wanted=wanted, race=race)
            desk.library.save(desk.corpus.name, name, choice)
        desk.library.save(desk.corpus.name, f"choice-{desk.key}", choice)
    desk.__dict__.pop("choice", None)
    return choice


def train(desk: Desk[S], seed: int) -> Run:
    """Train as chosen, going on from a checkpoint if there is one; a finished run is reused."""
    with desk.clock.stage("train"):
        run = _run(desk, seed)
        if run.state != "done":
            run = _train(desk, run)
        run = versions.in_use(desk, run)
        desk.use(run)
    return run


def retrain(
    desk: Desk[S], parent: Run, counts: Mapping[str, float], *, balanced: bool = False
) -> Run:
    """Learn again as `parent` did, with each work counting as `counts` say; not put in use."""
    told = json.dumps({work: round(count, 6) for work, count in sorted(counts.items())})
    name = digest(parent.id, told)
    with desk.clock.stage("train"):
        try:
            run = desk.library.run(name)
        except Missing:
            run = Run(
                name,
                parent.corpus,
                parent.choice,
                parent.seed,
                "training",
                parent=parent.id,
                balanced=balanced,
            )
            desk.library.save(parent.corpus, f"counts-{name}", Counts(dict(counts)))
            desk.library.add_run(run)
        return run if run.state == "done" else _train(desk, run)


def counted(desk: Desk[S], run: Run, ids: Sequence[str]) -> NDArray[np.float64]:
    """What each of these works counts in a run, float [n]; 1 each where none counts more."""
    found = desk.library.load(run.corpus, f"counts-{run.id}", Counts)
    return np.array([1.0 if found is None else found.by_work.get(one, 1.0) for one in ids])


def _known(desk: Desk[S]) -> dict[str, str]:
    if any(corpus.name == desk.corpus.name for corpus in desk.library.corpora()):
        return dict(desk.library.originals(desk.corpus.name))
    return {}


def _add(desk: Desk[S], found: collecting.Found[S], origin: Origin) -> bool:
    # a corpus comes into being with its first work: a folder of nothing leaves nothing behind
    desk.library.add_corpus(desk.corpus)
    if desk.library.load(desk.corpus.name, "origin", Origin) is None:
        desk.library.save(desk.corpus.name, "origin", origin)
    return desk.library.add_work(desk.corpus.name, found.work, found.data)


def _declare(desk: Desk[S], work_id: str, rights: Rights) -> None:
    """Rights declared for a work that was collected without them."""
    if rights.basis == "undeclared":
        return
    for work in desk.library.works(desk.corpus.name):
        if work.id == work_id and work.rights != rights:
            data = desk.library.get(work.id)
            desk.library.add_work(desk.corpus.name, replace(work, rights=rights), data)


def _counted(desk: Desk[S], refused: Sequence[Refusal]) -> int:
    try:
        return len(desk.works)
    except (Missing, NoWorks):
        pass
    n = len(refused)
    if n and all(refusal.forbidden for refusal in refused):
        raise NotPermitted("None of the {n} works may be learnt from, for the reasons above.", n=n)
    if n:
        raise NoWorks("None of the {n} files could be read, for the reasons above.", n=n)
    raise NoWorks("There is nothing to collect there: no files of a kind that can be read.")


def _supply(desk: Desk[S], seconds: float) -> Supply:
    amounts = {work.id: work.amount for work in desk.works}
    train = desk.part("train")
    amount = sum(amounts[place.work] for place in train)
    return Supply(len(train), amount, desk.machine, seconds)


class _Remembered(dict[str, tuple[float, ...]]):
    """Held-out errors that are stored as soon as they are known."""

    def __init__(self, desk: Desk[Any], name: str) -> None:
        self._desk, self._name = desk, name
        found = desk.library.load(desk.corpus.name, name, Trials)
        super().__init__(found.losses if found else {})

    def __setitem__(self, key: str, losses: tuple[float, ...]) -> None:
        super().__setitem__(key, losses)
        self._desk.library.save(self._desk.corpus.name, self._name, Trials(dict(self)))


def _race(desk: Desk[S], recipes: Sequence[Recipe[S]], supply: Supply) -> racing.Race:
    validation = desk.part("validation")[: augmenting.MOST_HELD_OUT]
    copies = _augmented_copies(desk)
    return racing.race(
        recipes,
        supply,
        train=_samples(desk, copies, SPLIT_SEED),
        validation=desk.contents(validation),
        seed=SPLIT_SEED,
        on_step=desk.clock.on_step,
        memory=_Remembered(desk, f"trials-{desk.key}-{digest(copies)}"),
        contest=_contest(desk, validation) if recipes[0].scale == MADE else None,
    )


def _contest(desk: Desk[S], validation: Sequence[Prepared]) -> Contest[S]:
    """How recipes are compared that foretell nothing in common."""
    return Contest(
        desk.art,
        desk.contents(desk.part("train")),
        desk.contents(validation),
        desk.index,
        desk.dataset.threshold,
        desk.art.size(None),
        SPLIT_SEED,
    )


def _samples(
    desk: Desk[S], copies: int, seed: int, counts: Counts | None = None
) -> Sequence[Sample[S]]:
    """The works to learn from, and augmented copies of each, read when asked for."""
    places = desk.part("train")
    by_work = {} if counts is None else counts.by_work
    samples = Samples([place.work for place in places], desk.contents(places), by_work)
    return augmenting.augmented(samples, desk.art, copies, seed=seed)


def _run(desk: Desk[S], seed: int) -> Run:
    """The run these works, this choice and this seed lead to, found again or entered anew.

    What was chosen otherwise before may lead to the same run: it is told as it was chosen last.
    """
    choice = desk.choice
    options = json.dumps(dict(choice.plan.options), sort_keys=True)
    name = digest(desk.corpus.name, desk.key, choice.recipe, options, _augmented_copies(desk), seed)
    try:
        run = desk.library.run(name)
    except Missing:
        run = Run(name, desk.corpus.name, choice, seed, "training")
        desk.library.add_run(run)
    if run.choice != choice:
        run = replace(run, choice=choice)
        desk.library.update_run(run)
    return run


def _augmented_copies(desk: Desk[S]) -> int:
    try:
        return desk.sufficiency.augment
    except Missing:  # nobody has measured whether it helps
        return 0


def _train(desk: Desk[S], run: Run) -> Run:
    from moxie.nn.checkpoint import FileCheckpoint

    scratch = desk.library.run_folder(run.id)
    folder = scratch / "model"
    shutil.rmtree(folder, ignore_errors=True)  # a half-written one, from a run that was killed
    counts = desk.library.load(run.corpus, f"counts-{run.id}", Counts)
    samples = _samples(desk, _augmented_copies(desk), run.seed, counts)
    pedigree.remember(desk.library, run, desk.works, desk.dataset.places)
    try:
        trained = training.train(
            desk.recipe(run.choice.recipe).build(desk.machine),
            samples,
            run,
            checkpoint=FileCheckpoint(scratch / "checkpoint"),
            on_step=desk.clock.on_step,
            folder=folder,
        )
    except Cancelled:
        desk.library.update_run(replace(run, state="stopped"))
        raise
    done = replace(trained, model=desk.library.save_model(folder), state="done")
    desk.library.update_run(done)
    shutil.rmtree(scratch, ignore_errors=True)
    return done
