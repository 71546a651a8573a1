"""One partition a week: made before the first row of the week, dropped as a whole."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import asyncpg

WEEK = timedelta(days=7)
_PREFIX = "readings_w"


def week_of(time: datetime) -> date:
    """Monday, as `date_trunc('week', …)` in the database, of a time in UTC. By the number of the
    day, of which 1 was a Monday: this runs for each reading."""
    day = time.toordinal()
    return date.fromordinal(day - (day - 1) % 7)


def end_of(week: date) -> datetime:
    return datetime(week.year, week.month, week.day, tzinfo=UTC) + WEEK


async def ensure_partitions(
    connection: asyncpg.Connection, times: Iterable[datetime], known: set[date]
) -> None:
    """Makes the tables that the times (in UTC) need, but for those of the known weeks."""
    for week in sorted({week_of(time) for time in times} - known):
        await connection.execute("SELECT ensure_readings_partition($1)", week)
        known.add(week)


async def weeks_kept(connection: asyncpg.Connection) -> list[date]:
    names = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'readings'::regclass"
    )
    return sorted(date.fromisoformat(name.removeprefix(_PREFIX)) for (name,) in names)


async def drop_week(connection: asyncpg.Connection, week: date) -> None:
    # Dropping needs a short exclusive lock on the whole table. Rather than queue for it, and
    # make every reader queue behind, give up: the next hour tries again.
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '2s'")
        await connection.execute("SELECT drop_readings_partition($1)", week)
