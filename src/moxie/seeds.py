"""Seeds of a series, and where in 0..1 a seed lies.

The numbers of a series are consecutive seeds, and `place` is Weyl's sequence with the golden ratio
(H. Weyl, 1916; D. Knuth, The Art of Computer Programming, 6.4): places of consecutive seeds lie
evenly apart however many there are. A model that draws a creation's first work by `pick` shows its
works in turn, where independent draws repeat some and leave others out: with few works a series
would fall short of the artist's variety by that alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

LAST = 2**32 - 1

GOLDEN = 0x9E3779B9
"""2**32 over the golden ratio, an odd number: no place comes twice before all have come."""


def numbered(seed: int, number: int, attempt: int = 0) -> int:
    """The seed of creation `number` of the series of a seed and attempt, in 32 bits."""
    start = int(np.random.SeedSequence([seed, attempt]).generate_state(1)[0])
    return (start + number) & LAST


def place(seed: int) -> float:
    """Where a seed lies, 0 <= place < 1."""
    return (seed * GOLDEN & LAST) / (LAST + 1)


def pick(chances: ArrayLike, seed: int) -> int:
    """One of several by a seed's place; `chances` are 0 or more, with a sum above 0."""
    ends = np.cumsum(np.asarray(chances, np.float64))
    return int(np.searchsorted(ends, place(seed) * ends[-1], side="right"))
