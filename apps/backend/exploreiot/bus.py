"""New readings between replicas, over Redis. Nothing stored depends on it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import orjson
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from exploreiot import metrics
from exploreiot.backoff import Backoff
from exploreiot.reading import Row
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

CHANNEL = "exploreiot:readings"
ALARM_CHANNEL = "exploreiot:alarms"
# The away state of Redis; a hung server shows as a timeout.
AWAY = (RedisError, OSError, TimeoutError)
# Batches waiting for a slow Redis: 50,000 readings, some 10 MiB, at most. A push that is late by
# more than this is of no use.
_QUEUE = 100
_CHUNK = 500

Deliver = Callable[[list[bytes]], None]
Tell = Callable[[bytes], None]


def connect_redis(settings: Settings) -> Redis:
    """Nothing is dialled yet: each command dials when it must."""
    return Redis(
        host=settings.redis_host,
        port=settings.redis_port,
        username=settings.redis_user or None,
        password=settings.redis_password.get_secret_value() or None,
        ssl=settings.redis_tls,
        ssl_cert_reqs="required",
        ssl_check_hostname=True,
        ssl_ca_certs=settings.redis_ca_certs or None,
        socket_timeout=2,
        socket_connect_timeout=2,
        # Once, at once: the pool may hold connections from before a restart. When
        # Redis is really away, the callers decide what to do, and none of them can wait.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        health_check_interval=10,
    )


class Publisher:
    """Publishes in the background, so that Redis never delays a commit or an answer."""

    def __init__(self, redis: Redis, subscriber: "Subscriber | None" = None) -> None:
        self._redis = redis
        # Whose sockets must get what Redis does not bring back.
        self._subscriber = subscriber
        self._queue: asyncio.Queue[list[bytes]] = asyncio.Queue(_QUEUE)

    def publish(self, rows: Sequence[Row]) -> None:
        messages = [row.to_json() for row in rows]
        for start in range(0, len(messages), _CHUNK):
            if self._queue.full():
                self._failed(self._queue.get_nowait())
            self._queue.put_nowait(messages[start : start + _CHUNK])

    def _failed(self, messages: list[bytes]) -> None:
        metrics.PUSH_FAILED.inc(len(messages))
        if self._subscriber is not None:
            self._subscriber.deliver(messages)

    async def run(self) -> None:
        while True:
            messages = await self._queue.get()
            while len(messages) < _CHUNK and not self._queue.empty():
                messages = messages + self._queue.get_nowait()
            try:
                # A JSON array, put together without parsing its members again.
                await self._redis.publish(CHANNEL, b"[" + b",".join(messages) + b"]")
            except AWAY:
                self._failed(messages)
            else:
                if self._subscriber is not None and not self._subscriber.connected:
                    self._subscriber.deliver(messages)


class Subscriber:
    """Hands each reading that any replica stored to `deliver`, and each alarm to `tell`."""

    def __init__(self, redis: Redis, deliver: Deliver, tell: Tell) -> None:
        self._redis = redis
        self.deliver = deliver
        self._tell = tell
        self.connected = False
        self.last_arrival: datetime | None = None

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._listen(backoff)
            except AWAY as error:
                if self.connected:
                    log.warning("push channel lost", extra={"reason": type(error).__name__})
                self.connected = False
                await backoff.wait()

    async def _listen(self, backoff: Backoff) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL, ALARM_CHANNEL)
            while True:
                # Returns after the timeout too, which is when redis-py checks a silent connection.
                message = await pubsub.get_message(timeout=5)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    if self.connected:
                        continue
                    self.connected = True
                    backoff.reset()
                    log.info("push channel connected")
                elif message["channel"] == ALARM_CHANNEL.encode():
                    self._tell(message["data"])
                elif message["type"] == "message":
                    self._deliver_all(message["data"])

    def _deliver_all(self, data: bytes) -> None:
        try:
            readings = orjson.loads(data)
        except orjson.JSONDecodeError:
            log.warning("unreadable message on the push channel", extra={"bytes": len(data)})
            return
        self.last_arrival = datetime.now(UTC)
        self.deliver([orjson.dumps(reading) for reading in readings])
