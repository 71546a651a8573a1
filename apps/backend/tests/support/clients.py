"""Clients of the three doors: HTTP (httpx), sockets, MQTT."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from websockets.sync.client import ClientConnection, connect

from tests.support.processes import wait_for
from tests.support.roles import KEY, Role
from tests.support.services import PASSWORD, Mosquitto

WITH_KEY = {"X-API-Key": KEY}


def ws(role: Role, key: str | None = KEY, **options: object) -> ClientConnection:
    more = options.pop("additional_headers", {})
    headers = more | ({"X-API-Key": key} if key else {})
    url = f"ws://127.0.0.1:{role.port}{options.pop('path', '/ws')}"
    options.setdefault("compression", None)
    return connect(url, additional_headers=headers, open_timeout=30, proxy=None, **options)


def ask(socket: ClientConnection, message: str | bytes) -> dict:
    """Send, and return the answer; pushed readings on the way are passed over."""
    socket.send(message)
    return receive(socket, lambda got: "capteur" not in got)


def receive(socket: ClientConnection, wanted=lambda got: True, seconds: float = 30) -> dict:
    while True:
        got = json.loads(socket.recv(timeout=seconds))
        if wanted(got):
            return got


@contextmanager
def publisher(mosquitto: Mosquitto) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("app", PASSWORD)
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    wait_for(client.is_connected, "test client connects")
    yield client
    client.disconnect()
    client.loop_stop()


def publish(mosquitto: Mosquitto, topic: str, *payloads: str | bytes, qos: int = 1) -> None:
    with publisher(mosquitto) as client:
        for payload in payloads:
            client.publish(topic, payload, qos=qos).wait_for_publish(30)


def readings(role: Role, sensor: str, **filters: str) -> list[dict]:
    answer = role.http.get("/api/mesures", params={"capteur": sensor, "limite": 1000, **filters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(role: Role, sensor: str) -> list[float]:
    return sorted(reading["valeur"] for reading in readings(role, sensor))
