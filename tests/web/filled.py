"""Stores with works, a run and creations, made without training."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moxie import arts
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
    """Fill a store with the toy art; creations alternate in novelty, every fourth is flagged."""
    files = [(f"row <b>{number}</b>.beads", row(number)) for number in range(works)]
    made = [row(1000 + number) for number in range(creations)]
    return hang(home, Corpus(name, "toy"), files, made)


def hang(
    home: Path, corpus: Corpus, works: Sequence[tuple[str, bytes]], creations: Sequence[bytes]
) -> Filled:
    """Put a corpus into a store: files by name as works, and creations in its lossless form."""
    with Library.open(Settings(home)) as library:
        library.add_corpus(corpus)
        kept = [_work(library, corpus, number, *file) for number, file in enumerate(works)]
        choice = Choice(f"{corpus.art}/chain", Plan({}, 1.0, say("planned")), say("the only one"))
        name = hashlib.sha256(corpus.name.encode()).hexdigest()[:16]
        run = Run(name, corpus.name, choice, 0, "done", "0" * 64, (3.0, 2.0))
        library.add_run(run)
        made = [_creation(library, run, n, kept, data) for n, data in enumerate(creations)]
    return Filled(id_of(corpus.name), kept, made, run.id)


def _work(library: Library, corpus: Corpus, number: int, file: str, data: bytes) -> str:
    stored = data
    if corpus.art != "toy":
        art = arts.find(corpus.art)
        stored = art.write(art.read(data, file))
    name = hashlib.sha256(stored).hexdigest()
    title = f"Row {number}" if corpus.art == "toy" else Path(file).stem
    work = Work(name, corpus.art, title, name, Rights("own"), 24.0, {"file": file})
    library.add_work(corpus.name, work, stored)
    return name


def _creation(library: Library, run: Run, number: int, works: list[str], data: bytes) -> str:
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
