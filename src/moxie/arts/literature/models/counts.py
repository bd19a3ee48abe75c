"""Counts of works and of the text at hand, seen from several sides: each side is an expert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.kinds import Kinds
from moxie.arts.literature.models.language import FEED
from moxie.arts.literature.models.lines import Lines
from moxie.arts.literature.models.places import (
    KIND,
    LINE,
    PHRASE,
    SYMBOLS,
    WORD,
    WORD_BEFORE,
    Places,
    contexts,
)
from moxie.arts.literature.models.tables import (
    Chain,
    Columns,
    Floats,
    Ints,
    Met,
    Table,
    blended,
    count,
    hashed,
)
from moxie.arts.literature.models.texts import DEPTH, Past, opened
from moxie.arts.literature.models.tracks import Track, stretches
from moxie.arts.literature.models.words import Marks, Words, learn_kinds

ORDERS, DEEPEST = 6, 11
"""Symbols of the longest context: of ideographs, which say as much as several letters, and of
letters. Of Chesterton's novels 11 came to 0.943 of PPMd's bits, 8 to 0.947, 6 to 0.956."""

MOST_COUNTED = 24_000_000
"""Symbols of works times orders: of more works fewer orders are counted, for memory's sake."""

SKIPPING: tuple[tuple[Columns, ...], ...] = (
    ((), (1,), (1, 2), (1, 2, 3)),
    ((), (0,), (0, 2), (0, 2, 3)),
    ((), (WORD,), (WORD, WORD_BEFORE)),
)
"""Contexts with a hole: the last symbol, or the one before it, may be any; and words."""

PHRASED: tuple[tuple[Columns, ...], ...] = (
    ((), PHRASE[:1], PHRASE[1:2], PHRASE[2:3]),
    ((), PHRASE[:1], PHRASE[3:]),
)
"""Of letters: the word begun with up to two before it, and without the last of the two."""

KINDRED: tuple[tuple[Columns, ...], ...] = (((), PHRASE[:1], KIND[:1], KIND[1:2], KIND[2:]),)
"""Of letters: the word begun with the kinds of up to three before it."""

LAID: tuple[tuple[Columns, ...], ...] = (
    ((), LINE[:1], LINE[1:2], LINE[2:3]),
    ((), LINE[3:4], LINE[4:5], LINE[5:]),
)
"""How long the line is, and how the paragraph has begun, with more and more of what was before."""

SIDES: Mapping[str, tuple[tuple[Columns, ...], ...]] = {
    "skipping": SKIPPING,
    "phrased": PHRASED,
    "kindred": KINDRED,
    "laid": LAID,
}
"""The other contexts beside those of so many symbols, by name."""

OF_LETTERS, OF_IDEOGRAPHS = ("phrased", "kindred"), ("skipping",)
OF_LINES = ("laid",)
"""Those that are counted: of letters, of ideographs, and where works have lines (see 0021)."""

LINED = 0.005
"""Share of line feeds inside paragraphs from which works have lines."""

SAID = (3.0,) + DEEPEST * (2.0,)
"""What one occurrence in the text at hand counts beside one in the works, by order."""

TOLD = (0, 1, 2, 3, 4)
FADING = (0.98, 0.998)
"""How a symbol met earlier in the text counts, a symbol later: of about 50, and of about 500."""

BELIEVED = 20.0
"""What the frequencies of all works weigh beside those, in symbols."""

TINY = np.float32(1e-12)


def depth(symbols: int, *, ideographic: bool) -> int:
    """Symbols of the longest context for so many symbols of works."""
    if ideographic:
        return ORDERS
    return int(np.clip(MOST_COUNTED // max(symbols, 1), ORDERS + 1, DEEPEST))


def growing(orders: int) -> tuple[Columns, ...]:
    """Contexts of 0, 1, ... symbols."""
    return tuple(SYMBOLS[:order] for order in range(orders + 1))


def sides_of(texts: Sequence[Sequence[int]], marks: Marks, orders: int) -> tuple[str, ...]:
    """The sides from which texts of symbols are seen, with contexts of so many symbols."""
    feeds = symbols = 0
    for text in texts:
        first, last = stretches(marks[np.asarray(text, np.int64)] == FEED)
        feeds, symbols = feeds + int((last == first + 1).sum()), symbols + len(text)
    usual = OF_LETTERS if orders > ORDERS else OF_IDEOGRAPHS
    return (*usual, *OF_LINES) if feeds >= max(1, LINED * symbols) else usual


def others(sides: Sequence[str]) -> tuple[tuple[Columns, ...], ...]:
    """The contexts of some of SIDES."""
    return tuple(columns for side in sides for columns in SIDES[side])


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in works."""

    marks: Marks  # [symbols]
    growing: Chain
    sides: tuple[str, ...]
    others: tuple[Chain, ...]  # of the sides
    kinds: Kinds | None = None

    @property
    def size(self) -> int:
        """How many symbols there are."""
        return len(self.marks)

    @property
    def letters(self) -> NDArray[np.bool_]:
        """What words are of, bool [symbols]."""
        return self.marks > 0

    @property
    def tracked(self) -> Columns:
        """The columns of contexts that tracks make."""
        return _tracked(self.sides)

    def tracks(self, past: Past) -> tuple[Track, ...]:
        """What follows a text for these sides."""
        return _tracks(past, self.marks, self.sides, self.kinds)

    @property
    def orders(self) -> int:
        """Symbols of the longest context."""
        return len(self.growing.tables) - 1

    @property
    def told(self) -> tuple[int, ...]:
        """The contexts that are experts, by how many symbols they have."""
        more = (5, 6, 8) if self.orders > ORDERS else ()
        return (*TOLD, *(order for order in more if order < self.orders), self.orders)

    @classmethod
    def of(
        cls,
        texts: Sequence[Sequence[int]],
        weights: Sequence[float],
        marks: Marks,
        orders: int = ORDERS,
        sides: tuple[str, ...] | None = None,
    ) -> Counts:
        """Count texts of symbols, the last of which ends a text. For `sides` see `sides_of`."""
        if sides is None:
            sides = sides_of(texts, marks, orders)
        size = len(marks)
        end = size - 1
        past = np.concatenate([*(opened(end, text) for text in texts), opened(end)])
        before = np.lib.stride_tricks.sliding_window_view(past, DEPTH)[:-1, ::-1]
        symbols = past[DEPTH:].astype(np.int64)
        told = (symbols != end) | (before[:, 0] != end)
        each = np.repeat(np.asarray(weights, np.float32), [len(text) + 1 for text in texts])
        kinds = learn_kinds(past, marks) if "kindred" in sides else None
        keys = [track.keys[:, DEPTH:-1].T[told] for track in _tracks(past, marks, sides, kinds)]
        followed = np.concatenate(keys, 1) if keys else None
        known = contexts(before[told], marks > 0, _tracked(sides), followed)
        chains = [
            Chain.count(columns, known, symbols[told], each, size)
            for columns in (growing(orders), *others(sides))
        ]
        return cls(marks, chains[0], sides, tuple(chains[1:]), kinds)

    def opinions(self, places: Places) -> tuple[Floats, Floats]:
        """What each expert says, log probabilities [n, experts, symbols]; and signs [n, signs]."""
        n, cached = len(places.where), len(self.told) + len(FADING)
        experts = cached + 1 + len(self.others)
        logs = np.empty((n, experts, self.size), np.float32)
        self._learn(places)
        known = places.contexts(self.letters, self.tracked)
        alike, new, longest = places.alike(self.orders)
        room = np.zeros(n * self.size, np.float32)
        recent = places.recent(1.0, self.size) * np.float32(SAID[0])
        first = self.growing.spread(recent)
        seen = self._grown(logs, known, first, new, room)
        self._cached(logs, places, first, alike, room)
        more = self._beside(logs[:, cached + 1 :], known, places, recent, room)
        np.log(np.maximum(logs, TINY, out=logs), out=logs)
        last = cached + len(SIDES[self.sides[0]])
        heads = [0, 2, cached, last - 1, last]
        signs = [_signs(logs[:, heads], seen, longest, places.read())]
        if self.orders > ORDERS:
            signs.append(places.within(self.letters))
        return logs, np.concatenate((*signs, *(np.log1p(some) for some in more)), 1)

    def _learn(self, places: Places) -> None:
        """Find out of what texts have said since then after how long contexts the works know it."""
        said = [(text.past, text.known, last) for text, last in places.strange()]
        if not said:
            return
        windows = np.lib.stride_tricks.sliding_window_view
        before = np.concatenate(
            [windows(past[known.at - DEPTH : last], DEPTH)[:-1, ::-1] for past, known, last in said]
        )
        symbols = np.concatenate([past[known.at : last] for past, known, last in said])
        levels = self._levels(contexts(before, self.letters), symbols.astype(np.int64))
        for _, known, last in said:
            some, levels = np.split(levels, [last - known.at])
            known.add(some)

    def _levels(self, before: Ints, symbols: Ints) -> NDArray[np.int8]:
        """Symbols of the longest context after which works have each symbol [n]."""
        levels, left = np.zeros(len(symbols), np.int8), np.arange(len(symbols))
        for order, (columns, table) in enumerate(self.growing.longer(), 1):
            found = table.find(hashed(before[left], columns))
            left = left[table.followed(found, symbols[left])]
            levels[left] = order
        return levels

    def _grown(
        self, logs: Floats, known: Ints, first: Floats, alike: Sequence[Met], room: Floats
    ) -> Floats:
        """Contexts that grow by a symbol each; what each has seen and of how many kinds."""
        shares, told = first.copy(), self.told
        seen = []
        for order, (columns, table) in enumerate(self.growing.longer(), 1):
            if order - 1 in told:
                logs[:, len(told) - 1 - told.index(order - 1)] = shares
            said = alike[order - 1].times(SAID[order])
            found = table.find(hashed(known, columns))
            shares, signs = blended(table, found, shares, said, room)
            seen.append(signs)
        logs[:, 0] = shares
        return np.stack(seen).transpose(2, 0, 1)

    def _beside(
        self, logs: Floats, known: Ints, places: Places, recent: Floats, room: Floats
    ) -> list[Floats]:
        """The other contexts; what those of tracks have seen and of how many symbols."""
        tracked = self.tracked
        said = places.again(tracked) if tracked else {}
        seen = []
        for k, chain in enumerate(self.others):
            followed = chain.columns[1][0] in said
            shares = chain.spread(recent) if followed else np.repeat(chain.spread(), len(known), 0)
            for columns, table in chain.longer():
                met = said[columns[0]].times(SAID[1]) if followed else None
                found = table.find(hashed(known, columns))
                some = blended(table, found, shares, met, room)[1].T
                if followed:
                    seen.append(some)
            logs[:, k] = shares
        return seen

    def _cached(
        self, logs: Floats, places: Places, first: Floats, alike: Sequence[Met], room: Floats
    ) -> None:
        """What the text at hand alone says, by how lately and after what."""
        for k, fading in enumerate(FADING):
            recent = places.recent(fading, self.size)
            recent += BELIEVED * first
            recent /= recent.sum(1, keepdims=True)
            logs[:, len(self.told) + k] = recent
        own = first.copy()
        nowhere = np.full(len(own), -1, np.int64)
        for met in alike:
            if not len(met.rows):  # nor after more symbols
                break
            blended(NOTHING, nowhere, own, met, room)
        logs[:, len(self.told) + len(FADING)] = own


def _tracked(sides: Sequence[str]) -> Columns:
    told = {"phrased": PHRASE, "kindred": KIND, "laid": LINE}
    return tuple(column for side in sides for column in told.get(side, ()))


def _tracks(
    past: Past, marks: Marks, sides: Sequence[str], kinds: Kinds | None
) -> tuple[Track, ...]:
    found: list[Track] = []
    if "phrased" in sides:
        found.append(Words.of(past, marks, kinds))
    if "laid" in sides:
        found.append(Lines.of(past, marks))
    return tuple(found)


def _nothing() -> Table:
    table, _, _ = count(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    return table


NOTHING = _nothing()


def _signs(some: Floats, seen: Floats, longest: Ints, read: Floats) -> Floats:
    """What can be seen at places: how much is known of each context, how sure experts are.

    `some` are the logarithms of a few of the experts.
    """
    surest = some.max(2)
    spread = -(np.exp(some[:, :2]) * some[:, :2]).sum(2)
    known = np.log1p(seen[:, :, 0])
    kinds = np.log1p(seen[:, :, 1])
    depth = (seen[:, :, 0] > 0).sum(1)[:, None]
    others = np.stack((np.minimum(longest, 12), np.log1p(read)), 1)
    return np.concatenate((surest, spread, known, kinds, depth, others), 1).astype(np.float32)
