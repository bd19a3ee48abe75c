"""Whether the judges of texts know an author's hand.

    python benchmarks/text_hands.py --works PATH [--others PATH ...] [--seed N] [--quick] [--json]

A path is a folder of works or one file that holds several. A seeded share of the works is held out.
`fidelity_*` is what `moxie evaluate` would say of creations that are in truth: other works of the
author (`own`, 1 is right), the held-out works with their characters or words in another order and
the punctuation where it was (`shuffled`), texts drawn character by character from what followed the
last two (`markov2`), and works of each of the others. `told_*` is the share of the held-out works
and of all others' works that `classify` gives to the right author, from equally many works of each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from copies import Shares
from moxie.arts.literature import ART
from moxie.arts.literature.characters import units
from moxie.arts.literature.lines import is_chinese
from moxie.arts.literature.style.attribution import classify
from moxie.arts.literature.writing import Writing
from moxie.flow.evaluate import MOST, compare, look
from tables import Rows, parser
from text_copies import load

HELD_OUT, MADE, LEARNT = 0.15, 30, 120
"""Share of works held out, and how many count as creations and are learnt to tell authors by."""

Random = np.random.Generator


def shuffled(work: Writing, rng: Random) -> Writing:
    """The same characters or words in another order."""
    between = r"(\W+|(?<=\w)(?=\w))" if chinese(work) else r"(\W+)"
    parts = re.split(between, work.text)
    places = [place for place in range(0, len(parts), 2) if parts[place]]
    words = [parts[place] for place in places]
    for place, source in zip(places, rng.permutation(len(words)), strict=True):
        parts[place] = words[int(source)]
    return work.with_text("".join(part or "" for part in parts))


def chinese(work: Writing) -> bool:
    """Whether it is written in characters and not in words."""
    return is_chinese(units(work.text))


def markov(train: Sequence[Writing], number: int, rng: Random) -> list[Writing]:
    """Texts of which each character followed the two before it somewhere in the works."""
    follows: defaultdict[str, list[str]] = defaultdict(list)
    for work in train:
        text = f"\n\n{work.text}\0"
        for place in range(len(text) - 2):
            follows[text[place : place + 2]].append(text[place + 2])
    found = []
    for _ in range(number):
        length = min(3000, len(train[int(rng.integers(len(train)))].text))
        text = "\n\n"
        while len(text) < length:
            after = follows[text[-2:]]
            char = after[int(rng.integers(len(after)))]
            text += "\n\n" if char == "\0" else char
        found.append(train[0].with_text(text))
    return found


class Bench:
    """One author's works, and others'."""

    def __init__(self, works: list[Writing], others: dict[str, list[Writing]], seed: int) -> None:
        self.rng, self.seed = np.random.default_rng(seed), seed
        order = [works[int(place)] for place in self.rng.permutation(len(works))]
        number = max(8, round(HELD_OUT * len(works)))
        self.held, self.train = order[:number], order[number:]
        self.others = {
            name: [some[int(place)] for place in self.rng.permutation(len(some))]
            for name, some in others.items()
        }
        self.rows = Shares()

    def fidelity(self) -> None:
        """Rows of fidelity."""
        judge = ART.judges()[0]
        number = min(MADE, len(self.train) // 3)  # taken out of what the author is known by
        made = self.train[:number]
        sets = {
            "own": made,
            "shuffled": [shuffled(work, self.rng) for work in self.held[:MADE]],
            "markov2": markov(self.train, MADE, self.rng),
            **{name: works[:MADE] for name, works in self.others.items()},
        }
        own = look(judge, self.train[number:], ART, MOST, self.seed)
        held = look(judge, self.held, ART, MOST, self.seed)
        for name, contents in sets.items():
            seen = look(judge, contents, ART, MOST, self.seed)
            verdict = compare(judge.name, seen, own, held, judge.others(), seed=self.seed)
            found = verdict.fidelity
            self.rows.add("moxie", f"fidelity_{name}", found.value, found.low, found.high)

    def told(self) -> None:
        """Rows of works told right."""
        least = min([LEARNT, *(len(works) * 2 // 3 for works in self.others.values())])
        known = {"own": self.train[:least], **{n: w[:least] for n, w in self.others.items()}}
        asked = [("own", work) for work in self.held[:LEARNT]]
        asked += [(n, w) for n, works in self.others.items() for w in works[least:][:LEARNT]]
        told = classify(known, [work for _, work in asked])
        right = [name == answer for (name, _), answer in zip(asked, told, strict=True)]
        mine = [hit for hit, (name, _) in zip(right, asked, strict=True) if name == "own"]
        self.rows.share("moxie", "told_own", sum(mine), len(mine))
        self.rows.share("moxie", "told_all", sum(right), len(right))

    def measure(self) -> Rows:
        """All rows."""
        self.fidelity()
        if self.others:
            self.told()
        return self.rows


def main() -> None:
    """The command line."""
    given = parser(__doc__).parse_args()
    works = load(given.works)
    others = {path.stem: load(path) for path in given.others}
    if given.quick:
        works = works[:: max(1, len(works) // 150)]
    Bench(works, others, given.seed).measure().show(len(works), given.json)


if __name__ == "__main__":
    main()
