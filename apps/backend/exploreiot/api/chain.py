"""The chain that a reading passes, hop by hop, as this replica sees it now."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson
from redis.asyncio import Redis

from exploreiot.api.hub import Hub
from exploreiot.bus import AWAY, Subscriber
from exploreiot.clients import OWN, asked_by
from exploreiot.database import Database
from exploreiot.errors import Unavailable
from exploreiot.heartbeat import KEPT_SECONDS, Beat, read

State = Literal["ok", "panne", "inconnu"]
Beats = Mapping[str, Beat | None]

# Many who ask at once share one answer.
_REUSE_SECONDS = 0.5
_CHECK_SECONDS = 2
# While a page watches: how often it is looked at, and how often it is told without a change.
_LOOK_SECONDS = 1
# The page takes an answer for old after 3 s (apps/frontend/lib/live/chain-watch.ts).
_REPEAT_SECONDS = 2
# /readyz names the services that this process depends on itself.
_OWN = frozenset({"base", "redis"})
# Times of devices may lie in the future; what has not come yet is no sign of life.
_NEWEST = "SELECT max(time) FROM sensors WHERE time <= now()"


@dataclass(frozen=True, slots=True)
class Hop:
    """`last`: when the last message passed it."""

    state: State
    reason: str | None = None
    last: datetime | None = None


class Chain:
    def __init__(self, database: Database, redis: Redis, subscriber: Subscriber, hub: Hub) -> None:
        self._database = database
        self._redis = redis
        self._subscriber = subscriber
        self._hub = hub
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self._redis_up_since: float | None = None
        self._hops: dict[str, Hop] = {}
        self._since: dict[str, datetime] = {}

    async def hops(self) -> Mapping[str, Hop]:
        """In the order in which data flows."""
        async with self._lock:
            if time.monotonic() - self._asked_at > _REUSE_SECONDS:
                # One answer for many clients, which must not wait for the turn of one of them.
                with asked_by(OWN):
                    self._note(await self._look())
                self._asked_at = time.monotonic()
        return self._hops

    async def body(self) -> dict:
        """As `/chaine` answers it. `depuis`: since when, as far as this process has seen."""
        hops = await self.hops()
        return {
            "complete": all(hop.state == "ok" for hop in hops.values()),
            "maillons": [
                {
                    "nom": name,
                    "etat": hop.state,
                    "raison": hop.reason,
                    "depuis": self._since[name],
                    "dernier": hop.last,
                }
                for name, hop in hops.items()
            ],
        }

    async def message(self) -> bytes:
        """As sockets get it."""
        return orjson.dumps({"type": "chaine", **await self.body()}, option=orjson.OPT_UTC_Z)

    async def notice(self) -> str | None:
        """For /readyz: what is wrong elsewhere, though this process works."""
        hops = await self.hops()
        told = [
            f"{name}: {hop.reason}"
            for name, hop in hops.items()
            if hop.state != "ok" and name not in _OWN
        ]
        return "; ".join(told) or None

    async def run(self) -> None:
        """Tell the sockets that watch. Nothing is asked while there are none."""
        told, told_at = None, float("-inf")
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if not self._hub.watched:
                continue
            states = [(hop.state, hop.reason) for hop in (await self.hops()).values()]
            if states != told or time.monotonic() - told_at >= _REPEAT_SECONDS:
                self._hub.tell(await self.message())
                told, told_at = states, time.monotonic()

    def _note(self, hops: dict[str, Hop]) -> None:
        now = datetime.now(UTC)
        for name, hop in hops.items():
            before = self._hops.get(name)
            if before is None or before.state != hop.state:
                self._since[name] = now
        self._hops = hops

    async def _look(self) -> dict[str, Hop]:
        redis, base = await asyncio.gather(self._ask_redis(), self._ask_database())
        beats = redis if isinstance(redis, Mapping) else {}
        silent = self._silence(redis)
        # The broker has not failed for that: nobody is there who could ask it.
        unasked = Hop("inconnu", silent.reason)
        heard = [beat for beat in beats.values() if beat is not None]
        return {
            "courtier": _told(beats, lambda b: b.broker_trouble, lambda b: b.received) or unasked,
            "ingestion": _told(beats, lambda b: b.store_trouble, lambda b: b.stored) or silent,
            "base": Hop(base.state, base.reason, _latest([base.last, *(b.stored for b in heard)])),
            "redis": self._redis_hop(redis),
            "api": Hop("ok"),
            "socket": self._socket_hop(),
        }

    async def _ask_redis(self) -> Beats | str:
        """The beats, or why there are none to be had."""
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                beats = await read(self._redis)
        except AWAY as error:
            self._redis_up_since = None
            return f"does not answer ({type(error).__name__})"
        if self._redis_up_since is None:
            self._redis_up_since = time.monotonic()
        return beats

    async def _ask_database(self) -> Hop:
        try:
            async with asyncio.timeout(_CHECK_SECONDS), self._database.connection() as connection:
                return Hop("ok", None, await connection.fetchval(_NEWEST))
        except Unavailable as error:
            return Hop("panne", str(error))
        except Exception as error:
            # A state has to be told in any case, and its kind is all that is safe to tell.
            return Hop("panne", f"does not answer ({type(error).__name__})")

    def _silence(self, redis: Beats | str) -> Hop:
        """The report on ingest while nobody hears it."""
        if isinstance(redis, str):
            return Hop("inconnu", f"redis {redis}, which keeps the heartbeat of ingest")
        if time.monotonic() - (self._redis_up_since or 0) < KEPT_SECONDS:
            return Hop("inconnu", "no heartbeat of ingest yet")
        return Hop("panne", f"no heartbeat of ingest for {KEPT_SECONDS} s; look at its container")

    def _redis_hop(self, redis: Beats | str) -> Hop:
        last = self._subscriber.last_arrival
        return Hop("panne", redis, last) if isinstance(redis, str) else Hop("ok", None, last)

    def _socket_hop(self) -> Hop:
        if self._subscriber.connected:
            return Hop("ok", None, self._hub.last_push)
        reason = "readings of other replicas do not arrive: not subscribed at Redis"
        return Hop("panne", reason, self._hub.last_push)


def _told(
    beats: Beats,
    trouble: Callable[[Beat], str | None],
    last: Callable[[Beat], datetime | None],
) -> Hop | None:
    """None while no replica of ingest is heard. One that works is enough; `reason` then tells of
    the others."""
    heard = {name: beat for name, beat in beats.items() if beat is not None}
    if not heard:
        return None
    latest = _latest(map(last, heard.values()))
    troubles = {name: text for name, beat in heard.items() if (text := trouble(beat)) is not None}
    troubles |= dict.fromkeys(beats.keys() - heard.keys(), "silent")
    if not troubles:
        return Hop("ok", None, latest)
    if len(beats) == 1:
        return Hop("panne", *troubles.values(), latest)
    working = len(beats) - len(troubles)
    texts = "; ".join(f"{name}: {text}" for name, text in sorted(troubles.items()))
    reason = f"{working} of {len(beats)} replicas of ingest work; {texts}"
    return Hop("ok" if working else "panne", reason, latest)


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
