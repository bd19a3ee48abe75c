"""What a text says again: runs that are worn out, and how much of a clause was said before.

Authors say things again as well, names and what a page is about before all: what is said again is
charged only beyond what is usual with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from moxie.arts.literature.models.language import is_ideograph
from moxie.arts.literature.writing import BREAK

WORN = {True: ((4, 2, 0.05), (6, 1, 0.005)), False: ((14, 2, 0.05), (20, 1, 0.005))}
"""A run of so many characters that was said so often is worn: what is left of the chance of its
last, in Chinese and in letters, of which a word has several."""

OFTEN, OFTENER, SPENT, COMMON = 3, 6, 0.3, 120
"""A word of two ideographs that was said so often in a page is spent, and more so each time, and so
is a single one said so much oftener: what is left of its chance. Not the commonest characters, nor
what has one: "we", "one" and "not" are said all the time."""

LITTLE, STUCK = 3, 5.0
"""Letters of words that may be said again, and how many times over what is stuck counts."""

NEAR = {True: 300, False: 1000}
"""Characters in which it is seen that a clause was said before."""

USUAL = {True: 90, False: 50}
"""Per cent of an author's clauses, in Chinese and in letters, that say no more again than what is
usual. A language of letters says too much again by itself."""

MOST = 400_000
"""Characters of works that are looked at for it."""

CLAUSE = {True: (4, 28), False: (16, 120)}
"""Characters of a clause at least and at most, in Chinese and in letters."""

CLAUSE_ENDS = {True: frozenset("，。；：！？“「…—"), False: frozenset(",.;:!?\n—")}

_CLAUSES = {
    chinese: re.compile("[^{0}]+[{0}]+".format("".join(sorted(ends))))
    for chinese, ends in CLAUSE_ENDS.items()
}
_WORD = re.compile(r"[^\W\d_]+")


def worn(text: str, *, chinese: bool) -> dict[str, float]:
    """What would say once more what the text has said, and what is left of its chances."""
    found: dict[str, float] = {}
    for length, times, left in WORN[chinese]:
        tail = text[-(length - 1) :]
        place, after = text.find(tail), list[str]()
        while 0 <= place < len(text) - len(tail):
            after.append(text[place + len(tail)])
            place = text.find(tail, place + 1)
        found |= {char: left for char in after if after.count(char) >= times}
    return found


def spent(text: str, usual: str) -> dict[str, float]:
    """What would say a word, or a character, too often, and what is left of its chances.

    For languages that are fluent: these come back to one word again and again, whatever the works
    do. `usual` are characters, the commonest first.
    """
    near, common = text[-NEAR[True] :], usual[:COMMON]
    single = Counter(char for char in near if is_ideograph(char) and char not in common)
    found = {char: SPENT ** (times - OFTENER) for char, times in single.items() if times > OFTENER}
    words = [(a, b) for a, b in pairwise(near) if a in single and b in single]
    after = Counter(b for a, b in words if a == near[-1])
    for char, times in after.items():
        if times >= OFTEN:
            found[char] = found.get(char, 1.0) * SPENT ** (times - OFTEN + 1)
    return found


def repeated(clause: str, near: str, *, chinese: bool) -> float:
    """The share of a clause that it, or the text before it, has said already, 0..1.

    Pairs of ideographs, or words of more than three letters; what is said three times running
    counts more than once.
    """
    runs = (
        [a + b for a, b in pairwise(clause) if a.isalpha() and b.isalpha()]
        if chinese
        else [word for word in _WORD.findall(clause.lower()) if len(word) > LITTLE]
    )
    near = near.lower()
    again = sum(run in near or runs.count(run) > 1 for run in runs)
    stuck = sum(a == b == c for a, b, c in zip(clause, clause[1:], clause[2:], strict=False))
    return again / max(1, len(runs)) + STUCK * stuck / max(1, len(clause))


def usual(texts: Sequence[str], *, chinese: bool) -> float:
    """The share of a clause that the author says again at most, as a rule, 0..1."""
    shares = [0.0]
    text = BREAK.join(texts)[:MOST]
    for match in _CLAUSES[chinese].finditer(text):
        clause, at = match.group(), match.start()
        if len(clause) >= CLAUSE[chinese][0]:
            near = text[max(0, at - NEAR[chinese]) : at]
            shares.append(repeated(clause, near, chinese=chinese))
    return float(np.percentile(shares, USUAL[chinese]))
