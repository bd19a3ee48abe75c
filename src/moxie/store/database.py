"""The database: an engine for SQLite or PostgreSQL, transactions, and few verbs on its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    cast,
    create_engine,
    event,
    func,
    make_url,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from moxie.errors import BadInput, Missing
from moxie.store.complaints import explained
from moxie.store.schema import TABLES

Value: TypeAlias = str | int
Row: TypeAlias = dict[str, Any]
Fact: TypeAlias = tuple[str, bool | tuple[float, float]]
"""Something that a row's document must say: a key is true or false, or between two numbers."""

FILE = "moxie.sqlite3"
"""The database inside the store's home, unless a URL names another."""

BUSY = 10.0
"""Seconds that SQLite waits for another process' transaction; each takes milliseconds."""


class Records:
    """The tables, by name, inside one transaction. Conditions are equalities."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        dialect = postgresql if self._postgres else sqlite
        self._insert: Any = dialect.insert  # the two spell "on conflict" alike

    def find(
        self, table: str, *, newest_first: bool = False, limit: int | None = None, **equal: Value
    ) -> list[Row]:
        """The rows that match; in the order they were added where the table counts them."""
        found = _table(table)
        query = select(found).filter_by(**equal)
        if "number" in found.c:
            number = found.c.number
            query = query.order_by(number.desc() if newest_first else number)
        return self._rows(query.limit(limit))

    def page(
        self,
        table: str,
        among: Mapping[str, Collection[str]],
        span: slice,
        *,
        facts: Sequence[Fact] = (),
        newest_first: bool = False,
    ) -> tuple[int, list[Row]]:
        """How many rows have each column `among` some values and all the facts, and a span of them.

        Facts are looked up inside the rows' documents.
        """
        found = _table(table)
        where: list[ColumnElement[bool]] = [found.c[c].in_(values) for c, values in among.items()]
        where += [self._holds(found, fact) for fact in facts]
        number = found.c.number
        order = number.desc() if newest_first else number
        # numbers first: they come from an index alone, whole rows would be sorted with their text
        picked = select(number).where(*where).order_by(order)
        if facts:  # each looks into every document, so that counting apart would look twice
            numbers = list(self._connection.execute(picked).scalars())
            total, numbers = len(numbers), numbers[span]
        else:
            counted = select(func.count()).select_from(found).where(*where)
            total = int(self._connection.execute(counted).scalar_one())
            picked = picked.offset(span.start).limit(max(0, span.stop - span.start))
            numbers = list(self._connection.execute(picked).scalars())
        return total, self._rows(select(found).where(number.in_(numbers)).order_by(order))

    def counts(self, table: str, by: str, among: Collection[str]) -> dict[str, int]:
        """How many rows there are for each of these values of a column, zeros left out."""
        found = _table(table)
        column = found.c[by]
        query = select(column, func.count()).where(column.in_(among)).group_by(column)
        return {str(value): int(n) for value, n in self._connection.execute(query)}

    def _holds(self, table: Table, fact: Fact) -> ColumnElement[bool]:
        key, test = fact
        text = table.c.document
        json: Any = cast(text, JSON) if self._postgres else type_coerce(text, JSON)
        holds: ColumnElement[bool]
        if isinstance(test, bool):
            holds = json[key].as_boolean() == test
        else:
            holds = json[key].as_float().between(*test)
        return holds

    def column(self, table: str, column: str, *, below: int) -> list[Any]:
        """One column of the rows whose number is below `below`, in their order."""
        found = _table(table)
        number = found.c.number
        query = select(found.c[column]).where(number < below).order_by(number)
        return list(self._connection.execute(query).scalars())

    def together(self, table: str, column: str, **equal: Value) -> list[str]:
        """One column of the rows that match, in no order; quick where there are thousands."""
        found = _table(table)
        joined = func.aggregate_strings(found.c[column], "\n")
        text = self._connection.execute(select(joined).filter_by(**equal)).scalar_one()
        return str(text).split("\n") if text else []

    def extent(self, table: str, **equal: Value) -> tuple[int, int]:
        """How many rows match, and the greatest number of one; 0 where there is none."""
        number = _table(table).c.number
        query = select(func.count(number), func.coalesce(func.max(number), 0)).filter_by(**equal)
        count, last = self._connection.execute(query).one()
        return count, last

    def starting(self, table: str, column: str, prefix: str) -> list[Row]:
        """The rows whose `column` begins with `prefix`, in the order they were added."""
        found = _table(table)
        head = func.substr(found.c[column], 1, len(prefix))
        return self._rows(select(found).where(head == prefix).order_by(found.c.number))

    def add(self, table: str, **values: Value) -> bool:
        """Insert a row; False, and nothing changed, when one with its unique columns is there."""
        statement = self._insert(_table(table)).values(**values).on_conflict_do_nothing()
        # on PostgreSQL an insert's count is lost without these two: the new row's number is not
        # asked for, and the count is read before the cursor closes
        counted = statement.inline().execution_options(preserve_rowcount=True)
        return self._connection.execute(counted).rowcount == 1

    def put(self, table: str, **values: Value) -> None:
        """Insert a row, or replace the one with its primary key."""
        found = _table(table)
        keys = [column.name for column in found.primary_key]
        rest = {name: value for name, value in values.items() if name not in keys}
        statement = self._insert(found).values(**values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def change(self, table: str, values: Mapping[str, Value], **equal: Value) -> int:
        """Set columns of the rows that match; returns how many did."""
        statement = _table(table).update().filter_by(**equal).values(**values)
        return self._connection.execute(statement).rowcount

    def remove(self, table: str, **equal: Value) -> int:
        """Delete the rows that match; returns how many did."""
        return self._connection.execute(_table(table).delete().filter_by(**equal)).rowcount

    def _rows(self, query: Select[Any]) -> list[Row]:
        return [dict(row) for row in self._connection.execute(query).mappings()]


class Database:
    """Transactions on one database. Errors of it come out as Moxie's own."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engine = make_engine(url)

    @contextmanager
    def reading(self) -> Iterator[Records]:
        """A transaction that sees one state of the tables and waits for nobody."""
        with explained(self.url), self._engine.begin() as connection:
            yield Records(connection)

    @contextmanager
    def writing(self) -> Iterator[Records]:
        """A transaction that is wholly kept when the block ends, or not at all when it raises."""
        engine = self._engine.execution_options(writes=True)
        with explained(self.url), engine.begin() as connection:
            yield Records(connection)

    def scrub(self) -> None:
        """Let what was deleted leave SQLite's journal too; it is overwritten in the file itself.

        Where other processes read just then the journal keeps it until they are done.
        """
        if self.url.get_backend_name() == "sqlite":
            with explained(self.url), self._engine.connect() as connection:
                raw = connection.connection.cursor()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.close()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def where(home: Path, text: str | None) -> URL:
    """The database's URL: SQLite inside `home` unless `text` names another. Raises BadInput."""
    if text is None:
        return URL.create("sqlite", database=str(home.absolute() / FILE))
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadInput(
            "The database's address cannot be understood: write it as "
            "postgresql://user:password@host/name."
        ) from error
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise BadInput(
            "{kind} databases are not supported: use SQLite or PostgreSQL.",
            kind=url.get_backend_name(),
        )
    if url.database in {None, "", ":memory:"}:
        raise BadInput("The database's address names no database: nothing would be kept.")
    return url


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions are its own to begin. Raises Missing without the driver.

    `foreign_keys` is off only while migrating: SQLite alters a table by making it anew.
    """
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() == "postgresql")
    except ImportError as error:
        raise Missing(
            "The driver for this database is not installed: "
            "run `pip install 'moxie-studio[postgres]'`."
        ) from error
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, foreign_keys=foreign_keys)
    return engine


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # Python's driver must not begin transactions itself
        connection.execute(f"PRAGMA busy_timeout = {int(BUSY * 1000)}")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
        connection.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once, without waiting, when
        # another process wrote in between: take the write lock at the start.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _table(name: str) -> Table:
    return TABLES.tables[name]
