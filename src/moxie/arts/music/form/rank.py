"""Which of several candidates is most like real works in what a listener would notice.

A handful of interpretable measures of a piece are compared with those of real works of about the
same length: how many (robust) deviations it lies off their median. Faults count only where there
are more of them than in the works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.form.plan import Step
from moxie.arts.music.form.structure import begins_on_tonic, structure
from moxie.arts.music.pieces import excerpt
from moxie.arts.music.score import Score
from moxie.arts.music.theory.counterpoint import FAULTS, faults
from moxie.arts.music.theory.harmony import cadence, chords, keys
from moxie.arts.music.theory.likeness import likeness
from moxie.arts.music.theory.phrases import phrases
from moxie.arts.music.theory.sounding import Sounding, evenly, sounding

MAX_WORKS = 48
"""Works that a reference looks at, evenly chosen."""

FAR = 4.0
"""Deviations beyond which a measure counts no more: one oddity must not decide alone."""

TRUST = 4.0
"""As how many works the usual deviations count beside those measured."""

_BEGINNING = frozenset({"begins_on_tonic"})
_END = frozenset({"ends_with_cadence", "weak_end"})
"""What is measured only at the real beginnings and ends of works."""

_ONE_SIDED: Mapping[str, int] = dict.fromkeys(FAULTS, 1) | {
    "begins_on_tonic": -1, "ends_with_cadence": -1, "cadences": -1, "in_key": -1,
}  # fmt: skip
"""Measures of which only too much (1) or too little (-1) is wrong."""

_CRAFT: Mapping[str, float] = {
    **{name: 1.0 for name in FAULTS if name != "weak_end"}, "in_key": 1.0,
    **dict.fromkeys(("steps", "strokes_a_beat", "intervals", "rest"), 0.3),
    "fifths": 0.3, "harmonic_rhythm": 0.3, "turns": 0.5, "pitch_classes": 1.0, "repeats": 1.0,
    "durations": 1.0,
}  # fmt: skip
"""What is looked at phrase by phrase, and how much each deviation weighs."""

_SLACK = 0.3
"""Deviations that count nothing: half the works' own passages lie beyond the median."""

_SHORT = 0.7
"""Deviations of a few bars count less: they lie further apart than those of whole pieces."""

_LOOPING, _OPEN = 3.0, 1.0
"""What a new bar that is an old one counts, and a close without a cadence or a beginning without
the tonic, in deviations."""

LOOSE, VARIED = 0.5, 0.7
"""Exact likeness up to which a new or a varied bar may come near an old one."""

_WIDTHS: Mapping[str, float] = {
    "parallels_outer": 0.02, "parallels": 0.02, "crossing": 0.04, "out_of_range": 0.01,
    "dissonance": 0.04, "hanging": 0.08, "leaps": 0.02, "empty": 0.03, "weak_end": 0.4,
    "structure_short": 0.15, "structure_mid": 0.15, "structure_long": 0.2,
    "new": 0.2, "varied": 0.15, "repeated": 0.2, "phrase_regularity": 0.15,
    "begins_on_tonic": 0.3, "ends_with_cadence": 0.4, "cadences": 0.2,
    "notes_a_beat": 0.4, "strokes_a_beat": 0.3, "voices": 0.2, "rest": 0.1, "in_key": 0.06,
    "pitch_classes": 0.25, "steps": 0.12, "repeats": 0.08, "turns": 0.1, "intervals": 0.3,
    "durations": 0.35,
    "compass": 5.0, "lows": 6.0, "highs": 6.0, "harmonic_rhythm": 0.12, "fifths": 0.12,
}  # fmt: skip
"""How far works by one hand usually lie apart in each measure; what the deviations rest on where
there are few works."""


class Spread(NamedTuple):
    """The median of a measure over works, and their deviation from it."""

    centre: float
    width: float


@dataclass(frozen=True, slots=True)
class Reference:
    """What measures are usual in some works."""

    spreads: Mapping[str, Spread] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The reference as plain data."""
        return {name: list(spread) for name, spread in self.spreads.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Reference:
        """The inverse of `to_json`."""
        found = cast("Mapping[str, tuple[float, float]]", data)
        return cls({name: Spread(*values) for name, values in found.items()})


def reference(scores: Sequence[Score], *, bars: int = 32) -> Reference:
    """What is usual at the beginnings and ends, of so many bars, of up to `MAX_WORKS` scores.

    `bars` should be about what the candidates have: longer pieces repeat more.
    """
    measured: dict[str, list[float]] = {}
    for index in evenly(len(scores), MAX_WORKS):
        for passage, left_out in _passages(scores[index], bars):
            for name, value in measures(passage).items():
                if name not in left_out:
                    measured.setdefault(name, []).append(value)
    return Reference({name: _spread(name, values) for name, values in measured.items()})


def merit(score: Score, usual: Reference) -> float:
    """How typical a piece is: 0 at best, -1 where its measures lie one deviation off on average."""
    distances = [min(excess, FAR) for excess in deviations(score, usual).values()]
    return -float(np.mean(distances)) if distances else 0.0


def craft(passage: Score, usual: Reference, first: int, wanted: Sequence[Step]) -> float:
    """How well the bars of a passage from `first` on are made: 0 at best, else below.

    Faults count most: where there are more of them than in the works; new bars that repeat others;
    a planned close without a cadence. What else is far from usual counts a little, so that a piece
    does not become safe and dull phrase by phrase.
    """
    view = sounding(passage)
    if not len(view.onset):
        return -FAR
    found = faults(passage) | _texture(view) | _melody(view) | _harmony(passage, view)
    distances = {}
    for name, weight in _CRAFT.items():
        if name in usual.spreads:
            centre, width = usual.spreads[name]
            off = _SHORT * (found[name] - centre) / width
            side = _ONE_SIDED.get(name, 0)
            excess = (side * off if side else abs(off)) - _SLACK
            distances[name] = weight * min(max(0.0, excess), FAR)
    if first == 0 and not begins_on_tonic(passage):
        distances["astray"] = _OPEN
    distances["loops"] = _LOOPING * _looping(passage, first, wanted)
    if wanted and wanted[-1].close and cadence(passage, len(passage.bars) - 1) is None:
        distances["no cadence"] = _OPEN
    return -sum(distances.values())


def _looping(passage: Score, first: int, wanted: Sequence[Step]) -> float:
    """How many of the bars that should be new, or varied, are as one before, each 0 to 1."""
    alike = likeness(passage).exact
    found = 0.0
    for bar, step in enumerate(wanted, first):
        if step.kind != "repeat" and bar:
            loose = LOOSE if step.kind == "new" else VARIED
            found += max(0.0, float(alike[bar, :bar].max()) - loose) / (1 - loose)
    return found


def deviations(score: Score, usual: Reference) -> dict[str, float]:
    """How many deviations each measure lies off, 0 or more; what is wrong with a piece."""
    found = {}
    for name, value in measures(score).items():
        if name not in usual.spreads:
            continue
        centre, width = usual.spreads[name]
        off = (value - centre) / width
        side = _ONE_SIDED.get(name, 0)
        found[name] = max(0.0, side * off) if side else abs(off)
    return found


def measures(score: Score) -> dict[str, float]:
    """Everything a piece is ranked by.

    Besides `faults` and `structure`: `cadences`, the share of phrases that end in one;
    `notes_a_beat` and `strokes_a_beat` (times at which anything is struck), as logarithms;
    `voices`, the usual number of notes at once, as a logarithm; `rest`, the share of time that the
    leading line is silent; `in_key`, the share of time spent on the scales of the bars' keys;
    entropies (nats) of `pitch_classes` from the tonic, of melodic `intervals`, of `durations`;
    `steps`, `repeats` and `turns` of the melody; its `compass`; the usual `lows` and `highs`;
    `harmonic_rhythm`, changes of chord a beat, and how many of them are by `fifths`.
    """
    view = sounding(score)
    found = faults(score) | structure(score)
    if len(view.onset):
        found |= _texture(view) | _melody(view) | _harmony(score, view)
    return found


def _passages(score: Score, bars: int) -> list[tuple[Score, frozenset[str]]]:
    """The beginning and the end of a work, or the whole, each with what it cannot tell."""
    if len(score.bars) <= 1.5 * bars:
        return [(score, frozenset())]
    last = len(score.bars)
    return [(excerpt(score, 0, bars), _END), (excerpt(score, last - bars, last), _BEGINNING)]


def _spread(name: str, values: Sequence[float]) -> Spread:
    """Median and deviation; with few works the deviation leans on the usual one."""
    centre = float(np.median(values))
    robust = 1.4826 * float(np.median(np.abs(np.array(values) - centre)))
    measured = max(robust, 0.7 * float(np.std(values)))
    usual = _WIDTHS[name]
    total = TRUST + len(values)
    width = np.sqrt((TRUST * usual**2 + len(values) * measured**2) / total)
    return Spread(centre, max(float(width), usual / 4))


def _texture(view: Sounding) -> dict[str, float]:
    beats = max(1, len(view.strength))
    moments = len(view.moments)
    at_once = (view.end - view.onset).sum() / max(1, int((view.weights.sum(axis=1) > 0).sum()))
    beat = (view.edges[-1] - view.edges[0]) / beats
    return {
        "notes_a_beat": float(np.log(len(view.onset) / beats)),
        "strokes_a_beat": float(np.log(moments / beats)),
        "voices": float(np.log(max(at_once / beat, 1e-3))),
        "lows": float(np.median(view.outer[1])),
        "highs": float(np.median(view.outer[0])),
    }


def _melody(view: Sounding) -> dict[str, float]:
    onset, end = view.onset[view.melody], view.end[view.melody]
    pitch = view.pitch[view.melody]
    steps = np.diff(pitch)
    moved = steps[steps != 0]
    sounds = np.minimum(end[:-1], onset[1:]) - onset[:-1]
    span = max(1, int(onset[-1] - onset[0]))
    low, high = np.quantile(pitch, (0.05, 0.95))
    return {
        "rest": 1.0 - float(sounds.sum()) / span,
        "intervals": _entropy(np.clip(steps, -13, 13)),
        "durations": _entropy(np.diff(onset)),
        "steps": float((np.abs(moved) <= 2).mean()) if len(moved) else 0.0,
        "repeats": float((steps == 0).mean()) if len(steps) else 0.0,
        "turns": float((moved[1:] * moved[:-1] < 0).mean()) if len(moved) > 1 else 0.0,
        "compass": float(high - low),
    }


def _harmony(score: Score, view: Sounding) -> dict[str, float]:
    found, key_of = chords(score), keys(score)
    tonics = np.array([key.tonic for key in key_of[:-1]])
    minors = np.array([key.minor for key in key_of[:-1]])
    bar = view.beat_bar
    degrees = np.arange(12)[None, :] - tonics[bar][:, None]
    inside = _SCALES[minors[bar].astype(int)[:, None], degrees % 12]
    total = max(float(view.weights.sum()), 1.0)
    home = np.roll(view.weights.sum(axis=0), -key_of[-1].tonic) / total
    roots = found.root[found.root >= 0]
    changes = np.diff(roots)
    changes = changes[changes != 0] % 12
    ends = phrases(score)
    closing = sum(phrase.cadence is not None for phrase in ends)
    return {
        "in_key": float((view.weights * inside).sum()) / total,
        "pitch_classes": float(-(home * np.log(np.maximum(home, 1e-12))).sum()),
        "harmonic_rhythm": len(changes) / max(1, len(roots)),
        "fifths": float(np.isin(changes, (5, 7)).mean()) if len(changes) else 0.0,
        "cadences": closing / max(1, len(ends)),
    }


_SCALES: NDArray[np.bool_] = np.zeros((2, 12), np.bool_)
_SCALES[0, [0, 2, 4, 5, 7, 9, 11]] = True
_SCALES[1, [0, 2, 3, 5, 7, 8, 9, 10, 11]] = True  # minor with both forms of its sixth and seventh


def _entropy(values: NDArray[np.int64]) -> float:
    """Of the values' shares, in nats."""
    if not len(values):
        return 0.0
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(shares * np.log(shares)).sum())
