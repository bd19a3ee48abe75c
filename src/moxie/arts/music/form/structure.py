"""Measured structure: how well a piece holds together, for evaluation and for ranking.

The structureness indices follow Wu and Yang, "The Jazz Transformer on the front line" (2020):
the greatest fitness (Müller, Jiang and Grosche, 2013) of any span of a given length, where fitness
is the harmonic mean of how well a span explains the piece by its repetitions and of how much of
the piece they cover. Spans are counted in bars instead of seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from moxie.arts.music.form.form import plan_of
from moxie.arts.music.score import Score
from moxie.arts.music.theory.harmony import chords, ends_well, keys
from moxie.arts.music.theory.likeness import likeness
from moxie.arts.music.theory.sounding import Floats, sounding

SPANS: Mapping[str, tuple[int, int]] = {
    "structure_short": (2, 3),
    "structure_mid": (4, 7),
    "structure_long": (8, 16),
}
"""Bars of the spans that each index looks at: motif, phrase, section."""

WINDOW = 128
"""Bars that the indices look at, from the beginning."""

LEAST, PENALTY = 0.3, -1.0
"""Likeness below which bars do not repeat each other, and what such a pair costs a repetition."""


def structure(score: Score) -> dict[str, float]:
    """What can be measured of the form; every value lies in 0..1.

    `structure_short`, `_mid`, `_long`: fitness of the best span of 2-3, 4-7, 8-16 bars.
    `new`, `varied`, `repeated`: shares of bars. `phrase_regularity`: the share of bars in phrases
    of 2, 4 or 8 bars. `begins_on_tonic`, `ends_with_cadence`: 1 or 0.
    """
    plan = plan_of(score)
    ends = np.array([-1, *plan.ends])
    regular = sum(int(n) for n in np.diff(ends) if n in (2, 4, 8))
    return {
        **structureness(score),
        "new": plan.share("new"),
        "varied": plan.share("vary"),
        "repeated": plan.share("repeat"),
        "phrase_regularity": regular / max(1, len(plan)),
        "begins_on_tonic": float(begins_on_tonic(score)),
        "ends_with_cadence": float(ends_well(score)),
    }


def begins_on_tonic(score: Score) -> bool:
    """Whether the first two bars touch the tonic chord of the piece."""
    found, home = chords(score), keys(score)[-1]
    opening = sounding(score).beat_bar < 2
    return bool((found.root[opening] == home.tonic).any())


def structureness(score: Score) -> dict[str, float]:
    """The fitness of the best span of each of the lengths of `SPANS`."""
    alike = likeness(score).alike[:WINDOW, :WINDOW]
    points = np.where(alike < LEAST, PENALTY, alike)
    sums = _along_diagonals(points)
    return {
        name: max(
            (_fitness(sums, bars) for bars in range(least, most + 1) if 2 * bars <= len(alike)),
            default=0.0,
        )
        for name, (least, most) in SPANS.items()
    }


def _along_diagonals(points: Floats) -> Floats:
    """Sums along the diagonals from the upper left: `[i + 1, j + 1]` adds points[i, j]."""
    sums = np.zeros((len(points) + 1, len(points) + 1))
    for i in range(len(points)):
        sums[i + 1, 1:] = sums[i, :-1] + points[i]
    return sums


def _fitness(sums: Floats, bars: int) -> float:
    """The greatest fitness of a span of so many bars.

    `best[k]` is, for every span at once, the most points that its repetitions without overlap
    among the first k bars make; `many[k]` is how many of them there are.
    """
    total = len(sums) - 1
    spans = total - bars + 1
    score = sums[bars:, bars:] - sums[:-bars, :-bars]  # [span, place of its repetition]
    best, many = np.zeros((total + 1, spans)), np.zeros((total + 1, spans))
    for end in range(bars, total + 1):
        taken = best[end - bars] + score[:, end - bars]
        better = taken > best[end - 1]
        best[end] = np.where(better, taken, best[end - 1])
        many[end] = np.where(better, many[end - bars] + 1, many[end - 1])
    covered = np.maximum(many[-1] * bars, 1)
    explained = np.clip((best[-1] - bars) / covered, 0.0, 1.0)  # without the span itself
    coverage = np.clip((covered - bars) / total, 0.0, 1.0)
    both = explained + coverage
    return float(np.max(2 * explained * coverage / np.maximum(both, 1e-9)))
