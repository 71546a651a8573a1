"""Services that the routes share, made once per process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis
from starlette.requests import HTTPConnection

from exploreiot import metrics
from exploreiot.alarms import Alarms
from exploreiot.api.access import Access
from exploreiot.api.chain import Chain
from exploreiot.api.hub import Hub
from exploreiot.api.rate_limit import RateLimit
from exploreiot.bus import Publisher, Subscriber
from exploreiot.clients import Places
from exploreiot.database import Database
from exploreiot.devices import Devices
from exploreiot.disk import Disk
from exploreiot.history import History
from exploreiot.reading import Reading, Row, Window
from exploreiot.rejects import Rejects
from exploreiot.sensor_settings import Sensors
from exploreiot.settings import Settings, sensors_of, window_of
from exploreiot.store import Store


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    disk: Disk
    redis: Redis
    store: Store
    history: History
    sensors: Sensors
    rejects: Rejects
    alarms: Alarms
    devices: Devices
    access: Access
    limit: RateLimit
    hub: Hub
    publisher: Publisher
    subscriber: Subscriber
    chain: Chain
    window: Window

    async def accept(self, readings: Sequence[Reading], source: str) -> int:
        """Store and push; returns how many were new. The list is stored whole or not at all."""
        now = datetime.now(UTC)
        many = len(readings) > 1
        rows: list[Row] = [
            self.window.place(reading, now, f"{place}." if many else "")
            for place, reading in enumerate(readings)
        ]
        stored = await self.store.add(rows)
        self.publisher.publish(stored)
        metrics.READINGS.labels(source).inc(len(stored))
        metrics.DUPLICATES.inc(len(rows) - len(stored))
        return len(stored)


def make_services(settings: Settings, redis: Redis) -> Services:
    database = Database(settings)
    disk = Disk(database)
    hub = Hub(Places(settings.max_sockets, settings.max_sockets_per_client))
    subscriber = Subscriber(redis, hub.push, hub.tell)
    return Services(
        settings=settings,
        database=database,
        disk=disk,
        redis=redis,
        store=Store(database, disk),
        history=History(database),
        sensors=sensors_of(settings),
        rejects=Rejects(database, disk),
        alarms=Alarms(database),
        devices=Devices(database),
        access=Access(settings),
        limit=RateLimit(redis, settings.rate_limit_per_minute),
        hub=hub,
        publisher=Publisher(redis, subscriber),
        subscriber=subscriber,
        chain=Chain(database, redis, subscriber, hub),
        window=window_of(settings),
    )


def services_of(connection: HTTPConnection) -> Services:
    return connection.app.state.services
