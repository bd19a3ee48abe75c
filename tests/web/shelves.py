"""A store of what is shown in ways of its own: a body, a poem, a score; nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from filled import Filled, hang

from moxie import arts
from moxie.arts.literature.writing import writing
from moxie.arts.music.score import TICKS, Bar, Note, Part, score
from moxie.errors import Missing
from moxie.web.jobs.book import Book
from moxie.web.jobs.job import Fault
from moxie.work import Corpus

POEM = "空山新雨後，天氣晚來秋。\n明月松間照，清泉石上流。"


def scale(first: int) -> bytes:
    """Four bars of a scale, a second each."""
    bars = [Bar(4 * TICKS * n, 4 * TICKS) for n in range(4)]
    steps = (0, 2, 4, 5, 7, 9, 11, 12, 14, 12, 11, 9, 7, 5, 4, 2)
    notes = [Note(TICKS * n, TICKS, first + step, 0) for n, step in enumerate(steps)]
    return arts.find("music").write(score(notes, bars, [Part("Flute", 73)]))


def hung(home: Path) -> Mapping[str, Filled]:
    """Put a corpus of each into a store, and a job that failed; nothing is trained."""
    poem = arts.find("literature").write(writing([POEM], "山居秋暝", "五律"))
    solid = arts.find("sculpture")
    [*_, (name, data)] = solid.examples()
    figure = solid.write(solid.read(data, name))
    lines = [("鹿柴.txt", "空山不見人。".encode())]
    fail(home, "Scales")
    return {
        "sculpture": hang(home, Corpus("Figures", "sculpture"), [(name, data)], [figure]),
        "literature": hang(home, Corpus("詩", "literature"), lines, [poem]),
        "music": hang(home, Corpus("Scales", "music"), [("scale.score", scale(60))], [scale(67)]),
    }


def fail(home: Path, corpus: str) -> None:
    """Leave a job in the book that failed when nobody was there."""
    book = Book(home / "web")
    missing = Missing("There is no corpus {corpus} in the store.", corpus=corpus)
    job = book.add("report", {"corpus": "0" * 16}, [corpus])
    book.put(replace(job, state="failed", fault=Fault("Missing", missing.message)))
    book.close()
