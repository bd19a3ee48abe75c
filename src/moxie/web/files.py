"""Files to take away: what jobs hand out, each under an id, for a while.

Nothing in a name or an id becomes a path: ids are checked to be ours, and what a file is called
is written beside it.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from moxie.errors import Missing
from moxie.store import atomic

KEPT = 7 * 24 * 3600.0
"""Seconds that a file waits to be taken away."""

PLAIN = "application/octet-stream"
MEDIA = {
    ".abc": "text/vnd.abc",
    ".flac": "audio/flac",
    ".glb": "model/gltf-binary",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".md": "text/markdown",
    ".mid": "audio/midi",
    ".mp3": "audio/mpeg",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
"""What files are said to be; anything else is only bytes."""

_ID = re.compile(r"[0-9a-f]{32}")
_ENDING = re.compile(r"\.[a-z0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to take away. `name` is what it is called for people, never a path."""

    id: str
    name: str
    bytes: int
    media_type: str

    def to_json(self) -> dict[str, object]:
        """Plain data."""
        return asdict(self)


class Files:
    """A folder of files by id. Raises Missing, CannotWrite."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, name: str, media_type: str | None = None) -> Kept:
        """Keep bytes under a name."""
        told = media_type or MEDIA.get(ending(name), PLAIN)
        kept = Kept(secrets.token_hex(16), name, len(data), told)
        place = atomic.make_folder(self._folder / kept.id)
        atomic.write(place / "data", data)
        atomic.write(place / "facts.json", json.dumps(kept.to_json()).encode())
        return kept

    def take(self, path: Path, name: str) -> Kept:
        """Keep a file that was written elsewhere on this disk; it is moved."""
        kept = Kept(
            secrets.token_hex(16), name, path.stat().st_size, MEDIA.get(ending(name), PLAIN)
        )
        place = atomic.make_folder(self._folder / kept.id)
        try:
            path.replace(place / "data")
        except OSError as error:
            raise atomic.cannot_write(error, place) from error
        atomic.write(place / "facts.json", json.dumps(kept.to_json()).encode())
        return kept

    def get(self, file_id: str) -> tuple[Kept, Path]:
        """What is known of a file, and where its bytes are; raises Missing."""
        if _ID.fullmatch(file_id):
            with suppress(OSError, ValueError, TypeError):
                place = self._folder / file_id
                kept = Kept(**json.loads((place / "facts.json").read_text("utf-8")))
                if (place / "data").is_file() and not (place / "data").is_symlink():
                    return kept, place / "data"
        raise Missing("There is no file {file}, or it has been cleared away.", file=file_id)

    def drop(self, file_id: str) -> None:
        """Remove a file, where it is."""
        if _ID.fullmatch(file_id):
            shutil.rmtree(self._folder / file_id, ignore_errors=True)

    def sweep(self, seconds: float = KEPT) -> None:
        """Remove what has waited for long."""
        for place in self._old(seconds):
            shutil.rmtree(place, ignore_errors=True)

    def _old(self, seconds: float) -> Iterator[Path]:
        if not self._folder.is_dir():
            return
        for place in self._folder.iterdir():
            with suppress(OSError):
                if time.time() - place.stat().st_mtime > seconds:
                    yield place

    @property
    def size(self) -> int:
        """Bytes of all files, also unfinished ones."""
        found = 0
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    found += (Path(folder) / name).stat().st_size
        return found


def ending(name: str) -> str:
    """The lower-case ending of a name, where it is a plain one."""
    found = Path(name).suffix.lower()
    return found if _ENDING.fullmatch(found) else ""
