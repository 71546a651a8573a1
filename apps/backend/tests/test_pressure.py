"""More than can be worked off at once, and peers that fell silent: memory stays bounded."""

import asyncio
import json
import socket as sockets
from datetime import UTC, datetime, timedelta

import pytest
from starlette.websockets import WebSocket

from exploreiot import serve
from exploreiot.clients import Places
from exploreiot.ingest.inbox import MAX_QUEUED
from exploreiot.ingest.writer import MAX_BATCH
from exploreiot.settings import Settings
from tests.conftest import StartRole
from tests.support.clients import publisher
from tests.support.processes import free_port, wait_for
from tests.support.services import Mosquitto, Postgres

# Unacknowledged messages that the broker is asked to send at most (MQTT_RECEIVE_MAXIMUM).
_WINDOW = 2000


def test_with_the_database_away_the_broker_keeps_what_memory_must_not(
    start: StartRole, tmp_path_factory, mosquitto: Mosquitto, sensor: str
) -> None:
    place = tmp_path_factory.mktemp("own")
    place.chmod(0o755)
    postgres, total = Postgres(place / "postgres"), 4 * MAX_QUEUED
    database = postgres.database_with_tables("own")
    mine = {"MQTT_TOPIC": f"pressure/{sensor}", "MQTT_CLIENT_ID": f"c-{sensor}"}
    role = start("ingest", **database, **mine).wait_ready()
    postgres.kill()

    _publish_numbered(mosquitto, f"pressure/{sensor}", total)
    queued = wait_for(
        lambda: (n := role.metric("exploreiot_messages_queued")) >= _WINDOW and n, "the window"
    )

    # Far from all: the broker may send more than asked, and then reading stops.
    assert queued <= MAX_QUEUED + MAX_BATCH
    postgres.start()
    stored = "SELECT count(*) || ' of ' || count(DISTINCT value) FROM readings"
    wait_for(lambda: postgres.sql(stored, "own") == f"{total} of {total}", "all stored, once")
    wait_for(lambda: role.metric("exploreiot_messages_queued") == 0, "nothing waits")
    postgres.stop()


def _publish_numbered(mosquitto: Mosquitto, topic: str, total: int) -> None:
    first = datetime.now(UTC) - timedelta(hours=1)
    with publisher(mosquitto) as client:
        for number in range(total):
            time = (first + timedelta(milliseconds=number)).isoformat()
            last = client.publish(topic, json.dumps({"valeur": number, "horodatage": time}), qos=1)
        last.wait_for_publish(30)


def test_a_peer_that_answers_no_ping_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "PING_SECONDS", 0.2)
    port = free_port()

    async def run() -> bytes:
        config = serve.config_for(_socket, Settings(listen_host="127.0.0.1"), port, Places(10, 2))
        server = serve.QuietServer(config)
        serving = asyncio.create_task(server.serve())
        got = await asyncio.to_thread(_silent_peer, port)
        server.should_exit = True
        await serving
        return got

    answer, _, frames = asyncio.run(run()).partition(b"\r\n\r\n")
    assert b" 101 " in answer
    # A ping, and later a close frame with 1011: no pong in time.
    assert frames.startswith(b"\x89\x04")
    assert b"\x03\xf3keepalive ping timeout" in frames


async def _socket(scope: dict, receive, send) -> None:
    if scope["type"] == "websocket":
        connection = WebSocket(scope, receive, send)
        await connection.accept()
        while (await connection.receive())["type"] != "websocket.disconnect":
            pass


def _silent_peer(port: int) -> bytes:
    """Everything the server sends until it hangs up."""
    peer = wait_for(lambda: sockets.create_connection(("127.0.0.1", port)), "the server listens")
    with peer:
        peer.settimeout(20)
        peer.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        return b"".join(iter(lambda: peer.recv(4096), b""))
