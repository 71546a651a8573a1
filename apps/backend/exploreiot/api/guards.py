"""Checks of every HTTP request before a route: host, origin, rate, type and size of the body."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from exploreiot.api.access import Access
from exploreiot.api.body import LimitedBody, too_large
from exploreiot.api.problems import Problem
from exploreiot.api.rate_limit import RateLimit
from exploreiot.api.request_log import UNGUARDED
from exploreiot.clients import Places, asked_by, client_key

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


# Bodies that are on their way, and do not come at once.
_BODIES = 500
_BODIES_PER_CLIENT = 50


class Guards:
    def __init__(self, app: ASGIApp, access: Access, limit: RateLimit, max_bytes: int) -> None:
        self._app = app
        self._access = access
        self._limit = limit
        self._max_bytes = max_bytes
        self._bodies = Places(_BODIES, _BODIES_PER_CLIENT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNGUARDED:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        client = client_of(scope)
        body = LimitedBody(receive, self._max_bytes, self._bodies, client)
        try:
            self._access.check_origin(scope["method"], headers)
            await self._limit.check(client)
            if scope["method"] in _WITH_BODY:
                _check_type(headers)
                self._check_length(headers)
            with asked_by(client):
                await self._app(scope, body.receive, send)
        except Problem as problem:
            await problem.response()(scope, receive, send)
        finally:
            body.leave()

    def _check_length(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > self._max_bytes:
            raise too_large(self._max_bytes)


def client_of(scope: Scope) -> str:
    """The key under which requests and sockets are counted together."""
    return client_key(scope["client"][0]) if scope.get("client") else "unknown"


def _check_type(headers: Headers) -> None:
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        message = f"content type {given[:60]!r} is not accepted; send application/json"
        raise Problem(415, "type_refuse", message)
