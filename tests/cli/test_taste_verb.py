"""`moxie taste`: sentences and bars for people, facts for programs, a page where asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from moxie import Studio
from moxie.cli import run
from moxie.cli.taste_verbs import WIDTH, bar
from moxie.taste.explain import Effect


@pytest.fixture
def heard(rated: Path) -> Path:
    """A person who orders by how high the first bead is."""
    with Studio(rated) as studio:
        ids = sorted({made.id for made in studio.creations()})
        first = {one: int(studio._library.get(one).split()[1]) for one in ids}
        for start in range(20):
            shown = [ids[(start + 5 * i) % len(ids)] for i in range(4)]
            order = sorted(shown, key=lambda one: (first[one], one), reverse=True)
            studio.answer(None, "order", shown, who="ana", order=order)
    return rated


def test_sentences_bars_and_facts(
    heard: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "taste.html"
    assert run(["taste", "--who", "ana", "--out", str(out), "--json"]) == 0
    said, told = capsys.readouterr()
    facts: dict[str, Any] = json.loads(said.splitlines()[-1])
    assert (facts["who"], facts["answers"], facts["page"]) == ("ana", 20, str(out))
    assert {one["trait"] for one in facts["traits"]} == {"height", "variety", "jumps"}
    assert all(one["low"] <= one["slope"] <= one["high"] for one in facts["traits"])
    assert len(facts["liked"]) == len(facts["disliked"]) == 4
    assert out.is_file()
    bars = [line for line in told.splitlines() if "━" in line]
    assert len(bars) == 3
    assert str(out) in told


def test_bars_are_aligned_in_chinese(heard: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["taste", "--who", "ana", "--language", "zh"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "━" in line]
    assert len(lines) == 3
    # each bar begins in the same column, however wide the words before it are
    assert len({cell_len(re.split("[·│━●○]", line, maxsplit=1)[0]) for line in lines}) == 1


def test_who_has_said_nothing_is_told_so(rated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["taste", "--who", "nobody"]) != 0
    assert "nobody has not said yet what they like" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("low", "slope", "high", "kind", "drawn"),
    [
        (-0.2, 0.0, 0.2, "unknown", "····" * 3 + "━━━○━━━" + "····" * 3),
        (0.8, 0.9, 3.0, "more", "·" * 15 + "│" + "·" * 11 + "━●━━"),
        (-9.0, -9.0, -9.0, "less", "●" + "·" * 14 + "│" + "·" * 15),
    ],
)
def test_a_bar_shows_the_interval(
    low: float, slope: float, high: float, kind: Any, drawn: str
) -> None:
    effect = Effect(0, slope, low, high, 0.9, 0.0, 0.5, 0.0, 0.5, 0.0, (), kind)
    assert len(bar(effect)) == WIDTH
    assert bar(effect) == drawn
