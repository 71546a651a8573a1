"""From a device's message to the list and to the open pages."""

import json
from datetime import UTC, datetime

import pytest

from exploreiot.rejects import KEPT
from tests.conftest import StartRole
from tests.support.clients import (
    WITH_KEY,
    publish,
    publisher,
    readings,
    receive,
    values,
    ws,
)
from tests.support.processes import wait_for
from tests.support.roles import Role
from tests.support.services import Mosquitto, Postgres


def test_a_message_is_stored_listed_and_pushed(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    with ws(api) as socket:
        publish(mosquitto, f"sensor/{sensor}", "21.5")
        pushed = receive(socket, lambda got: got.get("capteur") == sensor)

    assert set(pushed) == {"capteur", "valeur", "horodatage"}
    # Pushed after the commit: who got it can list it, without waiting.
    assert readings(api, sensor) == [pushed]


def test_reads_objects_with_and_without_time(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    time = datetime.now(UTC).replace(microsecond=0)
    timed = {"capteur": sensor, "valeur": 1, "horodatage": time.isoformat()}

    publish(mosquitto, f"sensor/{sensor}", json.dumps(timed), '{"valeur":2}')

    wait_for(lambda: values(api, sensor) == [1, 2], "both stored")
    assert f"{time:%Y-%m-%dT%H:%M:%S}Z" in [r["horodatage"] for r in readings(api, sensor)]


def test_a_second_delivery_is_stored_once(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    timed = json.dumps({"valeur": 1, "horodatage": datetime.now(UTC).isoformat()})
    before = ingest.metric("exploreiot_readings_duplicate_total")

    publish(mosquitto, f"sensor/{sensor}", timed, timed, timed, "2")

    wait_for(lambda: 2 in values(api, sensor), "the last message is stored")
    assert values(api, sensor) == [1, 2]
    assert ingest.metric("exploreiot_readings_duplicate_total") == before + 2


def test_equal_values_without_time_are_all_stored(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    publish(mosquitto, f"sensor/{sensor}", *["7"] * 50)

    wait_for(lambda: values(api, sensor) == [7] * 50, "all stored")


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_quality_of_service(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str, qos: int
) -> None:
    publish(mosquitto, f"sensor/{sensor}", "1", qos=qos)

    wait_for(lambda: values(api, sensor) == [1], "stored")


BAD = [
    b"",
    b"NaN",
    b"1e999",
    b"\xff\xfe\x00",
    b"{",
    b'"1"',
    b"[1]",
    b"null",
    b"[" * 4000,
    b"1" * 5000,
]


def test_bad_messages_are_counted_kept_apart_and_not_fatal(
    api: Role, ingest: Role, mosquitto: Mosquitto, postgres: Postgres, sensor: str
) -> None:
    before = ingest.metric("exploreiot_messages_rejected_total")
    good = json.dumps({"valeur": 5})

    publish(mosquitto, f"sensor/{sensor}", *BAD, good)
    publish(mosquitto, "sensor/not a name", "1")
    publish(mosquitto, f"sensor/{sensor}", "6")

    wait_for(lambda: values(api, sensor) == [5, 6], "the good ones are stored")
    rejected = len(BAD) + 1
    assert ingest.metric("exploreiot_messages_rejected_total") == before + rejected
    kept = f"SELECT count(*), max(length(payload_start)) FROM rejects WHERE topic LIKE '%{sensor}'"
    assert postgres.sql(kept, "shared") == f"{len(BAD)}|256"
    assert "1111111111" not in ingest.process.output
    assert ingest.ready()["ready"]


def test_whatever_the_broker_acknowledges_is_stored_or_explained(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    """The sizes on both sides of every limit there ever was on the way."""
    sizes = [4096, 4097, 16_000, 16_384, 17_000, 65_000, 65_536, 300_000]
    before = ingest.metric("exploreiot_messages_rejected_total")

    publish(mosquitto, f"sensor/{sensor}", *(b"1" + b" " * (size - 1) for size in sizes), "6")

    wait_for(lambda: values(api, sensor) == [1, 6], "what is short enough is stored")
    refused = sizes[1:]
    assert ingest.metric("exploreiot_messages_rejected_total") == before + len(refused)
    listed = api.http.get("/api/rejets", params={"limite": 1000}, headers=WITH_KEY).json()
    mine = [reject for reject in listed if reject["sujet"] == f"sensor/{sensor}"]
    assert sorted(reject["raison"] for reject in mine) == sorted(
        f"payload: {size} bytes; allowed: 4096" for size in refused
    )
    assert {reject["debut"] for reject in mine} == {"1" + " " * 255}
    state = api.http.get("/api/rejets/etat").json()
    assert state == {"gardes": len(listed), "dernier": listed[0]["recu"]}


def test_a_reading_of_a_site_bears_its_name(
    start: StartRole, api: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    start("ingest", MQTT_CLIENT_ID=f"c-{sensor}", MQTT_TOPIC="site/+/sensor/+").wait_ready()
    timed = json.dumps({"valeur": 1, "horodatage": datetime.now(UTC).isoformat()})

    # Handed on twice, as after a line that was cut before the acknowledgement.
    publish(mosquitto, f"site/lyon/sensor/{sensor}", timed, timed, "2")
    publish(mosquitto, f"site/paris/sensor/{sensor}", "3")

    wait_for(lambda: values(api, f"lyon:{sensor}") == [1, 2], "both of one site")
    wait_for(lambda: values(api, f"paris:{sensor}") == [3], "that of the other")
    assert values(api, sensor) == []


def test_a_flood_of_bad_messages_is_kept_up_to_the_bound(
    start: StartRole, postgres: Postgres, mosquitto: Mosquitto, sensor: str
) -> None:
    name = f"flood_{abs(hash(sensor))}"
    database = postgres.database_with_tables(name)
    mine = {"MQTT_CLIENT_ID": f"c-{sensor}", "MQTT_TOPIC": f"flood/{sensor}"}
    role = start("ingest", **database, **mine).wait_ready()
    total = KEPT + 2500

    with publisher(mosquitto) as client:
        for number in range(total):
            last = client.publish(f"flood/{sensor}", f"bad {number}", qos=1)
        last.wait_for_publish(60)

    newest = "SELECT convert_from(payload_start, 'UTF8') FROM rejects ORDER BY id DESC LIMIT 1"
    wait_for(lambda: postgres.sql(newest, name) == f"bad {total - 1}", "all seen", seconds=60)
    assert role.metric("exploreiot_messages_rejected_total") == total
    assert postgres.sql("SELECT count(*) FROM rejects", name) == str(KEPT)


def test_rejects_need_the_key(api: Role) -> None:
    assert api.http.get("/api/rejets").status_code == 401


def test_the_status_is_retained_and_offline_after_a_stop(
    start: StartRole, mosquitto: Mosquitto
) -> None:
    seen: list[str] = []
    role = start("ingest", MQTT_CLIENT_ID="status", MQTT_STATUS_TOPIC="status/test").wait_ready()

    with publisher(mosquitto) as client:
        client.on_message = lambda _client, _data, message: seen.append(message.payload.decode())
        client.subscribe("status/test", qos=1)
        wait_for(lambda: seen == ["online"], "retained status")
        assert role.stop() == 0
        wait_for(lambda: seen == ["online", "offline"], "offline")


def test_a_kill_leaves_the_last_will(start: StartRole, mosquitto: Mosquitto) -> None:
    seen: list[str] = []
    role = start("ingest", MQTT_CLIENT_ID="will", MQTT_STATUS_TOPIC="status/will").wait_ready()

    with publisher(mosquitto) as client:
        client.on_message = lambda _client, _data, message: seen.append(message.payload.decode())
        client.subscribe("status/will", qos=1)
        wait_for(lambda: seen == ["online"], "retained status")
        role.process.stop(number=9)
        wait_for(lambda: seen == ["online", "offline"], "the last will")


def test_what_was_published_while_down_is_stored_after(
    start: StartRole, api: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    mine = {"MQTT_CLIENT_ID": f"c-{sensor}", "MQTT_TOPIC": f"while-down/{sensor}"}
    mine["MQTT_STATUS_TOPIC"] = f"status/{sensor}"
    start("ingest", **mine).wait_ready().process.stop(number=9)

    publish(mosquitto, f"while-down/{sensor}", *map(str, range(200)))
    start("ingest", **mine).wait_ready()

    wait_for(lambda: values(api, sensor) == list(range(200)), "all stored")


def test_replicas_share_the_messages(
    start: StartRole, api: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    replicas = [
        start(
            "ingest",
            MQTT_CLIENT_ID=f"{name}-{sensor}",
            MQTT_TOPIC=f"shared/{sensor}",
            MQTT_STATUS_TOPIC=f"status/{name}",
            MQTT_SHARED_GROUP="ingest",
        ).wait_ready()
        for name in ("one", "two")
    ]

    publish(mosquitto, f"shared/{sensor}", *map(str, range(100)))

    wait_for(lambda: values(api, sensor) == list(range(100)), "each stored once")
    counts = [role.metric("exploreiot_readings_stored_total") for role in replicas]
    assert sum(counts) == 100
    assert min(counts) > 0
