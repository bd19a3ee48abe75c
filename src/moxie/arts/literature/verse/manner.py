"""How an author writes verse: words, couplets to model new ones on, and what goes with what."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy import sparse

from moxie.arts.literature.verse import vectors
from moxie.arts.literature.verse.check import SMALL, clauses
from moxie.arts.literature.verse.words import links
from moxie.errors import TooLittleData

SPANS = (4, 5)  # lengths of runs that are known, to see what was copied
FAMILIAR, RARE = 12, 3  # times a character must be met to stand in an exemplar; to be set
LARGE = 40_000  # characters from which on it must be; below, in proportion
LEAST = 40  # clauses below which nothing can be modelled on them
WIDEST = 9  # longer clauses are prose


Poems: TypeAlias = tuple[tuple[tuple[str, ...], ...], ...]
"""Poems of sentences of clauses."""


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A real couplet (or a single clause, with no second) whose build a new one may take over.

    `opens` and `closes` say whether it began or ended its poem.
    """

    first: str
    second: str
    opens: bool
    closes: bool


@dataclass(frozen=True)
class Manner:
    """An author's verse, learnt: what `poems` has, and vectors of its characters.

    `alphabet` are the characters it writes with; `kinds` and `topics` are float32
    [characters, d] as in `vectors`.
    """

    poems: Poems
    alphabet: str
    kinds: NDArray[np.float32]
    topics: NDArray[np.float32]

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Self:
        """From the texts of poems. TooLittleData where there is hardly a line of verse."""
        return cls._of(tuple(found for found in map(_sentences, texts) if found))

    @classmethod
    def joined(cls, manners: Sequence[Self]) -> Self:
        """One manner of several authors' verse."""
        if len(manners) == 1:
            return manners[0]
        return cls._of(tuple(poem for manner in manners for poem in manner.poems))

    @classmethod
    def _of(cls, poems: Poems) -> Self:
        lines = [clause for poem in poems for sentence in poem for clause in sentence]
        if len(lines) < LEAST:
            raise TooLittleData(
                "Verse in a form needs at least {least} lines to learn from; there are {count}.",
                least=LEAST,
                count=len(lines),
            )
        counts = Counter("".join(lines))
        alphabet = "".join(sorted(counts, key=lambda c: (-counts[c], c)))
        index = {c: i for i, c in enumerate(alphabet)}
        sentences = [sentence for poem in poems for sentence in poem]
        pairs = [(s[0], s[1]) for s in sentences if len(s) == 2 and len(s[0]) == len(s[1])]
        kinds = vectors.kinds(lines, pairs, index)
        topics = vectors.topics(("".join(sentence) for sentence in sentences), index)
        return cls(poems, alphabet, kinds, topics)

    def save(self, folder: Path) -> None:
        """Write `verse.json` and `verse.safetensors` into a folder."""
        data = {"poems": self.poems, "alphabet": self.alphabet}
        (folder / "verse.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        arrays = {"kinds": self.kinds, "topics": self.topics}
        save_file(
            {k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / "verse.safetensors"
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        data = json.loads((folder / "verse.json").read_text("utf-8"))
        arrays = load_file(folder / "verse.safetensors")
        poems = tuple(tuple(tuple(s) for s in poem) for poem in data["poems"])
        return cls(poems, str(data["alphabet"]), arrays["kinds"], arrays["topics"])

    @classmethod
    def found(cls, folder: Path) -> tuple[Self, ...]:
        """What `save` wrote there, if it did."""
        return (cls.load(folder),) if (folder / "verse.json").exists() else ()

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each character in `alphabet`."""
        return {c: i for i, c in enumerate(self.alphabet)}

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Every clause."""
        return tuple(c for poem in self.poems for sentence in poem for c in sentence)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How often each character was met, int64 [characters]."""
        met = Counter("".join(self.lines))
        return np.array([met[c] for c in self.alphabet], np.int64)

    @cached_property
    def beside(self) -> Counter[str]:
        """How often two characters stood side by side where a word may be."""
        met: Counter[str] = Counter()
        for clause in self.lines:
            joined = links(clause)
            met.update(clause[i : i + 2] for i, together in enumerate(joined) if together)
        return met

    @cached_property
    def words(self) -> sparse.csr_matrix:
        """Which characters make a word: times met, [characters, characters], by row the first."""
        return self._pairs(together=True)

    @cached_property
    def borders(self) -> sparse.csr_matrix:
        """Which characters end a word and begin the next, as `words`."""
        return self._pairs(together=False)

    def _pairs(self, *, together: bool) -> sparse.csr_matrix:
        met: Counter[str] = Counter()
        for clause in self.lines:
            joined = links(clause, self.beside)
            met.update(clause[i : i + 2] for i, link in enumerate(joined) if link == together)
        rows = [self.index[pair[0]] for pair in met]
        columns = [self.index[pair[1]] for pair in met]
        size = len(self.alphabet)
        return sparse.csr_matrix((list(met.values()), (rows, columns)), (size, size), np.float32)

    @cached_property
    def spans(self) -> frozenset[str]:
        """Every run of `SPANS` characters within a clause, and every clause."""
        found = set(self.lines)
        for clause in self.lines:
            for size in SPANS:
                found.update(clause[i : i + size] for i in range(len(clause) - size + 1))
        return frozenset(found)

    @cached_property
    def exemplars(self) -> dict[tuple[int, ...], tuple[Exemplar, ...]]:
        """What new couplets and clauses may be modelled on, by their lengths: (7, 7) or (4,)."""
        found: dict[tuple[int, ...], list[Exemplar]] = {}
        for poem in self.poems:
            for i, sentence in enumerate(poem):
                opens, closes = i == 0, i == len(poem) - 1
                if len(sentence) == 2 == len(set(map(len, sentence))) + 1 and all(
                    map(self._familiar, sentence)
                ):
                    key = (len(sentence[0]), len(sentence[1]))
                    found.setdefault(key, []).append(Exemplar(*sentence, opens, closes))
                for clause in filter(self._familiar, sentence):
                    exemplar = Exemplar(clause, "", opens, closes)
                    found.setdefault((len(clause),), []).append(exemplar)
        return {key: tuple(some) for key, some in found.items()}

    @cached_property
    def subjects(self) -> dict[tuple[int, ...], NDArray[np.float32]]:
        """What each of `exemplars` speaks of, float32 [exemplars, d] by their lengths."""
        found = {}
        for key, some in self.exemplars.items():
            places = [[self.index[c] for c in e.first + e.second] for e in some]
            sums = self.topics[np.array(places)].sum(1)
            found[key] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
        return found

    @cached_property
    def smallness(self) -> dict[tuple[int, ...], NDArray[np.float32]]:
        """The share of small words in each of `exemplars`, float32 [exemplars] by their lengths."""
        return {
            key: np.array(
                [sum(c in SMALL for c in e.first + e.second) / sum(key) for e in some], np.float32
            )
            for key, some in self.exemplars.items()
        }

    def enough(self, times: int) -> float:
        """How often a character must be met here for what needs it so often among `LARGE`."""
        return max(1.0, times * min(1.0, float(self.counts.sum()) / LARGE))

    def _familiar(self, clause: str) -> bool:
        known = all(self.counts[self.index[c]] >= self.enough(FAMILIAR) for c in clause)
        return known and len(clause) <= WIDEST


def _sentences(text: str) -> tuple[tuple[str, ...], ...]:
    parts: Sequence[str] = re.split(r"[。！？；!?;\n]+", text)
    return tuple(tuple(found) for found in map(clauses, parts) if found)
