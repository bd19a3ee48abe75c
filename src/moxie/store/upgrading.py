"""Bring a store's database to the tables of this version, or refuse one that is newer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, Text, column, inspect, select, table, text

from moxie.errors import StoreError, StoreTooNew
from moxie.store.complaints import explained
from moxie.store.database import make_engine
from moxie.store.schema import REVISION, VERSION_TABLE

MIGRATIONS = "moxie.store:migrations"
"""Where Alembic finds them, whether Moxie is installed from a wheel or edited in place."""

ADVISORY_LOCK = 0x4D6F786965
"""PostgreSQL's lock that keeps processes of several machines from migrating at once."""


def upgrade(url: URL) -> None:
    """Migrate to `REVISION` in one transaction: a killed migration leaves the old tables.

    The caller holds a lock against other processes of this machine. Raises StoreTooNew when
    the store's revision is unknown here, StoreError, CannotWrite.
    """
    with _engine(url) as engine, explained(url):
        if _revision(engine) == REVISION:
            return  # the usual case, without importing Alembic
        _write_ahead(engine)
        with engine.execution_options(writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            _migrate(connection)
            _check_references(connection)


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = make_engine(url, foreign_keys=False)
    try:
        yield engine
    finally:
        engine.dispose()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        query = select(column("version_num", Text)).select_from(table(VERSION_TABLE))
        found: str | None = connection.scalar(query)
        return found


def _write_ahead(engine: Engine) -> None:
    """SQLite's WAL, so that readers and a writer do not wait for each other; the file keeps it."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")  # impossible inside a transaction
    finally:
        raw.close()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()  # no ini file: nothing is read from outside and no logging is set up
    config.set_main_option("script_location", MIGRATIONS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    present = set(context.get_current_heads())
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if present - known:
        raise StoreTooNew(
            "This store was written by a newer version of Moxie: upgrade Moxie, or use another "
            "store with --home."
        )
    command.upgrade(config, "head")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":  # PostgreSQL checked them all along
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise StoreError(
            "This store could not be brought to the new version: {n} of its records point to "
            "nothing. It was left as it was.",
            n=len(broken),
        )
