"""Calibration in the studio, on the toy art: measured once, gone on with, and followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moxie import Studio
from moxie.errors import Cancelled
from moxie.flow.calibrate import PAIRS, QUICK, THOROUGH, Rounds
from moxie.studio import Silent, Stage, calibrating


class Stopping(Silent):
    """Stops a stage at one of its steps."""

    def __init__(self, stage: Stage, at: int) -> None:
        self.wanted, self.at, self.now = stage, at, ""

    def begin(self, stage: Stage) -> None:
        self.now = stage

    def step(self, done: int, total: int) -> None:
        if (self.now, done) == (self.wanted, self.at):
            raise Cancelled("stopped")


def learn(studio: Studio, beads: Path) -> None:
    studio.collect(beads)
    studio.prepare()
    studio.augment()
    studio.choose()
    studio.train()


@pytest.fixture
def trained(toy: Path, beads: Path) -> Iterator[Studio]:
    with Studio() as studio:
        learn(studio, beads)
        yield studio


def test_novelty_is_read_by_what_was_measured(trained: Studio) -> None:
    before = trained.create(n=2, novelty=0.6)
    found = trained.calibrate()
    assert found.rounds == THOROUGH[0]
    assert len(found.dial) > 2
    assert list(found.dial) == sorted(found.dial)
    assert found.setting(0.6) != 0.6
    made = trained.create(n=2, novelty=0.6)
    assert {m.id for m in made}.isdisjoint(m.id for m in before)
    for one in made:
        assert one.novelty == 0.6
        attempt = min(1.0, 0.6 + 0.1 * (one.attempts - 1))
        assert one.record["attempt_novelty"] == pytest.approx(found.setting(attempt))
    assert trained.create(n=2, novelty=0.6) == made


def test_it_is_measured_once(trained: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    found = trained.calibrate()
    monkeypatch.setattr("moxie.flow.calibrate.Bench.round", None)  # would fail if it were used
    assert trained.calibrate() == found


@pytest.mark.slow
def test_stopped_it_goes_on_to_the_same(
    another_home: Callable[[str], Path], toy: Path, beads: Path
) -> None:
    with Studio(another_home("whole")) as studio:
        learn(studio, beads)
        whole = studio.calibrate()
    with Studio(another_home("parts"), progress=Stopping("calibrate", 11)) as studio:
        learn(studio, beads)
        with pytest.raises(Cancelled):
            studio.calibrate()
        with studio._desk(None) as desk:
            name = calibrating._name(desk, desk.trained, "rounds")
            kept = desk.library.load(desk.corpus.name, name, Rounds)
    assert kept is not None
    assert len(kept.probes) == 2, "the rounds that were finished"
    with Studio(another_home("parts")) as studio:
        assert studio.calibrate() == whole


def test_evaluation_is_of_what_people_get(trained: Studio) -> None:
    plain = trained.evaluate(novelty=0.9)
    trained.calibrate()
    assert trained.evaluate(novelty=0.9).originality != plain.originality


def test_too_few_works_or_too_little_time_is_said(
    another_home: Callable[[str], Path], trained: Studio, beads: Path, tmp_path: Path
) -> None:
    hasty = trained.calibrate(seconds=0)
    assert hasty.dial == ()
    assert "too little time" in str(hasty.notes[0])
    assert trained.calibrate().dial, "with more time it is measured after all"
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(beads.iterdir())[:6]:
        (few / path.name).write_bytes(path.read_bytes())
    with Studio(another_home("few")) as studio:
        learn(studio, few)
        found = studio.calibrate()
        assert found.dial == ()
        assert "too few works" in str(found.notes[0])
        [made] = studio.create(n=1, novelty=0.3)
        assert made.record["attempt_novelty"] == pytest.approx(0.3 + 0.1 * (made.attempts - 1))


def test_without_its_judge_nothing_is_measured(
    trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moxie.errors import Missing

    def absent(*_: object) -> None:
        raise Missing("The weights are not installed.")

    monkeypatch.setattr("toy.Steps.embed", absent)
    assert "judge is not installed" in str(trained.calibrate().notes[0])


def test_a_run_calibrates_and_the_report_draws_it(toy: Path, beads: Path, tmp_path: Path) -> None:
    with Studio() as studio:
        studio.run(beads, n=2, out=tmp_path / "out", rights="own")
        found = studio.calibrate()
        assert found.rounds == QUICK[0], "a run made as many already"
        [overview] = studio.views.corpora()
        dial = studio.views.standing(overview.corpus).dial
        ends = [found.settings[0].originality.value, found.settings[-1].originality.value]
        assert dial is not None
        assert dial.params["original"] == pytest.approx(ends[0], abs=abs(ends[1] - ends[0]))
        assert dial.params["original"] <= dial.params["new"]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "What novelty does" in page
    assert "three quarters of the model" in page
    assert page.count('class="error"') == 8


@pytest.mark.slow
def test_a_blend_reads_novelty_between_its_parts(trained: Studio, tmp_path: Path) -> None:
    """The other part was never measured: there novelty is the setting."""
    from toy import ART

    ladders = tmp_path / "ladders"
    ladders.mkdir()
    for number in range(10):
        row = tuple((number + 3 * i) % 9 + 1 for i in range(30 + number))
        (ladders / f"{number}.beads").write_bytes(ART.write(row))
    found = trained.calibrate()
    trained.collect(ladders, corpus="ladders")
    for verb in (trained.prepare, trained.augment, trained.choose, trained.train):
        verb("ladders")
    [made] = trained.create(n=1, novelty=0.4, blend={"beads": 1, "ladders": 3})
    assert made.attempts == 1
    between = 0.25 * found.setting(0.4) + 0.75 * 0.4
    assert made.record["attempt_novelty"] == pytest.approx(between)


def test_pairs_follow_until_the_floor_is_told(
    trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.flow.dial.TOLD", 0.01)
    found = trained.calibrate()
    with trained._desk(None) as desk:
        made = desk.library.load(
            desk.corpus.name, calibrating._name(desk, desk.trained, "rounds"), Rounds
        )
    assert made is not None
    assert 0 < found.further == made.further <= 2 * max(PAIRS)
    assert [len(column) for column in made.columns()] == [
        THOROUGH[0] + sum(pair.place in (place - 1, place) for pair in made.pairs)
        for place in range(4)
    ]


def test_pairs_are_made_where_there_is_time_for_them() -> None:
    known = Rounds(((),) * 3, cost=2.0)
    assert [known.affordable_pairs(seconds) for seconds in (5, 8.9, 9, 13, 29, 30, 99)] == [
        0, 0, 3, 6, 12, 24, 24,
    ]  # fmt: skip


@pytest.mark.slow
def test_drafts_of_pairs_have_seeds_of_their_own(
    trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.flow.dial.TOLD", 0.01)
    trained.calibrate()
    with trained._desk(None) as desk:
        name = calibrating._name(desk, desk.trained, "rounds")
        made = desk.library.load(desk.corpus.name, name, Rounds)
    assert made is not None
    last = [probe.vectors for probe in made.columns()[3]]
    assert len(set(last)) == len(last)
