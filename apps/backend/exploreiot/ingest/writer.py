"""Batches from the inbox: committed, then acknowledged, then pushed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg

from exploreiot import metrics
from exploreiot.backoff import Backoff
from exploreiot.bus import Publisher
from exploreiot.database import Database
from exploreiot.disk import Disk
from exploreiot.errors import Unavailable
from exploreiot.ingest.inbox import Inbox, Received
from exploreiot.ingest.watchman import Watchman
from exploreiot.mqtt import BrokerLink
from exploreiot.reading import Row
from exploreiot.rejects import Reject, Rejects, make_reject
from exploreiot.store import Store

log = logging.getLogger(__name__)

MAX_BATCH = 2000
# A commit, and a write to each open socket, cost the same for one reading as for a hundred. A
# reading after a pause goes at once; those right behind it go together, late by this at most.
_PACE_SECONDS = 0.01

Write = Callable[[list[Received]], Awaitable[None]]


class Writer:
    def __init__(
        self,
        database: Database,
        disk: Disk,
        *,
        inbox: Inbox,
        publisher: Publisher,
        link: BrokerLink,
        watchman: Watchman,
    ) -> None:
        self._store = Store(database, disk)
        self._rejects = Rejects(database, disk)
        self._inbox = inbox
        self._publisher = publisher
        self._link = link
        self._watchman = watchman
        self._in_hand = 0
        # Why nothing can be stored, in words; None while it can.
        self.trouble: str | None = None
        self.last_commit: datetime | None = None
        metrics.QUEUED.set_function(self._waiting)

    def _waiting(self) -> int:
        return len(self._inbox) + self._in_hand

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._inbox.take(MAX_BATCH)
            next_at = loop.time() + _PACE_SECONDS
            if not self._inbox.full:
                self._link.resume()
            self._in_hand = len(batch)
            await self._settle(batch)
            self._in_hand = 0
            if len(self._inbox) < MAX_BATCH:
                await asyncio.sleep(next_at - loop.time())

    async def _settle(self, batch: list[Received]) -> None:
        """Readings and rejects apart: what one of them waits for must not store the other twice."""
        for kind, write in ((Row, self._write_readings), (Reject, self._write_rejects)):
            if part := [received for received in batch if isinstance(received.content, kind)]:
                await self._until_done(write, part)
        metrics.BATCH.observe(len(batch))

    async def _until_done(self, write: Write, batch: list[Received]) -> None:
        """Tries for ever: while it does, the broker's window fills and the broker waits."""
        backoff = Backoff(first_seconds=0.1, longest_seconds=2)
        while True:
            try:
                await write(batch)
                self.trouble = None
                return None
            except (Unavailable, asyncpg.TransactionRollbackError) as error:
                reason = str(error)
            except asyncpg.PostgresError as error:
                if len(batch) > 1:
                    # One row may be at fault: write them singly, so that only it is held up.
                    for received in batch:
                        await self._until_done(write, [received])
                    return None
                reason = type(error).__name__
                if isinstance(error, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError):
                    return await self._set_aside(batch[0], reason)
            self.trouble = reason
            metrics.BATCH_FAILED.inc()
            log.warning("batch not stored yet", extra={"rows": len(batch), "reason": reason})
            await backoff.wait()

    async def _write_readings(self, batch: list[Received]) -> None:
        rows = [received.content for received in batch]
        stored = await self._store.add(rows)
        # Of all, also of those that a crash stored and did not acknowledge.
        await self._watchman.judge(rows)
        self.last_commit = datetime.now(UTC)
        self._acknowledge(batch)
        self._publisher.publish(stored)
        metrics.READINGS.labels("mqtt").inc(len(stored))
        metrics.DUPLICATES.inc(len(batch) - len(stored))

    async def _write_rejects(self, batch: list[Received]) -> None:
        await self._rejects.keep([received.content for received in batch])
        self._acknowledge(batch)
        reason = batch[0].content.reason
        log.warning("messages rejected", extra={"count": len(batch), "reason": reason})

    def _acknowledge(self, batch: list[Received]) -> None:
        self._link.acknowledge((r.generation, r.message_id) for r in batch if r.qos > 0)

    async def _set_aside(self, received: Received, reason: str) -> None:
        """The database will never take this row: keep the stream moving, and say so."""
        log.error("refused by the database", extra={"reason": reason})
        if isinstance(received.content, Reject):
            return self._acknowledge([received])
        metrics.REJECTS.inc()
        row = received.content
        reject = make_reject(row.sensor, row.to_json(), f"refused by the database: {reason}")
        await self._until_done(self._write_rejects, [received._replace(content=reject)])

    async def drain(self, seconds: float) -> None:
        """At the end, let what was received be stored. The rest the broker keeps."""
        try:
            async with asyncio.timeout(seconds):
                while self._waiting():  # noqa: ASYNC110 -- once, at the end, for 2 s at most
                    await asyncio.sleep(0.02)
        except TimeoutError:
            log.warning("stopped with unstored messages", extra={"rows": len(self._inbox)})
