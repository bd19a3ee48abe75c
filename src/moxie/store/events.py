"""The records of creations: chains of exact texts, one for each creation, only ever added to."""

from __future__ import annotations

from collections.abc import Callable

from moxie.errors import StoreBusy
from moxie.store.database import Database

TRIES = 20
"""How often adding is begun anew because another process added first."""


class Events:
    """The table of steps. Errors are those of `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, subject: str, make: Callable[[str | None], tuple[int, str]]) -> str:
        """Add the step (its place and text) that `make` makes of the last one; returns its text."""
        for _ in range(TRIES):
            with self._database.writing() as records:
                last = records.find("events", newest_first=True, limit=1, subject=subject)
                place, text = make(last[0]["document"] if last else None)
                if records.add("events", subject=subject, place=place, document=text):
                    return text
        raise StoreBusy(
            "Another process is at work on {name}: wait until it is done, or use another store "
            "with --home.",
            name=subject,
        )

    def chain(self, subject: str) -> list[str]:
        """The texts of a creation's steps, in the order they were added."""
        with self._database.reading() as records:
            return [row["document"] for row in records.find("events", subject=subject)]
