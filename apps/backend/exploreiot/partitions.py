"""One partition a week: made before the first row of the week, dropped as a whole."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import asyncpg

from exploreiot.database import Database
from exploreiot.errors import Unavailable

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
_PREFIX = "readings_w"
_EVERY_SECONDS = 3600
# Of what could not be read, the newest are kept; nobody looks at the ten-thousandth.
_KEPT_REJECTS = 10_000


def week_of(time: datetime) -> date:
    """Monday, as `date_trunc('week', …)` in the database, of a time in UTC. By the number of the
    day, of which 1 was a Monday: this runs for each reading."""
    day = time.toordinal()
    return date.fromordinal(day - (day - 1) % 7)


async def ensure_partitions(
    connection: asyncpg.Connection, times: Iterable[datetime], known: set[date]
) -> None:
    """Makes the tables that the times (in UTC) need, but for those of the known weeks."""
    for week in sorted({week_of(time) for time in times} - known):
        await connection.execute("SELECT ensure_readings_partition($1)", week)
        known.add(week)


async def drop_expired(connection: asyncpg.Connection, retention_days: int) -> list[str]:
    """Drop the weeks that lie wholly before the retention; returns their names."""
    limit = datetime.now(UTC) - timedelta(days=retention_days)
    names = await connection.fetch(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'readings'::regclass"
    )
    expired = sorted(name for (name,) in names if _end_of(name) <= limit)
    for name in expired:
        # Dropping needs a short exclusive lock on the whole table. Rather than queue for it, and
        # make every reader queue behind, give up: the next hour tries again.
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '2s'")
            await connection.execute("SELECT drop_readings_partition($1)", _monday_of(name))
    await connection.execute("DELETE FROM sensors WHERE time < $1", limit)
    return expired


def _monday_of(name: str) -> date:
    return date.fromisoformat(name.removeprefix(_PREFIX))


def _end_of(name: str) -> datetime:
    monday = _monday_of(name)
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + WEEK


async def maintain(database: Database, retention_days: int) -> None:
    """Each replica runs this; the lock lets one of them work at a time."""
    await database.connected.wait()
    while True:
        pause = _EVERY_SECONDS
        try:
            async with database.connection() as connection:
                await _maintain_once(connection, retention_days)
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("maintenance put off", extra={"reason": type(error).__name__})
            pause = 30
        await asyncio.sleep(pause)


async def _maintain_once(connection: asyncpg.Connection, retention_days: int) -> None:
    lock = "hashtext('exploreiot.maintenance')"
    if not await connection.fetchval(f"SELECT pg_try_advisory_lock({lock})"):
        return
    try:
        now = datetime.now(UTC)
        await ensure_partitions(connection, (now, now + WEEK), set())
        dropped = await drop_expired(connection, retention_days)
        await connection.execute(
            "DELETE FROM rejects WHERE id <= (SELECT max(id) FROM rejects) - $1::bigint",
            _KEPT_REJECTS,
        )
    finally:
        await connection.execute(f"SELECT pg_advisory_unlock({lock})")
    if dropped:
        log.info("dropped expired weeks", extra={"partitions": dropped})
