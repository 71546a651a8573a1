"""Readings in weekly partitions, the sensors with their newest value, and the rejects."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    # The key finds the newest of a sensor and refuses a second delivery. The value is part of it:
    # two different values with one time are two readings, and neither may be lost.
    """
    CREATE TABLE readings (
        sensor text NOT NULL,
        value double precision NOT NULL,
        time timestamptz NOT NULL,
        nonce bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (sensor, time, value, nonce)
    ) PARTITION BY RANGE (time)
    """,
    "CREATE INDEX readings_time ON readings (time)",
    # Updated with each batch: room on the page keeps the update off the index.
    """
    CREATE TABLE sensors (
        sensor text PRIMARY KEY,
        value double precision NOT NULL,
        time timestamptz NOT NULL
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE rejects (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        received timestamptz NOT NULL DEFAULT now(),
        topic text NOT NULL,
        reason text NOT NULL,
        payload_start bytea NOT NULL
    )
    """,
    # Attaching takes a weaker lock than CREATE TABLE … PARTITION OF: nobody else is stopped.
    # The same lock is taken first, so that of two writers one waits and then sees the table.
    """
    CREATE FUNCTION ensure_readings_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        monday date := date_trunc('week', day::timestamp)::date;
        name text := 'readings_w' || to_char(monday, 'YYYYMMDD');
    BEGIN
        IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
        LOCK TABLE readings IN SHARE UPDATE EXCLUSIVE MODE;
        IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('CREATE TABLE %I (LIKE readings INCLUDING DEFAULTS)', name);
        EXECUTE format(
            'ALTER TABLE readings ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            name, monday || ' 00:00:00+00', monday + 7 || ' 00:00:00+00'
        );
    END $$
    """,
    "SELECT ensure_readings_partition((now() AT TIME ZONE 'UTC')::date)",
    "SELECT ensure_readings_partition((now() AT TIME ZONE 'UTC')::date + 7)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE readings, sensors, rejects")
    op.execute("DROP FUNCTION ensure_readings_partition")
