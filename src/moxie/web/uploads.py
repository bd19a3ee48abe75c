"""What a person sends: taken in by stream, counted as it comes, kept until it is used.

An upload goes to a file without a name of the sender's; what it was called is only a label. A
lost connection leaves nothing behind, and nothing is unpacked or decoded here.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

from starlette.concurrency import run_in_threadpool

from moxie.errors import BadInput, TooLarge, TooMuch
from moxie.store import atomic
from moxie.web.files import MEDIA, PLAIN, Files, Kept, ending

MAX_UPLOAD = 2 << 30
"""2 GB: the most that one upload may have; a single work may have 256 MB, a zip of works more."""

MAX_TOTAL = 16 << 30
"""16 GB: the most that all uploads that wait may have together."""

MOST_AT_ONCE = 8
"""Uploads that may come in at the same time."""

DAY = 24 * 3600.0
"""Seconds that an upload waits to be used."""

DEEPEST, LONGEST = 8, 240
"""Folders in a label, and characters in it."""


class Uploads(Files):
    """The uploads of a store. Raises TooLarge, TooMuch, CannotWrite, Missing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder
        self._coming = 0

    async def receive(self, name: str, body: AsyncIterator[bytes], announced: int | None) -> Kept:
        """Take in one upload. `announced` is its length as the sender says, if they do."""
        label = labelled(name)
        self._admit(announced or 0)
        self._coming += 1
        place = atomic.make_folder(self._folder / secrets.token_hex(16))
        try:
            size = await _written(place / "data", body)
            kept = Kept(place.name, label, size, MEDIA.get(ending(label), PLAIN))
            atomic.write(place / "facts.json", json.dumps(kept.to_json()).encode())
        except BaseException:  # a lost connection among them
            self.drop(place.name)
            raise
        finally:
            self._coming -= 1
        return kept

    def _admit(self, announced: int) -> None:
        if announced > MAX_UPLOAD:
            raise _too_large()
        if self._coming >= MOST_AT_ONCE:
            raise TooMuch("{n} files are coming in already: send this one later.", n=MOST_AT_ONCE)
        if self.size + announced > MAX_TOTAL:
            self.sweep(DAY)
            if self.size + announced > MAX_TOTAL:
                raise TooMuch(
                    "Uploads that wait to be used have {n} GB already: use them first.",
                    n=MAX_TOTAL >> 30,
                )


def labelled(name: str) -> str:
    """A name as it may be kept and shown: relative, downwards, printable. Raises BadInput.

    It may have folders ("op18/movement1.mid"), which say what belongs together.
    """
    text = name.replace("\\", "/")
    parts = PurePosixPath(text).parts
    wrong = (
        not parts
        or len(text) > LONGEST
        or len(parts) > DEEPEST
        or text.startswith("/")
        or bool(PureWindowsPath(name).drive)
        or any(part in {".", ".."} or part.startswith(".") for part in parts)
        or not all(char.isprintable() for char in text)
    )
    if wrong:
        raise BadInput("A file cannot be called {name} here: rename it.", name=repr(name[:80]))
    return "/".join(parts)


async def _written(path: Path, body: AsyncIterator[bytes]) -> int:
    """Write what comes, and stop at once where it is too much; returns how much it was."""
    size = 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            async for chunk in body:
                size += len(chunk)
                if size > MAX_UPLOAD:
                    raise _too_large()
                file.write(chunk)
            file.flush()
            await run_in_threadpool(os.fsync, file.fileno())  # which may take seconds
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise atomic.cannot_write(error, path) from error
    return size


def _too_large() -> TooLarge:
    return TooLarge("A file may have {n} GB at most.", n=MAX_UPLOAD >> 30)
