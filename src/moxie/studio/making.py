"""From a trained model to new works, what they are worth, and a page about them."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import moxie
from moxie.art import Brief
from moxie.errors import Missing
from moxie.flow import create as creating
from moxie.flow import evaluate as evaluating
from moxie.flow import export as exporting
from moxie.store import atomic
from moxie.studio import calibrating, marking, publishing, recording
from moxie.studio.blending import Closeness, Hand
from moxie.studio.desk import Desk, digest
from moxie.studio.result import Exported
from moxie.studio.scoring import held_out, others
from moxie.text import say
from moxie.work import Creation, Evaluation, Run

if TYPE_CHECKING:
    from moxie.art import CopyIndex, Mask, StyleModel
    from moxie.studio.liking import Liking

S = TypeVar("S")

PROBES, FEW_PROBES = 16, 8
"""How many samples a model is measured by, and how many where works or time are short."""

FEW_WORKS = 20
PROBE_SEED = 0x50726F62
"""Far from the seeds people use, so that what is measured is never what is handed out."""


def evaluate(desk: Desk[S], size: tuple[int, ...], novelty: float, seconds: float) -> Evaluation:
    """Measure the trained model with samples of its own, which are not handed out."""
    run = desk.trained
    setting = calibrating.setting(desk, run, novelty)
    # where novelty is the setting itself, as before anybody measured what it does
    asked = (size, novelty) if setting == novelty else (size, novelty, setting)
    name = f"evaluation-{run.id}-{digest(*asked)}"
    with desk.clock.stage("evaluate"):
        evaluation = desk.library.load(desk.corpus.name, name, Evaluation)
        if evaluation is None:
            evaluation = _evaluate(desk, run, Brief(size, novelty), seconds)
            desk.library.save(desk.corpus.name, name, evaluation)
        desk.library.save_evaluation(run.id, evaluation)
    return evaluation


def create(
    hand: Hand[S], brief: Brief[S], n: int, seed: int, liking: Liking[S] | None = None
) -> list[Creation]:
    """Make what is not there yet of the `n` creations asked for, storing each as it is made.

    With a `liking`, each is chosen by it from several candidates, and so hangs on those before.
    """
    desk, run = hand.owner, hand.owner.trained
    asked = _asked(hand, brief, liking)
    with desk.clock.stage("create"):
        stored = {
            made.index: made
            for made in desk.library.creations(run.id)
            if made.seed == seed and made.record.get("asked") == asked
        }
        missing = [index for index in range(n) if index not in stored]
        if missing:
            easel = _Easel(
                hand, run, hand.model(), hand.index(), hand.judge(), brief, asked, liking
            )
            if liking is not None:
                liking.remember([stored[index].id for index in sorted(stored)])
            for done, index in enumerate(missing):
                desk.clock.on_step(done, len(missing))
                stored[index] = easel.create(seed, index)
    return [stored[index] for index in range(n)]


def export(
    desk: Desk[S],
    creations: Sequence[Creation],
    folder: Path,
    suffix: str = "",
    also: Sequence[str] = (),
    *,
    visible: bool = False,
    watermark: bool = False,
) -> list[Exported]:
    """Write creations and their records into a folder; each in the formats `also` as well.

    All are labelled; a `visible` label is for people to see, on pictures. With `watermark` they
    are marked copies; the mark comes before all labels.
    """
    read = marking.marked(desk, desk.library.get) if watermark else desk.library.get
    with desk.clock.stage("export"):
        written = exporting.export(
            creations,
            publishing.seen(desk, read) if visible else read,
            desk.art,
            folder,
            write=write,
            publish=publishing.publisher(desk, watermark=watermark),
            suffix=suffix,
            also=also,
        )
        return [
            Exported(creation, path, tuple(exporting.beside(path, also)))
            for creation, path in written
        ]


def formats(desk: Desk[S], also: Sequence[str] | None) -> tuple[str, ...]:
    """The suffixes to hand creations out in besides, tried on a piece of a work.

    None is what the art usually hands out, as far as it can be written here. Raises BadInput for
    a suffix the art cannot write, Missing where that takes something not installed: both before
    any work.
    """
    asked = desk.art.handout if also is None else also
    if not asked:
        return ()
    first = desk.works[0].id
    piece = desk.art.split(desk.art.read(desk.library.get(first), first))[0]
    found: list[str] = []
    for suffix in dict.fromkeys(asked):
        try:
            desk.art.write(piece, suffix)
        except Missing as error:
            if also is not None:
                raise
            desk.clock.progress.say(say(error.message.template, **error.message.params))
            continue
        found.append(suffix)
    return tuple(found)


def write(path: Path, data: bytes) -> None:
    """Replace a file atomically, making its folder where needed; raises CannotWrite."""
    atomic.make_folder(path.parent)
    atomic.write(path, data)


def check_writable(folder: Path) -> None:
    """Raise CannotWrite now rather than after ten minutes of work."""
    trial = folder / f".moxie-{secrets.token_hex(4)}"
    write(trial, b"")
    trial.unlink(missing_ok=True)


def _asked(hand: Hand[S], brief: Brief[S], liking: Liking[S] | None) -> str:
    """Stands for all that was asked: creations are the same only if all of it was the same."""
    start = "" if brief.start is None else digest(hand.art.write(brief.start).hex())
    parts: list[object] = [brief.size, brief.novelty, start, sorted(brief.options.items())]
    if brief.mask is not None:
        parts.append(f"region {mask_digest(brief.mask)}")
    if hand.blended:
        parts.append(f"blend {hand.key()}")
    if liking is not None:
        parts.append(f"liking {liking.key()}")
    if hand.dialled:
        parts.append(f"dial {hand.dialled}")
    return digest(*parts)


def mask_digest(mask: Mask) -> str:
    """The sha256 of a mask's shape and cells."""
    return hashlib.sha256(f"{mask.shape}".encode() + mask.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Easel(Generic[S]):
    """What stays the same from one creation to the next."""

    hand: Hand[S]
    run: Run
    model: StyleModel[S]
    index: CopyIndex[S]
    judge: Closeness[S]
    brief: Brief[S]
    asked: str
    liking: Liking[S] | None = None

    def create(self, seed: int, index: int) -> Creation:
        """Make one, compare it, and store it with its record."""
        made, chosen = self._made(seed, index)
        data = self.hand.art.write(made.content)
        creation = Creation(
            id=hashlib.sha256(data).hexdigest(),
            run=self.run.id,
            seed=seed,
            index=index,
            novelty=self.brief.novelty,
            size=self.brief.size,
            nearest=made.nearest,
            flagged=made.flagged,
            fidelity=self.judge.fidelity(made.content),
            attempts=made.attempts,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            record={"asked": self.asked, **self._record(made), **self._led(made), **chosen},
        )
        recording.created(self.hand, creation)
        self.hand.owner.library.add_creation(creation, data)
        return creation

    def _made(self, seed: int, index: int) -> tuple[creating.Made[S], Mapping[str, object]]:
        """A creation of its own, or the one of several that a person likes, and how it was."""
        if self.liking is None:
            [made] = self._candidates(seed, index, 1)
            return made, {}
        several = self._candidates(seed, index * self.liking.of, self.liking.of)
        near = [self.judge.fidelity(made.content) for made in several]
        made, facts = self.liking.choose(several, near)
        return made, {"chosen": facts}

    def _candidates(self, seed: int, first: int, n: int) -> list[creating.Made[S]]:
        return list(
            creating.create(
                self.model,
                self.brief,
                self.index,
                self.hand.works,
                n=n,
                seed=seed,
                threshold=self.hand.threshold,
                first=first,
                dial=self.hand.setting,
                on_step=lambda *_: None,
            )
        )

    def _record(self, made: creating.Made[S]) -> Mapping[str, object]:
        """How it came about, in facts that can be checked."""
        return {
            "moxie": moxie.__version__,
            "art": self.hand.art.name,
            "corpus": self.hand.owner.corpus.name,
            "model": self.run.model,
            "recipe": self.run.choice.recipe,
            "plan": dict(self.run.choice.plan.options),
            "training_seed": self.run.seed,
            "attempt_seed": made.seed,
            "attempt_novelty": made.setting,  # as the model was asked, the dial turned
            "sources": [list(source) for source in made.draft.sources],
            "rights": dict(self.hand.rights),
        }

    def _led(self, made: creating.Made[S]) -> Mapping[str, object]:
        """How a person led, where they did."""
        led: dict[str, object] = {}
        if self.brief.start is not None:
            data = self.hand.art.write(self.brief.start)
            led["start"] = hashlib.sha256(data).hexdigest()
        if self.brief.mask is not None:
            share = float(self.brief.mask.mean())
            led["region"] = {"sha256": mask_digest(self.brief.mask), "share": share}
        if self.brief.options:
            led["options"] = dict(self.brief.options)
        if self.hand.blended:
            near = self.judge.each(made.content)
            led["blend"] = [
                {**part, "fidelity": near[str(part["corpus"])]} for part in self.hand.record()
            ]
        return led


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
    makes = creating.create(
        model,
        brief,
        desk.index,
        [place.work for place in desk.dataset.places],
        n=wanted,
        seed=PROBE_SEED + seed,
        threshold=desk.dataset.threshold,
        dial=Hand.of(desk).setting,
        on_step=lambda *_: None,
    )
    for made in makes:
        probes.append(made.content)
        desk.clock.on_step(len(probes), wanted)
        spent = time.monotonic() - began
        if len(probes) >= FEW_PROBES and spent / len(probes) * wanted > seconds:
            break
    return probes
