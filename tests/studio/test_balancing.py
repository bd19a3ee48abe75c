"""A model balanced on the toy art: tried once, kept where it is better, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moxie import Studio
from moxie.errors import Cancelled, Missing
from moxie.studio import Silent, Stage, balancing
from moxie.studio.balancing import DRAFTS
from moxie.text import say


class Stopping(Silent):
    """Stops the balancing at one of its steps; counts them."""

    def __init__(self, at: int = -1) -> None:
        self.at, self.now, self.seen = at, "", 0

    def begin(self, stage: Stage) -> None:
        self.now = stage

    def step(self, done: int, total: int) -> None:
        if self.now == "balance":
            self.seen += 1
            assert total == 2 * DRAFTS[0]
            if done == self.at:
                raise Cancelled("stopped")


def learn(studio: Studio, beads: Path) -> None:
    studio.collect(beads)
    studio.prepare()
    studio.choose()
    studio.train()


@pytest.fixture
def trained(toy: Path, beads: Path) -> Iterator[Studio]:
    with Studio() as studio:
        learn(studio, beads)
        yield studio


def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balancing, "LEAST_HELD_OUT", 2)
    monkeypatch.setattr(balancing, "DIVERSITY_LOSS", 9.0)
    monkeypatch.setattr(balancing, "WORTH", -9.0)


def test_what_is_better_is_a_version_in_use_that_can_be_undone(
    trained: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    [before] = trained.models()
    found = trained.balance()
    assert found.kept
    assert found.before is not None
    assert found.after is not None
    assert found.before.samples == found.after.samples == DRAFTS[0]
    assert found.foretold is not None
    assert 0 < found.counted <= 1
    [new] = [one for one in trained.models() if one.in_use]
    assert (new.run.id, new.run.parent, new.run.balanced) == (found.run, before.run.id, True)
    assert trained.balance() == found, "it is tried once"
    page = trained.report(out=tmp_path / "out").read_text("utf-8")
    assert "times what it would among equals" in page
    assert trained.train().id == found.run, "training again what is trained undoes nothing"
    assert trained.use_version().id == before.run.id
    assert trained.balance() == found
    assert [one.run.id for one in trained.models() if one.in_use] == [before.run.id]
    page = trained.report(out=tmp_path / "out").read_text("utf-8")
    assert "times what it would among equals" not in page


def test_what_is_no_better_is_not_kept(trained: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    always(monkeypatch)
    monkeypatch.setattr(balancing, "_judged", lambda *_: (False, say("no better")))
    [before] = trained.models()
    found = trained.balance()
    assert not found.kept
    assert found.run is not None
    assert [one.run.id for one in trained.models() if one.in_use] == [before.run.id]


def test_a_gain_is_foretold_before_anything_is_learnt_again(
    trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    monkeypatch.setattr(balancing, "WORTH", 9.0)
    found = trained.balance()
    assert found.run is None
    assert "as counts can tell" in str(found.why)
    assert len(trained.models()) == 1


def test_stopped_it_comes_to_the_same(
    toy: Path, beads: Path, trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(monkeypatch)
    with Studio(progress=Stopping(DRAFTS[0] + 3)) as stopping, pytest.raises(Cancelled):
        stopping.balance()
    [before, *_] = [one for one in trained.models() if one.run.parent is None]
    assert before.in_use
    diary = Stopping()
    with Studio(progress=diary) as again:
        found = again.balance()
        assert found.kept
        assert diary.seen == 2 * DRAFTS[0]
        assert [one.run.id for one in again.models() if one.in_use] == [found.run]


def test_where_it_cannot_be_told_nothing_is_done(
    trained: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "too few" in str(trained.balance().why)  # four validation works are wanted
    always(monkeypatch)
    assert "too little time" in str(trained.balance(seconds=0).why)

    def absent(*_: object) -> None:
        raise Missing("The weights are not installed.")

    with monkeypatch.context() as broken:
        broken.setattr("toy.Steps.embed", absent)
        assert "judge is not installed" in str(trained.balance().why)
    assert trained.balance().kept, "with works, time and a judge it is tried after all"


def test_a_tuned_model_stays_as_it_is(trained: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from moxie.studio import learning

    always(monkeypatch)
    with trained._desk(None) as desk:
        ids = [place.work for place in desk.part("train")]
        desk.use(learning.retrain(desk, desk.trained, dict.fromkeys(ids, 1.0)))
        assert learning.counted(desk, desk.trained, ids).tolist() == [1.0] * len(ids)
    assert "tuned already" in str(trained.balance().why)
