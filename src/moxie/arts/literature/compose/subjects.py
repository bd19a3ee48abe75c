"""What a page is about: the ideographs that one stretch of the works has oftener than the rest.

A page that is drawn character by character changes its subject with every clause. Its language is
moved towards a stretch of the author's own: each of the rarer ideographs is made likelier or less
likely by how much oftener it stands there, to a power (Kneser, Peters and Klakow 1997, "Language
Model Adaptation Using Dynamic Marginals"). Of letters, which only spell words, nothing is: lifting
words by way of their beginnings was tried, and neither read nor measured better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from moxie.arts.literature.models.language import Alphabet, is_ideograph

Floats = NDArray[np.float32]

STRETCH, SHORTEST = 2000, 300
"""Characters of a stretch, and of the shortest."""

PLAIN = 100
"""So many of the commonest ideographs are about nothing."""

MOST = 400
"""Stretches that are remembered."""

TRUST = 150.0
"""As many ideographs' worth of belief that a stretch is as the works are at large."""

NEAREST = 3
"""Stretches of which one is taken where words are asked for: those that have them oftenest."""


def learn(texts: Sequence[str], often: Mapping[str, int]) -> tuple[str, ...]:
    """The rarer ideographs of each stretch of texts, as often as they stand there, in order.

    `often` are all of the works'.
    """
    plain = commonest(often)
    found = []
    for text in texts:
        for begin in range(0, max(1, len(text) - SHORTEST), STRETCH):
            part = text[begin : begin + STRETCH]
            rarer = sorted(char for char in part if is_ideograph(char) and char not in plain)
            if len(part) >= SHORTEST and rarer:
                found.append("".join(rarer))
    every = max(1, -(-len(found) // MOST))
    return tuple(found[::every])


def commonest(often: Mapping[str, int]) -> frozenset[str]:
    """Ideographs that are about nothing."""
    ranked = sorted(filter(is_ideograph, often), key=lambda char: (-often[char], char))
    return frozenset(ranked[:PLAIN])


def choose(subjects: Sequence[str], asked: str, rng: np.random.Generator) -> Counter[str]:
    """What one stretch has: of those that have what is asked for oftenest, or of all."""
    if not subjects:
        return Counter()
    counted = [Counter(one) for one in subjects]
    known = Counter(char for one in counted for char in one)
    sought = sorted(set(asked) & known.keys())
    merits = [sum(np.sqrt(one[char]) / known[char] for char in sought) for one in counted]
    best = [place for place in np.argsort(merits)[::-1][:NEAREST] if merits[place] > 0]
    return counted[int(rng.choice(best))] if best else counted[int(rng.integers(len(counted)))]


def lifts(
    alphabet: Alphabet, often: Mapping[str, int], stretch: Mapping[str, int], power: float
) -> Floats:
    """How much likelier each symbol is made, float32 [symbols], after a stretch's ideographs.

    No stretch, or a power of 0, leaves all as it is.
    """
    found = np.ones(alphabet.size, np.float32)
    if not stretch or not power:
        return found
    plain = commonest(often)
    whole = sum(n for char, n in often.items() if is_ideograph(char) and char not in plain)
    told = sum(stretch.values())
    for place, char in enumerate(alphabet.characters):
        if is_ideograph(char) and char not in plain:
            share = often.get(char, 1) / max(1, whole)
            there = (stretch.get(char, 0) + TRUST * share) / (told + TRUST)
            found[place] = (there / share) ** power
    return found
