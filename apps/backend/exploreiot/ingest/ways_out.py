"""Where alarms go: to the pages over Redis, to the broker, and to the webhook of the deployment.

Each way has a queue of its own, so that none of them waits for another or delays a reading."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import httpx
import orjson
from redis.asyncio import Redis

from exploreiot import metrics
from exploreiot.alarms import Alarm
from exploreiot.backoff import Backoff
from exploreiot.bus import ALARM_CHANNEL, AWAY
from exploreiot.errors import Unavailable
from exploreiot.mqtt import BrokerLink
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

# Waiting for one way; the oldest give way to newer ones.
_QUEUE = 1000
# As long as a night: who comes in the morning still finds it told.
_KEEP_TRYING_SECONDS = 12 * 3600
_POST_SECONDS = 15
_TOPIC = "alarm"
# Answers that a later attempt may change (RFC 9110): too early, too many, the server's own trouble.
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})

Send = Callable[[Alarm], Awaitable[None]]


class Refused(Exception):
    """It will not be taken later either."""


class WayOut:
    def __init__(self, name: str, send: Send, keep_trying_seconds: float) -> None:
        self._name = name
        self._send = send
        self._keep_trying_seconds = keep_trying_seconds
        self._queue: asyncio.Queue[Alarm] = asyncio.Queue(_QUEUE)

    def put(self, alarm: Alarm) -> None:
        if self._queue.full():
            self._lost(self._queue.get_nowait(), "the queue is full")
        self._queue.put_nowait(alarm)

    async def run(self) -> None:
        while True:
            await self._deliver(await self._queue.get())

    async def _deliver(self, alarm: Alarm) -> None:
        loop, backoff = asyncio.get_running_loop(), Backoff(1, 60)
        give_up_at = loop.time() + self._keep_trying_seconds
        is_first = True
        while True:
            try:
                return await self._send(alarm)
            except Refused as error:
                return self._lost(alarm, str(error))
            except (Unavailable, httpx.HTTPError, *AWAY) as error:
                if loop.time() >= give_up_at:
                    return self._lost(alarm, type(error).__name__)
                self._failed(alarm, error, is_first)
                is_first = False
            await backoff.wait()

    def _failed(self, alarm: Alarm, error: Exception, is_first: bool) -> None:
        metrics.ALARM_TRIES_FAILED.labels(self._name).inc()
        # A wrong certificate stays wrong for a night of tries: it is told before they are over.
        if is_first:
            reason = f"{type(error).__name__}: {error}"
            extra = {"way": self._name, "alarm": alarm.id, "reason": reason}
            log.warning("alarm not delivered yet", extra=extra)

    def _lost(self, alarm: Alarm, reason: str) -> None:
        metrics.ALARMS_LOST.labels(self._name).inc()
        extra = {"way": self._name, "alarm": alarm.id, "reason": reason}
        log.error("alarm not delivered", extra=extra)


def ways_out(settings: Settings, redis: Redis, link: BrokerLink) -> tuple[WayOut, ...]:
    async def to_pages(alarm: Alarm) -> None:
        message = {"type": "alarme", **alarm.body()}
        await redis.publish(ALARM_CHANNEL, orjson.dumps(message, option=orjson.OPT_UTC_Z))

    async def to_broker(alarm: Alarm) -> None:
        link.publish(f"{_TOPIC}/{alarm.sensor}", alarm.to_json())

    # A page that was not told shows it at its next question.
    ways = (
        WayOut("redis", to_pages, 0),
        WayOut("mqtt", to_broker, _KEEP_TRYING_SECONDS),
    )
    if settings.alarm_webhook_url == "":
        return ways
    return (*ways, WayOut("webhook", _to_webhook(settings), _KEEP_TRYING_SECONDS))


def _to_webhook(settings: Settings) -> Send:
    headers = {"Content-Type": "application/json", "User-Agent": "exploreiot"}
    if secret := settings.alarm_webhook_secret.get_secret_value():
        headers["Authorization"] = f"Bearer {secret}"
    # No redirects: the secret is for this address alone.
    client = httpx.AsyncClient(headers=headers, timeout=_POST_SECONDS, follow_redirects=False)

    async def post(alarm: Alarm) -> None:
        # The answer is not read: it may be of any length.
        async with (
            asyncio.timeout(_POST_SECONDS),
            client.stream("POST", settings.alarm_webhook_url, content=alarm.to_json()) as answer,
        ):
            status = answer.status_code
        if 200 <= status < 300:
            return
        if status < 500 and status not in _WORTH_ANOTHER_TRY:
            raise Refused(f"the webhook answered {status}")
        raise Unavailable("webhook", f"answered {status}")

    return post
