"""One run of retention: what is there, what may go, and its going."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

import asyncpg
import orjson

from exploreiot import metrics
from exploreiot.disk import measure
from exploreiot.partitions import (
    Tier,
    condense,
    condense_week,
    end_of,
    ensure_partitions,
    kept,
    sensors_in,
    size_of,
)
from exploreiot.reading import Window
from exploreiot.retention import Due, Sight, Verdict, judge
from exploreiot.retention_rules import DEFAULT, Rules
from exploreiot.settings import Settings, window_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Retention:
    """The facts that decide which rows may go."""

    window: Window
    rules: Rules

    @classmethod
    def of(cls, settings: Settings) -> Self:
        window = window_of(settings)
        return cls(window, Rules(window.past, settings.retention))

    async def look(self, connection: asyncpg.Connection) -> Sight:
        database, newest = await connection.fetchrow(
            "SELECT clock_timestamp(), (SELECT max(time) FROM readings)"
        )
        here = datetime.now(UTC)
        shortest = min(self.rules.classes.values())
        return Sight(
            here,
            database,
            newest,
            await self._last(connection),
            {
                week: await self._classes_in(connection, week, min(here, database) - shortest)
                for week in await kept(connection, Tier.WEEKS)
            },
            {tier: await kept(connection, tier) for tier in self.rules.sums},
        )

    async def _last(self, connection: asyncpg.Connection) -> Mapping[str, datetime]:
        record = await connection.fetchrow("SELECT horizon, horizons FROM retention")
        if record is None:
            return {}
        last = {} if record["horizon"] is None else {DEFAULT: record["horizon"]}
        others = orjson.loads(record["horizons"])
        # A sensor that changed its class takes years of readings with it: nobody judged that yet.
        is_known = others.get("classes") == self.rules.membership
        for rule, text in others.get("last", {}).items():
            if is_known or rule in self.rules.sums:
                last[rule] = datetime.fromisoformat(text)
        return last

    async def _classes_in(
        self, connection: asyncpg.Connection, week: date, horizon: datetime
    ) -> frozenset[str]:
        """Looked up only where it matters: of several classes, where one may leave the week."""
        if len(self.rules.classes) == 1 or end_of(week) > horizon:
            return frozenset({DEFAULT})
        return frozenset(map(self.rules.class_of, await sensors_in(connection, week)))

    async def run_once(self, connection: asyncpg.Connection, allowed: bool = False) -> Verdict:
        sight = await self.look(connection)
        verdict = judge(sight, self.window, self.rules, allowed)
        if verdict.held is None:
            # This week's and the next one's, before their first rows; not of a doubtful clock.
            coming = (sight.database, sight.database + timedelta(days=7))
            await ensure_partitions(connection, coming, set())
        await self._apply(connection, verdict)
        return verdict

    async def _apply(self, connection: asyncpg.Connection, verdict: Verdict) -> None:
        """Deletes the rows that are due and records the run; of a held run, the reason alone.
        Each partition is a transaction: a run that is killed is finished by the next one."""
        horizon = verdict.horizons.get(DEFAULT)
        if verdict.held is None and horizon is not None:
            for due in verdict.due:
                await self._let_go(connection, due)
            await connection.execute("DELETE FROM sensors WHERE time < $1", horizon)
        if verdict.held is not None or horizon is None:
            await connection.execute(
                "INSERT INTO retention (held) VALUES ($1) "
                "ON CONFLICT (only_row) DO UPDATE SET held = excluded.held",
                verdict.held,
            )
            return
        last = {str(rule): time for rule, time in verdict.horizons.items() if rule != DEFAULT}
        await connection.execute(
            "INSERT INTO retention (horizon, horizons) VALUES ($1, $2) ON CONFLICT (only_row) "
            "DO UPDATE SET horizon = excluded.horizon, horizons = excluded.horizons, held = NULL",
            horizon,
            orjson.dumps({"classes": self.rules.membership, "last": last}).decode(),
        )

    async def _let_go(self, connection: asyncpg.Connection, due: Due) -> None:
        if due.tier is not Tier.WEEKS:
            number = await condense(connection, due.tier, due.start)
        else:
            going = await self._going(connection, due)
            if going is not None and not await _may_be_copied(connection, due.start):
                log.error("no room to take readings out of their week", extra={"week": due.start})
                return
            number = await condense_week(connection, due.start, going)
        metrics.CONDENSED.labels(due.tier.name.lower()).inc(number)

    async def _going(self, connection: asyncpg.Connection, due: Due) -> list[str] | None:
        if len(self.rules.classes) == 1:
            return None
        sensors = await sensors_in(connection, due.start)
        return [sensor for sensor in sensors if self.rules.class_of(sensor) in due.classes]


async def _may_be_copied(connection: asyncpg.Connection, week: date) -> bool:
    """Whether the rows of a week that stay may be written once more before the rest is gone."""
    room = await measure(connection)
    return room is None or room.left - await size_of(connection, week) >= room.reserve


async def held(connection: asyncpg.Connection) -> str | None:
    """Why nothing goes, as the last run of any replica left it."""
    return await connection.fetchval("SELECT held FROM retention")
