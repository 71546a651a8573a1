"""When the disk gets tight: where the site file allows it by name, the oldest week of readings goes
into hourly sums before its time, one at each measurement. Never the two newest weeks."""

import asyncio
import logging
from datetime import datetime

import asyncpg

from exploreiot import metrics
from exploreiot.database import Database
from exploreiot.disk import Disk
from exploreiot.errors import Unavailable
from exploreiot.maintain import alone
from exploreiot.partitions import Tier, condense_week, kept, week_of
from exploreiot.retention_rules import Rules

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1
_NEWEST_KEPT = 2
_NOTE = """
INSERT INTO retention AS known (refused, early_weeks, early_last)
VALUES ($1, $2, CASE WHEN $2 > 0 THEN now() END)
ON CONFLICT (only_row) DO UPDATE SET refused = $1, early_weeks = known.early_weeks + $2,
    early_last = coalesce(excluded.early_last, known.early_last)
"""


async def keep_room(database: Database, disk: Disk, rules: Rules) -> None:
    """Also puts on record for `status` whether readings are refused."""
    seen: datetime | None = None
    noted: str | None = ""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        room = disk.room
        if room is None or room.at == seen:
            continue
        seen, refusal = room.at, disk.refusal
        may_go = rules.may_aggregate_early and room.is_tight
        if not may_go and noted == refusal:
            continue
        try:
            async with database.connection() as connection, alone(connection) as is_alone:
                if not is_alone:
                    continue
                # Together: no week goes without being counted.
                async with connection.transaction():
                    went = may_go and await _let_go(connection)
                    if went or noted != refusal:
                        await connection.execute(_NOTE, refusal, int(went))
            noted = refusal
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("making room put off", extra={"reason": type(error).__name__})


async def _let_go(connection: asyncpg.Connection) -> bool:
    """Whether there was a week that may go."""
    newest = await connection.fetchval("SELECT max(time) FROM readings")
    if newest is None:
        return False
    weeks = [week for week in await kept(connection, Tier.WEEKS) if week <= week_of(newest)]
    if len(weeks) <= _NEWEST_KEPT:
        log.error("the disk is tight, and no week of readings is left that may go")
        return False
    number = await condense_week(connection, weeks[0], None)
    metrics.CONDENSED.labels("weeks").inc(number)
    metrics.EARLY.inc()
    log.error(
        "the disk is tight: the oldest week went into hourly sums before its time",
        extra={"week": weeks[0], "readings": number},
    )
    return True
