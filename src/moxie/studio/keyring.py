"""Where a studio's keys lie, and how they are opened."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from moxie.rights.keys import Keyring
from moxie.store import atomic, locks

if TYPE_CHECKING:
    from moxie.rights.keyfiles import Key
    from moxie.studio.registering import Registrar

FOLDER = "keys"
"""Inside the store's home."""

PASSPHRASE = "MOXIE_PASSPHRASE"  # noqa: S105  the name of a variable
"""The environment variable with the passphrase of the keys; it is never an argument."""

WAIT = 60.0
"""Seconds to wait for another process that makes keys."""


def from_environment() -> str | None:
    """The passphrase of the keys, where the environment holds one."""
    return os.environ.get(PASSPHRASE) or None


def from_person() -> str | None:
    """The passphrase of the keys, asked at a terminal; None where there is none."""
    if not sys.stdin or not sys.stdin.isatty():
        return None
    try:
        return getpass.getpass("Moxie: passphrase 口令: ") or None
    except EOFError:
        return None


def keyring(home: Path) -> Keyring:
    """The keys of the store in `home`; raises BadInput for a keyring that is damaged."""
    return Keyring.open(
        home / FOLDER,
        write=_write,
        passphrase=from_environment,
        prompt=from_person,
        lock=lambda: locks.hold(home / "locks", FOLDER, wait=WAIT),
    )


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who a person speaks to about the studio's keys."""

    ring: Keyring
    registrar: Registrar

    def revoke(self, name: str, reason: str) -> Key:
        """Revoke a key by its id or how that begins, and enter it into the registry's log.

        The entry is made with a key that is still believed. Raises BadInput.
        """
        from moxie.studio import registering  # which opens keys by this module

        key = self.ring.revoke(self.ring.find(name), reason)
        registering.revoked(self.registrar, key.public, reason)
        return key


def _write(path: Path, data: bytes, mode: int) -> None:
    atomic.make_folder(path.parent)
    atomic.write(path, data, mode=mode)
