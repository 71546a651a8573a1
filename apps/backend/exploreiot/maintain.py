"""The hourly work on the tables, and `retention`: the same work by hand, told in words."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from exploreiot import metrics
from exploreiot.condense import Retention, held
from exploreiot.database import Database
from exploreiot.errors import Unavailable, UserError
from exploreiot.partitions import Tier
from exploreiot.retention import Due, Verdict, judge
from exploreiot.retention_rules import DEFAULT
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

_EVERY_SECONDS = 3600
_LOCK = "hashtext('exploreiot.maintenance')"


async def maintain(database: Database, retention: Retention) -> None:
    """Each replica runs this; the lock lets one of them work at a time."""
    await database.connected.wait()
    while True:
        pause = _EVERY_SECONDS
        try:
            async with database.connection() as connection, alone(connection) as is_alone:
                if is_alone:
                    _tell(await retention.run_once(connection))
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("maintenance put off", extra={"reason": type(error).__name__})
            pause = 30
        await asyncio.sleep(pause)


def _tell(verdict: Verdict) -> None:
    metrics.RETENTION_HELD.set(verdict.held is not None)
    if verdict.held is not None:
        log.error("no readings are dropped", extra={"reason": verdict.held})
    elif verdict.due:
        log.info("let go what is old", extra={"what": [_words(due) for due in verdict.due]})


@asynccontextmanager
async def alone(connection: asyncpg.Connection) -> AsyncIterator[bool]:
    """Of all replicas one works on the tables at a time; false: it is another one."""
    is_alone = await connection.fetchval(f"SELECT pg_try_advisory_lock({_LOCK})")
    try:
        yield is_alone
    finally:
        if is_alone:
            await connection.execute(f"SELECT pg_advisory_unlock({_LOCK})")


async def notice(database: Database) -> str | None:
    """For /readyz: what somebody should look at, though the service works."""
    async with asyncio.timeout(2), database.connection() as connection:
        return await held(connection)


def run(settings: Settings, allowed: bool) -> None:
    asyncio.run(_by_hand(settings, allowed))


async def _by_hand(settings: Settings, allowed: bool) -> None:
    """`retention`: what the next run would do. With `--allow` it does it, however much it is."""
    database, retention = Database(settings), Retention.of(settings)
    async with asyncio.timeout(30):
        await database.run()
    try:
        async with database.connection() as connection, alone(connection) as is_alone:
            if not is_alone:
                raise UserError("retention: another run is at work; try again in a minute")
            if allowed:
                verdict = await retention.run_once(connection, allowed=True)
            else:
                sight = await retention.look(connection)
                verdict = judge(sight, retention.window, retention.rules)
    finally:
        await database.close()
    _print(verdict, "gone" if allowed and verdict.held is None else "due")


def _print(verdict: Verdict, word: str) -> None:
    for rule, horizon in verdict.horizons.items():
        print(f"horizon{_NAMES.get(rule, f' of class {rule}')}: {horizon}")
    print(f"{word}: {', '.join(map(_words, verdict.due)) or 'none'}")
    if verdict.held is not None:
        raise UserError(f"retention: {verdict.held}")


_NAMES = {DEFAULT: "", Tier.MONTHS: " of hourly sums", Tier.YEARS: " of daily sums"}


def _words(due: Due) -> str:
    match due.tier:
        case Tier.MONTHS:
            return f"hourly sums of {due.start:%Y-%m}"
        case Tier.YEARS:
            return f"daily sums of {due.start:%Y}"
        case Tier.WEEKS:
            named = sorted(due.classes - {DEFAULT})
            return f"week of {due.start}" + (f" (classes {', '.join(named)})" if named else "")
