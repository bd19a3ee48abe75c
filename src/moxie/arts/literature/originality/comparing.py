"""What two texts have in common, for people who have to judge it: drawn side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.art import Comparison, Preview
from moxie.arts.literature.characters import Units, units
from moxie.arts.literature.originality.copies import Found, TextIndex, evidence
from moxie.arts.literature.originality.drawing import Column, drawn
from moxie.arts.literature.originality.shelf import longest_run
from moxie.arts.literature.writing import Writing
from moxie.text import Scalar, say

SPANS = (8, 12, 20)
"""Units in a row: from the length of a phrase to that of a sentence."""

BEFORE = 24
"""Units shown before the passage, so that it is seen what it stands in."""

METHOD = say(
    "Both texts are read without punctuation, case or traditional forms. Passages are followed "
    "through both, over characters that were changed, left out or put in; each character or word "
    "counts by how much it tells. Some seventeen characters or fourteen words in a row, or one "
    "line of a short poem, are the threshold of 0.5."
)
LIMITS = say(
    "This finds words in common. It does not see a translation, a retelling in other words or a "
    "borrowed plot, and says nothing of who wrote which first or whether the use was allowed; both "
    "may quote a third text. A person must read."
)
ERRORS = say(
    "Measured (Moxie's benchmarks/RESULTS.md): of passages of {length} characters hidden in other "
    "works {found:.0f} % were found word for word and {changed:.0f} % with two in five characters "
    "changed; {alarms:.1f} % of different poems by one author share a line and were taken for "
    "copies.",
    length=100,
    found=100,
    changed=100,
    alarms=2.0,
)


def compare(suspect: Writing, original: Writing) -> Comparison:
    """What `suspect` and `original` share. See `Art.compare`."""
    index = TextIndex([original])
    near = index.nearest(suspect)
    assert near is not None  # there is one work, and it is not excluded
    here, there = units(suspect.text), units(original.text)
    shared = index.shared(suspect, here, np.ones(1, np.bool_))
    found = shared[0] if shared else None
    marked = _marked(here, found)
    back = TextIndex([suspect]).shared(original, there, np.ones(1, np.bool_))
    marked_there = _marked(there, back[0] if back else None)
    columns = [
        Column("SUSPECT", suspect.text, here, marked, _start(marked)),
        Column("ORIGINAL", original.text, there, marked_there, _start(marked_there)),
    ]
    return Comparison(
        similarity=near.similarity,
        evidence=near.evidence
        if near.similarity == 1 or not found
        else evidence(suspect, here, found),
        shown=Preview("image/svg+xml", drawn(columns)),
        facts=_facts(marked, here),
        method=METHOD,
        errors=ERRORS,
        limits=LIMITS,
    )


def _marked(read: Units, found: Found | None) -> NDArray[np.bool_]:
    """The units that the other text has too."""
    marked = np.zeros(len(read), np.bool_)
    if found is not None:
        marked[found.covered] = True
    return marked


def _facts(marked: NDArray[np.bool_], read: Units) -> dict[str, Scalar]:
    """Coverage by spans of each length of `SPANS`, and the longest one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    runs = edges[1::2] - edges[::2]
    whole = max(1, len(read))
    return {
        "longest_span": longest_run(marked),
        **{f"covered_{span}": round(int(runs[runs >= span].sum()) / whole, 4) for span in SPANS},
    }


def _start(marked: NDArray[np.bool_]) -> int:
    """The unit to begin showing at."""
    return max(0, int(marked.argmax()) - BEFORE) if marked.any() else 0
