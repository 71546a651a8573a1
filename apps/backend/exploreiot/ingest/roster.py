"""Words of devices about themselves that are not stored yet: of each the newest."""

import asyncio
import logging

import asyncpg
from paho.mqtt.client import MQTTMessage

from exploreiot.backoff import Backoff
from exploreiot.database import Database
from exploreiot.devices import KEPT, Devices, parse_status
from exploreiot.errors import Unavailable

log = logging.getLogger(__name__)

STATUS_TOPICS = "status/+"
_PREFIX = STATUS_TOPICS.removesuffix("+")
# A broker that starts lets a thousand devices go and come within a second.
_PACE_SECONDS = 0.5


class Roster:
    """`own_topic`: where this program says its own status; it is no device."""

    def __init__(self, database: Database, own_topic: str) -> None:
        self._devices = Devices(database)
        self._own_topic = own_topic
        self._said: dict[str, bool] = {}
        self._arrived = asyncio.Event()

    def takes(self, message: MQTTMessage) -> bool:
        """Whether it is a device's word about itself. Then it is kept, or says nothing."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return False
        if not topic.startswith(_PREFIX):
            return False
        status = None if topic == self._own_topic else parse_status(topic, message.payload)
        if status is not None and (len(self._said) < KEPT or status[0] in self._said):
            self._said[status[0]] = status[1]
            self._arrived.set()
        return True

    async def run(self) -> None:
        backoff = Backoff()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            said, self._said = self._said, {}
            try:
                await self._devices.say(said)
                backoff.reset()
                await asyncio.sleep(_PACE_SECONDS)
            except (Unavailable, asyncpg.PostgresError) as error:
                log.warning("devices not stored yet", extra={"reason": type(error).__name__})
                # A status that came meanwhile is newer.
                self._said = said | self._said
                self._arrived.set()
                await backoff.wait()
