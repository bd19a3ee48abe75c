"""How well copied texts are found, and how often different works are taken for copies.

    python benchmarks/text_copies.py --works DIR [--others DIR ...] [--seed N] [--quick] [--json]

Every work is indexed; passages of some are changed by the edits of `EDITS`, hidden in a passage of
another work, which is left out of the search, and looked up; of verse, lines are. `recall_*` is the
share found (the right work, at or above the threshold). `alike_own*` describe each work's nearest
other work, repetitions of one work (0.9 and more, the same poem in two books) left out;
`alike_own_over` are those above the threshold: real ones, which quote each other or themselves.
Peers, in the same run, each with the threshold that suits it best, the 99th percentile of what it
finds between different works: the longest run of equal characters or words, and the share of
shingles of five in common by MinHash (Broder 1997).
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copies import Shares
from moxie.art import Likeness
from moxie.arts.literature import ART
from moxie.arts.literature.characters import Units, units
from moxie.arts.literature.lines import is_verse, lines
from moxie.arts.literature.originality.copies import TextIndex
from moxie.arts.literature.writing import Writing
from moxie.errors import MoxieError
from tables import Rows, parser

THRESHOLD = 0.5
SAME = 0.9

PASSAGE, SHORT, HOST = 100, 30, 300
"""Characters or words of a passage that is copied, of a short one, and of what it is hidden in."""

Random = np.random.Generator
Words = list[str]
Edit = Callable[[Words, Random, Words], Words]


def changed(share: float) -> Edit:
    """So many of the words replaced by others of the works."""

    def edit(words: Words, rng: Random, pool: Words) -> Words:
        drawn = rng.random(len(words)) < share
        return [
            pool[int(rng.integers(len(pool)))] if swap else word
            for word, swap in zip(words, drawn, strict=True)
        ]

    return edit


def loose(words: Words, rng: Random, pool: Words) -> Words:
    """One in ten left out, and one in ten put in."""
    found: Words = []
    for word in words:
        chance = rng.random()
        if chance > 0.1:
            found.append(word)
        if chance > 0.9:
            found.append(pool[int(rng.integers(len(pool)))])
    return found


def reordered(words: Words, rng: Random, pool: Words) -> Words:
    """Runs of about sixteen in another order."""
    parts = [words[i : i + 16] for i in range(0, len(words), 16)]
    return [word for place in rng.permutation(len(parts)) for word in parts[int(place)]]


EDITS: Mapping[str, Edit] = {
    "verbatim": lambda words, _, __: words,
    "changed20": changed(0.2),
    "changed40": changed(0.4),
    "changed60": changed(0.6),
    "loose": loose,
    "reordered": reordered,
}


class Runs:
    """Peer: the longest run of equal words in two texts."""

    def __init__(self, works: Sequence[Units]) -> None:
        words = np.array([word for work in works for word in (*work.words, "")])
        self._starts = np.cumsum([0, *(len(work) + 1 for work in works)])[:-1]
        names, ids = np.unique(words, return_inverse=True)
        order = np.argsort(ids, kind="stable")
        edges = np.searchsorted(ids[order], np.arange(len(names) + 1))
        self._places = {
            str(name): order[edges[i] : edges[i + 1]] + 1 for i, name in enumerate(names) if name
        }
        self._size = len(words) + 1

    def __call__(self, text: Units) -> NDArray[np.float64]:
        """The longest run with each work."""
        run, when = np.zeros(self._size, np.int32), np.full(self._size, -2)
        best = np.zeros(self._size, np.int32)
        for step, word in enumerate(text.words):
            at = self._places.get(word)
            if at is None:
                continue
            length = np.where(when[at - 1] == step - 1, run[at - 1], 0) + 1
            run[at], when[at] = length, step
            best[at] = np.maximum(best[at], length)
        return np.maximum.reduceat(best[1:], self._starts).astype(np.float64)


class Shingles:
    """Peer: the share of shingles of five in common, estimated by MinHash."""

    HASHES = 128

    def __init__(self, works: Sequence[Units]) -> None:
        rng = np.random.default_rng(0)
        self._odd = rng.integers(1, 2**63, self.HASHES, dtype=np.uint64) | np.uint64(1)
        self._known = np.array([self._sketch(work) for work in works])

    def _sketch(self, text: Units) -> NDArray[np.uint64]:
        words = text.words
        shingles = {
            zlib.crc32(" ".join(words[i : i + 5]).encode()) for i in range(max(1, len(words) - 4))
        }
        mixed = np.array(sorted(shingles), np.uint64)[:, None] * self._odd
        return np.asarray((mixed ^ (mixed >> np.uint64(31))).min(axis=0), np.uint64)

    def __call__(self, text: Units) -> NDArray[np.float64]:
        """The share with each work."""
        return np.asarray((self._known == self._sketch(text)).mean(axis=1), np.float64)


@dataclass(frozen=True)
class Case:
    """A text that holds something of a work, and the work it is hidden in."""

    text: Writing
    source: int
    host: int


class Bench:
    """The works, their index and the peers."""

    def __init__(self, works: list[Writing], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.works = works
        self.units = [units(work.text) for work in works]
        self.verse = np.mean([is_verse(work) for work in works]) > 0.5
        self.rows = Shares()
        started = time.process_time()
        self.index = TextIndex(works)
        seconds = time.process_time() - started
        number = sum(map(len, self.units))
        self.rows.add("moxie", "index", seconds, seconds, seconds, f"s for {number} units")
        self.peers: dict[str, Runs | Shingles] = {
            "longest_run": Runs(self.units),
            "minhash5": Shingles(self.units),
        }
        self.most: dict[str, float] = {}
        self.pool = [word for one in self.units for word in one.words]
        self.joint = "" if np.mean([len(word) == 1 for word in self.pool[:5000]]) > 0.5 else " "
        self._twins: dict[int, set[int]] = {}

    def twins(self, i: int) -> set[int]:
        """A work, and those that are the same one."""
        if i not in self._twins:
            same = {i}
            while len(same) < 8:
                found = self.index.nearest(self.works[i], exclude=same)
                if found is None or found.similarity < SAME:
                    break
                same.add(found.index)
            self._twins[i] = same
        return self._twins[i]

    def alike(self, chosen: NDArray[np.int64]) -> None:
        """Each work's nearest different work; the peers' thresholds."""
        nearest, seconds = [], []
        scores: dict[str, list[float]] = {name: [] for name in self.peers}
        for i in map(int, chosen):
            same = self.twins(i)
            started = time.process_time()
            found = self.index.nearest(self.works[i], exclude=same)
            seconds.append(time.process_time() - started)
            if found is None:
                continue
            nearest.append(found.similarity)
            for name, peer in self.peers.items():
                scores[name].append(float(np.delete(peer(self.units[i]), list(same)).max()))
        low, middle, high = np.percentile(nearest, [2.5, 50, 97.5])
        self.rows.add("moxie", "alike_own", middle, low, high, "similarity")
        self.rows.share(
            "moxie", "alike_own_over", sum(s >= THRESHOLD for s in nearest), len(nearest)
        )
        low, middle, high = np.percentile(np.array(seconds) * 1000, [2.5, 50, 97.5])
        self.rows.add("moxie", "nearest", middle, low, high, "ms")
        for name, values in scores.items():
            self.most[name] = float(np.percentile(values, 99))

    def hidden(self, i: int, length: int, edit: Edit) -> Case:
        """A passage of a work, edited, in the middle of a passage of another."""
        words = list(self.units[i].words)
        first = int(self.rng.integers(0, max(1, len(words) - length + 1)))
        host = int(self.rng.choice(np.setdiff1d(np.arange(len(self.works)), sorted(self.twins(i)))))
        around = list(self.units[host].words)[:HOST]
        half = len(around) // 2
        copied = edit(words[first : first + length], self.rng, self.pool)
        text = self.joint.join([*around[:half], *copied, *around[half:]])
        return Case(Writing.from_text(text), i, host)

    def lined(self, i: int, number: int, swap: bool) -> Case | None:
        """Lines of a poem in the place of lines of another; of each one a character may change."""
        host = int(self.rng.choice(np.setdiff1d(np.arange(len(self.works)), sorted(self.twins(i)))))
        mine = lines(self.works[i], self.units[i])
        theirs = lines(self.works[host], self.units[host])[:8]
        if len(mine) < number or len(theirs) < max(4, number):
            return None
        kept = [list(self.units[host].words[a : b + 1]) for a, b in theirs]
        first = int(self.rng.integers(0, len(mine) - number + 1))
        for place, (a, b) in enumerate(mine[first : first + number]):
            line = list(self.units[i].words[a : b + 1])
            if swap:
                line[int(self.rng.integers(len(line)))] = self.pool[
                    int(self.rng.integers(len(self.pool)))
                ]
            kept[place + 1 if number < len(kept) else place] = line
        end = "，\n" if not self.joint else "\n"
        return Case(Writing.from_text(end.join(map(self.joint.join, kept)), form="verse"), i, host)

    def recall(self, name: str, cases: Sequence[Case | None]) -> None:
        """Rows for what is found."""
        some = [case for case in cases if case is not None]
        if not some:
            return
        answers: list[Likeness | None] = [
            self.index.nearest(case.text, exclude=self.twins(case.host)) for case in some
        ]
        hits = sum(
            a is not None and a.similarity >= THRESHOLD and a.index in self.twins(case.source)
            for a, case in zip(answers, some, strict=True)
        )
        self.rows.share("moxie", f"recall_{name}", hits, len(some))
        for system, peer in self.peers.items():
            hits = 0
            for case in some:
                scores = peer(units(case.text.text))
                scores[sorted(self.twins(case.host))] = -1.0
                right = scores.argmax() in self.twins(case.source)
                hits += bool(right and scores.max() > self.most[system])
            self.rows.share(system, f"recall_{name}", hits, len(some))

    def strangers(self, others: Sequence[Writing]) -> None:
        """Works of other authors."""
        nearest = [n.similarity for work in others if (n := self.index.nearest(work))]
        low, middle, high = np.percentile(nearest, [2.5, 50, 97.5])
        self.rows.add("moxie", "alike_others", middle, low, high, "similarity")
        self.rows.share(
            "moxie", "alarms_others", sum(s >= THRESHOLD for s in nearest), len(nearest)
        )

    def measure(self, others: Sequence[Writing], copies: int) -> Rows:
        """All rows."""
        self.alike(self.rng.permutation(len(self.works))[: 3 * copies])
        least = 16 if self.verse else PASSAGE
        long = np.array([i for i, one in enumerate(self.units) if len(one) >= least])
        chosen = [int(i) for i in self.rng.permutation(long)[:copies]]
        if self.verse:
            for number, name in ((1, "one_line"), (2, "two_lines"), (4, "four_lines")):
                for swap in (False, True):
                    label = f"{name}_changed" if swap else name
                    self.recall(label, [self.lined(i, number, swap) for i in chosen])
        else:
            for name, edit in EDITS.items():
                self.recall(name, [self.hidden(i, PASSAGE, edit) for i in chosen])
            self.recall("short", [self.hidden(i, SHORT, EDITS["verbatim"]) for i in chosen])
        if others:
            self.strangers(others[: 3 * copies])
        return self.rows


def load(path: Path) -> list[Writing]:
    """The works of a file, or of a folder and the folders in it, cleaned."""
    found = []
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        if file.suffix.lower() not in ART.suffixes or file.stem.isupper():
            continue
        try:
            for name, data in ART.works(file.read_bytes(), file.name):
                cleaned = ART.clean(ART.read(data, name))
                if cleaned.usable:
                    found.append(cleaned.content)
        except MoxieError as error:
            print(f"left out {file.name}: {error}")
    return found


def main() -> None:
    """The command line."""
    given = parser(__doc__).parse_args()
    works = load(given.works)
    others = [work for folder in given.others for work in load(folder)]
    rows = Bench(works, given.seed).measure(others, copies=20 if given.quick else 60)
    rows.show(len(works), given.json)


if __name__ == "__main__":
    main()
