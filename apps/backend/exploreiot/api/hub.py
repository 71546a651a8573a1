"""The open sockets of this replica."""

from collections import Counter
from collections.abc import Sequence

from exploreiot import metrics
from exploreiot.api.problems import Problem
from exploreiot.ws_protocol import PushProtocol, text_frame


class Hub:
    def __init__(self, most: int, most_per_client: int) -> None:
        self._most = most
        self._most_per_client = most_per_client
        self._sockets: set[PushProtocol] = set()
        self._per_client: Counter[str] = Counter()

    def check_room(self, client: str) -> None:
        if len(self._sockets) >= self._most:
            reason = f"{self._most} sockets are open, which is the limit; try again later"
        elif self._per_client[client] >= self._most_per_client:
            reason = f"{self._most_per_client} sockets of one client are the limit; close some"
        else:
            return
        metrics.SOCKETS_REFUSED.inc()
        raise Problem(503, "trop_de_connexions", reason, headers={"Retry-After": "10"})

    def add(self, socket: PushProtocol, client: str) -> None:
        self._sockets.add(socket)
        self._per_client[client] += 1
        metrics.SOCKETS.set(len(self._sockets))

    def remove(self, socket: PushProtocol, client: str) -> None:
        self._sockets.discard(socket)
        self._per_client[client] -= 1
        if self._per_client[client] <= 0:
            del self._per_client[client]
        metrics.SOCKETS.set(len(self._sockets))

    def push(self, messages: Sequence[bytes]) -> None:
        """Never waits, so one slow client cannot hold up another."""
        frames = b"".join(map(text_frame, messages))
        for socket in tuple(self._sockets):
            if not socket.push(frames):
                metrics.SOCKETS_SLOW.inc()
                self._sockets.discard(socket)
