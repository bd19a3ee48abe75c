"""The dial: from a novelty that a person asks for to a style model's own setting.

Novelty means the same in every art. At 0 the model stays as near to the works as the gate allows:
at the least setting of which at most `REFUSED` drafts seem to be near-copies, so that making them
again is an exception. At 1 it goes on until fidelity is below a floor, and is so with `SURE`: a few
drafts tell fidelity so vaguely that the dial would else end wherever chance has it. The floor is
`HALFWAY`: on that scale (a squared distance) what lies halfway between the artist's own works and
the nearest other artist's scores 0.75; beyond it a creation is nearer to somebody else. Where the
model's best is less than 1, the floor is that share of its best, so that there is a dial at all:
of what the best is surely worth, for that of a few drafts is as uncertain as what it is held to.
Further drafts about that setting (see `calibrate`) tell its place. In between, equal steps of
novelty are equal steps of originality.

All curves are fitted monotonically (isotonic regression: Barlow et al., 1972) to means over the
same seeds at every setting. Originality is drawn towards a straight line as far as its bends could
be chance (James and Stein, 1961), and by `BELIEF` rounds' worth: an engine's own dial is even
until it is measured to be otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moxie.flow.statistics import Estimate, resampled
from moxie.text import Message, say
from moxie.work import Calibration, Measure, Setting

HALFWAY = 0.75
"""The floor of fidelity, or this share of the model's best where that is less than 1."""

REFUSED = 0.25
"""Share of first drafts that may be near-copies at novelty 0: about one in 250 then fails four
attempts."""

BELIEF = 2.0
"""Rounds' worth of belief that originality grows evenly with the setting."""

SELDOM = (1, 8)
"""Near-copies among drafts that are believed in before any is made: one refused of three tells
little, and must not cost the dial its near half."""

SURE = 0.75
"""How surely fidelity has to be below the floor for the dial to end. That of three drafts of prose
is uncertain by more than the scale, that of nine pieces of music by little."""

TOLD = 0.1
"""The setting where fidelity meets the floor is told when its interval is no wider than this."""

KNOTS = 20
"""Steps of novelty that are kept."""

FINE = 400
"""Steps in which curves are followed."""

BOUND = 1e6
"""Stands for no bound at all where ends of intervals are averaged."""

LEAST_GAIN = 0.01
"""Originality must grow by so much from end to end for steps of it to be told."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rounds found: similarities float64 [rounds, settings], and fidelity by setting.

    `drafted` is fidelity with an interval for which drafts were made alone (`by_drafts`, of
    `SURE`), and `counts` of how many drafts at each setting: with further ones, more than rounds.
    """

    settings: tuple[float, ...]
    similarities: Doubles
    fidelities: tuple[Estimate, ...]
    drafted: tuple[Estimate, ...]
    counts: tuple[int, ...]
    threshold: float
    typical: float

    @property
    def further(self) -> int:
        """How many drafts there are beyond the rounds."""
        return sum(self.counts) - self.similarities.size


@dataclass(frozen=True, slots=True)
class End:
    """Where fidelity meets its floor: the setting, and the least and the most that it may be.

    The dial ends at the most. `pair` is the place of the setting that was tried before it; the
    other is the next.
    """

    floor: float
    value: float
    low: float
    high: float
    pair: int

    @classmethod
    def of(
        cls, settings: Sequence[float], drafted: Sequence[Estimate], counts: Sequence[int]
    ) -> End | None:
        """By curves fitted to fidelity and to the ends of its interval.

        `drafted` and `counts` by setting, as in `Reading`. Where it is not sure that there is any
        fidelity, there is no floor as yet (nan); None where there is surely none, or it is unknown.
        """
        places = np.asarray(settings)
        known = np.array([one.value for one in drafted])
        if not np.isfinite(known).all():
            return None
        curve = _monotone(known, increasing=False, weights=counts)
        ends = np.clip([(one.low, one.high) for one in drafted], -BOUND, BOUND)
        low, high = (_monotone(end, increasing=False, weights=counts) for end in ends.T)
        floor = HALFWAY * min(1.0, float(low[0]))
        if floor <= 0:
            whole = float(places[-1]), float(places[0]), float(places[-1])
            return cls(np.nan, *whole, pair=0) if high[0] > 0 else None
        value, least, most = (_crossing(places, one, floor) for one in (curve, low, high))
        pair = min(int((curve >= floor).sum()), len(places) - 1) - 1
        return cls(floor, value, least, most, pair)

    @property
    def told(self) -> bool:
        """Whether its place is known well enough."""
        return self.high - self.low <= TOLD


def fit(reading: Reading, *, seed: int) -> Calibration:
    """The calibration that the rounds lead to; novelty is the setting where they tell too little.

    Originality, near-copies and fidelity are monotone in the setting afterwards. The same reading
    and seed give the same.
    """
    rounds = len(reading.similarities)
    shown = _settings(reading, seed)
    places = np.asarray(reading.settings)
    further = reading.further
    if not np.isfinite([one.fidelity.value for one in shown]).all():
        return Calibration(shown, (), np.nan, rounds, seed, (_NO_FLOOR,), further)
    near_copies = rounds * np.array([one.refused for one in shown])
    refused = _monotone((near_copies + SELDOM[0]) / (rounds + SELDOM[1]), increasing=False)
    grown = _evened(1 - np.minimum(reading.similarities, reading.threshold))
    fine = np.linspace(places[0], places[-1], FINE + 1)
    end = End.of(reading.settings, reading.drafted, reading.counts)
    near, far, floor, notes = _ends(fine, np.interp(fine, places, refused), end)
    originality = _along(fine, places, grown)
    reached = np.interp([near, far], fine, originality)
    if reached[1] - reached[0] < LEAST_GAIN:
        return Calibration(shown, (), floor, rounds, seed, (*notes, _FLAT), further)
    wanted = np.linspace(reached[0], reached[1], KNOTS + 1)
    inside = (fine >= near) & (fine <= far)
    along = np.concatenate([[near], fine[inside], [far]])
    steps = np.interp(wanted, np.interp(along, fine, originality), along)
    dial = tuple(round(float(step), 4) for step in np.maximum.accumulate(steps))
    return Calibration(shown, dial, floor, rounds, seed, notes, further)


_NO_FLOOR = say(
    "With so few works fidelity is unknown, so novelty is the model's own setting and has no floor."
)
_FLAT = say("The model's setting hardly moves originality, so novelty is the model's own setting.")
_NO_ROOM = say(
    "What is not too near to the works is below the floor of fidelity already: the dial goes on "
    "without a floor."
)
_NOT_FAITHFUL = say(
    "The drafts were no nearer to the artist than the nearest other artist is: the dial has no "
    "floor."
)
_UNSURE = say(
    "These drafts are too few to tell how near they are to the artist: the dial has no floor."
)
_NEVER_NEAR = say("All the settings lead to near-copies; the gate makes them again or marks them.")


def unknown(seed: int, why: Message) -> Calibration:
    """A calibration that says why there is none: novelty is the setting."""
    return Calibration((), (), np.nan, 0, seed, (why,))


def _settings(reading: Reading, seed: int) -> tuple[Setting, ...]:
    """Means over the rounds, with intervals of resampled rounds, the same at every setting."""
    similar, threshold = reading.similarities, reading.threshold
    counts = resampled(len(similar), np.random.default_rng(seed))
    values = counts @ (1 - np.minimum(similar, threshold)) / len(similar)
    refused = (similar >= threshold).mean(axis=0)
    found = []
    for i, place in enumerate(reading.settings):
        new, near = Estimate.of(values[:, i]), reading.fidelities[i]
        original = Measure(new.value, new.low, new.high, 1 - threshold, 1 - reading.typical)
        fidelity = Measure(near.value, near.low, near.high, 0.0, 1.0)
        found.append(Setting(place, original, fidelity, float(refused[i])))
    return tuple(found)


def _ends(
    fine: Doubles, refused: Doubles, end: End | None
) -> tuple[float, float, float, tuple[Message, ...]]:
    """The settings of novelty 0 and 1, the floor of fidelity, and what a person should know."""
    notes: list[Message] = []
    passing = np.flatnonzero(refused <= REFUSED)
    near = float(fine[passing[0]]) if len(passing) else float(fine[0])
    if not len(passing):
        notes.append(_NEVER_NEAR)
    floor, far = (end.floor, end.high) if end else (np.nan, float(fine[-1]))
    if not np.isfinite(floor):
        notes.append(_UNSURE if end else _NOT_FAITHFUL)
    if far <= near:
        return near, float(fine[-1]), np.nan, (*notes, _NO_ROOM)
    return near, far, floor, tuple(notes)


def _crossing(places: Doubles, falling: Doubles, floor: float) -> float:
    """The last setting at which a falling curve is not below the floor; the first if none is."""
    fine = np.linspace(places[0], places[-1], FINE + 1)
    above = np.flatnonzero(np.interp(fine, places, falling) >= floor)
    return float(fine[above[-1]]) if len(above) else float(fine[0])


def _evened(original: Doubles) -> Doubles:
    """Mean originality by setting, monotone, with bends no sharper than the rounds bear out.

    `original` is float64 [rounds, settings], the first and last setting being the ends.
    """
    rounds, number = original.shape
    grown = _monotone(original.mean(axis=0), increasing=True)
    line = np.linspace(grown[0], grown[-1], number)
    ends = np.linspace(original[:, 0], original[:, -1], number, axis=1)
    chance = float(((original - ends).var(axis=0, ddof=1) / rounds).sum())
    bends = float(((grown - line) ** 2).sum())
    kept = max(0.0, 1 - chance / bends) if bends > 0 else 0.0
    return np.asarray(line + kept * rounds / (rounds + BELIEF) * (grown - line))


def _monotone(
    values: Doubles, *, increasing: bool, weights: Sequence[int] | None = None
) -> Doubles:
    from scipy.optimize import isotonic_regression

    fitted = isotonic_regression(values, weights=weights, increasing=increasing)
    return np.asarray(fitted.x, np.float64)


def _along(fine: Doubles, places: Sequence[float] | Doubles, values: Doubles) -> Doubles:
    """A smooth curve through monotone values that is monotone itself (Fritsch and Butland)."""
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(places, values)(fine), np.float64)
