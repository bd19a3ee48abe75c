"""What a coding is made of: a piece as a row of units, each of a few symbols with what is known.

A unit is a note (or a step of the grid); its fields are symbols that are told one after the
other. Before each field is told, columns of whole numbers say what is known by then: where in
the bar it is, what the part played before, what sounds. Count models make their contexts of
these columns, networks embed them; both see the same, and nothing else.

Pitches are told in the piece's own key, moved so that it is C major or A minor. Which key that is
costs ln 24 nats a piece, which every loss includes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Score

Ints: TypeAlias = NDArray[np.int16]

FLOOR, PITCHES = 6, 119
"""Pitches in the piece's key are FLOOR .. FLOOR + PITCHES - 1; a pitch column holds 1 for FLOOR
and 0 for none."""

MOST_BARS = 1024
"""A piece is told to have so many bars at most; its length costs ln MOST_BARS nats."""

HEADER = float(np.log(24) + np.log(MOST_BARS))
"""Nats a piece that its key and its length cost."""


class Column(NamedTuple):
    """A whole number known beforehand: 0 <= value < size.

    What is a pitch, or a pitch class (1 to 12, of a pitch 1 to `PITCHES`), moves with the key.
    """

    name: str
    size: int
    kind: Literal["plain", "pitch", "class"] = "plain"


class View(NamedTuple):
    """A column as a context sees it: as it is, its pitch class, or the interval from another.

    A `degree` is how far a pitch class lies above another column's, 1 to 12.
    """

    column: int
    how: Literal["plain", "class", "interval", "degree"] = "plain"
    origin: int = 0


class Chain(NamedTuple):
    """Contexts from the widest to the narrowest, each with the views of the one before.

    With an `anchor`, a pitch column, pitches are counted by their interval from it.
    """

    levels: tuple[tuple[View, ...], ...]
    anchor: int | None = None


class Field(NamedTuple):
    """One symbol of a unit. Symbols from `first` on are pitches, FLOOR and up.

    `anchors` are the places of pitch columns that intervals are heard from.
    """

    name: str
    size: int
    first: int
    columns: tuple[Column, ...]
    anchors: tuple[int, ...]
    chains: tuple[Chain, ...]

    @property
    def tells_pitch(self) -> bool:
        """Whether some of its symbols are pitches."""
        return self.first < self.size


@dataclass(frozen=True, slots=True)
class Coded:
    """A piece as a model sees it. A symbol of -1 is not told (a rest has no pitch).

    `trunk` is int16 [units, columns]: what is known before the unit. `known[f]` is int16 [units,
    columns of field f]; `symbols` int16 [units, fields]. `notes` is how many notes it has.
    """

    trunk: Ints
    known: tuple[Ints, ...]
    symbols: Ints
    notes: int


class Tracker(Protocol):
    """Follows a piece unit by unit."""

    def trunk(self) -> list[int]:
        """The trunk's columns for the next unit."""
        ...

    def known(self, field: int) -> list[int]:
        """The columns of a field, once those before it are put."""
        ...

    def put(self, field: int, symbol: int) -> None:
        """Tell the symbol of a field; after the last one the unit is complete."""
        ...


class Coding(Protocol):
    """A way to tell scores as units."""

    @property
    def name(self) -> str:
        """Short and stable; saved with a model."""
        ...

    @property
    def trunk(self) -> tuple[Column, ...]:
        """What the trunk is told before each unit."""
        ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """What a unit tells, in order."""
        ...

    def encode(self, score: Score) -> Coded:
        """The piece in its key, unit by unit."""
        ...


def moved(values: Ints, columns: Sequence[Column], semitones: int) -> Ints:
    """The same columns in another key, int16 [units, columns]."""
    places = [i for i, column in enumerate(columns) if column.kind == "pitch"]
    result = values.copy()
    pitches = values[:, places]
    result[:, places] = np.where(pitches > 0, np.clip(pitches + semitones, 1, PITCHES), 0)
    places = [i for i, column in enumerate(columns) if column.kind == "class"]
    classes = values[:, places]
    result[:, places] = np.where(classes > 0, (classes - 1 + semitones) % 12 + 1, 0)
    return result


def moved_symbols(symbols: Ints, fields: Sequence[Field], semitones: int) -> Ints:
    """The symbols in another key, int16 [units, fields]."""
    result = symbols.copy()
    for f, field in enumerate(fields):
        if field.tells_pitch:
            told = symbols[:, f] >= field.first
            result[told, f] = np.clip(symbols[told, f] + semitones, field.first, field.size - 1)
    return result


def in_key(coded: Coded, coding: Coding, semitones: int) -> Coded:
    """A coded piece moved by so many semitones, as augmentation."""
    if semitones == 0:
        return coded
    known = tuple(
        moved(values, field.columns, semitones)
        for values, field in zip(coded.known, coding.fields, strict=True)
    )
    return Coded(
        moved(coded.trunk, coding.trunk, semitones),
        known,
        moved_symbols(coded.symbols, coding.fields, semitones),
        coded.notes,
    )


def home(tonic: int, *, minor: bool) -> int:
    """Semitones, -6..5, that bring a tonic to C, or to A in minor."""
    return ((9 if minor else 0) - tonic + 6) % 12 - 6


def views(columns: Sequence[Column], *names: str) -> tuple[View, ...]:
    """Views by name: "pos", "class(last)", "last-before" for the interval of two columns."""
    places = {column.name: i for i, column in enumerate(columns)}
    found: list[View] = []
    for name in names:
        if name.startswith("class("):
            found.append(View(places[name[6:-1]], "class"))
        elif "-" in name:
            upper, lower = (places[one] for one in name.split("-"))
            how: Literal["degree", "interval"] = (
                "degree" if columns[upper].kind == "class" else "interval"
            )
            found.append(View(upper, how, lower))
        else:
            found.append(View(places[name]))
    return tuple(found)


def chain(columns: Sequence[Column], *levels: str, anchor: str | None = None) -> Chain:
    """A chain whose levels are written as what each adds: "pos", "last class(bass)", ..."""
    nested: list[tuple[View, ...]] = []
    before: tuple[View, ...] = ()
    for level in levels:
        before += views(columns, *level.split())
        nested.append(before)
    places = {column.name: i for i, column in enumerate(columns)}
    return Chain(tuple(nested), None if anchor is None else places[anchor])
