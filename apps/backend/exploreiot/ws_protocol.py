"""One frame built once and written to every socket, with slow readers cut off.

The server's own way sends one message to one client at a time and waits for each: at a thousand
readings a second to fifty clients that alone would fill a core. So the protocol offers itself to
the application in the scope, and takes bytes that are frames already.

And one client's frames never keep the loop from the others: a read may hold ten thousand."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from exploreiot import metrics
from exploreiot.clients import Pieces, Unread, client_key

EXTENSION = "exploreiot.push"
# About ten thousand readings. A client that is further behind will not catch up.
MAX_UNSENT_BYTES = 1024 * 1024
# From here on what a client has not read counts among that of all.
_BEHIND_BYTES = 64 * 1024
_LEAVE_SECONDS = 5
# At most 42 frames at once, which take some milliseconds with their answers.
_PIECE_BYTES = 256
TRY_AGAIN_LATER = 1013


def text_frame(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class PushProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, pieces: Pieces, unread: Unread, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pieces = pieces
        self._pushes = unread
        self._unread = bytearray()
        self._is_waiting = False

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            return super().data_received(data)
        self._unread += data
        if len(self._unread) > _PIECE_BYTES:
            self.transport.pause_reading()
        self._go_on()

    async def receive(self) -> Any:
        """The server's own, but for the reading: what has been read comes first."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._go_on()
        return message

    def _go_on(self) -> None:
        if self._is_waiting or self.read_paused or self.transport.is_closing():
            return
        if not self._unread:
            return self.transport.resume_reading()
        self._is_waiting = True
        self._pieces.add(self._client(), self._take)

    def _client(self) -> str:
        address = self.scope["client"]
        return client_key(address[0]) if address else "unknown"

    def _take(self) -> None:
        self._is_waiting = False
        if self.transport.is_closing():
            return
        piece = bytes(self._unread[:_PIECE_BYTES])
        del self._unread[:_PIECE_BYTES]
        super().data_received(piece)
        self._go_on()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        scope: dict[str, Any] | None = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EXTENSION] = self

    def push(self, frames: bytes) -> bool:
        """Write ready-made frames; False when the client was too slow and is dropped."""
        if not self.handshake_complete or self.close_sent or self.transport.is_closing():
            return True
        if self.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.drop(TRY_AGAIN_LATER, "too slow: unread readings exceed 1 MiB")
            return False
        self.transport.write(frames)
        unread = self.transport.get_write_buffer_size()
        if unread > _BEHIND_BYTES:
            self._pushes.note(self, self._client(), unread, self._end_unread)
        else:
            self._pushes.forget(self)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        self._pushes.forget(self)
        super().connection_lost(exc)

    def _end_unread(self) -> None:
        metrics.CONNECTIONS_CUT.labels("unread").inc()
        self.transport.abort()

    def drop(self, code: int, reason: str) -> None:
        """Say why, and do not wait: a client that reads nothing is cut off after a while."""
        try:
            self.conn.send_close(code, reason)
        except InvalidState:
            return
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.close_timer = self.loop.call_later(_LEAVE_SECONDS, self.transport.abort)
