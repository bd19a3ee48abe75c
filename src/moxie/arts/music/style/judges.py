"""The judges of music: scores to vectors of style, and other composers to compare with.

- `statistics` decides: the named statistics of `features`, in units of how other composers' works
  vary. No recipe optimises them.
- `composer` is a second opinion from other evidence: the turns and progressions of `idioms`, seen
  along what tells the composers of the reference bank apart.

Both look at passages of `pieces`. Neither sees who plays, how loud, how fast, in which key or how
the piece was written down (see `heard`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.art import Judge
from moxie.arts.music.pieces import pieces
from moxie.arts.music.score import Score
from moxie.arts.music.style.features import NAMES, describe
from moxie.arts.music.style.idioms import WIDTH, count
from moxie.nn import discriminant

Floats: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]

BANK = "bank.npz"
"""Figures of other composers' works; benchmarks/build_music_bank.py."""

FAR = 4.0
"""Standard deviations beyond which a statistic is just far."""

STEP = FAR / 127
"""What one unit of the bank's whole numbers stands for, in standard deviations."""

MOST_PASSAGES = 6
"""Passages of a work that `classify` learns from, so that no long work outweighs the others."""

LEAST = 1e-3
"""No spread is taken to be smaller."""


def judges() -> Sequence[Judge[Score]]:
    """The one that decides first."""
    return [StatisticsJudge(), ComposerJudge()]


class StatisticsJudge:
    """The statistics of `features`, standardised on the reference bank."""

    name = "statistics"
    independent = True

    def embed(self, pieces: Sequence[Score]) -> Floats:
        """float32 [n, NAMES]."""
        bank = _bank()
        return standardised(
            _rows([describe(piece) for piece in pieces], len(NAMES)),
            bank["statistics.mean"],
            bank["statistics.deviation"],
        )

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank: a passage of each work, by composer."""
        return {name: rows * np.float32(STEP) for name, rows in _groups(self.name)}


class ComposerJudge:
    """The figures of `idioms` along the discriminant axes of the bank's composers."""

    name = "composer"
    independent = True

    def embed(self, pieces: Sequence[Score]) -> Floats:
        """float32 [n, axes]."""
        bank = _bank()
        rows = _rows([count(piece) for piece in pieces], WIDTH) - bank["composer.mean"]
        return np.asarray(rows @ bank["composer.axes"], np.float32)

    def others(self) -> Mapping[str, Floats]:
        """From the reference bank: each work as axes put it that were found without it."""
        return dict(_groups(self.name))


def standardised(rows: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Rows of `describe` in standard deviations, at most `FAR` of them."""
    return np.asarray(np.clip((rows - mean) / np.maximum(deviation, LEAST), -FAR, FAR), np.float32)


def classify(works: Mapping[str, Sequence[Score]], unknown: Sequence[Score]) -> list[str]:
    """Which composer each unknown piece is likeliest to be by, judged by real works of each.

    Evidence of both judges, passage by passage, added up over each piece. It knows nothing but the
    works it is given: a classifier for benchmarks that no recipe and no bank had a part in.
    Raises ValueError for fewer than two composers, or one without works.
    """
    if len(works) < 2 or not all(works.values()):
        raise ValueError("classify needs works of at least two composers")
    known = {name: _evidence(scores, most=MOST_PASSAGES) for name, scores in works.items()}
    every = np.concatenate(list(known.values()))
    mean, deviation = every.mean(axis=0), np.maximum(every.std(axis=0), 10 * LEAST)
    weight = np.concatenate([np.ones(len(NAMES)), np.full(WIDTH, np.sqrt(len(NAMES) / WIDTH))])
    passages = [(_evidence([piece]) - mean) / deviation * weight for piece in unknown]
    if not passages:
        return []
    scaled = [(rows - mean) / deviation * weight for rows in known.values()]
    fits = discriminant.scores(scaled, np.concatenate(passages))
    ends = np.cumsum([len(rows) for rows in passages])[:-1]
    names = list(works)
    return [names[int(fit.sum(axis=0).argmax())] for fit in np.split(fits, ends)]


def _evidence(scores: Sequence[Score], most: int | None = None) -> Doubles:
    """Both kinds of figures of the passages, at most so many of a score, evenly chosen."""
    passages: list[Score] = []
    for score in scores:
        split = pieces(score)
        number = min(most or len(split), len(split))
        passages += [split[i * len(split) // number] for i in range(number)]
    rows = [np.concatenate([describe(passage), count(passage)]) for passage in passages]
    return np.array(rows, np.float64)


def _rows(vectors: Sequence[Floats], width: int) -> Floats:
    return np.stack(vectors).astype(np.float32) if vectors else np.zeros((0, width), np.float32)


@lru_cache(maxsize=1)
def _bank() -> Mapping[str, Floats]:
    file = resources.files("moxie.arts.music.style").joinpath(BANK)
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as bank:
        return {key: bank[key].astype(np.float32) for key in bank.files}


def _groups(judge: str) -> list[tuple[str, Floats]]:
    """Composers and their rows."""
    prefix = f"{judge}/"
    return [(key[len(prefix) :], rows) for key, rows in _bank().items() if key.startswith(prefix)]
