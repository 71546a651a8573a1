"""The server's HTTP connections: so many for each client, none that stands still, and no client
whose requests keep the loop from the others or whose answers fill the memory.

The server itself bounds neither a connection that says nothing nor a request that is half sent. And
it takes all requests of a read apart before it answers the first: thousands, of some kB each."""

import asyncio
import socket
from functools import partial

from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from exploreiot import metrics
from exploreiot.clients import Pieces, Places, Unread, client_key

# From the first byte, or from the connection, to the end of the headers.
HEAD_SECONDS = 10
# Of a request, but for its body: line, headers, sizes of chunks, trailers. The edge takes 16 kB.
_MOST_HEAD_BYTES = 32 * 1024
# At most 14 requests at once.
_PIECE_BYTES = 256
# Of a body, which is only put together.
_BODY_PIECE_BYTES = 4096
# The loop reads 256 kB at once, of which a thousand connections would keep as much each.
_RECEIVE_BYTES = 16 * 1024
# The kernel would keep up to 4 MB for a client that does not read, which no limit of the container
# counts on every machine. It keeps twice as much as is asked for.
_SEND_BYTES = 64 * 1024
_END = b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TIMEOUT = b"HTTP/1.1 408 Request Timeout" + _END
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large" + _END


class GuardedProtocol(HttpToolsProtocol):
    """`trusted`: proxies, which bring the connections of many clients and bound them themselves."""

    def __init__(
        self,
        *args,
        places: Places,
        pieces: Pieces,
        unread: Unread,
        trusted: _TrustedHosts,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._places = places
        self._pieces = pieces
        self._answers = unread
        self._trusted = trusted
        self._key = ""
        # Whose pieces this connection's are: each connection of a proxy stands for itself.
        self._worker = ""
        self._unread = bytearray()
        self._is_waiting = False
        self._is_in_head = False
        self._is_in_body = False
        self._head_bytes = 0
        self._is_upgraded = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        # Bytes that the server holds back stay here, and the rest in TCP.
        self.flow = FlowControl(self)
        address = self.client[0] if self.client else "unknown"
        self._key = client_key(address)
        is_proxy = address in self._trusted
        self._worker = f"{self.client}" if is_proxy else self._key
        if not is_proxy and not self._places.enter(self._key, self, self._give_way):
            metrics.CONNECTIONS_CUT.labels("too many").inc()
            return transport.abort()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._answers.forget(self)
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        # From here on it takes one of the places of sockets.
        self._is_upgraded = True
        self._leave()
        self._answers.forget(self)
        super().handle_websocket_upgrade()
        self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if len(self._unread) > _PIECE_BYTES:
            self.transport.pause_reading()
        self._go_on()

    def pause_reading(self) -> None:
        """As the server's flow control asks for it, instead of the transport; so the next one."""

    def resume_reading(self) -> None:
        self._go_on()

    def pause_writing(self) -> None:
        """An answer waits for its client to read."""
        super().pause_writing()
        client = self.scope["client"]
        key = client_key(client[0]) if client else "unknown"
        self._answers.note(self, key, self.transport.get_write_buffer_size(), self._end_unread)

    def resume_writing(self) -> None:
        self._answers.forget(self)
        super().resume_writing()

    def _end_unread(self) -> None:
        metrics.CONNECTIONS_CUT.labels("unread").inc()
        self.transport.abort()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._go_on()

    def _go_on(self) -> None:
        """Further requests wait until those that are taken apart have been begun."""
        if self._is_waiting or self._is_upgraded or self.transport.is_closing():
            return
        if self.flow.read_paused or self.pipeline:
            return
        if not self._unread:
            return self.transport.resume_reading()
        self._is_waiting = True
        self._pieces.add(self._worker, self._take)

    def _take(self) -> None:
        self._is_waiting = False
        if self.transport.is_closing():
            return
        size = _BODY_PIECE_BYTES if self._is_in_body else _PIECE_BYTES
        piece = bytes(self._unread[:size])
        del self._unread[:size]
        self._head_bytes += len(piece)
        super().data_received(piece)
        if self._head_bytes > _MOST_HEAD_BYTES:
            return self._refuse("too large", _TOO_LARGE)
        if not self._is_upgraded and (self._is_in_head or self._is_idle()):
            self._expect_head()
        self._go_on()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Of one client a request in a round of the loop, on however many connections they come."""
        self._pieces.add(self._worker, partial(super()._start_asgi_task, cycle, app))

    def on_message_begin(self) -> None:
        self._is_in_head, self._is_in_body = True, False
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head, self._is_in_body = False, True
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_body = False
        super().on_message_complete()

    def _expect_head(self) -> None:
        """Further bytes do not prolong it."""
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _too_slow(self) -> None:
        self._refuse("too slow", _TIMEOUT)

    def _refuse(self, reason: str, answer: bytes) -> None:
        metrics.CONNECTIONS_CUT.labels(reason).inc()
        if self._is_in_head and self._is_idle():
            self.transport.write(answer)
        self.transport.close()

    def _give_way(self) -> None:
        metrics.CONNECTIONS_CUT.labels("gave way").inc()
        self._stop_waiting()
        self.transport.abort()

    def _leave(self) -> None:
        self._stop_waiting()
        self._places.leave(self._key, self)
