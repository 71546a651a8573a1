"""`migrate`: bring the tables to the newest version, once, and exit."""

import asyncio
import logging
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from exploreiot import log as logs
from exploreiot.backoff import Backoff
from exploreiot.database import AWAY, Dialler, describe
from exploreiot.errors import UserError
from exploreiot.settings import Settings

log = logging.getLogger(__name__)

# Long enough for a database that does its first start, short enough to be noticed.
WAIT_SECONDS = 60


def run(settings: Settings) -> None:
    logs.configure(settings.log_level)
    asyncio.run(_migrate(settings))


async def _migrate(settings: Settings) -> None:
    backoff, give_up = Backoff(), time.monotonic() + WAIT_SECONDS
    while True:
        try:
            await _upgrade(settings)
        except (*AWAY, SQLAlchemyError) as error:
            cause = _cause(error)
            if not isinstance(cause, AWAY):
                raise
            if time.monotonic() > give_up:
                raise _gave_up(settings, cause) from error
            log.warning("database is away", extra={"reason": describe(cause)})
            await backoff.wait()
        else:
            log.info("database is at the newest version")
            return


def _cause(error: BaseException) -> BaseException:
    """SQLAlchemy wraps the driver's error twice; the innermost says what happened."""
    while (inner := getattr(error, "orig", None) or error.__cause__) is not None:
        error = inner
    return error


def _gave_up(settings: Settings, cause: BaseException) -> UserError:
    address = f"{','.join(settings.database_host)}:{settings.database_port}"
    return UserError(
        f"DATABASE_HOST: {address} did not answer for {WAIT_SECONDS} seconds "
        f"({describe(cause)}); check that the database runs and that the password is right"
    )


async def _upgrade(settings: Settings) -> None:
    dialler = Dialler(settings)
    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=dialler.connect
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_alembic, settings)
    finally:
        await engine.dispose()


def _run_alembic(connection: Connection, settings: Settings) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["users"] = {
        "api": settings.database_api_users,
        "ingest": settings.database_ingest_users,
    }
    _refuse_newer(connection, config)
    command.upgrade(config, "head")
    connection.commit()


def _refuse_newer(connection: Connection, config: Config) -> None:
    """Alembic would say no more than that it does not know the number."""
    scripts = ScriptDirectory.from_config(config)
    context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
    current = context.get_current_revision()
    # Alembic's own transaction, with its lock, begins on a connection without one.
    connection.rollback()
    if current is None or current in {script.revision for script in scripts.walk_revisions()}:
        return
    raise UserError(
        f"DATABASE_NAME: its tables are of version {current}, which a newer release made; "
        f"this one knows versions up to {scripts.get_current_head()}. Start the newer release "
        "again, or take the tables back first as docs/upgrade.md of the kit says"
    )
