"""The main job on real paintings, through the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def _facts(words: list[object]) -> dict[str, Any]:
    """What `moxie` says of a run, as its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "moxie", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@pytest.mark.slow
@pytest.mark.works
@pytest.mark.parametrize("painter", ["van_gogh", "hokusai"])
def test_five_works(painter: str, paintings: Callable[[str], Path], tmp_path: Path) -> None:
    works = tmp_path / "works"
    works.mkdir()
    for path in sorted(paintings(painter).glob("*.jpg"))[:5]:
        shutil.copy(path, works)
    out = tmp_path / "out"
    words = ["run", works, "-n", 2, "--seed", 1, "--budget", "3m", "--out", out, "--json"]
    facts = _facts(words)
    assert facts["works"]["collected"] == 5
    assert facts["works"]["train"] + facts["works"]["validation"] + facts["works"]["test"] == 5
    assert facts["sufficiency"]["verdict"] == "few"
    assert facts["peak_rss_mb"] < 4000
    assert len(facts["creations"]) == 2
    for made in facts["creations"]:
        picture = Path(made["path"])
        assert picture.suffix == ".png"
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert (picture.parent.name == "near-copies") == made["flagged"]
    assert "<img" in (out / "report.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.works
def test_a_whole_series(paintings: Callable[[str], Path], tmp_path: Path) -> None:
    """New works nearer to the artist than to others, and none too near to a work of his."""
    out = tmp_path / "out"
    words = ["run", paintings("hokusai"), "-n", 4, "--seed", 2, "--out", out, "--json"]
    facts = _facts(words)
    assert facts["works"]["collected"] >= 30
    assert facts["fidelity"]["value"] > 0.6
    assert facts["diversity"]["value"] > facts["diversity"]["floor"]
    assert facts["originality"]["value"] > facts["originality"]["floor"]
    passed = [made for made in facts["creations"] if not made["flagged"]]
    assert len(passed) >= 3
    assert all(made["nearest"]["similarity"] < 0.5 for made in passed)
    assert all(-1 < made["fidelity"] < 3 for made in facts["creations"])
