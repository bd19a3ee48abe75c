"""What a learnt composer is measured against: a Markov chain, counts and PPM.

All tell a piece token by token, and what they are told of is its own past alone. Counts are
blended as Witten and Bell (1991, method C) blend them: with n symbols seen after a context, k of
them different, a share n / (n + k) goes to what was seen and k / (n + k) to the next wider
context. Contexts are numbers (hashes) in nested levels, so that one pass tells the probabilities
of all orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Doubles = NDArray[np.float64]

PITCHES = 128
"""Symbols of a voice on the grid: 0 rests, others are MIDI pitches and one more."""

ORDERS = 9
"""Contexts of 0 to 8 tokens."""

TRANSPOSITIONS = range(-5, 7)

_PRIME = np.int64(6_364_136_223_846_793_005)


def _joined(context: Ints, value: Ints | int) -> Ints:
    """A context made narrower by one more known value; numbers wrap around."""
    with np.errstate(over="ignore"):
        mixed = (context ^ (context >> np.int64(29))) * _PRIME
        return np.asarray(mixed + np.asarray(value, np.int64) + 7, np.int64)


@dataclass(frozen=True, slots=True)
class Stream:
    """A piece as tokens: of which `fields` they are and which of its `symbols`, int64 [n] each."""

    fields: Ints
    symbols: Ints


@dataclass(frozen=True, slots=True)
class Told:
    """Tokens and the contexts that they are told in, from the widest: int64 [levels, n].

    `symbols` int64 [n] are below `sizes` int64 [n], how many there are to choose from.
    """

    contexts: Ints
    symbols: Ints
    sizes: Ints

    def level(self, level: int) -> Told:
        """The same, with the contexts up to this level alone."""
        return Told(self.contexts[: level + 1], self.symbols, self.sizes)


def by_order(stream: Stream, sizes: Sequence[int]) -> Told:
    """In the contexts of the last 0 to 8 tokens; which field comes next is always known."""
    tokens = stream.symbols + np.cumsum([1, *sizes])[stream.fields]
    found = [_joined(np.full(len(tokens), 17, np.int64), stream.fields)]
    for order in range(1, ORDERS):
        past = np.zeros(len(tokens), np.int64)
        past[order:] = tokens[:-order]
        found.append(_joined(found[-1], past))
    return Told(np.stack(found), stream.symbols, np.asarray(sizes, np.int64)[stream.fields])


def _shifted(rows: Ints, steps: int) -> Ints:
    """What each step knows of so many steps before, -1 at the beginning."""
    result = np.full_like(rows, -1)
    result[steps:] = rows[:-steps]
    return result


def by_voice(rows: Ints) -> Told:
    """A chain of order 2: each voice of the grid, int64 [steps, voices], by its last two steps."""
    return _told(rows, lambda v: (_shifted(rows, 1)[:, v], _shifted(rows, 2)[:, v]))


def by_chord(rows: Ints) -> Told:
    """A back-off model of chorales: a voice's last step, the beat, what the voices told before it
    have now (soprano, bass, alto, tenor) and the others had, its earlier steps, the chord before.
    """
    order = (0, 3, 1, 2) if rows.shape[1] == 4 else tuple(range(rows.shape[1]))
    before, earlier, third = (_shifted(rows, steps) for steps in (1, 2, 3))
    beat = np.arange(len(rows)) % 4

    def views(v: int) -> tuple[Ints, ...]:
        place = order.index(v)
        told = [rows[:, u] for u in reversed(order[:place])]
        untold = [before[:, u] for u in order[place + 1 :]]
        chord = np.full(len(rows), 17, np.int64)
        for u in order:
            chord = _joined(chord, before[:, u])
        return (before[:, v], beat, *told, earlier[:, v], *untold, third[:, v], chord)

    return _told(rows, views)


def _told(rows: Ints, views: Callable[[int], Sequence[Ints]]) -> Told:
    """Every voice at every step, in contexts that know the voice and one view more each."""
    each = []
    for v in range(rows.shape[1]):
        levels = [_joined(np.full(len(rows), 17, np.int64), v)]
        for view in views(v):
            levels.append(_joined(levels[-1], view))
        each.append(np.stack(levels))
    symbols = rows.T.ravel()
    return Told(np.concatenate(each, axis=1), symbols, np.full(len(symbols), PITCHES))


def transposed(rows: Ints, semitones: int) -> Ints:
    """The grid in another key; rests stay."""
    return np.where(rows > 0, rows + semitones, 0)


@dataclass(frozen=True, slots=True)
class Level:
    """Counts in the contexts of one level: sorted contexts [c] with how many symbols followed and
    how many different ones; sorted pairs [p] of context and symbol with their counts.
    """

    contexts: Ints
    totals: Ints
    kinds: Ints
    pairs: Ints
    counts: Ints

    @classmethod
    def of(cls, contexts: Ints, symbols: Ints) -> Level:
        """Count."""
        pairs, first, counts = np.unique(
            _joined(contexts, symbols), return_index=True, return_counts=True
        )
        found, totals = np.unique(contexts, return_counts=True)
        kinds = np.bincount(np.searchsorted(found, contexts[first]), minlength=len(found))
        return cls(found, totals, kinds.astype(np.int64), pairs, counts)

    def seen(self, contexts: Ints, symbols: Ints) -> tuple[Ints, Ints, Ints]:
        """(how often this symbol, how often any, how many different) after each context."""
        pair = _joined(contexts, symbols)
        at = np.minimum(np.searchsorted(self.pairs, pair), len(self.pairs) - 1)
        count = np.where(self.pairs[at] == pair, self.counts[at], 0)
        at = np.minimum(np.searchsorted(self.contexts, contexts), len(self.contexts) - 1)
        known = self.contexts[at] == contexts
        return count, np.where(known, self.totals[at], 0), np.where(known, self.kinds[at], 0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts in nested contexts. `adaptive` ones go on counting in the piece they tell (PPM)."""

    levels: tuple[Level, ...]
    adaptive: bool = False

    @classmethod
    def of(cls, pieces: Sequence[Told], *, adaptive: bool = False) -> Counts:
        """Count pieces."""
        symbols = np.concatenate([piece.symbols for piece in pieces])
        levels = [
            Level.of(np.concatenate([piece.contexts[n] for piece in pieces]), symbols)
            for n in range(len(pieces[0].contexts))
        ]
        return cls(tuple(levels), adaptive)

    @property
    def size(self) -> int:
        """How many counts it keeps."""
        return sum(len(level.pairs) for level in self.levels)

    def up_to(self, level: int) -> Counts:
        """The same without the contexts that are narrower than this level's."""
        return Counts(self.levels[: level + 1], self.adaptive)

    def shares(self, piece: Told) -> Doubles:
        """The probability of each token by the contexts up to each level, float64 [levels, n]."""
        share = 1.0 / piece.sizes
        found = []
        for level, contexts in zip(self.levels, piece.contexts, strict=True):
            count, total, kinds = level.seen(contexts, piece.symbols)
            if self.adaptive:
                count, total, kinds = _with_itself(contexts, piece.symbols, count, total, kinds)
            weight = np.maximum(kinds, 1)
            share = np.where(total > 0, (count + weight * share) / (total + weight), share)
            found.append(share)
        return np.stack(found)

    def nats(self, piece: Told) -> float:
        """What a piece costs by the narrowest contexts it is given."""
        return float(-np.log(self.shares(piece)[-1]).sum())


def _with_itself(
    contexts: Ints, symbols: Ints, count: Ints, total: Ints, kinds: Ints
) -> tuple[Ints, Ints, Ints]:
    """The counts of each token, together with those of the tokens before it in the piece."""
    times: defaultdict[int, int] = defaultdict(int)
    fresh: defaultdict[int, int] = defaultdict(int)
    pairs: defaultdict[int, int] = defaultdict(int)
    rows = zip(contexts.tolist(), _joined(contexts, symbols).tolist(), count.tolist(), strict=True)
    more = []
    for context, pair, known in rows:
        more.append((pairs[pair], times[context], fresh[context]))
        fresh[context] += not (known or pairs[pair])
        times[context] += 1
        pairs[pair] += 1
    added = np.array(more, np.int64).reshape(-1, 3)
    return count + added[:, 0], total + added[:, 1], kinds + added[:, 2]


def best_level(counts: Counts, pieces: Sequence[Told]) -> int:
    """The order by which pieces cost least."""
    costs = sum(-np.log(counts.shares(piece)).sum(axis=1) for piece in pieces)
    return int(np.argmin(costs))
