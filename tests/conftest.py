"""What every test stands on: a store of its own, a seed, the toy art, and shared real works."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from made_beads import laid_out
from shared_works import SHARED

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as `moxie` itself does; see __main__


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh store for each test, and an environment that does not speak for the developer."""
    folder = tmp_path / "home"
    for name in ("MOXIE_DATABASE", "MOXIE_BLOBS", "MOXIE_PRODUCER", "MOXIE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOXIE_HOME", str(folder))
    monkeypatch.setenv("MOXIE_LANG", "en")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """Seeded, so that a failure can be looked at again."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def paintings() -> Callable[[str], Path]:
    """The folder of a painter's real works, by name; skips where it is absent."""

    def find(painter: str) -> Path:
        folder = SHARED / "paintings" / painter
        if not folder.is_dir():
            pytest.skip(f"the shared works of {painter} are not beside this checkout")
        return folder.resolve()

    return find


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This machine, measured once for all tests; trusted even if others were at work meanwhile."""
    from moxie.nn.machine import detect

    path = tmp_path_factory.mktemp("machine") / "machine.json"
    detect(path)
    facts = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(facts | {"busy": False}), "utf-8")
    return path


@pytest.fixture
def another_home(measured: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Stores by name, empty but for what is known of the machine."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        shutil.copy(measured, folder / "machine.json")
        return folder

    return make


@pytest.fixture
def toy(
    another_home: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The toy art of tests/toy installed as a plugin, here and in the processes a test starts."""
    from toy.plugin import install

    another_home("home")

    plugins = tmp_path / "plugins"
    install(plugins)
    monkeypatch.syspath_prepend(str(plugins))
    tests = str(Path(__file__).parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(plugins), tests)))
    return plugins


@pytest.fixture
def beads(toy: Path, tmp_path: Path) -> Path:
    """A folder with the 24 works of the toy art."""
    from toy import ART

    folder = tmp_path / "beads"
    folder.mkdir()
    for name, data in ART.examples():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store of `rated` is kept for the next test that wants one."""
    return tmp_path_factory.mktemp("made") / "home"


@pytest.fixture
def rated(made_once: Path, beads: Path, home: Path) -> Path:
    """The test's own store, holding creations of the toy art to rate."""
    laid_out(made_once, home, beads)
    return home
