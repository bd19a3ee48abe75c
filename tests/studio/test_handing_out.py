"""Further formats that creations are handed out in, on the toy art."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from moxie import Studio
from moxie.errors import BadInput, Missing
from moxie.studio import Silent, Stage
from moxie.text import Message
from toy import Toy


def beads_of(path: Path) -> tuple[int, ...]:
    return tuple(map(int, path.read_text().split()[1:]))


class Notes(Silent):
    """Remembers the stages, and what was said."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.said: list[str] = []

    def begin(self, stage: Stage) -> None:
        self.stages.append(stage)

    def say(self, *messages: Message) -> None:
        self.said += map(str, messages)


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy can also write .loud; .gone takes something that is not installed."""
    plain = Toy.write

    def write(self: Toy, row: Any, suffix: str = "") -> bytes:
        if suffix == ".gone":
            raise Missing("The package {name} is not installed.", name="gone")
        return b"LOUD" + bytes(row) if suffix == ".loud" else plain(self, row, suffix)

    monkeypatch.setattr(Toy, "write", write)


@pytest.mark.slow
def test_further_formats_lie_beside_the_lossless_one(
    loud: None, beads: Path, tmp_path: Path
) -> None:
    with Studio() as studio:
        result = studio.run(beads, n=2, out=tmp_path / "out", also=[".loud", ".beads"])
        [exported, _] = studio.export(out=tmp_path / "two", suffix=".loud", also=[".beads"])
    for made in result.creations:
        assert made.path.suffix == ".beads"
        [further] = made.also
        assert further == made.path.with_suffix(".loud")
        assert further.read_bytes() == b"LOUD" + bytes(beads_of(made.path))
    facts = result.to_json()["creations"]
    assert [made["also"] for made in facts] == [  # type: ignore[attr-defined]
        [str(made.path.with_suffix(".loud"))] for made in result.creations
    ]
    assert beads_of(exported.also[0]) == tuple(exported.path.read_bytes()[4:])


def test_a_format_that_cannot_be_written_is_refused_before_the_work(
    loud: None, beads: Path, tmp_path: Path
) -> None:
    notes = Notes()
    with Studio(progress=notes) as studio:
        for suffix, kind in ((".wav", BadInput), (".gone", Missing), ("", BadInput)):
            with pytest.raises(kind):
                studio.run(beads, n=1, out=tmp_path / "out", also=[".loud", suffix or "loud"])
        assert set(notes.stages) == {"collect"}
        for step in (studio.prepare, studio.choose, studio.train):
            step()
        with pytest.raises(BadInput, match=r"\.wav"):
            studio.create(n=1, also=[".wav"])
        assert studio.creations() == []


def test_what_an_art_usually_hands_out_is_written_as_far_as_it_can_be(
    loud: None, beads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Toy, "handout", (".gone", ".loud"))
    notes = Notes()
    with Studio(progress=notes) as studio:
        [made] = studio.run(beads, n=1, out=tmp_path / "out").creations
        assert [path.suffix for path in made.also] == [".loud"]
        assert notes.said == ["The package gone is not installed."]
        [bare] = studio.export(out=tmp_path / "bare", also=())
        assert bare.also == ()
