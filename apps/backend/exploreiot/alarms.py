"""Alarms in PostgreSQL: a row from the begin of each to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import asyncpg
import orjson

from exploreiot.database import Database

Kind = Literal["haut", "bas", "silence"]
# Sensor and kind: of each there is one open alarm at most.
Key = tuple[str, Kind]

# The newest that have ended; those that go on are kept as long as they do.
KEPT = 10_000

_COLUMNS = "id, sensor, kind, value, bound, began, ended"
_BEGIN = f"""
INSERT INTO alarms (sensor, kind, value, bound, began)
SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::timestamptz[])
ON CONFLICT (sensor, kind) WHERE ended IS NULL DO NOTHING
RETURNING {_COLUMNS}
"""
# A reading that is older than the crossing says nothing about its end. Silence was a fact until
# the reading came, no matter which time it carries.
_END = f"""
UPDATE alarms SET ended = greatest(began, given.time)
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS given (of_sensor, of_kind, time)
WHERE sensor = of_sensor AND kind = of_kind AND ended IS NULL
    AND (kind = 'silence' OR began <= given.time)
RETURNING {_COLUMNS}
"""
_PRUNE = (
    "DELETE FROM alarms WHERE ended IS NOT NULL AND id <= (SELECT max(id) FROM alarms) - $1::bigint"
)
_OPEN = f"SELECT {_COLUMNS} FROM alarms WHERE ended IS NULL"
_NEWEST = f"SELECT {_COLUMNS} FROM alarms ORDER BY id DESC LIMIT $1"
_NEWEST_OF = f"SELECT {_COLUMNS} FROM alarms WHERE (ended IS NULL) = $2 ORDER BY id DESC LIMIT $1"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`bound`: the limit that was crossed, or the seconds of silence."""

    id: int
    sensor: str
    kind: Kind
    value: float | None
    bound: float
    began: datetime
    ended: datetime | None

    def body(self) -> dict:
        """As the API, the broker and the webhook tell it."""
        return {
            "id": self.id,
            "capteur": self.sensor,
            "genre": self.kind,
            "valeur": self.value,
            "limite": self.bound,
            "debut": self.began.astimezone(UTC),
            "fin": None if self.ended is None else self.ended.astimezone(UTC),
        }

    def to_json(self) -> bytes:
        return orjson.dumps(self.body(), option=orjson.OPT_UTC_Z)


class Begin(NamedTuple):
    value: float | None
    bound: float
    time: datetime


class Alarms:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(
        self, begins: Mapping[Key, Begin], ends: Mapping[Key, datetime]
    ) -> list[Alarm]:
        """In one transaction, the begins first. Returns what changed by this call: each begin and
        each end is returned once, no matter who else asks for it."""
        async with self._database.connection() as connection, connection.transaction():
            # In the order of their names, so that two processes cannot wait for each other.
            begun = await connection.fetch(
                _BEGIN,
                *_columns([(*key, *begins[key]) for key in sorted(begins)], 5),
            )
            ended = await connection.fetch(
                _END, *_columns([(*key, ends[key]) for key in sorted(ends)], 3)
            )
            if begun:
                await connection.execute(_PRUNE, KEPT)
        return [Alarm(*record) for record in (*begun, *ended)]

    async def open(self) -> list[Alarm]:
        async with self._database.connection() as connection:
            return [Alarm(*record) for record in await connection.fetch(_OPEN)]

    async def newest(self, limit: int, is_open: bool | None) -> list[Alarm]:
        """`is_open`: those alone that go on, or that have ended; None for both."""
        async with self._database.connection() as connection:
            records: list[asyncpg.Record] = (
                await connection.fetch(_NEWEST, limit)
                if is_open is None
                else await connection.fetch(_NEWEST_OF, limit, is_open)
            )
        return [Alarm(*record) for record in records]


def _columns(rows: list[tuple], number: int) -> list[list]:
    return [list(column) for column in zip(*rows, strict=True)] or [[]] * number
