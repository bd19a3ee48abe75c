"""Kinds of words, found by what stands beside them: a new sentence has known kinds in known order.

Words are put together that have the same neighbours: their shares of neighbours, as square roots
(Hellinger distances, Lebret and Collobert 2014), in their principal directions, are put into groups
by angle. Rare words are told apart by their last two letters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.tables import Floats, Hashes, Ints

MOST = 128
"""Kinds of words that are known by their neighbours."""

NEIGHBOURS = 600
"""The commonest neighbours that are told apart, on each side."""

LEAST_MET = 3
"""Times a word is met at least to be known by its neighbours."""

EACH = 4
"""Words that there are at least for each kind, on average."""

DIRECTIONS, ROUNDS = 50, 20

RARE = MOST + 1
"""From here on kinds of rare words; 0 is no word, and 1 to MOST those with neighbours."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kind of each word."""

    words: Hashes  # [words], ascending
    kinds: NDArray[np.int32]  # [words], from 1

    def of(self, words: Hashes, endings: Ints) -> Ints:
        """Kinds of words [n] by their hashes, and by what they end with if they are not known."""
        if not len(self.words):
            return RARE + endings
        places = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        return np.where(self.words[places] == words, self.kinds[places], RARE + endings)

    @classmethod
    def learn(cls, words: Hashes, before: Hashes, after: Hashes) -> Kinds:
        """From words [n] in their texts, and what stands on both sides of each, as hashes."""
        known, ids, met = np.unique(words, return_inverse=True, return_counts=True)
        often = np.flatnonzero(met >= LEAST_MET)
        groups = min(MOST, len(often) // EACH)
        if groups < 2:
            return cls(known[:0], np.zeros(0, np.int32))
        beside = np.concatenate(
            (_beside(ids, before, len(known)), _beside(ids, after, len(known))), 1
        )
        shares = np.sqrt(beside[often] / np.maximum(beside[often].sum(1, keepdims=True), 1))
        found = _grouped(_directions(shares), met[often], groups)
        return cls(known[often], (found + 1).astype(np.int32))


def _beside(ids: Ints, neighbours: Hashes, words: int) -> Floats:
    """How often each word has each of the commonest neighbours, float32 [words, neighbours]."""
    _, which, met = np.unique(neighbours, return_inverse=True, return_counts=True)
    common = np.argsort(-met, kind="stable")[:NEIGHBOURS]
    column = np.full(len(met), -1, np.int64)
    column[common] = np.arange(len(common))
    columns = column[which]
    told = columns >= 0
    places = ids[told] * len(common) + columns[told]
    counts = np.bincount(places, minlength=words * len(common))
    return counts.reshape(words, len(common)).astype(np.float32)


def _directions(shares: Floats) -> Floats:
    """Along the principal directions, each word of length 1, float32 [words, directions]."""
    shares = shares - shares.mean(0)
    _, vectors = np.linalg.eigh(shares.T @ shares)
    found = shares @ vectors[:, ::-1][:, :DIRECTIONS]
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-6), np.float32)


def _grouped(places: Floats, met: Ints, groups: int) -> Ints:
    """Groups by angle; the commonest words are their first middles (k-means on a sphere)."""
    weights = np.sqrt(met).astype(np.float32)[:, None] * places
    middles = places[np.argsort(-met, kind="stable")[:groups]].copy()
    nearest = np.zeros(len(places), np.int64)
    for _ in range(ROUNDS):
        nearest = (places @ middles.T).argmax(1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, weights)
        filled = np.bincount(nearest, minlength=groups) > 0
        sums[filled] /= np.linalg.norm(sums[filled], axis=1, keepdims=True) + 1e-9
        middles[filled] = sums[filled]
    return nearest
