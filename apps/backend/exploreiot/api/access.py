"""Who may talk to this service: the host they name, the page they come from, the key they hold."""

from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from exploreiot.api.problems import Problem
from exploreiot.settings import Settings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def host_name(host: str) -> str:
    """`[::1]:8000` and `localhost:8000` without the port and the brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


class Access:
    def __init__(self, settings: Settings) -> None:
        self._hosts = frozenset(map(str.lower, settings.allowed_hosts))
        self._origins = frozenset(origin.rstrip("/").lower() for origin in settings.cors_origins)
        keys = (settings.api_key, settings.api_key_former)
        self._keys = [key.get_secret_value().encode() for key in keys if key.get_secret_value()]
        self._open_writes = settings.open_writes
        self._read_requires_key = settings.read_requires_key

    def check_host(self, headers: Headers) -> None:
        """A page whose name was pointed at this address must not be able to use it."""
        given = headers.get("host", "")
        if "*" not in self._hosts and host_name(given) not in self._hosts:
            message = f"host {given[:100]!r} is not allowed; use a name listed in ALLOWED_HOSTS"
            raise Problem(400, "hote_refuse", message)

    def check_origin(self, method: str, headers: Headers) -> None:
        """Reading from elsewhere is the browser's to refuse (CORS); writing is ours."""
        origin = headers.get("origin")
        if origin is None or method in _SAFE_METHODS or self._knows(origin, headers):
            return
        message = f"origin {origin[:100]!r} is not allowed; add it to CORS_ORIGINS"
        raise Problem(403, "origine_refusee", message)

    def _knows(self, origin: str, headers: Headers) -> bool:
        if "*" in self._origins or origin.lower() in self._origins:
            return True
        # The same host and port: a page that this very address served.
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()

    def may_write(self, headers: Headers) -> bool:
        return self._open_writes or self.has_key(headers)

    def may_read(self, headers: Headers) -> bool:
        return not self._read_requires_key or self.has_key(headers)

    def has_key(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        return any(compare_digest(given.encode(), key) for key in self._keys)


def key_missing() -> Problem:
    message = "needs the API key; send it as X-API-Key or as Authorization: Bearer"
    return Problem(401, "cle_requise", message, headers={"WWW-Authenticate": "Bearer"})
