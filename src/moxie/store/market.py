"""Licenses and their ledger. Every change to a work's licenses is a compare-and-set on its shelf.

Two who decide at once over the same work cannot both be kept: the shelf's version goes up with
every change, and a change made over an older version is decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from moxie.errors import StoreBusy, StoreError
from moxie.store.database import Database, Records

TRIES = 50
"""How often a change is decided anew because another came first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A license as the store keeps it."""

    id: str
    work: str
    state: str
    document: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is decided: licenses that are new or changed, and the postings of a sale."""

    licenses: Sequence[Kept]
    postings: Sequence[tuple[str, int, str, str, int]] = field(default_factory=tuple)


class Market:
    """The tables of licenses and postings. Errors are those of `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, work: str, decide: Callable[[list[Kept]], Change]) -> None:
        """Keep what `decide` makes of a work's licenses, wholly or not at all.

        What it raises leaves everything as it was. Where another change came first it is asked
        again, about what is there now.
        """
        for _ in range(TRIES):
            with self._database.writing() as records:
                records.add("shelves", work=work, version=0)
                version = records.find("shelves", work=work)[0]["version"]
                decided = decide(_kept(records, work))
                set_to = {"version": version + 1}
                if records.change("shelves", set_to, work=work, version=version) == 1:
                    _keep(records, decided)
                    return
        raise StoreBusy(
            "Another process is at work on {name}: wait until it is done, or use another store "
            "with --home.",
            name=work,
        )

    def licenses(self, work: str | None = None) -> list[Kept]:
        """All licenses, or those of one work, in the order they were made."""
        with self._database.reading() as records:
            return _kept(records, work)

    def starting(self, prefix: str) -> list[Kept]:
        """The licenses whose id begins so."""
        with self._database.reading() as records:
            rows = records.starting("licenses", "id", prefix)
        return [Kept(row["id"], row["work"], row["state"], row["document"]) for row in rows]

    def postings(self) -> list[tuple[str, int, str, str, int]]:
        """The whole ledger: (sale, line, account, currency, amount)."""
        with self._database.reading() as records:
            rows = records.find("postings")
        return [(r["sale"], r["line"], r["account"], r["currency"], r["amount"]) for r in rows]


def _kept(records: Records, work: str | None) -> list[Kept]:
    rows = records.find("licenses") if work is None else records.find("licenses", work=work)
    return [Kept(row["id"], row["work"], row["state"], row["document"]) for row in rows]


def _keep(records: Records, decided: Change) -> None:
    for kept in decided.licenses:
        values = {"state": kept.state, "document": kept.document}
        if not records.change("licenses", values, id=kept.id):
            records.add("licenses", id=kept.id, work=kept.work, **values)
    for sale, line, account, currency, amount in decided.postings:
        if not records.add(
            "postings", sale=sale, line=line, account=account, currency=currency, amount=amount
        ):
            raise StoreError(
                "Sale {sale} is in the ledger already: nothing was booked twice.", sale=sale
            )
