"""Content-addressed blobs: bytes under the sha256 of themselves, two folders deep.

In a local folder a blob is written through a temporary file and a rename. Elsewhere (any file
system fsspec knows: `s3://`, `gs://`, `memory://`) it is written as one object, which object
stores show only once it is complete. Either way its name proves its content when it is read.
"""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from moxie.errors import BadInput, Missing, StoreError
from moxie.store import atomic

INCOMING = ".incoming"
"""The folder beside the blobs for what is not yet complete."""

STALE = 3600.0
"""Seconds after which an unfinished file was left by a process that was killed."""


class Blobs:
    """A pool of blobs behind an fsspec URL, or in a folder. Raises BadInput, Missing."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._files, self._root, self._local = _open(str(folder.absolute()) if url is None else url)
        if self._local is not None:
            self._incoming = atomic.make_folder(self._local / INCOMING)
            self._sweep()

    def put(self, data: bytes) -> str:
        """Store bytes, durably, and return their sha256. A damaged blob is mended by the way.

        Raises CannotWrite.
        """
        name = sha256(data)
        if self._read(name) == data:
            return name
        if self._local is not None:
            path = self._local / name[:2] / name[2:4] / name
            atomic.make_folder(path.parent)
            atomic.write(path, data, via=self._incoming)
            return name
        self._write(name, data)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of that sha256. Raises Missing, or StoreError when they are damaged."""
        data = self._read(name)
        if data is None:
            raise Missing("The store has no blob {name}.", name=name)
        if sha256(data) != name:
            raise StoreError(
                "A blob of the store is damaged: {name}. Restore it from a backup, or collect or "
                "make it again.",
                name=name,
            )
        return data

    def has(self, name: str) -> bool:
        """Whether there is a blob of that name."""
        return is_sha256(name) and bool(self._files.exists(self._path(name)))

    def erase(self, name: str) -> None:
        """Remove the blob of that sha256, where there is one; raises CannotWrite."""
        if not self.has(name):
            return
        try:
            self._files.rm_file(self._path(name))
        except OSError as error:
            raise atomic.cannot_write(error, Path(self._path(name))) from error

    def close(self) -> None:
        """Forget what fsspec remembers of listings."""
        self._files.invalidate_cache()

    def _path(self, name: str) -> str:
        return f"{self._root}/{name[:2]}/{name[2:4]}/{name}"

    def _read(self, name: str) -> bytes | None:
        if not is_sha256(name):
            return None
        try:
            return bytes(self._files.cat_file(self._path(name)))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(
                "A blob of the store cannot be read: {name}, {reason}.",
                name=name,
                reason=error.strerror or str(error),
            ) from error

    def _write(self, name: str, data: bytes) -> None:
        path = self._path(name)
        try:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(path, data)
        except OSError as error:
            raise atomic.cannot_write(error, Path(path)) from error

    def _sweep(self) -> None:
        """Remove what killed processes left unfinished; a living one is done within the hour."""
        for path in self._incoming.glob(f".*{atomic.PART}"):
            with suppress(OSError):  # another process may be sweeping too
                if time.time() - path.stat().st_mtime > STALE:
                    path.unlink()


def sha256(data: bytes) -> str:
    """The name of some bytes: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def is_sha256(name: str) -> bool:
    """Whether this could be the name of a blob; anything else is never made a path."""
    return re.fullmatch(r"[0-9a-f]{64}", name) is not None


def _open(url: str) -> tuple[Any, str, Path | None]:
    """The file system, the root within it, and the root as a folder when it is local."""
    from fsspec.core import url_to_fs
    from fsspec.implementations.local import LocalFileSystem

    try:
        files, root = url_to_fs(url)
    except ImportError as error:
        raise Missing(
            "What is needed to reach the blobs is not installed: {reason}.", reason=str(error)
        ) from error
    except ValueError as error:
        raise BadInput(
            "The blobs' address cannot be understood: {reason}.", reason=str(error)
        ) from error
    return files, root.rstrip("/"), Path(root) if isinstance(files, LocalFileSystem) else None
