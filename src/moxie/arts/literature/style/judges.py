"""The judges of literature: texts to vectors of style, and other authors to compare with.

- `style` decides: the figures of `profile`, and Burrows's Delta (2002): the most frequent words,
  standardised, along what tells the authors of the reference bank apart. No recipe optimises them.
- `ngrams` is a second opinion: runs of two and three characters, on the unit sphere, along what
  tells the bank's authors apart. It is not independent of recipes that learn characters.

Both look at pieces of some hundred characters or words, at simplified characters without case,
and so do not see in which script or edition a text came.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Judge
from moxie.arts.literature.characters import ENGLISH, FEW_ENGLISH, Units, folded, units
from moxie.arts.literature.lines import is_chinese, is_verse
from moxie.arts.literature.style.profile import NAMES, profile
from moxie.arts.literature.writing import Writing

Floats: TypeAlias = NDArray[np.float32]

BANK = "bank.npz"
"""Figures of other authors' works; benchmarks/build_text_bank.py, SOURCES.md."""

KINDS = ("chinese", "chinese_verse", "english", "other")
"""Kinds of text that nothing compares; of `other` languages the bank has no authors."""

APART = 100.0
"""How far texts of different kinds are put from each other."""

FAR = 8.0
"""Beyond this a figure is just far."""

STEP = FAR / 127
"""What one unit of the bank's whole numbers stands for."""

LEAST = 1e-3
"""No spread is taken to be smaller."""

AXES = 24
"""Directions that tell authors apart, at most."""

HASHED = 1024
"""Bins into which runs of characters are counted."""

BANDS = (100, 400, 1500)
"""The most usual pairs of words by rank."""

USUAL = tuple(f"usual_pairs_{band}" for band in BANDS)

FIGURES = (*(name for name in NAMES if not name.startswith("paragraph")), *USUAL)
"""What `style` sees of the profile: paragraphs are the printer's as often as the author's. To this
it adds the share of neighbours that are neighbours in any text, which word salad does not have.
"""


def judges() -> Sequence[Judge[Writing]]:
    """The one that decides first."""
    return [StyleJudge(), NgramJudge()]


EDITORS = ("mark_", "sentence", "quotes", "dialogue", "utterance", "clauses", "word")
"""Figures that begin so are their editors' in verse, which was written without punctuation."""

WRITTEN = np.array([not name.startswith(EDITORS) or name.startswith("words_") for name in FIGURES])
"""Which figures of verse are its author's, bool [FIGURES]: axes are made of these and of words."""

STEADY = np.array([name.startswith(("clause_", "order_", "usual_")) for name in FIGURES])
"""Which of them are seen beside the axes: the others hop from nothing to much in a short poem."""


class StyleJudge:
    """The profile and the most frequent words, standardised on the reference bank."""

    name = "style"
    independent = True

    def embed(self, pieces: Sequence[Writing]) -> Floats:
        """float32 [n, FIGURES + AXES + KINDS]."""
        return _rows([self._vector(piece) for piece in pieces], len(FIGURES) + AXES + len(KINDS))

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank: a piece of each work, by author."""
        return _groups(self.name)

    def _vector(self, piece: Writing) -> Floats:
        found, bank, spoken = units(piece.text), _bank(), kind(piece)
        known = _known(spoken)
        plain = standardised(
            figures(piece, usual(known)), bank[f"{known}.mean"], bank[f"{known}.deviation"]
        )
        counted = standardised(
            frequencies(found, vocabulary(known)),
            bank[f"{known}.words.mean"],
            bank[f"{known}.words.deviation"],
        )
        along = np.concatenate([written(plain, known), counted]) @ bank[f"{known}.axes"]
        return np.concatenate([steady(plain, known), np.clip(along, -FAR, FAR), _flags(spoken)])


class NgramJudge:
    """Runs of two and three characters along the discriminant axes of the bank's authors."""

    name = "ngrams"
    independent = False

    def embed(self, pieces: Sequence[Writing]) -> Floats:
        """float32 [n, AXES + KINDS]."""
        return _rows([self._vector(piece) for piece in pieces], AXES + len(KINDS))

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank: each work as axes put it that were found without it."""
        return _groups(self.name)

    def _vector(self, piece: Writing) -> Floats:
        spoken, bank = kind(piece), _bank()
        known = _known(spoken)
        seen = (runs(piece) - bank[f"{known}.runs.mean"]) @ bank[f"{known}.runs.axes"]
        return np.concatenate([np.clip(seen, -FAR, FAR), _flags(spoken)])


def kind(piece: Writing) -> str:
    """One of `KINDS`: its language, and whether it is verse by its form or by its shape."""
    found = units(piece.text)
    if is_chinese(found):
        return "chinese_verse" if is_verse(piece) else "chinese"
    common = sum(1 for word in found.words if word in ENGLISH)
    return "english" if common >= FEW_ENGLISH * len(found) else "other"


def figures(piece: Writing, pairs: Mapping[str, int]) -> Floats:
    """`FIGURES` of a piece as they are; `pairs` joined by a space, and the band each is in."""
    words = units(piece.text).words
    counts = dict.fromkeys(range(len(BANDS)), 0)
    for one in pairwise(words):
        band = pairs.get(" ".join(one))
        if band is not None:
            counts[band] += 1
    shares = [math.sqrt(counts[band] / max(1, len(words) - 1)) for band in counts]
    found = {**profile(piece), **dict(zip(USUAL, shares, strict=True))}
    return np.array([found[name] for name in FIGURES], np.float32)


def frequencies(found: Units, words: Mapping[str, int]) -> Floats:
    """Roots of the shares of some words, and of pairs joined by a space, float32 [words]."""
    counts = np.zeros(len(words), np.float32)
    pairs = (" ".join(pair) for pair in pairwise(found.words))
    for word in (*found.words, *pairs):
        place = words.get(word)
        if place is not None:
            counts[place] += 1
    return np.sqrt(counts / max(1, len(found)))


def runs(piece: Writing) -> Floats:
    """Roots of the shares of hashed runs of two and three characters: a unit vector [HASHED]."""
    codes = np.array([ord(one) for one in f" {folded(piece.text)} "], np.uint64)
    shifted = [codes * np.uint64(odd) for odd in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)]
    two = shifted[0][:-1] ^ shifted[1][1:]
    three = shifted[0][:-2] ^ shifted[1][1:-1] ^ shifted[2][2:]
    mixed = np.concatenate([two, three * np.uint64(0x27D4EB2F)])
    mixed ^= mixed >> np.uint64(15)
    counts = np.bincount((mixed % np.uint64(HASHED)).astype(np.int64), minlength=HASHED)
    return np.asarray(np.sqrt(counts / max(1, counts.sum())), np.float32)


def standardised(values: Floats, mean: Floats, deviation: Floats) -> Floats:
    """In standard deviations, at most `FAR` of them."""
    return np.asarray(np.clip((values - mean) / np.maximum(deviation, LEAST), -FAR, FAR), "f4")


def written(plain: Floats, known: str) -> Floats:
    """Figures [..., FIGURES] with zeros for those that are not the author's in such a text."""
    return plain * WRITTEN.astype(np.float32) if known == "chinese_verse" else plain


def steady(plain: Floats, known: str) -> Floats:
    """Figures [..., FIGURES] with zeros for those that such a text is too short for."""
    return plain * STEADY.astype(np.float32) if known == "chinese_verse" else plain


@lru_cache(maxsize=len(KINDS))
def vocabulary(language: str) -> Mapping[str, int]:
    """The bank's most frequent words of a language, and their places."""
    return {str(word): place for place, word in enumerate(_stored()[f"{language}.words"])}


@lru_cache(maxsize=len(KINDS))
def usual(language: str) -> Mapping[str, int]:
    """The bank's most usual pairs of words, and the band of `BANDS` that each is in."""
    return bands(_stored()[f"{language}.pairs"].tolist())


def bands(pairs: Sequence[str]) -> dict[str, int]:
    """Pairs by falling frequency, and the band each is in."""
    return {pair: bisect.bisect_right(BANDS, place) for place, pair in enumerate(pairs)}


def _known(spoken: str) -> str:
    """The language whose figures of the bank measure one: English stands in for other alphabets."""
    return "english" if spoken == "other" else spoken


def _flags(spoken: str) -> Floats:
    return np.asarray(APART * np.array([one == spoken for one in KINDS]), np.float32)


def _rows(vectors: Sequence[Floats], width: int) -> Floats:
    return np.stack(vectors).astype(np.float32) if vectors else np.zeros((0, width), np.float32)


@lru_cache(maxsize=1)
def _stored() -> Mapping[str, NDArray[np.generic]]:
    file = resources.files("moxie.arts.literature.style").joinpath(BANK)
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as bank:
        return {key: bank[key] for key in bank.files}


@lru_cache(maxsize=1)
def _bank() -> Mapping[str, Floats]:
    """Means, deviations and axes as float32."""
    return {
        key: np.asarray(values, np.float32)
        for key, values in _stored().items()
        if "/" not in key and values.dtype.kind == "f"
    }


@lru_cache(maxsize=2)
def _groups(judge: str) -> Mapping[str, Floats]:
    """Authors and their rows: keys are judge/language/author."""
    found = {}
    for key, values in _stored().items():
        if key.startswith(f"{judge}/"):
            _, language, author = key.split("/")
            rows = np.asarray(values, np.float32) * np.float32(STEP)
            flags = np.tile(_flags(language), (len(rows), 1))
            found[author] = np.concatenate([rows, flags], axis=1)
    return found
