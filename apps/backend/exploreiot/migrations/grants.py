"""Rights of the database users of `api` and `ingest`, given again at each `migrate`."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_WEEK_IS_MADE = "EXECUTE ON FUNCTION ensure_readings_partition"
_WRITE_READINGS = (
    "SELECT, INSERT ON readings",
    "SELECT, INSERT, UPDATE ON sensors",
    _WEEK_IS_MADE,
)
# What /readyz and the page tell of the other role's work.
_READ_STATE = ("SELECT ON rejects", "SELECT ON retention")
_READ_SUMS = ("SELECT ON readings_hourly", "SELECT ON readings_daily")
API = (*_WRITE_READINGS, *_READ_SUMS, *_READ_STATE, "SELECT ON alarms", "SELECT ON devices")
INGEST = (
    *_WRITE_READINGS,
    # Retention: readings leave by functions that sum them up first, of the rest it deletes rows.
    "EXECUTE ON FUNCTION condense_readings",
    "EXECUTE ON FUNCTION condense_hours",
    "EXECUTE ON FUNCTION drop_days",
    "DELETE ON sensors",
    "SELECT, INSERT, DELETE ON rejects",
    "SELECT, INSERT, UPDATE ON retention",
    # An alarm is ended, and never changed otherwise.
    "SELECT, INSERT, DELETE, UPDATE (ended) ON alarms",
    "SELECT, INSERT, UPDATE, DELETE ON devices",
)

_TABLES = "readings, readings_hourly, readings_daily, sensors, rejects, retention, alarms, devices"
_FUNCTIONS = (
    "ensure_readings_partition, condense_readings, condense_hours, drop_days, "
    "ensure_span, require_partition"
)


def grant(connection: Connection, api: Iterable[str], ingest: Iterable[str]) -> None:
    """In the caller's transaction: nobody sees a moment without rights. Users that are not named
    keep nothing but what the owner gave them otherwise."""
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"REVOKE ALL ON FUNCTION {_FUNCTIONS} FROM PUBLIC"))
    for users, rights in ((api, API), (ingest, INGEST)):
        for user in map(quote, users):
            connection.execute(text(f"REVOKE ALL ON {_TABLES} FROM {user}"))
            connection.execute(text(f"REVOKE ALL ON FUNCTION {_FUNCTIONS} FROM {user}"))
            for right in rights:
                connection.execute(text(f"GRANT {right} TO {user}"))
