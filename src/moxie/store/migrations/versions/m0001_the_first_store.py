"""The first store: corpora, works, documents, runs, evaluations and creations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _corpora_and_works()
    _runs()
    _creations()


def _corpora_and_works() -> None:
    op.create_table(
        "corpora",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("art", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_corpora"),
    )
    op.create_table(
        "works",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_works"),
        sa.ForeignKeyConstraint(["corpus"], ["corpora.name"], name="fk_works_corpus"),
        sa.UniqueConstraint("corpus", "id", name="uq_works_corpus_id"),
    )
    op.create_table(
        "documents",
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("corpus", "key", name="pk_documents"),
        sa.ForeignKeyConstraint(["corpus"], ["corpora.name"], name="fk_documents_corpus"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.ForeignKeyConstraint(["corpus"], ["corpora.name"], name="fk_runs_corpus"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
    )
    op.create_index("ix_runs_corpus", "runs", ["corpus"])
    op.create_table(
        "evaluations",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_evaluations"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_evaluations_run"),
    )


def _creations() -> None:
    op.create_table(
        "creations",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_creations"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_creations_run"),
        sa.UniqueConstraint("run", "fingerprint", name="uq_creations_run_fingerprint"),
    )
    op.create_index("ix_creations_id", "creations", ["id"])
