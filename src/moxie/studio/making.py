"""From a trained model to new works, what they are worth, and a page about them."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import moxie
from moxie.art import Brief
from moxie.flow import create as creating
from moxie.flow import evaluate as evaluating
from moxie.flow import export as exporting
from moxie.store import atomic
from moxie.studio.contents import Contents
from moxie.studio.desk import Desk, digest
from moxie.studio.inputs import Origin
from moxie.studio.result import Exported
from moxie.work import Creation, Evaluation, Prepared, Run

if TYPE_CHECKING:
    from moxie.art import Floats, StyleModel

S = TypeVar("S")

PROBES, FEW_PROBES = 16, 8
"""How many samples a model is measured by, and how many where works or time are short."""

FEW_WORKS = 20
PROBE_SEED = 0x50726F62
"""Far from the seeds people use, so that what is measured is never what is handed out."""

OTHERS_AT_LEAST, OTHERS_AT_MOST = 10, 40
"""Works another corpus needs to stand for other artists, and how many of them are looked at."""


def evaluate(desk: Desk[S], size: tuple[int, ...], novelty: float, seconds: float) -> Evaluation:
    """Measure the trained model with samples of its own, which are not handed out."""
    run = desk.trained
    name = f"evaluation-{run.id}-{digest(size, novelty)}"
    with desk.clock.stage("evaluate"):
        evaluation = desk.library.load(desk.corpus.name, name, Evaluation)
        if evaluation is None:
            evaluation = _evaluate(desk, run, Brief(size, novelty), seconds)
            desk.library.save(desk.corpus.name, name, evaluation)
        desk.library.save_evaluation(run.id, evaluation)
    return evaluation


def create(desk: Desk[S], brief: Brief[S], n: int, seed: int) -> list[Creation]:
    """Make what is not there yet of the `n` creations asked for, storing each as it is made."""
    run = desk.trained
    asked = _asked(desk, brief)
    with desk.clock.stage("create"):
        stored = {
            made.index: made
            for made in desk.library.creations(run.id)
            if made.seed == seed and made.record.get("asked") == asked
        }
        missing = [index for index in range(n) if index not in stored]
        if missing:
            model = desk.model(run)
            for done, index in enumerate(missing):
                desk.clock.on_step(done, len(missing))
                stored[index] = _create(desk, run, model, brief, seed, index, asked)
    return [stored[index] for index in range(n)]


def export(
    desk: Desk[S], creations: Sequence[Creation], folder: Path, suffix: str = ""
) -> list[Exported]:
    """Write creations and their records into a folder."""
    with desk.clock.stage("export"):
        written = exporting.export(
            creations, desk.library.get, desk.art, folder, write=write, suffix=suffix
        )
        return [Exported(creation, path) for creation, path in written]


def write(path: Path, data: bytes) -> None:
    """Replace a file atomically, making its folder where needed; raises CannotWrite."""
    atomic.make_folder(path.parent)
    atomic.write(path, data)


def check_writable(folder: Path) -> None:
    """Raise CannotWrite now rather than after ten minutes of work."""
    trial = folder / f".moxie-{secrets.token_hex(4)}"
    write(trial, b"")
    trial.unlink(missing_ok=True)


def _asked(desk: Desk[S], brief: Brief[S]) -> str:
    """Stands for the whole brief: creations are the same only if all of it was the same."""
    start = "" if brief.start is None else digest(desk.art.write(brief.start).hex())
    return digest(brief.size, brief.novelty, start, sorted(brief.options.items()))


def _create(
    desk: Desk[S],
    run: Run,
    model: StyleModel[S],
    brief: Brief[S],
    seed: int,
    index: int,
    asked: str,
) -> Creation:
    [made] = _makes(desk, model, brief, 1, seed, first=index)
    data = desk.art.write(made.content)
    creation = Creation(
        id=desk.library.put(data),
        run=run.id,
        seed=seed,
        index=index,
        novelty=brief.novelty,
        size=brief.size,
        nearest=made.nearest,
        flagged=made.flagged,
        fidelity=None,
        attempts=made.attempts,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        record={"asked": asked, **_record(desk, run, made)},
    )
    desk.library.add_creation(creation, data)
    return creation


def _makes(
    desk: Desk[S], model: StyleModel[S], brief: Brief[S], n: int, seed: int, *, first: int = 0
) -> Iterator[creating.Made[S]]:
    return creating.create(
        model,
        brief,
        desk.index,
        [place.work for place in desk.dataset.places],
        n=n,
        seed=seed,
        threshold=desk.dataset.threshold,
        first=first,
        on_step=lambda *_: None,
    )


def _record(desk: Desk[S], run: Run, made: creating.Made[S]) -> Mapping[str, object]:
    """How it came about, in facts that can be checked."""
    rights = Counter(str(work.rights) for work in desk.works)
    return {
        "moxie": moxie.__version__,
        "art": desk.art.name,
        "corpus": desk.corpus.name,
        "model": run.model,
        "recipe": run.choice.recipe,
        "plan": dict(run.choice.plan.options),
        "training_seed": run.seed,
        "attempt_seed": made.seed,
        "attempt_novelty": made.novelty,
        "sources": [list(source) for source in made.draft.sources],
        "rights": dict(rights),
    }


def _evaluate(desk: Desk[S], run: Run, brief: Brief[S], seconds: float) -> Evaluation:
    learnt_from = desk.part("train")
    return evaluating.evaluate(
        _probes(desk, desk.model(run), brief, run.seed, seconds),
        desk.contents(learnt_from),
        desk.contents(held_out(desk)),
        _others(desk),
        desk.art,
        desk.index,
        threshold=desk.dataset.threshold,
        typical=desk.dataset.typical_similarity,
        seed=run.seed,
    )


def _probes(
    desk: Desk[S], model: StyleModel[S], brief: Brief[S], seed: int, seconds: float
) -> list[S]:
    """Samples to measure by: fewer where works are few or the first ones took too long."""
    wanted = FEW_PROBES if len(desk.works) < FEW_WORKS else PROBES
    began = time.monotonic()
    probes: list[S] = []
    for made in _makes(desk, model, brief, wanted, PROBE_SEED + seed):
        probes.append(made.content)
        desk.clock.on_step(len(probes), wanted)
        spent = time.monotonic() - began
        if len(probes) >= FEW_PROBES and spent / len(probes) * wanted > seconds:
            break
    return probes


def held_out(desk: Desk[S]) -> list[Prepared]:
    """The test works; with the validation works where those are few."""
    test = desk.part("test")
    return test if len(test) >= FEW_PROBES else desk.part("validation", "test")


def _others(desk: Desk[S]) -> dict[str, Floats] | None:
    """The user's other artists of the same art, as the first judge sees their works.

    A corpus that shares a work with this one is not another artist; nor are the built-in samples.
    """
    judge = desk.art.judges()[0]
    own = {work.id for work in desk.works}
    others: dict[str, Floats] = {}
    for corpus in desk.library.corpora():
        ids = [work.id for work in desk.library.works(corpus.name)]
        origin = desk.library.load(corpus.name, "origin", Origin)
        different = corpus.art == desk.art.name and own.isdisjoint(ids)
        if different and len(ids) >= OTHERS_AT_LEAST and not (origin and origin.builtin):
            contents = Contents(desk.library, desk.art, ids[:OTHERS_AT_MOST])
            pieces = [piece for content in contents for piece in desk.art.split(content)]
            others[corpus.name] = judge.embed(pieces)
    return others or None
