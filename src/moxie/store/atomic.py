"""Files written whole or not at all: a temporary file, fsync, rename, and the folder's fsync."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from moxie.errors import CannotWrite

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
NOT_A_FOLDER = frozenset({errno.EEXIST, errno.ENOTDIR})

PART = ".part"
"""The ending of a temporary file: whatever bears it is unfinished and may be removed."""


def write(path: Path, data: bytes, *, via: Path | None = None, mode: int = 0o666) -> None:
    """Replace a file atomically: at any moment there is the old content or all of the new one.

    The temporary file is beside it, or in the folder `via` on the same file system. Who may read
    it is said by `mode`, less what the user's umask takes away. When this returns the data has
    reached the disk. Raises CannotWrite; the old content is then intact.
    """
    temporary = (via or path.parent) / f".{secrets.token_hex(8)}{PART}"
    try:
        _fill(temporary, data, mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(error, path) from error
    finally:
        with suppress(OSError):  # it is gone already when all went well
            temporary.unlink(missing_ok=True)


def make_folder(path: Path) -> Path:
    """Make a folder and those above it, durably; raises CannotWrite."""
    if path.is_dir():
        return path
    try:
        made = [path, *(above for above in path.parents if not above.exists())]
        path.mkdir(parents=True, exist_ok=True)
        for folder in made:
            sync_folder(folder.parent)
    except OSError as error:
        raise cannot_write(error, path) from error
    return path


def sync_folder(path: Path) -> None:
    """Make what was created or renamed in a folder survive a power cut, where the system can."""
    if os.name != "posix":  # Windows cannot open a folder; its file systems journal renames
        return
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder may be written to but not listed
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some file systems have no such thing
            raise
    finally:
        os.close(handle)


def cannot_write(error: OSError, path: Path) -> CannotWrite:
    """What the system said about writing `path`, as a sentence a person can act on."""
    if error.errno in FULL:
        return CannotWrite(
            "The disk is full: {path} could not be written. Make room and do the same again; "
            "what was saved before is still there.",
            path=str(path),
        )
    if error.errno in FORBIDDEN:
        return CannotWrite(
            "There is no permission to write {path}: choose another folder, or change the "
            "permissions of this one.",
            path=str(path),
        )
    if error.errno in NOT_A_FOLDER:
        return CannotWrite(
            "There is a file where a folder is needed: {path} could not be written.",
            path=str(path),
        )
    return CannotWrite(
        "{path} could not be written: {reason}.",
        path=str(path),
        reason=error.strerror or str(error),
    )


def _fill(temporary: Path, data: bytes, mode: int) -> None:
    """A new file with this content, on the disk, never readable by more than `mode` allows."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, mode)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)
