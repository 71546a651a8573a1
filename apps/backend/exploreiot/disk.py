"""How much room the file system of the database has. Before it is full no reading is stored:
PostgreSQL would stop at the next write of its log. Messages over MQTT wait in the broker.

The container of the database measures it, and says it in the name of a session
(images/postgres/measure.sh). A measurement may be late by any time, on a machine that is busy: so
what was written since counts as well, by the database's own log, and no clock decides."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from exploreiot import metrics
from exploreiot.database import Database
from exploreiot.errors import Unavailable

log = logging.getLogger(__name__)

_MIB = 1024 * 1024
_LOOK_SECONDS = 5
# Rows that a process may store before it asks again. Each costs up to some pages of the log.
_LOOK_ROWS = 100
# A byte in the log is a byte of disk, and at most one more in a table or an index.
_COST = 2
# Of the superuser that the cluster was made with: nobody else can say it. The last word counts when
# its session is gone, but never on another cluster, whose log is not as far.
_SAID = """
WITH words (said) AS MATERIALIZED (
    SELECT application_name FROM pg_stat_activity WHERE usesysid = 10
    AND application_name ~ '^disk [0-9A-F]{1,8}/[0-9A-F]{1,8} [0-9]{1,18} [0-9]{1,18} [0-9]{10}$'
    UNION ALL SELECT $1::text WHERE $1 <> ''
)
SELECT said, (pg_current_wal_insert_lsn() - place)::bigint
FROM words, LATERAL (SELECT split_part(said, ' ', 2)::pg_lsn) AS logs (place)
WHERE place <= pg_current_wal_insert_lsn()
ORDER BY place DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Room:
    """In bytes. `at`: when it was measured; `written`: to the log of the database since."""

    free: int
    size: int
    at: datetime
    written: int = 0
    said: str = ""

    @property
    def reserve(self) -> int:
        """Left for PostgreSQL's log, its vacuum and the sums: a twentieth, within bounds."""
        return min(self.size // 4, max(256 * _MIB, min(self.size // 20, 4096 * _MIB)))

    @property
    def left(self) -> int:
        """At least."""
        return self.free - _COST * self.written

    @property
    def is_tight(self) -> bool:
        """As it was measured: nothing is let go for a guess."""
        return self.free < 2 * self.reserve

    @property
    def refusal(self) -> str | None:
        if self.left >= self.reserve:
            return None
        measured = f"{self.free // _MIB} MiB left of {self.size // _MIB}"
        if self.free < self.reserve:
            room = f"the disk has {measured}"
        else:
            room = (
                f"the disk had {measured} when it was measured at {self.at:%H:%M:%S} UTC, the "
                f"database has written {self.written // _MIB} MiB since, which may take twice that"
            )
        return (
            f"{room}, and {self.reserve // _MIB} are kept for the database itself: "
            "no reading is stored; make room, keep readings for a shorter time, or allow "
            "retention.whenFull: aggregateOldest"
        )


async def measure(connection: asyncpg.Connection, known: Room | None = None) -> Room | None:
    """None where nobody says it, nor did before."""
    record = await connection.fetchrow(_SAID, "" if known is None else known.said)
    if record is None:
        return None
    said, written = record
    *_, free, size, seconds = said.split()
    return Room(int(free), int(size), datetime.fromtimestamp(int(seconds), UTC), written, said)


class Disk:
    """As this process saw it last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.room: Room | None = None
        # Since it was asked; at first it never was.
        self._rows = _LOOK_ROWS
        metrics.DISK_FREE.set_function(
            lambda: float("nan") if self.room is None else self.room.free
        )
        metrics.REFUSING.set_function(lambda: self.refusal is not None)

    @property
    def refusal(self) -> str | None:
        return None if self.room is None else self.room.refusal

    @asynccontextmanager
    async def connection(self, rows: int) -> AsyncIterator[asyncpg.Connection]:
        """To store so many rows. Raises `Unavailable` also for want of room."""
        self._check()
        async with self._database.connection() as connection:
            self._rows += rows
            if self._rows >= _LOOK_ROWS:
                await self._look(connection)
                self._check()
            yield connection

    def _check(self) -> None:
        if (reason := self.refusal) is not None:
            raise Unavailable("database", reason)

    async def notice(self) -> str | None:
        """For /readyz."""
        return self.refusal

    async def run(self) -> None:
        await self._database.connected.wait()
        while True:
            # Not at once: everybody asks at the start, and each at the same moment is a connection.
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                async with (
                    asyncio.timeout(_LOOK_SECONDS),
                    self._database.connection() as connection,
                ):
                    await self._look(connection)
            except (Unavailable, TimeoutError, asyncpg.PostgresError):
                # It is away, which its own check says; what was known of the disk still counts.
                pass

    async def _look(self, connection: asyncpg.Connection) -> None:
        room = await measure(connection, self.room)
        before = self.room is None, self.refusal is None
        self.room, self._rows = room, 0
        if before != (self.room is None, self.refusal is None):
            self._tell()

    def _tell(self) -> None:
        if self.room is None:
            log.warning("nobody says how much room the disk of the database has")
        elif self.refusal is not None:
            log.error("no reading is stored", extra={"reason": self.refusal})
        else:
            log.info("the disk has room", extra={"free": self.room.free, "size": self.room.size})
