"""The registry's rows: a log that is only added to, its checkpoints, and what is private of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moxie.errors import StoreError
from moxie.store.database import Database, Records, Row

STAMPED = "M"
"""How the base64 of every stamp begins: DER's tag of a sequence."""

TRIES = 20
"""How often adding is begun anew because another machine added first."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the log ends: how many entries, the peaks of their tree, the last signed note."""

    size: int
    peaks: str
    note: str
    last: str  # the text of the last entry, or ""


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be added: an entry and, apart from it, what it commits to."""

    subject: str
    leaf: str
    entry: str
    salt: str
    document: str
    peaks: str
    note: str


class Registry:
    """The tables of the log. Errors are those of `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, make: Callable[[Tip], Line]) -> Line:
        """Add what `make` makes of where the log ends, wholly or not at all.

        Where another process added in between, it is made anew: no two entries share a place.
        """
        broken = False
        for _ in range(TRIES):
            with self._database.writing() as records:
                tip = _tip(records)
                broken = tip is None
                if tip is None:  # or another machine added between our two looks: look again
                    continue
                line = make(tip)
                if records.add(
                    "log", number=tip.size, subject=line.subject, leaf=line.leaf, entry=line.entry
                ):
                    records.add(
                        "particulars", number=tip.size, salt=line.salt, document=line.document
                    )
                    records.add(
                        "checkpoints",
                        number=tip.size + 1,
                        peaks=line.peaks,
                        note=line.note,
                        stamp="",
                    )
                    return line
        if broken:
            raise StoreError(
                "The registry's log was changed from outside: its last signature is not of as "
                "many entries as there are. Run `moxie prove` to see what is wrong."
            )
        raise StoreError("The registry is being added to without a pause: try again later.")

    def entries(self, subject: str | None = None) -> list[Row]:
        """The rows of the log in their order; of one subject where that is named."""
        with self._database.reading() as records:
            if subject is None:
                return records.find("log")
            return records.find("log", subject=subject)

    def leaves(self, upto: int) -> list[str]:
        """The first `upto` leaf hashes, hexadecimal."""
        with self._database.reading() as records:
            return records.column("log", "leaf", below=upto)

    def checkpoints(self) -> list[Row]:
        """All checkpoints, the smallest first."""
        with self._database.reading() as records:
            return records.find("checkpoints")

    def last_checkpoint(self) -> Row | None:
        """The checkpoint of the most entries."""
        with self._database.reading() as records:
            return _last(records, "checkpoints")

    def best_checkpoint(self, number: int) -> Row | None:
        """The first checkpoint over entry `number` that has a stamp, or else the last of all."""
        with self._database.reading() as records:
            stamped = records.starting("checkpoints", "stamp", STAMPED)
            over = [row for row in stamped if row["number"] > number]
            return over[0] if over else _last(records, "checkpoints")

    def put_stamp(self, size: int, stamp: str) -> bool:
        """Attach a stamp to a checkpoint; False where there is no such checkpoint."""
        with self._database.writing() as records:
            return records.change("checkpoints", {"stamp": stamp}, number=size) == 1

    def particulars(self, number: int) -> tuple[str, str] | None:
        """The salt and the document of an entry; None where they were deleted."""
        with self._database.reading() as records:
            rows = records.find("particulars", number=number)
        return (rows[0]["salt"], rows[0]["document"]) if rows else None

    def all_particulars(self) -> list[Row]:
        """What is still kept in private of all entries."""
        with self._database.reading() as records:
            return records.find("particulars")

    def forget(self, number: int) -> bool:
        """Delete what is private of an entry; the log keeps its commitment, which tells nothing."""
        with self._database.writing() as records:
            return records.remove("particulars", number=number) == 1


def _tip(records: Records) -> Tip | None:
    """Where the log ends; None where its last rows are not of one state."""
    entry, signed = _last(records, "log"), _last(records, "checkpoints")
    size = 0 if entry is None else entry["number"] + 1
    if (0 if signed is None else signed["number"]) != size:
        return None
    if entry is None or signed is None:
        return Tip(0, "", "", "")
    return Tip(size, signed["peaks"], signed["note"], entry["entry"])


def _last(records: Records, table: str) -> Row | None:
    rows = records.find(table, newest_first=True, limit=1)
    return rows[0] if rows else None
