"""A partition is a week of readings, a month of hourly sums, or a year of daily ones. Each leaves
as a whole; a week also by classes of sensors."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import asyncpg

WEEK = timedelta(days=7)
# Summing up a week of a million readings takes half a second, and there may be many millions.
_LONG_SECONDS = 3600


class Tier(StrEnum):
    """Each reading is in one of them. The values are what names of their partitions begin with."""

    WEEKS = "readings_w"
    MONTHS = "readings_hourly_"
    YEARS = "readings_daily_"


_PARENTS = {
    Tier.WEEKS: "readings",
    Tier.MONTHS: "readings_hourly",
    Tier.YEARS: "readings_daily",
}
_CONDENSE = {
    Tier.MONTHS: "SELECT condense_hours($1)",
    Tier.YEARS: "SELECT drop_days($1)",
}


def week_of(time: datetime) -> date:
    """Monday, as `date_trunc('week', …)` in the database, of a time in UTC. By the number of the
    day, of which 1 was a Monday: this runs for each reading."""
    day = time.toordinal()
    return date.fromordinal(day - (day - 1) % 7)


def end_of(start: date, tier: Tier = Tier.WEEKS) -> datetime:
    begin = datetime(start.year, start.month, start.day, tzinfo=UTC)
    match tier:
        case Tier.WEEKS:
            return begin + WEEK
        case Tier.MONTHS:
            return (begin + timedelta(days=31)).replace(day=1)
        case Tier.YEARS:
            return begin.replace(year=begin.year + 1)


async def ensure_partitions(
    connection: asyncpg.Connection, times: Iterable[datetime], known: set[date]
) -> None:
    """Makes the tables that the times (in UTC) need, but for those of the known weeks."""
    for week in sorted({week_of(time) for time in times} - known):
        await connection.execute("SELECT ensure_readings_partition($1)", week)
        known.add(week)


async def kept(connection: asyncpg.Connection, tier: Tier) -> list[date]:
    """The partitions of a tier by their first day, oldest first."""
    names = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass($1)",
        _PARENTS[tier],
    )
    return sorted(date.fromisoformat(name.removeprefix(tier)) for (name,) in names)


# Each step looks up the next name in the index: 50 sensors are 51 steps, however many readings.
_SENSORS = """
WITH RECURSIVE known AS (
    (SELECT sensor FROM readings WHERE time >= $1 AND time < $2 ORDER BY sensor LIMIT 1)
    UNION ALL
    SELECT (
        SELECT sensor FROM readings WHERE time >= $1 AND time < $2 AND sensor > known.sensor
        ORDER BY sensor LIMIT 1
    ) FROM known WHERE known.sensor IS NOT NULL
)
SELECT sensor FROM known WHERE sensor IS NOT NULL
"""


async def sensors_in(connection: asyncpg.Connection, week: date) -> list[str]:
    since = end_of(week) - WEEK
    records = await connection.fetch(_SENSORS, since, since + WEEK, timeout=_LONG_SECONDS)
    return [sensor for (sensor,) in records]


async def size_of(connection: asyncpg.Connection, week: date) -> int:
    """In bytes, with its indexes."""
    name = f"{Tier.WEEKS}{week:%Y%m%d}"
    return await connection.fetchval("SELECT pg_total_relation_size(to_regclass($1))", name)


async def condense_week(
    connection: asyncpg.Connection, week: date, sensors: Sequence[str] | None
) -> int:
    """Sums up the readings of these sensors, or of all, by the hour, and takes them out of the
    week, in one transaction. The number of them."""
    return await _long(connection, "SELECT condense_readings($1, $2)", week, sensors)


async def condense(connection: asyncpg.Connection, tier: Tier, start: date) -> int:
    """A month of hourly sums becomes days; a year of daily sums goes. How many readings were in
    them."""
    return await _long(connection, _CONDENSE[tier], start)


async def _long(connection: asyncpg.Connection, query: str, *values: object) -> int:
    # At its end it needs a short exclusive lock on the whole table. Rather than queue for it, and
    # make every reader queue behind, give up: the next run tries again.
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '2s'")
        await connection.execute(f"SET LOCAL statement_timeout = '{_LONG_SECONDS}s'")
        return await connection.fetchval(query, *values, timeout=_LONG_SECONDS)
