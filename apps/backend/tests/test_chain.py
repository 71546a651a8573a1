"""`/chaine`, `/readyz` and `/ws?chaine=1`: each hop is broken for real, and named."""

import json
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.clients import WITH_KEY, publish, readings, receive, ws
from tests.support.processes import wait_for
from tests.support.roles import KEY, Role
from tests.support.services import Mosquitto, Postgres, Redis

HOPS = ["courtier", "ingestion", "base", "redis", "api", "socket"]


class Plant:
    """Services and roles that no other test uses: what is broken here is broken here alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.postgres = Postgres(folder / "postgres")
        self.redis, self.mosquitto = Redis(folder / "redis"), Mosquitto(folder / "mosquitto")
        database = self.postgres.database_with_tables("chain")
        other = {"API_KEY": KEY, "RATE_LIMIT_PER_MINUTE": "0"}
        self.env = database | self.redis.env | self.mosquitto.env | other
        self.api = Role("api", self.env, folder).wait_ready()
        self.ingest = self.start_ingest("one")

    def start_ingest(self, client_id: str, **more: str) -> Role:
        return Role("ingest", self.env | {"MQTT_CLIENT_ID": client_id, **more}, self._folder)

    def hops(self) -> dict[str, dict]:
        answer = self.api.http.get("/api/chaine")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert [hop["nom"] for hop in body["maillons"]] == HOPS
        assert body["complete"] == all(hop["etat"] == "ok" for hop in body["maillons"])
        return {hop["nom"]: hop for hop in body["maillons"]}

    def states(self) -> dict[str, str]:
        """Those that are not ok."""
        return {name: hop["etat"] for name, hop in self.hops().items() if hop["etat"] != "ok"}

    def wait_whole(self) -> None:
        wait_for(lambda: self.states() == {}, lambda: f"whole: {self.hops()}")

    def stop(self) -> None:
        for part in (self.api, self.ingest, self.postgres, self.redis, self.mosquitto):
            part.stop()


@pytest.fixture(scope="module")
def plant(folder: Path) -> Iterator[Plant]:
    place = folder / "chain"
    place.mkdir(mode=0o755)
    made = Plant(place)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def whole(plant: Plant) -> None:
    plant.wait_whole()


def comes_to(plant: Plant, states: dict[str, str]) -> None:
    wait_for(lambda: plant.states() == states, lambda: f"{states}; it is {plant.hops()}")


def test_every_hop_names_the_last_message_that_passed_it(plant: Plant, sensor: str) -> None:
    before = datetime.now(UTC)
    with ws(plant.api) as socket:
        publish(plant.mosquitto, f"sensor/{sensor}", "1")
        receive(socket, lambda got: got.get("capteur") == sensor)

    def passed() -> set[str]:
        return {
            name
            for name, hop in plant.hops().items()
            if hop["dernier"] and datetime.fromisoformat(hop["dernier"]) >= before
        }

    wait_for(lambda: passed() == set(HOPS) - {"api"}, lambda: f"passed: {plant.hops()}")
    wait_for(
        lambda: {hop["raison"] for hop in plant.hops().values()} == {None},
        lambda: f"no reasons: {plant.hops()}",
    )
    for hop in plant.hops().values():
        assert datetime.fromisoformat(hop["depuis"]) <= datetime.now(UTC)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_without_ingest_nothing_says_that_all_is_well(plant: Plant, how: int) -> None:
    wait_for(lambda: plant.api.ready()["notices"] == {}, "nothing to notice")
    plant.ingest.process.signal(how)

    comes_to(plant, {"courtier": "inconnu", "ingestion": "panne"})
    reason = "no heartbeat of ingest for 7 s; look at its container"
    assert plant.hops()["ingestion"]["raison"] == reason
    answer = plant.api.http.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["notices"] == {"chaine": f"courtier: {reason}; ingestion: {reason}"}

    plant.ingest.process.stop(number=signal.SIGKILL)
    plant.ingest = plant.start_ingest("one")
    plant.wait_whole()
    wait_for(lambda: plant.api.ready()["notices"] == {}, "nothing to notice")


def test_the_broker_that_is_away_is_not_the_fault_of_ingest(plant: Plant) -> None:
    plant.mosquitto.stop()

    comes_to(plant, {"courtier": "panne"})
    wait_for(
        lambda: plant.hops()["courtier"]["raison"] == "cannot be reached (ConnectionRefusedError)",
        lambda: f"the reason: {plant.hops()['courtier']}",
    )
    plant.mosquitto.start()


def test_a_broker_that_hangs_is_noticed(plant: Plant) -> None:
    plant.mosquitto.signal(signal.SIGSTOP)
    try:
        wait_for(lambda: plant.states() == {"courtier": "panne"}, "noticed")
    finally:
        plant.mosquitto.signal(signal.SIGCONT)


def test_a_broker_that_lets_ingest_read_nothing_is_named(plant: Plant) -> None:
    refused = plant.start_ingest("one", MQTT_PASSWORD="wrong")
    # The same name: the newer word counts.
    plant.ingest.stop()
    try:
        comes_to(plant, {"courtier": "panne"})
        reason = "the broker refused the connection: Not authorized"
        wait_for(
            lambda: plant.hops()["courtier"]["raison"] == reason,
            lambda: f"the reason: {plant.hops()['courtier']}",
        )
    finally:
        refused.stop()
        plant.ingest = plant.start_ingest("one")


def test_without_redis_what_it_would_tell_is_unknown(plant: Plant) -> None:
    plant.redis.stop()

    away = {"courtier": "inconnu", "ingestion": "inconnu", "redis": "panne", "socket": "panne"}
    comes_to(plant, away)
    plant.redis.start()


def test_without_the_database_ingest_cannot_store(plant: Plant, sensor: str) -> None:
    plant.postgres.kill()
    publish(plant.mosquitto, f"sensor/{sensor}", "1")

    comes_to(plant, {"ingestion": "panne", "base": "panne"})
    assert plant.hops()["base"]["raison"].startswith("database is unavailable: ")
    plant.postgres.start()
    wait_for(lambda: len(readings(plant.api, sensor)) == 1, "stored after that")


def test_one_of_two_replicas_is_enough_and_the_other_is_counted(plant: Plant) -> None:
    second = plant.start_ingest("two").wait_ready()
    wait_for(lambda: "push" not in second.process.output and plant.states() == {}, "whole")
    second.process.stop(number=signal.SIGKILL)

    expected = "1 of 2 replicas of ingest work; two: silent"
    wait_for(lambda: plant.hops()["ingestion"]["raison"] == expected, lambda: str(plant.hops()))
    comes_to(plant, {})
    # It is remembered for ten minutes, and other tests would be told of it.
    plant.redis.stop()
    plant.redis.start()


def test_a_time_in_the_future_is_no_sign_of_life(plant: Plant, sensor: str) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=30)
    body = [
        {"capteur": f"{sensor}-now", "valeur": 1},
        {"capteur": sensor, "valeur": 1, "horodatage": ahead.isoformat()},
    ]
    assert plant.api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 201

    def last() -> datetime:
        return datetime.fromisoformat(plant.hops()["base"]["dernier"])

    wait_for(lambda: plant.hops()["base"]["dernier"], "the first one is seen")
    assert last() < datetime.now(UTC)


def is_of_chain(got: dict) -> bool:
    return got.get("type") == "chaine"


def chain_until(socket, wanted: Callable[[dict], bool]) -> dict:
    return receive(socket, lambda got: is_of_chain(got) and wanted(got))


def test_a_socket_that_asks_is_told_of_each_change(plant: Plant, sensor: str) -> None:
    with ws(plant.api, path="/ws?chaine=1") as watching, ws(plant.api) as plain:
        first = receive(watching, is_of_chain)
        assert set(first) == {"type", "complete", "maillons"}
        chain_until(watching, lambda got: got["complete"])

        # On a busy machine a hop may be unknown before it is known as broken.
        plant.mosquitto.stop()
        chain_until(watching, lambda got: got["maillons"][0]["etat"] == "panne")
        plant.mosquitto.start()
        chain_until(watching, lambda got: got["complete"])

        # The other socket got readings alone: the first thing that it hears is this one.
        body = {"capteur": sensor, "valeur": 1}
        assert plant.api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 201
        assert set(json.loads(plain.recv(timeout=30))) == {"capteur", "valeur", "horodatage"}
