"""Run by Alembic: one transaction, under a lock that a second `migrate` waits for."""

from alembic import context
from sqlalchemy import text

from exploreiot.migrations.grants import grant

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version")
with context.begin_transaction():
    # Taken inside the transaction, so that it is freed by commit, failure or a lost connection.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('exploreiot.migrate'))"))
    context.run_migrations()
    grant(connection, **context.config.attributes["users"])
