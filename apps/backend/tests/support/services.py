"""PostgreSQL, Redis and Mosquitto, set up as the kit sets them up: least rights, passwords."""

import atexit
import shutil
import subprocess
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from exploreiot.partitions import week_of
from tests.support.processes import Process, as_user, free_port, hand_over, is_open, wait_for

PASSWORD = "not-a-real-password"
# Who each role is at PostgreSQL and Redis; `migrate` is the owner, `app`.
USERS = {"api": "app_api", "ingest": "app_ingest"}
# As services/application/reference.ts gives them.
_NOT = "-@admin -@dangerous"
REDIS_RIGHTS = {
    "api": f"~exploreiot:* &exploreiot:* +@read +@write +@pubsub +@connection {_NOT}",
    "ingest": "%W~exploreiot:ingest* &exploreiot:* "
    f"+publish +set +zadd +zremrangebyscore +@connection {_NOT}",
}
_BIN = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
_WITH_TABLES = "with_tables"


class Certificate:
    """A server's, from a CA of its own, as files."""

    def __init__(self, folder: Path, name: str, alternative: str, days: int = 2) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ca, self.file, self.key = (
            folder / f"{name}{end}" for end in ("-ca.crt", ".crt", ".key")
        )
        ca_key, request = folder / f"{name}-ca.key", folder / f"{name}.csr"
        new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"]
        signed = ["-CA", self.ca, "-CAkey", ca_key, "-days", str(days), "-extfile", "/dev/stdin"]
        for argv in (
            [*new, "-x509", "-days", "2", "-keyout", ca_key, "-out", self.ca],
            [*new, "-keyout", self.key, "-out", request],
            ["openssl", "x509", "-req", "-in", request, "-out", self.file, *signed],
        ):
            text = f"subjectAltName={alternative}\n".encode()
            subprocess.run(argv, check=True, capture_output=True, input=text, timeout=20)


@cache
def _stopped_cluster() -> Path:
    """One that each server has a copy of: with the logins, and a database that was migrated."""
    from tests.support.roles import run_to_end

    place = Path(tempfile.mkdtemp(prefix="exploreiot-"))
    atexit.register(shutil.rmtree, place)
    # The PostgreSQL user has to pass through it.
    place.chmod(0o755)
    folder = place / "postgres"
    data = folder / "data"
    folder.mkdir()
    hand_over(folder, "postgres")
    initdb = [_BIN / "initdb", "-D", data, "-U", "admin", "--auth=trust"]
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [*as_user("postgres"), *initdb, *options],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    (data / "pg_hba.conf").write_text(
        "host all admin 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    with (data / "postgresql.conf").open("a") as configuration:
        # As the kit has it; and nothing here outlives the machine.
        configuration.write("jit = off\nfsync = off\n")
        # Not as the kit has it, but as a server of somebody else may: days begin 14 hours earlier.
        configuration.write("timezone = 'Pacific/Kiritimati'\n")
    server = Postgres(folder, is_new=False)
    for user in ("app", *USERS.values()):
        server.sql(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
    migration = run_to_end("migrate", server.new_database(_WITH_TABLES), place)
    assert migration.stop() == 0, migration.process.output
    server.stop()
    return data


def _folder_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        # It has ended, or is somebody else's.
        return ""


class Postgres:
    def __init__(
        self, folder: Path, is_new: bool = True, host: str = "127.0.0.1", port: int | None = None
    ) -> None:
        self.host, self.port = host, port or free_port()
        self._folder = folder
        if is_new:
            folder.mkdir(parents=True)
            hand_over(folder, "postgres")
            copy = ["cp", "--archive", "--reflink=auto", _stopped_cluster(), folder / "data"]
            subprocess.run(copy, check=True, timeout=60)
        self.start()

    def start(self, env: dict[str, str] | None = None) -> None:
        options = ["-c", f"listen_addresses={self.host}", "-c", "unix_socket_directories="]
        port = ["-p", str(self.port)]
        # By `env`, behind the change of user: a clock's library is of that user then.
        more = ["env", *(f"{name}={value}" for name, value in (env or {}).items())]
        argv = [
            *as_user("postgres"),
            *more,
            str(_BIN / "postgres"),
            "-D",
            str(self._folder / "data"),
        ]
        log = self._folder.parent / "postgres.log"
        self._process = Process([*argv, *options, *port], log)
        wait_for(lambda: self.sql("SELECT 1"), "postgres answers")

    def serve_tls(self, certificate: Certificate) -> None:
        for source in (certificate.file, certificate.key):
            copy = self._folder / source.name
            copy.write_bytes(source.read_bytes())
            copy.chmod(0o600)
            hand_over(copy, "postgres")
        self.sql(f"ALTER SYSTEM SET ssl_cert_file = '{self._folder / certificate.file.name}'")
        self.sql(f"ALTER SYSTEM SET ssl_key_file = '{self._folder / certificate.key.name}'")
        self.sql("ALTER SYSTEM SET ssl = on")
        self.sql("SELECT pg_reload_conf()")
        wait_for(lambda: self.sql("SHOW ssl") == "on", "PostgreSQL speaks TLS")

    def stop(self) -> None:
        self._process.stop(number=2)

    def kill(self) -> None:
        """A server that starts while a child of the former one is still at work refuses to."""
        self._process.stop(number=9)
        wait_for(lambda: not self._is_at_work(), "the children of PostgreSQL end")

    def _is_at_work(self) -> bool:
        return str(self._folder / "data") in map(_folder_of, Path("/proc").glob("[0-9]*/cwd"))

    def sql(self, query: str, database: str = "postgres") -> str:
        # Not the one in the path: Debian's is a program that looks for it, at each call.
        argv = [_BIN / "psql", "-h", self.host, "-p", str(self.port), "-U", "admin"]
        answer = subprocess.run(
            [*argv, "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", query],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if answer.returncode != 0:
            raise RuntimeError(answer.stderr)
        return answer.stdout.strip() or "done"

    def make_weeks(self, database: str, since: datetime, until: datetime) -> None:
        """The tables for readings of these times (in UTC), both ends included. A migrated database
        has those of this week and the next: minutes ago was another week, of a Monday's first."""
        self.sql(
            "SELECT ensure_readings_partition(monday::date) FROM generate_series("
            f"'{week_of(since)}'::timestamp, '{week_of(until)}'::timestamp, '7 days') AS monday",
            database,
        )

    def database_with_tables(self, name: str) -> dict[str, str]:
        """A copy of one that was migrated."""
        return self.new_database(name, _WITH_TABLES)

    def new_database(self, name: str, like: str = "template1") -> dict[str, str]:
        """As in the kit: the migration owns the database, and the roles may do what it grants."""
        self.sql(f"CREATE DATABASE {name} OWNER app TEMPLATE {like}")
        self.sql(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        self.sql(f"GRANT CONNECT ON DATABASE {name} TO {', '.join(USERS.values())}")
        return {
            "DATABASE_HOST": self.host,
            "DATABASE_PORT": str(self.port),
            "DATABASE_NAME": name,
            "DATABASE_USER": "app",
            "DATABASE_PASSWORD": PASSWORD,
            "DATABASE_API_USERS": USERS["api"],
            "DATABASE_INGEST_USERS": USERS["ingest"],
        }


class Redis:
    def __init__(self, folder: Path, certificate: Certificate | None = None) -> None:
        self.port = free_port()
        self._certificate = certificate
        self._folder = folder
        folder.mkdir()
        users = "".join(
            f"user {USERS[role]} on >{PASSWORD} {REDIS_RIGHTS[role]}\n" for role in USERS
        )
        (folder / "users.acl").write_text(f"user default off\n{users}")
        self.start()

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--save", "", "--aclfile", "users.acl"]
        argv = ["redis-server", *self._listener(), *options]
        self._process = Process(argv, self._folder / "redis.log")
        wait_for(lambda: is_open(self.port), "redis listens")

    def _listener(self) -> list[str]:
        if self._certificate is None:
            return ["--port", str(self.port)]
        made = self._certificate
        files = ["--tls-cert-file", str(made.file), "--tls-key-file", str(made.key)]
        trust = ["--tls-ca-cert-file", str(made.ca), "--tls-auth-clients", "no"]
        return ["--port", "0", "--tls-port", str(self.port), *files, *trust]

    def stop(self) -> None:
        self._process.stop()

    def signal(self, number: int) -> None:
        self._process.signal(number)

    @property
    def env(self) -> dict[str, str]:
        return {
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.port),
            "REDIS_PASSWORD": PASSWORD,
        }


class Mosquitto:
    def __init__(self, folder: Path, certificate: Certificate | None = None) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self._folder = folder
        folder.mkdir()
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run(
            ["mosquitto_passwd", "-b", str(passwords), "app", PASSWORD], check=True, timeout=20
        )
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\npassword_file {passwords}\nuser root\n"
            f"persistence true\npersistence_location {folder}/\nallow_anonymous false\n"
            "max_queued_messages 100000\n"
            + (
                ""
                if certificate is None
                else f"listener {self.tls_port} 127.0.0.1\ncertfile {certificate.file}\n"
                f"keyfile {certificate.key}\n"
            )
        )
        self.start()

    def start(self) -> None:
        argv = ["mosquitto", "-c", str(self._folder / "mosquitto.conf")]
        self._process = Process(argv, self._folder / "mosquitto.log")
        wait_for(lambda: is_open(self.port), "mosquitto listens")

    def stop(self) -> None:
        self._process.stop()

    def signal(self, number: int) -> None:
        self._process.signal(number)

    @property
    def env(self) -> dict[str, str]:
        return {
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": str(self.port),
            "MQTT_USER": "app",
            "MQTT_PASSWORD": PASSWORD,
        }
