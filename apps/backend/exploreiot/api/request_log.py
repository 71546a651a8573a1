"""Outermost: an id for the request, one log line, one measurement, the host, safe headers."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exploreiot import metrics
from exploreiot.api.access import Access
from exploreiot.api.problems import Problem, as_problem
from exploreiot.log import request_id

log = logging.getLogger(__name__)

# Probes name no host, come often, and must be answered to anybody.
UNGUARDED = frozenset({"/healthz", "/readyz"})
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "no-store",
}


class RequestLog:
    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] in {"http", "websocket"} else None
        token = request_id.set(_id_from(headers))
        try:
            if scope["type"] == "http":
                await self._http(scope, headers, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            request_id.reset(token)

    async def _http(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        start, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _mark(message)
            await send(message)

        try:
            if scope["path"] not in UNGUARDED:
                self._access.check_host(headers)
            await self._app(scope, receive, send_marked)
        except Exception as error:
            if not isinstance(error, Problem):
                log.exception("request failed")
            if status == 0:
                await as_problem(error).response()(scope, receive, send_marked)
        finally:
            _record(scope, status, time.perf_counter() - start)


def _id_from(headers: Headers | None) -> str:
    given = headers.get("x-request-id", "") if headers is not None else ""
    return given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex


def _mark(message: Message) -> None:
    answer = MutableHeaders(scope=message)
    answer["X-Request-ID"] = request_id.get() or ""
    for name, value in _SAFE_HEADERS.items():
        answer.setdefault(name, value)


def _record(scope: Scope, status: int, seconds: float) -> None:
    if scope["path"] in UNGUARDED:
        return
    # The route, not the path: a scanner's paths would make a series each.
    route = getattr(scope.get("route"), "path", "none")
    method = scope["method"] if route != "none" else "any"
    metrics.REQUESTS.labels(method, route, status).observe(seconds)
    log.info(
        "request",
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
            "client": scope["client"][0] if scope.get("client") else None,
        },
    )
