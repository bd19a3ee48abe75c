"""Pieces drawn side by side: the better phrases go on, and copies go their own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from little_models import hasty, models
from moxie.arts.music.compose import draw
from moxie.arts.music.compose.draw import Line
from moxie.arts.music.compose.events_line import EventLine
from moxie.arts.music.compose.forked import forked
from moxie.arts.music.compose.script import Script, blank
from moxie.arts.music.form.plan import parse_plan
from moxie.arts.music.models.style import ScoreModel

__all__ = ["hasty"]  # pytest finds the fixture by its name

KINDS = ("events", "grid", "mixed")


@pytest.fixture(name="models")
def _models() -> Mapping[str, ScoreModel]:
    return models()


def script_of(model: ScoreModel, bars: int = 12, plan: str | None = "A4 B4 C4") -> Script:
    setting = model.manner.settings[0]
    free = np.ones((bars, len(setting.players)), np.bool_)
    form = parse_plan(plan, bars) if plan else None
    return Script(blank(setting, bars), setting.players, setting.key, free, plan=form)


def until(line: Line, stop: int) -> list[tuple[int, ...]]:
    end = line.script.bars[stop].onset
    return sorted((n.onset, n.pitch, n.part) for n in line.result() if n.onset < end)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_family_goes_on_from_its_best(kind: str, models: Mapping[str, ScoreModel]) -> None:
    model = models[kind]
    script = script_of(model)
    heard: dict[int, list[list[tuple[int, ...]]]] = {}

    def low(line: Line, stop: int) -> float:
        heard.setdefault(stop, []).append(until(line, stop))
        return -float(np.mean([pitch for _, pitch, _ in until(line, stop)]))

    lines = draw.draw(model.experts, script, 80, 3, draw.Dial.at(0.7), low)
    assert list(heard) == [4, 8]
    assert all(line.done for line in lines)
    for first in range(0, len(lines), draw.SIBLINGS):
        family = slice(first, first + draw.SIBLINGS)
        for stop, told in heard.items():
            best = min(told[family], key=lambda notes: float(np.mean([p for _, p, _ in notes])))
            assert all(until(line, stop) == best for line in lines[family]), "of the lowest"
        wholes = [until(line, 11) for line in lines[family]]
        assert any(one != wholes[0] for one in wholes), "and then go their own ways"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["events", "grid"])
def test_a_copy_goes_its_own_way(kind: str, models: Mapping[str, ScoreModel]) -> None:
    model = models[kind]
    script = script_of(model, 4, None)
    company = draw._Company.of(model.experts, script, 80, 1, draw.Dial.at(0.5))
    company.go_on(2)
    line = company.lines[0]
    before = until(line, 2)
    copied = forked(line)
    company.lines = [copied, *company.lines[1:]]
    company.go_on(4)
    assert until(line, 2) == before
    assert len(copied.result()) > len(line.result())
    assert copied.script is line.script
    assert not line.done


def test_phrases_in_which_nothing_is_drawn_are_not_compared(
    models: Mapping[str, ScoreModel],
) -> None:
    script = script_of(models["events"], 16, "A4 A4 B4 A4")
    assert script.stops() == [4, 12]
    assert script_of(models["events"], 12, None).stops() == [4, 8]
    known = replace(script, free=np.zeros_like(script.free))
    assert known.stops() == []


def test_without_a_craft_every_piece_is_its_own(models: Mapping[str, ScoreModel]) -> None:
    model = models["events"]
    lines = draw.draw(model.experts, script_of(model, 4, None), 80, 3, draw.Dial.at(1.0), None)
    assert len({tuple(until(line, 3)) for line in lines}) == len(lines)
    assert all(isinstance(line, EventLine) for line in lines)


def test_large_ensembles_are_drawn_in_one_family(models: Mapping[str, ScoreModel]) -> None:
    model = models["events"]
    script = script_of(model, 4, None)
    many = replace(
        script,
        players=tuple(script.players[i % len(script.players)] for i in range(draw.MANY)),
        free=np.ones((4, draw.MANY), np.bool_),
    )
    for given, families in ((script, draw.FAMILIES), (many, 1)):
        lines = draw.draw(model.experts, given, 80, 3, draw.Dial.at(0.5), None)
        assert len(lines) == families * draw.SIBLINGS
        assert all(line.done for line in lines)
