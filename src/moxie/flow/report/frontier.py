"""What novelty buys and costs: originality against fidelity over the dial, as a drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from moxie.work import Calibration, Measure, Setting

MARKED = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Novelties that are marked."""

LEFT, RIGHT, TOP, BOTTOM = 8.0, 92.0, 10.0, 88.0
"""Where figures may stand, in per cent."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A setting that was tried: where it stands, and its intervals to each side."""

    x: float
    y: float
    left: float
    right: float
    high: float
    low: float
    setting: Setting


@dataclass(frozen=True, slots=True)
class Mark:
    """A novelty on the line, with the figures that are expected there."""

    novelty: float
    x: float
    y: float
    originality: float
    fidelity: float


@dataclass(frozen=True, slots=True)
class Frontier:
    """Originality to the right, fidelity upwards; `floor` is the height of the fidelity floor."""

    stands: tuple[Stand, ...]
    marks: tuple[Mark, ...]
    floor: float | None

    @classmethod
    def of(cls, found: Calibration | None) -> Frontier | None:
        """None where there is no calibration, or fidelity could not be measured."""
        shown = found.settings if found else ()
        figures = [m.value for one in shown for m in (one.originality, one.fidelity)]
        if found is None or len(shown) < 2 or not all(map(math.isfinite, figures)):
            return None
        across = _Axis.of([v for s in shown for v in _ends(s.originality)], LEFT, RIGHT)
        floors = [found.floor] if math.isfinite(found.floor) else []
        upward = _Axis.of([*(v for s in shown for v in _ends(s.fidelity)), *floors], BOTTOM, TOP)
        stands = tuple(_stand(one, across, upward) for one in shown)
        marks = tuple(_mark(found, novelty, across, upward) for novelty in MARKED)
        return cls(stands, marks, upward.place(floors[0]) if floors else None)

    @property
    def line(self) -> str:
        """The settings joined, as SVG points."""
        return " ".join(f"{stand.x},{stand.y}" for stand in self.stands)


@dataclass(frozen=True, slots=True)
class _Axis:
    """From figures to places in per cent."""

    least: float
    span: float
    start: float
    end: float

    @classmethod
    def of(cls, figures: Sequence[float], start: float, end: float) -> _Axis:
        known = [figure for figure in figures if math.isfinite(figure)]
        return cls(min(known), (max(known) - min(known)) or 1.0, start, end)

    def place(self, figure: float) -> float:
        share = (figure - self.least) / self.span
        return round(self.start + (self.end - self.start) * share, 2)


def _ends(measure: Measure) -> tuple[float, float, float]:
    """A figure and its interval, which is the figure where it is not known."""
    value = measure.value
    low, high = (v if math.isfinite(v) else value for v in (measure.low, measure.high))
    return value, low, high


def _stand(one: Setting, across: _Axis, upward: _Axis) -> Stand:
    x, left, right = map(across.place, _ends(one.originality))
    y, low, high = map(upward.place, _ends(one.fidelity))
    return Stand(x, y, left, right, high, low, one)


def _mark(found: Calibration, novelty: float, across: _Axis, upward: _Axis) -> Mark:
    """Where a novelty lies on the line between the settings about its own."""
    place, shown = found.setting(novelty), found.settings
    after = next((i for i, one in enumerate(shown) if one.setting >= place), len(shown) - 1)
    one, other = shown[max(0, after - 1)], shown[after]
    width = other.setting - one.setting
    share = (place - one.setting) / width if width else 0.0

    def between(low: float, high: float) -> float:
        return low + share * (high - low)

    original = between(one.originality.value, other.originality.value)
    near = between(one.fidelity.value, other.fidelity.value)
    return Mark(novelty, across.place(original), upward.place(near), original, near)
