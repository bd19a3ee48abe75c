"""The command line before it reaches the studio: speed, languages, what cannot be understood."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from moxie.cli import run
from moxie.cli.console import Lines, Stopper, listening
from moxie.cli.types import Duration
from moxie.errors import BadInput, Cancelled
from moxie.text import Catalogue, say

ENGLISH = Catalogue("en", {})
HEAVY = {"torch", "numpy", "scipy", "cv2", "PIL", "sqlalchemy", "alembic", "jinja2", "rich"}
HEAVY |= {"onnxruntime", "safetensors", "cattrs", "fsspec", "moxie.studio", "platformdirs"}


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["nonsense"]])
def test_what_needs_no_studio_imports_none(words: list[str]) -> None:
    code = f"import sys; from moxie.cli import run; run({words}); print(*sys.modules, sep='\\n')"
    assert set(python(code).split()) & HEAVY == set()


def test_help_brings_in_nothing_heavy() -> None:
    look = "import sys; from moxie.cli import run; run(['--help']); print(*sys.modules)"
    seen = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True, text=True)
    brought = {name.partition(".")[0] for name in seen.stdout.splitlines()[-1].split()}
    heavy = "torch numpy scipy cv2 PIL sqlalchemy fastapi uvicorn onnxruntime music21 trimesh rich"
    assert not brought & set(heavy.split())


def test_help_lists_the_verbs_in_the_order_of_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    places = [
        text.index(f"\n  {verb} ") for verb in ("run", "collect", "train", "create", "export")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "words", [["--language", "zh", "--help"], ["run", "--language=zh", "--help"]]
)
def test_help_speaks_the_language_asked_for(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(words)
    chinese = capsys.readouterr().out
    run([word for word in words if word == "run"] + ["--help"])
    assert chinese != capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "no command frobnicate"),
        (["run", "--frobnicate"], "no option --frobnicate"),
        (["run", "x", "--novelty"], "--novelty needs a value"),
        (["run", "x", "--novelty", "1.5"], "--novelty must be a number from 0 to 1, not 1.5"),
        (["run", "x", "--novelty", "nan"], "from 0 to 1, not nan"),
        (["run", "x", "-n", "0"], "-n must be a whole number from 1"),
        (["run", "x", "--seed", "-1"], "--seed must be a whole number from 0"),
        (["run", "x", "--budget", "soon"], "--budget must be a time such as"),
        (["prepare", "one", "two"], "cannot be understood"),
        (["run"], "which folder"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == BadInput.exit_code
    captured = capsys.readouterr()
    assert said in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert captured.out == ""


def test_with_json_an_error_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--json", "--novelty", "2", "x"]) == 2
    error = json.loads(capsys.readouterr().out.splitlines()[-1])["error"]
    assert (error["kind"], error["exit_code"]) == ("BadInput", 2)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("45", 45), ("1.5m", 90)]
)
def test_times_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0s", "-5", "10 minutes", "m", "10m5"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Duration().convert(text, None, None)


def test_an_unforeseen_error_is_a_sentence_unless_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("moxie.cli._perform", fail)
    assert run(["doctor"]) == 1
    assert "ZeroDivisionError: oh" in capsys.readouterr().err
    monkeypatch.setenv("MOXIE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["doctor"])


def test_a_full_disk_and_a_missing_package_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = iter(
        [OSError(28, "No space left on device", "x"), ModuleNotFoundError("", name="torch")]
    )

    def fail(*_: Any, **__: Any) -> None:
        raise next(errors)

    monkeypatch.setattr("moxie.cli._perform", fail)
    assert run(["doctor"]) == 7
    assert "No space left on device" in capsys.readouterr().err
    assert run(["doctor"]) == 8
    assert "torch" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently there")
def test_the_first_ctrl_c_asks_and_the_second_stops() -> None:
    out = io.StringIO()
    before = signal.getsignal(signal.SIGINT)
    with listening(ENGLISH, out) as stopper:
        stopper.check()
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Cancelled):
            stopper.check()
        assert "Stopping after this step" in out.getvalue()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_lines_tell_the_stage_and_now_and_then_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.0, 1.0, 6.0, 7.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    out = io.StringIO()
    lines = Lines(ENGLISH, Stopper(), out)
    lines.begin("train")
    for done in (1, 2, 3):
        lines.step(done, 4)
    lines.say(say("Refused {name}:", name="a"), say("broken"))
    lines.end("train", 7.0)
    assert out.getvalue().splitlines() == [
        "[train] Training",
        "[train] 2 of 4, about 6 s left",
        "Refused a: broken",
        "[train] done in 7 s",
    ]


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "moxie run FOLDER" in capsys.readouterr().out


def test_the_module_is_the_command(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moxie", "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert not home.exists()
