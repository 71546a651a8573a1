"""Who counts as one client, and how places are shared between them."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network


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
