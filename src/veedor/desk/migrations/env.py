"""Alembic's entry point: runs the migrations on the connection that `Database.migrate` opened, in one transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,  # SQLite alters a table by copying it
    transactional_ddl=True,  # so it is: we open the transaction with BEGIN IMMEDIATE
)
with context.begin_transaction():
    context.run_migrations()
