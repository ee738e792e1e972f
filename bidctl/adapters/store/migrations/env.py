"""Alembic's entry: runs the migrations inside the transaction that `versions.py` has opened, all or none."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
