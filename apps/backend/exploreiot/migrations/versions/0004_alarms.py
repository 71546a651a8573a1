"""Alarms of sensors: one row from the begin of each to its end."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE alarms (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sensor text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('haut', 'bas', 'silence')),
        value double precision,
        bound double precision NOT NULL,
        began timestamptz NOT NULL,
        ended timestamptz
    )
    """,
    # Of several replicas, and over restarts, one alone begins it.
    "CREATE UNIQUE INDEX alarms_open ON alarms (sensor, kind) WHERE ended IS NULL",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE alarms")
