"""The form of a piece as a plan: its sections, and which earlier bar each bar takes up.

Phrases are gathered into sections by dynamic programming: sections of usual length that come
again elsewhere are preferred. A section is labelled by how alike it is, bar by bar, to the
earlier ones; in a section that comes again each bar takes up its counterpart, else the bar most
like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from moxie.arts.music.form.plan import Kind, Plan, Section, Step, labelled
from moxie.arts.music.score import Score
from moxie.arts.music.theory.likeness import Likeness, likeness
from moxie.arts.music.theory.phrases import Close, ends, phrases
from moxie.arts.music.theory.sounding import Floats

SAME, VARIED = 0.9, 0.45
"""From how much likeness (exact; transposed or varied) on a bar takes up another."""

MOVED = 0.97
"""From how much likeness on a bar repeats another in transposition."""

LONG = 32
"""Bars that a section has at most."""

_USUAL = {1: -4.0, 2: -3.0, 3: -2.5, 4: -1.6, 5: -1.6, 8: 0.0, 12: -0.6, 16: -0.4}
_UNUSUAL = -1.0
"""What a section of so many bars is worth beside one of eight, as a log-probability."""

_AGAIN = 3.0
"""What a section of eight bars is worth that comes again exactly."""

_PRIMES = 3


@lru_cache(maxsize=16)
def plan_of(score: Score) -> Plan:
    """The plan that a score follows, without its pick-up; of its first `MAX_BARS` bars."""
    found = phrases(score)
    first, last = found[0].first, found[-1].last + 1
    alike = likeness(score)
    span = (slice(first, last), slice(first, last))
    near = Likeness(alike.exact[span], alike.alike[span], alike.shift[span])
    closes: list[Close] = [""] * (last - first)
    for phrase in found:
        closes[phrase.last - first] = phrase.close
    bounds = _sections(near, [p.last + 1 - first for p in found], ends(score)[first:last])
    labels, models = _labels(near, bounds)
    sections = [
        Section(label, a, b - a) for label, a, b in zip(labels, [0, *bounds], bounds, strict=False)
    ]
    likes = _references(near, sections, models)
    steps = [_step(near, i, likes[i], closes[i]) for i in range(last - first)]
    return Plan(labelled(steps, sections))


def _sections(near: Likeness, phrase_ends: Sequence[int], evidence: Floats) -> list[int]:
    """The ends (exclusive) of the best cut into sections of whole phrases."""
    again = _comes_again(near)
    bounds = [0, *phrase_ends]
    usual = evidence[np.array(phrase_ends) - 1].mean()
    best, came = [0.0], [0]
    for j in range(1, len(bounds)):
        choices: list[tuple[float, int]] = []
        for i in range(j - 1, -1, -1):
            bars = bounds[j] - bounds[i]
            if bars > LONG and choices:
                break
            worth = _USUAL.get(bars, _UNUSUAL)
            worth += _AGAIN * np.sqrt(bars / 8) * again[min(bars, LONG)][bounds[i]]
            choices.append((best[i] + worth + 0.5 * (evidence[bounds[j] - 1] - usual), i))
        value, source = max(choices)
        best.append(value)
        came.append(source)
    found, j = [], len(bounds) - 1
    while j > 0:
        found.append(bounds[j])
        j = came[j]
    return found[::-1]


def _comes_again(near: Likeness) -> list[Floats]:
    """For each length, how alike the bars from each on are to others at the same distance, 0..1.

    `[length][first]`: the mean of bar-by-bar likeness at the best distance, which is at least the
    length, so that a section is not taken for its own repeat; above `VARIED` only.
    """
    bars = len(near.alike)
    sums = np.zeros((bars + 1, 2 * bars))  # by bar, by distance + bars
    rows = np.arange(bars)
    for distance in range(-bars + 1, bars):
        inside = rows[max(0, -distance) : bars - max(0, distance)]
        sums[inside + 1, distance + bars] = near.alike[inside, inside + distance]
    sums = np.cumsum(sums, axis=0)
    found = [np.zeros(bars + 1)]
    for length in range(1, LONG + 1):
        value = np.zeros(bars + 1)
        if length < bars:
            means = (sums[length:] - sums[:-length]) / length
            means[:, bars - length + 1 : bars + length] = 0.0
            value[: len(means)] = np.maximum(means.max(axis=1) - VARIED, 0.0) / (1.0 - VARIED)
        found.append(value)
    return found


def _labels(near: Likeness, bounds: Sequence[int]) -> tuple[list[str], list[int | None]]:
    """A label for each section, and the first bar of the section that it takes up."""
    labels: list[str] = []
    models: list[int | None] = []
    starts = [0, *bounds[:-1]]
    for number, (start, stop) in enumerate(zip(starts, bounds, strict=True)):
        exact, varied = [], []
        for earlier in range(number):
            bars = min(stop - start, bounds[earlier] - starts[earlier])
            a = np.arange(bars)
            part = min(1.0, 2 * bars / (stop - start))  # half a section may stand for the whole
            exact.append(part * near.exact[start + a, starts[earlier] + a].mean())
            along = near.alike[start + a, starts[earlier] + a]
            # a section that only ends like another (a rhyme) is not its variation
            varied.append(part * min(along.mean(), along[: (bars + 1) // 2].mean()))
        same = int(np.argmax(exact)) if exact else -1
        most = int(np.argmax(varied)) if varied else -1
        if exact and exact[same] >= SAME:
            labels.append(labels[same])
            models.append(starts[same])
        elif varied and varied[most] >= VARIED:
            labels.append(_primed(labels[most][0], labels))
            models.append(starts[most])
        else:
            letters = len({label[0] for label in labels})
            labels.append(chr(ord("A") + min(letters, 25)))
            models.append(None)
    return labels, models


def _primed(letter: str, labels: Sequence[str]) -> str:
    """The letter with one more prime than it had so far, up to three."""
    most = max(len(label) - 1 for label in labels if label[0] == letter)
    return letter + "'" * min(most + 1, _PRIMES)


def _references(
    near: Likeness, sections: Sequence[Section], models: Sequence[int | None]
) -> list[int | None]:
    """The earlier bar that each bar takes up, where there is one."""
    likes: list[int | None] = []
    supported = near.alike + 0.3 * _neighbours(near.alike)
    for section, model in zip(sections, models, strict=True):
        for i in range(section.first, section.first + section.bars):
            counterpart = None if model is None else model + i - section.first
            if counterpart is not None and counterpart < i and near.alike[i, counterpart] >= VARIED:
                likes.append(counterpart)
                continue
            worth = supported[i, :i].copy()
            if i and likes[-1] is not None and likes[-1] + 1 < i:
                worth[likes[-1] + 1] += 0.15  # going on where the last bar left off
            best = int(worth.argmax()) if i else 0
            enough = i > 0 and near.alike[i, best] >= VARIED and worth[best] >= VARIED + 0.15
            likes.append(best if enough else None)
    return likes


def _neighbours(alike: Floats) -> Floats:
    """The greater of the likenesses one bar earlier and one bar later on both sides."""
    padded = np.pad(alike, 1)
    return np.asarray(np.maximum(padded[:-2, :-2], padded[2:, 2:]), np.float64)


def _step(near: Likeness, i: int, like: int | None, close: Close) -> Step:
    if like is None:
        return Step("new", None, "", close=close)
    shift = int(near.shift[i, like])
    if near.exact[i, like] >= SAME:
        return Step("repeat", like, "", close=close)
    kind: Kind = "repeat" if shift and near.alike[i, like] >= MOVED else "vary"
    return Step(kind, like, "", shift, close=close)
