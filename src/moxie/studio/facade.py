"""`Studio`: the verbs as methods, each of which only opens the right desk and passes it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from moxie.errors import BadInput
from moxie.flow.calibrate import THOROUGH
from moxie.settings import Settings
from moxie.store import Library
from moxie.studio import (
    balancing,
    bases,
    blending,
    calibrating,
    inputs,
    journey,
    leading,
    learning,
    making,
    paging,
    pedigree,
    permission,
    restoring,
    undoing,
    versions,
)
from moxie.studio.balancing import Balance
from moxie.studio.blending import Hand
from moxie.studio.desk import Desk
from moxie.studio.feedback import Feedback
from moxie.studio.learning import Collected
from moxie.studio.liking import Liking
from moxie.studio.pedigree import Forgotten, Model
from moxie.studio.progress import Clock, Progress, Silent
from moxie.studio.result import Exported, Restored, Result, Suggestion
from moxie.studio.views import Views
from moxie.text import Catalogue
from moxie.work import (
    Calibration,
    Choice,
    Corpus,
    Creation,
    Dataset,
    Evaluation,
    Rights,
    Run,
    Sufficiency,
    Work,
)

if TYPE_CHECKING:
    from moxie.arts.literature.pretrained.bases import Base
    from moxie.doctor import Finding

PathLike: TypeAlias = str | Path
OUT = Path("moxie-out")
"""Where things are written unless another folder is named."""


class Studio(Feedback):
    """A store of works and what was learnt from them. Use it in a `with` statement.

    `home` is the store's folder, MOXIE_HOME or the user's data folder otherwise; `settings`
    says all of it. `progress` is told how far the work is. Every verb takes up what is stored:
    doing something twice does it once. Errors are those of `moxie.errors`.
    """

    def __init__(
        self,
        home: PathLike | None = None,
        *,
        settings: Settings | None = None,
        progress: Progress | None = None,
    ) -> None:
        chosen = Settings.read(home=Path(home)) if home is not None else settings
        self.settings = chosen or Settings.read()
        self.progress: Progress = progress or Silent()
        self._library = Library.open(self.settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._library.close()

    @cached_property
    def views(self) -> Views:
        """What a page shows, page by page, while another process works on it."""
        return Views(self._library)

    def corpora(self) -> list[Corpus]:
        """All corpora of the store."""
        return self._library.corpora()

    def works(self, corpus: str | None = None) -> list[Work]:
        """The works of a corpus, in the order they came. None is the only corpus there is."""
        return self._library.works(inputs.pick_corpus(self._library, corpus).name)

    def creations(self, corpus: str | None = None) -> list[Creation]:
        """All creations of a corpus, newest run first."""
        name = inputs.pick_corpus(self._library, corpus).name
        runs = self._library.runs(name)
        return [creation for run in runs for creation in self._library.creations(run.id)]

    def collect(
        self,
        *folders: PathLike,
        corpus: str | None = None,
        art: str | None = None,
        rights: Rights | str = "undeclared",
        samples: bool = False,
        override_rights: str | None = None,
    ) -> Collected:
        """Add the works in files, folders and zips; with `samples`, those that ship with Moxie.

        A work that says no to learning from it is refused, unless `override_rights` gives a
        reason, which is kept with it.
        """
        wish = (corpus, art, rights, override_rights)
        with self._gathering(folders, *wish, samples=samples) as (_desk, collected):
            return collected

    def base(
        self, source: str | None = None, *, name: str = "", license_: str = "", accepted: str = ""
    ) -> list[Base]:
        """Take in a pretrained model (a folder, a GGUF file, or "gemma"), and list those there are.

        The one to learn with is the first. `accepted` names whose terms were read and accepted.
        """
        return bases.base(source, name=name, license_=license_, accepted=accepted)

    def models(self, corpus: str | None = None) -> list[Model]:
        """The trained models of a corpus, each with the works it learnt from and their rights."""
        with self._table(corpus) as desk:
            return pedigree.models(desk.library, desk.corpus.name, versions.current(desk))

    def forget(self, work: str, corpus: str | None = None, *, erase: bool = False) -> Forgotten:
        """Take a work out of a corpus, and say which models and creations came from it.

        `work` is its id or the beginning of it; with `erase` its bytes are removed too. What is
        trained next leaves it out.
        """
        with self._desk(corpus) as desk:
            return pedigree.forget(desk.library, desk.corpus.name, work, erase=erase)

    def prepare(self, corpus: str | None = None) -> Dataset:
        """Clean the works, find near duplicates, and split them by work."""
        with self._desk(corpus) as desk:
            return learning.prepare(desk)

    def augment(self, corpus: str | None = None, *, seconds: float = 60) -> Sufficiency:
        """Measure whether the works are enough, and whether augmented copies help."""
        with self._desk(corpus) as desk:
            return learning.augment(desk, seconds)

    def choose(
        self, corpus: str | None = None, *, seconds: float = 240, recipe: str | None = None
    ) -> Choice:
        """Choose a recipe for the works, this machine and `seconds` of training."""
        with self._desk(corpus) as desk:
            return learning.choose(desk, seconds, recipe)

    def train(self, corpus: str | None = None, *, seed: int = 0) -> Run:
        """Train as chosen; go on where a stopped run left off."""
        with self._desk(corpus) as desk:
            return learning.train(desk, seed)

    def learn(
        self,
        corpus: str | None = None,
        *,
        budget: float = 600,
        seed: int = 0,
        size: str | None = None,
        novelty: float = 0.5,
        recipe: str | None = None,
    ) -> Run:
        """From collected works to a trained and measured model, within `budget` seconds."""
        with self._desk(corpus) as desk:
            return journey.learn(desk, journey.Lesson(budget, seed, size, novelty, recipe))

    def balance(self, corpus: str | None = None, *, seconds: float = 120) -> Balance:
        """Let works count so that what is made is more like them, where that proves better."""
        with self._desk(corpus) as desk:
            return balancing.balance(desk, seconds)

    def calibrate(self, corpus: str | None = None, *, seconds: float = 300) -> Calibration:
        """Measure what the trained model's own setting does, so that novelty means the same.

        From then on `evaluate` and `create` read novelty by it. Where works or `seconds` are too
        few, novelty stays the model's setting, and the notes say so.
        """
        with self._desk(corpus) as desk:
            return calibrating.calibrate(desk, seconds, THOROUGH)

    def evaluate(
        self,
        corpus: str | None = None,
        *,
        size: str | None = None,
        novelty: float = 0.5,
        seconds: float = 120,
    ) -> Evaluation:
        """Measure the trained model on works it has not seen, with samples of its own."""
        with self._desk(corpus) as desk:
            return making.evaluate(desk, desk.art.size(size), novelty, seconds)

    def create(  # noqa: PLR0913  every way a person can lead, each with a usual value
        self,
        corpus: str | None = None,
        n: int = 8,
        *,
        seed: int = 0,
        size: str | None = None,
        novelty: float = 0.5,
        start: PathLike | None = None,
        region: PathLike | None = None,
        options: Mapping[str, str] | None = None,
        blend: Mapping[str, float] | None = None,
        also: Sequence[str] = (),
        liked_by: str | None = None,
        of: int = 8,
    ) -> list[Creation]:
        """Make `n` new works; `start` is a file to begin from.

        `region` is the part of `start` to make anew, in the art's words or as a mask file, all
        else staying as it is. `options` are the art's dials. `blend` names corpora and their
        weights; what is made between them belongs to `corpus`, or to the first. Formats `also`
        that `export` could not write are refused before the work. With `liked_by`, a person
        who has answered, each creation is the one of `of` candidates they like most surely.
        """
        with self._hand(corpus, blend) as hand:
            making.formats(hand.owner, also)
            liking = None if liked_by is None else Liking.of_person(hand.owner, liked_by, of)
            brief = leading.brief(
                hand.art, size, novelty, start=start, region=region, options=options
            )
            return making.create(hand, brief, n, seed, liking)

    def suggest(self, work: PathLike, out: PathLike, *, art: str | None = None) -> Suggestion:
        """Find the damage in a file, and write a mask to edit beside `out`, which is not written.

        Raises BadInput for an art that cannot find damage.
        """
        source = Path(work)
        patient = restoring.opened(inputs.art_of(source, art), source)
        if patient is None:
            raise BadInput("Damage cannot be found in a work of this art: name it with --region.")
        return restoring.suggest(patient, Path(out))

    def restore(
        self,
        work: PathLike,
        out: PathLike,
        *,
        region: PathLike | None = None,
        corpus: str | None = None,
        seed: int = 0,
        undo: Mapping[str, float] | None = None,
    ) -> Restored:
        """Mend what is damaged in a file, and leave every other part exactly as it is.

        `region` is the damage, in the art's words or as a mask file; without it, it is found.
        `corpus` lends the artist's other works; an art that cannot mend by itself needs a trained
        one, and a region. `out` is the file to write, never `work` itself, in the format its ending
        names; the record that it was restored, the mask and a page lie beside it. `undo` names
        changes of the whole work to take back, each with how much (0..1; see
        `Restorer.undoable`): what comes of that is one more file, apart from the mended one.
        """
        source, asked = Path(work), str(region or "")
        art = inputs.art_of(source, self._art_of(corpus))
        patient = restoring.opened(art, source)
        if patient is None and not asked:
            raise BadInput("Damage cannot be found in a work of this art: name it with --region.")
        wanted = undoing.checked(None if patient is None else patient.restorer, undo or {})
        alone = patient is not None and corpus is None
        with self._loose(art) if alone else self._desk(corpus) as desk:
            if patient is None:
                return leading.restore(desk, source, Path(out), asked, seed)
            words = Catalogue.load(self.settings.language)
            return restoring.restore(
                desk, patient, Path(out), restoring.Wish(asked, seed, wanted), words
            )

    def _art_of(self, corpus: str | None) -> str | None:
        return None if corpus is None else self._library.corpus(corpus).art

    def report(self, corpus: str | None = None, out: PathLike = OUT) -> Path:
        """Write `report.html` about the trained model and all it made; returns its path."""
        with self._desk(corpus) as desk:
            return paging.report(desk, Path(out), Catalogue.load(self.settings.language))

    def export(
        self,
        corpus: str | None = None,
        out: PathLike = OUT,
        *,
        creations: Sequence[Creation] | None = None,
        suffix: str = "",
        also: Sequence[str] | None = None,
        visible_label: bool = False,
        watermark: bool = False,
    ) -> list[Exported]:
        """Write creations (all of the corpus by default) and their records into `out`.

        Each is written in the formats `also` besides; None is what the art usually hands out.
        All are labelled as made by AI; with `visible_label` pictures say so to people too. With
        `watermark` what is written are copies with an invisible mark, to publish; keep the
        master to yourself.
        """
        with self._desk(corpus) as desk:
            chosen = self.creations(desk.corpus.name) if creations is None else creations
            also = making.formats(desk, also)
            return making.export(
                *(desk, chosen, Path(out), suffix, also),
                visible=visible_label,
                watermark=watermark,
            )

    def run(  # noqa: PLR0913  every dial of the main job, each with a usual value
        self,
        *folders: PathLike,
        corpus: str | None = None,
        art: str | None = None,
        n: int = 8,
        seed: int = 0,
        budget: float = 600,
        size: str | None = None,
        novelty: float = 0.5,
        rights: Rights | str = "undeclared",
        out: PathLike = OUT,
        samples: bool = False,
        also: Sequence[str] | None = None,
        visible_label: bool = False,
        override_rights: str | None = None,
    ) -> Result:
        """The main job: works in; a trained model, a report and `n` new works out.

        `budget` is in seconds; `also` and `visible_label` as in `export`. Going again after a
        stop, or a crash, goes on from there.
        """
        wish = journey.Wish(n, seed, budget, size, novelty, Path(out), also, visible_label)
        given = (corpus, art, rights, override_rights)
        with self._gathering(folders, *given, samples=samples) as (desk, collected):
            return journey.go(desk, collected, wish, Catalogue.load(self.settings.language))

    def doctor(self) -> list[Finding]:
        """What is installed, what is missing, and the command that mends it."""
        from moxie.doctor import examine

        return examine(self.settings)

    @contextmanager
    def _hand(self, corpus: str | None, weights: Mapping[str, float] | None) -> Iterator[Hand[Any]]:
        """One corpus, or several blended, of which `corpus` (or the first) is the owner."""
        if weights is None:
            with self._desk(corpus) as desk:
                yield Hand.of(desk)
            return
        names = blending.names(corpus, weights)
        with self._desks(*names) as desks:
            yield blending.blend(desks, [weights[name] for name in names])

    @contextmanager
    def _gathering(
        self,
        folders: Sequence[PathLike],
        name: str | None,
        art: str | None,
        rights: Rights | str,
        override: str | None,
        *,
        samples: bool,
    ) -> Iterator[tuple[Desk[Any], Collected]]:
        """Collect into a corpus, new or known, and keep it for this process alone."""
        declared = Rights.parse(rights) if isinstance(rights, str) else rights
        clock = Clock(self.progress)
        with ExitStack() as stack:
            given = inputs.given(folders, art, declared, stack=stack, samples=samples)
            corpus = inputs.corpus_for(self._library, name, given)
            stack.enter_context(self._library.lock(corpus.name))
            desk = Desk(self._bench(), corpus, given.art, clock, stack)
            gate = permission.Gate.of(given.paths, given.rights, override)
            yield desk, learning.collect(desk, given.paths, given.rights, given.origin, gate)
