"""The tables: what is asked for by is a column, the noun itself is a JSON document.

A new field of a noun with a usual value needs no migration. A new column or table does: change
it here, set `REVISION`, and add a file to `migrations/versions`; tests compare the two.
Types are those that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0003"
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

# Rights. Rows of the log are only ever added; what is private about them is in a table of its
# own, so that it can be deleted while the log stays.

Table(
    "log",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),  # its place, from 0
    Column("subject", Text, nullable=False, index=True),  # sha256 of what is registered
    Column("leaf", Text, nullable=False),  # RFC 9162's hash of the entry, hexadecimal
    Column("entry", Text, nullable=False),  # the exact text that was hashed
)

Table(
    "particulars",
    TABLES,
    Column("number", Integer, ForeignKey("log.number"), primary_key=True, autoincrement=False),
    Column("salt", Text, nullable=False),  # hexadecimal
    Column("document", Text, nullable=False),  # what the entry's commitment commits to
)

Table(
    "checkpoints",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),  # entries in the log then
    Column("peaks", Text, nullable=False),  # hashes of its full subtrees, hexadecimal
    Column("note", Text, nullable=False),  # a C2SP signed note
    Column("stamp", Text, nullable=False),  # an RFC 3161 response in base64, or nothing
)

Table(
    "events",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("subject", Text, nullable=False),  # sha256 of the creation
    Column("place", Integer, nullable=False),  # in the subject's chain, from 0
    Column("document", Text, nullable=False),  # the exact text that was hashed
    UniqueConstraint("subject", "place"),
)

Table(
    "shelves",
    TABLES,
    Column("work", Text, primary_key=True),  # sha256 of a work or creation
    Column("version", Integer, nullable=False),  # goes up with every change to its licenses
)

Table(
    "licenses",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("work", Text, ForeignKey("shelves.work"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("document", Text, nullable=False),  # a License
    UniqueConstraint("id"),
)

Table(
    "postings",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("sale", Text, nullable=False),  # the license that was paid for
    Column("line", Integer, nullable=False),  # from 0; the amounts of one sale sum to zero
    Column("account", Text, nullable=False),
    Column("currency", Text, nullable=False),  # ISO 4217
    Column("amount", BigInteger, nullable=False),  # minor units; credits are negative
    UniqueConstraint("sale", "line"),
)

# Feedback. Answers are a person's own: they are erased when that person asks for it.

Table(
    "answers",
    TABLES,
    Column("number", Integer, primary_key=True),  # the order they were given in
    Column("corpus", Text, ForeignKey("corpora.name"), nullable=False),
    Column("who", Text, nullable=False),  # a pseudonym
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),  # ISO 8601, UTC
    Column("question", Text, nullable=True),  # its number and seed, where something was asked
    Column("document", Text, nullable=False),  # an Answered
    UniqueConstraint("corpus", "who", "question"),
    Index(None, "who"),
)

Table(
    "looks",
    TABLES,
    Column("corpus", Text, nullable=False),
    Column("block", Text, nullable=False),  # whose features these are: the judges', the traits
    Column("subject", Text, nullable=False),  # sha256 of a creation or work
    Column("eye", Text, nullable=False),  # what they were made by; others are of no use
    Column("features", Text, nullable=False),  # float32, little-endian, in base64
    PrimaryKeyConstraint("corpus", "block", "subject"),
    ForeignKeyConstraint(["corpus"], ["corpora.name"]),
)
