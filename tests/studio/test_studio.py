"""The studio on the toy art: the whole loop, taken up again, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moxie import Studio
from moxie.errors import BadInput, Cancelled, Missing, NoWorks, StoreBusy
from moxie.studio import Silent, Stage
from moxie.text import Message


class Diary(Silent):
    """Remembers what it was told; stops at a step of a stage when asked to."""

    def __init__(self, stop: tuple[str, int] | None = None) -> None:
        self.stages: list[str] = []
        self.said: list[str] = []
        self.steps: dict[str, int] = {}
        self.stop = stop

    def begin(self, stage: Stage) -> None:
        self.stages.append(stage)

    def step(self, done: int, total: int) -> None:
        assert 0 <= done <= total
        stage = self.stages[-1]
        self.steps[stage] = self.steps.get(stage, 0) + 1
        if self.stop == (stage, self.steps[stage]):
            raise Cancelled("stopped")

    def say(self, *messages: Message) -> None:
        self.said.append(" ".join(map(str, messages)))


@pytest.fixture
def studio(toy: Path) -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


def test_the_main_job(studio: Studio, beads: Path, tmp_path: Path) -> None:
    (beads / "broken.beads").write_bytes(b"not beads")
    result = studio.run(beads, n=3, seed=5, rights="own", out=tmp_path / "out")
    assert (result.art, result.corpus, result.seed) == ("toy", "beads", 5)
    assert result.works.collected == 24
    assert [refusal.name for refusal in result.refusals] == ["broken.beads"]
    assert result.works.train + result.works.validation + result.works.test == 24
    assert result.works.test >= 2
    assert len({made.creation.id for made in result.creations}) == 3
    for made in result.creations:
        assert made.path.read_bytes().startswith(b"beads ")
        record = json.loads(made.path.with_suffix(".json").read_text("utf-8"))
        assert record["rights"] == {"own": 24}
        assert record["recipe"] == result.recipe
        assert len(record["model"]) == 64
        assert made.creation.fidelity is not None
        assert -1 < made.creation.fidelity < 2
    assert result.report.read_text("utf-8").lstrip().lower().startswith("<!doctype html>")
    json.dumps(result.to_json(), allow_nan=False)
    stages = ["collect", "prepare", "augment", "choose", "train", "balance", "calibrate"]
    assert list(result.seconds) == [*stages, "evaluate", "create", "export", "report"]


@pytest.mark.slow
def test_doing_it_twice_does_it_once(beads: Path, tmp_path: Path) -> None:
    with Studio() as studio:
        first = studio.run(beads, n=3, out=tmp_path / "out")
        files = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.beads")}
    diary = Diary()
    with Studio(progress=diary) as studio:
        again = studio.run(beads, n=4, out=tmp_path / "out")
        assert len(studio.creations("beads")) == 4
        assert len(studio.works("beads")) == 24
    assert [m.creation for m in again.creations[:3]] == [m.creation for m in first.creations]
    assert again.evaluation == first.evaluation
    assert again.sufficiency == first.sufficiency
    assert all(path.read_bytes() == data for path, data in files.items())
    assert set(diary.steps) == {"collect", "create"}, "nothing else was done again"


@pytest.mark.slow
def test_other_dials_make_other_creations(studio: Studio, beads: Path) -> None:
    studio.run(beads, n=2, out=beads.parent / "out")
    ids = {made.id for made in studio.create(n=2)}
    for other in (
        studio.create(n=2, seed=1),
        studio.create(n=2, novelty=1.0),
        studio.create(n=2, size="40"),
    ):
        assert ids.isdisjoint(made.id for made in other)
    assert {made.id for made in studio.create(n=2)} == ids
    assert len(studio.creations()) == 8


@pytest.mark.slow
def test_new_works_lead_to_a_new_model(studio: Studio, beads: Path, tmp_path: Path) -> None:
    some = tmp_path / "some"
    some.mkdir()
    files = sorted(beads.iterdir())
    for path in files[:12]:
        shutil.copy(path, some)
    first = studio.run(some, n=1, out=tmp_path / "out")
    for path in files[12:]:
        shutil.copy(path, some)
    second = studio.run(some, n=1, out=tmp_path / "out")
    assert (first.works.collected, second.works.collected) == (12, 24)
    assert first.corpus == second.corpus
    runs = {made.creation.run for made in (*first.creations, *second.creations)}
    assert len(runs) == 2


@pytest.mark.slow
def test_the_verbs_one_by_one_give_what_the_main_job_gives(
    another_home: Callable[[str], Path], beads: Path, tmp_path: Path
) -> None:
    with Studio(another_home("one")) as studio:
        whole = studio.run(beads, n=2, seed=3, out=tmp_path / "out")
    with Studio(another_home("two")) as studio:
        collected = studio.collect(beads)
        dataset = studio.prepare(collected.corpus)
        assert len(dataset.part("train")) == whole.works.train
        assert studio.augment().verdict == whole.sufficiency.verdict
        assert studio.choose(seconds=240).recipe == whole.recipe
        studio.train(seed=3)
        studio.balance()
        studio.calibrate()
        evaluation = studio.evaluate()
        made = studio.create(n=2, seed=3)
        assert [m.id for m in made] == [m.creation.id for m in whole.creations]
        assert evaluation.fidelity == whole.evaluation.fidelity
        assert studio.report(out=tmp_path / "two-out").is_file()
        assert len(studio.export(out=tmp_path / "two-out")) == 2


@pytest.mark.parametrize(
    "verb",
    ["prepare", "augment", "choose", "train", "balance", "calibrate", "evaluate", "create"],
)
def test_an_earlier_step_is_asked_for_by_name(verb: str, studio: Studio, beads: Path) -> None:
    with pytest.raises(BadInput, match="empty"):
        getattr(studio, verb)()
    with pytest.raises(Missing, match="no corpus"):
        getattr(studio, verb)("nobody")
    studio.collect(beads)
    if verb != "prepare":
        with pytest.raises(Missing, match=r"run `moxie \w+ beads` first"):
            getattr(studio, verb)()


@pytest.mark.slow
def test_stopped_in_every_stage_it_goes_on_to_the_same_result(
    another_home: Callable[[str], Path], beads: Path, tmp_path: Path
) -> None:
    with Studio(another_home("whole")) as studio:
        whole = studio.run(beads, n=3, out=tmp_path / "out")
    for stage in ("collect", "prepare", "augment", "train", "calibrate", "evaluate", "create"):
        stopping = Studio(another_home("parts"), progress=Diary((stage, 2)))
        with stopping as studio, pytest.raises(Cancelled):
            studio.run(beads, n=3, out=tmp_path / "out")
    with Studio(another_home("parts")) as studio:
        parts = studio.run(beads, n=3, out=tmp_path / "out")
        assert len(studio.works()) == 24
        assert len(studio.creations()) == 3
        assert len({made.creation.run for made in parts.creations}) == 1
    assert [m.creation.id for m in parts.creations] == [m.creation.id for m in whole.creations]
    assert parts.works.collected == whole.works.collected
    assert parts.evaluation.fidelity == whole.evaluation.fidelity


def test_two_folders_of_one_name_do_not_mix(studio: Studio, beads: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "beads"
    other.mkdir(parents=True)
    (other / "mine.beads").write_bytes(b"beads 1 2 3 4 5 6 7 8 9 1 2 3 4\n")
    names = [studio.collect(folder).corpus for folder in (beads, other, beads, other)]
    assert names == ["beads", "beads-2", "beads", "beads-2"]
    assert studio.collect(other, corpus="beads").works == 25
    with pytest.raises(BadInput, match="more than one"):
        studio.works()


def test_rights_are_recorded_and_may_be_declared_later(studio: Studio, beads: Path) -> None:
    studio.collect(beads)
    assert {str(work.rights) for work in studio.works()} == {"undeclared"}
    studio.collect(beads, rights="license:CC-BY-4.0")
    assert {str(work.rights) for work in studio.works()} == {"license:CC-BY-4.0"}
    studio.collect(beads)
    assert {str(work.rights) for work in studio.works()} == {"license:CC-BY-4.0"}
    with pytest.raises(BadInput, match="rights"):
        studio.collect(beads, rights="stolen")


def test_nothing_to_collect_leaves_nothing_behind(
    studio: Studio, toy: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NoWorks, match="nothing to collect"):
        studio.collect(empty)
    (empty / "a.beads").write_bytes(b"x")
    with pytest.raises(NoWorks, match="None of the 1 files"):
        studio.collect(empty)
    with pytest.raises(BadInput):
        studio.collect(tmp_path / "absent")
    assert studio.corpora() == []


@pytest.mark.parametrize("works", [1, 2, 5])
def test_few_works_are_enough_to_begin(
    works: int, studio: Studio, beads: Path, tmp_path: Path
) -> None:
    for path in sorted(beads.iterdir())[works:]:
        path.unlink()
    result = studio.run(beads, n=2, out=tmp_path / "out")
    assert result.works.collected == works
    assert result.works.train >= 1
    assert result.sufficiency.verdict == "few"
    assert len(result.creations) == 2
    json.dumps(result.to_json(), allow_nan=False)


def test_built_in_samples_need_no_folder(studio: Studio, tmp_path: Path) -> None:
    collected = studio.collect(samples=True, art="toy")
    assert (collected.works, collected.corpus) == (24, "samples-toy")
    assert {str(work.rights) for work in studio.works()} == {"license:Apache-2.0"}
    assert studio.collect(samples=True, art="toy").works == 24
    with pytest.raises(BadInput):
        studio.collect()


def test_a_start_is_begun_from(studio: Studio, beads: Path, tmp_path: Path) -> None:
    studio.run(beads, n=1, out=tmp_path / "out")
    start = tmp_path / "start.beads"
    start.write_bytes(b"beads 9 9 9 9\n")
    [made] = studio.create(n=1, start=start)
    [handed] = studio.export(creations=[made], out=tmp_path / "out")
    assert handed.path.read_bytes().startswith(b"beads 9 9 9 9 ")
    with pytest.raises(BadInput, match="cannot be read"):
        studio.create(n=1, start=tmp_path / "absent.beads")


def test_a_corpus_in_use_is_said_to_be_busy(
    studio: Studio, beads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moxie.store.library.SHORT", 0.0)
    studio.collect(beads)
    with studio._library.lock("beads"), pytest.raises(StoreBusy):
        studio._library.lock("beads", wait=0.0).__enter__()


def test_refusals_are_told_as_they_happen(beads: Path) -> None:
    (beads / "broken.beads").write_bytes(b"x")
    diary = Diary()
    with Studio(progress=diary) as studio:
        studio.collect(beads)
    assert diary.said == ["Refused broken.beads: It is not a row of beads."]


def test_other_corpora_of_the_art_stand_for_other_artists(
    studio: Studio, beads: Path, tmp_path: Path
) -> None:
    from moxie.studio.scoring import others as find_others

    result = studio.run(beads, n=1, out=tmp_path / "out")
    half = tmp_path / "half"
    half.mkdir()
    for path in sorted(beads.iterdir())[:12]:
        shutil.copy(path, half)
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    for number in range(10):
        row = " ".join(str((number + 3 * i) % 10) for i in range(30))
        (strangers / f"{number}.beads").write_text(f"beads {row}\n")
    studio.collect(half)
    studio.collect(strangers)
    with studio._desk(result.corpus) as desk:
        others = find_others(desk)
    assert others is not None
    assert set(others) == {"strangers"}, "half shares works with the artist"
