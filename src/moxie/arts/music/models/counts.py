"""Counting what followed what: variable-order contexts over several viewpoints, blended.

Each chain of a field is a blend of nested contexts, as Witten and Bell (1991, method C) blend
them: what is seen seldom leans on the wider context. Several chains (multiple viewpoints: Conklin
and Witten 1995) are then mixed by a gate, which has learnt where to trust which (`gate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.coding import Chain, Coded, Field, Ints, View
from moxie.arts.music.coding.columns import PITCHES

SPAN = 60
"""Intervals are counted from -SPAN to SPAN semitones; wider ones as the widest."""

FEW = 16
"""So few contexts are looked up one by one: a piece in the making asks for one a candidate."""

_MIX = np.int64(1_000_003)


@dataclass(frozen=True, slots=True)
class Table:
    """How often each symbol followed each context: contexts sorted, their symbols in a row.

    `contexts` int64 [c], `starts` int64 [c + 1], `symbols` int16 [n], `counts` float32 [n].
    """

    contexts: NDArray[np.int64]
    starts: NDArray[np.int64]
    symbols: Ints
    counts: NDArray[np.float32]

    @classmethod
    def of(
        cls, contexts: NDArray[np.int64], symbols: Ints, weights: NDArray[np.float32], width: int
    ) -> Table:
        """Count the symbols (below `width`) that followed each context."""
        found, places = np.unique(contexts, return_inverse=True)
        pairs, inverse = np.unique(places.astype(np.int64) * width + symbols, return_inverse=True)
        counts = np.bincount(inverse, weights, len(pairs)).astype(np.float32)
        starts = np.searchsorted(pairs, np.arange(len(found) + 1, dtype=np.int64) * width)
        return cls(found, starts, (pairs % width).astype(np.int16), counts)

    def dense(self, contexts: NDArray[np.int64], width: int) -> NDArray[np.float32]:
        """Counts of every symbol after each context asked for, float32 [n, width]."""
        result = np.zeros((len(contexts), width), np.float32)
        if not len(self.contexts):
            return result
        at = np.minimum(self.contexts.searchsorted(contexts), len(self.contexts) - 1)
        known = (self.contexts[at] == contexts).nonzero()[0]
        if len(known) <= FEW:
            for row, place in zip(known.tolist(), at[known].tolist(), strict=True):
                told = slice(self.starts[place], self.starts[place + 1])
                result[row, self.symbols[told]] = self.counts[told]
            return result
        low, high = self.starts[at[known]], self.starts[at[known] + 1]
        sizes = high - low
        rows = np.repeat(known, sizes)
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(low - ends + sizes, sizes)
        result[rows, self.symbols[places]] = self.counts[places]
        return result


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the chains of a field say about some units.

    `shares` float32 [chains, n, symbols]: probabilities; `signs` float32 [n, features]: how much
    each chain has seen and how sure it is, for the gate.
    """

    shares: NDArray[np.float32]
    signs: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """The tables of one field: one for each level of each chain."""

    field: Field
    tables: tuple[tuple[Table, ...], ...]

    @classmethod
    def of(
        cls, field: Field, known: Ints, symbols: Ints, weights: NDArray[np.float32]
    ) -> FieldCounts:
        """Count told symbols (not -1) of units: known [n, columns], symbols [n], weights [n]."""
        told = symbols >= 0
        known, symbols, weights = known[told], symbols[told], weights[told]
        tables = []
        for chain in field.chains:
            wanted, width = _anchored(field, chain, known, symbols)
            usable = wanted >= 0
            contexts = _contexts(chain, known)
            tables.append(
                tuple(
                    Table.of(level[usable], wanted[usable], weights[usable], width)
                    for level in contexts
                )
            )
        return cls(field, tuple(tables))

    def ask(
        self, known: Ints, without: FieldCounts | None = None, *, scale: float = 1.0
    ) -> Opinion:
        """The chains' opinions on units, [n, columns]; as if `without` had not been counted.

        The signs say how much each has seen, times `scale`.
        """
        shares, signs = [], []
        for place, chain in enumerate(self.field.chains):
            mine = without.tables[place] if without is not None else None
            share, seen = self._chain(chain, self.tables[place], known, mine)
            shares.append(share)
            signs += [*(np.log1p(total * scale) for total in seen), np.log(share.max(axis=1))]
        return Opinion(np.stack(shares), np.stack(signs, axis=1).astype(np.float32))

    def _chain(
        self,
        chain: Chain,
        tables: Sequence[Table],
        known: Ints,
        without: Sequence[Table] | None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        width = self.field.size if chain.anchor is None else _relative(self.field)
        share = np.full((len(known), width), 1 / width, np.float32)
        levels = _contexts(chain, known)
        seen = [np.zeros(len(known), np.float32) for _ in levels]
        for level, contexts in enumerate(levels):
            counts = tables[level].dense(contexts, width)
            if without is not None:
                counts -= without[level].dense(contexts, width)
                np.maximum(counts, 0, out=counts)
            total = counts.sum(axis=1, keepdims=True)
            if not total.any():  # nor was any narrower context seen
                break
            kinds = np.maximum((counts > 0).sum(axis=1, keepdims=True), 1).astype(np.float32)
            share *= kinds
            share += counts
            share /= total + kinds
            seen[level] = total[:, 0]
        if chain.anchor is not None:
            share = _absolute(self.field, share, known[:, chain.anchor])
        return share, seen

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All tables as flat arrays by name."""
        found: dict[str, NDArray[np.generic]] = {}
        for c, levels in enumerate(self.tables):
            for n, table in enumerate(levels):
                for name in ("contexts", "starts", "symbols", "counts"):
                    found[f"{c}.{n}.{name}"] = getattr(table, name)
        return found

    @classmethod
    def from_arrays(cls, field: Field, arrays: Mapping[str, NDArray[np.generic]]) -> FieldCounts:
        """What `arrays` gave."""

        def table(place: str) -> Table:
            return Table(
                arrays[f"{place}.contexts"].astype(np.int64),
                arrays[f"{place}.starts"].astype(np.int64),
                arrays[f"{place}.symbols"].astype(np.int16),
                arrays[f"{place}.counts"].astype(np.float32),
            )

        return cls(
            field,
            tuple(
                tuple(table(f"{c}.{n}") for n in range(len(chain.levels)))
                for c, chain in enumerate(field.chains)
            ),
        )


def count(
    fields: Sequence[Field], pieces: Sequence[Coded], weights: Sequence[float]
) -> tuple[FieldCounts, ...]:
    """Count pieces, each as much as its weight."""
    each = [len(piece.symbols) for piece in pieces]
    all_weights = np.repeat(np.asarray(weights, np.float32), each)
    return tuple(
        FieldCounts.of(
            field,
            np.concatenate([piece.known[f] for piece in pieces]),
            np.concatenate([piece.symbols[:, f] for piece in pieces]),
            all_weights,
        )
        for f, field in enumerate(fields)
    )


def _contexts(chain: Chain, known: Ints) -> list[NDArray[np.int64]]:
    """A number for the context of each level, int64 [n] each."""
    found = []
    value = np.full(len(known), 17, np.int64)
    done = 0
    with np.errstate(over="ignore"):
        for level in chain.levels:
            for view in level[done:]:
                value = value * _MIX + _viewed(view, known).astype(np.int64) + 7
            done = len(level)
            found.append(value.copy())
    return found


def _viewed(view: View, known: Ints) -> Ints:
    column = known[:, view.column]
    if view.how == "class":
        return np.where(column > 0, (column - 1) % 12 + 1, 0).astype(np.int16)
    if view.how == "degree":
        origin = known[:, view.origin]
        return np.where((column > 0) & (origin > 0), (column - origin) % 12 + 1, 0).astype(np.int16)
    if view.how == "interval":
        origin = known[:, view.origin]
        interval = np.clip(column - origin, -SPAN, SPAN) + SPAN + 1
        return np.where((column > 0) & (origin > 0), interval, 0).astype(np.int16)
    return column


def _relative(field: Field) -> int:
    """Symbols of a field whose pitches are told as intervals."""
    return field.first + 2 * SPAN + 1


def _anchored(field: Field, chain: Chain, known: Ints, symbols: Ints) -> tuple[Ints, int]:
    """The symbols as the chain counts them, and how many there are; -1 where it cannot."""
    if chain.anchor is None:
        return symbols, field.size
    anchor = known[:, chain.anchor].astype(np.int64) - 1
    interval = np.clip(symbols - field.first - anchor, -SPAN, SPAN) + SPAN + field.first
    told = np.where(anchor >= 0, interval, -1)
    return np.where(symbols < field.first, symbols, told).astype(np.int16), _relative(field)


def _absolute(field: Field, share: NDArray[np.float32], anchor: Ints) -> NDArray[np.float32]:
    """Shares of intervals as shares of pitches, float32 [n, symbols]; even without an anchor."""
    result = np.full((len(share), field.size), 1 / field.size, np.float32)
    first = field.first
    result[:, :first] = share[:, :first]
    intervals = np.arange(PITCHES)[None] - (anchor[:, None].astype(np.int64) - 1) + SPAN
    inside = (intervals >= 0) & (intervals <= 2 * SPAN)
    found = np.take_along_axis(share[:, first:], np.clip(intervals, 0, 2 * SPAN), axis=1)
    found = np.where(inside, np.maximum(found, 1e-9), np.float32(1e-9))
    result[:, first:] = np.where(anchor[:, None] > 0, found, 1 / field.size)
    result /= result.sum(axis=1, keepdims=True)
    return result
