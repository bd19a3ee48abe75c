"""Versions of a corpus' model: which is in use, what each came from, and going back to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from moxie.errors import BadInput, Missing, NoWorks
from moxie.store import Library
from moxie.studio.desk import Desk
from moxie.studio.pedigree import Learnt
from moxie.work import Run

S = TypeVar("S")


def lineage(library: Library, run: Run) -> Iterator[Run]:
    """A run, the one it learnt again from, and so on to the first."""
    yield run
    while run.parent is not None:
        try:
            run = library.run(run.parent)
        except Missing:
            return
        yield run


def in_use(desk: Desk[S], run: Run) -> Run:
    """The run in use, where it came from `run`: training again what is trained undoes no tuning."""
    try:
        current = desk.trained
    except Missing:
        return run
    came = any(before.id == run.id for before in lineage(desk.library, current))
    return current if came and current.id != run.id else run


def current(desk: Desk[S]) -> str | None:
    """The id of the run in use; None where nothing is trained on these works."""
    try:
        return desk.trained.id
    except (Missing, NoWorks):
        return None


def go_back(desk: Desk[S], name: str | None) -> Run:
    """Put another version in use: the one `name` begins the id of, or what this one came from.

    Raises BadInput where there is none to go back to, or it learnt from other works than these.
    """
    current = desk.trained
    if name is None:
        if current.parent is None:
            raise BadInput(
                "The model in use came from no other: there is no version to go back to."
            )
        name = current.parent
    found = [
        run
        for run in desk.library.runs(desk.corpus.name)
        if name and run.id.startswith(name) and run.model is not None
    ]
    if len(found) != 1:
        raise BadInput(
            "{n} trained versions begin with {run}: `moxie models` lists them all.",
            n=len(found),
            run=name,
        )
    if not _of_these_works(desk, found[0]):
        raise BadInput(
            "The version {run} learnt from other works than are in the corpus now: train again.",
            run=found[0].id,
        )
    desk.use(found[0])
    return found[0]


def _of_these_works(desk: Desk[S], run: Run) -> bool:
    learnt = desk.library.load(run.corpus, f"learnt-{run.id}", Learnt)
    return learnt is not None and set(learnt.works) == {p.work for p in desk.part("train")}
