"""What every HTTP request meets before a route: host, origin, rate, type and size of the body."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exploreiot.api.access import Access
from exploreiot.api.problems import Problem
from exploreiot.api.rate_limit import RateLimit
from exploreiot.api.request_log import UNGUARDED

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Guards:
    def __init__(self, app: ASGIApp, access: Access, limit: RateLimit, max_bytes: int) -> None:
        self._app = app
        self._access = access
        self._limit = limit
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNGUARDED:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        body = LimitedBody(receive, self._max_bytes)
        try:
            self._access.check_origin(scope["method"], headers)
            await self._limit.check(client_of(scope))
            if scope["method"] in _WITH_BODY:
                _check_type(headers)
                self._check_length(headers)
            await self._app(scope, body.receive, send)
        except Problem as problem:
            await problem.response()(scope, receive, send)

    def _check_length(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > self._max_bytes:
            raise too_large(self._max_bytes)


class LimitedBody:
    """Counts what really arrives: a chunked body declares no length."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._count = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._count += len(message.get("body", b""))
        if self._count > self._max_bytes:
            raise too_large(self._max_bytes)
        return message


def client_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else "unknown"


def _check_type(headers: Headers) -> None:
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        message = f"content type {given[:60]!r} is not accepted; send application/json"
        raise Problem(415, "type_refuse", message)


def too_large(max_bytes: int) -> Problem:
    message = f"the body is larger than {max_bytes} bytes; send fewer readings at once"
    return Problem(413, "corps_trop_grand", message, headers={"Connection": "close"})
