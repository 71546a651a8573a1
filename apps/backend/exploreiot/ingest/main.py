"""`ingest`: the long-running role that stores what devices publish."""

import uvloop
from paho.mqtt.client import MQTTMessage
from starlette.applications import Starlette

from exploreiot import log as logs
from exploreiot.alarms import Alarm
from exploreiot.bus import Publisher, connect_redis
from exploreiot.clients import Places
from exploreiot.condense import Retention
from exploreiot.database import Database
from exploreiot.disk import Disk
from exploreiot.early import keep_room
from exploreiot.health import Health, health_routes, metrics_route
from exploreiot.ingest.beating import beat
from exploreiot.ingest.inbox import Inbox
from exploreiot.ingest.roster import STATUS_TOPICS, Roster
from exploreiot.ingest.watchman import Watchman
from exploreiot.ingest.ways_out import ways_out
from exploreiot.ingest.writer import Writer
from exploreiot.maintain import maintain, notice
from exploreiot.mqtt import BrokerLink, Subscription
from exploreiot.payload import is_of_sites
from exploreiot.serve import background, config_for, serve
from exploreiot.settings import Settings, sensors_of, window_of

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
    disk, retention = Disk(database), Retention.of(settings)
    inbox = Inbox(window_of(settings), of_sites=is_of_sites(settings.mqtt_topic))
    publisher = Publisher(redis)
    roster = Roster(database, settings.mqtt_status_topic)

    def receive(message: MQTTMessage) -> None:
        if roster.takes(message):
            # The broker retains it: it comes again with the next connection.
            return link.acknowledge([(link.generation, message.mid)] if message.qos else [])
        inbox.put(message, link.generation)
        if inbox.full:
            link.hold()

    subscription = Subscription(
        topic_of(settings), STATUS_TOPICS, settings.mqtt_status_topic, receive
    )
    link = BrokerLink(settings, settings.mqtt_client_id, subscription)
    ways = ways_out(settings, redis, link)

    def announce(alarm: Alarm) -> None:
        for way in ways:
            way.put(alarm)

    watchman = Watchman(database, sensors_of(settings), lambda: link.listening_since, announce)
    writer = Writer(database, disk, inbox=inbox, publisher=publisher, link=link, watchman=watchman)
    health = Health(
        {"database": database.check, "broker": link.check, "redis": redis.ping},
        {"retention": lambda: notice(database), "disk": disk.notice},
    )
    app = Starlette(routes=[*health_routes(health), metrics_route])
    jobs = (
        database.run(),
        link.run(),
        writer.run(),
        publisher.run(),
        maintain(database, retention),
        disk.run(),
        keep_room(database, disk, retention.rules),
        watchman.run(),
        roster.run(),
        *(way.run() for way in ways),
        beat(redis, settings.mqtt_client_id, link, inbox, writer),
    )
    async with background(*jobs):
        places = Places(_PROBE_CONNECTIONS, _PROBE_CONNECTIONS // 5)
        await serve(config_for(app, settings, settings.listen_port, places))
        # First no more messages, then the ones in hand, then the word that we are gone.
        link.pause()
        await writer.drain(_DRAIN_SECONDS)
        await link.close()
    await redis.aclose()
    await database.close()
