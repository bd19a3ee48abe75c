"""What characters are to each other, as vectors learnt from the author's own lines.

*Kinds* say how a character is used: which stand beside it in a word or over the border of one, at
which place of the line, and, most of all, which answer it in the other line of a couplet, where
like answers like. *Topics* say which characters keep company in a sentence. Both are positive
pointwise mutual information, smoothed in its contexts and cut down by a singular value
decomposition (Levy, Goldberg and Dagan 2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from moxie.arts.literature.verse.words import links

KIND, TOPIC = 48, 64
ANSWERS = 2.0  # how much more a partner in a couplet says than a neighbour
LONGEST = 60  # characters of a sentence within which all keep company


def kinds(
    clauses: Iterable[str], couplets: Iterable[tuple[str, str]], index: Mapping[str, int]
) -> NDArray[np.float32]:
    """How characters are used, float32 [characters, <= KIND], rows of length 1."""
    size = len(index)
    pairs: list[tuple[int, int, float]] = []
    for clause in clauses:
        joined = (*links(clause), False)
        known = [index.get(c) for c in clause]
        for i, one in enumerate(known):
            if one is None:
                continue
            pairs.append((one, 6 * size + min(len(clause) - i, 8), 2.0))
            after = known[i + 1] if i + 1 < len(known) else None
            if after is not None:
                side = 2 if joined[i] else 0
                pairs.append((one, (side + 1) * size + after, 1.0))
                pairs.append((after, side * size + one, 1.0))
    for first, second in couplets:
        for a, b in zip(first, second, strict=True):
            if a in index and b in index and a != b:
                pairs.append((index[a], 4 * size + index[b], ANSWERS))
                pairs.append((index[b], 4 * size + index[a], ANSWERS))
    return _reduced(pairs, (size, 6 * size + 9), KIND)


def topics(sentences: Iterable[str], index: Mapping[str, int]) -> NDArray[np.float32]:
    """What characters keep company, float32 [characters, <= TOPIC], rows of length 1."""
    pairs = []
    for sentence in sentences:
        met = sorted({index[c] for c in sentence[:LONGEST] if c in index})
        pairs += [(a, b, 1.0) for a in met for b in met if a != b]
    return _reduced(pairs, (len(index), len(index)), TOPIC)


def _reduced(
    pairs: Sequence[tuple[int, int, float]], shape: tuple[int, int], size: int
) -> NDArray[np.float32]:
    size = min(size, shape[0] - 1)
    if not pairs or size < 1:
        return np.zeros((shape[0], 1), np.float32)
    table = np.array(pairs)
    counts = sparse.coo_matrix((table[:, 2], (table[:, 0], table[:, 1])), shape).tocsr()
    rows = np.asarray(counts.sum(1)).ravel()
    columns = np.asarray(counts.sum(0)).ravel() ** 0.75
    columns /= columns.sum()
    met = counts.tocoo()
    information = np.log(met.data / (rows[met.row] * columns[met.col]))
    kept = information > 0
    positive = sparse.csr_matrix(
        (information[kept], (met.row[kept], met.col[kept])), shape, dtype=np.float64
    )
    left, strengths, _ = svds(positive, k=size, v0=np.ones(min(shape)))
    found = left * np.sqrt(strengths)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(norms, 1e-9), np.float32)
