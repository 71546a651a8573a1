"""`ingest`: the long-running role that stores what devices publish."""

import uvloop
from paho.mqtt.client import MQTTMessage
from starlette.applications import Starlette

from exploreiot import log as logs
from exploreiot.bus import Publisher, connect_redis
from exploreiot.database import Database
from exploreiot.health import Health, health_routes, metrics_route
from exploreiot.ingest.inbox import Inbox
from exploreiot.ingest.writer import Writer
from exploreiot.maintain import maintain, notice
from exploreiot.mqtt import BrokerLink, Subscription
from exploreiot.serve import background, config_for, serve
from exploreiot.settings import Settings, window_of

_DRAIN_SECONDS = 2
_PROBE_CONNECTIONS = 100


def run(settings: Settings) -> None:
    logs.configure(settings.log_level)
    uvloop.run(_run(settings))


def topic_of(settings: Settings) -> str:
    group = settings.mqtt_shared_group
    return f"$share/{group}/{settings.mqtt_topic}" if group else settings.mqtt_topic


async def _run(settings: Settings) -> None:
    database, redis = Database(settings), connect_redis(settings)
    inbox, publisher = Inbox(window_of(settings)), Publisher(redis)

    def receive(message: MQTTMessage) -> None:
        inbox.put(message, link.generation)
        if inbox.full:
            link.hold()

    subscription = Subscription(topic_of(settings), settings.mqtt_status_topic, receive)
    link = BrokerLink(settings, settings.mqtt_client_id, subscription)
    writer = Writer(database, inbox, publisher, link)
    health = Health(
        {"database": database.check, "broker": link.check, "redis": redis.ping},
        {"retention": lambda: notice(database)},
    )
    app = Starlette(routes=[*health_routes(health), metrics_route])
    jobs = (
        database.run(),
        link.run(),
        writer.run(),
        publisher.run(),
        maintain(database, window_of(settings)),
    )
    async with background(*jobs):
        await serve(config_for(app, settings, settings.listen_port, _PROBE_CONNECTIONS))
        # First no more messages, then the ones in hand, then the word that we are gone.
        link.pause()
        await writer.drain(_DRAIN_SECONDS)
        await link.close()
    await redis.aclose()
    await database.close()
