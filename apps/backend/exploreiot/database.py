"""The pool of PostgreSQL connections, dialled in the background and dialled again."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from exploreiot.backoff import Backoff
from exploreiot.clients import Turns
from exploreiot.errors import Unavailable
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

# Errors that asyncpg raises when the server is away, starting, stopping or full.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A connection that dies at the wrong moment leaves the driver between two states.
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    # It became a standby under an open connection.
    asyncpg.ReadOnlySQLTransactionError,
)
# For each host: one whose machine is gone answers nothing.
DIAL_SECONDS = 3
COMMAND_SECONDS = 15
# A request that cannot get a connection answers 503 rather than queue without limit.
ACQUIRE_SECONDS = 5


class Dialler:
    """Connects to the host that takes writes. One that did not is asked last the next time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hosts = list(settings.database_host)

    async def connect(self, _address: None = None, **options: object) -> asyncpg.Connection:
        """As a pool calls it, which has no address of its own."""
        settings = self._settings
        reason: Exception | None = None
        for host in tuple(self._hosts):
            try:
                return await asyncpg.connect(
                    host=host,
                    port=settings.database_port,
                    database=settings.database_name,
                    user=settings.database_user,
                    password=settings.database_password.get_secret_value(),
                    target_session_attrs="read-write",
                    timeout=DIAL_SECONDS,
                    **options,
                )
            except BaseException as error:
                # Also of one that nobody waits for any more.
                self._hosts.remove(host)
                self._hosts.append(host)
                if not isinstance(error, AWAY):
                    raise
                reason = error
        raise reason


class Database:
    def __init__(self, settings: Settings) -> None:
        self._dialler = Dialler(settings)
        size = self._pool_size = settings.database_pool_size
        # Half of them for one client, rounded up: the others have the rest, no matter what it asks.
        self._turns = Turns(size, size - size // 2)
        self._pool: asyncpg.Pool | None = None
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Dial until there is a pool; the pool itself replaces connections that die later."""
        backoff = Backoff()
        while self._pool is None:
            try:
                self._pool = await self._dial()
            except AWAY as error:
                log.warning("database is away", extra={"reason": describe(error)})
                await backoff.wait()
        self.connected.set()
        log.info("database connected")

    async def _dial(self) -> asyncpg.Pool:
        return await asyncpg.create_pool(
            connect=self._dialler.connect,
            min_size=1,
            max_size=self._pool_size,
            command_timeout=COMMAND_SECONDS,
            reset=_keep_as_it_is,
            server_settings={"application_name": "exploreiot", "timezone": "UTC"},
        )

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Raises `Unavailable` for every way in which the server can be away."""
        if self._pool is None:
            raise Unavailable("database", "not connected yet")
        try:
            async with (
                self._turns.turn(ACQUIRE_SECONDS),
                self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
            ):
                try:
                    yield connection
                except asyncpg.ReadOnlySQLTransactionError:
                    # The next one of the pool finds the server that took its place.
                    connection.terminate()
                    raise
        except AWAY as error:
            raise Unavailable("database", describe(error)) from error
        except (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError) as error:
            raise Unavailable("database", "has no tables; run `migrate`") from error

    async def check(self) -> None:
        async with asyncio.timeout(2), self.connection() as connection:
            await connection.execute("SELECT FROM readings LIMIT 0")

    async def close(self) -> None:
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), timeout=1)
        except TimeoutError:
            self._pool.terminate()


async def _keep_as_it_is(_: asyncpg.Connection) -> None:
    """The pool would ask the server to forget the session's state after each use: one more round
    trip a batch and a request. Nobody here leaves any: settings are local to transactions, and the
    one lock of a session is given back where it is taken."""


def describe(error: BaseException) -> str:
    """The kind of failure only: messages of drivers hold addresses and names of users."""
    return type(error).__name__
