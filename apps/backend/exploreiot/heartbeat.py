"""The word of each `ingest` that it works, kept in Redis for a few seconds: who falls silent is
found missing. `api` reads it, since it has no login at the broker."""

import time
from dataclasses import dataclass
from datetime import datetime

import orjson
from redis.asyncio import Redis

BEAT_SECONDS = 2
# Three beats and a little: one that comes late is no failure.
KEPT_SECONDS = 7
# So long a replica that fell silent is still counted; one that was taken away is then forgotten.
_REMEMBERED_SECONDS = 600
_NAMES = "exploreiot:ingest"


@dataclass(frozen=True, slots=True)
class Beat:
    """One report of an `ingest` about itself. Troubles: why it cannot, or None while it can."""

    broker_trouble: str | None
    store_trouble: str | None
    received: datetime | None
    stored: datetime | None


def _key(client_id: str) -> str:
    return f"{_NAMES}:{client_id}"


async def keep(redis: Redis, client_id: str, beat: Beat) -> None:
    now = int(time.time())
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(_key(client_id), orjson.dumps(beat, option=orjson.OPT_UTC_Z), ex=KEPT_SECONDS)
        pipeline.zadd(_NAMES, {client_id: now})
        pipeline.zremrangebyscore(_NAMES, "-inf", now - _REMEMBERED_SECONDS)
        await pipeline.execute()


async def read(redis: Redis) -> dict[str, Beat | None]:
    """By client id; None for one that was heard before and is silent now."""
    names = [name.decode() for name in await redis.zrange(_NAMES, 0, -1)]
    if not names:
        return {}
    texts = await redis.mget([_key(name) for name in names])
    return {
        name: None if text is None else _parse(text)
        for name, text in zip(names, texts, strict=True)
    }


def _parse(text: bytes) -> Beat:
    fields = orjson.loads(text)
    return Beat(
        fields["broker_trouble"],
        fields["store_trouble"],
        _moment(fields["received"]),
        _moment(fields["stored"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
