"""How well copied music is found, and how often different works are taken for copies.

    python benchmarks/music_copies.py --works DIR [--others DIR ...] [--seed N] [--quick] [--json]

Every work is indexed; passages of some are changed by the edits of `EDITS` and looked up; those
in `QUOTES` are hidden in 32 bars of another work, which is left out of the search. `recall_*` is
the share found (the right work, at or above the threshold), `bars_*` the share of those found
whose bars are named as well, to a bar. `alike_own*` describe each work's nearest work of another
family (movements of one work are not compared), real repetitions included; `alike_passage*` the
same of 32 bars of it, which is the length of a creation. Peers, in the same run, each with the
threshold that suits it best, the 99th percentile of what it finds between such passages and
different works: the longest run of equal pitches in the highest notes, and the cosine of
pitch-class histograms.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copies import Shares
from moxie.art import Likeness
from moxie.arts.music.clean import clean
from moxie.arts.music.family import family
from moxie.arts.music.files import codec
from moxie.arts.music.originality.copies import ScoreIndex
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import Score
from moxie.arts.music.theory.keys import durations
from moxie.errors import UnreadableWork
from music_edits import EDITS, PASSAGE, QUOTES, highest
from tables import Rows, parser

THRESHOLD = 0.5


class Runs:
    """Peer: the longest run of equal pitches in the highest notes of two pieces."""

    def __init__(self, works: list[Score]) -> None:
        tops = [np.append(self.top(work), -1) for work in works]
        self._starts = np.cumsum([0, *(len(top) for top in tops)])[:-1]
        self._all = np.concatenate(tops)

    @staticmethod
    def top(piece: Score) -> NDArray[np.int64]:
        """The highest pitch at each onset."""
        found = {n.onset: n.pitch for n in sorted(piece.notes, key=lambda n: (n.onset, n.pitch))}
        return np.array(list(found.values()), np.int64)

    def __call__(self, piece: Score) -> NDArray[np.float64]:
        """The longest run with each work, in notes."""
        run, best = np.zeros(len(self._all), np.int32), np.zeros(len(self._all), np.int32)
        for pitch in self.top(piece):
            run[1:] = run[:-1] + 1
            run[0] = 1
            run[self._all != pitch] = 0
            np.maximum(best, run, out=best)
        return np.maximum.reduceat(best, self._starts).astype(np.float64)


class Histograms:
    """Peer: the cosine of how long each pitch class sounds."""

    def __init__(self, works: list[Score]) -> None:
        self._known = np.array([self.histogram(work) for work in works])

    @staticmethod
    def histogram(piece: Score) -> NDArray[np.float64]:
        """A unit vector [12]."""
        weights = durations(piece).sum(axis=0)
        return np.asarray(weights / max(float(np.linalg.norm(weights)), 1e-9), np.float64)

    def __call__(self, piece: Score) -> NDArray[np.float64]:
        """The cosine with each work."""
        return np.asarray(self._known @ self.histogram(piece), np.float64)


Peer = Callable[[Score], NDArray[np.float64]]


class Bench:
    """The works, their index and the peers."""

    def __init__(self, works: list[tuple[str, Score]], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.names = [name for name, _ in works]
        self.works = [work for _, work in works]
        self.rows = Shares()
        started = time.perf_counter()
        self.index = ScoreIndex(self.works)
        seconds = time.perf_counter() - started
        notes = sum(len(work.notes) for work in self.works)
        self.rows.add("moxie", "index", seconds, seconds, seconds, f"s for {notes} notes")
        self.peers: dict[str, Peer] = {
            "pitch_runs": Runs(self.works),
            "histogram": Histograms(self.works),
        }
        self.most: dict[str, float] = {}
        self.seconds: list[float] = []
        self._twins: dict[int, set[int]] = {}

    def relatives(self, i: int) -> set[int]:
        """A work and the other parts of its larger work."""
        mine = family(self.names[i])
        same = {j for j, name in enumerate(self.names) if mine and family(name) == mine}
        return same | {i}

    def passage(self, i: int, bars: int) -> tuple[Score, int]:
        """Bars of a work that are not mostly rests, at random, and the first one's index."""
        work = self.works[i]
        for _ in range(40):
            first = int(self.rng.integers(0, max(1, len(work.bars) - bars + 1)))
            found = excerpt(work, first, first + bars)
            if len(highest(found).notes) >= 2.5 * bars:
                break
        return found, first

    def nearest(self, piece: Score, exclude: set[int]) -> Likeness:
        """The index's answer, timed."""
        started = time.perf_counter()
        found = self.index.nearest(piece, exclude=exclude)
        self.seconds.append(time.perf_counter() - started)
        assert found is not None
        return found

    def alike(self, chosen: NDArray[np.int64]) -> None:
        """Nearest works of other families: of the whole works, and of a passage of each."""
        takes: Mapping[str, Callable[[int], Score]] = {
            "alike_own": lambda i: self.works[i],
            "alike_passage": lambda i: self.passage(i, PASSAGE)[0],
        }
        for what, take in takes.items():
            pieces = [(int(i), take(int(i))) for i in chosen]
            nearest = [self.nearest(p, self.relatives(i)).similarity for i, p in pieces]
            low, middle, high = np.percentile(nearest, [2.5, 50, 97.5])
            self.rows.add("moxie", what, middle, low, high, "similarity")
            over = sum(s >= THRESHOLD for s in nearest)
            self.rows.share("moxie", f"{what}_over", over, len(nearest))
            if what == "alike_passage":
                for name, peer in self.peers.items():
                    left_out = [list(self.relatives(i) | self._same(i)) for i, _ in pieces]
                    scores = [
                        np.delete(peer(piece), known).max()
                        for (_, piece), known in zip(pieces, left_out, strict=True)
                    ]
                    self.most[name] = float(np.percentile(scores, 99))

    def recall(self, chosen: NDArray[np.int64]) -> None:
        """Changed passages, looked up among all works."""
        for name, edit in EDITS.items():
            pieces = [(int(i), edit(self.passage(int(i), PASSAGE)[0], self.rng)) for i in chosen]
            self._found(name, pieces, [set() for _ in pieces])

    def quotes(self, chosen: NDArray[np.int64]) -> None:
        """Passages hidden in another work."""
        for name, (bars, hide) in QUOTES.items():
            pieces, hosts, places = [], [], []
            for i in map(int, chosen):
                host = int(self.rng.choice(np.setdiff1d(np.arange(len(self.works)), [i])))
                hidden, first = self.passage(i, bars)
                other = self.passage(host, PASSAGE)[0]
                pieces.append((i, hide(hidden, other, self.rng)))
                hosts.append({host} - {i})
                places.append((first + 1, first + len(hidden.bars)))
            answers = self._found(name, pieces, hosts)
            found = [(a, p) for a, p in zip(answers, places, strict=True) if a is not None]
            right = sum(_named(answer, *place) for answer, place in found)
            if found:
                self.rows.share("moxie", f"bars_{name}", right, len(found))

    def _found(
        self, name: str, pieces: list[tuple[int, Score]], excluded: list[set[int]]
    ) -> list[Likeness | None]:
        """Rows for what is found; the answers that are right."""
        answers: list[Likeness | None] = []
        similarities = []
        for (i, piece), exclude in zip(pieces, excluded, strict=True):
            match = self.nearest(piece, exclude)
            similarities.append(match.similarity)
            right = match.similarity >= THRESHOLD and match.index in self._same(i)
            answers.append(match if right else None)
        hits = sum(answer is not None for answer in answers)
        self.rows.share("moxie", f"recall_{name}", hits, len(pieces))
        low, middle, high = np.percentile(similarities, [2.5, 50, 97.5])
        self.rows.add("moxie", f"similarity_{name}", middle, low, high, "similarity")
        for system, peer in self.peers.items():
            hits = 0
            for (i, piece), exclude in zip(pieces, excluded, strict=True):
                scores = peer(piece)
                scores[list(exclude)] = -1.0
                hits += bool(scores.argmax() in self._same(i) and scores.max() > self.most[system])
            self.rows.share(system, f"recall_{name}", hits, len(pieces))
        return answers

    def _same(self, i: int) -> set[int]:
        """A work, and its near duplicates in the folder: finding them is right as well."""
        if i not in self._twins:
            same = {i}
            while len(same) < 6:
                found = self.index.nearest(self.works[i], exclude=same)
                if found is None or found.similarity < 0.9:
                    break
                same.add(found.index)
            self._twins[i] = same
        return self._twins[i]

    def strangers(self, others: list[tuple[str, Score]]) -> None:
        """Works of other composers."""
        nearest = [self.nearest(work, set()).similarity for _, work in others]
        low, middle, high = np.percentile(nearest, [2.5, 50, 97.5])
        self.rows.add("moxie", "alike_others", middle, low, high, "similarity")
        alarms = sum(s >= THRESHOLD for s in nearest)
        self.rows.share("moxie", "alarms_others", alarms, len(nearest))

    def measure(self, others: list[tuple[str, Score]], copies: int) -> Rows:
        """All rows."""
        self.alike(self.rng.permutation(len(self.works))[: 3 * copies])
        long = [i for i, w in enumerate(self.works) if len(w.bars) >= 8]
        chosen = self.rng.permutation(np.array(long))[:copies]
        self.seconds = []
        self.recall(chosen)
        low, middle, high = np.percentile(np.array(self.seconds) * 1000, [2.5, 50, 97.5])
        self.rows.add("moxie", "nearest", middle, low, high, "ms")
        self.quotes(chosen)
        if others:
            self.strangers(others)
        return self.rows


def _named(answer: Likeness, first: int, last: int) -> bool:
    """Whether the evidence names these bars of the work, to a bar."""
    found = str(answer.evidence.params.get("others", "0-0")).split("-")
    return abs(int(found[0]) - first) <= 1 and abs(int(found[1]) - last) <= 1


def load(folder: Path) -> list[tuple[str, Score]]:
    """The works of a folder and the folders in it, cleaned; what cannot be read is left out."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in codec.READABLE):
        try:
            cleaned = clean(codec.read(path.read_bytes(), path.name))
        except UnreadableWork:
            continue
        if cleaned.usable:
            found.append((path.relative_to(folder).as_posix(), cleaned.content))
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
