"""Messages that came over MQTT and are not committed yet."""

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime
from typing import NamedTuple

from paho.mqtt.client import MQTTMessage

from exploreiot import metrics
from exploreiot.errors import BadReading
from exploreiot.payload import parse_message
from exploreiot.reading import Row, Window
from exploreiot.rejects import Reject, make_reject

log = logging.getLogger(__name__)

MAX_PAYLOAD_BYTES = 4096
# With so many waiting, no more are read; the rest waits with the broker.
MAX_QUEUED = 5000


class Received(NamedTuple):
    """A message read, and what is needed to acknowledge it. The payload is already gone."""

    content: Row | Reject
    message_id: int
    qos: int
    generation: int


class Inbox:
    def __init__(self, window: Window, *, of_sites: bool = False) -> None:
        self._window = window
        self._of_sites = of_sites
        self._queue: deque[Received] = deque()
        self._arrived = asyncio.Event()
        self.last_arrival: datetime | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def full(self) -> bool:
        return len(self._queue) >= MAX_QUEUED

    def put(self, message: MQTTMessage, generation: int) -> None:
        self.last_arrival = now = datetime.now(UTC)
        content = self._read(message, now)
        self._queue.append(Received(content, message.mid, message.qos, generation))
        self._arrived.set()

    def _read(self, message: MQTTMessage, now: datetime) -> Row | Reject:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return _reject("?", message.payload, "topic: is not UTF-8")
        if len(message.payload) > MAX_PAYLOAD_BYTES:
            reason = f"payload: {len(message.payload)} bytes; allowed: {MAX_PAYLOAD_BYTES}"
            return _reject(topic, message.payload, reason)
        try:
            reading = parse_message(topic, message.payload, of_sites=self._of_sites)
            return self._window.place(reading, now)
        except BadReading as error:
            return _reject(topic, message.payload, str(error))

    async def take(self, most: int) -> list[Received]:
        """All that is there, up to `most`: under load batches grow by themselves."""
        while not self._queue:
            self._arrived.clear()
            await self._arrived.wait()
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]


def _reject(topic: str, payload: bytes, reason: str) -> Reject:
    metrics.REJECTS.inc()
    log.debug("message rejected", extra={"topic": topic, "bytes": len(payload)})
    return make_reject(topic, payload, reason)
