"""From a trained model to new works, what they are worth, and a page about them."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import moxie
from moxie.art import Brief
from moxie.flow import create as creating
from moxie.flow import evaluate as evaluating
from moxie.flow import export as exporting
from moxie.store import atomic
from moxie.studio.desk import Desk, digest
from moxie.studio.result import Exported
from moxie.studio.scoring import Scorer, held_out, others, scorer
from moxie.work import Creation, Evaluation, Run

if TYPE_CHECKING:
    from moxie.art import StyleModel

S = TypeVar("S")

PROBES, FEW_PROBES = 16, 8
"""How many samples a model is measured by, and how many where works or time are short."""

FEW_WORKS = 20
PROBE_SEED = 0x50726F62
"""Far from the seeds people use, so that what is measured is never what is handed out."""


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
            easel = _Easel(desk, run, desk.model(run), scorer(desk), brief, asked)
            for done, index in enumerate(missing):
                desk.clock.on_step(done, len(missing))
                stored[index] = easel.create(seed, index)
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


@dataclass(frozen=True, slots=True)
class _Easel(Generic[S]):
    """What stays the same from one creation to the next."""

    desk: Desk[S]
    run: Run
    model: StyleModel[S]
    scorer: Scorer[S] | None
    brief: Brief[S]
    asked: str

    def create(self, seed: int, index: int) -> Creation:
        """Make one, compare it, and store it with its record."""
        [made] = _makes(self.desk, self.model, self.brief, 1, seed, first=index)
        data = self.desk.art.write(made.content)
        creation = Creation(
            id=hashlib.sha256(data).hexdigest(),
            run=self.run.id,
            seed=seed,
            index=index,
            novelty=self.brief.novelty,
            size=self.brief.size,
            nearest=made.nearest,
            flagged=made.flagged,
            fidelity=self.scorer.fidelity(made.content) if self.scorer else None,
            attempts=made.attempts,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            record={"asked": self.asked, **_record(self.desk, self.run, made)},
        )
        self.desk.library.add_creation(creation, data)
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
        others(desk),
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
