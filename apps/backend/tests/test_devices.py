"""`/appareils`: online by a device's own word, offline by its last will."""

from datetime import UTC, datetime

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from exploreiot.devices import KEPT, parse_status
from tests.conftest import StartRole
from tests.support.clients import publisher
from tests.support.processes import wait_for
from tests.support.roles import Role
from tests.support.services import PASSWORD, Mosquitto, Postgres


def state(api: Role, device: str) -> dict | None:
    answer = api.http.get("/api/appareils")
    assert answer.status_code == 200, answer.text
    rows = answer.json()
    assert [row["appareil"] for row in rows] == sorted(row["appareil"] for row in rows)
    return next((row for row in rows if row["appareil"] == device), None)


def comes_to(api: Role, device: str, is_online: bool) -> dict:
    def there() -> dict | None:
        row = state(api, device)
        return row if row is not None and row["en_ligne"] is is_online else None

    return wait_for(there, lambda: f"online {is_online}; it is {state(api, device)}")


def say(mosquitto: Mosquitto, device: str, payload: str) -> None:
    with publisher(mosquitto) as client:
        client.publish(f"status/{device}", payload, qos=1, retain=True).wait_for_publish(30)


def test_a_device_that_breaks_off_is_offline_by_its_last_will(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    before = datetime.now(UTC)
    device = Client(CallbackAPIVersion.VERSION2)
    device.username_pw_set("app", PASSWORD)
    device.will_set(f"status/{sensor}", "offline", qos=1, retain=True)
    device.connect("127.0.0.1", mosquitto.port)
    device.loop_start()
    device.publish(f"status/{sensor}", "online", qos=1, retain=True).wait_for_publish(30)

    online = comes_to(api, sensor, True)
    assert set(online) == {"appareil", "en_ligne", "depuis"}
    assert before <= datetime.fromisoformat(online["depuis"]) <= datetime.now(UTC)
    device.loop_stop()
    device.socket().close()
    comes_to(api, sensor, False)


def test_who_said_it_before_ingest_came_is_known_and_said_twice_is_no_change(
    start: StartRole, api: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    say(mosquitto, sensor, "online")
    role = start("ingest", MQTT_CLIENT_ID=f"first-{sensor}").wait_ready()
    first = comes_to(api, sensor, True)
    role.stop()
    start("ingest", MQTT_CLIENT_ID=f"second-{sensor}").wait_ready()
    other = f"{sensor}-other"
    say(mosquitto, sensor, "1")
    say(mosquitto, other, '{"online": false}')

    comes_to(api, other, False)
    assert state(api, sensor) == first


@pytest.mark.parametrize(
    ("payload", "online"),
    [
        (b"online", True),
        (b"offline", False),
        (b"1", True),
        (b"0", False),
        (b'{"online": true}', True),
        (b'{"online": false, "rssi": -70}', False),
        (b'{"online": 1}', None),
        (b'{"online": "true"}', None),
        (b"ONLINE", None),
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 4000, None),
    ],
)
def test_what_counts_as_a_word_of_a_device(payload: bytes, online: bool | None) -> None:
    assert parse_status("status/d", payload) == (None if online is None else ("d", online))


@pytest.mark.parametrize("name", ["", "a b", "a" * 65, "x\0"])
def test_a_name_that_no_device_has_is_passed_over(name: str) -> None:
    assert parse_status(f"status/{name}", b"online") is None


def test_its_own_status_is_no_device_and_no_reading(
    api: Role, ingest: Role, mosquitto: Mosquitto, sensor: str
) -> None:
    rejected = ingest.metric("exploreiot_messages_rejected_total")
    # One with another status of its own, of another test, may have heard of this one.
    before = state(api, "backend")
    say(mosquitto, "backend", "online" if before is None or not before["en_ligne"] else "offline")
    say(mosquitto, sensor, "nonsense")
    say(mosquitto, f"{sensor}-last", "online")

    comes_to(api, f"{sensor}-last", True)
    assert state(api, "backend") == before
    assert state(api, sensor) is None
    assert ingest.metric("exploreiot_messages_rejected_total") == rejected


def test_a_flood_of_names_is_bounded_and_those_online_stay(
    api: Role, ingest: Role, mosquitto: Mosquitto, postgres: Postgres, sensor: str
) -> None:
    postgres.sql(
        "INSERT INTO devices SELECT 'flood-' || n, false, now() - interval '1 h' "
        f"FROM generate_series(1, {KEPT}) AS n",
        "shared",
    )
    say(mosquitto, sensor, "online")

    comes_to(api, sensor, True)
    assert int(postgres.sql("SELECT count(*) FROM devices", "shared")) == KEPT
    postgres.sql("DELETE FROM devices WHERE device LIKE 'flood-%'", "shared")
