"""What a database complains about, as a sentence a person can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from moxie.errors import CannotWrite, MoxieError, StoreBusy, StoreError

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, "55P03", "40P01", "40001"}
FULL = {sqlite3.SQLITE_FULL, "53100"}
FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, "25006"}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, "XX001", "XX002"}
"""Result codes of SQLite and SQLSTATEs of PostgreSQL that mean the same."""


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what the database's driver raises inside the block into StoreError or CannotWrite."""
    try:
        yield
    except DBAPIError as error:
        raise _explain(error, url) from error


def _explain(error: DBAPIError, url: URL) -> MoxieError:
    where = _name(url)
    code = _code(error)
    if code in BUSY:
        return StoreBusy(
            "Another process is writing to the store: try again when it is done. ({where})",
            where=where,
        )
    if code in FULL:
        return CannotWrite(
            "The disk is full: the store could not be written. Make room and do the same again; "
            "what was saved before is still there. ({where})",
            where=where,
        )
    if code in FORBIDDEN:
        return CannotWrite(
            "The store's database may not be written to: change its permissions, or use another "
            "store with --home. ({where})",
            where=where,
        )
    if code in DAMAGED:
        return StoreError(
            "The store's database is damaged: restore it from a backup, or begin a new store "
            "with --home. ({where})",
            where=where,
        )
    reason = str(error.orig).strip().partition("\n")[0]
    return StoreError(
        "The store's database cannot be used: {reason}. ({where})", reason=reason, where=where
    )


def _code(error: DBAPIError) -> int | str | None:
    """SQLite's primary result code or PostgreSQL's SQLSTATE."""
    extended: int | None = getattr(error.orig, "sqlite_errorcode", None)
    if extended is not None:
        return extended & 0xFF
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _name(url: URL) -> str:
    """The file, or the address without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)
