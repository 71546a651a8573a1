"""Says every two seconds, in Redis, how this `ingest` is."""

import asyncio
import logging

from redis.asyncio import Redis

from exploreiot.bus import AWAY
from exploreiot.heartbeat import BEAT_SECONDS, Beat, keep
from exploreiot.ingest.inbox import Inbox
from exploreiot.ingest.writer import Writer
from exploreiot.mqtt import BrokerLink

log = logging.getLogger(__name__)


async def beat(
    redis: Redis, client_id: str, link: BrokerLink, inbox: Inbox, writer: Writer
) -> None:
    is_kept = True
    while True:
        now = Beat(link.trouble, writer.trouble, inbox.last_arrival, writer.last_commit)
        try:
            await keep(redis, client_id, now)
            is_kept = True
        except AWAY as error:
            if is_kept:
                log.warning("heartbeat not kept", extra={"reason": type(error).__name__})
            is_kept = False
        await asyncio.sleep(BEAT_SECONDS)
