"""What Alembic runs to migrate: on the connection, and in the transaction, it is handed."""

from __future__ import annotations

from alembic import context

from moxie.store.schema import TABLES, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, once Python's driver leaves transactions alone
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
