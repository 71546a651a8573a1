"""Many readings at once, put together by PostgreSQL: buckets, and pages of a long list."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from exploreiot.clients import Turns
from exploreiot.database import COMMAND_SECONDS, Database
from exploreiot.errors import Unavailable
from exploreiot.reading import Row

# Of the pool's connections: what takes long must not keep out what is quick.
_AT_ONCE = 2
_AT_ONCE_PER_CLIENT = 1
# Each holds the names of all sensors while it waits for its question, some 0.3 MB.
_OVERVIEWS = 50
_OVERVIEWS_PER_CLIENT = 10
# A question that takes no longer does not wait for one that does. One that would is asked again, in
# its turn.
_QUICK_SECONDS = 0.3
# Longer than a question may take: it may have to end before the next turn.
_WAIT_SECONDS = COMMAND_SECONDS + 5
_PAGE_ROWS = 5000
EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)

# PostgreSQL refuses a sum that overflows, and a quotient that underflows: one sensor with absurd
# values would take the answer from all. Beyond this they are left out of the sum, as in those that
# are kept (migrations/versions/0006_aggregates.py), and the quotient is made here.
_SUMMABLE = 1e290
_HOUR, _DAY = 3600, 86400
# A sum counts where it begins, and one that began before the span at the begin of it.
_KEPT_SUMS = """
SELECT sensor, date_bin($4::interval, greatest(start, $2), $5::timestamptz), low, high, number,
    total, {seconds}
FROM {table}
WHERE sensor = ANY($1::text[]) AND start > $2::timestamptz - interval '{seconds} s' AND start < $3
"""
# Each reading is in one of the three tables.
_BUCKETS = f"""
WITH pieces AS (
    SELECT sensor, date_bin($4::interval, time, $5::timestamptz) AS start, min(value) AS low,
        max(value) AS high, count(*) AS number,
        sum(value) FILTER (WHERE value BETWEEN -{_SUMMABLE} AND {_SUMMABLE}) AS total,
        0 AS resolution
    FROM readings WHERE sensor = ANY($1::text[]) AND time >= $2 AND time < $3
    GROUP BY sensor, start
    UNION ALL {_KEPT_SUMS.format(table="readings_hourly", seconds=_HOUR)}
    UNION ALL {_KEPT_SUMS.format(table="readings_daily", seconds=_DAY)}
)
SELECT sensor, start, min(low), max(high), sum(number)::bigint, sum(total), max(resolution)
FROM pieces GROUP BY sensor, start ORDER BY sensor, start
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bucket:
    start: datetime
    low: float
    mean: float
    high: float
    number: int
    # Seconds of the widest sum in it; 0 where it is made of the readings alone.
    resolution: int


@dataclass(frozen=True, slots=True)
class Span:
    """`since` is included and `until` is not. `sensor`: None for all of them."""

    sensor: str | None
    since: datetime
    until: datetime

    def clauses(self, since: str, until: str, sensor: str) -> str:
        """As SQL, with the places of its three parameters."""
        times = f"time >= {since} AND time < {until}"
        return times if self.sensor is None else f"{times} AND sensor = {sensor}"

    @property
    def sensors(self) -> tuple[str, ...]:
        return () if self.sensor is None else (self.sensor,)


class History:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = Turns(_AT_ONCE, _AT_ONCE_PER_CLIENT)
        self._overviews = Turns(_OVERVIEWS, _OVERVIEWS_PER_CLIENT)

    async def _fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        async with self._database.connection() as connection:
            with suppress(TimeoutError):
                return await connection.fetch(query, *values, timeout=_QUICK_SECONDS)
        try:
            async with (
                self._turns.turn(_WAIT_SECONDS),
                self._database.connection() as connection,
            ):
                return await connection.fetch(query, *values)
        except TimeoutError:
            raise Unavailable("database", "too many long questions at once") from None

    @asynccontextmanager
    async def overview(self) -> AsyncIterator[None]:
        """For what is put together of all sensors, of which many at once would fill the memory."""
        try:
            async with self._overviews.turn(_WAIT_SECONDS):
                yield
        except TimeoutError:
            raise Unavailable("database", "too many overviews at once") from None

    async def buckets(
        self,
        sensors: Sequence[str],
        since: datetime,
        until: datetime,
        width: timedelta,
        origin: datetime = _EPOCH,
    ) -> dict[str, list[Bucket]]:
        """By sensor, oldest first; those without readings are left out. `since` is included and
        `until` is not. A bucket begins a whole number of widths after `origin`."""
        records = await self._fetch(_BUCKETS, sensors, since, until, width, origin)
        found: dict[str, list[Bucket]] = {}
        for sensor, start, low, high, number, total, resolution in records:
            bucket = Bucket(start, low, _mean(low, high, number, total), high, number, resolution)
            found.setdefault(sensor, []).append(bucket)
        return found

    async def count(self, span: Span, most: int) -> int:
        """How many readings there are, counted up to `most` and one more."""
        query = (
            "SELECT count(*) FROM (SELECT FROM readings "
            f"WHERE {span.clauses('$1', '$2', '$4')} LIMIT $3) AS found"
        )
        [found] = await self._fetch(query, span.since, span.until, most + 1, *span.sensors)
        return found["count"]

    async def pages(self, span: Span) -> AsyncIterator[list[Row]]:
        """All readings, oldest first. Each page is a question of its own: a client that reads
        slowly holds neither a connection nor a transaction."""
        query = (
            "SELECT sensor, value, time, nonce FROM readings "
            f"WHERE {span.clauses('$1', '$5', '$7')} "
            "AND (time, sensor, value, nonce) > ($1, $2, $3, $4) "
            "ORDER BY time, sensor, value, nonce LIMIT $6"
        )
        # Before every reading of that time: no nonce is below 0.
        last = Row("", float("-inf"), span.since, -1)
        while True:
            records = await self._fetch(
                query,
                *(last.time, last.sensor, last.value, last.nonce),
                *(span.until, _PAGE_ROWS, *span.sensors),
            )
            if not records:
                return
            page = [Row(*record) for record in records]
            yield page
            if len(page) < _PAGE_ROWS:
                return
            last = page[-1]


def _mean(low: float, high: float, number: int, total: float | None) -> float:
    if total is None or max(high, -low) > _SUMMABLE:
        return low / 2 + high / 2
    return total / number
