"""The body of a request while it arrives: no larger, no slower and no more at once than allowed."""

import asyncio

from starlette.types import Message, Receive

from exploreiot.api.problems import Problem
from exploreiot.clients import Places

# A gateway on GPRS sends 1 to 2 kB a second. The edge waits for a body in the same way.
BYTES_PER_SECOND = 512
_GRACE_SECONDS = 10


class LimitedBody:
    """Counts what really arrives: a chunked body declares no length."""

    def __init__(self, receive: Receive, max_bytes: int, places: Places, client: str) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._places = places
        self._client = client
        self._count = 0
        self._is_whole = False
        self._timeout: asyncio.Timeout | None = None
        self._since = asyncio.get_running_loop().time()

    async def receive(self) -> Message:
        if self._is_whole:
            # From here on the only news is that the client has gone.
            return await self._receive()
        message = await self._next_piece()
        self._count += len(message.get("body", b""))
        if self._count > self._max_bytes:
            raise too_large(self._max_bytes)
        if message.get("more_body", False):
            self._take_place()
        else:
            self._is_whole = True
            self.leave()
        return message

    async def _next_piece(self) -> Message:
        """The time allowed grows with what has arrived, so a slow line may take long, and one that
        stands still may not."""
        until = self._since + _GRACE_SECONDS + self._count / BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(until) as self._timeout:
                return await self._receive()
        except TimeoutError:
            raise _too_slow() from None
        finally:
            self._timeout = None

    def _take_place(self) -> None:
        """Only what does not come at once needs one."""
        self.leave()
        if not self._places.enter(self._client, self, self._give_way):
            message = "too many bodies of this client are on their way; try again later"
            headers = {"Connection": "close", "Retry-After": "10"}
            raise Problem(503, "trop_de_connexions", message, headers=headers)

    def _give_way(self) -> None:
        if self._timeout is not None:
            self._timeout.reschedule(asyncio.get_running_loop().time())

    def leave(self) -> None:
        self._places.leave(self._client, self)


def too_large(max_bytes: int) -> Problem:
    message = f"the body is larger than {max_bytes} bytes; send fewer readings at once"
    return Problem(413, "corps_trop_grand", message, headers={"Connection": "close"})


def _too_slow() -> Problem:
    message = (
        f"the body came too slowly; allowed: {BYTES_PER_SECOND} bytes a second after "
        f"{_GRACE_SECONDS} s; send fewer readings at once"
    )
    return Problem(408, "corps_trop_lent", message, headers={"Connection": "close"})
