"""Tables: made once, owned by the migration, dropped by the week."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exploreiot.condense import Retention
from exploreiot.database import Database
from exploreiot.disk import Disk
from exploreiot.partitions import Tier, ensure_partitions, week_of
from exploreiot.reading import Row, Window
from exploreiot.retention import Due
from exploreiot.retention_rules import RetentionSettings, Rules
from exploreiot.settings import Settings
from exploreiot.store import Store
from tests.support.processes import wait_for
from tests.support.roles import Role, run_to_end
from tests.support.services import USERS, Postgres


def test_many_at_once_and_again(postgres: Postgres, tmp_path) -> None:
    database = postgres.new_database("concurrent")
    roles = [Role("migrate", database, tmp_path) for _ in range(3)]
    for role in roles:
        wait_for(lambda role=role: role.process.code is not None, "migrate ends", seconds=60)

    assert [role.stop() for role in roles] == [0, 0, 0], [r.process.output for r in roles]
    assert run_to_end("migrate", database, tmp_path).stop() == 0
    assert postgres.sql("SELECT version_num FROM schema_version", "concurrent") == "0006"


def test_refuses_tables_of_a_newer_release(postgres: Postgres, tmp_path) -> None:
    database = postgres.new_database("newer")
    assert run_to_end("migrate", database, tmp_path).stop() == 0
    postgres.sql("UPDATE schema_version SET version_num = '9999'", "newer")
    role = run_to_end("migrate", database, tmp_path)

    assert role.stop() == 1
    assert "its tables are of version 9999, which a newer release made" in role.process.output
    assert "this one knows versions up to 0006" in role.process.output
    assert postgres.sql("SELECT version_num FROM schema_version", "newer") == "9999"


def lines_back() -> dict[str, str]:
    """The SQL of docs/upgrade.md, by the version that it leads back to."""
    page = (Path(__file__).parents[3] / "docs/upgrade.md").read_text()
    return dict(re.findall(r"^-- back to (\d{4})\n(.*?)(?=^-- back|^```)", page, re.M | re.S))


def columns(postgres: Postgres, name: str) -> str:
    """All that programs see of the tables."""
    return postgres.sql(
        "SELECT string_agg(concat_ws(' ', table_name, column_name, data_type), ', '"
        " ORDER BY table_name, column_name) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name !~ '^readings_(w|hourly_|daily_)'",
        name,
    )


def test_leads_back_to_each_version_by_the_lines_of_the_page(postgres: Postgres, tmp_path) -> None:
    database = postgres.new_database("back")
    assert run_to_end("migrate", database, tmp_path).stop() == 0
    newest = columns(postgres, "back")
    postgres.sql("INSERT INTO readings VALUES ('temp', 21.5, now())", "back")
    lines = lines_back()

    assert list(lines) == ["0005", "0004", "0003"]
    # Sums are all that is left of such readings.
    hour = "SELECT ensure_span('readings_hourly', '2026-01-01', '2026-02-01')"
    sums = "'temp', '2026-01-01Z', 1, 2, 3, 2, '2026-01-01Z', '2026-01-01Z'"
    postgres.sql(f"{hour}; INSERT INTO readings_hourly VALUES ({sums})", "back")
    with pytest.raises(RuntimeError, match="hourly or daily sums now"):
        postgres.sql(lines["0005"], "back")
    assert columns(postgres, "back") == newest
    postgres.sql("DELETE FROM readings_hourly", "back")
    for version, sql in lines.items():
        postgres.sql(sql, "back")
        assert postgres.sql("SELECT version_num FROM schema_version", "back") == version
    assert "alarms" not in columns(postgres, "back")
    assert run_to_end("migrate", database, tmp_path).stop() == 0
    assert columns(postgres, "back") == newest
    assert postgres.sql("SELECT count(*) FROM readings", "back") == "1"


def test_waits_for_a_database_that_starts_later(tmp_path_factory, tmp_path) -> None:
    place = tmp_path_factory.mktemp("late")
    place.chmod(0o755)
    own = Postgres(place / "postgres")
    database = own.new_database("late")
    own.stop()
    role = Role("migrate", database, tmp_path)
    wait_for(lambda: "database is away" in role.process.output, "it waits")
    own.start()
    wait_for(lambda: role.process.code is not None, "it ends")
    assert role.stop() == 0
    own.stop()


def with_store(env: dict[str, str], postgres: Postgres, name: str, use) -> None:
    """Run `use(store, connection)` as `ingest` on a fresh database with tables."""
    values = {key.lower(): value for key, value in env.items() if key.startswith("DATABASE_")}
    settings = Settings(**(values | {"database_name": name, "database_user": USERS["ingest"]}))

    async def run() -> None:
        database = Database(settings)
        await database.run()
        async with database.connection() as connection:
            await use(Store(database, Disk(database)), connection)
        await database.close()

    asyncio.run(run())


@pytest.fixture
def fresh(postgres: Postgres, request) -> str:
    name = f"fresh_{abs(hash(request.node.name))}"
    postgres.database_with_tables(name)
    return name


RETENTION = timedelta(days=30)


def test_retention_drops_whole_weeks_and_silent_sensors(env, postgres, fresh: str) -> None:
    now = datetime.now(UTC)
    old, recent = now - timedelta(days=60), now - timedelta(days=3)

    async def use(store: Store, connection) -> None:
        await store.add([Row("old", 1.0, old, 0), Row("recent", 2.0, recent, 0)])
        await connection.execute("INSERT INTO retention (horizon) VALUES ($1)", now - RETENTION)

        window = Window(RETENTION, timedelta(hours=1))
        retention = Retention(window, Rules(RETENTION, RetentionSettings()))

        verdict = await retention.run_once(connection)

        due = Due(Tier.WEEKS, week_of(old), frozenset({""}))
        assert (verdict.due, verdict.held) == ((due,), None)
        assert [row.sensor for row in await store.newest(10)] == ["recent"]
        assert [record["sensor"] for record in await store.sensors(10)] == ["recent"]
        # The week comes back when a row needs it, though this store has seen it before.
        assert len(await store.add([Row("old", 1.0, old, 0)])) == 1

    with_store(env, postgres, fresh, use)


def test_partitions_made_at_once_by_many_are_made_once(env, postgres, fresh: str) -> None:
    times = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=7 * n) for n in range(5)]

    async def use(store: Store, connection) -> None:
        rows = [[Row(f"s{n}", 1.0, time, 0) for time in times] for n in range(5)]
        stored = await asyncio.gather(*map(store.add, rows))

        assert [len(new) for new in stored] == [5] * 5

    with_store(env, postgres, fresh, use)


@pytest.mark.parametrize("edge", ["2026-01-04T23:59:59.999999+00:00", "2026-01-05T00:00:00+00:00"])
def test_the_edges_of_a_week_fall_in_its_partition(env, postgres, fresh: str, edge: str) -> None:
    time = datetime.fromisoformat(edge)

    async def use(store: Store, connection) -> None:
        await ensure_partitions(connection, [time], set())
        await store.add([Row("edge", 1.0, time, 0)])
        table = await connection.fetchval("SELECT tableoid::regclass::text FROM readings")
        assert table == f"readings_w{week_of(time):%Y%m%d}"

    with_store(env, postgres, fresh, use)


def test_the_newest_of_a_sensor_comes_from_the_index(env, postgres, fresh: str) -> None:
    async def use(store: Store, connection) -> None:
        # A Wednesday: all of them are of one week.
        start = datetime(2026, 1, 7, 12, tzinfo=UTC)
        rows = [Row(f"s{n % 50}", n, start - timedelta(seconds=n), 0) for n in range(5000)]
        await store.add(rows)
        postgres.sql("ANALYZE readings", fresh)
        query = "EXPLAIN SELECT * FROM readings WHERE sensor = 's7' ORDER BY time DESC LIMIT 1"

        plan = "\n".join(line for (line,) in await connection.fetch(query))

        # The week with the rows; those of now and the next are empty, and may be read in any way.
        assert f"_pkey on readings_w{week_of(start):%Y%m%d}" in plan
        assert "Sort" not in plan

    with_store(env, postgres, fresh, use)
