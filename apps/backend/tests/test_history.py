"""`/series`, `/apercu`, `/mesures.csv` and `/reglages`."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean

import httpx
import pytest

from exploreiot.partitions import week_of
from tests.conftest import StartRole
from tests.support.clients import WITH_KEY
from tests.support.processes import wait_for
from tests.support.roles import KEY, Role
from tests.support.services import Postgres, Redis

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def store(role: Role, sensor: str, *readings: tuple[float, float]) -> None:
    body = [
        {"capteur": sensor, "valeur": value, "horodatage": at(seconds)}
        for seconds, value in readings
    ]
    answer = role.http.post("/api/mesures", json=body, headers=WITH_KEY)
    assert answer.status_code == 201, answer.text


def refused(role: Role, path: str, **parameters: object) -> list[dict]:
    answer = role.http.get(f"/api{path}", params=parameters)
    assert (answer.status_code, answer.json()["erreur"]) == (422, "requete_invalide")
    return answer.json()["details"]


def test_a_series_has_the_buckets_that_hold_readings(api: Role, sensor: str) -> None:
    other = f"{sensor}-b"
    # The end of a bucket belongs to the next one; nothing came in the third and fourth.
    store(api, sensor, (0, 1), (59.5, 4), (60, -2.5), (300, 7))
    store(api, other, (61, 3))

    answer = api.http.get(
        "/api/series",
        params={"capteur": [sensor, other], "depuis": at(0), "jusque": at(360), "pas": 60},
    )

    def piece(start: int, low: float, mean: float, high: float, number: int) -> dict:
        return {"debut": at(start), "min": low, "moyenne": mean, "max": high, "nombre": number}

    first = [piece(0, 1, 2.5, 4, 2), piece(60, -2.5, -2.5, -2.5, 1), piece(300, 7, 7, 7, 1)]
    assert answer.status_code == 200
    assert answer.json() == {
        "pas": 60,
        "series": [
            {"capteur": sensor, "tranches": first},
            {"capteur": other, "tranches": [piece(60, 3, 3, 3, 1)]},
        ],
    }


def test_buckets_lie_on_the_epoch_and_the_ends_cut_them(api: Role, sensor: str) -> None:
    store(api, sensor, (0, 1), (30, 2), (50, 3), (90, 4))

    answer = api.http.get(
        "/api/series",
        params={"capteur": sensor, "depuis": at(30), "jusque": at(90), "pas": 3600},
    ).json()

    (only,) = answer["series"][0]["tranches"]
    assert only == {"debut": at(0), "min": 2, "moyenne": 2.5, "max": 3, "nombre": 2}


def test_absurd_values_take_no_answer_from_anyone(api: Role, sensor: str) -> None:
    """Sums that overflow and quotients that underflow are errors in PostgreSQL."""
    tiny, mild = f"{sensor}-tiny", f"{sensor}-mild"
    store(api, sensor, (0, 1.7e308), (1, 1.7e308), (2, -1e-300), (3, 1e160))
    store(api, tiny, (0, 5e-324), (1, 0))
    store(api, mild, (0, 1e160), (1, -1e160))

    answer = api.http.get(
        "/api/series", params={"capteur": [sensor, tiny, mild], "depuis": at(0), "jusque": at(60)}
    )

    pieces = [one["tranches"][0] for one in answer.json()["series"]]
    assert [(one["min"], one["max"]) for one in pieces] == [
        (-1e-300, 1.7e308),
        (0, 5e-324),
        (-1e160, 1e160),
    ]
    assert [one["moyenne"] for one in pieces] == [8.5e307, 0, 0]
    assert api.http.get("/api/apercu", params={"depuis": at(0)}).status_code == 200


def test_what_a_series_refuses(api: Role) -> None:
    whole = {"capteur": "a", "depuis": at(0), "jusque": at(2000)}
    assert api.http.get("/api/series", params={**whole, "pas": 1}).status_code == 200

    (problem,) = refused(api, "/series", capteur="a", depuis=at(0), jusque=at(2001), pas=1)
    assert problem == {
        "champ": "pas",
        "message": "2001 buckets; allowed: 2000; set pas to 2 or more",
    }
    for wrong in (
        {"capteur": ["a", "b", "c", "d", "e"]},
        {},
        {"capteur": "=1+1"},
        {"capteur": "a", "pas": 0},
        {"capteur": "a", "pas": 86401},
        {"capteur": "a", "pas": 1.5},
        {"capteur": "a", "depuis": "yesterday"},
    ):
        assert refused(api, "/series", **wrong)


def table(role: Role, **parameters: str) -> list[list[str]]:
    answer = role.http.get("/api/mesures.csv", params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="mesures.csv"'
    return list(csv.reader(io.StringIO(answer.text)))


def test_a_table_is_oldest_first_and_whole(api: Role, sensor: str) -> None:
    store(api, sensor, (2.25, 3), (0, -1.5), (1, 1e300))

    assert table(api, capteur=sensor) == [
        ["capteur", "valeur", "horodatage"],
        [sensor, "-1.5", at(0)],
        [sensor, "1e+300", at(1)],
        [sensor, "3.0", at(2.25)],
    ]
    assert [row[2] for row in table(api, capteur=sensor, depuis=at(1), jusque=at(2.25))] == [
        "horodatage",
        at(1),
    ]


@pytest.mark.parametrize("sign", ["=", "+", "@", "\t", "|", "(", '"', ",", "\n"])
def test_no_name_is_a_formula_or_breaks_a_line(api: Role, sign: str) -> None:
    body = {"capteur": f"{sign}cmd", "valeur": 1}
    assert api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 422


SENSORS = {
    "boiler": {"label": "Boiler", "unit": "°C", "decimals": 1, "intervalSeconds": 60,
               "low": 5, "high": 80},
    "door": {},
}  # fmt: skip


def test_settings_are_told_as_the_site_file_says_them(start: StartRole) -> None:
    role = start("api", SENSORS=json.dumps(SENSORS), SILENT_AFTER_SECONDS="90").wait_ready()

    nothing = dict.fromkeys(("nom", "unite", "decimales", "intervalle_secondes", "bas", "haut"))
    assert role.http.get("/api/reglages").json() == {
        "capteurs": {
            "boiler": {
                "nom": "Boiler",
                "unite": "°C",
                "decimales": 1,
                "intervalle_secondes": 60,
                "bas": 5,
                "haut": 80,
            },
            "door": nothing,
        },
        "silence_secondes": 90,
    }


class Weeks:
    """A database of its own: 200 sensors for nine days, and one that sends 20 readings a second."""

    def __init__(self, postgres: Postgres, redis: Redis, folder: Path) -> None:
        self.postgres = postgres
        database = postgres.database_with_tables("weeks")
        self.now = datetime.now(UTC)
        postgres.make_weeks("weeks", self.now - timedelta(days=9), self.now)
        self._fill("'sensor-' || to_char(n, 'FM000')", "generate_series(0, 199) AS n", 900, 9)
        self._fill("'quick'", "(VALUES (0)) AS one (n)", 0.05, 0.4)
        postgres.sql(
            "INSERT INTO sensors SELECT DISTINCT ON (sensor) sensor, value, time "
            "FROM readings ORDER BY sensor, time DESC",
            "weeks",
        )
        postgres.sql("VACUUM ANALYZE readings", "weeks")
        limits = {f"sensor-{n:03}": {} for n in range(200)}
        limits["sensor-007"] = {"high": 0.5}
        limits["sensor-009"] = {"low": 1000}
        limits["sensor-011"] = {"intervalSeconds": 1}
        other = {"API_KEY": KEY, "RATE_LIMIT_PER_MINUTE": "0", "SENSORS": json.dumps(limits)}
        more = {"SILENT_AFTER_SECONDS": "86400"}
        self.api = Role("api", database | redis.env | other | more, folder).wait_ready()

    def _fill(self, name: str, source: str, interval: float, days: float) -> None:
        self.postgres.sql(
            f"INSERT INTO readings SELECT {name}, 1 + extract(epoch FROM time)::bigint % 7, time "
            f"FROM {source}, generate_series('{self.now - timedelta(days=days)}'::timestamptz, "
            f"'{self.now - timedelta(seconds=5)}', interval '{interval} s') AS time",
            "weeks",
        )


@pytest.fixture(scope="module")
def weeks(postgres: Postgres, redis: Redis, tmp_path_factory) -> Iterator[Weeks]:
    made = Weeks(postgres, redis, tmp_path_factory.mktemp("weeks"))
    yield made
    made.api.stop()


def test_the_overview_shows_200_sensors_by_state(weeks: Weeks) -> None:
    answer = weeks.api.http.get("/api/apercu")
    rows = answer.json()

    states = [(row["etat"], row["capteur"]) for row in rows[:4]]
    expected = [("haut", "sensor-007"), ("bas", "sensor-009"), ("silence", "sensor-011")]
    assert states == [*expected, ("ok", "quick")]
    assert len(rows) == 201
    assert [row["capteur"] for row in rows[3:]] == sorted(row["capteur"] for row in rows[3:])
    assert {len(row["points"]) for row in rows} == {24}
    # Every 15 minutes a reading, and a mean for every two and a half.
    assert {sum(point is not None for point in row["points"]) for row in rows[4:]} <= {3, 4, 5}
    quick = rows[3]["points"]
    assert all(point is not None and 3 < point < 5 for point in quick), quick


def test_the_means_of_the_overview_are_those_of_the_readings(weeks: Weeks) -> None:
    since = weeks.now - timedelta(days=8)
    rows = weeks.api.http.get(
        "/api/apercu", params={"depuis": since.isoformat(), "points": 4}
    ).json()
    (row,) = (row for row in rows if row["capteur"] == "sensor-100")

    readings = [
        (datetime.fromisoformat(time), float(value))
        for _, value, time in table(weeks.api, capteur="sensor-100", depuis=since.isoformat())[1:]
    ]
    # The middle two: the outer ends moved between the two questions.
    quarter = (datetime.now(UTC) - since) / 4
    for index in (1, 2):
        inside = [value for time, value in readings if (time - since) // quarter == index]
        assert row["points"][index] == pytest.approx(fmean(inside), abs=0.05)


@pytest.mark.parametrize("parameter", ["depuis", "points"])
def test_what_the_overview_refuses(weeks: Weeks, parameter: str) -> None:
    wrong = {"depuis": (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "points": 61}

    assert refused(weeks.api, "/apercu", **{parameter: wrong[parameter]})[0]["champ"] == parameter


def plan(weeks: Weeks, where: str, groups: str) -> str:
    return weeks.postgres.sql(
        f"EXPLAIN SELECT sensor, date_bin('1 h', time, 'epoch') AS start, sum(value) "
        f"FROM readings WHERE {where} GROUP BY {groups}",
        "weeks",
    )


def test_a_series_reads_the_index_of_the_weeks_that_it_is_about(weeks: Weeks) -> None:
    # Of a week that has only begun all would be read: the last hour before it, then.
    begun = datetime.combine(week_of(weeks.now), datetime.min.time(), UTC)
    until = weeks.now if weeks.now - begun > timedelta(hours=8) else begun
    since = until - timedelta(hours=1)

    text = plan(weeks, f"sensor = ANY('{{sensor-001,quick}}') AND time >= '{since}' "
                f"AND time < '{until}'", "sensor, start")  # fmt: skip

    used = {week_of(since), week_of(until)}
    tables = {f"readings_w{week:%Y%m%d}" for week in used}
    # By name of the table alone: which of its indexes is read is the planner's to choose.
    assert set(re.findall(r"readings_w\d{8}", text)) <= tables
    assert "Index" in text
    assert "Seq Scan" not in text


def test_a_table_of_two_hundred_thousand_lines_takes_no_memory(weeks: Weeks) -> None:
    # A million more may be there, and older.
    since = weeks.now - timedelta(days=10)
    before = memory_kib(weeks.api)
    lines = 0
    asked = {"depuis": since.isoformat()}
    with weeks.api.http.stream("GET", "/api/mesures.csv", params=asked) as answer:
        for piece in answer.iter_bytes():
            lines += piece.count(b"\n")

    count = f"SELECT count(*) FROM readings WHERE time >= '{since}'"
    stored = int(weeks.postgres.sql(count, "weeks"))
    assert lines == stored + 1 > 800_000
    assert memory_kib(weeks.api) - before < 48 * 1024


def test_beyond_a_million_lines_it_is_refused_before_it_begins(weeks: Weeks) -> None:
    start = weeks.now - timedelta(days=400)
    end = start + timedelta(seconds=1000)
    weeks.postgres.make_weeks("weeks", start, end)
    weeks.postgres.sql(
        f"INSERT INTO readings SELECT 'old', 1, '{start}'::timestamptz + n * interval '1 ms' "
        "FROM generate_series(0, 1000000) AS n",
        "weeks",
    )

    (problem,) = refused(weeks.api, "/mesures.csv", capteur="old")

    assert problem["champ"] == "depuis"
    assert problem["message"].startswith("more than 1,000,000 readings; ")
    weeks.postgres.sql(f"DELETE FROM readings WHERE sensor = 'old' AND time = '{end}'", "weeks")
    answer = weeks.api.http.get("/api/mesures.csv", params={"capteur": "old"}, timeout=60)
    assert (answer.status_code, answer.text.count("\n")) == (200, 1_000_001)


def memory_kib(role: Role) -> int:
    status = Path(f"/proc/{role.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def test_a_table_that_breaks_off_is_no_whole_answer(
    start: StartRole, tmp_path_factory, redis: Redis
) -> None:
    place = tmp_path_factory.mktemp("own")
    place.chmod(0o755)
    postgres = Postgres(place / "postgres")
    database = postgres.database_with_tables("broken")
    now = datetime.now(UTC)
    postgres.make_weeks("broken", now - timedelta(seconds=400), now)
    postgres.sql(
        f"INSERT INTO readings SELECT 's', n, '{now}'::timestamptz - n * interval '1 ms' "
        "FROM generate_series(0, 400000) AS n",
        "broken",
    )
    role = start("api", **database).wait_ready()

    with role.http.stream("GET", "/api/mesures.csv") as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        next(pieces)
        postgres.kill()
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in pieces:
                pass
    wait_for(lambda: not role.ready()["ready"], "it knows")
