"""Marks copies of creations that are handed out, and looks for the marks in suspects."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moxie.errors import BadInput, StoreError
from moxie.rights import labels, watermark
from moxie.rights.watermark import Picture
from moxie.store import atomic, locks
from moxie.studio.desk import Desk
from moxie.studio.keyring import FOLDER

FILE, BYTES, WAIT = "watermark.key", 32, 60.0
"""The secret that draws the patterns, in the folder of the keys; seconds to wait for its making."""


def marked(desk: Desk[Any], read: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Reads creations as marked copies. The master in the store is never touched.

    Raises BadInput for an art that is no picture, when the first creation is read.
    """
    key = secret(desk.home)

    def marking(creation: str) -> bytes:
        data = read(creation)
        if labels.kind(data) != ".png":
            raise BadInput("Only pictures can carry a watermark: export without --watermark.")
        picture: Picture = desk.art.read(data, creation)
        return desk.art.write(watermark.embed(picture, watermark.payload(key, creation), key))

    return marking


def agreeing(home: Path, creation: str, suspect: Picture, original: Picture) -> int | None:
    """How many bits of a creation's mark a suspect has; None where it cannot be asked.

    Nothing is made: a studio that never marked anything has no secret.
    """
    if not (home / FOLDER / FILE).is_file():
        return None
    key = secret(home)
    found = watermark.read(suspect, original, key)
    return None if found is None else found.agreeing(watermark.payload(key, creation))


def secret(home: Path) -> bytes:
    """The studio's secret, made when first asked for; only its owner may read the file."""
    path = home / FOLDER / FILE
    with locks.hold(home / "locks", FILE, wait=WAIT):
        if not path.is_file():
            atomic.make_folder(path.parent)
            atomic.write(path, secrets.token_bytes(BYTES), mode=0o600)
        key = path.read_bytes()
    if len(key) != BYTES:
        raise StoreError(
            "The secret of the watermarks is damaged: restore {path} from a backup.",
            path=str(path),
        )
    return key
