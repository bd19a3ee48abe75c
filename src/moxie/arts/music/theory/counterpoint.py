"""Faults against the grammar of part writing, as shares that can be compared with real works.

None of these is forbidden everywhere: orchestras double in octaves and keyboards leap. What tells
is how much more of it there is than in the works that a piece was learnt from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moxie.arts.music.score import Score
from moxie.arts.music.theory.harmony import chords, ends_well, tones_of
from moxie.arts.music.theory.ranges import range_of
from moxie.arts.music.theory.sounding import WEAK, Ints, Sounding, sounding, within

Bools = NDArray[np.bool_]

STEP = 2
"""Semitones that a dissonance may move by to be resolved."""

DOUBLING = 3
"""Parallels in a row from which on they are no fault."""

MAX_STREAMS = 12
"""Streams that are looked at for parallels, from the top."""


def faults(score: Score) -> dict[str, float]:
    """Shares, 0 where all is well, 1 where everything is wrong.

    - `parallels_outer`, `parallels`: of the moments at which two voices both move, those at which
      they go from one fifth or octave to the next; the outer voices, and all pairs of streams.
    - `crossing`: of the moments at which neighbouring streams sound, those where they cross.
    - `out_of_range`: notes that the instrument cannot play.
    - `dissonance`: of the notes struck on strong beats, those foreign to the chord that were not
      there before.
    - `hanging`: of the notes foreign to their chord, those left by a leap or into silence.
    - `leaps`: of the melodic steps, those of more than an octave.
    - `empty`: bars in which nothing sounds.
    - `weak_end`: 1 where the piece does not end on its tonic, long and strong.
    """
    view = sounding(score)
    if not len(view.onset):
        return dict.fromkeys(FAULTS, 0.0) | {"empty": 1.0, "weak_end": 1.0}
    foreign, left = _foreign(score, view)
    return {
        "parallels_outer": _share(*_parallels(view.outer)),
        "parallels": _parallels_of_pairs(view),
        "crossing": _crossing(view),
        "out_of_range": _out_of_range(score, view),
        "dissonance": _dissonance(view, foreign),
        "hanging": _share(float((foreign & left).sum()), float(foreign.sum())),
        "leaps": _leaps(view),
        "empty": float((np.bincount(view.beat_bar, view.bass >= 0) == 0).mean()),
        "weak_end": float(not ends_well(score)),
    }


FAULTS = (
    "parallels_outer", "parallels", "crossing", "out_of_range", "dissonance", "hanging", "leaps",
    "empty", "weak_end",
)  # fmt: skip
"""What `faults` measures."""


def _share(some: float, of: float) -> float:
    return some / of if of else 0.0


def _parallels(two: Ints) -> tuple[int, int]:
    """Parallel fifths and octaves between two lines [2, moments], and how often both move.

    `DOUBLING` in a row are an instrument doubling another, and lines on one pitch are one line.
    """
    both = ((two[:, 1:] != two[:, :-1]) & (two[:, 1:] >= 0) & (two[:, :-1] >= 0)).all(axis=0)
    apart = np.abs(two[0] - two[1])
    same = (apart[1:] % 12 == apart[:-1] % 12) & np.isin(apart[1:] % 12, (0, 7))
    along = np.sign(np.diff(two[0])) == np.sign(np.diff(two[1]))
    found = (same & along & (apart[1:] > 0))[both].astype(np.int64)
    edges = np.flatnonzero(np.diff(found, prepend=0, append=0))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs < DOUBLING].sum()), int(both.sum())


def _parallels_of_pairs(view: Sounding) -> float:
    streams = range(min(view.streams, MAX_STREAMS))
    pairs = [_parallels(view.voices[[a, b]]) for a in streams for b in streams if a < b]
    return _share(sum(found for found, _ in pairs), sum(moves for _, moves in pairs))


def _crossing(view: Sounding) -> float:
    upper, lower = view.voices[:-1], view.voices[1:]
    both = (upper >= 0) & (lower >= 0)
    return _share(float((both & (upper < lower)).sum()), float(both.sum()))


def _out_of_range(score: Score, view: Sounding) -> float:
    bounds = np.array([range_of(part) for part in score.parts]).reshape(-1, 2)[view.part]
    return float(((view.pitch < bounds[:, 0]) | (view.pitch > bounds[:, 1])).mean())


def _foreign(score: Score, view: Sounding) -> tuple[Bools, Bools]:
    """Which notes are foreign to the chord of their beat, and which are left by no step.

    A note is left by a step when its stream strikes one at most `STEP` semitones off at or right
    after its end.
    """
    beat = within(view.edges, view.onset)
    found = chords(score)
    member = tones_of(found.root[beat], found.quality[beat], view.pitch % 12)
    moment = np.searchsorted(view.moments, view.end)
    inside = np.minimum(moment, len(view.moments) - 1)
    follows = view.voices[view.stream, inside]
    stepped = (follows >= 0) & (np.abs(follows - view.pitch) <= STEP) & (moment == inside)
    return ~member, ~stepped


def _dissonance(view: Sounding, foreign: Bools) -> float:
    strong_times = view.edges[:-1][view.strength > WEAK]
    strong = np.isin(view.onset, strong_times)
    moment = np.searchsorted(view.moments, view.onset)
    before = np.where(moment > 0, view.voices[view.stream, np.maximum(moment - 1, 0)], -1)
    prepared = before == view.pitch
    return _share(float((strong & foreign & ~prepared).sum()), float(strong.sum()))


def _leaps(view: Sounding) -> float:
    far = steps = 0
    for stream in range(view.streams):
        line = view.voices[stream][view.struck[stream]]
        far += int((np.abs(np.diff(line)) > 12).sum())
        steps += max(0, len(line) - 1)
    return _share(far, steps)
