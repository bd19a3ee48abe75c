"""Rhyme books: which tones a character has, and what it rhymes with.

平水韵 is what regulated verse (诗) was written by, 词林正韵 its wider grouping for song lyrics
(词), 中华新韵 the rhymes of today's pronunciation, in which 入声 is gone. The tables are facts,
built by `scripts/rhyme_tables.py`. A character with several readings has several tones and rhymes:
a place is kept if one reading keeps it, and a rhyme must be one of the reading that has the tone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from moxie.errors import BadInput

PING, ZE, ANY = "平", "仄", "中"
BOOKS = ("平水韵", "词林正韵", "中华新韵")


@dataclass(frozen=True, slots=True)
class RhymeBook:
    """Tone (平 or 仄) and rhyme of every reading, by character; and the other way round.

    `rhyming` leaves out readings that are hardly in use: they count where they are met, but
    nothing is set by them unasked.
    """

    name: str
    readings: Mapping[str, frozenset[tuple[str, str]]]
    rhyming: Mapping[tuple[str, str], frozenset[str]]

    def tones(self, character: str) -> frozenset[str]:
        """平, 仄 or both; empty for a character that is not in the book."""
        return frozenset(tone for tone, _ in self.readings.get(character, ()))

    def fits(self, character: str, tone: str) -> bool:
        """Whether a reading has the tone; 中 is any, as long as the character is known."""
        tones = self.tones(character)
        return bool(tones) if tone == ANY else tone in tones

    def rhymes(self, character: str, tone: str) -> frozenset[str]:
        """The rhymes of the readings that have the tone (平, 仄, or 中 for either)."""
        found = self.readings.get(character, ())
        return frozenset(rhyme for has, rhyme in found if tone in (ANY, has))

    def members(self, rhyme: str, tone: str) -> frozenset[str]:
        """The characters of a rhyme that have the tone, 平 or 仄, in readings that are in use."""
        return self.rhyming.get((tone, rhyme), frozenset())

    def names(self) -> frozenset[str]:
        """Every rhyme of the book."""
        return frozenset(rhyme for _, rhyme in self.rhyming)


@lru_cache(maxsize=len(BOOKS))
def rhyme_book(name: str) -> RhymeBook:
    """A book of `BOOKS`; BadInput for another name."""
    if name not in BOOKS:
        raise BadInput(
            "There is no rhyme book “{name}”; there are {books}.", name=name, books="、".join(BOOKS)
        )
    readings: dict[str, set[tuple[str, str]]] = {}
    rhyming: dict[tuple[str, str], set[str]] = {}
    for row in _rows("xinyun" if name == "中华新韵" else "pingshui"):
        rhyme = f"{row['ci']}部" if name == "词林正韵" else str(row["rhyme"])
        tone = PING if row["tone"] == PING else ZE
        alive = set(str(row["characters"])) - set(str(row.get("seldom", "")))
        rhyming.setdefault((tone, rhyme), set()).update(alive)
        for character in str(row["characters"]):
            readings.setdefault(character, set()).add((tone, rhyme))
    return RhymeBook(
        name,
        {c: frozenset(found) for c, found in readings.items()},
        {key: frozenset(found) for key, found in rhyming.items()},
    )


@lru_cache(maxsize=1)
def entering() -> frozenset[str]:
    """Characters with a reading in 入声."""
    rows = (row for row in _rows("pingshui") if row["tone"] == "入")
    return frozenset(c for row in rows for c in str(row["characters"]))


def neighbours(rhyme: str) -> frozenset[str]:
    """Rhymes that 词林正韵 puts with this one of 平水韵: a first line may borrow them (孤雁)."""
    rows = _rows("pingshui")
    parts = {row["ci"] for row in rows if row["rhyme"] == rhyme}
    return frozenset(str(row["rhyme"]) for row in rows if row["ci"] in parts)


@lru_cache(maxsize=2)
def _rows(table: str) -> tuple[dict[str, object], ...]:
    data = resources.files("moxie.arts.literature.verse").joinpath(f"data/{table}.json")
    return tuple(json.loads(data.read_text("utf-8"))["rhymes"])
