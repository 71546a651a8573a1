"""The server's HTTP connections: so many for each client, and none that stands still.

The server itself bounds neither a connection that says nothing nor a request that is half sent."""

import asyncio

from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from exploreiot import metrics
from exploreiot.clients import Places, client_key

# From the first byte, or from the connection, to the end of the headers.
HEAD_SECONDS = 10
_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """`trusted`: proxies, which bring the connections of many clients and bound them themselves."""

    def __init__(self, *args, places: Places, trusted: _TrustedHosts, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._places = places
        self._trusted = trusted
        self._key = ""
        self._is_in_head = False
        self._is_upgraded = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        address = self.client[0] if self.client else "unknown"
        self._key = client_key(address)
        is_free = address in self._trusted or self._places.enter(self._key, self, self._give_way)
        if not is_free:
            metrics.CONNECTIONS_CUT.labels("too many").inc()
            return transport.abort()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        # From here on it takes one of the places of sockets.
        self._is_upgraded = True
        self._leave()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_idle = self.cycle is None or self.cycle.response_complete
        if not self._is_upgraded and (self._is_in_head or is_idle):
            self._expect_head()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        """Further bytes do not prolong it."""
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        metrics.CONNECTIONS_CUT.labels("too slow").inc()
        if self._is_in_head:
            self.transport.write(_TIMEOUT)
        self.transport.close()

    def _give_way(self) -> None:
        metrics.CONNECTIONS_CUT.labels("gave way").inc()
        self._stop_waiting()
        self.transport.abort()

    def _leave(self) -> None:
        self._stop_waiting()
        self._places.leave(self._key, self)
