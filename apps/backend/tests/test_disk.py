"""A disk that gets tight, made for real: nothing acknowledged is lost, and PostgreSQL lives."""

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from exploreiot.disk import Room, measure
from tests.support.clients import WITH_KEY, publish
from tests.support.processes import Process, wait_for
from tests.support.roles import Role, run_to_end
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


def test_nobody_but_the_superuser_says_how_much_room_there_is(
    postgres: Postgres, env: dict[str, str]
) -> None:
    async def run() -> list[Room | None]:
        place = {"host": "127.0.0.1", "port": postgres.port, "database": env["DATABASE_NAME"]}
        user, seconds = USERS["ingest"], int(datetime.now(UTC).timestamp())
        asks = await asyncpg.connect(**place, user=user, password=PASSWORD)
        lies = await asyncpg.connect(**place, user=USERS["api"], password=PASSWORD)
        found = []
        for session, at in (
            (lies, seconds),
            (old := await asyncpg.connect(**place, user="admin"), seconds - 61),
            (says := await asyncpg.connect(**place, user="admin"), seconds),
        ):
            await session.execute(f"SET application_name = 'exploreiot disk 7 9 {at}'")
            found.append(await measure(asks))
        for session in (asks, lies, old, says):
            await session.close()
        return found

    lie, stale, room = asyncio.run(run())
    assert (lie, stale) == (None, None)
    assert room is not None
    assert (room.free, room.size) == (7, 9)


class SmallDisk:
    """PostgreSQL on a file system of its own in memory, and what its container says of it."""

    def __init__(self, folder: Path, mebibytes: int) -> None:
        self.folder = folder
        folder.mkdir()
        # The parent too: the PostgreSQL user has to pass through it.
        folder.parent.chmod(0o755)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "small", folder],
            check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        self.postgres = Postgres(folder / "postgres")
        # As little of its log as it can do with.
        self.postgres.sql("ALTER SYSTEM SET max_wal_size = '32MB'")
        self.postgres.sql("ALTER SYSTEM SET min_wal_size = '32MB'")
        self.postgres.sql("SELECT pg_reload_conf()")
        self._measure = Process(
            ["sh", str(MEASURE), "--host=127.0.0.1", f"--port={self.postgres.port}"],
            folder.parent / "measure.log",
            {"PATH": "/usr/bin:/bin", "PGDATA": str(folder), "POSTGRES_USER": "admin"},
        )
        self.env = self.postgres.new_database("small")
        assert run_to_end("migrate", self.env, folder.parent).stop() == 0

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

    def remove(self) -> None:
        self._measure.stop()
        self.postgres.stop()
        subprocess.run(["umount", self.folder], check=True, timeout=20)


Make = Callable[[int], SmallDisk]


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    probe = tmp_path_factory.mktemp("mount")
    if subprocess.run(["mount", "-t", "tmpfs", "probe", probe], check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    subprocess.run(["umount", probe], check=True)
    made: list[SmallDisk] = []

    def make(mebibytes: int) -> SmallDisk:
        disk = SmallDisk(tmp_path_factory.mktemp("small") / "disk", mebibytes)
        made.append(disk)
        return disk

    yield make
    for disk in made:
        disk.remove()


def refused(role: Role) -> str:
    return wait_for(lambda: role.ready()["notices"].get("disk"), "it says that it refuses")


def test_readings_wait_in_the_broker_while_the_disk_is_tight(
    small: Make, start, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    disk = small(100)
    # Of its own: the chain counts each `ingest` that was heard recently.
    redis = Redis(tmp_path / "redis")
    own = {"MQTT_CLIENT_ID": "small", "MQTT_TOPIC": "small/+", **redis.env}
    ingest = start("ingest", **disk.env, **own).wait_ready()
    api = start("api", **disk.env, **redis.env).wait_ready()
    publish(mosquitto, "small/a", "1")
    wait_for(lambda: disk.sql("SELECT count(*) FROM readings") == "1", "stored")

    other = disk.fill(20 * MIB)
    assert "of 100, and 25 are kept for the database itself" in refused(ingest)
    assert "no reading is stored" in refused(api)
    publish(mosquitto, "small/a", *map(str, range(2, 12)))
    body = {"capteur": "b", "valeur": 1}
    answer = api.http.post("/api/mesures", json=body, headers=WITH_KEY)

    assert (answer.status_code, disk.sql("SELECT count(*) FROM readings")) == (503, "1")
    assert ingest.metric("exploreiot_readings_refused") == 1
    assert 0 < ingest.metric("exploreiot_disk_free_bytes") < 25 * MIB

    def reason() -> str:
        hops = {hop["nom"]: hop for hop in api.http.get("/api/chaine").json()["maillons"]}
        return hops["ingestion"]["raison"] or ""

    wait_for(lambda: "no reading is stored" in reason(), "the chain says so")
    noted = wait_for(lambda: disk.sql("SELECT coalesce(refused, '') FROM retention"), "noted")
    assert "of 100, and 25 are kept" in noted

    other.unlink()
    wait_for(lambda: disk.sql("SELECT count(*) FROM readings") == "11", "stored after all")
    assert disk.sql("SELECT sum(value) FROM readings") == str(sum(range(1, 12)))
    wait_for(lambda: disk.sql("SELECT refused IS NULL FROM retention") == "t", "noted")
    redis.stop()


def test_readings_that_fill_the_disk_by_themselves_are_refused_before_it_is_full(
    small: Make, start
) -> None:
    disk = small(120)
    api = start("api", **disk.env).wait_ready()
    taken, number = 0, 0
    while True:
        body = [{"capteur": f"s{n}", "valeur": number + n} for n in range(1000)]
        number += 1000
        answer = api.http.post("/api/mesures", json=body, headers=WITH_KEY)
        if answer.status_code == 503:
            break
        assert answer.status_code == 201, answer.text
        taken += answer.json()["nouveau"]

    assert "no reading is stored" in refused(api)
    # The readings between two measurements take less room than is kept for the database.
    assert disk.free > 5 * MIB
    assert disk.sql("SELECT count(*) FROM readings") == str(taken)
    disk.sql("CHECKPOINT")


ALLOWED = {"RETENTION": json.dumps({"whenFull": "aggregateOldest"})}
_SUM = """
SELECT sum(n)::bigint, sum(t)::bigint FROM (
    SELECT 1 AS n, value AS t FROM readings
    UNION ALL SELECT number, total FROM readings_hourly
) AS pieces
"""


def test_by_rule_the_oldest_weeks_become_sums_before_their_time(small: Make, start) -> None:
    disk = small(200)
    disk.sql(
        "SELECT ensure_readings_partition(day::date) "
        "FROM generate_series(now() - interval '9 weeks', now(), '1 day') AS day"
    )
    disk.sql(
        "INSERT INTO readings SELECT 's' || n % 5, n % 100, now() - n * interval '19 seconds' "
        "FROM generate_series(1, 280000) AS n"
    )
    disk.sql("CHECKPOINT")
    before = disk.sql(_SUM)
    weeks = "SELECT min(inhrelid::regclass::text), count(*) FROM pg_inherits WHERE inhparent = "
    kept = disk.sql(f"{weeks}'readings'::regclass")
    # Not yet where it is refused, but less than twice that.
    other = disk.fill(80 * MIB)
    own = {"MQTT_CLIENT_ID": "early", "MQTT_TOPIC": "early/+"}

    # Without the rule nothing goes, however long it is tight.
    quiet = start("ingest", **disk.env, **own).wait_ready()
    wait_for(lambda: 0 < quiet.metric("exploreiot_disk_free_bytes") < 100 * MIB, "it is measured")
    wait_for(lambda: disk.sql("SELECT count(*) FROM retention") == "1", "a look at it")
    assert disk.sql(f"{weeks}'readings'::regclass") == kept
    quiet.stop()

    role = start("ingest", **disk.env, **own, **ALLOWED).wait_ready()
    wait_for(lambda: role.metric("exploreiot_weeks_condensed_early_total") >= 2, "weeks go", 60)
    wait_for(lambda: disk.free >= 100 * MIB, "there is room", 60)

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
