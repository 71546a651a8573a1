"""Readings in PostgreSQL: the queries of both roles."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg

from exploreiot.database import Database
from exploreiot.disk import Disk
from exploreiot.partitions import ensure_partitions
from exploreiot.reading import Row

# One statement, so one commit: the readings and the newest value of each sensor.
# Sensors are locked in the order of their names, so that two writers cannot deadlock.
_INSERT = """
WITH stored AS (
    INSERT INTO readings (sensor, value, time, nonce)
    SELECT * FROM unnest($1::text[], $2::float8[], $3::timestamptz[], $4::bigint[])
    ON CONFLICT DO NOTHING
    RETURNING sensor, value, time, nonce
), newest AS (
    INSERT INTO sensors AS known (sensor, value, time)
    SELECT DISTINCT ON (sensor) sensor, value, time FROM stored ORDER BY sensor, time DESC
    ON CONFLICT (sensor) DO UPDATE SET value = excluded.value, time = excluded.time
    -- A newest value of the future was stored under a wrong clock: it must not stay for ever.
    WHERE excluded.time >= known.time OR known.time > now() + interval '7 days'
)
SELECT sensor, value, time, nonce FROM stored ORDER BY time
"""

_SENSORS = """
SELECT sensor, value, time, greatest(0, extract(epoch FROM now() - time))::float8 AS age
FROM sensors WHERE sensor > $1 ORDER BY sensor LIMIT $2
"""


class Store:
    def __init__(self, database: Database, disk: Disk) -> None:
        self._database = database
        self._disk = disk
        self._weeks: set[date] = set()

    async def add(self, rows: Sequence[Row]) -> list[Row]:
        """Commit, and return the rows that were new. Raises `Unavailable` also for want of room."""
        async with self._disk.connection(len(rows)) as connection:
            await ensure_partitions(connection, (row.time for row in rows), self._weeks)
            try:
                return await self._insert(connection, rows)
            except asyncpg.CheckViolationError:
                # No partition: retention dropped the week since it was seen. Make it again.
                self._weeks.clear()
                await ensure_partitions(connection, (row.time for row in rows), self._weeks)
                return await self._insert(connection, rows)

    async def _insert(self, connection: asyncpg.Connection, rows: Sequence[Row]) -> list[Row]:
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [Row(*record) for record in await connection.fetch(_INSERT, *columns)]

    async def newest(
        self,
        limit: int,
        sensor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Row]:
        """Newest first; `since` is included and `until` is not."""
        filters = {"sensor =": sensor, "time >=": since, "time <": until}
        given = {clause: value for clause, value in filters.items() if value is not None}
        clauses = [f"{clause} ${place}" for place, clause in enumerate(given, start=2)]
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        query = (
            f"SELECT sensor, value, time, nonce FROM readings {where} ORDER BY time DESC LIMIT $1"
        )
        async with self._database.connection() as connection:
            return [
                Row(*record) for record in await connection.fetch(query, limit, *given.values())
            ]

    async def sensors(self, limit: int, after: str = "") -> list[asyncpg.Record]:
        async with self._database.connection() as connection:
            return await connection.fetch(_SENSORS, after, limit)
