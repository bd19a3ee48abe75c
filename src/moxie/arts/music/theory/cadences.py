"""What sounds where a phrase ends: from convention, and from what the works do.

A phrase closes on the tonic or ends half on the dominant. `cadence_targets` says what convention
allows in the chord of arrival ("final") and in the one before it; `mine_cadences` counts what
works do there, and `CadenceTable.bias` gives both together as soft weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Key, Score
from moxie.arts.music.theory.harmony import MINOR, Arrival, arrivals, chords, keys
from moxie.arts.music.theory.phrases import phrases
from moxie.arts.music.theory.sounding import Sounding, evenly, sounding

Ending: TypeAlias = Literal["half", "close"]
Place: TypeAlias = Literal["before", "final"]

PRIOR = 8.0
"""How many phrase ends convention counts as, beside those of the works."""

FLOOR = 0.002
"""The least probability of a pitch class: nothing is forbidden."""

HEARD = 0.2
"""The share of a beat that a pitch class sounds at least to be counted in it."""

MAX_WORKS = 64
"""Works that are looked at, evenly chosen."""

MAX_SONORITIES = 100
"""Sonorities that are kept of each kind, the most frequent ones."""

_THIRD, _SIXTH = -3, -4  # stand for the third and sixth degree of the mode
_CONVENTION: Mapping[tuple[Ending, Place], tuple[Mapping[int, float], Mapping[int, float]]] = {
    ("close", "before"): (
        {7: 0.78, 11: 0.07, 2: 0.07, 5: 0.08},
        {2: 0.3, 11: 0.3, 7: 0.25, 5: 0.15},
    ),
    ("close", "final"): ({0: 1.0}, {0: 0.4, _THIRD: 0.35, 7: 0.25}),
    ("half", "before"): (
        {0: 0.3, 5: 0.25, 2: 0.15, 6: 0.1, _SIXTH: 0.15, _THIRD: 0.05},
        {0: 0.28, 2: 0.2, _THIRD: 0.12, 5: 0.13, _SIXTH: 0.15, 7: 0.12},
    ),
    ("half", "final"): ({7: 1.0}, {7: 0.3, 11: 0.35, 2: 0.35}),
}  # fmt: skip
"""Bass and upper voices by semitones above the tonic, as probabilities."""


class Targets(NamedTuple):
    """The pitch classes that convention allows."""

    bass: frozenset[int]
    upper: frozenset[int]


class Bias(NamedTuple):
    """Log-weights of the pitch classes, float32 [12] each, 0 for the likeliest, else negative."""

    bass: NDArray[np.float32]
    upper: NDArray[np.float32]

    def at(self, tonic: int) -> Bias:
        """The same with pitch classes counted from C instead of from the tonic."""
        return Bias(np.roll(self.bass, tonic), np.roll(self.upper, tonic))


def cadence_targets(key: Key, kind: Ending, place: Place) -> Targets:
    """The pitch classes (C is 0) that convention allows in bass and upper voices."""
    bass, upper = _CONVENTION[kind, place]
    return Targets(
        frozenset((key.tonic + _degree(tone, key.minor)) % 12 for tone in bass),
        frozenset((key.tonic + _degree(tone, key.minor)) % 12 for tone in upper),
    )


@dataclass(frozen=True, slots=True)
class CadenceTable:
    """Counts of what sounds at phrase ends.

    `sonorities["close/final/major"]` counts (bass, pitch classes above it) from the tonic;
    `onsets["close"]` counts where in the bar the final chord comes, in twenty-fourths of it.
    """

    sonorities: Mapping[str, Mapping[tuple[int, ...], int]] = field(default_factory=dict)
    onsets: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def bias(self, kind: Ending, place: Place, *, minor: bool) -> Bias:
        """Log-weights of pitch classes from the tonic on, works and convention together."""
        bass, upper = (_spread(tones, minor) for tones in _CONVENTION[kind, place])
        for (low, *above), count in self.sonorities.get(_name(kind, place, minor), {}).items():
            bass[low] += count
            for tone in above:
                upper[tone] += count / len(above)
        return Bias(_logarithms(bass), _logarithms(upper))

    def places(self, kind: Ending) -> Mapping[float, float]:
        """Where in the bar (0 is its beginning) the final chord comes, and how often, as a share.

        At the beginning where no work says otherwise.
        """
        counts = self.onsets.get(kind, {})
        total = sum(counts.values())
        return {place / 24: count / total for place, count in counts.items()} or {0.0: 1.0}

    def to_json(self) -> dict[str, object]:
        """The table as plain data."""
        return {
            "sonorities": {
                name: [[list(tones), count] for tones, count in counts.items()]
                for name, counts in self.sonorities.items()
            },
            "onsets": {
                kind: [list(i) for i in counts.items()] for kind, counts in self.onsets.items()
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> CadenceTable:
        """The inverse of `to_json`."""
        sonorities = cast("Mapping[str, list[tuple[list[int], int]]]", data["sonorities"])
        onsets = cast("Mapping[str, list[tuple[int, int]]]", data["onsets"])
        return cls(
            {name: {tuple(t): count for t, count in counts} for name, counts in sonorities.items()},
            {kind: dict(counts) for kind, counts in onsets.items()},
        )


def mine_cadences(scores: Sequence[Score]) -> CadenceTable:
    """Count what sounds where phrases of up to `MAX_WORKS` scores end in a known cadence."""
    sonorities: dict[str, Counter[tuple[int, ...]]] = {}
    onsets: dict[str, Counter[int]] = {}
    for index in evenly(len(scores), MAX_WORKS):
        score = scores[index]
        view, found = sounding(score), arrivals(score)
        for phrase in phrases(score):
            arrival = found[phrase.last]
            if arrival is None or arrival.kind == "deceptive":
                continue
            kind: Ending = "half" if arrival.kind == "half" else "close"
            tonic, minor = _tonic(score, arrival)
            place: Place
            for place, beat in (("before", arrival.beat - 1), ("final", arrival.beat)):
                name = _name(kind, place, minor)
                sonorities.setdefault(name, Counter())[_sonority(view, beat, tonic)] += 1
            bar = score.bars[phrase.last]
            within = int(view.edges[arrival.beat]) - bar.onset
            onsets.setdefault(kind, Counter())[24 * within // bar.length] += 1
    kept = {name: dict(counts.most_common(MAX_SONORITIES)) for name, counts in sonorities.items()}
    return CadenceTable(kept, {kind: dict(counts) for kind, counts in onsets.items()})


def _tonic(score: Score, arrival: Arrival) -> tuple[int, bool]:
    """The tonic that the cadence is in, and whether it is minor; of a half cadence a fourth up."""
    found, key = chords(score), keys(score)[int(sounding(score).beat_bar[arrival.beat])]
    root = int(found.root[arrival.beat])
    tonic = (root + 5) % 12 if arrival.kind == "half" else root
    if tonic == key.tonic or arrival.kind == "half":
        return tonic, key.minor
    return tonic, int(found.quality[arrival.beat]) == MINOR


def _sonority(view: Sounding, beat: int, tonic: int) -> tuple[int, ...]:
    """The bass and then the pitch classes above it, from the tonic."""
    start, stop = view.edges[beat], view.edges[beat + 1]
    here = (view.onset < stop) & (view.end > start) & (view.pitch > view.bass[beat])
    length = np.minimum(view.end[here], stop) - np.maximum(view.onset[here], start)
    shares = np.bincount((view.pitch[here] - tonic) % 12, length, 12) / (stop - start)
    above = np.flatnonzero(shares >= HEARD).tolist()
    return (int(view.bass[beat] - tonic) % 12, *above)


def _name(kind: Ending, place: Place, minor: bool) -> str:
    return f"{kind}/{place}/{'minor' if minor else 'major'}"


def _degree(tone: int, minor: bool) -> int:
    """Semitones above the tonic of a tone of `_CONVENTION`."""
    if tone == _THIRD:
        return 3 if minor else 4
    if tone == _SIXTH:
        return 8 if minor else 9
    return tone


def _spread(tones: Mapping[int, float], minor: bool) -> NDArray[np.float64]:
    """What convention counts for each pitch class, float64 [12]."""
    counts = np.zeros(12)
    for tone, share in tones.items():
        counts[_degree(tone, minor)] += PRIOR * share
    return counts


def _logarithms(counts: NDArray[np.float64]) -> NDArray[np.float32]:
    shares = np.maximum(counts / counts.sum(), FLOOR)
    return np.asarray(np.log(shares / shares.max()), np.float32)
