"""What every test stands on: a store of its own, a seed, and the shared real works where they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"
"""Real works beside the checkout; never part of it."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh store for each test, and an environment that does not speak for the developer."""
    folder = tmp_path / "home"
    for name in ("MOXIE_DATABASE", "MOXIE_BLOBS", "MOXIE_DEBUG"):
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
