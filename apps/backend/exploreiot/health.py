"""/healthz: the process is alive. /readyz: what it depends on answers, and if not, what."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exploreiot.errors import Unavailable

Check = Callable[[], Awaitable[None]]
# A warning to look at although the service works, or nothing.
Notice = Callable[[], Awaitable[str | None]]

# Probes from several sides share one answer, so that they cannot load the services.
_REUSE_SECONDS = 0.5
_CHECK_SECONDS = 3


class Health:
    def __init__(
        self, checks: Mapping[str, Check], notices: Mapping[str, Notice] | None = None
    ) -> None:
        self._checks = checks
        self._notices = notices or {}
        self._noticed: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self._asked_at = float("-inf")
        self._state: dict[str, str] = {}

    async def state(self) -> dict[str, str]:
        async with self._lock:
            if time.monotonic() - self._asked_at > _REUSE_SECONDS:
                answers = await asyncio.gather(*map(_ask, self._checks.values()))
                self._state = dict(zip(self._checks, answers, strict=True))
                told = await asyncio.gather(*map(_listen, self._notices.values()))
                self._noticed = {
                    name: text for name, text in zip(self._notices, told, strict=True) if text
                }
                self._asked_at = time.monotonic()
        return self._state

    async def ready(self, _: Request) -> Response:
        state = await self.state()
        ready = all(answer == "up" for answer in state.values())
        body = {"ready": ready, "dependencies": state, "notices": self._noticed}
        return JSONResponse(body, 200 if ready else 503, {"Cache-Control": "no-store"})


async def _ask(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), _CHECK_SECONDS)
    except Unavailable as error:
        return f"down: {error}"
    except Exception as error:
        return f"down: {type(error).__name__}"
    return "up"


async def _listen(notice: Notice) -> str | None:
    try:
        return await asyncio.wait_for(notice(), _CHECK_SECONDS)
    except Exception:
        # A service that cannot be asked is named by its own check already.
        return None


async def _alive(_: Request) -> Response:
    return JSONResponse({"alive": True})


def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def health_routes(health: Health) -> list[Route]:
    return [Route("/healthz", _alive), Route("/readyz", health.ready)]


metrics_route = Route("/metrics", _metrics)
