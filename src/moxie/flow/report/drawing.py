"""Where things go in the report's drawings, in per cent of their width and height.

Per cent, so that lines stretch with the window while letters keep their size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from moxie.art import Preview
from moxie.work import CurvePoint, Lap, Measure

THUMBNAIL = 300  # px of the longer side
DRAWN = "image/svg+xml"  # scales to whatever room there is


@dataclass(frozen=True, slots=True)
class Scale:
    """A measure on its line: the figures, and where they stand from left (0) to right (100)."""

    measure: Measure
    floor: float
    ceiling: float
    low: float
    high: float
    value: float

    @classmethod
    def of(cls, measure: Measure) -> Scale | None:
        """None where the value or a control could not be measured."""
        known = (measure.floor, measure.ceiling, measure.value)
        if not all(map(math.isfinite, known)):
            return None
        low = measure.low if math.isfinite(measure.low) else measure.value
        high = measure.high if math.isfinite(measure.high) else measure.value
        figures = (measure.floor, measure.ceiling, low, high, measure.value)
        least, span = min(figures), max(figures) - min(figures)

        def place(figure: float) -> float:
            return round(4 + 92 * ((figure - least) / span if span else 0.5), 2)

        return cls(measure, *map(place, figures))

    @property
    def anchor(self) -> str:
        """On which side of its mark the value's label has room."""
        if self.value < 12:
            return "start"
        return "end" if self.value > 88 else "middle"

    @property
    def reversed(self) -> bool:
        """Whether the ceiling stands left of the floor."""
        return self.ceiling < self.floor


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the learning curve: where it stands and what it says."""

    x: float
    y: float
    low: float
    high: float
    point: CurvePoint


@dataclass(frozen=True, slots=True)
class Curve:
    """The learning curve: number of works to the right, held-out error upwards."""

    dots: tuple[Dot, ...]

    @classmethod
    def of(cls, points: Sequence[CurvePoint]) -> Curve | None:
        """None when there are fewer than two points to join."""
        known = sorted((p for p in points if math.isfinite(p.loss)), key=lambda p: p.works)
        if len(known) < 2:
            return None
        ends = [end for p in known for end in _interval(p)]
        least, span = min(ends), (max(ends) - min(ends)) or 1.0
        first, last = known[0].works, known[-1].works

        def height(loss: float) -> float:
            return round(90 - 78 * (loss - least) / span, 2)

        def place(p: CurvePoint) -> Dot:
            x = round(8 + 84 * (p.works - first) / max(last - first, 1), 2)
            low, high = _interval(p)
            return Dot(x, height(p.loss), height(low), height(high), p)

        return cls(tuple(map(place, known)))

    @property
    def line(self) -> str:
        """The curve as SVG points."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)

    @property
    def band(self) -> str:
        """The interval about it as an SVG polygon."""
        there = [f"{dot.x},{dot.low}" for dot in self.dots]
        back = [f"{dot.x},{dot.high}" for dot in reversed(self.dots)]
        return " ".join(there + back)


@dataclass(frozen=True, slots=True)
class Bar:
    """One lap of a race: its figures, and where they stand from left (0) to right (100)."""

    lap: Lap
    low: float
    high: float
    value: float
    expected: float | None  # None where nothing else than the value is expected


def bars(laps: Sequence[Lap]) -> tuple[Bar, ...]:
    """All laps of a race on one line of errors, in their order."""
    ends = [end for lap in laps for end in (lap.low, lap.high, lap.expected)]
    least, span = min(ends, default=0.0), (max(ends, default=0.0) - min(ends, default=0.0)) or 1.0

    def place(figure: float) -> float:
        return round(4 + 92 * (figure - least) / span, 2)

    def bar(lap: Lap) -> Bar:
        hoped = None if lap.expected == lap.loss else place(lap.expected)
        return Bar(lap, place(lap.low), place(lap.high), place(lap.loss), hoped)

    return tuple(map(bar, laps))


def _interval(point: CurvePoint) -> tuple[float, float]:
    low = point.low if math.isfinite(point.low) else point.loss
    high = point.high if math.isfinite(point.high) else point.loss
    return low, high


def still(preview: Preview) -> Preview:
    """The preview as one picture: of a thing that turns, the view that stands for it."""
    return preview.small if preview.frames > 1 and preview.small else preview


def aspect(preview: Preview) -> int:
    """Width over height in hundredths, kept to what a wall can hang; 133 for what is no picture."""
    preview = still(preview)
    if not preview.media_type.startswith("image/"):
        return 133
    if preview.media_type == DRAWN:
        width, height = _drawn_size(preview.data)
        return max(40, min(300, round(100 * width / height)))
    try:
        with Image.open(BytesIO(preview.data)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError):  # the browser may know it all the same
        return 133
    return max(40, min(300, round(100 * width / height)))


def _drawn_size(data: bytes) -> tuple[float, float]:
    """Width and height of an SVG as its outermost element says; 4 by 3 where it does not."""
    opening = re.search(rb"<svg\b[^>]{0,2000}>", data[:10_000])
    number = rb"(\d{1,6}(?:\.\d{0,6})?)"
    box = opening and re.search(
        rb"""viewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+%b[\s,]+%b""" % (number, number), opening[0]
    )
    width, height = map(float, box.groups()) if box else (4.0, 3.0)
    return (width, height) if width > 0 and height > 0 else (4.0, 3.0)


def modest(preview: Preview) -> Preview:
    """The preview for where there is little room: the smaller picture, if any, and the sound."""
    return replace(preview.small, sound=preview.sound) if preview.small else preview


def thumbnail(preview: Preview) -> Preview:
    """The preview small and silent; itself when it is no picture or small already."""
    if preview.small:
        return preview.small
    if preview.sound:
        preview = replace(preview, sound=None)
    if preview.media_type == DRAWN or not preview.media_type.startswith("image/"):
        return preview
    try:
        with Image.open(BytesIO(preview.data)) as picture:
            if max(picture.size) <= THUMBNAIL:
                return preview
            small = picture.convert("RGB")
            small.thumbnail((THUMBNAIL, THUMBNAIL))
    except (UnidentifiedImageError, OSError):
        return preview
    memory = BytesIO()
    small.save(memory, "JPEG", quality=82)
    return Preview("image/jpeg", memory.getvalue())
