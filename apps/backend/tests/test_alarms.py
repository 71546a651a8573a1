"""Alarms: begun and ended once each, kept, and told on every way out."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue

import pytest
from paho.mqtt.client import MQTTMessage

from tests.conftest import StartRole
from tests.support.clients import WITH_KEY, publish, publisher, receive, values, ws
from tests.support.processes import wait_for
from tests.support.roles import Role
from tests.support.services import Mosquitto, Postgres

LIMITS = {"low": 5, "high": 80, "intervalSeconds": 3600}
NOW = datetime.now(UTC).replace(microsecond=0)


def time(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def reading(value: float, seconds: float) -> str:
    return json.dumps({"valeur": value, "horodatage": time(seconds)})


class Watched:
    """One sensor with limits, at an ingest of its own."""

    def __init__(self, start: StartRole, api: Role, mosquitto: Mosquitto, sensor: str) -> None:
        self._start, self.api, self._mosquitto, self.sensor = start, api, mosquitto, sensor

    def ingest(self, client: str = "a", limits: dict | None = LIMITS, **more: str) -> Role:
        sensors = {} if limits is None else {self.sensor: limits}
        mine = {
            "MQTT_TOPIC": f"watched/{self.sensor}",
            "MQTT_CLIENT_ID": f"{client}-{self.sensor}",
            "SENSORS": json.dumps(sensors),
        }
        return self._start("ingest", **mine, **more).wait_ready()

    def send(self, *payloads: str) -> None:
        publish(self._mosquitto, f"watched/{self.sensor}", *payloads)

    def alarms(self, **parameters: object) -> list[dict]:
        """Without their ids, the oldest first."""
        answer = self.api.http.get("/api/alarmes", params={"limite": 1000, **parameters})
        assert answer.status_code == 200, answer.text
        rows = [row for row in answer.json() if row["capteur"] == self.sensor]
        ids = [row.pop("id") for row in rows]
        assert ids == sorted(ids, reverse=True)
        return rows[::-1]

    def comes_to(self, *alarms: dict) -> None:
        wait_for(lambda: self.alarms() == list(alarms), lambda: f"{alarms}; are {self.alarms()}")

    def alarm(
        self, kind: str, value: float | None, began: float, ended: float | None = None
    ) -> dict:
        return {
            "capteur": self.sensor,
            "genre": kind,
            "valeur": value,
            "limite": {"haut": 80, "bas": 5}[kind],
            "debut": time(began),
            "fin": None if ended is None else time(ended),
        }


@pytest.fixture
def watched(
    start: StartRole, api: Role, mosquitto: Mosquitto, postgres: Postgres, sensor: str
) -> Watched:
    # Alarms that another test has left open would be ended, and told, by this one's `ingest`.
    postgres.sql("DELETE FROM alarms", "shared")
    return Watched(start, api, mosquitto, sensor)


def test_each_crossing_is_an_alarm_with_a_begin_and_an_end(watched: Watched) -> None:
    watched.ingest()

    # At the limit itself it is still within.
    watched.send(reading(80, -60), reading(81, -59), reading(99, -58))
    watched.comes_to(watched.alarm("haut", 81, -59))
    assert watched.alarms(actives="true") == watched.alarms()
    assert watched.alarms(actives="false") == []

    watched.send(reading(80, -50), reading(4, -49))
    high, low = watched.alarm("haut", 81, -59, -50), watched.alarm("bas", 4, -49)
    watched.comes_to(high, low)
    assert watched.alarms(actives="true") == [low]
    # Straight through to the other side.
    watched.send(reading(90, -40))
    watched.comes_to(high, watched.alarm("bas", 4, -49, -40), watched.alarm("haut", 90, -40))


def test_a_reading_that_comes_late_changes_no_alarm(watched: Watched) -> None:
    watched.ingest()
    watched.send(reading(99, -10))
    watched.comes_to(watched.alarm("haut", 99, -10))

    watched.send(reading(50, -30), reading(1, -20))
    wait_for(lambda: len(values(watched.api, watched.sensor)) == 3, "stored")
    watched.send(reading(50, -5))

    watched.comes_to(watched.alarm("haut", 99, -10, -5))


def test_what_waited_at_the_broker_is_judged_in_the_order_of_its_times(watched: Watched) -> None:
    role = watched.ingest()
    role.stop()
    watched.send(reading(90, -50), reading(20, -45), reading(95, -40), reading(50, -30))
    watched.ingest()

    wait_for(lambda: len(values(watched.api, watched.sensor)) == 4, "stored")
    # In one batch they are one alarm, in several they are two.
    one = [watched.alarm("haut", 90, -50, -30)]
    two = [watched.alarm("haut", 90, -50, -45), watched.alarm("haut", 95, -40, -30)]
    wait_for(lambda: watched.alarms() in (one, two), lambda: f"{watched.alarms()}")


def test_a_restart_neither_repeats_nor_forgets_it(watched: Watched) -> None:
    role = watched.ingest()
    watched.send(reading(99, -60))
    watched.comes_to(watched.alarm("haut", 99, -60))
    role.process.signal(9)
    role.stop()

    watched.ingest()
    watched.send(reading(98, -50), reading(50, -40))

    watched.comes_to(watched.alarm("haut", 99, -60, -40))


def test_of_two_replicas_one_begins_and_one_ends_it(watched: Watched) -> None:
    with webhook() as posts:
        shared = {"MQTT_SHARED_GROUP": f"g-{watched.sensor}", "ALARM_WEBHOOK_URL": posts.url}
        for client in ("a", "b"):
            watched.ingest(client, **shared)
        for step in range(20):
            outside, inside = reading(99, step * 2 - 100), reading(50, step * 2 - 99)
            watched.send(outside)
            wait_for(lambda: watched.alarms(actives="true"), "begun")
            watched.send(inside)
            wait_for(lambda: not watched.alarms(actives="true"), "ended")

        told = [posts.next() for _ in range(40)]
        assert posts.empty()
    events = [(alarm["id"], alarm["fin"] is not None) for alarm in told]
    # Neither of them tells anything twice.
    assert len(set(events)) == 40
    assert watched.alarms() == [
        watched.alarm("haut", 99, step * 2 - 100, step * 2 - 99) for step in range(20)
    ]


def test_what_the_api_stores_is_judged_within_a_second_or_two(watched: Watched) -> None:
    watched.ingest()
    body = {"capteur": watched.sensor, "valeur": 3, "horodatage": time(-5)}

    assert watched.api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 201
    wait_for(lambda: watched.alarms() == [watched.alarm("bas", 3, -5)], "begun", seconds=15)
    body |= {"valeur": 6, "horodatage": time(-4)}
    assert watched.api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 201
    wait_for(lambda: watched.alarms() == [watched.alarm("bas", 3, -5, -4)], "ended", seconds=15)


@pytest.mark.parametrize("limits", [None, {"high": 200, "intervalSeconds": 3600}])
def test_a_limit_that_is_moved_or_gone_ends_it(watched: Watched, limits: dict | None) -> None:
    role = watched.ingest()
    watched.send(reading(99, -60))
    watched.comes_to(watched.alarm("haut", 99, -60))
    role.stop()

    watched.ingest(limits=limits)

    wait_for(lambda: not watched.alarms(actives="true"), "ended")
    assert len(watched.alarms()) == 1


def test_silence_is_an_alarm_until_the_next_reading(watched: Watched) -> None:
    began = datetime.now(UTC)
    watched.ingest(limits={"intervalSeconds": 0.5})
    watched.send("1")

    (alarm,) = wait_for(lambda: watched.alarms(actives="true"), "silent")
    assert (alarm["genre"], alarm["valeur"], alarm["limite"]) == ("silence", None, 1.5)
    since = datetime.fromisoformat(alarm["debut"])
    assert began + timedelta(seconds=1.5) < since < datetime.now(UTC)
    watched.send("1")
    wait_for(lambda: not watched.alarms(actives="true"), "ended")
    assert [one["debut"] for one in watched.alarms()][:1] == [alarm["debut"]]


def test_nobody_is_silent_while_nothing_can_arrive(watched: Watched, start: StartRole) -> None:
    role = start(
        "ingest",
        MQTT_PORT="1",
        MQTT_CLIENT_ID=f"x-{watched.sensor}",
        SENSORS=json.dumps({watched.sensor: {"intervalSeconds": 0.1, "high": 1}}),
    )
    body = {"capteur": watched.sensor, "valeur": 2, "horodatage": time(-60)}
    assert watched.api.http.post("/api/mesures", json=body, headers=WITH_KEY).status_code == 201

    # The looks go on: the value is seen, and its age is held against nobody.
    wait_for(watched.alarms, "judged")
    assert [alarm["genre"] for alarm in watched.alarms()] == ["haut"]
    assert role.metric("exploreiot_alarms_total") == 1


def test_a_sensor_that_jumps_to_and_fro_delays_nothing(watched: Watched) -> None:
    watched.ingest()
    payloads = [reading(99 if n % 2 else 50, n / 1000 - 10) for n in range(3000)]
    with publisher(watched._mosquitto) as client:
        for payload in payloads:
            last = client.publish(f"watched/{watched.sensor}", payload, qos=1)
        last.wait_for_publish(30)

    count = f"capteur={watched.sensor}"
    wait_for(
        lambda: watched.api.http.get(f"/api/mesures.csv?{count}").text.count("\n") == 3001,
        "all stored",
    )
    # The last one is beyond the limit.
    wait_for(lambda: len(watched.alarms(actives="true")) == 1, "as the last one says")


def test_it_is_told_at_the_broker_and_to_the_sockets_that_watch(
    watched: Watched, mosquitto: Mosquitto
) -> None:
    watched.ingest()
    wait_for(lambda: "push channel connected" in watched.api.process.output, "subscribed")

    def is_ours(got: dict) -> bool:
        return got.get("type") == "alarme" and got["capteur"] == watched.sensor

    with ws(watched.api, path="/ws?chaine=1") as watching, ws(watched.api) as plain:
        watched.send(reading(99, -60), reading(50, -50))
        messages = [receive(watching, is_ours)]
        if messages[0]["fin"] is None:
            messages.append(receive(watching, is_ours))
        # The other socket is sent readings alone.
        heard = [receive(plain, lambda got: got.get("capteur") == watched.sensor)]
        assert set(heard[0]) == {"capteur", "valeur", "horodatage"}

    rows = watched.api.http.get("/api/alarmes").json()
    (alarm,) = (row for row in rows if row["capteur"] == watched.sensor)
    assert messages[-1] == {"type": "alarme"} | alarm

    def retained() -> dict | None:
        # A client that comes later is told as well.
        return heard_at(mosquitto, f"alarm/{watched.sensor}")

    wait_for(lambda: retained() == alarm, lambda: f"retained: {retained()}")


def heard_at(mosquitto: Mosquitto, topic: str) -> dict | None:
    """The message that the broker keeps; none while it keeps none."""
    got: Queue[MQTTMessage] = Queue()
    with publisher(mosquitto) as client:
        client.on_message = lambda _client, _data, message: got.put(message)
        client.subscribe(topic, qos=1)
        try:
            message = got.get(timeout=5)
        except Empty:
            return None
    # One that is published only now comes without the mark: the next client has it from the broker.
    if not message.retain:
        return None
    assert message.qos == 1
    return json.loads(message.payload)


class Posts:
    """The requests to a webhook, and its answers: each status once, and 204 from then on."""

    def __init__(self, *statuses: int) -> None:
        self._queue: Queue[tuple[dict, dict]] = Queue()
        self._statuses = list(statuses)
        self.url = ""

    def take(self, headers: dict, body: bytes) -> int:
        self._queue.put((headers, json.loads(body)))
        return self._statuses.pop(0) if self._statuses else 204

    def next_whole(self) -> tuple[dict, dict]:
        return self._queue.get(timeout=20)

    def next(self) -> dict:
        return self.next_whole()[1]

    def empty(self) -> bool:
        return self._queue.empty()


@contextmanager
def webhook(*statuses: int, pair: Path | None = None) -> Iterator[Posts]:
    """Over TLS where it has a certificate, with its key in the same file."""
    posts = Posts(*statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = posts.take(dict(self.headers) | {"path": self.path}, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if pair is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        # A client that goes away in its handshake must not end the server.
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if pair is None else "https"
    posts.url = f"{scheme}://127.0.0.1:{server.server_port}/hook?key=in-the-address"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield posts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_is_told_until_it_takes_it(watched: Watched) -> None:
    with webhook(500, 429) as posts:
        secret = "only-for-the-webhook"
        role = watched.ingest(ALARM_WEBHOOK_URL=posts.url, ALARM_WEBHOOK_SECRET=secret)
        watched.send(reading(99, -60))
        tries = [posts.next_whole() for _ in range(3)]
        watched.send(reading(50, -50))
        end = posts.next()

    expected = watched.alarm("haut", 99, -60)
    for headers, body in tries:
        body.pop("id")
        assert body == expected
        assert headers["Authorization"] == f"Bearer {secret}"
        assert headers["Content-Type"] == "application/json"
        assert headers["path"] == "/hook?key=in-the-address"
    end.pop("id")
    assert end == expected | {"fin": time(-50)}
    assert secret not in role.process.output
    assert "in-the-address" not in role.process.output
    assert role.metric("exploreiot_alarms_lost_total") == 0


@pytest.mark.parametrize("status", [302, 400, 401])
def test_a_webhook_that_will_not_take_it_keeps_the_next_from_nothing(
    watched: Watched, status: int
) -> None:
    with webhook(status) as posts:
        role = watched.ingest(ALARM_WEBHOOK_URL=posts.url)
        watched.send(reading(99, -60))
        assert posts.next()["fin"] is None
        wait_for(lambda: role.metric("exploreiot_alarms_lost_total") == 1, "counted")
        watched.send(reading(50, -50))
        assert posts.next()["fin"] == time(-50)
        assert posts.empty()
    assert f"the webhook answered {status}" in role.process.output


def authority(folder: Path, name: str) -> Path:
    """A CA of its own, as a file for those who trust it."""
    openssl(
        *("req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-addext", "keyUsage=critical,keyCertSign"),
        *KEY,
        *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")),
    )
    return folder / f"{name}.crt"


def issued(ca: Path, address: str) -> Path:
    """Certificate and key for an address, in one file."""
    key, request = ca.with_name(f"{address}.key"), ca.with_name(f"{address}.csr")
    pair = ca.with_name(f"{address}.pem")
    openssl(
        *("req", "-nodes", "-subj", "/CN=webhook", "-addext", f"subjectAltName=IP:{address}"),
        *KEY,
        *("-keyout", str(key), "-out", str(request)),
    )
    openssl(
        *("x509", "-req", "-in", str(request), "-days", "2", "-copy_extensions", "copy"),
        *("-CA", str(ca), "-CAkey", str(ca.with_suffix(".key")), "-out", str(pair)),
    )
    pair.write_text(pair.read_text() + key.read_text())
    return pair


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def test_a_webhook_is_told_over_tls_by_a_ca_of_its_own(watched: Watched, tmp_path: Path) -> None:
    ca = authority(tmp_path, "own")
    with webhook(pair=issued(ca, "127.0.0.1")) as posts:
        secret = "only-for-the-webhook"
        trusted = {"SSL_CERT_FILE": str(ca), "ALARM_WEBHOOK_SECRET": secret}
        watched.ingest(ALARM_WEBHOOK_URL=posts.url, **trusted)
        watched.send(reading(99, -60))
        headers, alarm = posts.next_whole()

    alarm.pop("id")
    assert alarm == watched.alarm("haut", 99, -60)
    assert headers["Authorization"] == f"Bearer {secret}"


@pytest.mark.parametrize("trusts", ["another", "its own, for another name", "none of its own"])
def test_a_webhook_that_is_not_who_it_should_be_is_told_nothing(
    watched: Watched, tmp_path: Path, trusts: str
) -> None:
    ca = authority(tmp_path, "own")
    address = "192.0.2.7" if trusts.startswith("its own") else "127.0.0.1"
    trusted = {
        "another": {"SSL_CERT_FILE": str(authority(tmp_path, "another"))},
        "its own, for another name": {"SSL_CERT_FILE": str(ca)},
        "none of its own": {},
    }[trusts]
    with webhook(pair=issued(ca, address)) as posts:
        secret = "only-for-the-webhook"
        role = watched.ingest(ALARM_WEBHOOK_URL=posts.url, ALARM_WEBHOOK_SECRET=secret, **trusted)
        watched.send(reading(99, -60))
        # It is said at once, and not when it is given up after a night.
        wait_for(lambda: "CERTIFICATE_VERIFY_FAILED" in role.process.output, "said")
        # Tried again, and refused again.
        tries = "exploreiot_alarm_tries_failed_total"
        wait_for(lambda: role.metric(tries) >= 2, "tried again")
        assert posts.empty()

    assert "alarm not delivered yet" in role.process.output
    assert role.process.output.count("alarm not delivered yet") == 1
    assert secret not in role.process.output
    assert "in-the-address" not in role.process.output
    # A reading never waits for it.
    assert watched.alarms() == [watched.alarm("haut", 99, -60)]
