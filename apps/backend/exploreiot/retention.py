"""Which weeks of readings may go: old ones, and never because of a clock alone.

The horizon is the earliest of three times, less the retention: the clock of this process, that of
PostgreSQL, and the newest stored reading. All three can be wrong at once, as when the machine's
own clock is ahead and a reading was stored meanwhile. So the horizon of the last sound run is on
record, and one run may move it by `LONGEST_STEP` only: beyond that nothing is dropped until
somebody has looked (`python -m exploreiot retention --allow`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import asyncpg

from exploreiot.partitions import drop_week, end_of, ensure_partitions, weeks_kept
from exploreiot.reading import Window

# Runs are an hour apart; a machine that was off for a few days needs nobody's word either.
LONGEST_STEP = timedelta(days=7)
MOST_WEEKS = 2
CLOCKS_APART = timedelta(minutes=5)
_ALLOW = "if it is right, run `python -m exploreiot retention --allow` in a container of `ingest`"


@dataclass(frozen=True)
class Sight:
    """What one run sees; `newest` and `last` are missing in a database that is new."""

    here: datetime
    database: datetime
    newest: datetime | None
    last: datetime | None
    weeks: Sequence[date]


@dataclass(frozen=True)
class Verdict:
    """`horizon`: up to where readings may go, if anything is stored. `held`: why none go."""

    horizon: datetime | None = None
    due: tuple[date, ...] = ()
    held: str | None = None


def judge(sight: Sight, window: Window, allowed: bool = False) -> Verdict:
    """`allowed`: somebody has looked, so neither step nor number counts. No word helps against
    clocks that disagree: one of them is wrong, and nobody knows yet which."""
    apart = abs(sight.here - sight.database)
    if apart > CLOCKS_APART:
        return Verdict(held=f"the clocks of this process ({_text(sight.here)}) and of PostgreSQL "
                       f"({_text(sight.database)}) are {apart} apart; allowed: {CLOCKS_APART}; "
                       "set them right")  # fmt: skip
    if sight.newest is None:
        return Verdict()
    now = min(sight.here, sight.database)
    horizon = min(now, sight.newest) - window.past
    due = tuple(week for week in sorted(sight.weeks) if end_of(week) <= horizon)
    held = None if allowed else _too_much(sight, now, horizon, due, window)
    return Verdict(horizon, due, held)


def _too_much(
    sight: Sight, now: datetime, horizon: datetime, due: tuple[date, ...], window: Window
) -> str | None:
    if sight.newest - now > window.future + CLOCKS_APART:
        return (
            f"the newest reading is of {_text(sight.newest)} and the clock says {_text(now)}: "
            "either the clock is behind, or it was ahead when that reading was stored; set it "
            "right, or delete the readings that lie in the future"
        )
    if sight.last is not None and horizon - sight.last > LONGEST_STEP:
        days = (horizon - sight.last).days
        return (
            f"the horizon would move by {days} days at once, from {_text(sight.last)} to "
            f"{_text(horizon)}; allowed: {LONGEST_STEP.days} days; check the clock, and {_ALLOW}"
        )
    most = 0 if sight.last is None else MOST_WEEKS
    if len(due) > most:
        return (
            f"{len(due)} weeks of readings would go at once, up to {_text(horizon)}; allowed: "
            f"{most}{' at the first run' if most == 0 else ''}; check the clock, and {_ALLOW}"
        )
    return None


async def look(connection: asyncpg.Connection) -> Sight:
    database, newest = await connection.fetchrow(
        "SELECT clock_timestamp(), (SELECT max(time) FROM readings)"
    )
    last = await connection.fetchval("SELECT horizon FROM retention")
    return Sight(datetime.now(UTC), database, newest, last, await weeks_kept(connection))


async def apply(connection: asyncpg.Connection, verdict: Verdict) -> None:
    """Drop what is due and put the run on record; of a run that is held, the reason alone."""
    if verdict.held is None and verdict.horizon is not None:
        for week in verdict.due:
            await drop_week(connection, week)
        await connection.execute("DELETE FROM sensors WHERE time < $1", verdict.horizon)
    await connection.execute(
        "INSERT INTO retention AS known (horizon, held) VALUES ($1, $2) "
        "ON CONFLICT (only_row) DO UPDATE SET horizon = coalesce($1, known.horizon), held = $2",
        None if verdict.held else verdict.horizon,
        verdict.held,
    )


async def run_once(
    connection: asyncpg.Connection, window: Window, allowed: bool = False
) -> Verdict:
    sight = await look(connection)
    verdict = judge(sight, window, allowed)
    if verdict.held is None:
        # This week's and the next one's, before their first rows; not those of a doubtful clock.
        coming = (sight.database, sight.database + timedelta(days=7))
        await ensure_partitions(connection, coming, set())
    await apply(connection, verdict)
    return verdict


async def held(connection: asyncpg.Connection) -> str | None:
    """Why nothing is dropped, as the last run of any replica left it."""
    return await connection.fetchval("SELECT held FROM retention")


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")
