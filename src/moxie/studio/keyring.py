"""Where a studio's keys lie, and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from moxie.rights.keys import Keyring
from moxie.store import atomic, locks

FOLDER = "keys"
"""Inside the store's home."""

PASSPHRASE = "MOXIE_PASSPHRASE"  # noqa: S105  the name of a variable
"""The environment variable with the passphrase of the keys; it is never an argument."""

WAIT = 60.0
"""Seconds to wait for another process that makes keys."""


def from_environment() -> str | None:
    """The passphrase of the keys, where the environment holds one."""
    return os.environ.get(PASSPHRASE) or None


def keyring(home: Path, ask: Callable[[], str | None] = from_environment) -> Keyring:
    """The keys of the store in `home`; `ask` is called once a passphrase is needed.

    Raises BadInput for a keyring that is damaged.
    """
    return Keyring.open(
        home / FOLDER,
        write=_write,
        passphrase=ask,
        lock=lambda: locks.hold(home / "locks", FOLDER, wait=WAIT),
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)
