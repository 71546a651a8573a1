"""Requests per minute and client, counted in Redis so that all replicas count together."""

import time
from collections import Counter

from redis.asyncio import Redis

from exploreiot import metrics
from exploreiot.api.problems import Problem
from exploreiot.bus import AWAY

_MINUTE = 60
# Memory for the count without Redis; a flood of addresses starts it again.
_MAX_CLIENTS = 10_000


class RateLimit:
    """A sliding window from two counters: the last minute counts for the part of it that still
    lies within sixty seconds. It needs no script, and so no right to run scripts."""

    def __init__(self, redis: Redis, per_minute: int) -> None:
        self._redis = redis
        self._per_minute = per_minute
        self._local: Counter[tuple[int, str]] = Counter()
        self._away_until = 0.0

    async def check(self, client: str) -> None:
        """Raises `Problem` 429 when the client is over the limit."""
        if self._per_minute == 0:
            return
        minute, elapsed = divmod(time.time(), _MINUTE)
        before, now = await self._count(int(minute), client)
        if before * (1 - elapsed / _MINUTE) + now > self._per_minute:
            metrics.RATE_LIMITED.inc()
            raise _too_many(self._per_minute, before, now, elapsed)

    async def _count(self, minute: int, client: str) -> tuple[int, int]:
        if time.monotonic() < self._away_until:
            return self._count_here(minute, client)
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.get(_key(minute - 1, client))
                pipeline.incr(_key(minute, client))
                pipeline.expire(_key(minute, client), 2 * _MINUTE)
                before, now, _ = await pipeline.execute()
        except AWAY:
            # Each replica counts alone until Redis is back: weaker, but a limit.
            self._away_until = time.monotonic() + 1
            return self._count_here(minute, client)
        return int(before or 0), now

    def _count_here(self, minute: int, client: str) -> tuple[int, int]:
        if len(self._local) > _MAX_CLIENTS:
            self._local.clear()
        self._local[minute, client] += 1
        return self._local[minute - 1, client], self._local[minute, client]


def _key(minute: int, client: str) -> str:
    return f"exploreiot:rate:{minute}:{client}"


def _too_many(limit: int, before: int, now: int, elapsed: float) -> Problem:
    """Retry-After: when the sliding count is under the limit again, if the client stays silent."""
    if now > limit:
        wait = (_MINUTE - elapsed) + _MINUTE * (1 - limit / now)
    else:
        wait = _MINUTE * (1 - (limit - now) / before) - elapsed
    return Problem(
        429,
        "trop_de_requetes",
        f"more than {limit} requests in a minute; wait as long as Retry-After says",
        headers={"Retry-After": str(max(1, int(wait) + 1))},
    )
