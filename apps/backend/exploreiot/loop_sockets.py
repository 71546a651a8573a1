"""The socket of the MQTT client, watched by the event loop instead of a thread."""

import asyncio
import socket
import threading

from exploreiot.buffered_client import BufferedClient


class LoopSocket:
    """Make it on the loop's own thread."""

    def __init__(self, client: BufferedClient, loop: asyncio.AbstractEventLoop) -> None:
        self._client = client
        self._loop = loop
        self._thread = threading.get_ident()
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_socket_register_write = self._wants_to_write
        client.on_socket_unregister_write = self._has_written

    def hold(self) -> None:
        """Read no more: what the broker sends stays in the socket, and then with the broker."""
        self._client.held = True
        if (sock := self._client.socket()) is not None:
            self._loop.remove_reader(sock)

    def resume(self) -> None:
        if self._client.held:
            self._client.held = False
            self._watch_read()

    def _opened(self, _client: BufferedClient, _data: object, sock: socket.socket) -> None:
        # Called on the dialling thread, so it goes by way of the loop.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop.call_soon_threadsafe(self._watch_read)

    def _watch_read(self) -> None:
        sock = self._client.socket()
        if sock is not None and not self._client.held:
            self._loop.add_reader(sock, self._read)
            self._read()

    def _read(self) -> None:
        self._client.loop_read()
        if (sock := self._client.socket()) is not None:
            # The broker sends the next message once this one has been acknowledged by TCP, which
            # the kernel likes to put off: that alone would make readings 10 ms older (p50).
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if self._client.has_unread and not self._client.held:
            # The loop wakes for bytes in the socket, and these are out of it already.
            self._loop.call_soon(self._read)

    def _closed(self, _client: BufferedClient, _data: object, sock: socket.socket) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _wants_to_write(self, _client: BufferedClient, _data: object, sock: socket.socket) -> None:
        if threading.get_ident() == self._thread:
            self._loop.add_writer(sock, self._client.loop_write)
        else:
            self._loop.call_soon_threadsafe(self._watch_write, sock)

    def _watch_write(self, sock: socket.socket) -> None:
        # The connection may have ended on the way here.
        if sock.fileno() >= 0:
            self._loop.add_writer(sock, self._client.loop_write)

    def _has_written(self, _client: BufferedClient, _data: object, sock: socket.socket) -> None:
        self._loop.remove_writer(sock)
