"""Where phrases end: rest, cadence, novelty and a return, weighed against usual lengths.

The ends are the best path through the bars (dynamic programming): evidence that a phrase ends in
a bar, plus how usual a phrase of that many bars is. Where there is no evidence, phrases are of
four bars.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from moxie.arts.music.score import TICKS, Score
from moxie.arts.music.theory.harmony import Cadence, cadence, cadences, chords, keys
from moxie.arts.music.theory.likeness import MAX_BARS, likeness
from moxie.arts.music.theory.sounding import Floats, sounding

Close: TypeAlias = Literal["", "half", "close"]
"""How a bar ends a phrase: not, on the dominant (or open), or closed."""

_LENGTHS = (-4.0, -2.0, -1.6, 0.0, -1.6, -1.2, -2.0, -1.2, -3.0, -3.0, -3.5, -3.0)
"""What a phrase of 1, 2, ... bars is worth beside one of four, as a log-probability."""

_CADENCES = {"authentic": 1.0, "half": 0.8, "plagal": 0.5, "deceptive": 0.3, None: 0.0}
_REPOSE, _CADENCE, _NOVELTY, _MOTIF, _PERIOD, _SECTION = 1.8, 1.4, 0.7, 0.7, 0.7, 1.5

SAME = 0.9
"""From how much likeness on a bar counts as a repeat when sections are looked for."""

KERNEL = 4
"""Bars on each side that the novelty of a bar line is judged by."""


class Phrase(NamedTuple):
    """Bars `first` to `last` (counted from 0, both in it), how they end, and the cadence if any."""

    first: int
    last: int
    close: Close
    cadence: Cadence | None


def pickup(score: Score) -> int:
    """1 where the first bar is a pick-up, which no phrase counts, else 0."""
    first = score.bars[0]
    return int(len(score.bars) > 1 and first.length < first.full)


@lru_cache(maxsize=16)
def phrases(score: Score) -> tuple[Phrase, ...]:
    """The phrases of the first `MAX_BARS` bars, in order and without gaps from the pick-up on."""
    first = pickup(score)
    last = min(len(score.bars), MAX_BARS)
    evidence = ends(score)[first:last]
    bounds = cut(evidence, _lengths(score))
    made = []
    for start, stop in zip([0, *bounds[:-1]], bounds, strict=True):
        final = first + stop - 1
        made.append(Phrase(first + start, final, _close(score, final), cadence(score, final)))
    return tuple(made)


def _close(score: Score, bar: int) -> Close:
    """How a phrase that ends in the bar ends: by its cadence, else by the last bass of the bar."""
    kind = cadence(score, bar)
    if kind is None:
        basses = chords(score).bass[sounding(score).beat_bar == bar]
        heard = basses[basses >= 0]
        return "close" if len(heard) and heard[-1] == keys(score)[bar].tonic else "half"
    return "close" if kind in ("authentic", "plagal") else "half"


def usual_phrases(bars: int) -> list[int]:
    """Where phrases end (bars counted from 1) in a section of which nothing else is known."""
    return cut(np.zeros(bars), np.array(_LENGTHS))


def _lengths(score: Score) -> Floats:
    """`_LENGTHS`, where two bars are likelier the longer they are: a phrase has some 8 beats."""
    lengths = np.array(_LENGTHS)
    spare = 4.0 - score.bars[pickup(score)].full / TICKS
    lengths[1] += 1.4 - 0.7 * min(max(spare, 0.0), 2.0)
    return lengths


def ends(score: Score) -> Floats:
    """Evidence that a phrase ends in each of the first `MAX_BARS` bars, about 0..4."""
    repose = sounding(score).repose[:MAX_BARS]
    usual, most = np.median(repose), np.quantile(repose, 0.95)
    rest = np.clip((repose - usual) / max(most - usual, 0.1), 0.0, 1.5)
    closes = np.array([_CADENCES[kind] for kind in cadences(score)[:MAX_BARS]])
    alike = likeness(score).alike
    motif, period = returns(alike, 2), returns(alike, 4)
    section = returns(np.where(alike >= SAME, 1.0, 0.0), 8)  # a pick-up is no part of it
    # an elision: the cadence falls in the bar that begins what returns
    elided = np.flatnonzero((period[:-1] > 0.6) & (rest[1:] < 0.5))
    closes[elided] = np.maximum(closes[elided], closes[elided + 1])
    closes[elided + 1] = 0.0
    again = _MOTIF * motif + _PERIOD * period + _SECTION * section
    parts = (_REPOSE * rest, _CADENCE * closes, _NOVELTY * novelty(score), again)
    return np.asarray(sum(parts), np.float64)


def novelty(score: Score) -> Floats:
    """How much changes after each bar: Foote's (2000) checkerboard along the diagonal, 0..1.

    Of the likeness of `KERNEL` bars on each side, tapered; the greatest of the piece is 1.
    """
    alike = likeness(score).alike
    taper = np.exp(-0.5 * ((np.arange(-KERNEL, KERNEL) + 0.5) / (KERNEL / 2)) ** 2)
    side = np.sign(np.arange(-KERNEL, KERNEL) + 0.5)
    kernel = np.outer(side * taper, side * taper)
    padded = np.pad(alike, KERNEL, mode="constant")
    bars = len(alike)
    value = np.zeros(bars)
    for i in range(2 * KERNEL):
        for j in range(2 * KERNEL):
            rows = np.arange(bars) + 1 + i
            value += kernel[i, j] * padded[rows, rows - i + j]
    value = np.maximum(value, 0.0)
    return np.asarray(value / max(float(value.max(initial=0.0)), 1e-9), np.float64)


def returns(alike: Floats, bars: int) -> Floats:
    """Whether something heard before begins, or something heard again later, after each bar, 0..1.

    How alike [n, n] the next so many bars are to as many others, less how alike this bar is to the
    one before those: a likeness that has been going on begins nothing.
    """
    value = np.zeros(len(alike))
    runs = alike
    for further in range(1, bars):
        runs = np.minimum(runs[:-1, :-1], alike[further:, further:])
    places = np.arange(len(runs))
    apart = np.abs(places[:, None] - places) >= bars
    before = np.pad(alike, ((1, 0), (1, 0)))[: len(runs), : len(runs)]
    gain = np.where(apart, np.maximum(runs - before, 0.0), 0.0)
    value[: max(0, len(runs) - 1)] = gain.max(axis=1, initial=0.0)[1:]
    return np.minimum(value, 1.0)


def cut(evidence: Floats, lengths: Floats) -> list[int]:
    """The ends (exclusive) of the best cut of n bars into spans of 1..len(lengths) bars.

    `evidence[i]` is what an end in bar i is worth, `lengths[k - 1]` what a span of k bars is.
    """
    best = np.full(len(evidence) + 1, -np.inf)
    best[0] = 0.0
    came = np.zeros(len(evidence) + 1, np.int64)
    for end in range(1, len(evidence) + 1):
        reach = min(end, len(lengths))
        value = best[end - reach : end][::-1] + lengths[:reach]
        came[end] = int(value.argmax()) + 1
        best[end] = value.max() + evidence[end - 1]
    found = [len(evidence)]
    while found[-1] > 0:
        found.append(found[-1] - int(came[found[-1]]))
    return found[-2::-1]
