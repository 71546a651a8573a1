"""Services that are away, come back, or are met in the middle of a start."""

import json
import signal
import socket as sockets

from tests.conftest import StartRole
from tests.support.clients import WITH_KEY, ask, publish, receive, values, ws
from tests.support.processes import wait_for
from tests.support.roles import Role
from tests.support.services import Mosquitto, Postgres, Redis


def post(role: Role, sensor: str, value: float) -> int:
    body = {"capteur": sensor, "valeur": value}
    return role.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code


def down(role: Role) -> list[str]:
    """Which dependencies /readyz names, with its status checked against them."""
    answer = role.http.get("/readyz")
    names = [name for name, state in answer.json()["dependencies"].items() if state != "up"]
    assert (answer.status_code == 200) == (names == [])
    return names


def test_starts_with_everything_away(start: StartRole, ingest: Role) -> None:
    away = {"DATABASE_PORT": "1", "REDIS_PORT": "1", "MQTT_PORT": "1"}
    needed = {"api": ["database", "redis"], "ingest": ["broker", "database", "redis"]}
    for command, dependencies in needed.items():
        role = start(command, **away)
        wait_for(lambda role=role: role.http.get("/healthz").status_code == 200, "alive")

        assert sorted(down(role)) == dependencies
        assert role.stop() == 0
    assert "Traceback" not in role.process.output


def test_without_redis_storing_listing_and_pushing_go_on(
    start: StartRole, tmp_path_factory, sensor: str
) -> None:
    own = Redis(tmp_path_factory.mktemp("own") / "redis")
    role = start("api", RATE_LIMIT_PER_MINUTE="1000", **own.env).wait_ready()
    with ws(role) as socket:
        own.stop()
        wait_for(lambda: down(role) == ["redis"], "redis is missed")

        assert post(role, sensor, 1) == 201
        assert receive(socket, lambda got: got.get("capteur") == sensor)["valeur"] == 1
        assert ask(socket, json.dumps({"capteur": sensor, "valeur": 2})) == {"reçu": True}
        assert values(role, sensor) == [1, 2]

        own.start()
        role.wait_ready()
        wait_for(lambda: role.process.output.count("push channel connected") == 2, "subscribed")
        assert post(role, sensor, 3) == 201
        assert receive(socket, lambda got: got.get("valeur") == 3)["capteur"] == sensor
    own.stop()


def test_a_hung_redis_delays_no_commit(start: StartRole, tmp_path_factory, sensor: str) -> None:
    own = Redis(tmp_path_factory.mktemp("own") / "redis")
    role = start("api", **own.env).wait_ready()
    own.signal(signal.SIGSTOP)
    try:
        assert [post(role, sensor, n) for n in range(20)] == [201] * 20
        wait_for(lambda: down(role) == ["redis"], "redis is missed")
    finally:
        own.signal(signal.SIGCONT)
    role.wait_ready()
    own.stop()


def test_without_postgres_the_api_says_so_and_recovers(
    start: StartRole, tmp_path_factory, env: dict[str, str], sensor: str
) -> None:
    own = Postgres(_open_folder(tmp_path_factory) / "postgres")
    database = own.database_with_tables("own")
    role = start("api", **database).wait_ready()
    assert post(role, sensor, 1) == 201

    own.kill()
    refusal = role.http.get("/api/mesures")
    assert (refusal.status_code, refusal.headers["retry-after"]) == (503, "2")
    assert refusal.json()["erreur"] == "service_indisponible"
    wait_for(lambda: down(role) == ["database"], "the database is missed")

    own.start()
    wait_for(lambda: post(role, sensor, 2) == 201, "stores again")
    assert values(role, sensor) == [1, 2]
    own.stop()


def test_of_several_hosts_the_one_that_takes_writes_is_used(
    start: StartRole, tmp_path_factory, sensor: str
) -> None:
    place = _open_folder(tmp_path_factory)
    one = Postgres(place / "one")
    two = Postgres(place / "two", host="127.0.0.2", port=one.port)
    hosts = {"DATABASE_HOST": f"{one.host}, 127.0.0.3,{two.host}"}
    two.database_with_tables("own")
    # One that takes connections and never answers, as of a machine that hangs.
    with sockets.create_server(("127.0.0.3", one.port)):
        role = start("api", **(one.database_with_tables("own") | hosts)).wait_ready()
        assert post(role, sensor, 1) == 201

        # It becomes a standby and keeps its connections; the other has taken its place.
        read_only(one, "on")
        wait_for(lambda: post(role, sensor, 2) == 201, "the other one is found")
        assert (stored(one, sensor), stored(two, sensor)) == ("1", "2")

        read_only(two, "on")
        wait_for(lambda: post(role, sensor, 3) == 503, "none takes writes")
        read_only(one, "off")
        wait_for(lambda: post(role, sensor, 4) == 201, "the first one again")
        assert (stored(one, sensor), stored(two, sensor)) == ("1,4", "2")
    for service in (one, two):
        service.stop()


def read_only(server: Postgres, state: str) -> None:
    server.sql(f"ALTER SYSTEM SET default_transaction_read_only = {state}")
    server.sql("SELECT pg_reload_conf()")


def stored(server: Postgres, sensor: str) -> str:
    query = (
        f"SELECT string_agg(value::text, ',' ORDER BY time) FROM readings WHERE sensor = '{sensor}'"
    )
    return server.sql(query, "own")


def test_migrate_goes_to_the_host_that_takes_writes(start: StartRole, tmp_path_factory) -> None:
    place = _open_folder(tmp_path_factory)
    one = Postgres(place / "one")
    two = Postgres(place / "two", host="127.0.0.2", port=one.port)
    one.new_database("empty")
    read_only(one, "on")

    env = two.new_database("empty") | {"DATABASE_HOST": f"{one.host},{two.host}"}
    migration = start("migrate", **env)
    wait_for(lambda: migration.process.code is not None, "ends", 30)
    assert migration.process.code == 0, migration.process.output
    assert two.sql("SELECT count(*) FROM schema_version", "empty") == "1"
    for service in (one, two):
        service.stop()


def test_ingest_loses_nothing_over_the_loss_of_each_service(
    start: StartRole, tmp_path_factory, sensor: str
) -> None:
    place = _open_folder(tmp_path_factory)
    postgres, redis = Postgres(place / "postgres"), Redis(place / "redis")
    mosquitto = Mosquitto(place / "mosquitto")
    database = postgres.database_with_tables("own")
    own = database | redis.env | mosquitto.env
    start("ingest", **own).wait_ready()
    api = start("api", **own).wait_ready()

    postgres.kill()
    publish(mosquitto, f"sensor/{sensor}", *map(str, range(100)))
    postgres.start()
    redis.stop()
    publish(mosquitto, f"sensor/{sensor}", *map(str, range(100, 200)))
    redis.start()
    mosquitto.stop()
    mosquitto.start()
    publish(mosquitto, f"sensor/{sensor}", *map(str, range(200, 300)))

    # At least once: these carry no time of their own.
    wait_for(lambda: sorted(set(values(api, sensor))) == list(range(300)), "all stored", 30)
    for service in (postgres, redis, mosquitto):
        service.stop()


def test_a_database_without_tables_is_named(start: StartRole, postgres: Postgres) -> None:
    role = start("api", **postgres.new_database("empty"))

    expected = "down: database is unavailable: has no tables; run `migrate`"
    wait_for(lambda: role.ready()["dependencies"]["database"] == expected, "says what to do")


def test_ends_quickly_and_cleanly_with_open_sockets(start: StartRole) -> None:
    api, ingest = start("api").wait_ready(), start("ingest", MQTT_CLIENT_ID="quick").wait_ready()
    with ws(api), ws(api):
        for role in (api, ingest):
            role.process.signal(signal.SIGTERM)
            # Docker kills it after 10 s.
            wait_for(lambda role=role: role.process.code is not None, "ends", seconds=8)
            assert role.process.code == 0
    assert "Traceback" not in api.process.output + ingest.process.output


def _open_folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("own")
    path.chmod(0o755)
    return path
