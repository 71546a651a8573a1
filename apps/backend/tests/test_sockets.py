"""`/ws`: pushed to all, answered always, slow readers dropped."""

import json
import socket as sockets

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.conftest import StartRole
from tests.support.clients import WITH_KEY, ask, receive, ws
from tests.support.processes import wait_for
from tests.support.roles import KEY, Role


def test_a_message_is_stored_pushed_to_all_and_answered(
    start: StartRole, api: Role, sensor: str
) -> None:
    other_replica = start("api").wait_ready()
    with ws(api) as sender, ws(api) as neighbour, ws(other_replica) as far:
        wait_for(lambda: "push channel connected" in other_replica.process.output, "subscribed")
        answer = ask(sender, json.dumps({"capteur": sensor, "valeur": 1.5}))

        assert answer == {"reçu": True}
        for socket in (neighbour, far):
            pushed = receive(socket, lambda got: got.get("capteur") == sensor)
            assert pushed["valeur"] == 1.5


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "lecture_invalide"),
        ("{", "lecture_invalide"),
        ("null", "lecture_invalide"),
        ("[]", "lecture_invalide"),
        ('[{"capteur":"a","valeur":1}]', "lecture_invalide"),
        ('{"capteur":"a"}', "lecture_invalide"),
        ('{"capteur":"a","valeur":NaN}', "lecture_invalide"),
        ('{"capteur":"a","valeur":"1"}', "lecture_invalide"),
        ('{"capteur":"a b","valeur":1}', "lecture_invalide"),
        (b'{"capteur":"a","valeur":1}', "lecture_invalide"),
        (" " * 5000, "message_trop_grand"),
    ],
)
def test_bad_input_is_answered_and_the_socket_stays(
    api: Role, sensor: str, message: str | bytes, code: str
) -> None:
    with ws(api) as socket:
        refusal = ask(socket, message)
        again = ask(socket, json.dumps({"capteur": sensor, "valeur": 1}))

    assert set(refusal) == {"erreur", "message", "details"}
    assert refusal["erreur"] == code
    assert again == {"reçu": True}


def test_a_frame_over_64_kib_ends_that_socket_only(api: Role, sensor: str) -> None:
    with ws(api) as socket, ws(api) as other:
        socket.send("x" * 70_000)
        with pytest.raises(ConnectionClosedError) as end:
            receive(socket, lambda got: False)
        assert end.value.rcvd.code == 1009
        assert ask(other, json.dumps({"capteur": sensor, "valeur": 1})) == {"reçu": True}


def test_invalid_utf8_ends_that_socket_only(api: Role, sensor: str) -> None:
    with ws(api) as socket, ws(api) as other:
        socket.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosedError) as end:
            receive(socket, lambda got: False)
        assert end.value.rcvd.code == 1007
        assert ask(other, json.dumps({"capteur": sensor, "valeur": 1})) == {"reçu": True}


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "https://evil.example"}, 403), ({"Host": "evil.example"}, 400)],
)
def test_refuses_the_handshake(api: Role, headers: dict[str, str], status: int) -> None:
    lines = {"Host": f"127.0.0.1:{api.port}", "Connection": "Upgrade", "Upgrade": "websocket"}
    lines |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}

    answer = api.http.get("/ws", headers=lines | headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("origin", "key", "status"),
    [
        # A page cannot set the header of the key on a handshake: who does is a program.
        ("file://", KEY, 101),
        ("https://evil.example", KEY, 101),
        ("file://", "wrong", 403),
        ("file://", None, 403),
        (None, None, 101),
    ],
)
def test_a_program_is_known_by_its_key_or_by_having_no_origin(
    api: Role, origin: str | None, key: str | None, status: int
) -> None:
    try:
        with ws(api, key=key, origin=origin):
            got = 101
    except InvalidStatus as refusal:
        got = refusal.response.status_code

    assert got == status


def test_a_slow_client_is_dropped_and_the_others_get_all(start: StartRole, sensor: str) -> None:
    role = start("api").wait_ready()
    wait_for(lambda: "push channel connected" in role.process.output, "subscribed")
    slow = _client_that_reads_nothing(role)
    batch = [{"capteur": sensor, "valeur": 1}] * 1000
    sent = 0

    with ws(role, max_queue=None) as quick:

        def post_until_dropped() -> bool:
            nonlocal sent
            answer = role.http.post("/api/mesures", json=batch, headers=WITH_KEY)
            assert answer.status_code == 201
            sent += len(batch)
            return role.metric("exploreiot_sockets_slow_total") == 1

        wait_for(post_until_dropped, "the slow one is dropped", seconds=60)
        for _ in range(sent):
            receive(quick, lambda got: got.get("capteur") == sensor)
    slow.settimeout(10)
    tail = b""
    while piece := slow.recv(1 << 20):
        tail = (tail + piece)[-200:]
    # The last frame says why: close, 1013, reason.
    assert b"\x03\xf5too slow" in tail


def _client_that_reads_nothing(role: Role) -> sockets.socket:
    client = sockets.socket()
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", role.port))
    client.sendall(
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"X-API-Key: %s\r\n\r\n" % KEY.encode()
    )
    assert b" 101 " in client.recv(64)
    return client
