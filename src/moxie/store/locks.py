"""Locks between processes of one machine, one file each.

A lock is a file in the store's home. Processes of *several* machines that share a database and
blobs by URL have homes of their own, so that these locks do not keep them apart: there the
database's transactions and the blobs' content addresses still keep the store whole, and only
the courtesy of not doing the same work twice is lost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moxie.errors import StoreBusy
from moxie.store import atomic


@contextmanager
def hold(folder: Path, name: str, *, wait: float) -> Iterator[None]:
    """Keep other processes, and other holders in this one, out for as long as the block runs.

    Waits at most `wait` seconds, then raises StoreBusy. A killed process lets go by itself.
    Raises CannotWrite where the folder refuses.
    """
    from filelock import FileLock, Timeout

    path = atomic.make_folder(folder) / f"{file_name(name)}.lock"
    lock = FileLock(path, timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreBusy(
            "Another process is at work on {name}: wait until it is done, or use another store "
            "with --home.",
            name=name,
        ) from error
    except OSError as error:
        raise atomic.cannot_write(error, path) from error
    try:
        yield
    finally:
        lock.release()


def file_name(name: str) -> str:
    """A file name for anything: readable at its start, never a path, never shared by two names."""
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{readable}-{digest}" if readable else digest
