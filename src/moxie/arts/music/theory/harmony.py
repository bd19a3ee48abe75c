"""Chords beat by beat, and the cadences that they make.

A beat's chord is the likeliest path through templates (Viterbi): how long each pitch class sounds
in the beat, with the bass counted apart, against what each chord would sound; a change costs more
on a weak beat than on a strong one. Cadences are read in the key of their bar, so that a close in
the dominant is a close.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Key, Score
from moxie.arts.music.theory.keys import estimate_key, estimate_keys_by_bar
from moxie.arts.music.theory.sounding import (
    DOWN,
    MIDDLE,
    WEAK,
    Floats,
    Ints,
    Sounding,
    sounding,
    within,
)

Cadence: TypeAlias = Literal["authentic", "half", "plagal", "deceptive"]

QUALITIES = (
    "major", "minor", "diminished", "augmented",
    "dominant seventh", "major seventh", "minor seventh", "half-diminished", "diminished seventh",
)  # fmt: skip
"""What `Chords.quality` indexes."""

MAJOR, MINOR, DIMINISHED, AUGMENTED, DOMINANT = range(5)
_LEADING = ("diminished", "half-diminished", "diminished seventh")
_TONES = (
    (0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8),
    (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 3, 6, 10), (0, 3, 6, 9),
)  # fmt: skip
_TRIAD, _SEVENTH = (0.36, 0.28, 0.24), (0.29, 0.23, 0.20, 0.18)
"""Share of the time that a chord's root, third, fifth and seventh sound; the rest is others'."""

_BASS = (0.60, 0.20, 0.12, 0.06)
"""How often each of them is in the bass."""

SOUNDED, BASS = 6.0, 1.5
"""How many independent observations a beat's pitch classes, and its bass, are worth."""

REPOSE = 0.15
"""How much of `Sounding.repose` makes a dominant a half cadence."""

_CHANGE = {DOWN: 1.5, MIDDLE: 2.0}
_WEAK_CHANGE = 3.0
"""What a change of chord costs on a beat of that strength, in log-likelihood."""


class Chords(NamedTuple):
    """A chord a beat, int64 [beats] each; all -1 where nothing sounds.

    `root` and `bass` are pitch classes, `quality` an index into `QUALITIES`.
    """

    root: Ints
    quality: Ints
    bass: Ints


@lru_cache(maxsize=16)
def chords(score: Score) -> Chords:
    """The chord of each beat of `sounding(score)`."""
    view = sounding(score)
    evidence = _evidence(view)
    states = _path(evidence, view.strength)
    silent = view.bass < 0
    columns = (states % 12, states // 12, view.bass % 12)
    return Chords(*(np.where(silent, -1, column) for column in columns))


@lru_cache(maxsize=16)
def keys(score: Score) -> tuple[Key, ...]:
    """The key of each bar, and last of all that of the whole."""
    return (*estimate_keys_by_bar(score), estimate_key(score))


@lru_cache(maxsize=4096)
def chord_of(heard: int) -> tuple[int, int]:
    """Root and quality of the chord that fits best what is heard above a bass.

    Bit i of `heard` is the pitch class i semitones above the bass; so is the root counted.
    """
    sounded, lowest = _templates()
    classes = [tone for tone in range(12) if heard >> tone & 1]
    fit = SOUNDED * sounded[:, classes].mean(axis=1) + BASS * lowest[:, 0]
    state = int(fit.argmax())
    return state % 12, state // 12


def _evidence(view: Sounding) -> Floats:
    """Log-likelihood of each chord in each beat, float64 [beats, chords]."""
    sounded, bass = _templates()
    total = view.weights.sum(axis=1, keepdims=True)
    shares = np.divide(view.weights, total, out=np.zeros_like(view.weights), where=total > 0)
    heard = np.where(view.bass[:, None] >= 0, bass[:, view.bass % 12].T, 0.0)
    return np.asarray(SOUNDED * (shares @ sounded.T) + BASS * heard, np.float64)


@lru_cache(maxsize=1)
def _templates() -> tuple[Floats, Floats]:
    """Log-probabilities of a sounding and of a bass pitch class, float64 [chords, 12] each.

    Chord 12 q + r has the quality q and the root r.
    """
    sounded, bass = np.zeros((len(_TONES), 12)), np.zeros((len(_TONES), 12))
    for quality, tones in enumerate(_TONES):
        shares = _TRIAD if len(tones) == 3 else _SEVENTH
        for table, given in ((sounded, shares), (bass, _BASS[: len(tones)])):
            table[quality] = (1.0 - sum(given)) / (12 - len(tones))
            table[quality, tones] = given
    roots = range(12)
    return (
        np.log(np.concatenate([[np.roll(row, r) for r in roots] for row in sounded])),
        np.log(np.concatenate([[np.roll(row, r) for r in roots] for row in bass])),
    )


def _path(evidence: Floats, strength: Floats) -> Ints:
    """The best chord of each beat when changes cost, int64 [beats]."""
    came = np.zeros(evidence.shape, np.int64)
    same = np.arange(evidence.shape[1])
    total = evidence[0]
    for i in range(1, len(evidence)):
        best = int(total.argmax())
        floor = total[best] - _CHANGE.get(float(strength[i]), _WEAK_CHANGE)
        stay = total >= floor
        came[i] = np.where(stay, same, best)
        total = np.where(stay, total, floor) + evidence[i]
    states = np.zeros(len(evidence), np.int64)
    states[-1] = total.argmax()
    for i in range(len(evidence) - 1, 0, -1):
        states[i - 1] = came[i, states[i]]
    return states


def cadence(score: Score, bar: int) -> Cadence | None:
    """The cadence that falls in the bar; None when there is none.

    Authentic: a dominant goes to the triad a fifth below, its root in the bass. Plagal: the
    subdominant goes to the tonic. Deceptive: the dominant goes to the sixth degree. Half: the line
    comes to rest on the dominant. The goal lasts for half a bar, or comes on a strong beat and the
    line waits on it.
    """
    arrival = arrivals(score)[bar]
    return arrival.kind if arrival else None


def cadences(score: Score) -> tuple[Cadence | None, ...]:
    """The cadence of each bar, the last where there are several."""
    return tuple(arrival.kind if arrival else None for arrival in arrivals(score))


class Arrival(NamedTuple):
    """A cadence and the beat (of the whole piece) in which its goal comes."""

    kind: Cadence
    beat: int


@lru_cache(maxsize=16)
def arrivals(score: Score) -> tuple[Arrival | None, ...]:
    """The cadence of each bar and where its goal comes."""
    view, found, key_of = sounding(score), chords(score), keys(score)
    made: list[Arrival | None] = [None] * view.bars
    changes = np.flatnonzero((found.root[1:] != found.root[:-1]) & (found.root[:-1] >= 0)) + 1
    for beat in changes.tolist():
        bar = int(view.beat_bar[beat])
        key = key_of[bar] if bar < view.bars - 1 else key_of[-1]  # the end is heard in the home key
        kind = _kind(found, beat, key) if found.root[beat] >= 0 else None
        if kind == "half" and view.repose[bar] < REPOSE * (1 + (found.quality[beat] == DOMINANT)):
            continue  # a seventh wants to go on: it takes more of a rest
        if kind and _settled(view, found, beat):
            made[bar] = Arrival(kind, beat)
    return tuple(made)


def _kind(found: Chords, beat: int, key: Key) -> Cadence | None:
    """What the change of chord at the beat would be as a cadence in the key."""
    root, before = int(found.root[beat]), int(found.root[beat - 1])
    quality, bass = int(found.quality[beat]), int(found.bass[beat])
    degree, was = (root - key.tonic) % 12, (before - key.tonic) % 12
    triad = quality in (MAJOR, MINOR)
    dominant = _dominant(found, beat - 1)
    rooted = found.bass[beat - 1] == before and dominant == root
    if degree == 7 and quality in (MAJOR, DOMINANT) and bass == root and not rooted:
        return "half"
    if triad and bass == root and dominant == root:
        return "authentic"
    if triad and dominant == key.tonic and degree in (8, 9):
        return "deceptive"
    if triad and degree == 0 and bass == root and was in (2, 5):
        return "plagal"
    return None


def _dominant(found: Chords, beat: int) -> int:
    """The tonic that the beat's chord is the dominant of; -1 where it is not one."""
    quality, root = int(found.quality[beat]), int(found.root[beat])
    if quality in (MAJOR, DOMINANT, AUGMENTED):
        return (root + 5) % 12
    return (root + 1) % 12 if QUALITIES[quality] in _LEADING else -1


def _settled(view: Sounding, found: Chords, beat: int) -> bool:
    """Whether the chord that comes at the beat lasts, or comes strong and the line waits on it."""
    last = beat
    while last + 1 < len(found.root) and found.root[last + 1] in (found.root[beat], -1):
        last += 1
    bar = view.beat_bar[beat]
    half = (view.starts[bar + 1] - view.starts[bar]) // 2
    if view.edges[last + 1] - view.edges[beat] >= half:
        return True
    line = view.onset[view.melody]
    inside = np.searchsorted(line, view.edges[beat + 1]) - np.searchsorted(
        line, view.edges[beat], side="right"
    )
    return bool(view.strength[beat] > WEAK and inside == 0)


def ends_well(score: Score) -> bool:
    """Whether the piece ends on its tonic: in the bass, under its triad, long and strong.

    What sounds last is the tonic triad or part of it; the tonic harmony came in on a strong beat,
    or two beats before the last bar line; it is no mere quarter of a beat.
    """
    view, found, home = sounding(score), chords(score), keys(score)[-1]
    if not len(view.onset):
        return False
    end = int(view.end.max())
    last = view.end == end
    triad = {(home.tonic + tone) % 12 for tone in (0, 3, 4, 7)}
    heard = view.pitch[last] % 12
    if heard[view.pitch[last].argmin()] != home.tonic or not set(heard.tolist()) <= triad:
        return False
    final = int(within(view.edges, np.array([end - 1]))[0])
    first = final
    while first > 0 and found.root[first - 1] == home.tonic:
        first -= 1
    beat = int(view.edges[final + 1] - view.edges[final])
    long = (view.end[last] - view.onset[last]).max() > beat // 4
    strong = view.strength[first] > WEAK or score.length - view.edges[first] >= 2 * beat
    return bool(long and strong)


def tones_of(root: Ints, quality: Ints, pitch_class: Ints) -> NDArray[np.bool_]:
    """Whether each pitch class belongs to the chord of its root and quality, bool [n]."""
    table = np.zeros((len(_TONES) + 1, 12), np.bool_)  # the last row, -1: nothing sounds
    for row, tones in enumerate(_TONES):
        table[row, list(tones)] = True
    return np.asarray(table[quality, (pitch_class - root) % 12], np.bool_)
