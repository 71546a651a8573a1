"""The hourly work on the tables, and `retention`: the same work by hand, told in words."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from exploreiot import metrics
from exploreiot.database import Database
from exploreiot.errors import Unavailable, UserError
from exploreiot.reading import Window
from exploreiot.retention import Verdict, held, judge, look, run_once
from exploreiot.settings import Settings, window_of

log = logging.getLogger(__name__)

_EVERY_SECONDS = 3600
_LOCK = "hashtext('exploreiot.maintenance')"


async def maintain(database: Database, window: Window) -> None:
    """Each replica runs this; the lock lets one of them work at a time."""
    await database.connected.wait()
    while True:
        pause = _EVERY_SECONDS
        try:
            async with database.connection() as connection, _alone(connection) as is_alone:
                if is_alone:
                    _tell(await run_once(connection, window))
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("maintenance put off", extra={"reason": type(error).__name__})
            pause = 30
        await asyncio.sleep(pause)


def _tell(verdict: Verdict) -> None:
    metrics.RETENTION_HELD.set(verdict.held is not None)
    if verdict.held is not None:
        log.error("no readings are dropped", extra={"reason": verdict.held})
    elif verdict.due:
        log.info("dropped expired weeks", extra={"weeks": verdict.due})


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[bool]:
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
    database, window = Database(settings), window_of(settings)
    async with asyncio.timeout(30):
        await database.run()
    try:
        async with database.connection() as connection, _alone(connection) as is_alone:
            if not is_alone:
                raise UserError("retention: another run is at work; try again in a minute")
            if allowed:
                verdict = await run_once(connection, window, allowed=True)
            else:
                verdict = judge(await look(connection), window)
    finally:
        await database.close()
    _print(verdict, "dropped" if allowed and verdict.held is None else "due")


def _print(verdict: Verdict, word: str) -> None:
    print(f"horizon: {verdict.horizon}")
    print(f"{word}: {', '.join(f'week of {week}' for week in verdict.due) or 'none'}")
    if verdict.held is not None:
        raise UserError(f"retention: {verdict.held}")
