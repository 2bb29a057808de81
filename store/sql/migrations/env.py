"""What Alembic runs for each command: the migrations, on the connection it was handed, within its transaction."""

from alembic import context

from store.sql.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column only by copying the table
)
context.run_migrations()
