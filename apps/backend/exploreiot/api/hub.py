"""The open sockets of this replica."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from exploreiot import metrics
from exploreiot.api.problems import Problem
from exploreiot.clients import Places
from exploreiot.ws_protocol import TRY_AGAIN_LATER, PushProtocol, text_frame


class Hub:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._sockets: set[PushProtocol] = set()
        # Those of them that asked for the state of the chain and for alarms.
        self._watching: set[PushProtocol] = set()
        self.last_push: datetime | None = None

    @property
    def watched(self) -> bool:
        return bool(self._watching)

    def add(self, socket: PushProtocol, client: str, watches: bool) -> None:
        """Raises `Problem` 503 when the client has no place left, or nobody has."""

        def give_way() -> None:
            metrics.SOCKETS_REFUSED.inc()
            socket.drop(TRY_AGAIN_LATER, "gave way to another client: all places are taken")
            self._forget(socket)

        if not self._places.enter(client, socket, give_way):
            metrics.SOCKETS_REFUSED.inc()
            raise _full(self._places)
        self._sockets.add(socket)
        if watches:
            self._watching.add(socket)
        metrics.SOCKETS.set(len(self._sockets))

    def remove(self, socket: PushProtocol, client: str) -> None:
        self._places.leave(client, socket)
        self._forget(socket)

    def _forget(self, socket: PushProtocol) -> None:
        self._sockets.discard(socket)
        self._watching.discard(socket)
        metrics.SOCKETS.set(len(self._sockets))

    def push(self, messages: Sequence[bytes]) -> None:
        """Readings, to every socket."""
        self._send(self._sockets, messages)
        if self._sockets:
            self.last_push = datetime.now(UTC)

    def tell(self, message: bytes) -> None:
        """Anything else, to the sockets that asked for it."""
        self._send(self._watching, [message])

    def _send(self, sockets: Collection[PushProtocol], messages: Sequence[bytes]) -> None:
        """Never waits, so one slow client cannot hold up another."""
        frames = b"".join(map(text_frame, messages))
        for socket in tuple(sockets):
            if not socket.push(frames):
                metrics.SOCKETS_SLOW.inc()
                self._forget(socket)


def _full(places: Places) -> Problem:
    reason = (
        f"{places.most_per_client} sockets of one client and {places.most} of all are the limit; "
        "close some, or try again later"
    )
    return Problem(503, "trop_de_connexions", reason, headers={"Retry-After": "10"})
