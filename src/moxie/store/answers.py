"""What people said of creations: raw answers, each one person's, added one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from moxie.store.codec import Codec
from moxie.store.database import Database, Row
from moxie.work import Answered


class Answers:
    """The table of answers. Errors are those of `Database`."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def append(self, answer: Answered) -> tuple[Answered, bool]:
        """Add an answer; returns it with its number, and True.

        An answer to a question that the person has answered is not added: what they said first
        is returned, and False.
        """
        mine: dict[str, Any] = {"corpus": answer.corpus, "who": answer.who}
        key = {} if answer.question is None else {"question": f"{answer.question}/{answer.seed}"}
        row = {**mine, **key, "kind": answer.kind, "at": answer.at}
        document = self._codec.encode(replace(answer, number=0))
        with self._database.writing() as records:
            new = records.add("answers", **row, document=document)
            [kept] = records.find("answers", newest_first=True, limit=1, **mine, **key)
            return self._read(kept), new

    def find(self, corpus: str | None = None, who: str | None = None) -> list[Answered]:
        """Answers in the order they were given; of one corpus, of one person, where named."""
        with self._database.reading() as records:
            return [self._read(row) for row in records.find("answers", **_named(corpus, who))]

    def undo(self, corpus: str, who: str) -> Answered | None:
        """Take back a person's last answer; None where there is none."""
        with self._database.writing() as records:
            rows = records.find("answers", newest_first=True, limit=1, corpus=corpus, who=who)
            if not rows:
                return None
            records.remove("answers", number=rows[0]["number"])
            return self._read(rows[0])

    def people(self, corpus: str | None = None) -> dict[str, int]:
        """How many answers each person gave, by pseudonym, in the order they first came."""
        with self._database.reading() as records:
            rows = records.find("answers", **_named(corpus, None))
        return dict(Counter(row["who"] for row in rows))

    def erase(self, who: str, corpus: str | None = None) -> int:
        """Delete a person's answers for good; returns how many there were."""
        with self._database.writing() as records:
            number = records.remove("answers", **_named(corpus, who))
        self._database.scrub()
        return number

    def _read(self, row: Row) -> Answered:
        return replace(self._codec.decode(row["document"], Answered), number=row["number"])


def _named(corpus: str | None, who: str | None) -> dict[str, Any]:
    wanted = {"corpus": corpus, "who": who}
    return {name: value for name, value in wanted.items() if value is not None}
