"""`Studio`: the verbs as methods, each of which only opens the right desk and passes it on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from moxie import arts
from moxie.art import Brief
from moxie.settings import Settings
from moxie.store import Library
from moxie.studio import inputs, journey, learning, making, paging
from moxie.studio.desk import Bench, Desk
from moxie.studio.learning import Collected
from moxie.studio.progress import Clock, Progress, Silent
from moxie.studio.result import Exported, Result
from moxie.text import Catalogue
from moxie.work import (
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
    from moxie.doctor import Finding

PathLike: TypeAlias = str | Path
OUT = Path("moxie-out")
"""Where things are written unless another folder is named."""


class Studio:
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
    ) -> Collected:
        """Add the works in files, folders and zips; with `samples`, those that ship with Moxie."""
        with self._gathering(folders, corpus, art, rights, samples=samples) as (_desk, collected):
            return collected

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

    def create(
        self,
        corpus: str | None = None,
        n: int = 8,
        *,
        seed: int = 0,
        size: str | None = None,
        novelty: float = 0.5,
        start: PathLike | None = None,
    ) -> list[Creation]:
        """Make `n` new works; `start` is a file to begin from."""
        with self._desk(corpus) as desk:
            begin = None if start is None else inputs.read_start(Path(start), desk.art)
            return making.create(desk, Brief(desk.art.size(size), novelty, begin), n, seed)

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
    ) -> list[Exported]:
        """Write creations (all of the corpus by default) and their records into `out`."""
        with self._desk(corpus) as desk:
            chosen = self.creations(desk.corpus.name) if creations is None else creations
            return making.export(desk, chosen, Path(out), suffix)

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
    ) -> Result:
        """The main job: works in; a trained model, a report and `n` new works out.

        `budget` is in seconds. Going again after a stop, or a crash, goes on from there.
        """
        wish = journey.Wish(n, seed, budget, size, novelty, Path(out))
        with self._gathering(folders, corpus, art, rights, samples=samples) as (desk, collected):
            return journey.go(desk, collected, wish, Catalogue.load(self.settings.language))

    def doctor(self) -> list[Finding]:
        """What is installed, what is missing, and the command that mends it."""
        from moxie.doctor import examine

        return examine(self.settings)

    @contextmanager
    def _desk(self, name: str | None) -> Iterator[Desk[Any]]:
        """A corpus that is there already, for this process alone."""
        corpus = inputs.pick_corpus(self._library, name)
        with ExitStack() as stack:
            stack.enter_context(self._library.lock(corpus.name))
            bench = Bench(self._library, self.settings.home)
            yield Desk(bench, corpus, arts.find(corpus.art), Clock(self.progress), stack)

    @contextmanager
    def _gathering(
        self,
        folders: Sequence[PathLike],
        name: str | None,
        art: str | None,
        rights: Rights | str,
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
            desk = Desk(Bench(self._library, self.settings.home), corpus, given.art, clock, stack)
            yield desk, learning.collect(desk, given.paths, given.rights, given.origin)
