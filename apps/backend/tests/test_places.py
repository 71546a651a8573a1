"""Places for connections, bodies and sockets are shared: some addresses cannot take them all."""

import asyncio
import json
import socket as sockets
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import asyncpg
import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from exploreiot import history
from exploreiot.clients import OWN, Places, Turns, Unread, asked_by, client_key
from exploreiot.clients import _asking as asking_client
from exploreiot.database import COMMAND_SECONDS
from exploreiot.errors import Unavailable
from exploreiot.history import EARLIEST, LATEST, History, Span
from exploreiot.http_protocol import HEAD_SECONDS
from tests.conftest import StartRole
from tests.support.clients import WITH_KEY, receive, ws
from tests.support.clients import ask as ask_socket
from tests.support.processes import wait_for
from tests.support.roles import KEY, Role
from tests.support.services import Postgres

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
# Of the container, unless stated (services/backend/definition.ts).
MEMORY_MIB = 192
HEAD = b"POST /api/mesures HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("unknown", "unknown"),
    ],
)
def test_who_counts_as_one_client(address: str, key: str) -> None:
    assert client_key(address) == key


def test_the_client_with_most_places_makes_room_for_one_with_fewer() -> None:
    places, gone = Places(4, 3), []
    enter = lambda client, name: places.enter(client, name, lambda: gone.append(name))  # noqa: E731

    assert [enter("a", n) for n in ("a1", "a2", "a3", "a4")] == [True, True, True, False]
    assert (enter("b", "b1"), gone) == (True, [])
    assert (enter("b", "b2"), gone) == (True, ["a1"])
    # Two and two: to take from one of them for the other would only change the names.
    assert (enter("b", "b3"), gone) == (False, ["a1"])
    assert (enter("c", "c1"), gone) == (True, ["a1", "a2"])
    places.leave("a", "a1")
    places.leave("c", "c1")
    assert (enter("d", "d1"), gone) == (True, ["a1", "a2"])


def test_turns_go_round_among_clients() -> None:
    """Two places, one for each client but the process itself."""
    let_in: list[str] = []

    async def ask(turns: Turns, client: str, leave: asyncio.Event) -> None:
        with asked_by(client):
            async with turns.turn(10):
                let_in.append(client)
                await leave.wait()

    async def run() -> None:
        turns, clients = Turns(2, 1), ["a", "a", "a", "b", "b", "c", OWN]
        leaves = {client: asyncio.Event() for client in clients}
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(ask(turns, client, leaves[client])) for client in clients]
            await asyncio.sleep(0)
            assert let_in == ["a", "b"]
            # One that is let in, and one that waits.
            for gone in (asked[0], asked[4]):
                gone.cancel()
            await asyncio.wait([asked[0], asked[4]])
            await asyncio.sleep(0)
            assert let_in == ["a", "b", "a"]
            for client in ("c", "b", OWN, "a"):
                leaves[client].set()
        assert let_in == ["a", "b", "a", "c", OWN, "a"]

    asyncio.run(run())


def test_who_gets_no_turn_in_time_is_told_and_leaves_nothing_behind() -> None:
    async def run() -> None:
        turns = Turns(1, 1)
        async with turns.turn(10):
            with pytest.raises(TimeoutError):
                async with turns.turn(0.01):
                    pass
        async with turns.turn(0.01):
            pass

    asyncio.run(run())


class StandingStill:
    """A database in which every question takes long."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer = asyncio.Event()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["StandingStill"]:
        yield self

    async def fetch(self, *_: object, **limits: float) -> list[dict]:
        if limits:
            raise TimeoutError
        self.asked.append(asking_client.get())
        await self.answer.wait()
        return [{"count": 7}]


EVER = Span(None, EARLIEST, LATEST)


def test_of_long_questions_two_are_asked_at_once_and_one_of_a_client() -> None:
    async def count(asked: History, client: str) -> int:
        with asked_by(client):
            return await asked.count(EVER, 10)

    async def run() -> None:
        database = StandingStill()
        asked = History(database)
        async with asyncio.TaskGroup() as tasks:
            counts = [tasks.create_task(count(asked, client)) for client in "aaabc"]
            for _ in range(100):
                await asyncio.sleep(0)
            assert database.asked == ["a", "b"]
            database.answer.set()
        assert [task.result() for task in counts] == [7] * 5

    asyncio.run(run())


def test_who_waits_too_long_with_a_long_question_is_told_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "_WAIT_SECONDS", 0.01)

    async def run() -> None:
        asked = History(StandingStill())
        first = asyncio.create_task(asked.count(EVER, 10))
        await asyncio.sleep(0)
        with asked_by("a"):
            second = asyncio.create_task(asked.count(EVER, 10))
            await asyncio.sleep(0)
            with pytest.raises(Unavailable, match="too many long questions at once"):
                await asked.count(EVER, 10)
        for task in (first, second):
            task.cancel()

    asyncio.run(run())


@contextmanager
def crowd(role: Role, count: int, sent: bytes, address: str = "127.0.0.2") -> Iterator[list]:
    """Connections of one address that send the same and then no more."""
    made = []
    for _ in range(count):
        one = sockets.socket()
        one.bind((address, 0))
        one.connect(("127.0.0.1", role.port))
        one.settimeout(HEAD_SECONDS + 10)
        made.append(one)
        try:
            one.sendall(sent)
        except OSError:
            continue
    try:
        yield made
    finally:
        for one in made:
            # Also for a thread that waits for it.
            with suppress(OSError):
                one.shutdown(sockets.SHUT_RDWR)
            one.close()


def test_the_client_that_leaves_most_unread_gives_up_the_largest() -> None:
    unread, ended = Unread(100), []
    note = lambda client, name, size: unread.note(  # noqa: E731
        name, client, size, lambda: ended.append(name)
    )

    note("a", "a1", 30)
    note("a", "a2", 40)
    note("b", "b1", 25)
    assert ended == []
    note("b", "b1", 31)
    assert ended == ["a2"]
    # The largest of all, but its client leaves less than the other one.
    note("b", "b2", 20)
    note("c", "c1", 45)
    assert ended == ["a2", "b1"]
    unread.forget("c1")
    note("a", "a3", 50)
    assert ended == ["a2", "b1"]


def unread_crowd(role: Role, count: int, sent: bytes, opened: ExitStack, first: int = 2) -> None:
    """A hundred connections of each of so many addresses, which read nothing."""
    for number in range(first, first + count):
        for _ in range(100):
            one = opened.enter_context(sockets.socket())
            one.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2048)
            one.bind((f"127.0.0.{number}", 0))
            one.connect(("127.0.0.1", role.port))
            one.sendall(sent)


# Of a connection: twice what the server asks for, and what is on its way.
MOST_IN_KERNEL = 256 * 1024


def most_in_kernel(role: Role) -> int:
    """Bytes that the kernel keeps for a client that has not read them."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    port = f":{role.port:04X}"
    return max(int(row[4].split(":")[0], 16) for row in rows if row[1].endswith(port))


MANY = [{"capteur": f"{'capteur-au-nom-long' * 3}-{n}", "valeur": n / 7} for n in range(1000)]


def test_answers_that_nobody_reads_leave_memory(start: StartRole) -> None:
    """Of half a MB each, for a thousand sensors."""
    role = start("api").wait_ready()
    assert role.http.post("/api/mesures", json=MANY, headers=WITH_KEY).status_code == 201
    with ExitStack() as opened:
        request = b"GET /api/apercu?points=60 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        unread_crowd(role, 4, request, opened)
        cut = lambda: role.metric("exploreiot_connections_cut_total")  # noqa: E731
        wait_for(lambda: cut() > 100 or role.most_memory > MEMORY_MIB, "cut off", 120)
        assert role.http.get("/api/apercu?points=60").status_code == 200
        assert role.most_memory < MEMORY_MIB


def test_sockets_that_read_nothing_leave_memory_of_the_kernel(start: StartRole) -> None:
    role = start("api").wait_ready()
    with ExitStack() as opened, ws(role) as reader:
        unread_crowd(role, 1, UPGRADE, opened)
        for _ in range(10):
            assert role.http.post("/api/mesures", json=MANY, headers=WITH_KEY).status_code == 201
            for _ in MANY:
                reader.recv(timeout=30)
        assert most_in_kernel(role) < MOST_IN_KERNEL


@pytest.mark.parametrize("sent", [b"", HEAD, b"\r\n", HEAD + b"Content-Length: 9\r\n\r\n1"])
def test_a_thousand_half_sent_requests_of_one_address_leave_room_for_others(
    start: StartRole, sent: bytes
) -> None:
    role = start("api").wait_ready()

    with crowd(role, 1000, sent):
        started = time.monotonic()
        assert role.http.get("/api/capteurs").status_code == 200
        # Not only once the crowd has lost its places.
        assert time.monotonic() - started < HEAD_SECONDS
        wait_for(lambda: role.metric("exploreiot_connections_cut_total") >= 900, "cut off")


def test_ten_addresses_leave_room_for_an_eleventh(start: StartRole) -> None:
    role = start("api").wait_ready()

    with ExitStack() as crowds:
        for number in range(2, 12):
            crowds.enter_context(crowd(role, 60, HEAD, f"127.0.0.{number}"))
        assert role.http.get("/api/capteurs").status_code == 200


def is_open(one: sockets.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_who_makes_room_for_another_client_is_cut_off(start: StartRole) -> None:
    role = start("api").wait_ready()
    with ExitStack() as crowds:
        made = [
            one
            for number in range(2, 12)
            for one in crowds.enter_context(crowd(role, 60, b"", f"127.0.0.{number}"))
        ]
        assert role.http.get("/healthz").status_code == 200
        # What stands still is looked for among those that have a place: nobody else ends these.
        wait_for(lambda: not any(is_open(one) for one in made), "their end")


def test_a_connection_that_has_ended_has_no_place(start: StartRole) -> None:
    role = start("api", MAX_CONNECTIONS_PER_CLIENT="10").wait_ready()
    for _ in range(3):
        with crowd(role, 10, b""):
            pass

    def is_answered() -> bool:
        with crowd(role, 1, b"GET /healthz HTTP/1.1\r\n\r\n") as (one,):
            try:
                return one.recv(100).startswith(b"HTTP/1.1 200 ")
            except OSError:
                return False

    wait_for(is_answered, "room again")


class SlowClients:
    """Those that take their time, all at once."""

    def __init__(self, role: Role, threads: ThreadPoolExecutor) -> None:
        self._role = role
        self.still = {sent: threads.submit(self._stand_still, sent) for sent in STANDS_STILL}
        self.now_and_then = threads.submit(self._send_bytes_now_and_then)
        self.idle = threads.submit(self._end_a_line_when_idle)
        self.line = threads.submit(self._deliver_over_a_slow_line)
        self.socket = threads.submit(self._keep_a_silent_socket)

    def _stand_still(self, sent: bytes) -> bytes:
        with crowd(self._role, 1, sent) as (one,):
            return b"".join(iter(lambda: one.recv(4096), b""))

    def _end_a_line_when_idle(self) -> bytes:
        """The server's own time for an idle connection is over with the first byte."""
        with crowd(self._role, 1, b"GET /healthz HTTP/1.1\r\n\r\n") as (one,):
            one.recv(4096)
            one.sendall(b"\r\n")
            return b"".join(iter(lambda: one.recv(4096), b""))

    def _send_bytes_now_and_then(self) -> tuple[bytes, float]:
        started = time.monotonic()
        with crowd(self._role, 1, HEAD) as (one,):
            one.settimeout(1)
            received = b""
            while not received and time.monotonic() - started < 2 * HEAD_SECONDS:
                one.sendall(b"x")
                try:
                    received = one.recv(100)
                except TimeoutError:
                    continue
        return received, time.monotonic() - started

    def _deliver_over_a_slow_line(self) -> bytes:
        reading = b'{"capteur":"slow-line","valeur":1}'
        body = b"[" + b",".join([reading] * (15_000 // len(reading))) + b"]"
        head = HEAD + b"X-API-Key: %s\r\nContent-Length: %d\r\n\r\n" % (KEY.encode(), len(body))
        with crowd(self._role, 1, head) as (one,):
            for start in range(0, len(body), 250):
                one.sendall(body[start : start + 250])
                time.sleep(0.25)
            return one.recv(100)

    def _keep_a_silent_socket(self) -> dict:
        with ws(self._role) as socket:
            with pytest.raises(TimeoutError):
                receive(socket, lambda got: False, seconds=HEAD_SECONDS + 2)
            return ask_socket(socket, json.dumps({"capteur": "silent-socket", "valeur": 1}))


HALF_A_BODY = HEAD + b"X-API-Key: %s\r\nContent-Length: 9\r\n\r\n1" % KEY.encode()
# And how the answer begins.
STANDS_STILL = {
    b"": b"",
    HEAD: b"HTTP/1.1 408 ",
    b"GET /healthz HTTP/1.1\r\n\r\n\r\n": b"HTTP/1.1 200 ",
    HALF_A_BODY: b"HTTP/1.1 408 ",
}


@pytest.fixture(scope="module")
def slow(api: Role) -> Iterator[SlowClients]:
    with ThreadPoolExecutor(10) as threads:
        yield SlowClients(api, threads)


@pytest.mark.parametrize("sent", STANDS_STILL)
def test_a_connection_that_stands_still_is_closed(slow: SlowClients, sent: bytes) -> None:
    received, answer = slow.still[sent].result(), STANDS_STILL[sent]

    assert received.startswith(answer)
    assert (received == b"") == (answer == b"")


def test_the_end_of_a_line_keeps_no_idle_connection(slow: SlowClients) -> None:
    assert b"HTTP/1.1" not in slow.idle.result()


def test_bytes_now_and_then_do_not_prolong_a_head(slow: SlowClients) -> None:
    received, seconds = slow.now_and_then.result()

    assert received.startswith(b"HTTP/1.1 408 ")
    assert seconds < HEAD_SECONDS + 3


def test_a_slow_line_delivers_its_batch(slow: SlowClients) -> None:
    """15 kB at 1 kB a second, as over GPRS."""
    assert slow.line.result().startswith(b"HTTP/1.1 201 ")


CHUNKED = HEAD + b"X-API-Key: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % KEY.encode()
TOO_LARGE = b"HTTP/1.1 431 "


@pytest.mark.parametrize(
    ("begin", "more", "answer"),
    [
        (b"GET /", b"x" * 100, TOO_LARGE),
        (HEAD + b"X-Long: ", b"x" * 100, TOO_LARGE),
        (HEAD, b"X-Many: 1\r\n", TOO_LARGE),
        (CHUNKED + b"1;", b"x" * 100, b""),
        (CHUNKED, b"%0100d\r\n \r\n" % 1, b""),
        (CHUNKED + b"0\r\n", b"X-Many: 1\r\n", b""),
    ],
    ids=["path", "header", "headers", "extension of a chunk", "chunks of a byte", "trailers"],
)
def test_a_request_with_much_besides_its_body_is_refused(
    api: Role, begin: bytes, more: bytes, answer: bytes
) -> None:
    """All is read before the answer, since what is left unread would take that away."""
    before = api.metric("exploreiot_connections_cut_total")
    sent = begin + more * (33_500 // len(more))

    with crowd(api, 1, sent) as (one,):
        received = b"".join(iter(lambda: one.recv(4096), b""))

    assert received.startswith(answer)
    assert (received == b"") == (answer == b"")
    assert api.metric("exploreiot_connections_cut_total") == before + 1


def test_many_requests_on_one_connection_are_not_taken_for_a_large_one(api: Role) -> None:
    connection = HTTPConnection("127.0.0.1", api.port, timeout=30)
    connection.connect()
    first = connection.sock
    for _ in range(40):
        connection.request("GET", "/healthz", headers={"X-Long": "x" * 1000})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (200, first)
    connection.close()


@pytest.mark.parametrize(
    ("length", "more"),
    [(10**9, bytes(65_536)), (0, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1500)],
    ids=["its body", "further requests"],
)
def test_what_comes_behind_a_question_that_stands_still_waits_with_the_client(
    start: StartRole, postgres: Postgres, env: dict[str, str], length: int, more: bytes
) -> None:
    """Nothing of it is put together: what comes stays in TCP."""
    role = start("api").wait_ready()
    path = STILL["readings_daily"][0].encode()
    head = b"GET %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path, length)

    def send(one: sockets.socket) -> int:
        sent = 0
        one.settimeout(3)
        with suppress(OSError):
            while sent < 64 * 1024**2:
                sent += one.send(more)
        return sent

    async def run() -> None:
        async with standing_still(postgres, env, "readings_daily"):
            with crowd(role, 1, head) as (one,):
                await asyncio.to_thread(stand_still, postgres, 1)
                assert await asyncio.to_thread(send, one) < 16 * 1024**2

    asyncio.run(asyncio.wait_for(run(), 60))


def test_requests_that_wait_for_earlier_ones_wait_with_the_client(api: Role) -> None:
    """No more is taken apart with each answer."""
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sent, answered, rest = [0], 0, b""

    def send(one: sockets.socket) -> None:
        with suppress(OSError):
            while True:
                sent[0] += one.send(request * 100)

    with ThreadPoolExecutor(1) as threads, crowd(api, 1, b"") as (one,):
        one.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 16_384)
        threads.submit(send, one)
        while answered < 3000:
            found = rest + one.recv(65_536)
            answered += found.count(b"HTTP/1.1 200 ")
            # The begin of a line that was cut; a whole one is counted above.
            rest = found[-12:]
        assert sent[0] - answered * len(request) < 256 * 1024


def test_a_client_that_leaves_within_its_body_is_no_failure_of_the_server(start: StartRole) -> None:
    role = start("api").wait_ready()
    with crowd(role, 1, HALF_A_BODY):
        pass

    wait_for(lambda: '"status":400' in role.process.output, lambda: role.process.output[-2000:])
    assert "Traceback" not in role.process.output


def test_a_body_that_stands_still_is_refused(slow: SlowClients) -> None:
    assert b'"erreur":"corps_trop_lent"' in slow.still[HALF_A_BODY].result()


def test_a_socket_outlives_the_time_for_headers(slow: SlowClients) -> None:
    assert slow.socket.result() == {"reçu": True}


def socket_of(role: Role, client: str) -> ClientConnection:
    """As the edge brings it."""
    lines = {"X-Forwarded-For": client}
    return ws(role, key=None, additional_headers=lines)


def test_sockets_are_shared_between_clients(start: StartRole) -> None:
    limits = {"MAX_SOCKETS": "10", "MAX_SOCKETS_PER_CLIENT": "4", "TRUSTED_PROXIES": "127.0.0.1"}
    role = start("api", **limits).wait_ready()
    with ExitStack() as opened:
        # One /64 is one client, however many addresses it shows.
        own = [opened.enter_context(socket_of(role, f"2001:db8::{n}")) for n in range(1, 5)]
        with pytest.raises(InvalidStatus) as refusal:
            socket_of(role, "2001:db8::5")
        assert refusal.value.response.status_code == 503
        for client in ("192.0.2.1", "192.0.2.2"):
            for _ in range(3):
                opened.enter_context(socket_of(role, client))

        newcomer = opened.enter_context(socket_of(role, "192.0.2.9"))

        with pytest.raises(ConnectionClosed) as end:
            own[0].recv(timeout=30)
        assert end.value.rcvd.code == 1013
        assert newcomer.ping().wait(30)
        assert own[1].ping().wait(30)


@pytest.mark.parametrize(
    "frame",
    # Of one byte without the key, which is answered; without any; and of one message.
    [b"\x81\x81\0\0\0\0a", b"\x89\x80\0\0\0\0", b"\x00\x80\0\0\0\0"],
    ids=["message", "ping", "fragment"],
)
def test_others_are_answered_while_sockets_send_as_much_as_they_can(
    start: StartRole, frame: bytes
) -> None:
    role = start("api").wait_ready()
    begin = b"\x01\x80\0\0\0\0" if frame.startswith(b"\0") else b""
    with ThreadPoolExecutor(40) as threads, crowd(role, 20, UPGRADE) as made:
        for one in made:
            assert b" 101 " in one.recv(4096)
            one.sendall(begin)
        assert_others_are_answered(role, threads, made, frame * 2000)


@pytest.mark.parametrize("path", ["/api/capteurs", "/healthz"])
def test_others_are_answered_while_connections_are_full_of_requests(
    start: StartRole, path: str
) -> None:
    """Of one client, which waits for no answer."""
    role = start("api").wait_ready()
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with ThreadPoolExecutor(200) as threads, crowd(role, 100, b"") as made:
        assert_others_are_answered(role, threads, made, request * 2000)
        assert role.most_memory < MEMORY_MIB


def assert_others_are_answered(
    role: Role, threads: ThreadPoolExecutor, made: list[sockets.socket], sent: bytes
) -> None:
    for one in made:
        threads.submit(flood, one, sent)
        threads.submit(lambda one=one: [*iter(lambda: one.recv(65_536), b"")])
    started = time.monotonic()
    for _ in range(20):
        assert role.http.get("/api/capteurs").status_code == 200
    assert time.monotonic() - started < 10


def flood(one: sockets.socket, sent: bytes) -> None:
    """Until it is shut down."""
    with suppress(OSError):
        while True:
            one.sendall(sent)


def test_a_socket_takes_no_place_of_a_connection_and_may_begin_with_a_long_head(
    start: StartRole,
) -> None:
    role = start("api", MAX_CONNECTIONS_PER_CLIENT="3").wait_ready()
    long = {"X-Long": "x" * 2000}
    with ExitStack() as opened:
        own = [opened.enter_context(ws(role, additional_headers=long)) for _ in range(5)]
        for number, socket in enumerate(own):
            reading = json.dumps({"capteur": f"long-head-{number}", "valeur": 1})
            assert ask_socket(socket, reading) == {"reçu": True}


def test_a_place_is_free_again_after_a_socket(start: StartRole) -> None:
    role = start("api", MAX_SOCKETS="1").wait_ready()
    with ws(role):
        pass

    def can_open() -> bool:
        try:
            with ws(role):
                return True
        except InvalidStatus:
            return False

    wait_for(can_open, "room again")


def test_a_client_that_is_a_trusted_proxy_may_bring_many_connections(start: StartRole) -> None:
    role = start("api", TRUSTED_PROXIES="127.0.0.2").wait_ready()
    with crowd(role, 400, b"GET /healthz HTTP/1.1\r\n") as made:
        for one in made:
            one.sendall(b"\r\n")
        assert all(b" 200 " in one.recv(100) for one in made)
    assert role.http.get("/api/capteurs", headers=WITH_KEY).status_code == 200


def test_a_client_may_have_as_many_connections_as_is_said(start: StartRole) -> None:
    role = start("api", MAX_CONNECTIONS_PER_CLIENT="150").wait_ready()
    with crowd(role, 160, b"GET /healthz HTTP/1.1\r\n") as made:
        answers = []
        for one in made:
            try:
                one.sendall(b"\r\n")
                answers.append(b" 200 " in one.recv(100))
            except OSError:
                answers.append(False)
    assert answers.count(True) == 150


# Questions of one client that stand still once the table is locked; one of another that does not
# read it.
STILL = {
    "readings_daily": ("/api/series?capteur=any", "/api/mesures.csv?capteur=any"),
    "sensors": ("/api/capteurs", "/api/mesures"),
}
STANDING_STILL = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("table", STILL)
def test_another_client_is_answered_while_one_has_more_questions_than_there_are_places(
    start: StartRole, postgres: Postgres, env: dict[str, str], table: str
) -> None:
    role = start("api", TRUSTED_PROXIES="127.0.0.1").wait_ready()
    slow, quick = STILL[table]

    async def run() -> None:
        async with standing_still(postgres, env, table), asking(role) as client:
            own = [asyncio.create_task(ask(client, slow, "192.0.2.1")) for _ in range(12)]
            await asyncio.to_thread(stand_still, postgres, 1)
            assert await ask(client, quick, "192.0.2.2") == 200
            assert not any(task.done() for task in own)
            for task in own:
                task.cancel()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_short_question_waits_for_no_long_ones_of_two_clients(
    start: StartRole, postgres: Postgres, env: dict[str, str], sensor: str
) -> None:
    """Those of a month stand still, for their first week is locked; those of an hour do not."""
    role = start("api", TRUSTED_PROXIES="127.0.0.1").wait_ready()
    month = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    reading = {"capteur": sensor, "valeur": 1, "horodatage": month}
    assert role.http.post("/api/mesures", json=reading, headers=WITH_KEY).status_code == 201
    of_reading = f"SELECT tableoid::regclass FROM readings WHERE sensor = '{sensor}'"
    week = postgres.sql(of_reading, env["DATABASE_NAME"])
    short = f"/api/series?capteur={sensor}"
    long = f"{short}&pas=86400&depuis={month}"

    async def run() -> None:
        async with asking(role) as client:
            async with standing_still(postgres, env, week):
                clients = ("192.0.2.1", "192.0.2.2") * 3
                own = [asyncio.create_task(ask(client, long, address)) for address in clients]
                await asyncio.to_thread(stand_still, postgres, 2)
                started = time.monotonic()
                for _ in range(5):
                    assert await ask(client, short, "192.0.2.3") == 200
                assert time.monotonic() - started < COMMAND_SECONDS / 2
                assert not any(task.done() for task in own)
            # Each was asked again in its turn, and is answered.
            assert await asyncio.gather(*own) == [200] * 6

    asyncio.run(asyncio.wait_for(run(), 60))


@asynccontextmanager
async def standing_still(
    postgres: Postgres, env: dict[str, str], table: str
) -> AsyncIterator[None]:
    locks = await asyncpg.connect(
        host=postgres.host, port=postgres.port, user="admin", database=env["DATABASE_NAME"]
    )
    async with locks.transaction():
        await locks.execute(f"LOCK TABLE {table}")
        yield
    await locks.close()


def stand_still(postgres: Postgres, least: int) -> None:
    wait_for(lambda: int(postgres.sql(STANDING_STILL)) >= least, "questions that stand still")


def asking(role: Role) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{role.port}", timeout=20)


async def ask(client: httpx.AsyncClient, path: str, address: str) -> int:
    """As the edge brings it."""
    answer = await client.get(path, headers={"X-Forwarded-For": address})
    return answer.status_code
