"""Services for the session, in each of its processes; a test that stops one starts its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.processes import Process
from tests.support.roles import KEY, Role, run_to_end
from tests.support.services import Mosquitto, Postgres, Redis

StartRole = Callable[..., Role]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("services")
    # The parents too, one of them of the process: the PostgreSQL user has to pass through them.
    for parent in (path, *path.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o055)
    return path


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[Postgres]:
    service = Postgres(folder / "postgres")
    yield service
    service.stop()


@pytest.fixture(scope="session")
def redis(folder: Path) -> Iterator[Redis]:
    service = Redis(folder / "redis")
    yield service
    service.stop()


@pytest.fixture(scope="session")
def mosquitto(folder: Path) -> Iterator[Mosquitto]:
    service = Mosquitto(folder / "mosquitto")
    yield service
    service.stop()


@pytest.fixture(scope="session")
def env(postgres: Postgres, redis: Redis, mosquitto: Mosquitto, folder: Path) -> dict[str, str]:
    """The environment of every role; the database has its tables."""
    database = postgres.new_database("shared")
    migration = run_to_end("migrate", database, folder)
    assert migration.stop() == 0, migration.process.output
    # The limit is off here, and on in its own tests.
    other = {"API_KEY": KEY, "RATE_LIMIT_PER_MINUTE": "0"}
    return database | redis.env | mosquitto.env | other


@pytest.fixture(scope="session")
def api(env: dict[str, str], folder: Path) -> Iterator[Role]:
    role = Role("api", env | {"CORS_ORIGINS": "https://page.example"}, folder)
    yield role.wait_ready()
    role.stop()


@pytest.fixture(scope="session")
def ingest(env: dict[str, str], folder: Path) -> Iterator[Role]:
    role = Role("ingest", env, folder)
    yield role.wait_ready()
    role.stop()


@pytest.fixture
def start(env: dict[str, str], tmp_path: Path) -> Iterator[StartRole]:
    """Start a role with settings of its own."""
    started: list[Role] = []

    def start_role(command: str, **changes: str) -> Role:
        role = Role(command, env | changes, tmp_path)
        started.append(role)
        return role

    yield start_role
    for role in started:
        role.stop()


@pytest.fixture
def sensor() -> str:
    """A name no other test uses."""
    return f"test-{uuid4().hex[:12]}"


def pytest_sessionfinish() -> None:
    """Nothing may outlive the run: a test that failed half-way left services of its own."""
    for process in Process.started:
        process.stop()
