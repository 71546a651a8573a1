"""The rights of the users of `api` and `ingest` in the database, and nothing more."""

import asyncio
from datetime import date

import asyncpg
import pytest

from tests.support.roles import run_to_end
from tests.support.services import PASSWORD, USERS, Postgres

STATEMENTS = {
    "read readings": "SELECT FROM readings",
    "add a reading": "INSERT INTO readings VALUES ('s', 1, now())",
    "change a reading": "UPDATE readings SET value = 0",
    "delete readings": "DELETE FROM readings",
    "empty readings": "TRUNCATE readings",
    "drop readings": "DROP TABLE readings",
    "alter readings": "ALTER TABLE readings ADD COLUMN x int",
    "read a partition by itself": "SELECT FROM {partition}",
    "drop a partition": "DROP TABLE {partition}",
    "know a sensor": "INSERT INTO sensors VALUES ('s', 1, now())"
    " ON CONFLICT (sensor) DO UPDATE SET value = 2",
    "forget sensors": "DELETE FROM sensors",
    "read rejects": "SELECT FROM rejects",
    "keep a reject": "INSERT INTO rejects (topic, reason, payload_start) VALUES ('t', 'r', '')",
    "forget rejects": "DELETE FROM rejects",
    "read the state of retention": "SELECT FROM retention",
    "put a run on record": "INSERT INTO retention VALUES (true, now()) "
    "ON CONFLICT (only_row) DO UPDATE SET held = NULL",
    "forget the runs": "DELETE FROM retention",
    "read alarms": "SELECT FROM alarms",
    "begin an alarm": "INSERT INTO alarms (sensor, kind, bound, began)"
    " VALUES ('s', 'haut', 1, now())",
    "end an alarm": "UPDATE alarms SET ended = now()",
    "change an alarm": "UPDATE alarms SET began = now()",
    "forget alarms": "DELETE FROM alarms",
    "read devices": "SELECT FROM devices",
    "know a device": "INSERT INTO devices VALUES ('d', true)"
    " ON CONFLICT (device) DO UPDATE SET online = false",
    "forget devices": "DELETE FROM devices",
    "make a week's partition": "SELECT ensure_readings_partition('2002-01-07')",
    "sum up a week": "SELECT condense_readings('{old}', NULL)",
    "sum up a month": "SELECT condense_hours('{month}')",
    "drop a year": "SELECT drop_days('{year}')",
    "read sums": "SELECT FROM readings_hourly, readings_daily",
    "add a sum": "INSERT INTO readings_hourly VALUES ('s', now(), 1, 1, 1, 1, now(), now())",
    "delete sums": "DELETE FROM readings_hourly",
    "make a part of any table": "SELECT ensure_span('readings', '2001-01-01', '2001-01-08')",
    "make a table": "CREATE TABLE own (i int)",
    "make a temporary table": "CREATE TEMP TABLE own (i int)",
    "make a schema": "CREATE SCHEMA own",
    "make a role": "CREATE ROLE own",
    "read passwords": "SELECT FROM pg_authid",
    "read a file of the server": "SELECT pg_read_file('/etc/passwd')",
    "run a program": "COPY (SELECT) TO PROGRAM 'true'",
    "change the version": "DELETE FROM schema_version",
}
# Of two months: it is summed up into both.
OLD = date(2025, 9, 29)
MONTH, YEAR = date(2025, 9, 1), date(2025, 1, 1)
WRITES = {
    "read readings",
    "add a reading",
    "know a sensor",
    "make a week's partition",
}
ALLOWED = {
    "api": WRITES
    | {"read sums", "read rejects", "read the state of retention", "read alarms", "read devices"},
    "ingest": WRITES
    | {"forget sensors", "read rejects", "keep a reject", "forget rejects"}
    | {"sum up a week", "sum up a month", "drop a year"}
    | {"read the state of retention", "put a run on record"}
    | {"read alarms", "begin an alarm", "end an alarm", "forget alarms"}
    | {"read devices", "know a device", "forget devices"},
}


@pytest.fixture(scope="module")
def database(postgres: Postgres, tmp_path_factory) -> str:
    migration = run_to_end(
        "migrate", postgres.new_database("rights"), tmp_path_factory.mktemp("rights")
    )
    assert migration.stop() == 0, migration.process.output
    return "rights"


def attempt(
    postgres: Postgres, database: str, user: str, statements: dict[str, str]
) -> dict[str, str]:
    """The end of each statement, each in a transaction that is taken back."""

    async def run() -> dict[str, str]:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=postgres.port, database=database, user=user, password=PASSWORD
        )
        ends = {}
        for what, statement in statements.items():
            transaction = connection.transaction()
            await transaction.start()
            try:
                await connection.execute(statement)
                ends[what] = "allowed"
            except asyncpg.PostgresError as error:
                ends[what] = type(error).__name__
            await transaction.rollback()
        await connection.close()
        return ends

    return asyncio.run(run())


@pytest.mark.parametrize("role", ["api", "ingest"])
def test_each_role_may_do_its_own_work_only(postgres: Postgres, database: str, role: str) -> None:
    postgres.sql(f"SELECT ensure_readings_partition('{OLD}')", database)
    for tier, start, end in (("hourly", MONTH, "2025-10-01"), ("daily", YEAR, "2026-01-01")):
        postgres.sql(
            f"SET ROLE app; SELECT ensure_span('readings_{tier}', '{start}', '{end}')", database
        )
    names = {"old": OLD, "partition": f"readings_w{OLD:%Y%m%d}", "month": MONTH, "year": YEAR}
    statements = {what: statement.format(**names) for what, statement in STATEMENTS.items()}

    ends = attempt(postgres, database, USERS[role], statements)

    expected = {
        what: "allowed" if what in ALLOWED[role] else "InsufficientPrivilegeError"
        for what in STATEMENTS
    }
    assert ends == expected


def test_the_functions_drop_partitions_of_readings_and_nothing_else(
    postgres: Postgres, database: str
) -> None:
    monday = date(2001, 1, 1)
    name = f"readings_w{monday:%Y%m%d}"
    postgres.sql(f"CREATE TABLE {name} (i int)", database)

    ends = attempt(
        postgres,
        database,
        USERS["ingest"],
        {
            "a table of that name": f"SELECT condense_readings('{monday}', NULL)",
            "a week without one": "SELECT condense_readings('2001-01-08', NULL)",
            "a month without one": "SELECT condense_hours('2001-01-01')",
            "a year without one": "SELECT drop_days('2001-01-01')",
            "another schema first": "SET LOCAL search_path = pg_temp, public;"
            f" SELECT condense_readings('{monday}', NULL)",
        },
    )

    assert ends == dict.fromkeys(ends, "RaiseError")


def test_a_role_that_is_named_no_more_loses_its_rights(postgres: Postgres, tmp_path) -> None:
    """A role that becomes another kind of role keeps nothing of the first."""
    names = postgres.new_database("renamed")
    assert run_to_end("migrate", names, tmp_path).stop() == 0
    changed = {"DATABASE_API_USERS": USERS["ingest"], "DATABASE_INGEST_USERS": ""}
    assert run_to_end("migrate", names | changed, tmp_path).stop() == 0

    ends = attempt(
        postgres,
        "renamed",
        USERS["ingest"],
        {what: STATEMENTS[what] for what in ("read readings", "keep a reject")},
    )

    assert ends == {"read readings": "allowed", "keep a reject": "InsufficientPrivilegeError"}


def test_without_names_the_owner_does_everything(postgres: Postgres, tmp_path) -> None:
    names = postgres.new_database("alone") | {"DATABASE_API_USERS": "", "DATABASE_INGEST_USERS": ""}
    assert run_to_end("migrate", names, tmp_path).stop() == 0

    chosen = ("add a reading", "keep a reject", "make a week's partition")
    ends = attempt(postgres, "alone", "app", {what: STATEMENTS[what] for what in chosen})

    assert ends == dict.fromkeys(chosen, "allowed")
