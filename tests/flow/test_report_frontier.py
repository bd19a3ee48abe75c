"""What novelty does, drawn: originality against fidelity, the floor, and where novelties lie."""

from __future__ import annotations

import math

import pytest

from moxie.flow.report.frontier import Frontier
from moxie.text import say
from moxie.work import Calibration, Measure, Setting


def measure(value: float, spread: float = 0.05) -> Measure:
    return Measure(value, value - spread, value + spread, 0.0, 1.0)


def calibration(dial: tuple[float, ...] = (0.25, 0.75), floor: float = 0.75) -> Calibration:
    settings = tuple(
        Setting(x, measure(0.5 + 0.4 * x), measure(1 - 0.5 * x), 0.0) for x in (0, 0.5, 1)
    )
    return Calibration(settings, dial, floor, 3, 0)


def test_novelties_lie_on_the_line_between_the_settings() -> None:
    found = Frontier.of(calibration())
    assert found is not None
    first, *_, last = found.marks
    assert (first.originality, first.fidelity) == pytest.approx((0.6, 0.875))
    assert (last.originality, last.fidelity) == pytest.approx((0.8, 0.625))
    assert [mark.x for mark in found.marks] == sorted(mark.x for mark in found.marks)
    assert [mark.y for mark in found.marks] == sorted(mark.y for mark in found.marks)
    assert found.marks[2].x == found.stands[1].x
    assert found.marks[2].y == found.stands[1].y == found.floor, "fidelity 0.75 is the floor here"


def test_intervals_and_floor_stay_inside_the_drawing() -> None:
    found = Frontier.of(calibration(floor=0.1))
    assert found is not None
    for stand in found.stands:
        assert 8 <= stand.left < stand.x < stand.right <= 92
        assert 10 <= stand.high < stand.y < stand.low <= 88
    assert found.floor == 88
    assert len(found.line.split()) == 3


def test_what_was_not_measured_is_not_drawn() -> None:
    unknown = Calibration((), (), math.nan, 0, 0, (say("There are too few."),))
    assert Frontier.of(None) is None
    assert Frontier.of(unknown) is None
    blind = calibration()
    first = Setting(0.0, measure(0.5), measure(math.nan), 0.0)
    assert Frontier.of(Calibration((first, *blind.settings), (), math.nan, 3, 0)) is None
    without = Frontier.of(calibration(dial=(), floor=math.nan))
    assert without is not None
    assert without.floor is None
    assert without.marks[-1].originality == pytest.approx(0.9), "novelty is the setting"
