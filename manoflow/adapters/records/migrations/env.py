"""What Alembic runs for every command, on the connection that `manoflow.adapters.records.migrating` gives it."""

from alembic import context

from manoflow.adapters.records.columns import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
