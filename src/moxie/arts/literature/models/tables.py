"""Tables of what followed what, and chains of them that back off from long contexts to none.

Modified Kneser-Ney smoothing (Chen and Goodman 1999): a longer context gives up a part of its
counts to the shorter ones, and in these each continuation counts once however often it was met.
Contexts are kept as 64-bit hashes, so that a table is four flat arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
Columns: TypeAlias = tuple[int, ...]
"""Which of the symbols before a place make a context: 0 is the last one, 1 the one before it."""

EVEN = 0.5
"""The discount where there are too few counts of counts to estimate one."""


def hashed(contexts: Ints, columns: Columns) -> Hashes:
    """Contexts int [n, depth], the latest symbol first, to hashes of some columns, uint64 [n]."""
    keys = np.full(len(contexts), 0x9E3779B97F4A7C15 + len(columns), np.uint64)
    for column in columns:
        keys ^= contexts[:, column].astype(np.uint64) + np.uint64(1 + column * 0x1000003)
        keys *= np.uint64(0xBF58476D1CE4E5B9)
        keys ^= keys >> np.uint64(29)
    return keys


@dataclass(frozen=True, slots=True)
class Table:
    """For each context what followed it, and how often."""

    keys: Hashes  # [contexts], ascending
    starts: Ints  # [contexts + 1], where the followers of each begin
    symbols: NDArray[np.int32]  # [followers]
    counts: Floats  # [followers]
    discounts: Floats  # [3], of what was met once, twice, more often

    def find(self, keys: Hashes) -> Ints:
        """The place of each context, or -1."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)

    def followers(self, places: Ints) -> tuple[Ints, Ints, Floats]:
        """Rows, symbols and counts of what followed the contexts at `places`, one after another."""
        rows = np.flatnonzero(places >= 0)
        first = self.starts[places[rows]]
        lengths = self.starts[places[rows] + 1] - first
        ends = lengths.cumsum()
        order = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + lengths, lengths)
        return np.repeat(rows, lengths), self.symbols[order].astype(np.int64), self.counts[order]

    def followed(self, places: Ints, symbols: Ints) -> NDArray[np.bool_]:
        """Whether each symbol [n] came after the context at its place, which may be -1."""
        if not len(self.keys):
            return np.zeros(len(places), bool)
        low, high = self.starts[places], self.starts[places + 1]
        for _ in range(int((high - low).max(initial=0)).bit_length()):  # bisection, all at once
            middle = np.minimum((low + high) // 2, len(self.symbols) - 1)
            later = (low < high) & (self.symbols[middle] < symbols)
            low, high = np.where(later, middle + 1, low), np.where(later, high, middle)
        found = self.symbols[np.minimum(low, len(self.symbols) - 1)] == symbols
        return np.asarray(found & (places >= 0) & (low < self.starts[places + 1]))

    def discount(self, counts: Floats) -> Floats:
        """How much of each count is given up to shorter contexts."""
        step = (counts >= 1.5).astype(np.int8)
        step += counts >= 2.5
        return np.asarray(np.minimum(counts, 1) * self.discounts[step], np.float32)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All of it by name, to be saved."""
        return {
            "keys": self.keys.view(np.int64),
            "starts": self.starts,
            "symbols": self.symbols,
            "counts": self.counts,
            "discounts": self.discounts,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Table:
        """The inverse of `arrays`."""
        return cls(
            np.asarray(arrays["keys"], np.int64).view(np.uint64),
            np.asarray(arrays["starts"], np.int64),
            np.asarray(arrays["symbols"], np.int32),
            np.asarray(arrays["counts"], np.float32),
            np.asarray(arrays["discounts"], np.float32),
        )


def count(keys: Hashes, symbols: Ints, weights: Floats) -> tuple[Table, Ints, Floats]:
    """Count what followed which context; also where each pair was met first, and its mean weight.

    `keys`, `symbols`, `weights`: [events].
    """
    order = np.lexsort((symbols, keys))
    keys, symbols, weights = keys[order], symbols[order], weights[order]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (symbols[1:] != symbols[:-1])
    pairs = np.flatnonzero(fresh)
    times = np.diff(np.append(pairs, len(keys)))
    totals = np.add.reduceat(weights, pairs) if len(pairs) else weights
    heads = np.ones(len(pairs), bool)
    heads[1:] = keys[pairs][1:] != keys[pairs][:-1]
    table = Table(
        keys[pairs][heads],
        np.append(np.flatnonzero(heads), len(pairs)).astype(np.int64),
        symbols[pairs].astype(np.int32),
        totals.astype(np.float32),
        _discounts(times),
    )
    return table, order[pairs], (totals / times).astype(np.float32)


def _discounts(times: Ints) -> Floats:
    """Chen and Goodman's estimates from how many pairs were met once, twice, thrice, four times."""
    met = np.bincount(np.minimum(times, 5), minlength=6)[1:5].astype(np.float64)
    if met.min() < 1:
        return np.full(3, EVEN, np.float32)
    once = met[0] / (met[0] + 2 * met[1])
    found = [n + 1 - (n + 2) * once * met[n + 1] / met[n] for n in range(3)]
    return np.asarray(np.clip(found, 0.05, [0.99, 1.9, 2.8]), np.float32)


@dataclass(frozen=True, slots=True)
class Met:
    """What the text at hand adds to a context: rows, symbols and counts, each [pairs]."""

    rows: Ints
    symbols: Ints
    counts: Floats

    @classmethod
    def of(cls, after: Sequence[tuple[int, NDArray[np.int32]]]) -> Met:
        """Counts of rows and the symbols that were met there, in any order."""
        if not after:
            nothing = np.zeros(0, np.int64)
            return cls(nothing, nothing, np.zeros(0, np.float32))
        wide = 1 << 32
        keys = np.concatenate([row * wide + symbols.astype(np.int64) for row, symbols in after])
        unique, times = np.unique(keys, return_counts=True)
        return cls(unique // wide, unique % wide, times.astype(np.float32))

    def times(self, factor: float) -> Met:
        """The same, each counting so often."""
        return Met(self.rows, self.symbols, self.counts * np.float32(factor))


@dataclass(frozen=True, slots=True)
class Chain:
    """Tables of contexts that grow: the first is of no symbol at all."""

    columns: tuple[Columns, ...]
    tables: tuple[Table, ...]
    often: Floats  # [symbols], the counts of the first table

    @classmethod
    def count(
        cls, columns: Sequence[Columns], contexts: Ints, symbols: Ints, weights: Floats, size: int
    ) -> Chain:
        """Count events of `size` symbols; contexts int [n, depth], the others [n]."""
        tables: list[Table] = []
        for some in reversed(columns):
            table, firsts, means = count(hashed(contexts, some), symbols, weights)
            tables.insert(0, table)
            contexts, symbols, weights = contexts[firsts], symbols[firsts], means
        return cls.of(columns, tables, size)

    @classmethod
    def of(cls, columns: Sequence[Columns], tables: Sequence[Table], size: int) -> Chain:
        """A chain of tables over `size` symbols."""
        often = np.zeros(size, np.float32)
        often[tables[0].symbols] = tables[0].counts
        return cls(tuple(columns), tuple(tables), often)

    def longer(self) -> Iterable[tuple[Columns, Table]]:
        """The tables of at least one symbol, and its columns."""
        return zip(self.columns[1:], self.tables[1:], strict=True)

    def spread(self, said: Floats | None = None) -> Floats:
        """How often each symbol comes whatever is before it, float32 [n, symbols].

        `said` [n, symbols] are counts of the texts at hand; without it n is 1.
        """
        counts = self.often[None] if said is None else self.often + said
        given = self.tables[0].discount(counts)
        total = np.maximum(counts.sum(1, keepdims=True), 1e-6)
        left = 1 - (counts - given).sum(1, keepdims=True) / total
        return np.asarray((counts - given) / total + left / len(self.often), np.float32)


def blended(
    table: Table, places: Ints, shorter: Floats, met: Met | None, room: Floats
) -> tuple[Floats, Floats]:
    """Let a table speak, and the shorter context as far as it has discounts to give.

    `places` int [n] are its contexts, `shorter` float32 [n, symbols] is changed into the answer.
    `room` float32 [n * symbols] is all 0, and is so again afterwards. Also gives how much
    each context has seen and how many different symbols, float32 [2, n].
    """
    n, size = shorter.shape
    if (met is None or not len(met.rows)) and not (places >= 0).any():
        return shorter, np.zeros((2, n), np.float32)
    rows, symbols, counts = table.followers(places)
    flat = rows * size + symbols
    if met is not None and len(met.rows):
        room[flat] = counts
        beside = met.rows * size + met.symbols
        fresh = beside[room[beside] == 0]
        room[beside] += met.counts
        flat = np.concatenate((flat, fresh))
        counts = room[flat]
        room[flat] = 0
        rows = flat // size
    seen = np.bincount(rows, counts, n)
    given = table.discount(counts)
    known = seen > 0
    total = np.where(known, seen, 1.0)
    left = np.where(known, np.bincount(rows, given, n) / total, 1.0).astype(np.float32)
    shorter *= left[:, None]
    shorter.reshape(-1)[flat] += (counts - given) / total[rows].astype(np.float32)
    kinds = np.bincount(rows, minlength=n)
    return shorter, np.stack((seen, kinds)).astype(np.float32)
