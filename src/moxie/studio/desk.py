"""One corpus laid out for work: its store, its art, and what is costly enough to make only once."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Never, TypeVar

import moxie
from moxie.art import Art, CopyIndex, Recipe, StyleModel
from moxie.errors import Missing, NoWorks
from moxie.settings import Machine
from moxie.store import Library
from moxie.studio.contents import Contents
from moxie.studio.progress import Clock
from moxie.work import Choice, Corpus, Dataset, Part, Prepared, Run, Sufficiency, Work

S = TypeVar("S")


LOOSE = ""
"""The name of the corpus that works of no corpus belong to; it is never in the store."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A store, and the folder of this machine that belongs to it."""

    library: Library
    home: Path
    producer: str | None = None  # who labels name; see `Settings`


class Desk(Generic[S]):
    """A corpus, and what has been made of its present works.

    What is stored is keyed by the works it was made from and by Moxie's version, so that new
    works, or a newer Moxie, lead to new results and never to mixed ones.
    """

    def __init__(
        self, bench: Bench, corpus: Corpus, art: Art[S], clock: Clock, stack: ExitStack
    ) -> None:
        self.library = bench.library
        self.corpus = corpus
        self.art = art
        self.clock = clock
        self.producer = bench.producer
        self.home = bench.home
        self._stack = stack

    @cached_property
    def machine(self) -> Machine:
        """What models run on, measured once in a store's life; torch keeps to it from now on."""
        from moxie.nn.machine import detect, use

        machine = detect(self.home / "machine.json")
        self._stack.enter_context(use(machine))
        return machine

    @cached_property
    def works(self) -> list[Work]:
        """The corpus' works; raises NoWorks when there are none."""
        works = self.library.works(self.corpus.name)
        if not works:
            raise NoWorks("There are no works in {corpus} yet.", corpus=self.corpus.name)
        return works

    @cached_property
    def key(self) -> str:
        """Stands for exactly these works, prepared by exactly this Moxie."""
        return works_key(self.art.name, [work.id for work in self.works])

    @cached_property
    def dataset(self) -> Dataset:
        """The works prepared; raises Missing when that has not been done yet."""
        found = self.library.load(self.corpus.name, f"dataset-{self.key}", Dataset)
        return found or self._missing("prepare")

    @cached_property
    def sufficiency(self) -> Sufficiency:
        """Whether the works are enough; raises Missing when that has not been measured yet."""
        found = self.library.load(self.corpus.name, f"sufficiency-{self.key}", Sufficiency)
        return found or self._missing("augment")

    @cached_property
    def choice(self) -> Choice:
        """The recipe last chosen; raises Missing when none has been."""
        found = self.library.load(self.corpus.name, f"choice-{self.key}", Choice)
        return found or self._missing("choose")

    @cached_property
    def trained(self) -> Run:
        """The last finished run on these works; raises Missing when there is none.

        A run on other works will not do: what is held out now may be what it learnt from.
        """
        found = self.library.load(self.corpus.name, f"trained-{self.key}", Run)
        return found or self._missing("train")

    def use(self, run: Run) -> None:
        """Make a finished run on these works the one in use."""
        self.library.save(self.corpus.name, f"trained-{self.key}", run)
        self.__dict__["trained"] = run

    def beside(self, run: Run) -> Desk[S]:
        """The same desk with another run in use, for this process alone."""
        other = copy.copy(self)
        other.__dict__["trained"] = run
        return other

    @cached_property
    def index(self) -> CopyIndex[S]:
        """Finds near-copies among all the works, on whichever side of the split they are."""
        return self.art.copies(self.contents(self.dataset.places))

    def model(self, run: Run) -> StyleModel[S]:
        """The style model of a finished run, read from the store."""
        assert run.model is not None
        recipe = self.recipe(run.choice.recipe)
        return recipe.build(self.machine).load(self.library.open_model(run.model))

    def recipe(self, name: str) -> Recipe[S]:
        """A recipe by its name; raises Missing when its plugin is gone."""
        for recipe in self.art.recipes():
            if recipe.name == name:
                return recipe
        raise Missing("The recipe {recipe} is not installed.", recipe=name)

    def contents(self, places: Sequence[Prepared]) -> Contents[S]:
        """The cleaned contents of prepared works, read when asked for."""
        return Contents(self.library, self.art, [place.blob for place in places])

    def part(self, *parts: Part) -> list[Prepared]:
        """The prepared works on the named sides of the split."""
        return [place for place in self.dataset.places if place.part in parts]

    def forget(self) -> None:
        """Drop what is remembered of the works, because they have changed."""
        for name in ("works", "key", "dataset", "sufficiency", "choice", "trained", "index"):
            self.__dict__.pop(name, None)

    def _missing(self, verb: str) -> Never:
        raise Missing(
            "That needs an earlier step: run `moxie {verb} {corpus}` first.",
            verb=verb,
            corpus=self.corpus.name,
        )


def works_key(art: str, ids: Sequence[str]) -> str:
    """Stands for exactly these works of an art, prepared by exactly this Moxie."""
    return digest(moxie.__version__, art, *sorted(ids))


def digest(*parts: object) -> str:
    """A short name for some facts: the same facts always get the same one."""
    joined = "\n".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]
