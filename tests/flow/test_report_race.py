"""The race in the report: a row and a bar for each lap, on one line of errors."""

from __future__ import annotations

import re

import pytest

from moxie.flow.report import Page, report
from moxie.flow.report.drawing import bars
from moxie.text import Catalogue, say
from moxie.work import Choice, Corpus, Lap, Plan, Run

ENGLISH = Catalogue.load("en")
LAPS = (
    Lap("music/counts", 1, 3.0, 0.5, 0.45, 0.55, 0.5, promoted=True),
    Lap("music/deep", 1, 12.0, 0.7, 0.6, 0.8, 0.7, promoted=True),
    Lap("music/markov", 1, 1.0, 0.9, 0.85, 0.95, 0.9, promoted=False),
    Lap("music/deep", 2, 24.0, 0.48, 0.4, 0.56, 0.4, promoted=True),
    Lap("music/counts", 2, 3.0, 0.5, 0.45, 0.55, 0.5, promoted=False),
)


def page(laps: tuple[Lap, ...] = LAPS, scale: str | None = "nats per note") -> Page:
    choice = Choice(
        "music/deep",
        Plan({}, 60.0, say("A minute.")),
        say("It suits."),
        (("music/counts", say("It lost.")),),
        laps,
        scale,
        (say("It won by {percent} %.", percent=20),),
    )
    return Page(
        corpus=Corpus("them", "music"),
        run=Run("r", "them", choice, 0, "done", "m" * 64),
        creations=(),
        held_out=(),
        works={"train": 20},
        rights={},
        amount=1.0,
        unit="bars",
        version="1",
        made_at="2026-11-24T01:02:03+00:00",
    )


def rows(html: str) -> list[str]:
    [table] = re.findall(r'<table class="race">(.*?)</table>', html, re.DOTALL)
    return re.findall(r'<tr class="(?:won|on|out)">.*?</tr>', table, re.DOTALL)


def test_each_lap_has_its_row_and_the_winner_stands_out() -> None:
    html = report(page(), ENGLISH)
    found = rows(html)
    assert [re.findall("<t[dh][^>]*>([^<]+)</t[dh]>", row) for row in found] == [
        ["1", "music/counts", "3.0 s", "0.5", "goes on"],
        ["1", "music/deep", "12 s", "0.7", "goes on"],
        ["1", "music/markov", "1.0 s", "0.9", "drops out"],
        ["2", "music/deep", "24 s", "0.48", "wins"],
        ["2", "music/counts", "3.0 s", "0.5", "drops out"],
    ]
    assert html.count('class="ring"') == 1, "only where something else is expected"
    assert "in nats per note" in html
    assert "It won by 20 %." in html
    assert html.index("Why this way") < html.index("It won by") < html.index('class="race"')


def test_it_is_said_in_words_too() -> None:
    for row, lap in zip(rows(report(page(), ENGLISH)), LAPS, strict=True):
        [label] = re.findall('aria-label="([^"]+)"', row)
        assert label == (
            f"{lap.loss:.4g}, interval {lap.low:.4g} to {lap.high:.4g}, expected {lap.expected:.4g}"
        )


def test_without_a_race_there_is_no_table() -> None:
    html = report(page(()), ENGLISH)
    assert "<table" not in html
    assert "It won by 20 %." in html, "notes may also say why there was none"


def test_strangers_names_and_units_stay_words() -> None:
    attack = '"><script>alert(1)</script>'
    laps = (Lap(attack, 1, 1.0, 0.5, 0.4, 0.6, 0.5, promoted=True),)
    html = report(page(laps, attack), ENGLISH)
    assert "<script" not in html
    assert len(rows(html)) == 1


def test_a_unit_and_the_table_are_translated() -> None:
    chinese = Catalogue("zh", {"nats per note": "纳特每音", "wins": "胜出"})
    html = report(page(), chinese)
    assert "纳特每音" in html
    assert "胜出" in html
    assert "lower is better" in report(page(scale=None), ENGLISH)


def test_bars_stand_on_one_line() -> None:
    found = bars(LAPS)
    assert all(0 <= bar.low <= bar.value <= bar.high <= 100 for bar in found)
    by_loss = sorted(found, key=lambda bar: bar.lap.loss)
    assert [bar.value for bar in by_loss] == sorted(bar.value for bar in found)
    assert [bar.expected is None for bar in found] == [True, True, True, False, True]
    assert found[3].expected is not None
    assert found[3].expected < found[3].value
    assert found[0].value == found[4].value
    assert bars(()) == ()


@pytest.mark.parametrize("figures", [(0.5, 0.5, 0.5), (0.0, 0.0, 0.0), (-2.0, -3.0, -1.0)])
def test_odd_figures_can_be_drawn(figures: tuple[float, float, float]) -> None:
    loss, low, high = figures
    [bar] = bars((Lap("a/b", 1, 1.0, loss, low, high, loss, promoted=True),))
    assert 0 <= bar.low <= bar.value <= bar.high <= 100
