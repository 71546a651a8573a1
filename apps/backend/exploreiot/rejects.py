"""Messages that were acknowledged and hold no reading: kept for a while, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from exploreiot.database import Database
from exploreiot.disk import Disk

# The newest are kept, some 15 MB at most. The bound holds at each insert, also during a flood.
KEPT = 10_000
_KEPT_BYTES = 256

_INSERT = """
INSERT INTO rejects (topic, reason, payload_start)
SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
"""
_PRUNE = "DELETE FROM rejects WHERE id <= (SELECT max(id) FROM rejects) - $1::bigint"
_NEWEST = "SELECT received, topic, reason, payload_start FROM rejects ORDER BY id DESC LIMIT $1"
_SUMMARY = "SELECT count(*) AS kept, max(received) AS last FROM rejects"


@dataclass(frozen=True, slots=True)
class Reject:
    topic: str
    reason: str
    payload_start: bytes


def make_reject(topic: str, payload: bytes, reason: str) -> Reject:
    return Reject(_storable(topic), _storable(reason), payload[:_KEPT_BYTES])


def _storable(text: str) -> str:
    """PostgreSQL's text holds no NUL."""
    return text.replace("\0", "?")[:200]


class Rejects:
    def __init__(self, database: Database, disk: Disk) -> None:
        self._database = database
        self._disk = disk

    async def keep(self, rejects: Sequence[Reject]) -> None:
        """Raises `Unavailable` also for want of room: a flood of them fills a disk as well."""
        columns = [(r.topic, r.reason, r.payload_start) for r in rejects]
        async with self._disk.connection(len(rejects)) as connection, connection.transaction():
            await connection.execute(_INSERT, *map(list, zip(*columns, strict=True)))
            await connection.execute(_PRUNE, KEPT)

    async def newest(self, limit: int) -> list[asyncpg.Record]:
        async with self._database.connection() as connection:
            return await connection.fetch(_NEWEST, limit)

    async def summary(self) -> asyncpg.Record:
        async with self._database.connection() as connection:
            return await connection.fetchrow(_SUMMARY)
