"""How soon the next question is there after an answer, through the studio and its store.

    python benchmarks/feedback_ready.py [--creations 1000] [--answers 60] [--json]

A store is made in a temporary folder with so many creations, small pictures of noise. Nobody looks
at them: features as many as a painting's judges give are drawn at random (32 common factors and
noise), because looking at a creation happens once, when it is new. Then a person orders four at
a time. `ready_ms` is from the answer to the next question, both as `Studio` methods, with
everything that is stored on the way (median, least, greatest); `first_ms` the first question in a
process of its own. `cpu_` are the same in this process' processor time, which other programs on
the machine lengthen less.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from pathlib import Path

import numpy as np

from moxie import Studio, arts
from moxie.art import Art
from moxie.store import Library
from moxie.studio import looks
from moxie.text import say
from moxie.work import Choice, Corpus, Creation, Match, Plan, Run
from tables import Rows

ART, CORPUS, SEEN, FACTORS = "painting", "noise", 1024, 32


def fill(library: Library, art: Art[object], number: int) -> None:
    """A run with so many creations, and what is seen of them."""
    rng = np.random.default_rng(0)
    library.add_corpus(Corpus(CORPUS, ART))
    run = Run("run", CORPUS, Choice("none", Plan({}, 1.0, say("")), say("")), 0, "done")
    library.add_run(run)
    ids = []
    for index in range(number):
        data = art.write(rng.integers(0, 256, (24, 32, 3), np.uint8))
        made = hashlib.sha256(data).hexdigest()
        match = Match("0" * 64, 0.3, say(""))
        record = {"sources": [["0" * 64, 1 / 36]] * 36}
        library.add_creation(
            Creation(made, "run", 0, index, 0.5, (32, 24), match, False, 0.5, 1, "", record), data
        )
        ids.append(made)
    factors = rng.normal(size=(number, FACTORS))
    for block, eye in looks.eyes(art).items():
        width = SEEN if block == "judges" else len(art.traits())
        rows = factors @ rng.normal(size=(FACTORS, width)) + rng.normal(size=(number, width))
        library.looks.put(CORPUS, block, eye, dict(zip(ids, rows.astype(np.float32), strict=True)))


def answered(studio: Studio, number: int) -> tuple[list[float], list[float]]:
    """Milliseconds from an answer to the next question, and those of the processor."""
    passed, worked = [], []
    asked = studio.ask(CORPUS)
    for _ in range(number):
        shown = [made.id for made in asked.shown]
        began, worked_before = time.perf_counter(), time.process_time()
        studio.answer(
            CORPUS, "order", shown, order=sorted(shown), why=asked.why, question=asked.number
        )
        asked = studio.ask(CORPUS)
        passed.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - worked_before))
    return passed, worked


def main() -> None:
    """The command line."""
    flags = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    flags.add_argument("--creations", type=int, default=1000)
    flags.add_argument("--answers", type=int, default=60)
    flags.add_argument("--json", action="store_true")
    given = flags.parse_args()
    rows = Rows()
    with tempfile.TemporaryDirectory() as folder:
        with Studio(Path(folder)) as studio:
            fill(studio._library, arts.find(ART), given.creations)  # noqa: SLF001  as the verbs do
            began = time.perf_counter()
            studio.look(CORPUS)
            rows.spread("moxie", "placed_ms", [1000 * (time.perf_counter() - began)], "ms")
        with Studio(Path(folder)) as studio:
            began = time.perf_counter()
            studio.ask(CORPUS)
            rows.spread("moxie", "first_ms", [1000 * (time.perf_counter() - began)], "ms")
            passed, worked = answered(studio, given.answers)
        rows.spread("moxie", "ready_ms", passed, "ms")
        rows.spread("moxie", "cpu_ready_ms", worked, "ms")
    rows.show(given.creations, given.json)


if __name__ == "__main__":
    main()
