"""A disk that gets tight, made for real: nothing acknowledged is lost, and PostgreSQL lives."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from exploreiot.disk import Room, measure
from tests.support.clients import WITH_KEY, publish
from tests.support.processes import Process, wait_for
from tests.support.roles import Role
from tests.support.services import PASSWORD, USERS, Mosquitto, Postgres, Redis

MIB = 1024 * 1024
GIB = 1024 * MIB
MEASURE = Path(__file__).parents[3] / "images" / "postgres" / "measure.sh"


@pytest.mark.parametrize(
    ("size", "reserve"),
    [
        (100 * MIB, 25 * MIB),
        (1 * GIB, 256 * MIB),
        (4 * GIB, 256 * MIB),
        (20 * GIB, 1 * GIB),
        (1000 * GIB, 4 * GIB),
    ],
)
def test_how_much_is_kept_for_the_database(size: int, reserve: int) -> None:
    now = datetime.now(UTC)
    assert Room(0, size, now).reserve == reserve
    assert Room(reserve, size, now).refusal is None
    assert (
        f"of {size // MIB}, and {reserve // MIB} are kept" in Room(reserve - 1, size, now).refusal
    )
    assert Room(2 * reserve - 1, size, now).is_tight
    assert not Room(2 * reserve, size, now).is_tight
    # Since it was measured the database has written: twice that may be gone, and is not certain.
    assert Room(reserve + 2 * MIB, size, now, MIB).refusal is None
    counted = Room(reserve + 2 * MIB, size, now, MIB + 1)
    assert "the database has written 1 MiB since, which may take twice that" in counted.refusal
    assert Room(2 * reserve, size, now, reserve).is_tight is False


def test_nobody_but_the_superuser_says_how_much_room_there_is(
    postgres: Postgres, env: dict[str, str]
) -> None:
    async def run() -> list[Room | None]:
        place = {"host": "127.0.0.1", "port": postgres.port, "database": env["DATABASE_NAME"]}
        asks = await asyncpg.connect(**place, user=USERS["ingest"], password=PASSWORD)
        lies = await asyncpg.connect(**place, user=USERS["api"], password=PASSWORD)
        says = await asyncpg.connect(**place, user="admin")
        log = await says.fetchval("SELECT pg_current_wal_insert_lsn()::text")
        found = []
        for session, words in (
            (lies, f"{log} 7 9 1764460000"),
            # Not yet known, of another kind, and of a log that is not as far.
            (says, f"{log} "),
            (says, "7 9 1764460000"),
            (says, "FFFFFFFF/FFFFFFFF 7 9 1764460000"),
            # However long ago.
            (says, f"{log} 7 9 1764460000"),
        ):
            await session.execute(f"SET application_name = 'disk {words}'")
            found.append(await measure(asks))
        # One who measures again, and is gone; what is written counts from there on.
        await says.execute(f"SET application_name = 'disk {log} 5 9 1764460005'")
        known = await measure(asks)
        await says.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))")
        await says.close()
        gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'disk % 5 9 %'"
        while await asks.fetchval(gone):
            pass
        found += [known, await measure(asks, known), await measure(asks)]
        for session in (asks, lies):
            await session.close()
        return found

    *unsaid, room, again, later, forgotten = asyncio.run(run())
    assert (unsaid, forgotten) == ([None] * 4, None)
    assert (room.free, room.size, room.at) == (7, 9, datetime.fromtimestamp(1764460000, UTC))
    assert (again.free, later.free, later.at) == (5, 5, room.at + timedelta(seconds=5))
    assert again.written + 1_000_000 < later.written < again.written + 1_100_000


class SmallDisk:
    """PostgreSQL on a file system of its own in memory, and what its container says of it.
    `once`: it says it at the start, and then the machine is too busy to say it again."""

    def __init__(self, folder: Path, mebibytes: int, once: bool, ends: ExitStack) -> None:
        self.folder = folder
        folder.mkdir()
        # The parent too: the PostgreSQL user has to pass through it.
        folder.parent.chmod(0o755)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "small", folder],
            check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        umount = ["umount", folder]
        ends.callback(subprocess.run, umount, check=True, timeout=20)
        self.postgres = Postgres(folder / "postgres")
        ends.callback(self.postgres.stop)
        # As little of its log as it can do with.
        self.postgres.sql("ALTER SYSTEM SET max_wal_size = '32MB'")
        self.postgres.sql("ALTER SYSTEM SET min_wal_size = '32MB'")
        self.postgres.sql("SELECT pg_reload_conf()")
        self.env = self.postgres.database_with_tables("small")
        # In front of the system's own, for the program that measures.
        programs = folder.parent / "programs"
        programs.mkdir()
        self._late = programs / "late"
        if once:
            self._late.touch()
            sleep = programs / "sleep"
            sleep.write_text(f"#!/bin/sh\nwhile [ -e {self._late} ]; do /bin/sleep 0.1; done\n")
            sleep.chmod(0o755)
        measure = Process(
            ["sh", str(MEASURE), "--host=127.0.0.1", f"--port={self.postgres.port}"],
            folder.parent / "measure.log",
            {"PATH": f"{programs}:/usr/bin:/bin", "PGDATA": str(folder), "POSTGRES_USER": "admin"},
        )
        ends.callback(measure.stop)
        ends.callback(self._late.unlink, missing_ok=True)
        said = "SELECT application_name FROM pg_stat_activity WHERE application_name ~ '^disk .* '"
        wait_for(lambda: self.sql(said) != "done", "it is measured")

    def sql(self, query: str) -> str:
        return self.postgres.sql(query, "small")

    @property
    def free(self) -> int:
        answer = subprocess.run(
            ["df", "--output=avail", "--block-size=1", self.folder],
            check=True, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return int(answer.stdout.split()[1])

    def fill(self, left: int) -> Path:
        """As another program would, until so much is left."""
        file = self.folder / "other"
        with file.open("wb") as stream:
            stream.write(bytes(self.free - left))
        return file

    def measure_again(self) -> None:
        self._late.unlink()


Make = Callable[..., SmallDisk]


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    probe = tmp_path_factory.mktemp("mount")
    if subprocess.run(["mount", "-t", "tmpfs", "probe", probe], check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    subprocess.run(["umount", probe], check=True)
    with ExitStack() as ends:

        def make(mebibytes: int, once: bool = False) -> SmallDisk:
            folder = tmp_path_factory.mktemp("small") / "disk"
            return SmallDisk(folder, mebibytes, once, ends)

        yield make


def refused(role: Role) -> str:
    return wait_for(lambda: role.ready()["notices"].get("disk"), "it says that it refuses")


def test_readings_wait_in_the_broker_while_the_disk_is_tight(
    small: Make, start, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    disk = small(120)
    # Of its own: the chain counts each `ingest` that was heard recently.
    redis = Redis(tmp_path / "redis")
    own = {"MQTT_CLIENT_ID": "small", "MQTT_TOPIC": "small/+", **redis.env}
    ingest = start("ingest", **disk.env, **own).wait_ready()
    api = start("api", **disk.env, **redis.env).wait_ready()
    publish(mosquitto, "small/a", "1")
    wait_for(lambda: disk.sql("SELECT count(*) FROM readings") == "1", "stored")

    other = disk.fill(20 * MIB)
    assert "of 120, and 30 are kept for the database itself" in refused(ingest)
    assert "no reading is stored" in refused(api)
    publish(mosquitto, "small/a", *map(str, range(2, 12)))
    body = {"capteur": "b", "valeur": 1}
    answer = api.http.post("/api/mesures", json=body, headers=WITH_KEY)

    assert (answer.status_code, disk.sql("SELECT count(*) FROM readings")) == (503, "1")
    assert ingest.metric("exploreiot_readings_refused") == 1
    assert 0 < ingest.metric("exploreiot_disk_free_bytes") < 30 * MIB

    def reason() -> str:
        hops = {hop["nom"]: hop for hop in api.http.get("/api/chaine").json()["maillons"]}
        return hops["ingestion"]["raison"] or ""

    wait_for(lambda: "no reading is stored" in reason(), "the chain says so")
    noted = wait_for(lambda: disk.sql("SELECT coalesce(refused, '') FROM retention"), "noted")
    assert "of 120, and 30 are kept" in noted

    other.unlink()
    wait_for(lambda: disk.sql("SELECT count(*) FROM readings") == "11", "stored after all")
    assert disk.sql("SELECT sum(value) FROM readings") == str(sum(range(1, 12)))
    wait_for(lambda: disk.sql("SELECT refused IS NULL FROM retention") == "t", "noted")
    redis.stop()


def post_until_refused(api: Role, first: int) -> int:
    """How many were taken."""
    taken = 0
    while True:
        body = [{"capteur": f"s{n}", "valeur": first + taken + n} for n in range(1000)]
        answer = api.http.post("/api/mesures", json=body, headers=WITH_KEY)
        if answer.status_code == 503:
            if "disk" in api.ready()["notices"]:
                return taken
            # The database was busy: no connection to it was free in time.
            continue
        assert answer.status_code == 201, answer.text
        assert answer.json()["nouveau"] == 1000
        taken += 1000


def test_readings_that_fill_the_disk_by_themselves_are_refused_before_it_is_full(
    small: Make, start
) -> None:
    disk = small(160)
    api = start("api", **disk.env).wait_ready()
    taken = post_until_refused(api, 0)

    assert "no reading is stored" in refused(api)
    assert taken > 0
    # Bytes written between two measurements count at once, and 40 MiB are kept.
    assert disk.free > 10 * MIB
    assert disk.sql("SELECT count(*) FROM readings") == str(taken)
    disk.sql("CHECKPOINT")


def test_however_late_the_next_measurement_is_many_writers_do_not_fill_the_disk(
    small: Make, start, mosquitto: Mosquitto
) -> None:
    disk = small(160, once=True)
    # One of them starts when it was measured long ago.
    first = start("api", **disk.env).wait_ready()
    one = {"capteur": "s", "valeur": 1}
    answer = first.http.post("/api/mesures", json=one, headers=WITH_KEY)
    assert answer.status_code == 201, answer.text
    taken = [1]
    second = start("api", **disk.env).wait_ready()
    with ThreadPoolExecutor(4) as threads:
        jobs = [(api, n * 10**7) for n, api in enumerate((first, second) * 2, start=1)]
        taken += threads.map(lambda job: post_until_refused(*job), jobs)

    for api in (first, second):
        assert "which may take twice that, and 40 are kept" in refused(api)
    assert disk.free > 10 * MIB
    assert disk.sql("SELECT count(*) FROM readings") == str(sum(taken))
    # Messages without a reading are kept in a table as well, and wait as readings do.
    own = {"MQTT_CLIENT_ID": "late", "MQTT_TOPIC": "late/+"}
    ingest = start("ingest", **disk.env, **own).wait_ready()
    publish(mosquitto, "late/a", "nonsense", "1")
    wait_for(lambda: ingest.metric("exploreiot_batch_failures_total") > 0, "refused")
    held = "SELECT (SELECT count(*) FROM readings) || ' ' || (SELECT count(*) FROM rejects)"
    assert disk.sql(held) == f"{sum(taken)} 0"

    disk.sql("TRUNCATE readings")
    disk.sql("CHECKPOINT")
    disk.measure_again()
    wait_for(lambda: disk.sql(held) == "1 1", "measured, and stored")


ALLOWED = {"RETENTION": json.dumps({"whenFull": "aggregateOldest"})}
_SUM = """
SELECT sum(n)::bigint, sum(t)::bigint FROM (
    SELECT 1 AS n, value AS t FROM readings
    UNION ALL SELECT number, total FROM readings_hourly
) AS pieces
"""


def test_by_rule_the_oldest_weeks_become_sums_before_their_time(small: Make, start) -> None:
    disk = small(340)
    now = datetime.now(UTC)
    disk.postgres.make_weeks("small", now - timedelta(weeks=9), now)
    disk.sql(
        "INSERT INTO readings SELECT 's' || n % 5, n % 100, "
        f"'{now}'::timestamptz - n * interval '19 seconds' "
        "FROM generate_series(1, 280000) AS n"
    )
    disk.sql("CHECKPOINT")
    before = disk.sql(_SUM)
    weeks = "SELECT min(inhrelid::regclass::text), count(*) FROM pg_inherits WHERE inhparent = "
    kept = disk.sql(f"{weeks}'readings'::regclass")
    # Not yet where it is refused, but less than twice that.
    other = disk.fill(150 * MIB)
    own = {"MQTT_CLIENT_ID": "early", "MQTT_TOPIC": "early/+"}

    # Without the rule nothing goes, however long it is tight.
    quiet = start("ingest", **disk.env, **own).wait_ready()
    wait_for(lambda: 0 < quiet.metric("exploreiot_disk_free_bytes") < 170 * MIB, "it is measured")
    wait_for(lambda: disk.sql("SELECT count(*) FROM retention") == "1", "a look at it")
    assert disk.sql(f"{weeks}'readings'::regclass") == kept
    quiet.stop()

    role = start("ingest", **disk.env, **own, **ALLOWED).wait_ready()
    wait_for(lambda: role.metric("exploreiot_weeks_condensed_early_total") >= 2, "weeks go", 60)
    wait_for(lambda: disk.free >= 170 * MIB, "there is room", 60)

    assert disk.sql(_SUM) == before
    assert "went into hourly sums before its time" in role.process.output
    early = int(disk.sql("SELECT early_weeks FROM retention"))
    assert early >= 2
    oldest, left = disk.sql(f"{weeks}'readings'::regclass").split("|")
    assert oldest > kept.split("|")[0]
    assert int(left) <= int(kept.split("|")[1]) + 1 - early
    assert role.ready()["notices"] == {}

    # Never the two newest weeks, however tight it is; then it is refused.
    other.unlink()
    disk.fill(20 * MIB)
    assert "no reading is stored" in refused(role)
    wait_for(lambda: "no week of readings is left" in role.process.output, "all that may", 90)
    assert disk.sql(_SUM) == before
    held = "SELECT count(DISTINCT tableoid) FROM readings"
    assert disk.sql(held) == "2"
