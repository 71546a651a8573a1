"""Begins and ends the alarms of the sensors that the site file names.

Each reading that this process stores is judged at once. Once a second the newest reading of each
sensor is judged as well, no matter who stored it: that finds what `api` and other replicas took,
what a crash cut off, limits that have changed, and silence."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import asyncpg

from exploreiot import metrics
from exploreiot.alarms import Alarm, Alarms, Begin, Key
from exploreiot.database import Database
from exploreiot.errors import Unavailable
from exploreiot.reading import Row
from exploreiot.sensor_settings import Sensors

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1
_NEWEST = "SELECT sensor, value, time FROM sensors WHERE sensor = ANY($1::text[])"


@dataclass
class _Changes:
    """Several crossings of one sensor within a batch are one alarm: what one sensor can cost is
    bounded by the number of batches."""

    open: set[Key]
    begins: dict[Key, Begin] = field(default_factory=dict)
    ends: dict[Key, datetime] = field(default_factory=dict)

    def begin(self, key: Key, begin: Begin) -> None:
        if key not in self.open:
            self.open.add(key)
            self.ends.pop(key, None)
            self.begins.setdefault(key, begin)

    def end(self, key: Key, time: datetime) -> None:
        if key in self.open:
            self.open.discard(key)
            self.ends[key] = time

    def __bool__(self) -> bool:
        return bool(self.begins or self.ends)


class Watchman:
    """`listening_since`: since when readings could arrive, or None while they cannot: silence is
    no sensor's fault before. `announce` gets each begin and each end once."""

    def __init__(
        self,
        database: Database,
        sensors: Sensors,
        listening_since: Callable[[], datetime | None],
        announce: Callable[[Alarm], None],
    ) -> None:
        self._database = database
        self._alarms = Alarms(database)
        self._sensors = sensors
        self._listening_since = listening_since
        self._announce = announce
        self._lock = asyncio.Lock()
        self._open: set[Key] = set()
        self._judged_until: dict[str, datetime] = {}

    async def judge(self, rows: Sequence[Row]) -> None:
        """Raises `Unavailable`. Another failure stops no reading: the next look repairs it."""
        ours = [row for row in rows if row.sensor in self._sensors.settings]
        if ours and self._judged(ours):
            async with self._lock:
                try:
                    await self._apply(self._judged(ours))
                except asyncpg.PostgresError as error:
                    log.error("alarms not judged", extra={"reason": type(error).__name__})
        self._remember(ours)

    async def run(self) -> None:
        """Without sensors in the site file one look is enough: it ends what is left of others."""
        await self._database.connected.wait()
        while True:
            try:
                await self._look()
            except (Unavailable, asyncpg.PostgresError) as error:
                log.warning("alarms not judged", extra={"reason": type(error).__name__})
            else:
                if not self._sensors.settings:
                    return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        async with self._lock:
            self._open = {(alarm.sensor, alarm.kind) for alarm in await self._alarms.open()}
            names = list(self._sensors.settings)
            async with self._database.connection() as connection:
                newest = [Row(*record, 0) for record in await connection.fetch(_NEWEST, names)]
            changes = self._judged(newest)
            now, times = datetime.now(UTC), {row.sensor: row.time for row in newest}
            for sensor in names:
                self._judge_silence(changes, sensor, times.get(sensor), now)
            self._end_what_is_no_alarm_now(changes, now)
            await self._apply(changes)
            self._remember(newest)

    def _judged(self, rows: Sequence[Row]) -> _Changes:
        """The changes by the rows, in the order of their times."""
        changes, now = _Changes(set(self._open)), datetime.now(UTC)
        for row in sorted(rows, key=lambda row: row.time):
            until = self._judged_until.get(row.sensor)
            if until is not None and row.time < until:
                continue
            if now - row.time <= self._silent_after(row.sensor):
                changes.end((row.sensor, "silence"), row.time)
            crossed = self._sensors.crossed(row.sensor, row.value)
            for kind, bound in self._sensors.bounds(row.sensor):
                if crossed == kind:
                    changes.begin((row.sensor, kind), Begin(row.value, bound, row.time))
                else:
                    changes.end((row.sensor, kind), row.time)
        return changes

    def _judge_silence(
        self, changes: _Changes, sensor: str, last: datetime | None, now: datetime
    ) -> None:
        listening = self._listening_since()
        if listening is None:
            return
        limit = self._silent_after(sensor)
        began = max(listening, last or listening) + limit
        if began <= now:
            changes.begin((sensor, "silence"), Begin(None, limit.total_seconds(), began))

    def _silent_after(self, sensor: str) -> timedelta:
        return timedelta(seconds=self._sensors.silent_after(sensor))

    def _end_what_is_no_alarm_now(self, changes: _Changes, now: datetime) -> None:
        """The site file names the sensor, or that limit of it, no more."""
        for sensor, kind in tuple(changes.open):
            kinds = {kind for kind, _ in self._sensors.bounds(sensor)}
            if sensor in self._sensors.settings:
                kinds.add("silence")
            if kind not in kinds:
                changes.end((sensor, kind), now)

    async def _apply(self, changes: _Changes) -> None:
        if changes:
            for alarm in await self._alarms.change(changes.begins, changes.ends):
                metrics.ALARMS.labels(alarm.kind, "begun" if alarm.ended is None else "ended").inc()
                self._announce(alarm)
        self._open = changes.open

    def _remember(self, rows: Sequence[Row]) -> None:
        for row in rows:
            until = self._judged_until.get(row.sensor)
            if until is None or row.time > until:
                self._judged_until[row.sensor] = row.time
