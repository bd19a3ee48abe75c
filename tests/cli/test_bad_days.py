"""What goes wrong in a user's life, through the command line: one sentence, the right exit code."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from moxie.cli import run
from moxie.store import Library
from moxie.store.database import FILE
from moxie.store.schema import VERSION_TABLE


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def moxie(toy: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command, run in this process on the toy art."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        return Said(code, *capsys.readouterr())

    return call


def one_sentence(said: Said) -> str:
    [line] = [line for line in said.err.splitlines() if line.startswith("moxie: ")]
    assert "Traceback" not in said.err
    return line


def test_the_main_job_ends_with_one_json_object(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path
) -> None:
    said = moxie("run", beads, "-n", 2, "--out", tmp_path / "out", "--json")
    assert said.code == 0
    [line] = said.out.splitlines()
    facts = json.loads(line)
    assert facts["works"]["collected"] == 24
    assert [Path(made["path"]).is_file() for made in facts["creations"]] == [True, True]
    assert "collected 24, refused 0" in said.err


@pytest.mark.slow
def test_each_verb_has_a_json_object_too(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    keys = {}
    for words in (
        ["collect", beads],
        ["prepare"],
        ["augment"],
        ["choose"],
        ["train", "--seed", 1],
        ["balance"],
        ["calibrate"],
        ["evaluate"],
        ["create", "-n", 1, "--out", out],
        ["report", "--out", out],
        ["export", "--out", out],
        ["doctor"],
    ):
        said = moxie(*words, "--json")
        assert said.code == 0, said.err
        keys[words[0]] = set(json.loads(said.out.splitlines()[-1]))
    assert keys["collect"] == {"corpus", "art", "works", "refusals"}
    assert keys["prepare"] == {"works", "near_copy_threshold", "typical_similarity", "left_out"}
    assert {"verdict", "more", "why", "curve"} <= keys["augment"]
    choice = {"recipe", "why", "seconds", "options", "others", "race", "scale", "notes"}
    assert keys["choose"] == choice
    assert keys["train"] == {"run", "recipe", "seed", "model", "loss"}
    balance = {"run", "kept", "foretold", "counted", "before", "after", "why"}
    assert keys["balance"] == balance
    assert keys["calibrate"] == {"dial", "floor", "rounds", "further", "settings", "notes"}
    assert {"fidelity", "diversity", "originality", "judge", "samples"} <= keys["evaluate"]
    assert keys["create"] == keys["export"] == {"creations"}
    assert keys["report"] == {"report"}
    assert keys["doctor"] == {"ok", "checks"}


def test_choosing_shows_the_race_and_says_who_won(moxie: Callable[..., Said], beads: Path) -> None:
    for words in (["collect", beads], ["prepare"]):
        assert moxie(*words).code == 0
    said = moxie("choose", "--json")
    facts = json.loads(said.out)
    assert (facts["recipe"], facts["scale"]) == ("toy/chain", "nats per bead")
    assert {lap["recipe"] for lap in facts["race"]} == {"toy/chain", "toy/descent"}
    keys = "recipe rung seconds loss low high expected promoted".split()  # noqa: SIM905
    assert all(list(lap) == keys for lap in facts["race"])
    assert [lap["promoted"] for lap in facts["race"]] == [True, False]
    again = moxie("choose")
    assert facts["notes"][0] in again.out
    assert "toy/chain won the race of 2 recipes" in again.out
    assert "% lower than that of toy/descent" in again.out


def test_an_empty_folder(moxie: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = moxie("run", tmp_path / "empty", "--art", "toy")
    assert said.code == 3
    assert "nothing to collect" in one_sentence(said)


def test_no_readable_work(moxie: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "a.beads").write_bytes(b"\0")
    said = moxie("run", tmp_path, "--art", "toy")
    assert said.code == 3
    assert "None of the 1 files could be read" in one_sentence(said)
    assert "Refused a.beads: It is not a row of beads." in said.err


def test_a_folder_that_is_not_there(moxie: Callable[..., Said], tmp_path: Path) -> None:
    said = moxie("run", tmp_path / "nowhere", "--art", "toy")
    assert said.code == 2
    assert "nowhere" in one_sentence(said)


def test_a_bad_file_does_not_stop_the_others(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path
) -> None:
    (beads / "bad.beads").write_bytes(b"\0")
    said = moxie("run", beads, "-n", 1, "--out", tmp_path / "out")
    assert said.code == 0
    assert "collected 24, refused 1" in said.out


def test_one_work(moxie: Callable[..., Said], beads: Path, tmp_path: Path) -> None:
    for path in sorted(beads.iterdir())[1:]:
        path.unlink()
    said = moxie("run", beads, "-n", 1, "--out", tmp_path / "out", "--json")
    facts = json.loads(said.out)
    assert said.code == 0
    assert facts["works"] == {
        "collected": 1, "refused": 0, "train": 1, "validation": 0, "test": 0,
    }  # fmt: skip
    assert facts["fidelity"]["value"] is None or 0 <= facts["fidelity"]["value"] <= 2


def test_an_unknown_art_and_size(moxie: Callable[..., Said], beads: Path) -> None:
    said = moxie("run", beads, "--art", "opera")
    assert said.code == 8
    assert "opera" in one_sentence(said)
    said = moxie("run", beads, "--size", "huge")
    assert said.code == 2
    assert "huge" in one_sentence(said)


def test_an_output_folder_that_is_a_file(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file")
    said = moxie("run", beads, "--out", tmp_path / "out")
    assert said.code == 7
    assert "out" in one_sentence(said)
    assert "[prepare]" not in said.err, "it is refused before the work, not after it"


def test_a_full_disk(
    moxie: Callable[..., Said], beads: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert moxie("collect", beads).code == 0
    real = os.write

    def full(handle: int, data: Any) -> int:
        if len(data) > 20:  # the trial file still fits
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        said = moxie("run", beads, "--out", tmp_path / "out")
    assert said.code == 7
    assert "full" in one_sentence(said)
    assert moxie("run", beads, "-n", 1, "--out", tmp_path / "out").code == 0


def test_a_store_from_a_newer_version(moxie: Callable[..., Said], beads: Path, home: Path) -> None:
    assert moxie("collect", beads).code == 0
    with sqlite3.connect(home / FILE) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    connection.close()
    said = moxie("collect", beads)
    assert said.code == 6
    assert "newer" in one_sentence(said)
    said = moxie("doctor")
    assert said.code == 8
    assert "pip install --upgrade" in said.out


def test_two_processes_on_one_corpus(
    moxie: Callable[..., Said], beads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert moxie("collect", beads).code == 0
    hold = (
        "import sys; from moxie.settings import Settings; from moxie.store import Library\n"
        "with Library.open(Settings.read()) as library, library.lock('beads'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        wait = Library.lock
        monkeypatch.setattr(
            Library,
            "lock",
            lambda self, name, *, wait=0.1, _lock=wait: _lock(self, name, wait=wait),
        )
        said = moxie("prepare", "beads")
        assert said.code == 6
        assert "Another process" in one_sentence(said)
        other.communicate("", timeout=20)
    assert moxie("prepare", "beads").code == 0


@pytest.mark.slow
def test_two_processes_at_once_keep_the_store_whole(beads: Path, home: Path) -> None:
    command = [sys.executable, "-m", "moxie", "collect", str(beads), "--json"]
    both = [
        subprocess.Popen(
            [*command, "--corpus", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert [json.loads(out)["works"]["collected"] for out, _ in said] == [24, 24]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently there")
def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(beads: Path, tmp_path: Path) -> None:
    import signal

    command = [sys.executable, "-m", "moxie", "run", str(beads), "-n", "2000"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "out")], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("[create]"):
                break
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=30) == 130
    assert "run the same command again" in rest
    assert "Traceback" not in rest
