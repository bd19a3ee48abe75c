"""kill -9 during each stage, then the same command again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moxie import Studio

STAGES = "collect prepare augment choose train evaluate create export report".split()  # noqa: SIM905
WORKS, N = 24, 6


def command(beads: Path, home: Path, out: Path) -> list[str]:
    words = ["run", str(beads), "-n", str(N), "--json", "--home", str(home), "--out", str(out)]
    return [sys.executable, "-m", "moxie", *words]


def finish(words: list[str]) -> dict[str, object]:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    facts: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return facts


def kill_in(stage: str, words: list[str]) -> bool:
    """Kill the command as soon as it says that it is in the stage; False if it was too quick."""
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(f"[{stage}]"):
                process.kill()
                break
        return process.wait(timeout=60) != 0


def ids(facts: dict[str, object]) -> list[bytes]:
    creations = facts["creations"]
    assert isinstance(creations, list)
    return [Path(made["path"]).read_bytes() for made in creations]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_killed_in_each_stage_it_goes_on(
    another_home: Callable[[str], Path], beads: Path, tmp_path: Path
) -> None:
    whole = finish(command(beads, another_home("whole"), tmp_path / "whole-out"))
    home, out = another_home("killed"), tmp_path / "killed-out"
    killed = [stage for stage in STAGES if kill_in(stage, command(beads, home, out))]
    assert set(killed) >= {"collect", "prepare", "train", "create"}, killed
    parts = finish(command(beads, home, out))
    assert ids(parts) == ids(whole)
    for measure in ("fidelity", "diversity", "originality", "works"):
        assert parts[measure] == whole[measure]
    with Studio(home) as studio:
        assert len(studio.works()) == WORKS
        assert len(studio.creations()) == N
    assert len(list(out.glob("*.beads"))) + len(list(out.glob("near-copies/*.beads"))) == N
