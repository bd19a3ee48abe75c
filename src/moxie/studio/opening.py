"""How the studio's verbs open a corpus: for this process alone, or to read while others work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moxie import arts
from moxie.art import Art
from moxie.settings import Settings
from moxie.store import Library
from moxie.studio import inputs
from moxie.studio.desk import LOOSE, Bench, Desk
from moxie.studio.progress import Clock, Progress
from moxie.work import Corpus


class Opening:
    """What every desk of the studio is opened with."""

    settings: Settings
    progress: Progress
    _library: Library

    def _bench(self) -> Bench:
        return Bench(self._library, self.settings.home, self.settings.producer)

    @contextmanager
    def _desk(self, name: str | None) -> Iterator[Desk[Any]]:
        """A corpus that is there already, for this process alone."""
        with self._desks(name) as [desk]:
            yield desk

    @contextmanager
    def _desks(self, *names: str | None) -> Iterator[list[Desk[Any]]]:
        """Corpora that are there already, for this process alone, on one clock."""
        corpora = [inputs.pick_corpus(self._library, name) for name in names]
        clock = Clock(self.progress)
        with ExitStack() as stack:
            # always in one order, so that no two processes wait for each other
            for name in sorted(corpus.name for corpus in corpora):
                stack.enter_context(self._library.lock(name))
            bench = self._bench()
            yield [Desk(bench, corpus, arts.find(corpus.art), clock, stack) for corpus in corpora]

    @contextmanager
    def _loose(self, art: Art[Any]) -> Iterator[Desk[Any]]:
        """A desk for works of no corpus."""
        with ExitStack() as stack:
            yield Desk(self._bench(), Corpus(LOOSE, art.name), art, Clock(self.progress), stack)

    @contextmanager
    def _table(self, name: str | None) -> Iterator[Desk[Any]]:
        """A corpus to read and speak about, which others may be at work on."""
        corpus = inputs.pick_corpus(self._library, name)
        with ExitStack() as stack:
            clock = Clock(self.progress)
            yield Desk(self._bench(), corpus, arts.find(corpus.art), clock, stack)
