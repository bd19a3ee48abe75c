"""A person leads, on the toy art: regions, dials, blends, further formats, restoring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moxie import Studio
from moxie.art import Likeness
from moxie.errors import BadInput, CannotWrite, Missing, UnreadableWork
from moxie.studio.blending import Together
from moxie.text import say
from toy import Toy

ROW = (9, 8, 7, 6, 5, 4, 3, 2, 1, 9, 8, 7, 6, 5, 4, 3)


@pytest.fixture
def studio(toy: Path) -> Iterator[Studio]:
    with Studio() as opened:
        yield opened


@pytest.fixture
def trained(studio: Studio, beads: Path) -> Studio:
    learn(studio, beads, "mine")
    return studio


@pytest.fixture
def ladders(tmp_path: Path) -> Path:
    """Another artist's works: rows that climb by three."""
    folder = tmp_path / "ladders"
    folder.mkdir()
    for number in range(10):
        row = [(number + 3 * i) % 9 + 1 for i in range(30 + number)]
        write(folder / f"{number}.beads", row)
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return write(tmp_path / "start.beads", ROW)


def learn(studio: Studio, folder: Path, corpus: str) -> None:
    studio.collect(folder, corpus=corpus, art="toy", rights="own")
    studio.prepare(corpus)
    studio.choose(corpus)
    studio.train(corpus)


def write(path: Path, row: Any) -> Path:
    path.write_text(f"beads {' '.join(map(str, row))}\n")
    return path


def beads_of(path: Path) -> tuple[int, ...]:
    return tuple(map(int, path.read_text().split()[1:]))


def content(studio: Studio, creation: Any) -> tuple[int, ...]:
    return tuple(map(int, studio._library.get(creation.id).split()[1:]))


def test_outside_a_region_everything_stays(trained: Studio, start: Path) -> None:
    made = trained.create(n=3, start=start, region="5-8")
    for creation in made:
        row = content(trained, creation)
        assert (creation.size, row[:4], row[8:]) == ((16,), ROW[:4], ROW[8:])
    assert len({content(trained, creation)[4:8] for creation in made}) > 1
    record = made[0].record
    assert record["region"]["share"] == 0.25  # type: ignore[index]
    assert record["start"] == hashlib.sha256(start.read_bytes()).hexdigest()


def test_a_region_may_be_a_file(
    trained: Studio, start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bytes | None]] = []

    def region(self: Toy, text: str, data: bytes | None, row: Any) -> Any:
        asked.append((text, data))
        return np.arange(len(row)) < 4

    monkeypatch.setattr(Toy, "region", region)
    mask = tmp_path / "mask.png"
    mask.write_bytes(b"white")
    trained.create(n=1, start=start, region=mask)
    trained.create(n=1, start=start, region="no such file" * 100)
    assert asked == [(str(mask), b"white"), ("no such file" * 100, None)]


@pytest.mark.parametrize("region", ["", "bars", "0-3", "15-17", "1-16", "9-2"])
def test_a_region_that_is_none_is_refused(trained: Studio, start: Path, region: str) -> None:
    with pytest.raises(BadInput):
        trained.create(n=1, start=start, region=region)
    assert trained.creations() == []


def test_a_region_needs_its_work_and_keeps_its_size(trained: Studio, start: Path) -> None:
    with pytest.raises(BadInput, match="--from"):
        trained.create(n=1, region="3-7")
    with pytest.raises(BadInput, match="--size"):
        trained.create(n=1, start=start, region="3-7", size="32")


def test_dials_reach_the_model_and_the_record(trained: Studio) -> None:
    made = trained.create(n=2, options={"first": "7"})
    assert [content(trained, creation)[0] for creation in made] == [7, 7]
    assert made[0].record["options"] == {"first": 7}
    with pytest.raises(BadInput, match="The one dial"):
        trained.create(n=1, options={"last": "7"})


def test_whatever_is_asked_differently_is_made_anew(trained: Studio, start: Path) -> None:
    wishes: list[dict[str, Any]] = [
        {},
        {"start": start},
        {"start": start, "region": "3-7"},
        {"start": start, "region": "3-8"},
        {"options": {"first": "7"}},
        {"options": {"first": "8"}},
    ]
    first = [trained.create(n=1, **wish)[0] for wish in wishes]
    assert len({creation.record["asked"] for creation in first}) == len(wishes)
    assert [trained.create(n=1, **wish)[0] for wish in wishes] == first
    assert len(trained.creations()) == len(wishes)


def test_a_blend_lies_between_and_says_so(trained: Studio, ladders: Path) -> None:
    learn(trained, ladders, "ladders")
    made = trained.create(n=4, blend={"mine": 1, "ladders": 3})
    [run] = {creation.run for creation in made}
    mine, other = (trained._library.runs(name)[0] for name in ("mine", "ladders"))
    assert run == mine.id
    for creation in made:
        parts = creation.record["blend"]
        told = [(p["corpus"], p["weight"], p["model"], p["works"]) for p in parts]  # type: ignore
        assert told == [("ladders", 0.75, other.model, 10), ("mine", 0.25, mine.model, 24)]
        assert creation.fidelity is None
        assert creation.record["rights"] == {"own": 34}
        sources = dict(creation.record["sources"])  # type: ignore[call-overload]
        share = sum(sources.get(work.id, 0) for work in trained.works("ladders"))
        assert share == pytest.approx(0.75)
    assert trained.creations("ladders") == []

    def climbs(creations: Any) -> float:
        steps = [np.diff(content(trained, creation)) % 9 for creation in creations]
        return float(np.mean([(step == 3).mean() for step in steps]))

    ends = [climbs(trained.create(name, 4)) for name in ("mine", "ladders")]
    assert ends[0] + 0.1 < climbs(made) < ends[1] - 0.1


def test_a_blend_is_the_same_however_it_is_written(trained: Studio, ladders: Path) -> None:
    learn(trained, ladders, "ladders")
    once = trained.create("mine", 1, blend={"mine": 0.25, "ladders": 0.75})
    again = trained.create("mine", 1, blend={"ladders": 3, "mine": 1})
    other = trained.create("mine", 1, blend={"ladders": 1, "mine": 1})
    assert once == again
    assert once != other
    assert trained.create("mine", 1) != once


def test_a_blend_is_compared_with_the_works_of_all(
    trained: Studio, ladders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from toy.recipes.chain import Chain

    learn(trained, ladders, "ladders")
    stolen = beads_of(ladders / "9.beads")
    work = next(work for work in trained.works("ladders") if work.title.startswith("9"))

    def parrot(self: Chain, brief: Any, *, seed: int) -> Any:
        from moxie.art import Draft

        return Draft(stolen)

    monkeypatch.setattr(Chain, "sample", parrot)
    [made] = trained.create("mine", 1, blend={"mine": 1, "ladders": 1})
    assert made.flagged
    assert made.nearest.work == work.id
    assert made.nearest.similarity == 1.0


def test_together_numbers_the_works_through() -> None:
    class Index:
        def __init__(self, *similarities: float) -> None:
            self.similarities = similarities

        def nearest(self, _content: int, *, exclude: Any = ()) -> Likeness | None:
            found = [(s, i) for i, s in enumerate(self.similarities) if i not in exclude]
            return Likeness(max(found)[1], max(found)[0], say("x")) if found else None

    index = Together([(Index(0.1, 0.4), 2), (Index(0.9, 0.2, 0.4), 3)])

    def nearest(*exclude: int) -> int | None:
        found = index.nearest(0, exclude=exclude)
        return None if found is None else found.index

    assert nearest() == 2
    assert nearest(2) == 1
    assert nearest(2, 1) == 4
    assert nearest(0, 1, 2, 4) == 3
    assert nearest(*range(5)) is None


@pytest.mark.parametrize(
    ("blend", "said"),
    [
        ({}, "two corpora"),
        ({"mine": 1.0}, "two corpora"),
        ({"mine": 1.0, "ladders": 0.0}, "over 0"),
        ({"mine": 1.0, "ladders": float("nan")}, "over 0"),
        ({"ladders": 1.0, "samples": 1.0}, "mine is not in the blend"),
    ],
)
def test_what_is_no_blend_is_refused(studio: Studio, blend: dict[str, float], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        studio.create("mine", 1, blend=blend)


def test_what_cannot_be_blended_is_refused(trained: Studio, ladders: Path) -> None:
    with pytest.raises(Missing, match="no corpus 'nobody'"):
        trained.create(n=1, blend={"mine": 1, "nobody": 1})
    trained.collect(ladders, corpus="ladders")
    trained.prepare("ladders")
    trained.choose("ladders")
    with pytest.raises(Missing, match="moxie train ladders"):
        trained.create(n=1, blend={"mine": 1, "ladders": 1})


def test_two_arts_cannot_be_blended(trained: Studio, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (80, 80), "red").save(tmp_path / "red.png")
    trained.collect(tmp_path / "red.png", corpus="red")
    with pytest.raises(BadInput, match="one is toy, the other painting"):
        trained.create(n=1, blend={"mine": 1, "red": 1})


def test_a_work_is_restored_and_the_record_says_so(
    trained: Studio, start: Path, tmp_path: Path
) -> None:
    before = start.read_bytes()
    out = tmp_path / "new" / "whole.beads"
    done = trained.restore(start, out, region="5-8", seed=3)
    row = beads_of(out)
    assert (row[:4], row[8:], len(row)) == (ROW[:4], ROW[8:], 16)
    assert start.read_bytes() == before
    assert (done.path, done.record) == (out, out.with_suffix(".json"))
    assert (done.share, done.exact, done.notes) == (0.25, True, ())
    record = json.loads(done.record.read_text("utf-8"))
    [run] = trained._library.runs("mine")
    assert record["restored"] is True
    assert record["input"]["sha256"] == hashlib.sha256(before).hexdigest()
    registered = record["output"].pop("registered")
    assert registered["seq"] == 0
    assert record["output"].pop("credentials")["key"] in {key.id for key in trained.keys.ring.keys}
    assert record["output"] == {
        "creation": hashlib.sha256(out.read_bytes()).hexdigest(),
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "exact": True,
        "label": None,  # the toy's files have no place for one
    }
    assert (record["region"]["asked"], record["region"]["share"]) == ("5-8", 0.25)
    assert (record["model"], record["recipe"]) == (run.model, run.choice.recipe)
    assert (record["seed"], record["method"], record["corpus"]) == (3, "infill", "mine")
    again = trained.restore(start, tmp_path / "again.beads", region="5-8", seed=3)
    assert again.path.read_bytes() == out.read_bytes()
    assert trained.creations() == []


def test_a_lossy_format_is_said_to_be_one(
    trained: Studio, start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Toy.write
    monkeypatch.setattr(
        Toy,
        "write",
        lambda self, row, suffix="": plain(self, row[:-1] if suffix else row, suffix),
    )
    done = trained.restore(start, tmp_path / "whole.beads", region="5-8")
    assert not done.exact
    assert "only nearly" in str(done.notes[0])


def test_what_was_given_is_never_written_over(trained: Studio, start: Path, tmp_path: Path) -> None:
    before = start.read_bytes()
    link = tmp_path / "link.beads"
    link.symlink_to(start)
    for out in (start, link, tmp_path / "." / "new" / ".." / "start.beads"):
        with pytest.raises(BadInput, match="would be written over"):
            trained.restore(start, out, region="5-8")
    assert start.read_bytes() == before
    assert not start.with_suffix(".json").exists()


def test_a_restoration_that_cannot_be_is_refused_before_anything_is_written(
    trained: Studio, start: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.beads"
    broken = tmp_path / "broken.beads"
    broken.write_bytes(b"x")
    (tmp_path / "folder.beads").mkdir()
    (tmp_path / "file").write_bytes(b"")
    refused: list[tuple[Path, Path, str, type[Exception]]] = [
        (tmp_path / "absent.beads", out, "5-8", BadInput),
        (broken, out, "5-8", UnreadableWork),
        (tmp_path, out, "5-8", BadInput),
        (start, out, "1-16", BadInput),
        (start, out, "12-20", BadInput),
        (start, out, "middle", BadInput),
        (start, tmp_path / "out.wav", "5-8", BadInput),
        (start, tmp_path / "out", "5-8", BadInput),
        (start, tmp_path / "out.json", "5-8", BadInput),
        (start, tmp_path / "folder.beads", "5-8", BadInput),
        (start, Path(), "5-8", BadInput),
        (start, tmp_path / "file" / "out.beads", "5-8", CannotWrite),
    ]
    for source, target, region, kind in refused:
        with pytest.raises(kind) as said:
            trained.restore(source, target, region=region)
        assert "\n" not in str(said.value)
    assert not out.exists()
    assert not out.with_suffix(".json").exists()


def test_restoring_needs_a_trained_model(studio: Studio, beads: Path, start: Path) -> None:
    studio.collect(beads)
    studio.prepare()
    studio.choose()
    with pytest.raises(Missing, match="moxie train beads"):
        studio.restore(start, start.with_name("out.beads"), region="5-8")
