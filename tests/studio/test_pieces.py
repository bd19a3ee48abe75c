"""The studio's pieces that need no store: lazy works, the clock, the result as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from moxie.errors import BadInput
from moxie.studio.contents import KEEP, Lazy
from moxie.studio.inputs import count_suffixes
from moxie.studio.progress import Clock, Silent
from moxie.studio.result import Exported, Result, WorkCounts, peak_rss_mb
from moxie.text import say
from moxie.work import Creation, CurvePoint, Evaluation, Match, Measure, Refusal, Sufficiency


class Counting(Lazy[int]):
    """Squares, remembering which were made."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.made: list[int] = []

    def _make(self, place: int) -> int:
        self.made.append(place)
        return place * place


def test_lazy_items_are_made_when_asked_for_and_only_a_few_are_kept() -> None:
    squares = Counting(3 * KEEP)
    assert squares.made == []
    assert (squares[2], squares[-1], squares[2]) == (4, (3 * KEEP - 1) ** 2, 4)
    assert squares.made == [2, 3 * KEEP - 1]
    assert list(squares) == [n * n for n in range(3 * KEEP)]
    assert squares[2] == 4
    assert squares.made.count(2) == 2, "kept during the walk, dropped by its end, made again"


def test_lazy_sequences_slice_and_end_like_lists() -> None:
    squares = Counting(5)
    assert squares[1:4] == [1, 4, 9]
    with pytest.raises(IndexError):
        _ = squares[5]


def test_the_clock_adds_up_what_a_stage_took_even_when_it_fails() -> None:
    now = iter([0.0, 1.0, 3.0, 10.0, 11.0, 20.0])
    clock = Clock(Silent(), now=lambda: next(now))
    with clock.stage("train"):
        pass
    with pytest.raises(BadInput), clock.stage("train"):
        raise BadInput("no")
    assert clock.seconds == {"train": 3.0}
    assert clock.elapsed == 20.0


def result() -> Result:
    unknown = Measure(math.nan, math.nan, math.inf, 0.0, 1.0)
    known = Measure(0.8, 0.7, 0.9, 0.0, 1.0)
    creation = Creation(
        "c" * 64, "r", 1, 0, 0.5, (4, 4), Match("w", 0.25, say("e")), False, None, 1, "now"
    )
    return Result(
        art="painting",
        corpus="them",
        recipe="painting/patches",
        seed=1,
        works=WorkCounts(5, 1, 3, 1, 1),
        refusals=(Refusal("x", say("broken")),),
        sufficiency=Sufficiency(
            "few", 9, (CurvePoint(3, math.nan, 0.0, 1.0),), 0, {}, say("{n} more", n=9), say("no")
        ),
        evaluation=Evaluation(known, unknown, known, 0.5, "judge", 8, 0),
        creations=(Exported(creation, Path("out") / "a.png"),),
        report=Path("out") / "report.html",
        seconds={"collect": 1.23456},
        peak_rss_mb=123.456,
    )


def test_the_result_is_the_object_the_issue_names() -> None:
    facts = result().to_json()
    expected = "art recipe seed works sufficiency fidelity diversity originality creations report "
    assert list(facts) == (expected + "seconds peak_rss_mb").split()
    assert facts["works"] == {
        "collected": 5, "refused": 1, "train": 3, "validation": 1, "test": 1,
    }  # fmt: skip
    assert facts["fidelity"] == {
        "value": 0.8, "low": 0.7, "high": 0.9, "floor": 0.0, "ceiling": 1.0,
    }  # fmt: skip
    [made] = facts["creations"]  # type: ignore[misc]
    assert list(made) == ["path", "seed", "novelty", "fidelity", "nearest", "flagged"]
    assert made["nearest"] == {"work": "w", "similarity": 0.25}


def test_what_could_not_be_measured_is_null_in_strict_json() -> None:
    text = json.dumps(result().to_json(), allow_nan=False)
    facts = json.loads(text)
    assert facts["diversity"]["value"] is None
    assert facts["diversity"]["high"] is None
    assert facts["sufficiency"]["curve"][0]["loss"] is None
    assert facts["creations"][0]["fidelity"] is None


def test_peak_memory_is_in_megabytes() -> None:
    assert 5 < peak_rss_mb() < 100_000


def test_suffixes_are_counted_in_folders_and_zips(tmp_path: Path) -> None:
    import zipfile

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.PNG").write_bytes(b"")
    (tmp_path / "b.jpg").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("x/d.png", b"")
    (tmp_path / "broken.zip").write_bytes(b"not a zip")
    counts = count_suffixes([tmp_path / "in", tmp_path / "b.jpg", tmp_path / "c.zip"])
    assert counts == {".png": 2, ".jpg": 1}
    assert count_suffixes([tmp_path / "broken.zip"]) == {}
