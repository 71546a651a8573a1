"""Which devices are online, as they and their last wills say it: kept in PostgreSQL."""

import re
from collections.abc import Mapping

import asyncpg
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from exploreiot.database import Database
from exploreiot.reading import SENSOR_PATTERN

# Those that were heard of last; the bound holds at each change, also during a flood of names.
KEPT = 10_000

_SAY = """
INSERT INTO devices AS known (device, online)
SELECT * FROM unnest($1::text[], $2::boolean[])
ON CONFLICT (device) DO UPDATE SET online = excluded.online, since = now()
WHERE known.online <> excluded.online
"""
# Those that have been away for longest go first.
_PRUNE = """
DELETE FROM devices WHERE device IN (
    SELECT device FROM devices ORDER BY online DESC, since DESC OFFSET $1
)
"""
_ALL = "SELECT device, online, since FROM devices ORDER BY device LIMIT $1"
_NAME = re.compile(SENSOR_PATTERN)
_WORDS = {b"online": True, b"1": True, b"offline": False, b"0": False}


class _Status(BaseModel):
    model_config = ConfigDict(strict=True)

    online: bool


_status = TypeAdapter(_Status)


def parse_status(topic: str, payload: bytes) -> tuple[str, bool] | None:
    """The device, by the last level of its topic, and whether it is online; None for anything that
    says neither."""
    name = topic.rpartition("/")[2]
    if _NAME.fullmatch(name) is None:
        return None
    if payload in _WORDS:
        return name, _WORDS[payload]
    try:
        return name, _status.validate_json(payload).online
    except ValidationError:
        return None


class Devices:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def say(self, states: Mapping[str, bool]) -> None:
        """Nothing changes for a device that is in that state already."""
        # In the order of their names, so that two processes cannot wait for each other.
        names = sorted(states)
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(_SAY, names, [states[name] for name in names])
            await connection.execute(_PRUNE, KEPT)

    async def all(self) -> list[asyncpg.Record]:
        async with self._database.connection() as connection:
            return await connection.fetch(_ALL, KEPT)
