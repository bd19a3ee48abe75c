"""A keyring with a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moxie.rights.keys import Keyring
from moxie.store import atomic

START = datetime(2026, 11, 28, 12, tzinfo=UTC)


def write_whole(path: Path, data: bytes, mode: int) -> None:
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(tmp_path, clock):
    def make(passphrase=None, write=write_whole):
        return Keyring.open(
            tmp_path / "keys", write=write, now=clock, passphrase=lambda: passphrase
        )

    return make


@pytest.fixture(scope="session")
def studio_keys(tmp_path_factory) -> Keyring:
    """A keyring by the clock of this machine, as c2pa-python goes by it."""
    return Keyring.open(tmp_path_factory.mktemp("studio") / "keys", write=write_whole)


@pytest.fixture(scope="session")
def other_keys(tmp_path_factory) -> Keyring:
    """The keys of another studio."""
    return Keyring.open(tmp_path_factory.mktemp("other") / "keys", write=write_whole)


@pytest.fixture(scope="session")
def engine(studio_keys):
    """Signs with the keys of `studio_keys`, and believes them."""
    pytest.importorskip("c2pa")
    from moxie.rights.credentials import Engine

    credential = studio_keys.credential()
    return Engine(studio_keys.anchors(), credential)
