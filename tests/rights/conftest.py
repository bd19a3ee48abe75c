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
