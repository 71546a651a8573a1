"""Partitions are made and dropped by functions of their owner: no other role needs that right."""

from alembic import op

revision = "0002"
down_revision = "0001"

# Who calls it gets nothing but what its name says: names are looked up in `public` only.
_AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"

_STATEMENTS = (
    f"ALTER FUNCTION ensure_readings_partition(date) {_AS_OWNER}",
    f"""
    CREATE FUNCTION drop_readings_partition(monday date) RETURNS void
    LANGUAGE plpgsql {_AS_OWNER} AS $$
    DECLARE
        name text := 'readings_w' || to_char(monday, 'YYYYMMDD');
    BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = 'public.readings'::regclass
                AND inhrelid = to_regclass('public.' || name)
        ) THEN
            RAISE EXCEPTION '% is no partition of readings', name;
        END IF;
        EXECUTE format('DROP TABLE public.%I', name);
    END $$
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION drop_readings_partition")
    op.execute("ALTER FUNCTION ensure_readings_partition(date) SECURITY INVOKER RESET search_path")
