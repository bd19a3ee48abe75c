"""A store with works, a run and creations of the toy art, made without training."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from moxie.settings import Settings
from moxie.store import Library
from moxie.studio.views import id_of
from moxie.text import say
from moxie.work import Choice, Corpus, Creation, Match, Plan, Rights, Run, Work


@dataclass(frozen=True)
class Filled:
    """What is in it: ids for addresses."""

    corpus: str
    works: list[str]
    creations: list[str]
    run: str


def row(number: int) -> bytes:
    """A row of beads, each number another one."""
    beads = [1 + (number // 9**place) % 9 for place in range(6)] * 4
    return f"beads {' '.join(map(str, beads))}\n".encode()


def fill(home: Path, works: int = 6, creations: int = 8, name: str = "beads") -> Filled:
    """Fill a store; creations alternate in novelty, and every fourth is flagged."""
    with Library.open(Settings(home)) as library:
        library.add_corpus(Corpus(name, "toy"))
        ids = []
        for number in range(works):
            data = row(number)
            ids.append(hashlib.sha256(data).hexdigest())
            facts = {"file": f"row <b>{number}</b>.beads"}
            work = Work(ids[-1], "toy", f"Row {number}", ids[-1], Rights("own"), 24.0, facts)
            library.add_work(name, work, data)
        choice = Choice("toy/chain", Plan({}, 1.0, say("planned")), say("the only one"))
        run = Run("ab" * 8, name, choice, 0, "done", "0" * 64, (3.0, 2.0))
        library.add_run(run)
        made = [_creation(library, run, number, ids) for number in range(creations)]
    return Filled(id_of(name), ids, made, run.id)


def _creation(library: Library, run: Run, number: int, works: list[str]) -> str:
    data = row(1000 + number)
    name = hashlib.sha256(data).hexdigest()
    made = Creation(
        id=name,
        run=run.id,
        seed=0,
        index=number,
        novelty=0.25 if number % 2 else 0.75,
        size=(24,),
        nearest=Match(works[number % len(works)], 0.2, say("{n} beads in a row", n=3)),
        flagged=number % 4 == 3,
        fidelity=float("nan") if number == 0 else 0.5,
        attempts=1,
        made_at="2026-11-28T12:00:00+00:00",
        record={"sources": [[works[0], 1.0]], "odd": float("nan")},
    )
    library.add_creation(made, data)
    return name
