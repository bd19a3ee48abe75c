"""The tables: what is asked for by is a column, the noun itself is a JSON document.

A new field of a noun with a usual value needs no migration. A new column or table does: change
it here, set `REVISION`, and add a file to `migrations/versions`; tests compare the two.
Types are those that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0001"
"""The migration that leads to these tables."""

VERSION_TABLE = "moxie_version"
"""Not Alembic's usual name, so that another program's database is never taken for ours."""

TABLES = MetaData(
    naming_convention={  # PostgreSQL and later migrations need names that do not vary
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Table(
    "corpora",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("art", Text, nullable=False),
)

Table(
    "works",
    TABLES,
    Column("number", Integer, primary_key=True),  # the order they came in
    Column("corpus", Text, ForeignKey("corpora.name"), nullable=False),
    Column("id", Text, nullable=False),  # sha256 of the normalised blob
    Column("original", Text, nullable=False),  # sha256 of the file as it was given
    Column("document", Text, nullable=False),  # a Work
    UniqueConstraint("corpus", "id"),
)

Table(
    "documents",
    TABLES,
    Column("corpus", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("document", Text, nullable=False),  # a Dataset, Sufficiency, Choice, ...
    PrimaryKeyConstraint("corpus", "key"),
    ForeignKeyConstraint(["corpus"], ["corpora.name"]),
)

Table(
    "runs",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("corpus", Text, ForeignKey("corpora.name"), nullable=False, index=True),
    Column("document", Text, nullable=False),  # a Run
    UniqueConstraint("id"),
)

Table(
    "evaluations",
    TABLES,
    Column("run", Text, ForeignKey("runs.id"), primary_key=True),
    Column("document", Text, nullable=False),  # an Evaluation
)

Table(
    "creations",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, index=True),  # sha256 of the blob
    Column("run", Text, ForeignKey("runs.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),  # of all facts but the time it was made
    Column("document", Text, nullable=False),  # a Creation
    UniqueConstraint("run", "fingerprint"),
)
