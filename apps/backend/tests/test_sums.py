"""Old readings become hourly and daily sums: none is lost or counts twice, also after a kill."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from exploreiot.condense import Retention
from exploreiot.partitions import Tier, condense, condense_week, end_of, kept, week_of
from exploreiot.reading import Window
from exploreiot.retention import Verdict
from exploreiot.retention_rules import RetentionSettings, Rules
from tests.support.roles import KEY, Role, run_to_end
from tests.support.services import PASSWORD, USERS, Postgres, Redis

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
# Integers, and so exact in any order of adding.
_SUMS = "count(*), sum(value)::bigint, min(value)::int, max(value)::int"
_ALL = """
SELECT sum(n), sum(t)::bigint, min(l)::int, max(h)::int FROM (
    SELECT 1 AS n, value AS t, value AS l, value AS h FROM readings WHERE {where}
    UNION ALL SELECT number, total, low, high FROM readings_hourly WHERE {where}
    UNION ALL SELECT number, total, low, high FROM readings_daily WHERE {where}
) AS pieces
"""


class Plant:
    """A database of its own, and the user of `ingest` in it."""

    def __init__(self, postgres: Postgres, name: str) -> None:
        self.postgres, self.name = postgres, name
        self.env = postgres.database_with_tables(name)

    def sql(self, query: str) -> str:
        return self.postgres.sql(query, self.name)

    def fill(self, sensor: str, source: str, since: datetime, every: timedelta) -> None:
        """Of each sensor of `source` readings until now; the values tell them apart."""
        self.postgres.make_weeks(self.name, since, NOW)
        self.sql(
            f"INSERT INTO readings SELECT {sensor}, (extract(epoch FROM time)::bigint + n) % 997, "
            f"time FROM {source}, "
            f"generate_series('{since}'::timestamptz, '{NOW}', '{every}') AS time"
        )

    def total(self, where: str = "true") -> str:
        return self.sql(_ALL.format(where=where))

    def use(self, use) -> object:
        """`use(connection)`, as `ingest`."""

        async def run() -> object:
            connection = await asyncpg.connect(
                host="127.0.0.1",
                port=self.postgres.port,
                database=self.name,
                user=USERS["ingest"],
                password=PASSWORD,
            )
            try:
                return await use(connection)
            finally:
                await connection.close()

        return asyncio.run(run())

    def retain(self, allowed: bool = False, days: int = 365, **settings: object) -> Verdict:
        window = Window(days * DAY, timedelta(hours=1))
        rules = Rules(window.past, RetentionSettings(**settings))
        return self.use(lambda connection: Retention(window, rules).run_once(connection, allowed))


@pytest.fixture
def plant(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Plant]:
    name = f"sums_{abs(hash(request.node.name))}"
    yield Plant(postgres, name)
    postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


def count(plant: Plant, table: str) -> int:
    return int(plant.sql(f"SELECT count(*) FROM {table}"))


def test_a_year_of_a_hundred_sensors_is_summed_up_exactly(plant: Plant) -> None:
    start = NOW - 400 * DAY
    plant.fill("'s' || n", "generate_series(0, 99) AS n", start, timedelta(minutes=60))
    before = plant.total()
    by_sensor = plant.sql(f"SELECT sensor, {_SUMS} FROM readings GROUP BY 1 ORDER BY 1")
    oldest = plant.sql("SELECT min(time), max(time) FROM readings WHERE sensor = 's7'")
    plant.sql("VACUUM ANALYZE readings")
    assert before.split("|")[0] == str(100 * (400 * 24 + 1))

    assert "weeks of readings would go at once" in plant.retain(days=30).held
    verdict = plant.retain(days=30, allowed=True, hourlyDays=100)
    # Months that the weeks became go at the next run, so that they are summed up once.
    again = plant.retain(days=30, allowed=True, hourlyDays=100)

    assert (verdict.held, again.held) == (None, None)
    assert plant.total() == before
    told = plant.sql(
        "SELECT sensor, sum(n), sum(t)::bigint, min(l)::int, max(h)::int FROM ("
        "SELECT sensor, 1 AS n, value AS t, value AS l, value AS h FROM readings UNION ALL "
        "SELECT sensor, number, total, low, high FROM readings_hourly UNION ALL "
        "SELECT sensor, number, total, low, high FROM readings_daily) AS p GROUP BY 1 ORDER BY 1"
    )
    assert told == by_sensor
    ends = (
        "SELECT min(f), max(l) FROM (SELECT first AS f, last AS l, sensor FROM readings_daily "
        "UNION ALL SELECT first, last, sensor FROM readings_hourly "
        "UNION ALL SELECT time, time, sensor FROM readings) AS p WHERE sensor = 's7'"
    )
    assert plant.sql(ends) == oldest
    assert all(count(plant, table) > 0 for table in ("readings_daily", "readings_hourly"))
    assert plant.sql("SELECT min(time) > now() - interval '38 days' FROM readings") == "t"
    # Done is done: the same again moves nothing.
    assert (plant.retain(days=30, hourlyDays=100).due, plant.total()) == ((), before)


def test_daily_sums_go_with_their_year(plant: Plant) -> None:
    plant.fill("'s'", "(VALUES (0)) AS one (n)", NOW - 800 * DAY, timedelta(days=1))
    for _ in range(3):
        plant.retain(days=30, allowed=True, hourlyDays=60, dailyDays=370)

    years = plant.use(lambda connection: kept(connection, Tier.YEARS))
    assert all(end_of(year, Tier.YEARS) > NOW - 370 * DAY for year in years)
    assert int(plant.total().split("|")[0]) < 801


CLASSES = {
    "fast": {"sensors": ["vib-*"], "rawDays": 10},
    "bill": {"sensors": ["meter", "vib-0"], "rawDays": 3000},
}


def test_each_class_keeps_its_readings_for_its_own_time(plant: Plant) -> None:
    plant.fill("'vib-' || n", "generate_series(0, 3) AS n", NOW - 60 * DAY, timedelta(minutes=20))
    plant.fill("'slow'", "(VALUES (0)) AS one (n)", NOW - 60 * DAY, timedelta(minutes=20))
    plant.fill("'meter'", "(VALUES (0)) AS one (n)", NOW - 60 * DAY, timedelta(days=1))
    before = [plant.total(f"sensor = '{name}'") for name in ("vib-0", "vib-1", "slow", "meter")]
    size = int(plant.sql("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits "
                         "WHERE inhparent = 'readings'::regclass"))  # fmt: skip

    # A class that nobody has seen yet takes nothing without somebody's word.
    held = plant.retain(days=30, classes=CLASSES).held
    assert "would go at once" in held
    plant.retain(days=30, classes=CLASSES, allowed=True)

    def oldest(sensor: str) -> str:
        return plant.sql(
            f"SELECT (now() - min(time))::text FROM readings WHERE sensor = '{sensor}'"
        )

    days = {name: int(oldest(name).split()[0]) for name in ("vib-0", "vib-1", "slow", "meter")}
    # Whole weeks go; a name goes before a pattern.
    assert 10 <= days["vib-1"] <= 17
    assert 30 <= days["slow"] <= 37
    assert (days["vib-0"], days["meter"]) == (60, 60)
    after = [plant.total(f"sensor = '{name}'") for name in ("vib-0", "vib-1", "slow", "meter")]
    assert after == before
    left = int(plant.sql("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits "
                         "WHERE inhparent = 'readings'::regclass"))  # fmt: skip
    assert left < 0.7 * size

    # Another sensor in the class: weeks of it would go at once, and that is a question again.
    more = {**CLASSES, "fast": {"sensors": ["vib-*", "slow"], "rawDays": 10}}
    assert "of class fast would go at once" in plant.retain(days=30, classes=more).held


def test_late_readings_are_counted_in(plant: Plant) -> None:
    plant.fill("'vib-1'", "(VALUES (0)) AS one (n)", NOW - 60 * DAY, timedelta(minutes=20))
    plant.fill("'slow'", "(VALUES (0)) AS one (n)", NOW - 60 * DAY, timedelta(minutes=1))
    plant.retain(classes=CLASSES, allowed=True)
    plant.sql("ANALYZE readings")
    before = plant.total("sensor = 'vib-1'")
    number, total, *_ = map(int, before.split("|"))
    weeks = plant.use(lambda connection: kept(connection, Tier.WEEKS))

    # In weeks that this class has left: nobody is asked for his word again.
    late = [NOW - n * 7 * DAY - timedelta(seconds=1) for n in range(3, 8)]
    values = ", ".join(f"('vib-1', {1000 + n}, '{time}')" for n, time in enumerate(late))
    plant.sql(f"INSERT INTO readings VALUES {values}")
    file = "SELECT pg_relation_filenode('readings_w{:%Y%m%d}')"
    files = [plant.sql(file.format(week_of(time))) for time in late]
    verdict = plant.retain(classes=CLASSES)

    assert verdict.held is None
    assert plant.total("sensor = 'vib-1'") == f"{number + 5}|{total + 5010}|0|1004"
    raw = "SELECT count(*) FROM readings WHERE sensor = 'vib-1' AND value >= 1000"
    assert plant.sql(raw) == "0"
    # Few rows leave a week without the others being written again.
    assert [plant.sql(file.format(week_of(time))) for time in late] == files
    assert plant.use(lambda connection: kept(connection, Tier.WEEKS)) == weeks


def test_killed_half_way_nothing_has_moved_and_the_next_run_does_it(plant: Plant) -> None:
    plant.fill("'s' || n", "generate_series(0, 9) AS n", NOW - 60 * DAY, timedelta(minutes=5))
    before = plant.total()
    week = week_of(NOW - 50 * DAY)
    sizes = "SELECT (SELECT count(*) FROM readings), (SELECT count(*) FROM readings_hourly)"
    untouched = plant.sql(sizes)

    async def killed(connection: asyncpg.Connection) -> None:
        # Somebody who reads holds the end of it back, at which it is killed.
        reader = await asyncpg.connect(
            host="127.0.0.1", port=plant.postgres.port, database=plant.name, user="admin"
        )
        await reader.execute("BEGIN; SELECT 1 FROM readings LIMIT 1")
        pid = connection.get_server_pid()
        running = asyncio.create_task(condense_week(connection, week, None))
        waiting = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1"
        other = await asyncpg.connect(
            host="127.0.0.1", port=plant.postgres.port, database=plant.name, user="admin"
        )
        async with asyncio.timeout(30):
            while not await other.fetchval(waiting, pid):
                pass
        await other.fetchval("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await running
        await reader.close()
        await other.close()

    plant.use(killed)
    assert (plant.total(), plant.sql(sizes)) == (before, untouched)

    moved = plant.use(lambda connection: condense_week(connection, week, None))
    assert (moved, plant.total()) == (10 * 7 * 24 * 12, before)
    month = week.replace(day=1)
    plant.use(lambda connection: condense(connection, Tier.MONTHS, month))
    assert plant.total() == before


def test_postgresql_killed_half_way_loses_and_doubles_nothing(tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("killed")
    folder.chmod(0o755)
    postgres = Postgres(folder / "postgres")
    plant = Plant(postgres, "killed")
    plant.fill("'s' || n", "generate_series(0, 9) AS n", NOW - 40 * DAY, timedelta(seconds=60))
    before = plant.total()
    weeks = plant.use(lambda connection: kept(connection, Tier.WEEKS))

    for week, seconds in zip(weeks[:3], (0.05, 0.15, 0.3), strict=True):

        async def killed(connection, week=week, seconds=seconds) -> None:
            running = asyncio.create_task(condense_week(connection, week, ["s1", "s2", "s3"]))
            await asyncio.wait([running], timeout=seconds)
            postgres.kill()
            await asyncio.wait([running])
            running.exception()

        plant.use(killed)
        postgres.start()
        assert plant.total() == before
    for week in weeks[:3]:
        plant.use(lambda connection, week=week: condense_week(connection, week, None))
    assert (plant.total(), count(plant, "readings_hourly") > 0) == (before, True)
    postgres.stop()


def test_a_reader_who_holds_it_up_is_not_queued_behind(plant: Plant) -> None:
    plant.fill("'s'", "(VALUES (0)) AS one (n)", NOW - 60 * DAY, timedelta(hours=1))

    async def held_up(connection: asyncpg.Connection) -> None:
        reader = await asyncpg.connect(
            host="127.0.0.1", port=plant.postgres.port, database=plant.name, user="admin"
        )
        await reader.execute("BEGIN; SELECT 1 FROM readings LIMIT 1")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await condense_week(connection, week_of(NOW - 50 * DAY), None)
        await reader.close()

    plant.use(held_up)
    assert count(plant, "readings_hourly") == 0


def test_absurd_values_do_not_stop_it(plant: Plant) -> None:
    time = NOW - 50 * DAY
    plant.postgres.make_weeks(plant.name, time, time)
    plant.sql(
        "INSERT INTO readings VALUES "
        + ", ".join(
            f"('s', {value}, '{time}')" for value in ("1.7e308", "-1.7e308", "1.6e308", "5")
        )
    )

    assert plant.use(lambda connection: condense_week(connection, week_of(time), None)) == 4
    assert plant.sql("SELECT low, high, total, number FROM readings_hourly") == (
        "-1.7e+308|1.7e+308|5|4"
    )


@pytest.fixture(scope="module")
def summed(
    postgres: Postgres, redis: Redis, tmp_path_factory
) -> Iterator[tuple[Plant, Role, dict]]:
    """Ninety days: of readings, then of hours, then of days; and what was said before."""
    folder = tmp_path_factory.mktemp("summed")
    plant = Plant(postgres, "summed")
    plant.fill("'s'", "(VALUES (0)) AS one (n)", NOW - 90 * DAY, timedelta(minutes=10))
    other = {"API_KEY": KEY, "RATE_LIMIT_PER_MINUTE": "0"}
    role = Role("api", plant.env | redis.env | other, folder).wait_ready()
    before = series(role, NOW - 91 * DAY, 86400)
    plant.retain(days=30, allowed=True)
    plant.retain(days=30, allowed=True, hourlyDays=45)
    yield plant, role, before
    role.stop()


def series(role: Role, since: datetime, step: int, until: datetime = NOW) -> list[dict]:
    parameters = {"capteur": "s", "depuis": since.isoformat(), "jusque": until.isoformat()}
    answer = role.http.get("/api/series", params={**parameters, "pas": step})
    assert answer.status_code == 200, answer.text
    return answer.json()["series"][0]["tranches"]


def test_a_series_of_days_is_the_same_before_and_after(summed) -> None:
    _, role, before = summed
    after = series(role, NOW - 91 * DAY, 86400)

    assert {piece.get("resolution") for piece in after} == {None, 3600, 86400}
    assert [{**piece, "resolution": 0} for piece in after] == [
        {**piece, "resolution": 0} for piece in before
    ]
    # Widest first, as it gets older.
    told = [piece.get("resolution") or 0 for piece in after]
    assert told == sorted(told, reverse=True)


def test_a_series_within_an_hour_shows_the_sum_of_that_hour(summed) -> None:
    plant, role, _ = summed
    hour = datetime.fromisoformat(
        plant.sql("SELECT min(start) FROM readings_hourly").replace(" ", "T")
    ).astimezone(UTC)
    since = hour + timedelta(minutes=20)
    (piece,) = series(role, since, 60, since + timedelta(minutes=10))

    assert (piece["nombre"], piece["resolution"]) == (6, 3600)
    assert datetime.fromisoformat(piece["debut"]) == since
    overview = role.http.get("/api/apercu", params={"depuis": (NOW - 80 * DAY).isoformat()})
    assert overview.status_code == 200


def test_by_hand_the_rules_of_the_site_file_are_shown(summed, tmp_path: Path) -> None:
    plant, _, _ = summed
    rules = {"RETENTION": json.dumps({"classes": CLASSES}), "RETENTION_DAYS": "30"}
    shown = run_to_end("retention", plant.env | rules, tmp_path)

    assert shown.stop() in (0, 1)
    assert "horizon of class fast: " in shown.process.output
    assert "horizon of hourly sums: " in shown.process.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"classes": {"a": {"sensors": ["x"], "rawDays": 0}}}', "RETENTION: "),
        ('{"whenFull": "delete"}', "RETENTION: "),
        ('{"unknown": 1}', "RETENTION: "),
        ("[", "RETENTION: must be JSON"),
    ],
)
def test_rules_that_are_wrong_are_refused(env: dict[str, str], tmp_path, text, problem) -> None:
    refused = run_to_end("retention", env | {"RETENTION": text}, tmp_path)

    assert (refused.stop(), problem in refused.process.output) == (1, True), refused.process.output


def test_which_class_a_sensor_is_of() -> None:
    settings = RetentionSettings(
        classes={
            "a": {"sensors": ["x*y", "b.c"], "rawDays": 1},
            "b": {"sensors": ["x*", "*"], "rawDays": 2},
            "c": {"sensors": ["named"], "rawDays": 3},
        }
    )
    names = ("x1y", "xy", "x1", "b.c", "bxc", "named")
    found = [Rules(DAY, settings).class_of(name) for name in names]

    assert found == ["a", "a", "b", "a", "b", "c"]
    assert Rules(DAY, RetentionSettings()).class_of("x") == ""
