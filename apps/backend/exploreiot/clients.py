"""Who counts as one client, and how places are shared between them."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

# No client: the process itself.
OWN = ""
_asking: ContextVar[str] = ContextVar("asking", default=OWN)


@contextmanager
def asked_by(client: str) -> Iterator[None]:
    """What is done inside counts for this client."""
    token = _asking.set(client)
    try:
        yield
    finally:
        _asking.reset(token)


@lru_cache(maxsize=4096)
def client_key(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: anyone who has one has all of its addresses.
    The edge counts in the same way. A text that is no address counts as it is written."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)


class Places:
    """A bounded number of places. Once all are taken, the client with the most of them gives up
    its oldest to one that has fewer: some addresses alone cannot keep the others out."""

    def __init__(self, most: int, most_per_client: int) -> None:
        self.most = most
        self.most_per_client = most_per_client
        self._taken = 0
        # Per client, oldest first: who is there, and how to ask them to go.
        self._clients: dict[str, dict[object, Callable[[], None]]] = {}

    def enter(self, client: str, occupant: object, evict: Callable[[], None]) -> bool:
        own = len(self._clients.get(client, ()))
        if own >= self.most_per_client:
            return False
        if self._taken >= self.most and not self._make_room(own):
            return False
        self._clients.setdefault(client, {})[occupant] = evict
        self._taken += 1
        return True

    def _make_room(self, own: int) -> bool:
        if not self._clients:
            return False
        largest = max(self._clients, key=lambda client: len(self._clients[client]))
        held = self._clients[largest]
        if len(held) <= own + 1:
            return False
        oldest, evict = next(iter(held.items()))
        self.leave(largest, oldest)
        evict()
        return True

    def leave(self, client: str, occupant: object) -> None:
        """Also for who was evicted, or was never let in."""
        held = self._clients.get(client, {})
        if held.pop(occupant, None) is not None:
            self._taken -= 1
        if not held:
            self._clients.pop(client, None)


class Turns:
    """A bounded number of places for which clients wait. One that is free goes to the client that
    has the fewest of them, and among equals to the one that waits longest since its last turn: the
    questions of one client wait for each other, and nobody else waits for all of them."""

    def __init__(self, most: int, most_per_client: int) -> None:
        self._free = most
        self._most_per_client = most_per_client
        self._taken: Counter[str] = Counter()
        # Who was let in last is the last.
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[None]:
        """Raises `TimeoutError` for a client that has not got a place within so many seconds."""
        client = _asking.get()
        place = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(place)
        self._let_in()
        try:
            async with asyncio.timeout(seconds):
                await place
            yield
        finally:
            self._leave(client, place)

    def _let_in(self) -> None:
        while self._free > 0:
            able = [client for client in self._waiting if self._may(client)]
            if not able:
                return
            client = min(able, key=self._taken.__getitem__)
            line = self._waiting.pop(client)
            place = line.popleft()
            if line:
                self._waiting[client] = line
            if place.cancelled():
                continue
            place.set_result(None)
            self._free -= 1
            self._taken[client] += 1

    def _may(self, client: str) -> bool:
        return client == OWN or self._taken[client] < self._most_per_client

    def _leave(self, client: str, place: asyncio.Future[None]) -> None:
        """Also for one that waits no longer."""
        if place.done() and not place.cancelled():
            self._free += 1
            self._taken[client] -= 1
            if self._taken[client] == 0:
                del self._taken[client]
        elif place in (line := self._waiting.get(client, ())):
            line.remove(place)
            if not line:
                del self._waiting[client]
        self._let_in()


class Unread:
    """What was written to clients and they have not read, at most so many bytes of all. Above that
    the client that leaves most gives up the largest: those who read keep what they have."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._total = 0
        # Whose a connection is, how much waits for it, and how to end it.
        self._behind: dict[object, tuple[str, int, Callable[[], None]]] = {}

    def note(self, connection: object, client: str, size: int, end: Callable[[], None]) -> None:
        self.forget(connection)
        self._behind[connection] = (client, size, end)
        self._total += size
        while self._total > self._most:
            self._end_largest()

    def forget(self, connection: object) -> None:
        """Also one that was never behind."""
        _, size, _ = self._behind.pop(connection, ("", 0, None))
        self._total -= size

    def _end_largest(self) -> None:
        clients = Counter[str]()
        for client, size, _ in self._behind.values():
            clients[client] += size
        largest = max(clients, key=clients.__getitem__)
        own = [key for key, (client, _, _) in self._behind.items() if client == largest]
        connection = max(own, key=lambda key: self._behind[key][1])
        _, _, end = self._behind[connection]
        self.forget(connection)
        end()


class Pieces:
    """Work of clients in small pieces, of each client one in a round of the loop: however much one
    of them sends, and on however many connections, the others wait for a piece of it."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[Callable[[], None]]] = {}

    def add(self, client: str, piece: Callable[[], None]) -> None:
        line = self._lines.setdefault(client, deque())
        line.append(piece)
        if len(line) == 1:
            asyncio.get_running_loop().call_soon(self._do_one, client)

    def _do_one(self, client: str) -> None:
        line = self._lines[client]
        piece = line.popleft()
        if line:
            asyncio.get_running_loop().call_soon(self._do_one, client)
        else:
            del self._lines[client]
        piece()
