"""PostgreSQL, Redis and the broker over TLS: checked, and refused where the check fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartRole
from tests.support.clients import publish, values
from tests.support.processes import wait_for
from tests.support.roles import Role, run_to_end
from tests.support.services import Certificate, Mosquitto, Postgres, Redis

HERE = "IP:127.0.0.1"


@pytest.fixture(scope="module")
def good(folder: Path) -> Certificate:
    return Certificate(folder / "certificates", "good", HERE)


@pytest.fixture(scope="module")
def other_name(folder: Path) -> Certificate:
    return Certificate(folder / "certificates", "elsewhere", "DNS:db.example.org")


@pytest.fixture(scope="module")
def broker(folder: Path, good: Certificate) -> Iterator[Mosquitto]:
    service = Mosquitto(folder / "tls-broker", good)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def redis_tls(folder: Path, good: Certificate) -> Iterator[Redis]:
    service = Redis(folder / "tls-redis", good)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def over_tls(
    folder: Path, postgres: Postgres, redis_tls: Redis, broker: Mosquitto, good: Certificate
) -> dict[str, str]:
    """All three over TLS, with a database of their own whose migration went over TLS as well."""
    postgres.serve_tls(good)
    database = postgres.new_database("over_tls") | {
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(good.ca),
    }
    migration = run_to_end("migrate", database, folder)
    assert migration.stop() == 0, migration.process.output
    return (
        database
        | redis_tls.env
        | {"REDIS_TLS": "true", "REDIS_CA_CERTS": str(good.ca)}
        | broker.env
        | {
            "MQTT_PORT": str(broker.tls_port),
            "MQTT_TLS": "true",
            "MQTT_CA_CERTS": str(good.ca),
            "MQTT_CLIENT_ID": "over-tls",
        }
    )


def test_readings_go_all_the_way_over_tls(
    start: StartRole, over_tls: dict[str, str], broker: Mosquitto, postgres: Postgres, sensor: str
) -> None:
    api, _ = start("api", **over_tls).wait_ready(), start("ingest", **over_tls).wait_ready()

    # More than a record of TLS holds, at once: nothing is left behind in the decrypted rest.
    publish(broker, f"sensor/{sensor}", *map(str, range(1000)))

    wait_for(lambda: len(values(api, sensor)) == 1000, "all stored")
    assert values(api, sensor) == list(range(1000))
    clear = postgres.sql(
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        " WHERE datname = 'over_tls' AND NOT ssl"
    )
    assert clear == "0"


@pytest.mark.parametrize(
    ("dependency", "variable"),
    [("database", "PGSSLROOTCERT"), ("redis", "REDIS_CA_CERTS"), ("broker", "MQTT_CA_CERTS")],
)
def test_another_ca_is_refused(
    start: StartRole,
    over_tls: dict[str, str],
    other_name: Certificate,
    dependency: str,
    variable: str,
) -> None:
    role = start("ingest", **over_tls | {variable: str(other_name.ca), "MQTT_CLIENT_ID": variable})

    wait_for(lambda: reason(role), "says that the certificate is refused")
    others = {"database", "redis", "broker"} - {dependency}
    wait_for(lambda: {name for name in others if up(role, name)} == others, "the others are up")
    assert not up(role, dependency)


def test_a_certificate_for_another_name_is_refused(
    start: StartRole, over_tls: dict[str, str], other_name: Certificate, folder: Path
) -> None:
    broker = Mosquitto(folder / "other-broker", other_name)
    changes = {"MQTT_PORT": str(broker.tls_port), "MQTT_CA_CERTS": str(other_name.ca)}
    role = start("ingest", **over_tls | changes | {"MQTT_CLIENT_ID": "other-name"})

    wait_for(lambda: reason(role), "says that the certificate is refused")
    wait_for(lambda: not up(role, "broker"), "the broker is down")
    broker.stop()


def reason(role: Role) -> bool:
    return "SSLCertVerificationError" in role.process.output or not role.ready()["ready"]


def up(role: Role, dependency: str) -> bool:
    return role.ready()["dependencies"][dependency] == "up"
