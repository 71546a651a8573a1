"""How much room the file system of the database has. Before it is full no reading is stored:
PostgreSQL would stop at the next write of its log. Messages over MQTT wait in the broker.

The container of the database measures it, and says it in the name of a session
(images/postgres/measure.sh)."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from exploreiot import metrics
from exploreiot.database import Database
from exploreiot.errors import Unavailable

log = logging.getLogger(__name__)

_MIB = 1024 * 1024
_LOOK_SECONDS = 5
# It is measured every five seconds; a word that is older says nothing.
_OLDEST = timedelta(seconds=60)
# Of the superuser that the cluster was made with: nobody else can say it.
_SAID = """
SELECT application_name, clock_timestamp() FROM pg_stat_activity
WHERE usesysid = 10 AND application_name LIKE 'exploreiot disk %'
ORDER BY application_name DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Room:
    """In bytes. `at`: when it was measured."""

    free: int
    size: int
    at: datetime

    @property
    def reserve(self) -> int:
        """Left for PostgreSQL's log, its vacuum and the sums: a twentieth, within bounds."""
        return min(self.size // 4, max(256 * _MIB, min(self.size // 20, 4096 * _MIB)))

    @property
    def is_tight(self) -> bool:
        return self.free < 2 * self.reserve

    @property
    def refusal(self) -> str | None:
        if self.free >= self.reserve:
            return None
        return (
            f"the disk has {self.free // _MIB} MiB left of {self.size // _MIB}, and "
            f"{self.reserve // _MIB} are kept for the database itself: no reading is stored; make "
            "room, keep readings for a shorter time, or allow "
            "retention.whenFull: aggregateOldest"
        )


async def measure(connection: asyncpg.Connection) -> Room | None:
    """None where nobody says it."""
    record = await connection.fetchrow(_SAID)
    if record is None:
        return None
    *_, free, size, seconds = record[0].split()
    at = datetime.fromtimestamp(int(seconds), UTC)
    return Room(int(free), int(size), at) if record[1] - at < _OLDEST else None


class Disk:
    """As this process saw it last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.room: Room | None = None
        metrics.DISK_FREE.set_function(
            lambda: float("nan") if self.room is None else self.room.free
        )
        metrics.REFUSING.set_function(lambda: self.refusal is not None)

    @property
    def refusal(self) -> str | None:
        return None if self.room is None else self.room.refusal

    def check(self) -> None:
        """Raises `Unavailable` while nothing may be stored."""
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
            before = self.room is None, self.refusal is None
            try:
                async with (
                    asyncio.timeout(_LOOK_SECONDS),
                    self._database.connection() as connection,
                ):
                    self.room = await measure(connection)
            except (Unavailable, TimeoutError, asyncpg.PostgresError):
                # It is away, which its own check says; what was known of the disk still counts.
                pass
            if before != (self.room is None, self.refusal is None):
                self._tell()

    def _tell(self) -> None:
        if self.room is None:
            log.warning("nobody says how much room the disk of the database has")
        elif self.refusal is not None:
            log.error("no reading is stored", extra={"reason": self.refusal})
        else:
            log.info("the disk has room", extra={"free": self.room.free, "size": self.room.size})
