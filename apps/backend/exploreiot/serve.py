"""The web server of both roles, and its end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import _TrustedHosts

from exploreiot.clients import Pieces, Places, Unread
from exploreiot.http_protocol import GuardedProtocol
from exploreiot.settings import Settings
from exploreiot.ws_protocol import PushProtocol

# Open requests may end; then the process goes, well inside the grace of a container stop.
_GRACE_SECONDS = 3
MAX_FRAME_BYTES = 64 * 1024
# Of all answers and sockets together. Of an answer that waits to be read there is a copy, and the
# container has 192 MiB.
MOST_UNREAD_BYTES = 32 * 1024 * 1024
# A peer that went without a word is noticed after two of these.
PING_SECONDS = 20


class Server(uvicorn.Server):
    """SIGTERM and SIGINT end it with exit code 0: stopping on request is no failure."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


class QuietServer(uvicorn.Server):
    """A second listener, which lives as long as the first and takes no signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def config_for(app: ASGIApp, settings: Settings, port: int, places: Places) -> uvicorn.Config:
    """`places`: for connections."""
    pieces, unread = Pieces(), Unread(MOST_UNREAD_BYTES)
    trusted = _TrustedHosts(list(settings.trusted_proxies))
    return uvicorn.Config(
        app,
        host=settings.listen_host,
        port=port,
        loop="uvloop",
        http=partial(GuardedProtocol, places=places, pieces=pieces, unread=unread, trusted=trusted),
        ws=partial(PushProtocol, pieces=pieces, unread=unread),
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # Compression would have to be done again for each client: a push is built once for all.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def serve(main: uvicorn.Config, aside: uvicorn.Config | None = None) -> None:
    if aside is None:
        return await Server(main).serve()
    second = QuietServer(aside)
    task = asyncio.create_task(second.serve())
    try:
        await Server(main).serve()
    finally:
        second.should_exit = True
        await task


@asynccontextmanager
async def background(*jobs: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run jobs for as long as the block. One that ends with an error stops the process:
    better restarted than half alive."""
    tasks = [asyncio.create_task(job) for job in jobs]
    for task in tasks:
        task.add_done_callback(_stop_on_error)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _stop_on_error(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        signal.raise_signal(signal.SIGTERM)
