"""The remains of old readings: a row for each sensor and hour, and later for each day.

A reading is in one of the three tables only. It goes to the next one in the transaction in which it
leaves the one before, so that a question that reads all three counts it once."""

from alembic import op

revision = "0006"
down_revision = "0005"

# Who calls it gets nothing but what its name says: names are looked up in `public` only.
_AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"

# `total`: of the values within 1e290, so that no sum of sums overflows; null where there is none.
_COLUMNS = """
    sensor text NOT NULL,
    start timestamptz NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    total double precision,
    number bigint NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (sensor, start)
"""
_NAMES = "sensor, start, low, high, total, number, first, last"
# Readings that come late, or a run that follows one for other sensors, find a row already.
_ADD = """
    ON CONFLICT (sensor, start) DO UPDATE SET
        low = least(known.low, excluded.low),
        high = greatest(known.high, excluded.high),
        total = coalesce(known.total + excluded.total, known.total, excluded.total),
        number = known.number + excluded.number,
        first = least(known.first, excluded.first),
        last = greatest(known.last, excluded.last)
"""

_STATEMENTS = (
    f"CREATE TABLE readings_hourly ({_COLUMNS}) PARTITION BY RANGE (start)",
    f"CREATE TABLE readings_daily ({_COLUMNS}) PARTITION BY RANGE (start)",
    # By rule, the horizon of its last sound run.
    "ALTER TABLE retention ADD COLUMN horizons jsonb NOT NULL DEFAULT '{}'",
    # Why no readings are taken, and what went before its time, for want of room on the disk.
    "ALTER TABLE retention ADD COLUMN refused text",
    "ALTER TABLE retention ADD COLUMN early_weeks integer NOT NULL DEFAULT 0",
    "ALTER TABLE retention ADD COLUMN early_last timestamptz",
    """
    CREATE FUNCTION require_partition(parent text, part text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = to_regclass('public.' || parent)
                AND inhrelid = to_regclass('public.' || part)
        ) THEN
            RAISE EXCEPTION '% is no partition of %', part, parent;
        END IF;
    END $$
    """,
    # As `ensure_readings_partition` does it, and for the same reasons.
    """
    CREATE FUNCTION ensure_span(parent text, since date, until date) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        part text := parent || '_' || to_char(since, 'YYYYMMDD');
    BEGIN
        IF to_regclass('public.' || part) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', parent);
        IF to_regclass('public.' || part) IS NOT NULL THEN RETURN; END IF;
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS)', part, parent);
        EXECUTE format(
            'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            parent, part, since || ' 00:00:00+00', until || ' 00:00:00+00'
        );
    END $$
    """,
    # Writers to this week wait, so that no reading comes between the sum and the end of its row.
    # Readers wait for the swap alone. Few rows are deleted, since a late reading must not make a
    # whole week be written again; many leave by a swap, since only that gives their room back.
    f"""
    CREATE FUNCTION condense_readings(monday date, going text[]) RETURNS bigint
    LANGUAGE plpgsql {_AS_OWNER} AS $$
    DECLARE
        part text := 'readings_w' || to_char(monday, 'YYYYMMDD');
        fresh text := part || '_fresh';
        since text := monday || ' 00:00:00+00';
        until text := monday + 7 || ' 00:00:00+00';
        month date;
        moved bigint;
        stays boolean := false;
        known bigint;
    BEGIN
        PERFORM require_partition('readings', part);
        EXECUTE format('LOCK TABLE public.%I IN SHARE ROW EXCLUSIVE MODE', part);
        FOREACH month IN ARRAY ARRAY[
            date_trunc('month', monday::timestamp), date_trunc('month', (monday + 6)::timestamp)
        ] LOOP
            PERFORM ensure_span('readings_hourly', month, (month + interval '1 month')::date);
        END LOOP;
        EXECUTE format($query$
            WITH part AS (
                SELECT sensor, date_trunc('hour', time, 'UTC') AS start, min(value) AS low,
                    max(value) AS high,
                    sum(value) FILTER (WHERE value BETWEEN -1e290 AND 1e290) AS total,
                    count(*) AS number, min(time) AS first, max(time) AS last
                FROM public.%I WHERE $1 IS NULL OR sensor = ANY($1)
                GROUP BY sensor, date_trunc('hour', time, 'UTC')
            ), kept AS (
                INSERT INTO public.readings_hourly AS known ({_NAMES})
                SELECT {_NAMES} FROM part {_ADD}
            )
            SELECT coalesce(sum(number), 0) FROM part
        $query$, part) INTO moved USING going;
        IF going IS NOT NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE sensor <> ALL($1))', part)
                INTO stays USING going;
        END IF;
        -- As the planner estimates it: counting would read the whole week for one late reading.
        SELECT reltuples FROM pg_class WHERE oid = to_regclass('public.' || part) INTO known;
        IF NOT stays THEN
            EXECUTE format('DROP TABLE public.%I', part);
        ELSIF moved * 10 < known THEN
            EXECUTE format('DELETE FROM public.%I WHERE sensor = ANY($1)', part) USING going;
        ELSE
            EXECUTE format('CREATE TABLE public.%I (LIKE readings INCLUDING DEFAULTS)', fresh);
            EXECUTE format(
                'INSERT INTO public.%I SELECT * FROM public.%I WHERE sensor <> ALL($1)', fresh, part
            ) USING going;
            -- Checked and indexed before: attaching it then takes no time.
            EXECUTE format(
                'ALTER TABLE public.%I ADD PRIMARY KEY (sensor, time, value, nonce), '
                'ADD CONSTRAINT span CHECK (time >= %L AND time < %L)', fresh, since, until
            );
            EXECUTE format('CREATE INDEX ON public.%I (time)', fresh);
            EXECUTE format('ANALYZE public.%I', fresh);
            EXECUTE format('DROP TABLE public.%I', part);
            EXECUTE format('ALTER TABLE public.%I RENAME TO %I', fresh, part);
            EXECUTE format(
                'ALTER TABLE readings ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                part, since, until
            );
            EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT span', part);
        END IF;
        RETURN moved;
    END $$
    """,
    f"""
    CREATE FUNCTION condense_hours(month date) RETURNS bigint
    LANGUAGE plpgsql {_AS_OWNER} AS $$
    DECLARE
        part text := 'readings_hourly_' || to_char(month, 'YYYYMMDD');
        year date := date_trunc('year', month::timestamp)::date;
        moved bigint;
    BEGIN
        PERFORM require_partition('readings_hourly', part);
        EXECUTE format('LOCK TABLE public.%I IN SHARE ROW EXCLUSIVE MODE', part);
        PERFORM ensure_span('readings_daily', year, (year + interval '1 year')::date);
        EXECUTE format($query$
            WITH part AS (
                SELECT sensor, date_trunc('day', start, 'UTC') AS start, min(low) AS low,
                    max(high) AS high, sum(total) AS total, sum(number)::bigint AS number,
                    min(first) AS first, max(last) AS last
                FROM public.%I GROUP BY sensor, date_trunc('day', start, 'UTC')
            ), kept AS (
                INSERT INTO public.readings_daily AS known ({_NAMES})
                SELECT {_NAMES} FROM part {_ADD}
            )
            SELECT coalesce(sum(number), 0) FROM part
        $query$, part) INTO moved;
        EXECUTE format('DROP TABLE public.%I', part);
        RETURN moved;
    END $$
    """,
    f"""
    CREATE FUNCTION drop_days(year date) RETURNS bigint
    LANGUAGE plpgsql {_AS_OWNER} AS $$
    DECLARE
        part text := 'readings_daily_' || to_char(year, 'YYYYMMDD');
        gone bigint;
    BEGIN
        PERFORM require_partition('readings_daily', part);
        EXECUTE format('SELECT coalesce(sum(number), 0) FROM public.%I', part) INTO gone;
        EXECUTE format('DROP TABLE public.%I', part);
        RETURN gone;
    END $$
    """,
    # No week goes any more without its sums.
    "DROP FUNCTION drop_readings_partition(date)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("old readings are in tables that the version before does not know")
