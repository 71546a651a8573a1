"""One frame built once and written to every socket, with slow readers cut off.

The server's own way sends one message to one client at a time and waits for each: at a thousand
readings a second to fifty clients that alone would fill a core. So the protocol offers itself to
the application in the scope, and takes bytes that are frames already."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

EXTENSION = "exploreiot.push"
# About ten thousand readings. A client that is further behind will not catch up.
MAX_UNSENT_BYTES = 1024 * 1024
_LEAVE_SECONDS = 5
TRY_AGAIN_LATER = 1013


def text_frame(text: bytes) -> bytes:
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class PushProtocol(WebSocketsSansIOProtocol):
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
        return True

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
