"""Counts, and pages of what there may be thousands of: nothing is read that is not shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moxie.errors import Missing
from moxie.work import Creation, Work

if TYPE_CHECKING:
    from moxie.store.codec import Codec
    from moxie.store.database import Database, Fact

MOST = 500
"""Rows of one page at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which creations: of some runs or ids, flagged or not, made between two settings of the dial.

    What is None (or left out) is not asked for.
    """

    runs: Collection[str]
    ids: Collection[str] | None = None
    flagged: bool | None = None
    novelty: tuple[float, float] | None = None

    @property
    def facts(self) -> list[Fact]:
        """What the documents must say."""
        asked: list[tuple[str, bool | tuple[float, float] | None]] = [
            ("flagged", self.flagged),
            ("novelty", self.novelty),
        ]
        return [(key, test) for key, test in asked if test is not None]


class Listing:
    """The tables of works and creations, page by page. Errors are those of `Database`."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def works(self, corpus: str, offset: int, limit: int) -> tuple[int, list[Work]]:
        """How many works a corpus has, and some of them in the order they came."""
        with self._database.reading() as records:
            total, rows = records.page("works", {"corpus": [corpus]}, _span(offset, limit))
        return total, [self._codec.decode(row["document"], Work) for row in rows]

    def works_of(self, corpora: Collection[str], ids: Collection[str]) -> dict[str, Work]:
        """Those of the works that are there, by id; one that is in two corpora counts once."""
        among = {"corpus": list(corpora), "id": list(ids)}
        with self._database.reading() as records:
            _, rows = records.page("works", among, slice(0, len(corpora) * len(ids)))
        return {row["id"]: self._codec.decode(row["document"], Work) for row in rows}

    def work(self, corpus: str, work_id: str) -> Work:
        """One work; raises Missing."""
        found = self.works_of([corpus], [work_id])
        if work_id not in found:
            raise Missing("There is no work {work} in {corpus}.", work=work_id, corpus=corpus)
        return found[work_id]

    def work_ids(self, corpus: str) -> list[str]:
        """The ids of all works, in no order."""
        with self._database.reading() as records:
            return records.together("works", "id", corpus=corpus)

    def creations(self, wanted: Wanted, offset: int, limit: int) -> tuple[int, list[Creation]]:
        """How many creations are wanted, and some of them, the newest first."""
        among: dict[str, Collection[str]] = {"run": list(wanted.runs)}
        if wanted.ids is not None:
            among["id"] = list(wanted.ids)
        with self._database.reading() as records:
            total, rows = records.page(
                "creations", among, _span(offset, limit), facts=wanted.facts, newest_first=True
            )
        return total, [self._codec.decode(row["document"], Creation) for row in rows]

    def works_by_corpus(self, corpora: Collection[str]) -> dict[str, int]:
        """How many works each corpus has."""
        with self._database.reading() as records:
            return records.counts("works", "corpus", list(corpora))

    def creations_by_run(self, runs: Collection[str]) -> dict[str, int]:
        """How many creations each run has."""
        with self._database.reading() as records:
            return records.counts("creations", "run", list(runs))


def _span(offset: int, limit: int) -> slice:
    begin = max(0, offset)
    return slice(begin, begin + min(max(0, limit), MOST))
