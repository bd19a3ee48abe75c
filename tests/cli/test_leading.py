"""Leading by the command line, on the toy art: what is asked arrives, what cannot be is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from moxie.cli import run
from moxie.cli.types import Setting, Suffixes, Weights
from moxie.errors import BadInput
from toy import Toy

ROOT = Path(__file__).resolve().parents[2]
ROW = "beads 9 8 7 6 5 4 3 2 1 9 8 7 6 5 4 3\n"


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads(self.out.splitlines()[-1]))


@pytest.fixture
def moxie(toy: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def start(tmp_path: Path) -> Path:
    path = tmp_path / "start.beads"
    path.write_text(ROW)
    return path


def learn(moxie: Callable[..., Said], folder: Path, corpus: str) -> None:
    assert moxie("collect", folder, "--corpus", corpus, "--art", "toy").code == 0
    for verb in ("prepare", "choose", "train"):
        assert moxie(verb, corpus).code == 0


def beads_of(path: str) -> list[str]:
    return Path(path).read_text("utf-8").split()[1:]


def refusal(said: Said) -> str:
    assert said.code == 2, said
    [line] = [line for line in said.err.splitlines() if line.startswith("moxie: ")]
    return line


def test_a_region_is_made_anew(
    moxie: Callable[..., Said], beads: Path, start: Path, tmp_path: Path
) -> None:
    learn(moxie, beads, "mine")
    out = tmp_path / "out"
    said = moxie(
        *("create", "mine", "-n", 2, "--from", start, "--region", "5-8", "--out", out, "--json")
    )
    assert said.code == 0
    for made in said.facts["creations"]:
        row = beads_of(made["path"])
        assert (row[:4], row[8:]) == (ROW.split()[1:5], ROW.split()[9:])
        record = json.loads(Path(made["path"]).with_suffix(".json").read_text("utf-8"))
        assert record["region"]["share"] == 0.25
    assert "--from" in refusal(moxie("create", "mine", "--region", "5-8"))
    assert "Beads are named" in refusal(moxie("create", "--from", start, "--region", "x"))


def test_dials_are_set_by_name(moxie: Callable[..., Said], beads: Path, tmp_path: Path) -> None:
    learn(moxie, beads, "mine")
    out = tmp_path / "out"
    said = moxie("create", "-n", 1, "--set", "first=7", "--out", out, "--json")
    [made] = said.facts["creations"]
    assert beads_of(made["path"])[0] == "7"
    assert "first=1 to first=9" in refusal(moxie("create", "--set", "last=7"))
    assert "NAME=VALUE" in refusal(moxie("create", "--set", "first"))
    twice = moxie("create", "--set", "first=7", "--set", "first=8")
    assert "more than once" in refusal(twice)


def test_two_corpora_are_blended(moxie: Callable[..., Said], beads: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    for path in sorted(beads.iterdir())[:12]:
        path.rename(half / path.name)
    learn(moxie, beads, "mine")
    learn(moxie, half, "other")
    out = tmp_path / "out"
    said = moxie("create", "-n", 1, "--blend", "mine:0.7,other:0.3", "--out", out, "--json")
    assert said.code == 0, said.err
    [made] = said.facts["creations"]
    record = json.loads(Path(made["path"]).with_suffix(".json").read_text("utf-8"))
    assert record["corpus"] == "mine"
    weights = {part["corpus"]: part["weight"] for part in record["blend"]}
    assert weights == pytest.approx({"mine": 0.7, "other": 0.3})
    assert made["fidelity"] is None
    assert "not in the blend" in refusal(moxie("create", "x", "--blend", "mine:1,other:1"))
    assert "two corpora or more" in refusal(moxie("create", "--blend", "mine:1"))
    assert "--blend must be corpora" in refusal(moxie("create", "--blend", "mine,other"))


@pytest.mark.slow
def test_further_formats(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Toy.write
    monkeypatch.setattr(
        Toy,
        "write",
        lambda self, row, suffix="": b"!" if suffix == ".loud" else plain(self, row, suffix),
    )
    out = tmp_path / "out"
    said = moxie("run", beads, "-n", 1, "--out", out, "--also", "loud", "--json")
    [made] = said.facts["creations"]
    assert [Path(path).suffix for path in made["also"]] == [".loud"]
    assert Path(made["also"][0]).read_bytes() == b"!"
    for verb in ("create", "export"):
        said = moxie(verb, "--out", tmp_path / verb, "--also", ".LOUD,.beads", "--json")
        assert all(len(made["also"]) == 1 for made in said.facts["creations"])
    said = moxie("create", "--seed", 5, "--also", ".wav")
    assert ".wav" in refusal(said)
    assert "[create]" not in said.err, "it is refused before the work, not after it"
    assert ".wav" in refusal(moxie("export", "--also", ".wav", "--out", tmp_path / "no"))
    assert not (tmp_path / "no").exists()


def test_a_work_is_restored(
    moxie: Callable[..., Said], beads: Path, start: Path, tmp_path: Path
) -> None:
    learn(moxie, beads, "mine")
    out = tmp_path / "whole.beads"
    words = ("restore", start, "--region", "5-8", "--model", "mine", "--seed", 2)
    said = moxie(*words, "--out", out, "--json")
    assert said.code == 0, said.err
    facts = {"path": str(out), "record": str(out.with_suffix(".json")), "share": 0.25}
    nothing = {"kinds": {}, "mask": None, "confidence": None, "page": None}  # a model filled it
    nothing |= {"undone": None, "strengths": {}}
    assert said.facts == {**facts, **nothing, "exact": True, "notes": []}
    assert json.loads(out.with_suffix(".json").read_text("utf-8"))["restored"] is True
    assert "25.0 % of it is new" in moxie(*words, "--out", out).out
    assert "written over" in refusal(moxie(*words, "--out", start))
    assert start.read_text() == ROW
    for missing in (("restore",), ("restore", start)):
        assert "what to restore" in refusal(moxie(*missing))
    for blind in ((), ("--suggest",)):
        said = moxie("restore", start, "--out", out, *blind)
        assert "name it with --region" in refusal(said)
    assert "give one of them" in refusal(moxie(*words, "--out", out, "--mask", start))


def test_settings_are_read_as_people_write_them() -> None:
    assert Setting().convert(" key = D minor ", None, None) == ("key", "D minor")
    assert Setting().convert("plan=A8=B8", None, None) == ("plan", "A8=B8")
    for text in ("", "=", "key=", "=D", "key"):
        with pytest.raises(BadInput):
            Setting().convert(text, None, None)


def test_weights_are_read_whatever_the_corpora_are_called() -> None:
    def read(text: str) -> dict[str, float]:
        return Weights().convert(text, None, None)

    assert read("bach:0.7,mozart:0.3") == {"bach": 0.7, "mozart": 0.3}
    assert read("J. S. Bach: early: 2 , 莫扎特:1") == {"J. S. Bach: early": 2, "莫扎特": 1}
    assert list(read("b:1,a:1")) == ["b", "a"]
    for text in (
        "",
        "bach",
        "bach:",
        ":1",
        "bach:-1,mozart:2",
        "bach:x",
        "a:1,a:2",
        ",",
    ):
        with pytest.raises(BadInput):
            read(text)
    with pytest.raises(BadInput):
        read("a:1," * 5000 + "!")


def test_suffixes_are_read_with_or_without_their_dots() -> None:
    assert Suffixes().convert(".mid, MP3,.mid", None, None) == (".mid", ".mp3")
    assert Suffixes().convert("", None, None) == ()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ([], "--samples "),
        (["ART=music"], '--samples --art "music"'),
        (["ART=music", "WORKS=my songs"], '"my songs" --art "music"'),
    ],
)
def test_make_runs_another_art(variables: list[str], words: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--old-file=.venv/installed", "run", *variables],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"moxie run {words}" in done.stdout
    assert ("--art" in done.stdout) == bool(variables)
