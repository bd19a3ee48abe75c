"""Feedback: what people said of creations, and what creations look like to the learner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    op.create_table(
        "answers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_answers"),
        sa.ForeignKeyConstraint(["corpus"], ["corpora.name"], name="fk_answers_corpus"),
        sa.UniqueConstraint("corpus", "who", "question", name="uq_answers_corpus_who_question"),
    )
    op.create_index("ix_answers_who", "answers", ["who"])
    op.create_table(
        "looks",
        sa.Column("corpus", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("eye", sa.Text(), nullable=False),
        sa.Column("features", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("corpus", "block", "subject", name="pk_looks"),
        sa.ForeignKeyConstraint(["corpus"], ["corpora.name"], name="fk_looks_corpus"),
    )
